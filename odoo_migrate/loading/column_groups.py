"""Which columns go along with which record.

In Odoo's import an empty cell clears: sent along, it would empty what is stored and, in a new record, put nothing in
the place of a default. So empty cells are left out unless the user asks to clear. One call has one set of columns,
and every further set is a further call, so new records are told apart only by those empty cells that matter: where
the field has a default, is computed or differs by company. Anywhere else, empty is what a new record has.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from odoo_migrate.loading.runs import RunProblem
from odoo_migrate.odoo.server_records import ServerField

T = TypeVar("T")


def refuse_unknown(model: str, names: Iterable[str], fields: Mapping[str, ServerField]) -> None:
    """Raise RunProblem where Odoo's `fields` of a model lack one of `names`."""
    unknown = next((name for name in names if name not in fields), None)
    if unknown is not None:
        raise RunProblem(
            f"This Odoo has no field '{unknown}' in {model}; 'odoo-migrate validate check --against-odoo' lists all "
            "that it lacks."
        )


def minded(columns: Sequence[str], fields: Mapping[str, ServerField], defaults: Mapping[str, Any]) -> frozenset[int]:
    """Places of the columns whose empty cells a new record must not be given."""
    names = [column.removesuffix("/id") for column in columns]
    return frozenset(
        place
        for place, name in enumerate(names)
        if defaults.get(name) or fields[name].depends or fields[name].company_dependent
    )


def columns_of_new(values: Sequence[str], minded: frozenset[int], *, clear_empty: bool) -> tuple[int, ...]:
    """Places of the columns that are sent with a new record."""
    return tuple(place for place, value in enumerate(values) if value or clear_empty or place not in minded)


def grouped(items: Iterable[tuple[tuple[int, ...], T]]) -> dict[tuple[int, ...], list[T]]:
    """Items by their set of columns, in the order in which the sets first occur."""
    groups: dict[tuple[int, ...], list[T]] = {}
    for columns, item in items:
        groups.setdefault(columns, []).append(item)
    return groups
