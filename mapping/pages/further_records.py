"""Further records of a sheet's rows, for the mapping page: people of companies, second addresses."""

from __future__ import annotations

from typing import Any, NamedTuple

from mapping.models import Mapping, SheetTarget
from odoo_migrate import catalog
from profiling.models import Sheet


class RecordWords(NamedTuple):
    """Hold what the records of a role are called: one, several, and over the card that offers them."""

    one: str
    several: str
    heading: str


# By role, without the number that a second one of its kind has behind it: contact_2.
_WORDS = {
    "contact": RecordWords("contact person", "contact persons", "People of these companies"),
    "delivery": RecordWords("delivery address", "delivery addresses", "Second addresses"),
    "invoice": RecordWords("invoice address", "invoice addresses", "Second addresses"),
    "other": RecordWords("further address", "further addresses", "Second addresses"),
    "vendor": RecordWords("vendor's price", "vendors' prices", "Where these products are bought"),
    "parent": RecordWords("parent", "parents", "What these belong to"),
}
_NO_WORDS = RecordWords("further record", "further records", "Further records of these rows")


def label(target: SheetTarget) -> str:
    """Return what the records of a target with a role are called, "" for one without."""
    if not target.role:
        return ""
    kind, _, number = target.role.partition("_")
    several = _words(kind).several
    # Of several contact persons in a row, all but the first are told apart by their number.
    return f"{several} {number}".strip().capitalize()


def one(target: SheetTarget) -> str:
    """Return what one record of a target with a role is called, "" for one without."""
    return _words(target.role.partition("_")[0]).one if target.role else ""


def _words(kind: str) -> RecordWords:
    return _WORDS.get(kind, _NO_WORDS)


def cards(sheet: Sheet, targets: list[SheetTarget]) -> list[dict[str, Any]]:
    """Return a card for each kind of further records that the rows make or could make."""
    groups: dict[str, dict[str, Any]] = {}
    for target in targets:
        if not target.role:
            continue
        heading = _words(target.role.partition("_")[0]).heading
        group = groups.setdefault(heading, {"heading": heading, "offered": [], "records": []})
        group["records"].append(_record(sheet, target))
        if not target.counts and not target.left_out:
            group["offered"].append(target.entry)
    return list(groups.values())


def _record(sheet: Sheet, target: SheetTarget) -> dict[str, Any]:
    state = "offered"
    if target.counts:
        state = "taken"
    elif target.left_out:
        state = "left_out"
    return {
        "entry": target.entry,
        "label": label(target),
        "reason": target.reason,
        "state": state,
        "fields": _fields(sheet, target),
    }


def _fields(sheet: Sheet, target: SheetTarget) -> list[dict[str, str]]:
    """Return which columns fill which fields, without the one that ties the record to its row."""
    models = catalog.load(sheet.dataset.odoo_version)
    if target.model not in models:
        return []
    model = models.model(target.model)
    shown = []
    for mapping in Mapping.objects.filter(target=target).exclude(state=Mapping.State.LEFT_OUT).exclude(field=""):
        field = model.field(mapping.field)
        if field is not None and mapping.ref != target.model:
            shown.append({"column": mapping.column, "label": field.label})
    return shown
