"""Totals that a report prints, compared with the sums of the rows above them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from engine.sheets.report_rows import ReportRows
from engine.sheets.row_kinds import Mask

_WHOLE = 0.5  # the tolerance of a column of whole numbers
_NO_CHANCE = 3  # rows whose sum is printed below them
_RELATIVE = 1e-9  # of a sum: what adding many numbers may lose


@dataclass(frozen=True)
class TotalDifference:
    """Hold a printed amount that is not the sum of its rows: row and column by position, both amounts."""

    row: int
    column: int
    printed: float
    summed: float


@dataclass(frozen=True)
class ComparedTotals:
    """Hold what comparing the totals of a sheet showed.

    Attributes:
        agreeing: the rows of totals whose amounts are the sums of their rows.
        differing: those amounts that are not, in columns where others are.
        silent: the rows of totals that no column could be compared for.
        strong: whether the totals that agree are no chance: of three rows or more, or in two columns, one of them.
    """

    agreeing: list[int]
    differing: list[TotalDifference]
    silent: list[int]
    strong: bool = False


class RowSums:
    """Add up the amounts of rows of data between any two rows."""

    def __init__(self, rows: ReportRows, data: Mask) -> None:
        """Take the rows of a sheet and which of them are data."""
        self.rows = rows
        self._before = {}
        for position in rows.amount_columns:
            values = np.where(data, rows.amounts(position).values, 0)
            self._before[position] = np.concatenate([[0.0], np.cumsum(values)])
        self._data = np.flatnonzero(data)
        self._counts = np.concatenate([[0], np.cumsum(data)])

    def count(self, start: int, row: int) -> int:
        """Return how many rows of data are between two rows."""
        return int(self._counts[row] - self._counts[start])

    def compared(self, row: int, start: int) -> list[TotalDifference]:
        """Return each amount of a row beside the sum of the rows from `start` to before it."""
        found = []
        for position, before in self._before.items():
            amounts = self.rows.amounts(position)
            if amounts.filled[row]:
                summed = float(before[row] - before[start])
                found.append(TotalDifference(row, position, float(amounts.values[row]), summed))
        return found

    def is_equal(self, one: TotalDifference) -> bool:
        """Return whether a printed amount is the sum, to half of the last digit that its column shows."""
        tolerance = self.rows.amounts(one.column).tolerance
        return abs(one.printed - one.summed) <= tolerance * 0.999 + _RELATIVE * abs(one.summed)

    def has_cents(self, one: TotalDifference) -> bool:
        """Return whether the column of an amount is written with decimals."""
        return self.rows.amounts(one.column).tolerance < _WHOLE

    def repeats_last(self, one: TotalDifference) -> bool:
        """Return whether a printed amount is no sum, but that of the last row of data above."""
        place = int(np.searchsorted(self._data, one.row)) - 1
        if self.is_equal(one) or place < 0:
            return False
        last = float(self.rows.amounts(one.column).values[self._data[place]])
        return self.is_equal(TotalDifference(one.row, one.column, one.printed, last))

    def is_total(self, row: int, start: int) -> bool:
        """Return whether all amounts of a row are sums of the rows since `start`, one of them not 0."""
        compared = self.compared(row, start)
        if not compared or not all(map(self.is_equal, compared)):
            return False
        return any(one.printed for one in compared)

    def is_mostly_total(self, row: int, start: int) -> bool:
        """Return whether more than half of a row's amounts other than 0 are sums of the rows since `start`.

        A balance without its sign, an average or a share is no sum.
        """
        compared = [one for one in self.compared(row, start) if one.printed or one.summed]
        return 2 * sum(map(self.is_equal, compared)) > len(compared)

    def agrees(self, row: int, start: int) -> bool:
        """Return whether an amount of a row, other than 0, is the sum of the rows since `start`."""
        return any(one.printed and self.is_equal(one) for one in self.compared(row, start))


def wordless_totals(rows: ReportRows, data: Mask, starts: Sequence[int]) -> dict[int, int]:
    """Return the rows without a word whose amounts are the sums of rows above, with where the sum begins.

    Args:
        rows: The sheet.
        data: Its rows of data, those perhaps among them.
        starts: Rows at which a sum may begin: names of groups and totals with words.
    """
    perhaps = _amounts_only(rows) & data
    places = np.flatnonzero(perhaps)
    if not len(places) or len(places) > max(1, 0.5 * data.sum()):
        return {}
    sums = RowSums(rows, data & ~perhaps)
    found: dict[int, int] = {}
    # Where a sum may begin, the nearest first: behind the last total of either sort, or at the top.
    begins = np.sort(np.asarray([0, *starts]))
    last = 0
    for row in places.tolist():
        above = int(begins[np.searchsorted(begins, row, "right") - 1])
        for start in dict.fromkeys((max(above, last), above, 0)):
            if sums.count(start, row) and sums.is_total(row, start):
                found[row] = start
                last = row
                break
    # One row alone is soon the "sum" of another; a total of several rows shows that such rows are totals here.
    if any(sums.count(start, row) > 1 for row, start in found.items()):
        return found
    return {}


def is_share(rows: ReportRows, row: int, total: int) -> bool:
    """Return whether a row prints the shares that the amounts of a total have: all are the same part of them."""
    parts = []
    for position in rows.amount_columns:
        amounts = rows.amounts(position)
        if amounts.filled[row] != amounts.filled[total]:
            return False
        if amounts.values[total]:
            parts.append(amounts.values[row] / amounts.values[total])
    words = any(rows.filled[one][row] for one in rows.usual_words if one > rows.start)
    if not parts or words or not rows.body[row]:
        return False
    if len(parts) == 1 and not any(text.endswith("%") for text in rows.texts(row).values()):
        return False
    largest = max(parts)
    return largest > 0 and largest != 1 and min(parts) >= 0.9 * largest


def _amounts_only(rows: ReportRows) -> Mask:
    """Return the rows that hold amounts where rows of data have them, and nothing in columns that these fill."""
    # They begin further right than rows of data do; a sheet without such rows need not be read as amounts.
    found = rows.body & (rows.count > 0) & (rows.first > rows.start)
    if not found.any() or not rows.usual_words:
        return np.zeros(len(found), bool)
    for position, filled in enumerate(rows.filled):
        if position not in rows.amount_columns:
            found &= ~filled
    return found


def compare_totals(sums: RowSums, scopes: Iterable[tuple[int, Sequence[int]]]) -> ComparedTotals:
    """Return which totals are the sums of their rows.

    Args:
        sums: Adds up the rows of data.
        scopes: Each row of a total with the rows at which its sum may begin; the one that fits best counts.
    """
    compared: dict[int, list[TotalDifference]] = {}
    strong = False
    for row, starts in scopes:
        best = max(starts, key=lambda start: _agreements(sums, sums.compared(row, start)))
        compared[row] = sums.compared(row, best)
        equal = _agreements(sums, compared[row])
        strong |= equal > 1 or (equal == 1 and sums.count(best, row) >= _NO_CHANCE)
    every = [one for several in compared.values() for one in several]
    columns = _summed_columns(sums, every)
    if len(compared) == 1 and not columns:
        # The one total of a list: nothing shows what its columns are, so what is no amount of money is left alone.
        columns = {one.column for one in every if one.printed and sums.has_cents(one) and not sums.repeats_last(one)}
    agreeing, differing, silent = list[int](), list[TotalDifference](), list[int]()
    for row, several in compared.items():
        checked = [one for one in several if one.column in columns]
        wrong = [one for one in checked if not sums.is_equal(one)]
        differing += wrong
        if not checked:
            silent.append(row)
        elif not wrong:
            agreeing.append(row)
    return ComparedTotals(agreeing, differing, silent, strong)


def _agreements(sums: RowSums, compared: Sequence[TotalDifference]) -> int:
    return sum(bool(one.printed) and sums.is_equal(one) for one in compared)


def _summed_columns(sums: RowSums, compared: Sequence[TotalDifference]) -> set[int]:
    """Return the columns of which totals are sums: a third are equal to them, and not only because both are 0.

    One wrong row makes the total of its group, of its section and of the whole differ. A total that repeats the last
    row instead is one of a running balance.
    """
    columns = set()
    for column in {one.column for one in compared}:
        of_column = (one for one in compared if one.column == column)
        here = [one for one in of_column if one.printed or one.summed]
        runs_on = any(map(sums.repeats_last, here))
        if runs_on:
            continue
        equal = sum(map(sums.is_equal, here))
        if equal and 3 * equal >= len(here):
            columns.add(column)
    return columns
