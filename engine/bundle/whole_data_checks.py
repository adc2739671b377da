"""Find problems between rows: repeated keys and values, missing references, circles.

Everything runs on arrays of row positions and hashes. A row that is held back takes with it what refers to its
record, and so on, until every reference that remains leads to a record that is in the bundle.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from engine.bundle.checked_sheets import CheckedSheet
from engine.bundle.cleaned_lines import Positions
from engine.bundle.mapped_fields import MappedField
from engine.bundle.mapped_targets import MappedTarget
from engine.bundle.row_hashes import Hashes, Marks, ReferenceKeys, RowHashes
from odoo_migrate.rules.unique_values import ONCE_AMONG

Numbers = npt.NDArray[np.int64]

# The golden ratio in 64 bits, as in Fibonacci hashing; odd, so that no two keys become one.
_SPREAD = np.uint64(0x9E3779B97F4A7C15)


# --- keys


def repeated(facts: RowHashes) -> tuple[Positions, Positions]:
    """Return rows whose key is in several rows: (those of keys whose mapped cells agree, those where they do not)."""
    rows = np.flatnonzero(facts.inside)
    _, of_row, sizes = np.unique(facts.keys[rows], return_inverse=True, return_counts=True)
    differs = disputed(facts.keys[rows], facts.contents[rows])
    agrees = (sizes[of_row] > 1) & ~differs
    return rows[agrees].astype(np.int32), rows[differs].astype(np.int32)


def disputed(values: Hashes, records: Hashes) -> Marks:
    """Mark the entries whose value belongs to several records."""
    marks = np.zeros(len(values), dtype=bool)
    if not len(values):
        return marks
    # In order of the values, those of one value are neighbours: each is compared with the first of them.
    order = np.argsort(values, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(values[order]) != 0])
    sizes = np.diff(np.r_[starts, len(values)])
    differs = records[order] != np.repeat(records[order][starts], sizes)
    marks[order] = np.repeat(np.logical_or.reduceat(differs, starts), sizes)
    return marks


def record_hashes(facts: RowHashes, rows: Positions) -> Hashes:
    """Return one hash per row that is equal exactly for rows of one record: same ID and key."""
    # Spread first: a key that is its own ID would otherwise cancel it out.
    found: Hashes = facts.ids[rows] ^ (facts.keys[rows] * _SPREAD)
    return found


# --- values of which Odoo wants each only once


class Repeats(NamedTuple):
    """Hold rows of sheet `sheet` whose value in `field` another record has too."""

    sheet: int
    target: MappedTarget
    field: MappedField
    positions: Positions


class _UniqueColumn(NamedTuple):
    """Hold a column that fills a field of which no two records may share a value."""

    sheet: int
    target: MappedTarget
    field: MappedField
    facts: RowHashes

    @property
    def rows(self) -> Positions:
        """Return the rows with a value."""
        values = self.facts.once[self.field.name]
        return np.flatnonzero(self.facts.inside & (values != 0)).astype(np.int32)


def repeated_values(sheets: Sequence[CheckedSheet]) -> Iterator[Repeats]:
    """Yield the rows that share a value which must be unique.

    Rows held back for another reason count too, since they may be corrected and uploaded again.
    """
    for name, groups in ONCE_AMONG.items():
        for models in groups:
            columns = list(_unique_columns(sheets, name, models))
            if columns:
                yield from _repeats(columns)


def _unique_columns(sheets: Sequence[CheckedSheet], name: str, models: Container[str]) -> Iterator[_UniqueColumn]:
    for number, checked in enumerate(sheets):
        for target in checked.mapped.targets:
            if target.model.name not in models or target.pattern is None:
                continue
            for one in target.fields:
                if one.name == name:
                    yield _UniqueColumn(number, target, one, checked.hashes[target.name])


def _repeats(columns: Sequence[_UniqueColumn]) -> Iterator[Repeats]:
    rows, values, records = [], [], []
    for column in columns:
        own = column.rows
        rows.append(own)
        values.append(column.facts.once[column.field.name][own])
        records.append(record_hashes(column.facts, own))
    # The columns are judged as one, since a barcode may be in two sheets; then each gets its part of the marks.
    wrong = disputed(np.concatenate(values), np.concatenate(records))
    ends = np.cumsum(list(map(len, rows)))
    for column, own, marks in zip(columns, rows, np.split(wrong, ends[:-1]), strict=True):
        if marks.any():
            yield Repeats(column.sheet, column.target, column.field, own[marks])


# --- records that several mappings fill: one would overwrite the other without a word


class ConflictingRecords(NamedTuple):
    """Hold rows of sheet `sheet` whose record another mapping fills with another value in `field`."""

    sheet: int
    target: MappedTarget
    field: str
    positions: Positions


class _Filling(NamedTuple):
    """Hold the rows of one mapping with a value in one field: their records and values, as hashes."""

    sheet: int
    target: MappedTarget
    rows: Positions
    records: Hashes
    values: Hashes


def conflicting_records(sheets: Sequence[CheckedSheet]) -> Iterator[ConflictingRecords]:
    """Yield, field by field, rows whose record another mapping fills differently; rows already held back count too."""
    fillings: dict[tuple[str, str], list[_Filling]] = {}
    for number, checked in enumerate(sheets):
        for target in checked.mapped.targets:
            hashes = checked.hashes[target.name]
            for name in hashes.shared:
                filling = _filling(number, target, hashes, name)
                fillings.setdefault((target.model.name, name), []).append(filling)
    for (_, name), those in fillings.items():
        yield from _conflicting(name, those)


def _filling(sheet: int, target: MappedTarget, hashes: RowHashes, name: str) -> _Filling:
    values = hashes.shared[name]
    # Only filled cells can disagree.
    rows = np.flatnonzero(hashes.inside & (values != 0)).astype(np.int32)
    return _Filling(sheet, target, rows, record_hashes(hashes, rows), values[rows])


def _conflicting(name: str, fillings: Sequence[_Filling]) -> Iterator[ConflictingRecords]:
    for one in fillings:
        # Its own rows come first, so that their marks are the first ones.
        those = [one, *(other for other in fillings if other is not one)]
        records = np.concatenate(list(map(attrgetter("records"), those)))
        values = np.concatenate(list(map(attrgetter("values"), those)))
        own = len(one.records)
        # Rows of this mapping alone that differ are a disputed key, which is reported as such.
        elsewhere = np.isin(one.records, records[own:])
        wrong = disputed(records, values)[:own] & elsewhere
        if wrong.any():
            yield ConflictingRecords(one.sheet, one.target, name, one.rows[wrong])


# --- references between records


class Records:
    """Hold the distinct records of one mapping; `of_row` is the record of every row of its sheet, -1 where none."""

    def __init__(self, facts: RowHashes) -> None:
        """Number the distinct keys of the rows that are records."""
        self.keys, numbers = np.unique(facts.keys[facts.inside], return_inverse=True)
        self.of_row: Numbers = np.full(len(facts.inside), -1, dtype=np.int64)
        self.of_row[facts.inside] = numbers

    def __len__(self) -> int:
        """Return how many records there are."""
        return len(self.keys)

    def find(self, keys: Hashes) -> Numbers:
        """Return the record of every key, -1 where there is none."""
        if not len(self.keys):
            return np.full(len(keys), -1, dtype=np.int64)
        # A key greater than the last one would get an index after the end.
        places = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        return np.where(self.keys[places] == keys, places, -1)


class ParentLinks(NamedTuple):
    """Hold the references of one field: from records of mapping `child` to those of `parent`, one a record at most."""

    child: str
    parent: str
    links: ReferenceKeys


def circles(records: Mapping[str, Records], fields: Sequence[ParentLinks]) -> list[tuple[Positions, Positions]]:
    """Return, for each field, rows that name their own record, and rows of records that are their own ancestor.

    `records` holds all mappings of the fields; a circle may lead through several of them.
    """
    starts, total = _numbered(records, fields)
    up = np.full(total + 1, total, dtype=np.int64)  # the last entry is "no parent"
    ends = []
    for one in fields:
        child, parent = _ends(records, starts, one)
        known = (child >= 0) & (parent >= 0) & (child != parent)
        up[child[known]] = parent[known]
        ends.append((child, parent, known))
    for _ in range(max(total.bit_length(), 1)):  # each time the climb is twice as long
        up = up[up]
    looping = np.zeros(total + 1, dtype=bool)
    looping[up] = True  # from a circle, and from what leads into one, the climb ends on the circle
    looping[total] = False
    found = []
    for one, (child, parent, known) in zip(fields, ends, strict=True):
        own = one.links.positions[(child == parent) & (child >= 0)]
        found.append((own, one.links.positions[known & looping[np.maximum(child, 0)]]))
    return found


def _numbered(records: Mapping[str, Records], fields: Sequence[ParentLinks]) -> tuple[dict[str, int], int]:
    """Return the number of each mapping's first record among all of them, and how many there are."""
    starts: dict[str, int] = {}
    total = 0
    for one in fields:
        for name in (one.child, one.parent):
            if name not in starts:
                starts[name] = total
                total += len(records[name])
    return starts, total


def _ends(records: Mapping[str, Records], starts: Mapping[str, int], one: ParentLinks) -> tuple[Numbers, Numbers]:
    """Return the numbers of both records of every link, -1 where there is none."""
    child = records[one.child].of_row[one.links.positions]
    parent = records[one.parent].find(one.links.keys)
    child = np.where(child >= 0, child + starts[one.child], -1)
    return child, np.where(parent >= 0, parent + starts[one.parent], -1)


def _no_numbers() -> Numbers:
    return np.empty(0, np.int64)


def _no_rows() -> Positions:
    return np.empty(0, np.int32)


@dataclass
class Reference:
    """Hold the references of one field: rows of sheet `sheet` (a number) to records of `parent` in sheet `home`."""

    sheet: int
    parent: str
    home: int
    links: ReferenceKeys
    records: Numbers = field(default_factory=_no_numbers)
    nowhere: Positions = field(default_factory=_no_rows)
    held_back: list[Positions] = field(default_factory=list)

    def resolve(self, parents: Records) -> None:
        """Find the record that each link names."""
        self.records = parents.find(self.links.keys)
        self.nowhere = np.unique(self.links.positions[self.records < 0])
        # The links of record n are those from _starts[n] to _starts[n + 1], in the order of the records.
        self._order = np.argsort(self.records, kind="stable")
        self._starts = np.searchsorted(self.records[self._order], np.arange(len(parents) + 1))

    def rows_naming(self, records: Numbers) -> Positions:
        """Return the rows that refer to any of `records`."""
        starts, ends = self._starts[records], self._starts[records + 1]
        sizes = ends - starts
        # All ranges at once, without a loop over records: 0, 1, 2 … within each, added to where it starts.
        within = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        return np.unique(self.links.positions[self._order[np.repeat(starts, sizes) + within]])


class HeldBackSpread:
    """Hold back the rows that refer to records of wrong rows, and so on."""

    def __init__(self, bad: Sequence[Marks], records: Mapping[str, Records], homes: Mapping[str, int]) -> None:
        """Start from the rows that are wrong themselves.

        Args:
            bad: Per sheet, marks of its rows; they are changed in place.
            records: Of the mappings that are referred to.
            homes: The number of the sheet of each mapping.
        """
        self.bad, self.records, self.homes = bad, records, homes
        self.left = {name: self._rows_left(name) for name in records}
        # By mapping, the records without a good row whose references are still to be followed.
        self.waiting: dict[str, list[Numbers]] = {name: [] for name in records}

    def _rows_left(self, name: str) -> Numbers:
        """Return how many rows of every record are still good."""
        numbers = self.records[name].of_row[~self.bad[self.homes[name]]]
        return np.bincount(numbers[numbers >= 0], minlength=len(self.records[name]))

    def spread(self, references: Sequence[Reference]) -> None:
        """Mark every row with a reference to a missing record, or to one without a good row."""
        for one in references:
            one.resolve(self.records[one.parent])
        for name, left in self.left.items():
            self.waiting[name].append(np.flatnonzero(left == 0))
        for one in references:
            self._mark(one.sheet, one.nowhere)
        # It ends, since a record loses its last good row only once.
        while any(self.waiting.values()):
            name = self._first_waiting()
            records = np.concatenate(self.waiting[name])
            self.waiting[name] = []
            for one in references:
                if one.parent == name:
                    self._hold_back(one, records)

    def _first_waiting(self) -> str:
        """Return the first mapping in the order of the plan, so that a row always has the same of its reasons."""
        for name, records in self.waiting.items():
            if records:
                return name
        raise LookupError("no records wait")

    def _hold_back(self, reference: Reference, records: Numbers) -> None:
        """Mark the rows that refer to `records`, none of which has a good row left."""
        rows = reference.rows_naming(records)
        new = rows[~self.bad[reference.sheet][rows]]
        # Within a sheet a row may be part of the record that it names: then it says nothing new.
        within = reference.home == reference.sheet
        reference.held_back.append(new if within else rows)
        self._mark(reference.sheet, new)

    def _mark(self, sheet: int, rows: Positions) -> None:
        new = rows[~self.bad[sheet][rows]]
        self.bad[sheet][new] = True
        for name, records in self.records.items():
            if self.homes[name] != sheet:
                continue
            numbers = records.of_row[new]
            numbers = numbers[numbers >= 0]
            # Not `left[numbers] -= 1`, which counts a record with several of these rows only once.
            np.subtract.at(self.left[name], numbers, 1)
            finished = np.unique(numbers[self.left[name][numbers] == 0])
            if len(finished):
                self.waiting[name].append(finished)
