"""Batches of raw rows, and the columns computed from them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from engine.clean.cleaning_plan import LearningStep, SheetPlan
from engine.clean.column_runner import BoundStep, ColumnResult, ColumnRunner
from engine.clean.row_runner import Filler, RowCodes
from engine.sheets.row_kinds import Mask
from engine.sheets.working_file import WorkingFile
from engine.steps.step import Context

Columns = Mapping[str, pa.Array]
Tick = Callable[[int], None]


class ColumnEvaluator:
    """Compute a plan's columns, batch by batch."""

    def __init__(self, plan: SheetPlan, context: Context, facts: Mapping[LearningStep, Any]) -> None:
        """Take the plan, what all steps know, and what the learning steps learnt so far."""
        self.plan, self.context, self.facts = plan, context, facts
        # By title and number of steps: a runner remembers its answers, so that it serves all batches.
        self._runners: dict[tuple[str, int | None], ColumnRunner] = {}

    def columns(self, raw: Columns, titles: Sequence[str]) -> dict[str, ColumnResult]:
        """Return the computed ones of `titles` and of all that they need.

        Args:
            raw: The source columns that they come from.
            titles: Of any columns of the plan.
        """
        needed = set(self.plan.needed(titles))
        results: dict[str, ColumnResult] = {}
        values = dict(raw)
        # In the plan each column comes after those that it reads, so that one pass is enough.
        for title, column in self.plan.columns.items():
            if title in needed:
                if column.origin:
                    values[title] = results[column.origin].added[title]
                results[title] = self._runner(title, None).run(values[title], values)
                values[title] = results[title].values
        return results

    def before_step(self, title: str, number: int | None, raw: Columns) -> tuple[pa.Array, ColumnResult]:
        """Return a computed column as it comes to its first step, and to its step `number` (None: after the last)."""
        column = self.plan.columns[title]
        results = self.columns(raw, column.reads(number))
        values = dict(raw)
        for other, result in results.items():
            values[other] = result.values
        start = results[column.origin].added[title] if column.origin else raw[title]
        return start, self._runner(title, number).run(start, values)

    def _runner(self, title: str, steps: int | None) -> ColumnRunner:
        if (title, steps) not in self._runners:
            bound = []
            for number, step in enumerate(self.plan.columns[title].steps[:steps]):
                bound.append(BoundStep(step, self.facts.get((title, number))))
            self._runners[title, steps] = ColumnRunner(bound, self.context)
        return self._runners[title, steps]


def cleaned_columns(titles: Sequence[str], results: Mapping[str, ColumnResult], raw: Columns) -> list[pa.Array]:
    """Return the columns `titles` cleaned, or as they are where nothing is computed."""
    columns = []
    for title in titles:
        if title in results:
            columns.append(results[title].values)
        else:
            columns.append(raw[title])
    return columns


@dataclass(frozen=True)
class RemainingRows:
    """Hold the rows of one batch that remain.

    Attributes:
        before: ROW and source columns, raw.
        raw: The source columns by title, filled from above where the recipe says so.
    """

    before: pa.RecordBatch
    raw: Columns


def remaining_rows(
    working: WorkingFile, plan: SheetPlan, codes: RowCodes, titles: Sequence[str], *, drops: int, tick: Tick
) -> Iterator[RemainingRows]:
    """Yield, batch by batch, the rows that the first `drops` dropping steps leave.

    Args:
        working: The sheet's rows.
        plan: Of the sheet.
        codes: Of its rows.
        titles: Columns to compute; what they are computed from is read.
        drops: How many of the dropping steps count.
        tick: Called with the number of rows of each batch.
    """
    needed = set(plan.needed(titles))
    filled_here = [title for title in plan.filled if title in needed]
    needed.update(plan.read_to_fill(filled_here))
    source = [title for title in plan.source if title in needed]
    filler = Filler({title: plan.within[title] for title in filled_here})
    start = 0
    for batch in working.batches(source):
        number = codes.dropped_by(start, len(batch))
        # Before any row is dropped: an empty cell may be filled from a row that does not stay.
        filled = filler.fill(batch, codes.fill_marks(start, len(batch)))
        columns = {title: column for title, (column, _) in filled.items()}
        rows = rows_that_stay(batch, columns, (number == 0) | (number > drops))
        if len(rows.before):
            yield rows
        start += len(batch)
        tick(len(batch))


def rows_that_stay(batch: pa.RecordBatch, filled: Columns, stays: Mask) -> RemainingRows:
    """Return the rows of a batch that `stays` marks, with the columns `filled` instead of the raw ones."""
    if stays.all():  # the usual case, without a copy
        return RemainingRows(batch, {**_by_title(batch), **filled})
    places = pa.array(np.flatnonzero(stays))
    before = batch.take(places)
    raw = _by_title(before)
    for title, column in filled.items():
        raw[title] = column.take(places)
    return RemainingRows(before, raw)


def _by_title(batch: pa.RecordBatch) -> dict[str, pa.Array]:
    return dict(zip(batch.schema.names, batch.columns, strict=True))
