"""Adding up what cleaning changed, batch by batch."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from engine.clean.cleaning_plan import SheetPlan
from engine.clean.cleaning_result import ColumnReport, SheetReport
from engine.clean.distinct_memo import ColumnResult
from engine.clean.raw_rows import Codes
from engine.clean.step_tracing import differing
from engine.sheets.row_kinds import Mask
from engine.steps.row_steps import FillDown


def new_report(plan: SheetPlan, dropped_by: Codes) -> SheetReport:
    """A report in which rows are counted (`dropped_by`: of every row the number of the step that drops it, or 0)
    and cells are not yet.
    """
    dropped = {step.slug: 0 for step in plan.droppers}
    times = np.bincount(dropped_by, minlength=len(plan.droppers) + 1)
    for number, step in enumerate(plan.droppers, 1):
        dropped[step.slug] += int(times[number])
    columns = {title: new_column_report(plan, title) for title in plan.titles}
    return SheetReport(len(dropped_by), dropped, columns)


def new_column_report(plan: SheetPlan, title: str, place: int | None = None) -> ColumnReport:
    """A column's report before any cell is counted, for its first `place` steps (None: all)."""
    steps = plan.columns[title].steps[:place] if title in plan.columns else ()
    slugs = [FillDown.slug] * (title in plan.filled) + [step.slug for step in steps]
    return ColumnReport([(slug, 0, 0) for slug in slugs])


def count(report: ColumnReport, source: pa.Array, filled: pa.Array, result: ColumnResult | None) -> None:
    """Add a batch of a column: as it was in the source, filled from above, after its steps (None: it has none)."""
    by_filling = [(_cells(differing(source, filled)), 0)] if len(report.steps) > _steps(result) else []
    counts = [*by_filling, *(result.counts if result else ())]
    report.steps = [
        (slug, changed + more, could_not + less)
        for (slug, changed, could_not), (more, less) in zip(report.steps, counts, strict=True)
    ]
    changes = [changed for changed, _ in counts if changed]
    after = result.values if result else filled  # what one step changes another may change back
    report.changed += sum(changes) if len(changes) < 2 else _cells(differing(source, after))
    report.could_not += _cells(result.could_not) if result else 0


def _steps(result: ColumnResult | None) -> int:
    return len(result.counts) if result else 0


def _cells(mask: Mask | None) -> int:
    return 0 if mask is None else int(np.count_nonzero(mask))
