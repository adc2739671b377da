"""The values of a lookup table, what each becomes, and what is unmatched."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.urls import reverse

from engine.bundle.lookup_tables import known_records
from exporting.models import Check
from mapping.models import Mapping, Relationship
from mapping.selectors import odoo_field
from mapping.services import relation_services
from odoo_migrate import catalog
from profiling.models import Dataset
from profiling.pages import of_dataset

PAGE = 100


def page(
    user: Any, dataset: Dataset, table: Relationship, found: Check, *, only_unmatched: bool, start: int
) -> dict[str, Any]:
    """Return what lookup.html needs; `found` is a fresh check."""
    keys = _keys(found, table)
    references = known_records(table.model, dataset.odoo_version)
    rows = [_row(number, key, table, references) for number, key in enumerate(keys)]
    shown = rows
    if only_unmatched:
        shown = [row for row in rows if row["state"] == "unmatched"]
    here = reverse("lookup_page", args=[dataset.pk, table.name])
    return {
        **of_dataset(user, dataset, "mapping"),
        "lookup": _lookup(dataset, table),
        "values": shown[start : start + PAGE],
        **_counts(rows),
        "only_unmatched": only_unmatched,
        "here_url": here,
        "unmatched_url": f"{here}?only=unmatched",
        "references": [{"label": label, "name": external_id} for external_id, label in references.items()],
        "pages": _pages(here, len(shown), start, only_unmatched),
    }


def _keys(found: Check, table: Relationship) -> list[dict[str, Any]]:
    """Return the values that the check saw for a table."""
    for facts in found.report.get("lookups", ()):
        if facts["table"] == table.name:
            keys: list[dict[str, Any]] = facts["keys"]
            return keys
    return []


def _counts(rows: list[dict[str, Any]]) -> dict[str, int]:
    states = Counter(row["state"] for row in rows)
    return {"found": states["found"] + states["chosen"], "new": states["new"], "unmatched": states["unmatched"]}


def _row(number: int, key: dict[str, Any], table: Relationship, references: dict[str, str]) -> dict[str, Any]:
    value, external_id = key["key"], key["external_id"]
    becomes = None
    if external_id:
        # A record that the load creates has no label yet: it will be called what the cell says.
        becomes = {"label": references.get(external_id, value), "name": external_id}
    return {
        "key": str(number), "value": value, "count": key["rows"],
        "state": _state(value, external_id, table, references),
        "target_field": becomes, "candidates": [],
    }  # fmt: skip


def _state(value: str, external_id: str, table: Relationship, references: dict[str, str]) -> str:
    if not external_id:
        return "unmatched"
    if value in table.entries:
        return "chosen"
    if external_id in references:
        return "found"
    return "new"


def _lookup(dataset: Dataset, table: Relationship) -> dict[str, Any]:
    return {
        "name": table.name, "label": table.name.replace("_", " ").capitalize(), "model": table.model,
        "create": table.create, "column": ", ".join(_columns(dataset, table)),
        "may_create": relation_services.may_create(table),
        "set_url": reverse("lookup_set", args=[dataset.pk, table.name]),
    }  # fmt: skip


def _columns(dataset: Dataset, table: Relationship) -> list[str]:
    """Return the columns whose cells the table translates."""
    models = catalog.load(dataset.odoo_version)
    linked = Mapping.objects.filter(target__sheet__dataset=dataset, ref="", lookup__in=["", table.name]).exclude(
        state=Mapping.State.LEFT_OUT
    )
    found: dict[str, None] = {}  # a dict keeps the order in which they were found, each once
    for mapping in linked.select_related("target"):
        field = odoo_field(models, mapping)
        if mapping.lookup == table.name or (field is not None and field.relation == table.model):
            found[mapping.column] = None
    return list(found)


def _pages(here: str, total: int, start: int, only_unmatched: bool) -> dict[str, Any] | None:
    if total <= PAGE:
        return None
    only = "&only=unmatched" if only_unmatched else ""
    following = start + PAGE
    shown = {"first": start + 1, "last": min(total, following), "total": total, "previous_url": "", "next_url": ""}
    if start:
        shown["previous_url"] = f"{here}?start={max(0, start - PAGE)}{only}"
    if following < total:
        shown["next_url"] = f"{here}?start={following}{only}"
    return shown
