"""Find which columns of a sheet hang together: equal cells in the one go with equal cells in the other.

A dependency is approximate, as in data from life: its error is the share of cells that would have to change for it to
hold everywhere (g3 of Kivinen and Mannila), compared with the error that chance alone gives, which is measured with
the same cells in another order (as Mandros, Boley and Vreeken do). Cells are numbers here, equal for equal texts.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from engine.profile.column_batch import Flags, Indices
from engine.profile.distinct_values import Hashes, hashes

Codes: TypeAlias = npt.NDArray[np.int64]

SAMPLE = 8192  # rows of whole groups that decide whether a pair of columns is worth a look at all rows
NEARLY_ALL = 0.9  # of the filled cells; a column of which so many differ repeats nothing


@dataclass(frozen=True)
class CodedColumn:
    """Hold a column as numbers.

    Attributes:
        codes: One number for each row, equal for equal texts.
        first: The first row that has each number.
        times: How many rows have each number.
        blank: The number of the empty text, -1 where no cell is empty.
    """

    codes: Codes
    first: Indices
    times: Codes
    blank: int

    @property
    def filled(self) -> Flags:
        """Return which rows have a text."""
        return self.codes != self.blank

    @property
    def distinct(self) -> int:
        """Return how many different texts there are, the empty one left out."""
        return len(self.first) - (self.blank >= 0)

    @cached_property
    def repeats(self) -> bool:
        """Return whether texts come again, and there are several."""
        return bool(1 < self.distinct < NEARLY_ALL * np.count_nonzero(self.filled))


def coded(hashed: Hashes) -> CodedColumn:
    """Return the column with these hashes; numbers are in the order in which texts first come."""
    encoded = pa.array(hashed).dictionary_encode()
    codes = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    known = encoded.dictionary.to_numpy(zero_copy_only=False)
    highest = np.maximum.accumulate(codes)
    first = np.flatnonzero(np.diff(highest, prepend=-1))
    nothing = np.flatnonzero(known == hashes(pa.array([""], pa.string()))[0])
    blank = int(nothing[0]) if len(nothing) else -1
    return CodedColumn(codes, first, np.bincount(codes, minlength=len(known)), blank)


@dataclass(frozen=True)
class Majority:
    """Hold what most rows of each group have: a group is the rows that have one text in the deciding column.

    Attributes:
        value: The number of the most frequent text, -1 where no row has one.
        top: How many rows have it.
        size: How many rows have any text.
    """

    value: Codes
    top: Codes
    size: Codes

    @property
    def rows(self) -> int:
        """Return how many rows are in groups of two and more."""
        return int(self.size[self.size > 1].sum())

    @property
    def groups(self) -> int:
        """Return how many groups of two and more there are."""
        return int(np.count_nonzero(self.size > 1))

    @property
    def error(self) -> float:
        """Return the share of rows, in groups of two and more, that have another text than most; 1 without any."""
        if not self.rows:
            return 1.0
        return 1 - int(self.top[self.size > 1].sum()) / self.rows


def majority(decides: Codes, other: Codes, groups: int, texts: int) -> Majority:
    """Return what most rows have; only rows that are filled in both columns are given.

    Args:
        decides: The group of each row, below `groups`.
        other: The text of each row, below `texts`.
        groups: How many groups there may be.
        texts: How many texts there may be.
    """
    pairs, times = np.unique(decides * texts + other, return_counts=True)
    group_of, text_of = np.divmod(pairs, texts)
    # The last pair of each group, once they are sorted by how often they occur, is the most frequent one.
    order = np.lexsort((times, group_of))
    last = np.flatnonzero(np.append(group_of[order][1:] != group_of[order][:-1], True)) if len(order) else order
    best = order[last]
    value = np.full(groups, -1, np.int64)
    top = np.zeros(groups, np.int64)
    value[group_of[best]] = text_of[best]
    top[group_of[best]] = times[best]
    size = np.bincount(group_of, times, minlength=groups).astype(np.int64)
    return Majority(value, top, size)


@dataclass(frozen=True)
class Dependency:
    """Hold that one column hangs on another.

    Attributes:
        decides: The position of the column that decides.
        other: The position of the one that hangs on it.
        most: What most rows of each group have.
        error: The share of rows that have something else.
        chance: What that share would be if the columns had nothing to do with each other.
    """

    decides: int
    other: int
    most: Majority
    error: float
    chance: float

    @property
    def gain(self) -> float:
        """Return how much less than by chance the rows differ: 1 where none do, 0 where as many."""
        return 1 - self.error / max(self.chance, 1e-9)


def dependency(
    columns: list[CodedColumn], decides: int, other: int, *, most_error: float, least_gain: float
) -> Dependency | None:
    """Return how one column hangs on another.

    None where its error is above `most_error`, its gain below `least_gain`, or no row shows it.
    """
    rows = np.flatnonzero(columns[decides].filled & columns[other].filled)
    sample = _whole_groups(columns[decides], rows)
    if len(sample) < len(rows):
        found = _measured(columns, decides, other, sample)
        # What hardly holds among some rows need not be asked of all.
        if found.error > 1.5 * most_error or found.gain < least_gain / 2:
            return None
    found = _measured(columns, decides, other, rows)
    if not found.most.rows or found.error > most_error or found.gain < least_gain:
        return None
    return found


def _measured(columns: list[CodedColumn], decides: int, other: int, rows: Indices) -> Dependency:
    left, right = columns[decides], columns[other]
    most = _most(left, right, rows)
    shuffled = np.random.default_rng(0).permutation(right.codes[rows])
    by_chance = majority(left.codes[rows], shuffled, len(left.first), len(right.first))
    return Dependency(decides, other, most, most.error, by_chance.error)


def _most(left: CodedColumn, right: CodedColumn, rows: Indices) -> Majority:
    return majority(left.codes[rows], right.codes[rows], len(left.first), len(right.first))


def _whole_groups(left: CodedColumn, rows: Indices) -> Indices:
    """Return some of the rows, all of every group that has one of them; all rows where they are few."""
    every = len(rows) // SAMPLE
    if every < 2:
        return rows
    return rows[left.codes[rows] % every == 0]
