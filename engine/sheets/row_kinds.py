"""Rows of a table that are no data: blank rows, totals, and notes below the table.

One rule for the findings and for the steps that drop such rows. A total is told by its label and by what is missing
beside it: a customer called "Total Wine & More" has other cells filled with words.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from engine.sheets.total_words import AMOUNT, grand_total, named_total, note, subtotal, total_candidate
from engine.sheets.working_file import LAST_ROW, ROW
from engine.values.text_masks import data, offsets

Mask = npt.NDArray[np.bool_]

FOOTER_ROWS = 200  # rows at the end of a table that may be notes
_WORDS = 3  # cells that begin like words in a row that is looked at more closely: a label, and amounts with a currency
_GROUP_ROWS = 5000  # rows above a total among which its group begins
_SPACES = r"^[\s\x0b\x1c-\x1f\x{85}\pZ\x{FEFF}\x{200B}-\x{200D}\x{2060}\x{AD}]*$"


@dataclass(frozen=True)
class RowKinds:
    """What each row of a batch is, as masks of its length. `grand` marks those totals that sum up the whole table."""

    blank: Mask
    total: Mask
    footer: Mask
    grand: Mask

    @property
    def data(self) -> Mask:
        """The rows that are none of these."""
        return ~(self.blank | self.total | self.footer)


def row_kinds(batch: pa.RecordBatch) -> RowKinds:
    """The kinds of a batch's rows. The batch has all columns of its sheet; where it is known to end before the
    sheet does, it has no footers. ROW is passed over."""
    cells = _Batch(batch)
    blank = cells.blank()
    total, grand = cells.totals()
    return RowKinds(blank, total, cells.footers(blank, total), grand)


def blank_rows(batch: pa.RecordBatch) -> Mask:
    """Rows in which every cell is empty, or holds spaces only."""
    return _Batch(batch).blank()


def total_rows(batch: pa.RecordBatch) -> Mask:
    """Rows of totals and subtotals."""
    return _Batch(batch).totals()[0]


class _Batch:
    """The text columns of a batch, with the length and the first byte of every cell."""

    def __init__(self, batch: pa.RecordBatch) -> None:
        self.rows = batch.num_rows
        self.columns = [batch.column(name) for name in batch.schema.names if name != ROW]
        self._ends_sheet = _ends_sheet(batch)
        bounds = [offsets(column) for column in self.columns]
        self.filled = [limits[1:] > limits[:-1] for limits in bounds]
        self.count = sum((flags.astype(np.int32) for flags in self.filled), np.zeros(self.rows, np.int32))
        self.first = [_first_bytes(column, limits) for column, limits in zip(self.columns, bounds, strict=True)]

    def blank(self) -> Mask:
        found = self.count == 0
        perhaps = ~found & reduce(
            np.logical_and, (~filled | _SPACE_BYTES[first] for filled, first in self._cells()), ~found
        )
        for row in np.flatnonzero(perhaps).tolist():
            found[row] = all(_is_space(text) for text in self.texts(row))
        return found

    def totals(self) -> tuple[Mask, Mask]:
        """Rows of totals, and those among them that are grand totals."""
        total, grand = np.zeros(self.rows, bool), np.zeros(self.rows, bool)
        for row, place in self._labelled():
            kind = self._kind_of_total(row, place)
            total[row], grand[row] = kind != "", kind == "grand"
        return total, grand

    def _cells(self) -> Iterator[tuple[Mask, npt.NDArray[np.uint8]]]:
        return zip(self.filled, self.first, strict=True)

    def _labelled(self) -> Iterator[tuple[int, int]]:
        """Rows, and the column of their first word, where that is the label of a total."""
        words = [filled & _WORD_BYTES[first] for filled, first in self._cells()]
        if len(words) < 2:
            return
        few = sum((flags.astype(np.int32) for flags in words), np.zeros(self.rows, np.int32)) <= _WORDS
        for place, (column, flags) in enumerate(zip(self.columns, words, strict=True)):
            rows = np.flatnonzero(flags & few)
            few &= ~flags
            if len(rows):
                labels = column.take(pa.array(rows))
                for row in rows[np.asarray(pc.match_substring_regex(labels, total_candidate()))]:
                    yield int(row), place

    def _kind_of_total(self, row: int, place: int) -> str:
        """grand, sub, or "" for a row that is no total."""
        texts = self.texts(row)
        label, others = texts[place], texts[:place] + texts[place + 1 :]
        if not all(AMOUNT.fullmatch(text.strip()) for text in others if text.strip()):
            return ""
        if grand_total().fullmatch(label):
            return "grand"
        if subtotal().fullmatch(label):
            return "sub"
        amounts = any(text.strip() for text in others)
        named = named_total().fullmatch(label)
        group = (named["after"] or named["before"]).strip() if named else ""
        return "sub" if amounts and 2 * self.count[row] <= len(texts) + 1 and self._is_group(group, row) else ""

    def _is_group(self, name: str, row: int) -> bool:
        """A cell of a row above has this name: it heads the rows that are summed up."""
        start = max(0, row - _GROUP_ROWS)
        return any(
            pc.any(pc.equal(pc.utf8_trim_whitespace(column.slice(start, row - start)), name)).as_py()
            for column in self.columns[:4]
        )

    def footers(self, blank: Mask, total: Mask) -> Mask:
        """Notes behind the last data row: report stamps, page numbers, and single cells set off by a blank row."""
        found = np.zeros(self.rows, bool)
        if not self._ends_sheet or len(self.columns) < 2:
            return found
        last, single = self.rows - 1, list[int]()
        for row in range(last, max(-1, last - FOOTER_ROWS), -1):
            if blank[row] or total[row]:
                found[single] = len(self.columns) > 2
                single = []
            elif self.count[row] > 2 or (self.count[row] == 2 and len(self.columns) < 5):
                break
            elif note().fullmatch(next(text for text in self.texts(row) if text.strip()).strip()):
                found[row] = True
            elif self.count[row] == 1:
                single.append(row)
            else:
                break
        return found & self._has_fuller_rows(found)

    def _has_fuller_rows(self, notes: Mask) -> bool:
        """In a table whose rows mostly have one cell, a single cell is no note."""
        others = self.count[~notes & (self.count > 0)]
        return len(others) == 0 or float(np.median(others)) > 1

    def texts(self, row: int) -> list[str]:
        return [column[row].as_py() for column in self.columns]


def _ends_sheet(batch: pa.RecordBatch) -> bool:
    """The batch holds the last row of its sheet, as far as is known."""
    last = (batch.schema.metadata or {}).get(LAST_ROW)
    if last is None or ROW not in batch.schema.names or not batch.num_rows:
        return True
    return bool(batch.column(ROW)[batch.num_rows - 1].as_py() == int(last))


def _first_bytes(column: pa.StringArray, bounds: npt.NDArray[np.int32]) -> npt.NDArray[np.uint8]:
    held = data(column)
    return held[np.minimum(bounds[:-1], max(len(held) - 1, 0))] if len(held) else np.zeros(len(column), np.uint8)


def _is_space(text: str) -> bool:
    return bool(pc.match_substring_regex(pa.scalar(text), _SPACES).as_py())


def _bytes(*ranges: tuple[int, int]) -> Mask:
    flags = np.zeros(256, bool)
    for start, stop in ranges:
        flags[start : stop + 1] = True
    return flags


# What spaces in UTF-8 begin with, and what words begin with: letters, spaces, * and =; not signs such as €.
_SPACE_BYTES = _bytes((9, 13), (28, 32), (0xC2, 0xC2), (0xE1, 0xE3), (0xEF, 0xEF))
_WORD_BYTES = _bytes((65, 90), (97, 122), (32, 32), (42, 42), (61, 61), (0xC3, 0xC3), (0xC4, 0xDF))
