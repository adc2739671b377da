"""Put the steps that mend findings into a recipe: which findings may be mended without asking, and where a step goes.

The portal's button, its commands and the measures of quality all go by what is said here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from engine.profile.profile_results import FindingFacts, Fix
from engine.recipe.field_kinds import takes
from engine.recipe.recipe_model import ColumnRecipe, SheetRecipe, StepSpec
from engine.steps import COLUMN_STEPS, HEADER_STEPS, ROW_STEPS
from engine.steps.step import PHASES
from odoo_migrate.catalog import OdooField


@dataclass(frozen=True)
class NewStep:
    """Hold a step that is to be added to a recipe.

    Attributes:
        column: The title of its column, "" for a step on rows.
        spec: The step.
        index: Its position among the steps that the column, or the sheet's rows, will have.
    """

    column: str
    spec: StepSpec
    index: int


def has_fix(finding: FindingFacts) -> bool:
    """Return whether there is a step to add for a finding."""
    if finding.fix is None:
        return False
    # The titles that were found are in force already; a finding that asks offers others.
    return finding.fix.step not in HEADER_STEPS or finding.severity != "info"


def safe_findings(
    findings: Iterable[FindingFacts], fields: Mapping[str, Sequence[OdooField]] | None = None
) -> list[FindingFacts]:
    """Return the findings that are mended without asking, in their order.

    Args:
        findings: Of one sheet.
        fields: By title the fields that a column fills, as far as that is known.
    """
    by_title = fields or {}
    return [finding for finding in findings if is_safe(finding, by_title.get(finding.column or "", ()))]


def is_safe(finding: FindingFacts, fields: Sequence[OdooField] = ()) -> bool:
    """Return whether a finding is mended without asking, given the fields that its column fills.

    What the column's title says may be enough. A field may say it too: then all values have to be of that kind for
    certain. A field of another kind speaks against the step, whatever the values look like.
    """
    # Which rows hold the titles is read from the file, and chosen by nobody but a person.
    if finding.fix is None or finding.fix.step in HEADER_STEPS:
        return False
    written = _writes(finding.fix.step)
    if written and not all(takes(field, written) for field in fields):
        return False
    return finding.safe or (finding.means != "" and any(takes(field, finding.means) for field in fields))


def _writes(slug: str) -> str:
    """Return the kind of values that a step writes, "" for text of any kind."""
    if slug not in COLUMN_STEPS:
        return ""
    return COLUMN_STEPS[slug].writes


def step_for(finding: FindingFacts, sheet: SheetRecipe) -> NewStep | None:
    """Return the step that mends a finding, None where there is none or the recipe has it already."""
    if finding.fix is None or not has_fix(finding):
        return None
    column = step_column(finding.fix.step, finding.column or "")
    if has_step(sheet, column, finding.fix):
        return None
    spec = StepSpec(finding.fix.step, dict(finding.fix.params))
    return NewStep(column, spec, index_for(spec.slug, _steps_of(sheet, column)))


def step_column(slug: str, column: str) -> str:
    """Return under which title a step goes: `column`, or "" for a step on rows."""
    if slug in ROW_STEPS and not (column and slug in COLUMN_STEPS):
        return ""
    return column


def has_step(sheet: SheetRecipe, column: str, fix: Fix) -> bool:
    """Return whether the recipe has a step, switched on; on rows only with these very parameters."""
    for spec in _steps_of(sheet, column):
        if not spec.enabled or spec.slug != fix.step:
            continue
        if column or _alike(spec.params, fix.params):
            return True
    return False


def _alike(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return dict(one) == dict(other)


def index_for(slug: str, steps: Sequence[StepSpec]) -> int:
    """Return where among a column's steps a further one goes: before the first that should find its work done."""
    phase = _phase(slug)
    for index, other in enumerate(steps):
        if _phase(other.slug) > phase:
            return index
    return len(steps)


def _phase(slug: str) -> int:
    """Return the number of a step's phase; steps on rows, and unknown ones, come as they are added."""
    if slug in COLUMN_STEPS:
        return PHASES.index(COLUMN_STEPS[slug].phase)
    return len(PHASES) - 1


def _steps_of(sheet: SheetRecipe, column: str) -> tuple[StepSpec, ...]:
    """Return the steps of a column, or for "" those on rows."""
    if not column:
        return sheet.rows
    return sheet.columns.get(column, ColumnRecipe()).steps


def with_step(sheet: SheetRecipe, new: NewStep) -> SheetRecipe:
    """Return the recipe with a further step."""
    steps = list(_steps_of(sheet, new.column))
    steps.insert(new.index, new.spec)
    if not new.column:
        return replace(sheet, rows=tuple(steps))
    return replace(sheet, columns={**sheet.columns, new.column: ColumnRecipe(tuple(steps))})


def with_fixes(sheet: SheetRecipe, findings: Iterable[FindingFacts]) -> SheetRecipe:
    """Return the recipe with the steps of all these findings, each where it works."""
    for finding in findings:
        new = step_for(finding, sheet)
        if new is not None:
            sheet = with_step(sheet, new)
    return sheet
