"""Batches of raw rows, and the columns computed from them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from engine.clean.cleaning_plan import LearningStep, SheetPlan
from engine.clean.column_runner import BoundStep, ColumnResult, ColumnRunner
from engine.clean.row_codes import Filler, RowCodes
from engine.sheets.row_kinds import Mask
from engine.sheets.working_file import WorkingFile
from engine.steps.step import Context

Columns = Mapping[str, pa.Array]
Tick = Callable[[int], None]


class ColumnEvaluator:
    """Computes a plan's columns. `facts`: what the learning steps learnt so far."""

    def __init__(self, plan: SheetPlan, context: Context, facts: Mapping[LearningStep, Any]) -> None:
        self.plan, self.context, self.facts = plan, context, facts
        self._runners: dict[tuple[str, int | None], ColumnRunner] = {}

    def columns(self, raw: Columns, titles: Sequence[str]) -> dict[str, ColumnResult]:
        """The computed ones of `titles` and all that they need; `raw` holds the source columns they come from."""
        needed = set(self.plan.needed(titles))
        results: dict[str, ColumnResult] = {}
        values = dict(raw)
        for title, column in self.plan.columns.items():
            if title in needed:
                if column.origin:
                    values[title] = results[column.origin].added[title]
                results[title] = self._runner(title, None).run(values[title], values)
                values[title] = results[title].values
        return results

    def before_step(self, title: str, place: int | None, raw: Columns) -> tuple[pa.Array, ColumnResult]:
        """A computed column as it comes to its first step, and as it stands before its step number `place` (None:
        after the last).
        """
        column = self.plan.columns[title]
        results = self.columns(raw, column.reads(place))
        values = {**raw, **{other: result.values for other, result in results.items()}}
        start = results[column.origin].added[title] if column.origin else raw[title]
        return start, self._runner(title, place).run(start, values)

    def _runner(self, title: str, place: int | None) -> ColumnRunner:
        if (title, place) not in self._runners:
            steps = self.plan.columns[title].steps[:place]
            bound = [BoundStep(step, self.facts.get((title, number))) for number, step in enumerate(steps)]
            self._runners[title, place] = ColumnRunner(bound, self.context)
        return self._runners[title, place]


@dataclass(frozen=True)
class RemainingRows:
    """Rows of one batch that remain. `before`: ROW and source columns, raw. `raw`: the source columns by title,
    filled from above where the recipe says so.
    """

    before: pa.RecordBatch
    raw: Columns


def parts(
    working: WorkingFile, plan: SheetPlan, rows: RowCodes, titles: Sequence[str], *, drops: int, tick: Tick
) -> Iterator[RemainingRows]:
    """The rows that the first `drops` dropping steps leave, with what `titles` are computed from."""
    needed = set(plan.needed(titles))
    source = [title for title in plan.source if title in needed]
    filler = Filler([title for title in plan.filled if title in needed])
    start = 0
    for batch in working.batches(source):
        number = rows.dropped_by(start, len(batch))
        filled = filler.fill(batch, *rows.blank_and_stops(start, len(batch)))
        part = part_of(
            batch, {title: column for title, (column, _) in filled.items()}, (number == 0) | (number > drops)
        )
        if len(part.before):
            yield part
        start += len(batch)
        tick(len(batch))


def part_of(batch: pa.RecordBatch, filled: Columns, stays: Mask) -> RemainingRows:
    """The rows of a batch that stay."""
    if stays.all():
        return RemainingRows(batch, {**_named(batch), **filled})
    places = pa.array(np.flatnonzero(stays))
    before = batch.take(places)
    return RemainingRows(before, {**_named(before), **{title: column.take(places) for title, column in filled.items()}})


def _named(batch: pa.RecordBatch) -> dict[str, pa.Array]:
    return dict(zip(batch.schema.names, batch.columns, strict=True))
