"""The first half of a check or an export: every sheet is cleaned once, its cells are tried against the rules, and
what must be known of each row later is kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from engine.bundle.added_columns import LineNumber
from engine.bundle.bundle_plan import BundlePlan, MappedSheet
from engine.bundle.bundle_report import SheetRows
from engine.bundle.cell_rules import BatchRule, sheet_rules
from engine.bundle.cell_warnings import sheet_cautions
from engine.bundle.cleaned_lines import CleanedLines, Positions, RowNotes
from engine.bundle.column_rules import blank
from engine.bundle.export_problems import ExportProblem, ProblemCounter, rows_word
from engine.bundle.row_hashes import Marks, RowHashCollector, RowHashes
from engine.clean import CleanedBatch
from engine.sheets.working_file import ROW
from odoo_migrate.project.project_files import split_keys


class LookupColumn(NamedTuple):
    """A column whose cells are translated: by table `table`, several in a cell where there is a separator."""

    table: str
    separator: str
    title: str


def lookup_columns(planned: MappedSheet) -> list[LookupColumn]:
    """The columns that go through lookup tables."""
    fields = [field for target in planned.targets for field in target.fields if field.lookup]
    return list(dict.fromkeys(LookupColumn(one.lookup, one.separator, one.source) for one in fields))


def occurrences(column: pa.Array | pa.ChunkedArray) -> dict[str, int]:
    """How often each cell stands in a column."""
    found = pc.value_counts(column)
    return dict(zip(found.field("values").to_pylist(), found.field("counts").to_pylist(), strict=True))


def keys_of(cells: Mapping[LookupColumn, Counter[str]], table: str) -> Counter[str]:
    """In how many rows each key of `table` stands, from the counts of cells."""
    keys: Counter[str] = Counter()
    for column, counts in cells.items():
        if column.table == table:
            for cell, count in counts.items():
                keys.update(dict.fromkeys(split_keys(cell, column.separator), count))
    return keys


@dataclass
class CheckedSheet:
    """One sheet, seen whole. One entry per cleaned row: `rows` source row numbers, `bad` whether it stays wrong.
    `facts` by mapping name; `cells`: in how many rows each cell of a lookup column stands; `spool`: the cleaned
    rows; `notes`: what is wrong with a row itself.
    """

    planned: MappedSheet
    rows: Positions
    bad: Marks
    facts: Mapping[str, RowHashes]
    cells: Mapping[LookupColumn, Counter[str]]
    problems: list[ExportProblem]
    spool: CleanedLines
    notes: RowNotes

    def keys(self, table: str) -> Counter[str]:
        """In how many rows each key of a lookup table stands."""
        return keys_of(self.cells, table)

    def sum(self) -> SheetRows:
        """The rows and cells of the sheet, with what is known to be wrong so far."""
        report = self.planned.run.report
        columns = report.columns.values()
        rejected = int(self.bad.sum())
        return SheetRows(
            self.planned.sheet.sheet, report.rows_in, len(self.rows) - rejected, rejected,
            sum(report.dropped.values()), sum(c.changed for c in columns), sum(c.could_not for c in columns),
        )  # fmt: skip


def check_sheet(
    plan: BundlePlan, planned: MappedSheet, directory: Path, titles: Sequence[str], advance: Callable[[int], None]
) -> CheckedSheet:
    """See the sheet; its cleaned columns `titles` are kept in `directory`. `advance(rows)` after every batch."""
    work = _Work(plan, planned)
    notes = RowNotes(directory / f"{planned.file}.notes")
    with closing(notes), CleanedLines(directory / f"{planned.file}.csv", titles) as spool:
        for batch in planned.run.batches():
            work.take(batch, spool, notes)
            advance(batch.after.num_rows)
    return work.survey(spool, notes)


class _Work:
    """What is gathered while a sheet goes by. `wanted`: the columns that must be looked at."""

    def __init__(self, plan: BundlePlan, planned: MappedSheet) -> None:
        self.plan, self.planned = plan, planned
        self.rules = sheet_rules(planned, plan.tables, plan.catalog.version)
        self.rules += sheet_cautions(planned, plan.tables, plan.recipe)
        self.tallies = [ProblemCounter() for _ in self.rules]
        self.added = [one.fresh() if isinstance(one, LineNumber) else one for one in planned.columns.added]
        self.wanted = planned.used | {title for one in self.added for title in one.columns}
        self.collectors = [RowHashCollector(target) for target in planned.targets]
        self.could_not = UnconvertedCells(planned)
        self.cells = {column: Counter[str]() for column in lookup_columns(planned)}
        self.rows: list[Positions] = []
        self.bad: list[Marks] = []
        self.seen = 0

    def take(self, batch: CleanedBatch, spool: CleanedLines, notes: RowNotes) -> None:
        frame = self._frame(batch)
        rows = batch.after.column(ROW).to_numpy(zero_copy_only=False).astype(np.int32)
        why = RowReasons(rows)
        marks = self.could_not.take(batch, frame, why)
        for rule, tally in zip(self.rules, self.tallies, strict=True):
            _try(rule, tally, frame, marks, why)
        for collector in self.collectors:
            collector.add(frame, self.seen)
        for column, counts in self.cells.items():
            counts.update(occurrences(_column(batch.after, frame, column.title)))
        notes.add(*why.texts(self.seen))
        spool.write([_column(batch.after, frame, title) for title in spool.titles])
        self.rows.append(rows)
        self.bad.append(why.bad)
        self.seen += len(rows)

    def _frame(self, batch: CleanedBatch) -> pl.DataFrame:
        """The columns that matter for checks, and the bridge's own."""
        wanted = [title for title in batch.after.schema.names if title in self.wanted or title in batch.could_not]
        frame = pl.DataFrame(pl.from_arrow(batch.after.select(wanted)))
        for one in self.added:
            frame = frame.with_columns(one.cells(frame))
        return frame

    def survey(self, spool: CleanedLines, notes: RowNotes) -> CheckedSheet:
        return CheckedSheet(
            planned=self.planned,
            rows=np.concatenate([np.empty(0, np.int32), *self.rows]),
            bad=np.concatenate([np.empty(0, np.bool_), *self.bad]),
            facts={one.target.name: one.whole() for one in self.collectors},
            cells=self.cells,
            problems=[*self._rule_problems(), *self.could_not.problems()],
            spool=spool,
            notes=notes,
        )

    def _rule_problems(self) -> Iterable[ExportProblem]:
        for rule, tally in zip(self.rules, self.tallies, strict=True):
            if tally.count:
                yield ExportProblem(
                    rule.kind, rule.severity, rule.says(tally.count), self.planned.sheet.sheet,
                    self.planned.sheet.source_name, rule.column, rule.model, rule.field, rule.lookup, rule.station,
                    tally.count, tuple(tally.examples), tuple(tally.rows),
                )  # fmt: skip


class RowReasons:
    """Why rows of one batch are wrong, each in its own words. `rows`: their source row numbers."""

    def __init__(self, rows: Positions) -> None:
        self.rows = rows
        self.bad: Marks = np.zeros(len(rows), dtype=bool)
        self._texts: dict[int, str] = {}

    def add(self, positions: Sequence[int], reasons: Sequence[str]) -> None:
        """Note that the rows at `positions` are wrong for these reasons."""
        self.bad[positions] = True
        for position, reason in zip(positions, reasons, strict=True):
            known = self._texts.get(position, "")
            if reason not in known:
                self._texts[position] = f"{known}; {reason}" if known else reason

    def texts(self, start: int) -> tuple[list[int], list[str]]:
        """The positions of wrong rows and what is wrong; `start` is the position of the batch's first row."""
        wrong = sorted(self._texts)
        return [start + position for position in wrong], [self._texts[position] for position in wrong]


def _try(
    rule: BatchRule, tally: ProblemCounter, frame: pl.DataFrame, could_not: Mapping[str, pl.Series], why: RowReasons
) -> None:
    """Note the cells that break a rule; one that could not be converted has its reason already."""
    cells = frame[rule.column]
    bad = rule.bad(frame)
    if rule.when:
        bad = bad & ~blank(frame[rule.when])
    if rule.column in could_not:
        bad = bad & ~could_not[rule.column]
    if not bad.any():
        return
    positions = bad.arg_true().to_list()
    texts = cells.gather(positions).to_list()
    tally.add(why.rows[positions].tolist(), filter(None, texts))
    if rule.severity == "row":
        why.add(positions, rule.reasons(frame.filter(bad)))


class UnconvertedCells:
    """Cells that a step could not convert: their rows are wrong where a target reads the column."""

    def __init__(self, planned: MappedSheet) -> None:
        self.planned = planned
        self.tallies: dict[str, ProblemCounter] = {}

    def take(self, batch: CleanedBatch, frame: pl.DataFrame, why: RowReasons) -> dict[str, pl.Series]:
        """The marks by column, for the columns that have any."""
        marks = {}
        for title, array in batch.could_not.items():
            mark = pl.Series(np.asarray(array.to_numpy(zero_copy_only=False), dtype=bool))
            if title in frame.columns and mark.any():
                marks[title] = mark
                self._note(title, mark, frame[title], batch.reasons.get(title, {}), why)
        return marks

    def _note(self, title: str, mark: pl.Series, cells: pl.Series, reasons: Mapping[str, str], why: RowReasons) -> None:
        positions = mark.arg_true().to_list()
        texts = cells.gather(positions).to_list()
        self.tallies.setdefault(title, ProblemCounter()).add(why.rows[positions].tolist(), texts)
        if title in self.planned.used:
            sentences = {text: _could_not(title, text, reasons.get(text, "")) for text in set(texts)}
            why.add(positions, [sentences[text] for text in texts])

    def problems(self) -> Iterable[ExportProblem]:
        for title, tally in self.tallies.items():
            used = title in self.planned.used
            message = f"{rows_word(tally.count)}: '{title}' could not be converted"
            message += "." if used else "; the cells are kept as they are, since the column fills no field."
            yield ExportProblem(
                "could_not", "row" if used else "warning", message, self.planned.sheet.sheet,
                self.planned.sheet.source_name, title, station="cleaning", count=tally.count,
                examples=tuple(tally.examples), rows=tuple(tally.rows),
            )  # fmt: skip


def _could_not(title: str, text: str, reason: str) -> str:
    return f"'{title}' ('{text}') could not be converted" + (f": {reason}" if reason else "")


def _column(after: pa.RecordBatch, frame: pl.DataFrame, title: str) -> pa.Array:
    """A column of data/raw: cleaned, or added by the bridge."""
    if title in after.schema.names:
        return after.column(title)
    return frame[title].to_arrow(compat_level=pl.CompatLevel.oldest()).cast(pa.string())
