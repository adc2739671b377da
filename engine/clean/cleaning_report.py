"""What cleaning a sheet gives: batches of rows before and after, and how much was changed, batch by batch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from engine.clean.cleaning_plan import SheetPlan
from engine.clean.column_runner import ColumnResult, differing
from engine.clean.row_runner import Codes
from engine.sheets.row_kinds import Mask
from engine.steps.row_steps import FillDown


@dataclass(frozen=True)
class CleanedBatch:
    """Hold the rows of a batch that remain, in source order.

    Attributes:
        before: ROW and the source columns, raw.
        after: ROW and all titles, cleaned.
        could_not: By title, which cells some step could not convert (bool); only titles with such cells.
        reasons: By title, the text that such a cell still holds → why, in plain words.
    """

    before: pa.RecordBatch
    after: pa.RecordBatch
    could_not: Mapping[str, pa.BooleanArray] = field(default_factory=dict)
    reasons: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass
class ColumnReport:
    """Hold the counts of a column; only rows that remain are counted.

    Attributes:
        steps: (slug, cells changed, cells that it could not convert), in the order of the steps.
        changed: Cells that differ from the source in the end.
        could_not: Cells that some step could not convert.
    """

    steps: list[tuple[str, int, int]] = field(default_factory=list)
    changed: int = 0
    could_not: int = 0

    def count(self, source: pa.Array, filled: pa.Array, result: ColumnResult | None) -> None:
        """Add a batch of the column.

        Args:
            source: As it was in the source.
            filled: After it was filled from above.
            result: After its steps; None for a column without any.
        """
        after = filled
        counts: list[tuple[int, int]] = []
        if result is not None:
            after = result.values
            counts += result.counts
            self.could_not += _cells(result.could_not)
        if len(self.steps) > len(counts):  # the first step is then filling from above, which no result counts
            counts.insert(0, (_cells(differing(source, filled)), 0))
        for number, (changed, could_not) in enumerate(counts):
            slug, changed_before, could_not_before = self.steps[number]
            self.steps[number] = (slug, changed_before + changed, could_not_before + could_not)
        changes = [changed for changed, _ in counts if changed]
        if len(changes) < 2:
            self.changed += sum(changes)
        else:  # what one step changes another may change back, so that only a comparison shows what differs
            self.changed += _cells(differing(source, after))


@dataclass
class SheetReport:
    """Hold the counts of a sheet: rows_in = rows that remain + all dropped.

    Attributes:
        rows_in: Rows of the working file.
        dropped: Rows by the slug of the step that dropped them.
        columns: By title, added ones too; complete when the batches are exhausted.
    """

    rows_in: int = 0
    dropped: dict[str, int] = field(default_factory=dict)
    columns: dict[str, ColumnReport] = field(default_factory=dict)

    @property
    def rows_out(self) -> int:
        """Return how many rows remain."""
        return self.rows_in - sum(self.dropped.values())


def new_report(plan: SheetPlan, dropped_by: Codes) -> SheetReport:
    """Return a report in which rows are counted and cells are not yet.

    Args:
        plan: Of the sheet.
        dropped_by: Of every row the number of the step that drops it, 0 where it remains.
    """
    dropped = {step.slug: 0 for step in plan.droppers}
    times = np.bincount(dropped_by, minlength=len(plan.droppers) + 1)
    for number, step in enumerate(plan.droppers, 1):
        dropped[step.slug] += int(times[number])  # a recipe may list one step several times
    report = SheetReport(len(dropped_by), dropped)
    for title in plan.titles:
        report.columns[title] = new_column_report(plan, title)
    return report


def new_column_report(plan: SheetPlan, title: str, before: int | None = None) -> ColumnReport:
    """Return a column's report before any cell is counted, for its first `before` steps (None: all)."""
    counts = []
    if title in plan.filled:  # which comes before the column's own steps
        counts.append((FillDown.slug, 0, 0))
    if title in plan.columns:
        for step in plan.columns[title].steps[:before]:
            counts.append((step.slug, 0, 0))
    return ColumnReport(counts)


def _cells(mask: Mask | None) -> int:
    if mask is None:
        return 0
    return int(np.count_nonzero(mask))
