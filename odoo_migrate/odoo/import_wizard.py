"""Use Odoo's import wizard for the one thing that `load` cannot do: try rows and store none of them.

The wizard takes its file over a page of the web client, so that it needs a session, which only a password opens; its
two other steps are ordinary calls. Without a row of titles it remembers nothing of what it is shown.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from odoo_migrate.odoo.client import Odoo
from odoo_migrate.odoo.http_connection import Moved, Wire
from odoo_migrate.odoo.odoo_errors import Fault, Rejected, Temporary
from odoo_migrate.odoo.retries import persist
from odoo_migrate.odoo.retryable_faults import meant
from odoo_migrate.odoo.server_records import Message, message
from odoo_migrate.project import csv_text

WIZARD = "base_import.import"
_TOKEN = re.compile(
    r"""name="csrf_token"[^>]*?value="(?P<token>[0-9a-fo]+)"|csrf_token:\s*["'](?P<other>[0-9a-fo]+)["']"""
)
# How our rows are written; the wizard would guess.
OPTIONS: Mapping[str, Any] = {
    "has_headers": False,
    "encoding": "utf-8",
    "separator": ",",
    "quoting": '"',
    "date_format": "%Y-%m-%d",
    "datetime_format": "%Y-%m-%d %H:%M:%S",
    "float_thousand_separator": ",",
    "float_decimal_separator": ".",
}


class WebSession:
    """Hold a session of the web client beside the login of `odoo`, for one thread."""

    def __init__(self, odoo: Odoo) -> None:
        """Prepare the session; raise Rejected where the login is by API key."""
        if odoo.login.kind == "key":
            raise Rejected(
                "The test goes through Odoo's import wizard, which wants a password; an API key will not do."
            )
        self.odoo = odoo
        self._wire = Wire(odoo.address, odoo.manner.timeout, cookies=True)
        self._token = ""

    def close(self) -> None:
        """Close the connection."""
        self._wire.close()

    def __enter__(self) -> WebSession:
        """Return this session."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connection."""
        self.close()

    def put(self, wizard: int, content: bytes) -> None:
        """Give a wizard its file; an expired session is opened again."""
        persist(lambda: self._put(wizard, content), self.odoo.manner.retries, self.odoo.manner.on_retry)

    def _put(self, wizard: int, content: bytes) -> None:
        if not self._token:
            self._sign_in()
        form = {"id": str(wizard), "csrf_token": self._token}
        files = {"ufile": ("rows.csv", content, "text/csv")}
        try:
            answer = self._wire.text("POST", "/base_import/set_file", data=form, files=files)
            taken = json.loads(answer)
        except (ValueError, Moved):
            taken = None
        if not isinstance(taken, dict) or not taken.get("result"):
            self._token = ""  # the session has expired: the next try signs in again
            raise Temporary("Odoo's import wizard did not take the rows", maybe_done=False)

    def _sign_in(self) -> None:
        login = self.odoo.login
        params = {"db": login.database, "login": login.username, "password": login.secret.reveal()}
        _, answer = self._wire.post("/web/session/authenticate", {"jsonrpc": "2.0", "method": "call", "params": params})
        if isinstance(answer, dict) and isinstance(answer.get("error"), dict):
            raise meant(answer["error"].get("data") or {}, login.secret)
        # With a second factor, Odoo answers without a user until it is given.
        if not (isinstance(answer, dict) and (answer.get("result") or {}).get("uid")):
            raise Rejected(f'The user "{login.username}" cannot open a session: is there a second factor?')
        found = _TOKEN.search(self._wire.text("GET", "/web/login", params={"db": login.database}))
        if not found:
            raise Rejected("Odoo's page does not hold the token that its import wizard wants.")
        self._token = found["token"] or found["other"]


def dry_run(
    session: WebSession,
    model: str,
    fields: Sequence[str],
    rows: Sequence[Sequence[str]],
    context: Mapping[str, Any] | None = None,
) -> list[Message]:
    """Return what Odoo says of rows that it tries and does not store.

    Rows count from 0, -1 where a message names none. No row may be empty. Raises Rejected, Unreachable or Fault.
    """
    odoo = session.odoo
    try:
        wizard = odoo.call(WIZARD, "create", [{"res_model": model}])
    except Fault as fault:
        raise Rejected(f"Odoo's import wizard cannot be used: {fault.message.strip()}") from None
    # A list answers the list that was given, unless a module has a `create` of its own that knows one record only.
    [number] = wizard if isinstance(wizard, list) else [wizard]
    session.put(number, "".join(csv_text.line(row) for row in rows).encode())
    names = list(fields)
    answer = odoo.call(WIZARD, "execute_import", [number], names, names, dict(OPTIONS), True, context=context)
    return [message(one) for one in answer.get("messages", ())]
