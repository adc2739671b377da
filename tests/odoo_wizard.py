"""The import wizard of the small Odoo: a file over the web client's page, tried and undone."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from email import message_from_bytes
from email.policy import HTTP
from typing import Any

from tests.odoo_import import Import
from tests.odoo_store import Model, Store

TOKEN = "0" * 40 + "o"
LOGIN_PAGE = f'<form><input type="hidden" name="csrf_token" value="{TOKEN}"/></form>'


def form(kind: str, body: bytes) -> dict[str, bytes]:
    """The parts of a multipart form by name."""
    message = message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body, policy=HTTP)
    found = {}
    for part in message.iter_parts():
        name = str(part.get_param("name", header="content-disposition"))
        found[name] = bytes(part.get_payload(decode=True) or b"")
    return found


def set_file(store: Store, sent: Mapping[str, bytes]) -> dict[str, bool] | None:
    """What the page answers; None where it does not believe the form."""
    if sent.get("csrf_token", b"").decode() != TOKEN:
        return None
    with store.lock:
        store.model("base_import.import").records[int(sent["id"])]["file"] = sent["ufile"]
    return {"result": True}


def execute_import(
    store: Store,
    number: int,
    fields: Sequence[str],
    options: Mapping[str, Any],
    dryrun: bool,
    context: Mapping[str, Any],
) -> dict[str, Any]:
    """Tries the rows, and undoes them where `dryrun` says so."""
    wizard = store.model("base_import.import").records[number]
    model = store.model(wizard["res_model"])
    content = wizard["file"].decode(options["encoding"])
    rows = [row for row in csv.reader(io.StringIO(content, newline="")) if any(cell.strip() for cell in row)]
    if wrong := _wrong_date(model, fields, rows, options):
        return {"messages": [wrong]}
    mark, writes = len(store.undo), store.writes
    answer = Import(store, model, fields, {**context, "import_file": True}).run(rows)
    if dryrun:
        store.undone(mark)
        store.writes = writes
    return {**answer, "name": []}


def _wrong_date(
    model: Model, fields: Sequence[str], rows: Sequence[Sequence[str]], options: Mapping[str, Any]
) -> dict[str, Any] | None:
    """The wizard reads dates before anything else, and then tells no row but in words."""
    for place, name in enumerate(fields):
        kind = model.fields.get(name.partition("/")[0], {}).get("type")
        formats = {"date": [options["date_format"]], "datetime": [options["datetime_format"], options["date_format"]]}
        for line, row in enumerate(rows, 1):
            if row[place] and kind in formats and not any(_fits(row[place], one) for one in formats[kind]):
                told = f"time data '{row[place]}' does not match format '{options['date_format']}'"
                words = f"Column {name} contains incorrect values. Error in line {line}: {told}"
                return {
                    "type": "error",
                    "message": words,
                    "record": False,
                    "not_matching_error": True,
                    "field_path": [name],
                    "field_type": kind,
                }
    return None


def _fits(text: str, form: str) -> bool:
    try:
        datetime.strptime(text, form)  # noqa: DTZ007 - only whether it can be read
    except ValueError:
        return False
    return bool(re.match(r"\d{4}", text))
