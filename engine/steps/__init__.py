"""The cleaning steps by slug.

A module of this package lists its classes in a tuple `STEPS`; a class that is named there is known everywhere: in
recipes, forms, previews, help pages and the tests of its examples.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any

from engine.steps.step_parameters import StepError
from odoo_migrate.project.nearest_names import did_you_mean

if TYPE_CHECKING:
    from engine.steps.step import ColumnStep, WholeRowStep

# The groups and their headings, in the order in which forms and help pages show them.
GROUPS = {
    "text": "Text", "empty": "Empty cells", "number": "Numbers", "date": "Dates", "contact": "Contacts",
    "address": "Addresses", "value": "Values", "rows": "Rows",
}  # fmt: skip

COLUMN_STEPS: dict[str, type[ColumnStep]]
ROW_STEPS: dict[str, type[WholeRowStep]]
# A step that says where the titles are decides what is read at all, so it is chosen beside the file, not among the
# steps.
HEADER_STEPS: frozenset[str]


def build(slug: str, params: Mapping[str, Any]) -> ColumnStep | WholeRowStep:
    """Return the step called `slug` with its parameters.

    Raises:
        StepError: there is no such step, or the parameters make no sense.
    """
    tables = _tables()
    known: dict[str, type[ColumnStep] | type[WholeRowStep]] = tables["COLUMN_STEPS"] | tables["ROW_STEPS"]
    if slug not in known:
        raise StepError(f"There is no step called '{slug}'{did_you_mean(slug, list(known))}")
    return known[slug](**params)


def __getattr__(name: str) -> Any:
    """Return one of the three tables of steps.

    The modules of the steps are imported only when a table is asked for: with pyarrow they take about half a second,
    which a program that only reads or writes a recipe should not wait for.
    """
    if name not in ("COLUMN_STEPS", "ROW_STEPS", "HEADER_STEPS"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return _tables()[name]


@cache
def _tables() -> dict[str, Any]:
    """Import the modules of the steps and return the three tables by name, group after group."""
    from engine.steps.step import WholeRowStep

    # Sorting keeps the order within a group: that of a module's STEPS, which the pages show.
    order = list(GROUPS)
    found = sorted(_classes(), key=lambda step: order.index(step.group))
    columns: dict[str, type[ColumnStep]] = {}
    rows: dict[str, type[WholeRowStep]] = {}
    header: set[str] = set()
    for step in found:
        if not issubclass(step, WholeRowStep):
            columns[step.slug] = step
            continue
        rows[step.slug] = step
        if step.stage == "header":
            header.add(step.slug)
    return {"COLUMN_STEPS": columns, "ROW_STEPS": rows, "HEADER_STEPS": frozenset(header)}


def _classes() -> Iterator[type[ColumnStep] | type[WholeRowStep]]:
    for module in iter_modules(__path__):
        yield from getattr(import_module(f"{__name__}.{module.name}"), "STEPS", ())
