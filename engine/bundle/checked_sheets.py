"""Check all rows of the sheets, which is the first half of a check or an export.

Every sheet is cleaned once, its cells are tried against the rules, and what the other checks need of each row is kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from engine.bundle.added_columns import LineNumber, MadeKey
from engine.bundle.bundle_plan import BundlePlan, MappedSheet
from engine.bundle.cell_rules import BatchRule, sheet_cautions, sheet_rules
from engine.bundle.check_results import SheetRows
from engine.bundle.cleaned_lines import CleanedLines, Positions, RowNotes
from engine.bundle.column_rules import blank
from engine.bundle.export_problems import ExportProblem, ProblemCounter, Severity, rows_word
from engine.bundle.row_hashes import Marks, RowHashCollector, RowHashes, SharedFields
from engine.clean import CleanedBatch
from engine.clean.read_ahead import read_ahead
from engine.sheets.working_file import ROW
from odoo_migrate.project.project_definition import split_keys

# --- cells of lookup columns


class LookupColumn(NamedTuple):
    """Name a column whose cells are translated: by which table, and how several keys in a cell are separated."""

    table: str
    separator: str
    title: str


def lookup_columns(sheet: MappedSheet) -> list[LookupColumn]:
    """Return the distinct columns that go through lookup tables."""
    found: dict[LookupColumn, None] = {}
    for target in sheet.targets:
        for field in target.fields:
            if field.lookup:
                found[LookupColumn(field.lookup, field.separator, field.source)] = None
    return list(found)


def occurrences(column: pa.Array | pa.ChunkedArray) -> dict[str, int]:
    """Return how many cells of a column hold each text."""
    found = pc.value_counts(column)
    return dict(zip(found.field("values").to_pylist(), found.field("counts").to_pylist(), strict=True))


def keys_of(cells: Mapping[LookupColumn, Counter[str]], table: str) -> Counter[str]:
    """Return in how many rows each key of `table` is, from the counts of cells."""
    keys: Counter[str] = Counter()
    for column, counts in cells.items():
        if column.table == table:
            for cell, count in counts.items():
                # A key that a cell names twice is still in one row.
                keys.update(dict.fromkeys(split_keys(cell, column.separator), count))
    return keys


# --- a sheet


@dataclass
class CheckedSheet:
    """Hold a sheet with what the checks of all its rows found.

    Attributes:
        mapped: The sheet as it was planned.
        rows: The source row number of every cleaned row.
        bad: Whether each row is held back; complete once all sheets are checked.
        hashes: By mapping name.
        cells: In how many rows each cell of a lookup column is.
        problems: What was found; complete once all sheets are checked.
        lines: The cleaned rows.
        notes: What is wrong with a row itself.
    """

    mapped: MappedSheet
    rows: Positions
    bad: Marks
    hashes: Mapping[str, RowHashes]
    cells: Mapping[LookupColumn, Counter[str]]
    problems: list[ExportProblem]
    lines: CleanedLines
    notes: RowNotes

    def keys(self, table: str) -> Counter[str]:
        """Return in how many rows each key of a lookup table is."""
        return keys_of(self.cells, table)

    def sum(self) -> SheetRows:
        """Return the counts of the sheet's rows and cells, with the rows found wrong so far."""
        report = self.mapped.run.report
        rejected = int(self.bad.sum())
        columns = report.columns.values()
        return SheetRows(
            sheet=self.mapped.sheet.sheet,
            rows_in=report.rows_in,
            rows_out=len(self.rows) - rejected,
            rejected=rejected,
            dropped=sum(report.dropped.values()),
            cells_changed=sum(column.changed for column in columns),
            cells_could_not=sum(column.could_not for column in columns),
        )


def keys_in_rows(sheets: Sequence[CheckedSheet], table: str) -> set[str]:
    """Return the distinct keys of a lookup table that the cleaned rows of all sheets hold."""
    found: set[str] = set()
    for sheet in sheets:
        found.update(sheet.keys(table))
    return found


def check_sheet(
    plan: BundlePlan, sheet: MappedSheet, directory: Path, titles: Sequence[str], advance: Callable[[int], None]
) -> CheckedSheet:
    """Clean a sheet and check all its rows.

    Args:
        plan: Of the bundle.
        sheet: One of its sheets.
        directory: Where cleaned rows are kept.
        titles: The columns that are kept.
        advance: Called with the number of rows after every batch.
    """
    batches = _BatchChecks(plan, sheet)
    notes = RowNotes(directory / f"{sheet.file}.notes")
    with closing(notes), CleanedLines(directory / f"{sheet.file}.csv", titles) as lines:
        # The next batch is cleaned while this one is checked and written.
        for batch in read_ahead(sheet.run.batches()):
            batches.take(batch, lines, notes)
            advance(batch.after.num_rows)
    return batches.checked(lines, notes)


class _BatchChecks:
    """Gather the results of a sheet's checks, batch by batch."""

    def __init__(self, plan: BundlePlan, sheet: MappedSheet) -> None:
        self.sheet = sheet
        self.rules = sheet_rules(sheet, plan.tables, plan.catalog.version)
        self.rules += sheet_cautions(sheet, plan.tables, plan.recipe)
        self.counters = [ProblemCounter() for _ in self.rules]
        self.added: list[LineNumber | MadeKey] = []
        self.wanted = set(sheet.used)  # columns that must be looked at
        for one in sheet.columns.added:
            self.added.append(one.fresh())
            self.wanted.update(one.columns)
        self.collectors = [RowHashCollector(target, SharedFields(plan, target).hashes) for target in sheet.targets]
        self.unconverted = UnconvertedCells(sheet)
        self.cells = {column: Counter[str]() for column in lookup_columns(sheet)}
        # Parts of whole columns, batch by batch; they are joined once, since growing an array copies it.
        self.rows: list[Positions] = []
        self.bad: list[Marks] = []
        self.seen = 0

    def take(self, batch: CleanedBatch, lines: CleanedLines, notes: RowNotes) -> None:
        frame = self._frame(batch)
        rows = batch.after.column(ROW).to_numpy(zero_copy_only=False).astype(np.int32)
        why = RowReasons(rows)
        # First, since a cell that could not be converted breaks rules as well; one reason for it is enough.
        marks = self.unconverted.take(batch, frame, why)
        for rule, counter in zip(self.rules, self.counters, strict=True):
            _try(rule, counter, frame, marks, why)
        for collector in self.collectors:
            collector.add(frame, self.seen)
        for column, counts in self.cells.items():
            counts.update(occurrences(_column(batch.after, frame, column.title)))
        notes.add(*why.texts(self.seen))
        lines.write([_column(batch.after, frame, title) for title in lines.titles])
        self.rows.append(rows)
        self.bad.append(why.bad)
        self.seen += len(rows)

    def _frame(self, batch: CleanedBatch) -> pl.DataFrame:
        """Return the columns that matter for checks, and those that the export adds."""
        needed = self.wanted.union(batch.could_not)
        wanted = [title for title in batch.after.schema.names if title in needed]
        frame = pl.DataFrame(pl.from_arrow(batch.after.select(wanted)))
        for one in self.added:
            frame = frame.with_columns(one.cells(frame))
        return frame

    def checked(self, lines: CleanedLines, notes: RowNotes) -> CheckedSheet:
        return CheckedSheet(
            mapped=self.sheet,
            # The empty array is for a sheet without rows: nothing cannot be concatenated.
            rows=np.concatenate([np.empty(0, np.int32), *self.rows]),
            bad=np.concatenate([np.empty(0, np.bool_), *self.bad]),
            hashes={one.target.name: one.whole() for one in self.collectors},
            cells=self.cells,
            problems=[*self._rule_problems(), *self.unconverted.problems()],
            lines=lines,
            notes=notes,
        )

    def _rule_problems(self) -> Iterator[ExportProblem]:
        for rule, counter in zip(self.rules, self.counters, strict=True):
            if counter.count:
                yield ExportProblem(
                    rule.kind, rule.severity, rule.says(counter.count), self.sheet.sheet.sheet,
                    self.sheet.sheet.source_name, rule.column, rule.model, rule.field, rule.lookup, rule.station,
                    counter.count, tuple(counter.examples), tuple(counter.rows),
                )  # fmt: skip


# --- a batch


class RowReasons:
    """Gather why rows of one batch are wrong, each in its own words."""

    def __init__(self, rows: Positions) -> None:
        """Take the source row numbers of the batch."""
        self.rows = rows
        self.bad: Marks = np.zeros(len(rows), dtype=bool)
        self._texts: dict[int, str] = {}

    def add(self, positions: Sequence[int], reasons: Sequence[str]) -> None:
        """Note that the rows at `positions` are wrong for these reasons."""
        self.bad[positions] = True
        for position, reason in zip(positions, reasons, strict=True):
            known = self._texts.get(position, "")
            if not known:
                self._texts[position] = reason
            elif reason not in known:
                self._texts[position] = f"{known}; {reason}"

    def texts(self, start: int) -> tuple[list[int], list[str]]:
        """Return the positions of wrong rows and what is wrong; `start` is the position of the batch's first row."""
        positions, texts = [], []
        for position in sorted(self._texts):
            positions.append(start + position)
            texts.append(self._texts[position])
        return positions, texts


def _try(
    rule: BatchRule,
    counter: ProblemCounter,
    frame: pl.DataFrame,
    could_not: Mapping[str, pl.Series],
    why: RowReasons,
) -> None:
    """Note the cells that break a rule; one that could not be converted has its reason already."""
    bad = rule.bad(frame)
    if rule.when:
        # A row without this cell makes no record of the target, so that nothing of it can be wrong.
        bad = bad & ~blank(frame[rule.when])
    if rule.column in could_not:
        bad = bad & ~could_not[rule.column]
    if not bad.any():
        return
    positions = bad.arg_true().to_list()
    texts = frame[rule.column].gather(positions).to_list()
    counter.add(why.rows[positions].tolist(), filter(None, texts))
    if rule.severity == "row":
        why.add(positions, rule.reasons(frame.filter(bad)))


class UnconvertedCells:
    """Note cells that a step could not convert: their rows are wrong where a target reads the column.

    A cell that could not be taken apart is in none of the columns made of it, or whole in one of them. Where a target
    reads such columns and all of them are empty, the row is wrong too: what the cell says would be lost.
    """

    def __init__(self, sheet: MappedSheet) -> None:
        """Start without any cells."""
        self.sheet = sheet
        self.counters: dict[str, ProblemCounter] = {}
        self.parts = _used_parts(sheet)

    def take(self, batch: CleanedBatch, frame: pl.DataFrame, why: RowReasons) -> dict[str, pl.Series]:
        """Note the cells of a batch; return the marks by column, for the columns that have any."""
        marks = {}
        for title, array in batch.could_not.items():
            mark = pl.Series(np.asarray(array.to_numpy(zero_copy_only=False), dtype=bool))
            if title in frame.columns and mark.any():
                marks[title] = mark
                self._note(title, mark, frame, batch.reasons.get(title, {}), why)
        return marks

    def _note(
        self, title: str, mark: pl.Series, frame: pl.DataFrame, reasons: Mapping[str, str], why: RowReasons
    ) -> None:  # fmt: skip
        positions = mark.arg_true().to_list()
        texts = frame[title].gather(positions).to_list()
        self.counters.setdefault(title, ProblemCounter()).add(why.rows[positions].tolist(), texts)
        if title not in self.sheet.used:
            positions = [place for place in positions if self._is_lost(title, place, frame)]
            texts = frame[title].gather(positions).to_list()
        if positions:
            # One sentence for each distinct text: a wrong format repeats in every row.
            sentences = {}
            for text in set(texts):
                sentences[text] = _could_not(title, text, reasons.get(text, ""))
            why.add(positions, [sentences[text] for text in texts])

    def _is_lost(self, title: str, place: int, frame: pl.DataFrame) -> bool:
        """Return whether a cell's column fills no field, and those made of it are read and empty in its row."""
        parts = self.parts.get(title, ())
        return bool(parts) and all(not frame[part][place].strip() for part in parts)

    def problems(self) -> Iterator[ExportProblem]:
        """Yield one problem for every column with such cells."""
        for title, counter in self.counters.items():
            severity: Severity = "row"
            end = "."
            if title not in self.sheet.used:
                severity = "warning"
                end = "; the cells are kept as they are, since the column fills no field."
                if title in self.parts:
                    end = "; the cells are kept as they are, and rows that would lose what they say are held back."
            message = f"{rows_word(counter.count)}: '{title}' could not be converted{end}"
            yield ExportProblem(
                "could_not", severity, message, self.sheet.sheet.sheet,
                self.sheet.sheet.source_name, title, station="cleaning", count=counter.count,
                examples=tuple(counter.examples), rows=tuple(counter.rows),
            )  # fmt: skip


def _used_parts(sheet: MappedSheet) -> dict[str, list[str]]:
    """Return the columns of which steps make others that targets read, with the titles of those."""
    found: dict[str, list[str]] = {}
    for title, column in sheet.run.plan.columns.items():
        if column.origin and title in sheet.used:
            found.setdefault(column.origin, []).append(title)
    return found


def _could_not(title: str, text: str, reason: str) -> str:
    sentence = f"'{title}' ('{text}') could not be converted"
    if not reason:
        return sentence
    return f"{sentence}: {reason}"


def _column(after: pa.RecordBatch, frame: pl.DataFrame, title: str) -> pa.Array:
    """Return a column of data/raw: cleaned, or added by the export."""
    if title in after.schema.names:
        return after.column(title)
    # The oldest format has plain strings, as the cleaned columns are.
    return frame[title].to_arrow(compat_level=pl.CompatLevel.oldest()).cast(pa.string())
