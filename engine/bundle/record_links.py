"""Find what only shows when all rows are known: repeated keys, references that lead nowhere, circles.

Everything runs on arrays of row positions and hashes. A row that is held back takes with it what refers to its
record, and so on, until every reference that remains leads to a record that is in the bundle.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from engine.bundle.cleaned_lines import Positions
from engine.bundle.row_hashes import Hashes, Marks, ReferenceKeys, RowHashes

Numbers = npt.NDArray[np.int64]

_SPREAD = np.uint64(0x9E3779B97F4A7C15)  # odd, so that no key is lost


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
    """Return what is alike for rows that are one record, in any sheet: its ID and its key."""
    found: Hashes = facts.ids[rows] ^ (facts.keys[rows] * _SPREAD)
    return found


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


@dataclass
class Reference:
    """Hold the references of one field: rows of sheet `sheet` (a number) to records of `parent` in sheet `home`."""

    sheet: int
    parent: str
    home: int
    links: ReferenceKeys
    records: Numbers = field(default_factory=lambda: np.empty(0, np.int64))
    nowhere: Positions = field(default_factory=lambda: np.empty(0, np.int32))
    held_back: list[Positions] = field(default_factory=list)

    def resolve(self, parents: Records) -> None:
        """Find the record that each link names."""
        self.records = parents.find(self.links.keys)
        self.nowhere = np.unique(self.links.positions[self.records < 0])
        self._order = np.argsort(self.records, kind="stable")
        self._starts = np.searchsorted(self.records[self._order], np.arange(len(parents) + 1))

    def rows_naming(self, records: Numbers) -> Positions:
        """Return the rows that refer to any of `records`."""
        starts, ends = self._starts[records], self._starts[records + 1]
        sizes = ends - starts
        within = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        return np.unique(self.links.positions[self._order[np.repeat(starts, sizes) + within]])


class HoldingBack:
    """Spread from rows that are wrong to the rows that refer to their records."""

    def __init__(self, bad: Sequence[Marks], records: Mapping[str, Records], homes: Mapping[str, int]) -> None:
        """Start from the rows that are wrong themselves.

        Args:
            bad: Per sheet, marks of its rows; they are changed in place.
            records: Of the mappings that are referred to.
            homes: The number of the sheet of each mapping.
        """
        self.bad, self.records, self.homes = bad, records, homes
        self.left = {name: self._rows_left(name) for name in records}

    def _rows_left(self, name: str) -> Numbers:
        """Return how many rows of every record are still good."""
        numbers = self.records[name].of_row[~self.bad[self.homes[name]]]
        return np.bincount(numbers[numbers >= 0], minlength=len(self.records[name]))

    def spread(self, references: Sequence[Reference]) -> None:
        """Mark every row with a reference that leads nowhere, or to a record without a good row."""
        for one in references:
            one.resolve(self.records[one.parent])
        gone = {name: [np.flatnonzero(left == 0)] for name, left in self.left.items()}
        for one in references:
            self._mark(one.sheet, one.nowhere, gone)
        while any(gone.values()):
            name = next(name for name, waiting in gone.items() if waiting)
            records = np.concatenate(gone[name])
            gone[name] = []
            for one in references:
                if one.parent == name:
                    rows = one.rows_naming(records)
                    new = rows[~self.bad[one.sheet][rows]]
                    # Within a sheet a row may be part of the record that it names: then it says nothing new.
                    one.held_back.append(new if one.home == one.sheet else rows)
                    self._mark(one.sheet, new, gone)

    def _mark(self, sheet: int, rows: Positions, gone: dict[str, list[Numbers]]) -> None:
        new = rows[~self.bad[sheet][rows]]
        self.bad[sheet][new] = True
        for name in self._mappings_of(sheet):
            numbers = self.records[name].of_row[new]
            numbers = numbers[numbers >= 0]
            np.subtract.at(self.left[name], numbers, 1)
            finished = np.unique(numbers[self.left[name][numbers] == 0])
            if len(finished):
                gone[name].append(finished)

    def _mappings_of(self, sheet: int) -> Iterator[str]:
        return (name for name in self.records if self.homes[name] == sheet)
