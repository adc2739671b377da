"""Choose which columns go along with which record.

In Odoo's import an empty cell clears: sent along, it would empty what is stored and, in a new record, put nothing
where a default belongs. So empty cells are left out unless the user asks to clear. One call has one set of columns,
and every further set is a further call, so new records are grouped only by those empty cells that matter: where
the field has a default, is computed or differs by company. Anywhere else, empty is what a new record has.

Odoo overwrites the address of a contact of type "contact" with its company's when the two are tied, and leaves it
alone when it is written by itself afterwards. From version 19 on it does not: whatever is written into the contact's
address is written into the company's and into those of all its contacts (seen on a real server). So from 19 on, such
an address is never sent again: that the contact has its company's is reported, and the company keeps its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from odoo_migrate.loading.runs import RunProblem
from odoo_migrate.odoo.server_records import ServerField
from odoo_migrate.project.payload import Record
from odoo_migrate.rules.cell_combinations import ADDRESS, SHARED_ADDRESS_SINCE
from odoo_migrate.stages.load_order import LoadStep

T = TypeVar("T")


def refuse_unknown(model: str, names: Iterable[str], fields: Mapping[str, ServerField]) -> None:
    """Raise RunProblem where Odoo's `fields` of a model lack one of `names`."""
    for name in names:
        if name not in fields:
            raise RunProblem(
                f"This Odoo has no field '{name}' in {model}; 'odoo-migrate validate check --against-odoo' lists all "
                "that it lacks."
            )


def filled_by_odoo(
    columns: Sequence[str], fields: Mapping[str, ServerField], defaults: Mapping[str, Any]
) -> frozenset[int]:
    """Return the indices of the columns whose empty cells a new record must not be given."""
    filled: set[int] = set()
    for place, column in enumerate(columns):
        name = column.removesuffix("/id")
        # A default of 0, no or nothing is what an empty cell stores anyway.
        if defaults.get(name) or fields[name].depends or fields[name].company_dependent:
            filled.add(place)
    return frozenset(filled)


def columns_of_new(values: Sequence[str], filled: frozenset[int], *, clear_empty: bool) -> tuple[int, ...]:
    """Return the indices of the columns that are sent with a new record."""
    # Asked for every new record, so this stays one expression.
    return tuple(place for place, value in enumerate(values) if value or clear_empty or place not in filled)


def grouped(items: Iterable[tuple[tuple[int, ...], T]]) -> dict[tuple[int, ...], list[T]]:
    """Return items by their set of columns, in the order in which the sets first occur."""
    groups: dict[tuple[int, ...], list[T]] = {}
    for columns, item in items:
        groups.setdefault(columns, []).append(item)
    return groups


class SharedAddress:
    """Tell which cells of a step's records are their company's."""

    def __init__(self, step: LoadStep, major: int) -> None:
        """Find the columns of the address; `major` is the version of the server, 19 for "19.0"."""
        names = [name.removesuffix("/id") for name in step.fields]
        self._places: set[int] = set()
        self._parent = 0
        self._type: int | None = None
        # Without the column of the company, nothing says whose address a record holds.
        if step.model != "res.partner" or major < SHARED_ADDRESS_SINCE or "parent_id" not in names:
            return
        self._places = {place for place, name in enumerate(names) if name in ADDRESS}
        self._parent = names.index("parent_id")
        if "type" in names:
            self._type = names.index("type")

    def among(self, record: Record, places: Iterable[int]) -> list[int]:
        """Return those of the column indices that hold the company's address."""
        if not self._places or not record.values[self._parent]:
            return []
        kind = ""
        if self._type is not None:
            kind = record.values[self._type].lower()
        # Odoo's default type is "contact"; invoice and delivery addresses are their own.
        if kind not in ("", "contact"):
            return []
        return [place for place in places if place in self._places]
