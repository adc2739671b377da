"""A sheet through its recipe, batch by batch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pyarrow as pa

from engine.clean.cleaning_plan import SheetPlan, group_titles, only_column, plan_sheet, with_groups
from engine.clean.cleaning_report import CleanedBatch, SheetReport, new_report
from engine.clean.column_runner import ColumnResult
from engine.clean.computed_columns import (
    ColumnEvaluator,
    RemainingRows,
    cleaned_columns,
    remaining_rows,
    rows_that_stay,
)
from engine.clean.row_runner import CHECKPOINT, Filler
from engine.clean.sheet_knowledge import MOST_FACTS, SheetKnowledge, SheetLearner
from engine.recipe import Recipe, SheetRecipe
from engine.sheets.grouped_file import grouped
from engine.sheets.row_kinds import DATA, KIND_NAMES
from engine.sheets.sheet_outline import SheetKinds
from engine.sheets.working_file import ROW, WorkingFile
from engine.steps.step import Context

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class CleanedPage:
    """Hold a page of all rows, dropped ones too.

    Attributes:
        raw: ROW and the source columns.
        dropped_by: Per row the slug of the step that drops it, "" where it stays.
        cleaned: The rows that stay.
        kinds: Per row what it is (`row_kinds.KIND_NAMES`), with a question mark where that is in doubt.
    """

    raw: pa.RecordBatch
    dropped_by: list[str]
    cleaned: CleanedBatch
    kinds: list[str]


@dataclass(frozen=True)
class ColumnPart:
    """Hold a batch of one column.

    Attributes:
        rows: Source row numbers.
        source: The column as it was in the source.
        filled: The column filled from above.
        result: The column after its steps.
    """

    rows: pa.Array
    source: pa.Array
    filled: pa.Array
    result: ColumnResult


class SheetRun:
    """Clean one sheet."""

    def __init__(
        self, working: WorkingFile, sheet: SheetRecipe, recipe: Recipe, learnt: Mapping[str, Any] | None = None
    ) -> None:
        """Take the sheet's rows and what the recipe says of it.

        Args:
            working: The rows below the titles that the recipe says (see `effective_header`) or that were detected.
                Columns for the names of groups are added where the recipe asks for them.
            sheet: The recipe of the sheet.
            recipe: The recipe that it is part of.
            learnt: From a former run on the same working file; it saves passes over the rows. What does not fit the
                recipe any more is ignored.
        """
        self.working, self.sheet, self.recipe = grouped(working, group_titles(sheet.rows)), sheet, recipe
        self.report = SheetReport()
        self._learnt: dict[str, Any] = dict(learnt or {})

    @cached_property
    def plan(self) -> SheetPlan:
        """Return what the recipe asks for. Raises RecipeError."""
        return plan_sheet(with_groups(self.working.source_titles, self.sheet), self.sheet)

    @property
    def titles(self) -> tuple[str, ...]:
        """Return source titles in order, added columns right after the one they come from. Raises RecipeError."""
        return self.plan.titles

    @property
    def learnt(self) -> dict[str, Any]:
        """Return what was learned so far as plain JSON, for other runs on the same working file."""
        # The last ones are those learnt last.
        return dict(list(self._learnt.items())[-MOST_FACTS:])

    def prepare(self, progress: Progress | None = None, titles: Sequence[str] | None = None) -> None:
        """Learn what cleaning needs to know of the whole sheet; a second call costs nothing.

        Args:
            progress: Called with the rows read and the rows to read.
            titles: The columns that will be cleaned; None for all.

        Raises:
            RecipeError: The recipe does not fit the sheet.
        """
        wanted = titles
        if wanted is None:
            wanted = self.titles
        total, done = self._learner.passes(wanted) * self.working.num_rows, 0

        def tick(rows: int) -> None:
            nonlocal done
            done += rows
            if progress:
                progress(done, total)

        self._learner.learn(wanted, tick)

    def batches(self) -> Iterator[CleanedBatch]:
        """Yield the rows that remain, cleaned, in source order; `report` is complete when they are exhausted."""
        self.prepare()
        self.report = new_report(self.plan, self._knowledge.rows.dropped_by(0, self.working.num_rows))
        for rows in self._remaining(self.titles, drops=len(self.plan.droppers)):
            results = self._evaluator.columns(rows.raw, self.titles)
            self._count(rows, results)
            yield self._batch(rows, results)

    def cells(self, titles: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """Yield some columns of the rows that remain, cleaned, in source order; the report is left alone."""
        self.prepare(titles=titles)
        for rows in self._remaining(titles, drops=len(self.plan.droppers)):
            results = self._evaluator.columns(rows.raw, titles)
            yield pa.RecordBatch.from_arrays(cleaned_columns(titles, results, rows.raw), list(titles))

    def page(self, start: int, rows: int) -> CleanedPage:
        """Return `rows` rows from position `start` (from 0) of the working file on; the report is left alone.

        At the end of the file there are fewer.
        """
        self.prepare()
        start = min(max(0, start), self.working.num_rows)
        raw = _one_batch(self.working.page(start, rows))
        codes = self._knowledge.rows.dropped_by(start, len(raw))
        staying = rows_that_stay(raw, self._filled(start, len(raw)), codes == 0)
        cleaned = self._batch(staying, self._evaluator.columns(staying.raw, self.titles))
        slugs = [""]  # of the code 0, which is that of a row that stays
        for step in self.plan.droppers:
            slugs.append(step.slug)
        kinds = self._kinds.of(raw).names()
        return CleanedPage(raw, [slugs[code] for code in codes], cleaned, kinds)

    def rows_of_kinds(self) -> dict[str, list[int]]:
        """Return the source rows that are no data by what they are; nothing of a sheet that is very long."""
        if self._kinds.outline is None:
            return {}
        found: dict[str, list[int]] = {}
        outline = self._kinds.outline
        for row, kind in zip(outline.rows.tolist(), outline.kinds.names(), strict=True):
            if kind != KIND_NAMES[DATA]:
                found.setdefault(kind, []).append(row)
        return found

    @cached_property
    def _kinds(self) -> SheetKinds:
        return SheetKinds(self.working)

    def column(self, title: str, number: int | None = None) -> Iterator[ColumnPart]:
        """Yield one column as it is before its enabled step `number` (None: after the last), batch by batch.

        Steps on cleaned rows are not looked at.
        """
        self.prepare(titles=[title])
        for rows in self._remaining([title], drops=len(self.plan.drops)):
            if title in self.plan.columns:
                filled, result = self._evaluator.before_step(title, number, rows.raw)
            else:
                filled = rows.raw[title]
                result = ColumnResult(filled)
            source = filled  # of a column that a step adds, which the source lacks
            if title in self.plan.source:
                source = rows.before[title]
            yield ColumnPart(rows.before[ROW], source, filled, result)

    def only(self, title: str) -> SheetRun:
        """Return a run for one column and what it is computed from; steps elsewhere may be broken.

        What either run learns both know.
        """
        run = SheetRun(self.working, only_column(self.sheet, title), self.recipe)
        # The very dictionary: its keys are made of all that decides a fact, so that nothing can be mixed up.
        run._learnt = self._learnt
        return run

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

    def _remaining(self, titles: Sequence[str], drops: int) -> Iterator[RemainingRows]:
        codes = self._knowledge.rows
        return remaining_rows(self.working, self.plan, codes, titles, drops=drops, tick=_unreported)

    def _filled(self, start: int, count: int) -> dict[str, pa.Array]:
        """Return the filled columns on a page, computed from the last checkpoint before it on."""
        if not self.plan.filled:
            return {}
        rows = self._knowledge.rows
        checkpoint = start // CHECKPOINT
        first = checkpoint * CHECKPOINT
        read = self.plan.read_to_fill(self.plan.filled)
        batch = _one_batch(self.working.page(first, start - first + count, read))
        above = {title: handed_down[checkpoint] for title, handed_down in rows.above.items()}
        filler = Filler(self.plan.within, above)
        filled = filler.fill(batch, rows.fill_marks(first, len(batch)))
        return {title: column.slice(start - first, count) for title, (column, _) in filled.items()}

    def _count(self, rows: RemainingRows, results: Mapping[str, ColumnResult]) -> None:
        # No other column can differ from its source, so that nothing need be counted there.
        for title in dict.fromkeys([*self.plan.filled, *results]):
            if title in self.plan.source:
                source, filled = rows.before[title], rows.raw[title]
            else:
                source = filled = results[self.plan.columns[title].origin].added[title]
            self.report.columns[title].count(source, filled, results.get(title))

    def _batch(self, rows: RemainingRows, results: Mapping[str, ColumnResult]) -> CleanedBatch:
        after = cleaned_columns(self.titles, results, rows.raw)
        could_not: dict[str, pa.BooleanArray] = {}
        reasons: dict[str, Mapping[str, str]] = {}
        for title, result in results.items():
            if result.could_not is not None:
                could_not[title] = pa.array(result.could_not)
                reasons[title] = result.reasons
        cleaned = pa.RecordBatch.from_arrays([rows.before[ROW], *after], [ROW, *self.titles])
        return CleanedBatch(rows.before, cleaned, could_not, reasons)


def _unreported(rows: int) -> None:
    """Ignore progress that nobody asked for."""


def _one_batch(table: pa.Table) -> pa.RecordBatch:
    batches = table.combine_chunks().to_batches()
    if not batches:  # a table without rows has none
        return pa.RecordBatch.from_pylist([], schema=table.schema)
    return batches[0]
