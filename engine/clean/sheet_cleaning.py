"""A sheet through its recipe, batch by batch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pyarrow as pa

from engine.clean.cleaning_plan import SheetPlan, only_column, plan_sheet
from engine.clean.cleaning_report import CleanedBatch, SheetReport, count, new_report
from engine.clean.column_evaluation import ColumnEvaluator, RemainingRows, part_of, parts
from engine.clean.column_runner import ColumnResult
from engine.clean.row_codes import CHECKPOINT, Filler
from engine.clean.sheet_knowledge import MOST_FACTS, SheetKnowledge, SheetLearner
from engine.recipe import Recipe, SheetRecipe
from engine.sheets.working_file import ROW, WorkingFile
from engine.steps.step import Context

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class CleanedPage:
    """A page of all rows, dropped ones too. `raw`: ROW and the source columns. `dropped_by`: per row the slug of
    the step that drops it, "" where it stays. `cleaned`: the rows that stay.
    """

    raw: pa.RecordBatch
    dropped_by: list[str]
    cleaned: CleanedBatch


@dataclass(frozen=True)
class ColumnPart:
    """A batch of one column: source row numbers, the column as it was in the source, then filled from above, then
    after its steps.
    """

    rows: pa.Array
    source: pa.Array
    filled: pa.Array
    result: ColumnResult


class SheetRun:
    """Cleans one sheet. `working` holds the rows below the titles that the recipe says or that were detected (see
    `effective_header`). `learnt`, from a former run on the same working file, saves passes over the rows; what
    does not fit the recipe any more is ignored.
    """

    def __init__(
        self, working: WorkingFile, sheet: SheetRecipe, recipe: Recipe, learnt: Mapping[str, Any] | None = None
    ) -> None:
        self.working, self.sheet, self.recipe = working, sheet, recipe
        self.report = SheetReport()
        self._learnt: dict[str, Any] = dict(learnt or {})

    @cached_property
    def plan(self) -> SheetPlan:
        """What the recipe asks for. Raises RecipeError."""
        return plan_sheet(self.working.titles, self.sheet)

    @property
    def titles(self) -> tuple[str, ...]:
        """Source titles in order, added columns right after the one they come from. Raises RecipeError."""
        return self.plan.titles

    @property
    def learnt(self) -> dict[str, Any]:
        """What is known by now, as plain JSON, to be given to later runs on the same working file."""
        return dict(list(self._learnt.items())[-MOST_FACTS:])

    def prepare(self, progress: Progress | None = None, titles: Sequence[str] | None = None) -> None:
        """Learn what cleaning needs to know of the whole sheet (or of the columns `titles`). Raises RecipeError
        for a recipe that does not fit. `progress` gets rows; a second call costs nothing.
        """
        wanted = self.titles if titles is None else titles
        total, done = self._learner.passes(wanted) * self.working.num_rows, 0

        def tick(rows: int) -> None:
            nonlocal done
            done += rows
            if progress:
                progress(done, total)

        self._learner.learn(wanted, tick)

    def batches(self) -> Iterator[CleanedBatch]:
        """The rows that remain, cleaned, in source order. `report` is complete when they are exhausted."""
        self.prepare()
        rows, drops = self._knowledge.rows, len(self.plan.droppers)
        self.report = new_report(self.plan, rows.dropped_by(0, self.working.num_rows))
        for part in parts(self.working, self.plan, rows, self.titles, drops=drops, tick=_untold):
            results = self._evaluator.columns(part.raw, self.titles)
            self._count(part, results)
            yield self._batch(part, results)

    def page(self, start: int, rows: int) -> CleanedPage:
        """`rows` rows from position `start` (from 0) of the working file on, fewer at its end; the report is left
        alone.
        """
        self.prepare()
        start = min(max(0, start), self.working.num_rows)
        raw = _one_batch(self.working.page(start, rows))
        codes = self._knowledge.rows.dropped_by(start, len(raw))
        part = part_of(raw, self._filled(start, len(raw)), codes == 0)
        slugs = ["", *(step.slug for step in self.plan.droppers)]
        return CleanedPage(
            raw, [slugs[code] for code in codes], self._batch(part, self._evaluator.columns(part.raw, self.titles))
        )

    def column(self, title: str, place: int | None = None) -> Iterator[ColumnPart]:
        """One column as it stands before its enabled step number `place` (None: after the last), batch by batch.
        Steps on cleaned rows are not looked at.
        """
        self.prepare(titles=[title])
        drops = len(self.plan.drops)
        for part in parts(self.working, self.plan, self._knowledge.rows, [title], drops=drops, tick=_untold):
            if title in self.plan.columns:
                filled, result = self._evaluator.before_step(title, place, part.raw)
            else:
                filled = part.raw[title]
                result = ColumnResult(filled)
            source = part.before[title] if title in self.plan.source else filled
            yield ColumnPart(part.before[ROW], source, filled, result)

    def only(self, title: str) -> SheetRun:
        """A run for one column and what it is computed from; steps elsewhere may be broken. What either run learns
        both know.
        """
        narrow = SheetRun(self.working, only_column(self.sheet, title), self.recipe)
        narrow._learnt = self._learnt
        return narrow

    @cached_property
    def _learner(self) -> SheetLearner:
        return SheetLearner(self.working, self.plan, self._context, self._learnt)

    @cached_property
    def _context(self) -> Context:
        notes = self.working.shape_notes
        return Context(self.recipe.country, self.recipe.timezone, excel_1904=bool(notes.get("date1904")))

    @cached_property
    def _evaluator(self) -> ColumnEvaluator:
        return ColumnEvaluator(self.plan, self._context, self._knowledge.facts)

    @property
    def _knowledge(self) -> SheetKnowledge:
        return self._learner.knowledge

    def _filled(self, start: int, count: int) -> dict[str, pa.Array]:
        """The filled columns on a page, from the last checkpoint before it on."""
        if not self.plan.filled:
            return {}
        rows = self._knowledge.rows
        checkpoint = start // CHECKPOINT
        first = checkpoint * CHECKPOINT
        batch = _one_batch(self.working.page(first, start - first + count, self.plan.filled))
        filler = Filler(self.plan.filled, {title: above[checkpoint] for title, above in rows.above.items()})
        filled = filler.fill(batch, *rows.blank_and_stops(first, len(batch)))
        return {title: column.slice(start - first, count) for title, (column, _) in filled.items()}

    def _count(self, part: RemainingRows, results: Mapping[str, ColumnResult]) -> None:
        for title in dict.fromkeys([*self.plan.filled, *results]):
            if title in self.plan.source:
                source, filled = part.before[title], part.raw[title]
            else:
                source = filled = results[self.plan.columns[title].origin].added[title]
            count(self.report.columns[title], source, filled, results.get(title))

    def _batch(self, part: RemainingRows, results: Mapping[str, ColumnResult]) -> CleanedBatch:
        after = [results[title].values if title in results else part.raw[title] for title in self.titles]
        failed = {title: result for title, result in results.items() if result.could_not is not None}
        return CleanedBatch(
            before=part.before,
            after=pa.RecordBatch.from_arrays([part.before[ROW], *after], [ROW, *self.titles]),
            could_not={title: pa.array(result.could_not) for title, result in failed.items()},
            reasons={title: result.reasons for title, result in failed.items()},
        )


def _untold(rows: int) -> None:
    """Progress that nobody asked for."""


def _one_batch(table: pa.Table) -> pa.RecordBatch:
    batches = table.combine_chunks().to_batches()
    return batches[0] if batches else pa.RecordBatch.from_pylist([], schema=table.schema)
