"""The cleaning steps by slug. A module of this package lists its classes in a tuple `STEPS`; a step that stands
there is known everywhere: recipes, forms, previews, help pages and the tests of its examples.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING

from engine.steps.step import RowStep, Step, StepError
from odoo_migrate.project.nearest_names import did_you_mean

if TYPE_CHECKING:
    from engine.recipe import StepSpec

GROUPS = ("text", "empty", "number", "date", "contact", "address", "value", "rows")


def _classes() -> Iterator[type[Step] | type[RowStep]]:
    for module in iter_modules(__path__):
        yield from getattr(import_module(f"{__name__}.{module.name}"), "STEPS", ())


_FOUND = sorted(_classes(), key=lambda step: GROUPS.index(step.group))
COLUMN_STEPS: dict[str, type[Step]] = {step.slug: step for step in _FOUND if issubclass(step, Step)}
ROW_STEPS: dict[str, type[RowStep]] = {step.slug: step for step in _FOUND if issubclass(step, RowStep)}
# What says where the titles are decides what is read at all, so it is chosen beside the file, not among the steps.
HEADER_STEPS = frozenset(slug for slug, step in ROW_STEPS.items() if step.stage == "header")


def build(spec: StepSpec) -> Step | RowStep:
    """The step that `spec` names, with its parameters. Raises StepError, one sentence, for an unknown step or
    parameters that make no sense.
    """
    known: dict[str, type[Step] | type[RowStep]] = {**COLUMN_STEPS, **ROW_STEPS}
    if spec.slug not in known:
        raise StepError(f"There is no step called '{spec.slug}'{did_you_mean(spec.slug, list(known))}")
    return known[spec.slug](**spec.params)
