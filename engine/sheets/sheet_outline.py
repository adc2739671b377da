"""What each row of a whole sheet is: groups and their totals are seen only where all rows are seen.

A sheet of more rows than MOST_ROWS is looked at batch by batch, for what a batch shows: no printed report is longer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from engine.sheets.group_names import GroupName, TotalLabel, group_names, keys_of_name, total_labels
from engine.sheets.group_nesting import MOST_LEVELS, Nesting, ReportParts, nest
from engine.sheets.printed_totals import ComparedTotals, RowSums, compare_totals, is_share, wordless_totals
from engine.sheets.report_rows import ReportRows, looks
from engine.sheets.row_kinds import (
    BLANK,
    DATA,
    GROUP,
    NOTE,
    SECTION,
    SUBTOTAL,
    TITLES,
    TOTAL,
    Codes,
    Mask,
    RowKinds,
    is_note,
    page_numbers,
    row_kinds,
)
from engine.sheets.working_file import ROW, WorkingFile

MOST_ROWS = 200_000
MOST_CELLS = 4_000_000
_FEW = 0.02  # of the rows of data in groups that fill the column of names: there names stand alone
_NEARLY_ALL = 0.9
_SAID_GROUPS = 3  # groups of several rows in which a column has one value each
_ONE_VALUE = 1.25  # values for each group: some are written otherwise
_MANY_VALUES = 0.6  # of the groups have a value of their own
NOTHING_COMPARED = ComparedTotals([], [], [])


@dataclass(frozen=True)
class SheetOutline:
    """Hold what the rows of a sheet are; rows go by their position among those below the titles.

    Attributes:
        kinds: What each row is.
        rows: The source row of each: a file that is looked at again after cleaning lacks the rows that were dropped.
        nesting: The groups, None where there are none.
        certain: Whether these groups are certain, and not the other reading of rows with a name alone.
        totals: How the printed totals compare with the sums of the rows.
        notes_are_certain: Whether all notes read like notes and are set off from the rows of data.
    """

    kinds: RowKinds
    rows: npt.NDArray[np.int32]
    nesting: Nesting | None = None
    certain: bool = False
    totals: ComparedTotals = NOTHING_COMPARED
    notes_are_certain: bool = False

    @property
    def totals_are_certain(self) -> bool:
        """Return whether each row of a total is the sum of its rows, by more than a chance of two amounts."""
        totals = set(np.flatnonzero(self.kinds.total).tolist())
        return bool(totals) and totals == set(self.totals.agreeing) and self.totals.strong

    @property
    def levels(self) -> int:
        """Return how many groups lie within each other at most, 0 where there are none."""
        return self.nesting.levels if self.nesting else 0


class SheetKinds:
    """Say what the rows of a sheet are, batch by batch."""

    def __init__(self, working: WorkingFile) -> None:
        """Look at the whole sheet, unless it is too long for a report."""
        self.outline = outline_of(working)

    def of(self, batch: pa.RecordBatch) -> RowKinds:
        """Return the kinds of a batch that has all columns, in the sheet's order."""
        if self.outline is None or not len(batch):
            return row_kinds(batch)
        places = np.searchsorted(self.outline.rows, batch.column(ROW).to_numpy())
        return self.outline.kinds.at(places)


def outline_of(working: WorkingFile) -> SheetOutline | None:
    """Return what the rows of a sheet are, None for a sheet that is too long."""
    if working.num_rows > MOST_ROWS or working.num_rows * len(working.source_titles) > MOST_CELLS:
        return None
    status = working.path.stat()
    return _outline(working.path, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=16)
def _outline(path: Path, changed: int, size: int) -> SheetOutline:
    """Return the outline of the working file at a path; another file there has another time or size."""
    table = WorkingFile(path).page(0, MOST_ROWS)
    batches = table.to_batches()
    if not batches:
        return SheetOutline(RowKinds(np.zeros(0, np.uint8)), np.zeros(0, np.int32))
    return outline(batches[0])


def outline(batch: pa.RecordBatch) -> SheetOutline:
    """Return what the rows of a sheet are; the batch holds all of them."""
    kinds = row_kinds(batch)
    numbers = batch.column(ROW).to_numpy()
    rows = ReportRows(batch, kinds.codes)
    if len(rows.columns) < 2:
        return SheetOutline(kinds, numbers)
    pages = _pages(rows)
    if pages.any():
        kinds.codes[pages] = NOTE
        rows = ReportRows(batch, kinds.codes)
    return _Finder(rows, numbers).outline()


def _pages(rows: ReportRows) -> Mask:
    """Return the rows among the data that hold nothing but the number of a page."""
    found = np.zeros(len(rows.codes), bool)
    alone = rows.body & (rows.count == 1)
    if len(rows.columns) > 2 and alone.any():
        for column, filled in zip(rows.columns, rows.filled, strict=True):
            places = np.flatnonzero(filled & alone)
            found[places[page_numbers(column.take(pa.array(places)))]] = True
    return found


class _Finder:
    """Find groups and totals among the rows of a sheet."""

    def __init__(self, rows: ReportRows, numbers: npt.NDArray[np.int32]) -> None:
        self.rows, self.numbers = rows, numbers
        self.names = self._names()
        self.labels = self._labels()
        self.shares = self._shares()
        self.wordless = wordless_totals(rows, self._data(), self._starts())

    def outline(self) -> SheetOutline:
        """Return what the rows are."""
        totals: dict[int, TotalLabel | None] = dict(self.labels)
        totals.update(dict.fromkeys(self.wordless))
        nesting = self._nesting(totals)
        certain = nesting is not None and self._is_certain(nesting)
        compared = self._compared(nesting, totals)
        codes = self._codes(totals, nesting, compared)
        notes = self._notes_are_certain(codes)
        if nesting is None:
            return SheetOutline(RowKinds(codes), self.numbers, totals=compared, notes_are_certain=notes)
        grouped = codes.copy()
        for group in nesting.groups:
            grouped[group.name.row] = GROUP if group.own else SECTION
        kinds = RowKinds(grouped if certain else codes, grouped)
        return SheetOutline(kinds, self.numbers, nesting, certain, compared, notes)

    def _notes_are_certain(self, codes: Codes) -> bool:
        """Return whether all notes are set off from the rows of data, and read like notes or are shares of a total."""
        for row in np.flatnonzero(codes == NOTE).tolist():
            if not row or codes[row - 1] == DATA:
                return False
            if row not in self.shares and not is_note(" ".join(self.rows.texts(row).values())):
                return False
        return True

    def _names(self) -> list[GroupName]:
        """Return the rows with names of groups, without those behind the last row of data."""
        found = group_names(self.rows)
        # A report in which a printed line comes again and again has a line of each page, not groups.
        last = np.flatnonzero(self.rows.records)
        return [name for name in found if len(last) and name.row < last[-1]]

    def _labels(self) -> dict[int, TotalLabel]:
        """Return the rows of totals with words: known by their words, or by naming a group."""
        known = np.isin(self.rows.codes, (SUBTOTAL, TOTAL))
        if not self.names and not known.any():
            return {}
        found = {row: TotalLabel(row, "", True, False, frozenset()) for row in np.flatnonzero(known).tolist()}
        labels = total_labels(self.rows, self.names)
        first_of = self._first_row_of_keys()
        others = list[TotalLabel]()
        for label in labels:
            named = any(first_of.get(key, label.row) < label.row for key in label.keys)
            if known[label.row] or named:
                found[label.row] = label
            elif label.has_word:
                others.append(label)
        self._add_summed(found, others)
        return found

    def _first_row_of_keys(self) -> dict[str, int]:
        """Return by what a total may call a group the first row with a name that is called so."""
        first: dict[str, int] = {}
        for name in self.names:
            for key in keys_of_name(name.text):
                first.setdefault(key, name.row)
        return first

    def _add_summed(self, found: dict[int, TotalLabel], labels: Sequence[TotalLabel]) -> None:
        """Add rows that call themselves a total of something that is no group, where the sums bear it out."""
        perhaps = {label.row: label for label in labels}
        data = self.rows.body.copy()
        data[[name.row for name in self.names]] = False
        data[[*found, *perhaps]] = False
        sums = RowSums(self.rows, data)
        last = 0
        for row in sorted([*found, *perhaps]):
            if row in perhaps and not any(sums.is_mostly_total(row, start) for start in {last, 0}):
                continue
            found.setdefault(row, perhaps.get(row, TotalLabel(row, "", True, False, frozenset())))
            last = row

    def _shares(self) -> list[int]:
        """Return the rows right below a total that print what share of it each amount is."""
        below = [row + 1 for row in self.labels if row + 1 < len(self.rows.codes) and row + 1 not in self.labels]
        return [row for row in below if is_share(self.rows, row, row - 1)]

    def _data(self) -> Mask:
        """Return the rows that are neither names nor totals with words."""
        data = self.rows.body.copy()
        data[[name.row for name in self.names]] = False
        data[[*self.labels, *self.shares]] = False
        return data

    def _starts(self) -> list[int]:
        """Return the rows at which a sum may begin."""
        return sorted([*(name.row for name in self.names), *self.labels])

    def _nesting(self, totals: Mapping[int, TotalLabel | None]) -> Nesting | None:
        if not self.names:
            return None
        data = self._data()
        data[list(self.wordless)] = False
        parts = ReportParts(dict(_stretches(data)), self.names, totals, self._of_groups(), len(data))
        nesting = nest(parts)
        if not nesting.stretches or nesting.levels > MOST_LEVELS or not self._is_likely(nesting):
            return None
        return nesting

    def _of_groups(self) -> frozenset[int]:
        """Return the totals without a name that sum up the rows since the last name of a group."""
        data = self._data()
        data[list(self.wordless)] = False
        sums = RowSums(self.rows, data)
        starts = np.asarray([0, *(name.row for name in self.names)])
        found = set[int]()
        for row in [*self.wordless, *(row for row, label in self.labels.items() if not label.is_named)]:
            start = int(starts[np.searchsorted(starts, row, "right") - 1])
            if sums.agrees(row, start) and sums.count(start, row):
                found.add(row)
        # One total at the end of a report whose groups have none sums up the report.
        return frozenset(found) if 2 * len(found) >= len(self.names) else frozenset()

    # --- how likely it is

    def _is_likely(self, nesting: Nesting) -> bool:
        """Return whether names of groups explain the rows: data follows all of them, and begins below the first."""
        empty = sum(not group.rows and group.total < 0 for group in nesting.groups)
        if empty or (len(nesting.groups) < 2 and not nesting.closed):
            return False
        outside = sum(stretch.stop - stretch.start for stretch in nesting.stretches if stretch.group is None)
        return not outside or (self._stand_alone(nesting) and bool(nesting.closed))

    def _is_certain(self, nesting: Nesting) -> bool:
        """Return whether nothing but groups explains the rows."""
        if any(stretch.group is None for stretch in nesting.stretches):
            return False
        own = [group for group in nesting.groups if group.own]
        if sum(group.total >= 0 for group in own) >= _NEARLY_ALL * len(own):
            return True
        if self._stand_alone(nesting) or self._differ(nesting) or self._begin_blocks(nesting):
            return True
        return self._is_said_by_a_column(nesting)

    def _is_said_by_a_column(self, nesting: Nesting) -> bool:
        """Return whether a column has one value in each group, and nearly as many values as there are groups."""
        own = [group for group in nesting.groups if group.own]
        number_of = {id(group): number for number, group in enumerate(own)}
        numbers = np.full(len(self.rows.codes), -1)
        for stretch in nesting.stretches:
            numbers[stretch.start : stretch.stop] = number_of.get(id(stretch.group), -1)
        rows = np.flatnonzero((numbers >= 0) & self.rows.body)
        sizes = np.bincount(numbers[rows], minlength=len(own))
        if (sizes > 1).sum() < _SAID_GROUPS:
            return False
        columns = self.rows.usual_words
        return any(self._has_one_value(position, rows, numbers[rows], len(own)) for position in columns)

    def _has_one_value(
        self, position: int, rows: npt.NDArray[np.int64], groups: npt.NDArray[np.int64], most: int
    ) -> bool:
        """Return whether a column has one value in each of `most` groups, whose number `groups` has for each row."""
        texts = self.rows.columns[position].take(pa.array(rows)).dictionary_encode()
        codes = texts.indices.to_numpy().astype(np.int64)
        pairs = len(np.unique(codes * most + groups))
        return bool(pairs <= most * _ONE_VALUE and len(texts.dictionary) >= _MANY_VALUES * most)

    def _in_groups(self, nesting: Nesting) -> Mask:
        mask = np.zeros(len(self.rows.codes), bool)
        for stretch in nesting.stretches:
            mask[stretch.start : stretch.stop] = stretch.group is not None
        return mask & self.rows.body

    def _stand_alone(self, nesting: Nesting) -> bool:
        """Return whether rows of data leave the columns empty that hold the names."""
        data = self._in_groups(nesting)
        for position in {group.name.position for group in nesting.groups}:
            if (self.rows.filled[position] & data).sum() > _FEW * data.sum():
                return False
        return True

    def _differ(self, nesting: Nesting) -> bool:
        """Return whether names are words in columns where rows of data hold dates, numbers or codes."""
        data = self._in_groups(nesting)
        for position in {group.name.position for group in nesting.groups}:
            usual = self.rows.look_of_column(position, data)
            names = [group.name.text for group in nesting.groups if group.name.position == position]
            if usual in ("text", "") or looks(names).count("text") < _NEARLY_ALL * len(names):
                return False
        return True

    def _begin_blocks(self, nesting: Nesting) -> bool:
        """Return whether each name begins a block: blank rows, titles or other names are above all of them."""
        codes = self.rows.codes
        first = {group.name.row for group in nesting.groups}
        blocks = 0
        for row in first:
            if row and codes[row - 1] in (BLANK, TITLES):
                blocks += 1
            elif row and row - 1 not in first and codes[row - 1] not in (SUBTOTAL, TOTAL):
                return False
        return blocks > 0

    # --- totals

    def _compared(self, nesting: Nesting | None, totals: Mapping[int, TotalLabel | None]) -> ComparedTotals:
        if not totals:
            return NOTHING_COMPARED
        data = self._data()
        data[list(self.wordless)] = False
        if nesting is None:
            data[[name.row for name in self.names]] = self.rows.body[[name.row for name in self.names]]
        return compare_totals(RowSums(self.rows, data), self._scopes(nesting, totals))

    def _scopes(
        self, nesting: Nesting | None, totals: Mapping[int, TotalLabel | None]
    ) -> Iterator[tuple[int, Sequence[int]]]:
        """Yield each total with the rows at which its sum may begin."""
        closed = nesting.closed if nesting else {}
        last = 0
        for row in sorted(totals):
            if row in closed:
                yield row, [closed[row].name.row]
            else:
                yield row, list(dict.fromkeys([0, last]))
            last = row

    def _codes(
        self, totals: Mapping[int, TotalLabel | None], nesting: Nesting | None, compared: ComparedTotals
    ) -> Codes:
        codes = self.rows.codes.copy()
        codes[self.shares] = NOTE
        closed = nesting.closed if nesting else {}
        for row in totals:
            if row in closed:
                codes[row] = SUBTOTAL
            elif codes[row] == DATA:
                codes[row] = TOTAL if nesting or self._is_of_all(row) else SUBTOTAL
        return codes

    def _is_of_all(self, row: int) -> bool:
        """Return whether a total without a word sums up all rows above it."""
        return self.wordless.get(row, 1) == 0


def _stretches(data: Mask) -> Iterator[tuple[int, int]]:
    """Yield (start, stop) of rows that follow each other."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], data.astype(np.int8), [0]])))
    yield from zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)


def names_by_row(outline: SheetOutline, levels: int) -> list[npt.NDArray[np.object_]]:
    """Return for each level, outermost first, the name of the group that each row of data lies in, "" for none."""
    columns = [np.full(len(outline.kinds.codes), "", object) for _ in range(levels)]
    if outline.nesting is None:
        return columns
    for stretch in outline.nesting.stretches:
        if stretch.group is None:
            continue
        for group in stretch.group.path():
            # Where a row lies in fewer groups than others, the outer ones are missing from the inner columns.
            if group.level < levels:
                columns[group.level][stretch.start : stretch.stop] = group.name.text
    return columns
