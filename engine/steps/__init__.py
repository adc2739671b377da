"""The cleaning steps by slug. A module of this package lists its classes in a tuple `STEPS`; a step that stands
there is known everywhere: recipes, forms, previews, help pages and the tests of its examples.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from engine.steps.step import ColumnStep, WholeRowStep
from engine.steps.step_parameters import StepError
from odoo_migrate.project.nearest_names import did_you_mean

GROUPS = ("text", "empty", "number", "date", "contact", "address", "value", "rows")


def _classes() -> Iterator[type[ColumnStep] | type[WholeRowStep]]:
    for module in iter_modules(__path__):
        yield from getattr(import_module(f"{__name__}.{module.name}"), "STEPS", ())


_FOUND = sorted(_classes(), key=lambda step: GROUPS.index(step.group))
COLUMN_STEPS: dict[str, type[ColumnStep]] = {step.slug: step for step in _FOUND if issubclass(step, ColumnStep)}
ROW_STEPS: dict[str, type[WholeRowStep]] = {step.slug: step for step in _FOUND if issubclass(step, WholeRowStep)}
# What says where the titles are decides what is read at all, so it is chosen beside the file, not among the steps.
HEADER_STEPS = frozenset(slug for slug, step in ROW_STEPS.items() if step.stage == "header")


def build(slug: str, params: Mapping[str, Any]) -> ColumnStep | WholeRowStep:
    """Return the step called `slug` with its parameters.

    Raises:
        StepError: there is no such step, or the parameters make no sense.
    """
    known: dict[str, type[ColumnStep] | type[WholeRowStep]] = {**COLUMN_STEPS, **ROW_STEPS}
    if slug not in known:
        raise StepError(f"There is no step called '{slug}'{did_you_mean(slug, list(known))}")
    return known[slug](**params)
