"""What cleaning a sheet gives: batches of rows before and after, and how much was changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from engine.clean.cleaning_plan import SheetPlan
from engine.clean.column_runner import ColumnResult, differing
from engine.clean.row_codes import Codes
from engine.sheets.row_kinds import Mask
from engine.steps.row_steps import FillDown


@dataclass(frozen=True)
class CleanedBatch:
    """Rows that remain, in source order. `before`: ROW and the source columns, raw. `after`: ROW and all titles,
    cleaned. `could_not`: by title, which cells some step could not convert (bool; only titles with such cells).
    `reasons`: by title, the text that such a cell still holds → why, in plain words.
    """

    before: pa.RecordBatch
    after: pa.RecordBatch
    could_not: Mapping[str, pa.BooleanArray] = field(default_factory=dict)
    reasons: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass
class ColumnReport:
    """`steps`: (slug, cells changed, cells that it could not convert) in their order. `changed`: cells that differ
    from the source in the end; `could_not`: cells that some step could not convert. Rows that remain are counted.
    """

    steps: list[tuple[str, int, int]] = field(default_factory=list)
    changed: int = 0
    could_not: int = 0


@dataclass
class SheetReport:
    """`rows_in`: rows of the working file; `dropped`: by the slug of the step that dropped them; `columns`: by
    title, added ones too. rows_in = rows that remain + all dropped. Complete when the batches are exhausted.
    """

    rows_in: int = 0
    dropped: dict[str, int] = field(default_factory=dict)
    columns: dict[str, ColumnReport] = field(default_factory=dict)

    @property
    def rows_out(self) -> int:
        """Rows that remain."""
        return self.rows_in - sum(self.dropped.values())


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
