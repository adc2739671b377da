"""Find rows that are probably the same record twice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import attrgetter

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from engine.detectors.counted_words import counted
from engine.profile.column_batch import Flags
from engine.profile.detector import LOOK_AT, CellTally, ColumnContext, SheetBatch, SheetContext, SheetDetector
from engine.profile.distinct_values import DistinctCounter, Hashes, hashes
from engine.profile.profile_results import MAX_ROWS, ColumnFacts, FindingFacts, Fix
from engine.sheets.working_file import ROW

_NAMES = frozenset(["name", "person"])
_FACTOR = np.uint64(0x9E3779B97F4A7C15)  # odd, so that no hash is lost
MOST_NAMES = 3  # title, first and last name; further columns of names are mostly other people
MOST_DIFFERENT = 0.7  # share of different numbers below which several rows have each, as the lines of documents do
MOST_AGAIN = 5  # one row in so many may repeat another; a sheet where more do lists events


def identity(columns: Sequence[ColumnContext]) -> list[str]:
    """Return the titles that together name a record: its names, and an email address or phone number.

    Empty if that is unclear.
    """
    # A document's lines repeat its customer, whose name and address are no sign of a second record.
    if any("document" in column.hints for column in columns):
        return []
    names = [column.title for column in columns if column.kind == "text" and not column.hints.isdisjoint(_NAMES)]
    # An email is the better key: a phone number is written in many ways.
    emails = [column.title for column in columns if column.kind == "email"]
    phones = [column.title for column in columns if column.kind == "phone"]
    contacts = emails + phones
    if not names or not contacts:
        return []
    return [*names[:MOST_NAMES], contacts[0]]


class Duplicates(SheetDetector):
    """Find likely duplicates: rows that agree in name and contact or, without such columns, in every cell.

    Capitals and spaces around make no difference. Where a name comes back in more than a fifth of the rows, the
    sheet lists what happened to a record (orders, invoices) and not the records. Lines of one document or entry may
    well be alike: rows that leave the first column empty belong to one above, and bookings are no records.
    """

    def __init__(self, sheet: SheetContext) -> None:
        super().__init__(sheet)
        self.keys = identity(sheet.columns)
        self._counter = DistinctCounter()
        self._filled = self._again = 0
        self._rows, self._examples = list[int](), list[str]()

    def look(self, seen: SheetBatch) -> None:
        """Count the rows by one hash for what names each; rows that leave a part of it empty are left out."""
        hashed = self._hashes_of(seen)
        filled = self._complete(seen.data)
        self._counter.add_hashes(hashed[filled])
        self._filled += int(filled.sum())

    def _hashes_of(self, seen: SheetBatch) -> Hashes:
        if self.keys:
            return self._hashes(seen.data, self.keys)
        return _together(seen.hashes)  # all cells, whose hashes are there already

    def _hashes(self, batch: pa.RecordBatch, titles: Sequence[str]) -> Hashes:
        columns = [batch.column(title) for title in titles]
        if self.keys:
            columns = [pc.ascii_lower(pc.utf8_trim_whitespace(texts)) for texts in columns]
        return _together([hashes(texts) for texts in columns])

    def _complete(self, batch: pa.RecordBatch) -> Flags:
        """Return the rows of which the whole identity is filled, or else the first column."""
        flags = np.ones(len(batch), np.bool_)
        for title in self.keys or self._first():
            flags &= pc.not_equal(batch.column(title), "").to_numpy(zero_copy_only=False)
        return flags

    def second_look(self) -> None:
        """Look up which rows they are, unless there are none, too many, or only an estimate of them."""
        if not self.keys and self._lists_lines():
            return
        distinct = self._counter.result()
        again = self._filled - distinct.count
        # Two rows may repeat others in a sheet of any size.
        often = self.keys and again > max(2, self._filled / MOST_AGAIN)
        if again <= 0 or len(self.sheet.columns) < 2 or distinct.estimated or often:
            return
        # Lines of an order or a journal may well be alike; what names each row is its record.
        if not (self.sheet.lines if self.keys else self.sheet.has_lines):
            self._again = again
            self._rows, self._examples = self._members(distinct.repeated)

    def _first(self) -> list[str]:
        return [column.title for column in self.sheet.columns[:1]]

    def _lists_lines(self) -> bool:
        """Return whether the rows are lines: of an account's bookings, or of documents that have several rows each."""
        for column in self.sheet.columns:
            cells = sum(times for _, times in column.sample)
            repeats = len(column.sample) < MOST_DIFFERENT * cells
            if "booking" in column.hints or ("document" in column.hints and repeats):
                return True
        return False

    def findings(self, columns: Sequence[ColumnFacts]) -> Iterable[FindingFacts]:
        if self._again:
            message = counted(self._again, "likely duplicate", "likely duplicates")
            params = {}
            if self.keys:
                params["keys"] = self.keys
            fix = Fix("drop_duplicates", params)
            yield FindingFacts("duplicates", None, self._again, message, self._examples, self._rows, fix)

    def _members(self, wanted: Hashes) -> tuple[list[int], list[str]]:
        """Return the rows of all members, and what they have in common."""
        titles = self.keys or list(map(attrgetter("title"), self.sheet.columns))
        tally = CellTally()
        for batch in self.sheet.working.batches(titles):
            hashed = self._hashes(batch, titles)
            flags = np.isin(hashed, wanted) & self._complete(batch) & self.sheet.is_data(batch.column(ROW).to_numpy())
            members = batch.filter(pa.array(flags))
            tally.add_rows(members.column(ROW).to_numpy(), _labels_of(members.slice(0, LOOK_AT), titles[:2]))
            if tally.count >= MAX_ROWS:
                break
        return tally.rows, tally.examples


def _labels_of(members: pa.RecordBatch, titles: Sequence[str]) -> list[str]:
    """Return what is shown of each row: its cells under these titles."""
    columns = [members.column(title).to_pylist() for title in titles]
    labels = []
    for texts in zip(*columns, strict=True):
        labels.append(" · ".join(map(str.strip, texts)))
    return labels


def _together(columns: Sequence[Hashes]) -> Hashes:
    """Return one hash for each row of several hashed columns; their order counts."""
    total = np.zeros(len(columns[0]), np.uint64)
    for hashed in columns:
        total = (total ^ hashed) * _FACTOR
    return total
