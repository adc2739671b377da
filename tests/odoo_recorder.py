"""Record what a real Odoo server answers to `odoo_questions`, so that tests can hear it again where no Odoo is.

    ODOO_TEST_URL=http://127.0.0.1:8069 ODOO_TEST_DB=fresh ODOO_TEST_USER=admin ODOO_TEST_PASSWORD=… \
        python -m tests.odoo_recorder

Give it a database of its own, as it stores records. With ODOO_TEST_KEY (an API key) and a server from 19, JSON-2 is
recorded, otherwise JSON-RPC. It writes, without passwords, keys, tokens or sessions:

    tests/odoo_recorded/answers-<version>.json   requests and answers in their order
    tests/odoo_recorded/models-<version>.json    fields and defaults of some models
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from odoo_migrate import catalog
from odoo_migrate.odoo import import_wizard, server_records
from odoo_migrate.odoo.client import Odoo, connect
from odoo_migrate.odoo.credentials import Secret
from odoo_migrate.odoo.odoo_errors import Fault
from tests.odoo_http import Handler, running
from tests.odoo_questions import asked
from tests.odoo_store import DATABASE, RECORDED, USER

MODELS = ("res.partner", "res.partner.category", "crm.lead", "product.template", "product.category", "res.country")
HIDDEN = "***"
ATTRIBUTES = (
    *("type", "string", "relation", "required", "readonly", "selection", "digits", "size", "store"),
    *("depends", "company_dependent", "translate"),
)


def main() -> None:
    url, database, user = (os.environ[f"ODOO_TEST_{name}"] for name in ("URL", "DB", "USER"))
    password, key = os.environ.get("ODOO_TEST_PASSWORD", ""), os.environ.get("ODOO_TEST_KEY", "")
    exchanges: list[dict[str, Any]] = []
    handler = type("Recorder", (Recorder,), {"real": url.rstrip("/"), "exchanges": exchanges})
    with running(handler) as proxy:
        with connect(proxy, database, user, Secret(key or password), kind="key" if key else "password") as odoo:
            asked(odoo)
            version = odoo.version
        if password and not key:
            _try_wizard(proxy, database, user, password)
    with connect(url, database, user, Secret(key or password), kind="key" if key else "password") as odoo:
        described = {model: _described(odoo, model) for model in MODELS}
    _write(f"answers-{version}.json", [scrubbed(one) for one in exchanges])
    _write(f"models-{version}.json", described)


def _try_wizard(proxy: str, database: str, user: str, password: str) -> None:
    with connect(proxy, database, user, Secret(password)) as odoo, import_wizard.WebSession(odoo) as session:
        rows = [["q.w1", "A\nB", "base.be"], ["q.w2", "C", "base.zz"], ["q.w3", "", "base.be"]]
        import_wizard.dry_run(session, "res.partner", ["id", "name", "country_id/id"], rows)
        import_wizard.dry_run(session, "crm.lead", ["id", "name", "date_deadline"], [["q.w4", "A", "31.12.2020"]])


def _described(odoo: Odoo, model: str) -> dict[str, Any]:
    """The writable fields and their defaults, as the server tells them."""
    known = catalog.load(odoo.version)
    wanted = sorted(known.model(model).fields)
    fields = odoo.call(model, "fields_get", allfields=wanted, attributes=list(ATTRIBUTES))
    try:
        defaults = server_records.defaults(odoo, model, wanted)
    except Fault:
        defaults = {}
    plain = {name: value for name, value in defaults.items() if fields[name]["type"] not in {"one2many", "many2many"}}
    return {"fields": {name: _lean(field) for name, field in fields.items()}, "defaults": plain}


def _lean(field: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is as it usually is; time zones and the like in part."""
    lean = {key: value for key, value in field.items() if value or key in {"store"}}
    if "selection" in lean:
        lean["selection"] = lean["selection"][:20]
    return {**lean, "readonly": bool(field.get("readonly"))}


class Recorder(Handler):
    """A proxy that keeps what passes through it."""

    real: str
    exchanges: list[dict[str, Any]]

    def got(self) -> None:
        self._pass("GET", b"")

    def posted(self) -> None:
        self._pass("POST", self.body())

    def _pass(self, method: str, body: bytes) -> None:
        kept = {"content-type", "authorization", "x-odoo-database", "cookie"}
        headers = {name: value for name, value in self.headers.items() if name.lower() in kept}
        answer = httpx.request(method, f"{self.real}{self.path}", content=body, headers=headers, timeout=300)
        self.exchanges.append(
            {
                "path": self.path.partition("?")[0],
                "request": json.loads(body) if "json" in self.headers.get("Content-Type", "") else None,
                "status": answer.status_code,
                "answer": answer.json() if "json" in answer.headers.get("content-type", "") else answer.text,
            }
        )
        cookie = {"Set_Cookie": answer.headers["set-cookie"]} if "set-cookie" in answer.headers else {}
        self.send(answer.status_code, answer.content, answer.headers.get("content-type", ""), **cookie)


def scrubbed(exchange: Mapping[str, Any]) -> dict[str, Any]:
    """An exchange without anything that opens a door, and without the server's paths."""
    request, answer, path = exchange["request"], exchange["answer"], exchange["path"]
    if path == "/jsonrpc":
        request = {**request, "params": {**request["params"], "args": scrubbed_args(request["params"])}}
    elif path == "/web/session/authenticate":
        request, answer = None, {"jsonrpc": "2.0", "id": None, "result": {"uid": answer["result"]["uid"]}}
    elif path == "/web/login":
        answer = f'<input type="hidden" name="csrf_token" value="{"0" * 40}o"/>'
    return {"path": path, "request": request, "status": exchange["status"], "answer": _without_traceback(answer)}


def scrubbed_args(params: Mapping[str, Any]) -> Sequence[Any]:
    args = params["args"]
    if params["service"] == "object":
        return [DATABASE, args[1], HIDDEN, *args[3:]]
    return [DATABASE, USER, HIDDEN, *args[3:]] if args else args


def _without_traceback(answer: Any) -> Any:
    if not isinstance(answer, dict):
        return answer
    if "debug" in answer and "message" in answer:
        return {**answer, "debug": "Traceback (most recent call last):\n", "arguments": []}
    if isinstance(answer.get("error"), dict):
        return {**answer, "error": {**answer["error"], "data": _without_traceback(answer["error"].get("data"))}}
    return answer


def _write(name: str, content: Any) -> None:
    """One line for each part, so that a change shows."""
    parts = (
        [json.dumps(one, ensure_ascii=False, sort_keys=True) for one in content] if isinstance(content, list) else []
    )
    text = (
        "[\n" + ",\n".join(parts) + "\n]\n"
        if parts
        else json.dumps(content, ensure_ascii=False, sort_keys=True, indent=0)
    )
    (RECORDED / name).write_text(text if text.endswith("\n") else f"{text}\n", encoding="utf-8")
    sys.stdout.write(f"{RECORDED / name}\n")


if __name__ == "__main__":
    main()
