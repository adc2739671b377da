"""The rows of a sheet with what tells printed reports from lists: which cells are filled, and which are amounts."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from engine.sheets.amount_columns import AmountColumn, read_amounts
from engine.sheets.row_kinds import DATA, Codes, Mask
from engine.sheets.title_rows import look_of, usual_look
from engine.sheets.working_file import ROW

_SAMPLE = 400  # cells of a column that say what it holds
_OFTEN = 0.6  # of the rows of data: a column that so many fill is one that a row of data fills
_AMOUNTS = 0.8  # of a column's filled cells that are amounts


class ReportRows:
    """Hold all rows of a sheet. Spaces around texts are gone; columns go by their position."""

    def __init__(self, batch: pa.RecordBatch, codes: Codes) -> None:
        """Take all rows of a sheet, and what is known of each so far."""
        self.codes = codes
        self.columns = [pc.utf8_trim_whitespace(batch.column(name)) for name in batch.schema.names if name != ROW]
        self.filled = [np.asarray(pc.not_equal(one, "").to_numpy(zero_copy_only=False), bool) for one in self.columns]
        self._raw = [batch.column(name) for name in batch.schema.names if name != ROW]
        self._amounts: dict[int, AmountColumn] = {}

    @cached_property
    def body(self) -> Mask:
        """Return the rows that are data as far as is known."""
        return self.codes == DATA

    @cached_property
    def count(self) -> npt.NDArray[np.int32]:
        """Return how many cells of each row are filled."""
        counts = np.zeros(len(self.codes), np.int32)
        for filled in self.filled:
            counts += filled
        return counts

    @cached_property
    def first(self) -> npt.NDArray[np.int32]:
        """Return the position of each row's first filled cell; the number of columns for a blank row."""
        first = np.full(len(self.codes), len(self.columns), np.int32)
        for position in reversed(range(len(self.columns))):
            first[self.filled[position]] = position
        return first

    @cached_property
    def width(self) -> int:
        """Return how many cells the fuller rows of the table fill: a quarter of all rows fills as many or more."""
        counts = self.count[self.body]
        return int(np.percentile(counts, 75, method="lower")) if len(counts) else 0

    @cached_property
    def records(self) -> Mask:
        """Return the rows that fill so many cells that they can be no names of groups."""
        return np.asarray(self.body & (self.count > self.most_of_a_name), bool)

    @property
    def most_of_a_name(self) -> int:
        """Return how many cells the name of a group fills at most: a number and a name, where records are wide."""
        return 2 if self.width >= 5 else 1

    @cached_property
    def start(self) -> int:
        """Return the position at which rows of data usually begin."""
        firsts = self.first[self.records]
        return int(np.bincount(firsts).argmax()) if len(firsts) else 0

    def amounts(self, position: int) -> AmountColumn:
        """Return a column as numbers."""
        if position not in self._amounts:
            self._amounts[position] = read_amounts(self.columns[position])
        return self._amounts[position]

    @cached_property
    def amount_columns(self) -> list[int]:
        """Return the positions of columns in which rows of data hold amounts."""
        found = []
        for position, filled in enumerate(self.filled):
            here = filled & self.records
            if here.any() and self._holds_amounts(position, here):
                found.append(position)
        return found

    def _holds_amounts(self, position: int, here: Mask) -> bool:
        places = np.flatnonzero(here)
        sample = self.columns[position].take(pa.array(places[:: max(1, len(places) // _SAMPLE)]))
        return bool(read_amounts(sample).filled.mean() >= _AMOUNTS)

    @cached_property
    def usual_words(self) -> list[int]:
        """Return the positions of columns other than amounts that rows of data usually fill."""
        rows = self.records.sum()
        usual = []
        for position, filled in enumerate(self.filled):
            if position not in self.amount_columns and (filled & self.records).sum() >= _OFTEN * rows > 0:
                usual.append(position)
        return usual

    def look_of_column(self, position: int, rows: Mask) -> str:
        """Return what most filled cells of a column look like in some rows, "" where there is nothing usual."""
        places = np.flatnonzero(rows & self.filled[position])
        sample = places[:: max(1, len(places) // _SAMPLE)]
        return usual_look(self.columns[position].take(pa.array(sample)).to_pylist())

    def texts(self, row: int) -> dict[int, str]:
        """Return the filled cells of a row by their positions."""
        found = {}
        for position, column in enumerate(self.columns):
            text = column[row].as_py()
            if text:
                found[position] = text
        return found

    def indent(self, row: int, position: int) -> int:
        """Return how many spaces a cell begins with."""
        text = self._raw[position][row].as_py()
        return len(text) - len(text.lstrip())


def looks(texts: Sequence[str]) -> list[str]:
    """Return what each text looks like."""
    return list(map(look_of, texts))
