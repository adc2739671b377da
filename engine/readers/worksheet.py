"""The cells of a block of worksheet rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from engine.readers.text_column import Integers, Texts
from engine.readers.workbook_cells import BOOLEAN, DATE, ERROR, NUMBER, TEXT, Cells
from engine.readers.xml_tags import CELL, FORMULA, ROW, TEXT_TAG, VALUE, Flags, Tags, Unusual
from engine.values.text_masks import offsets

SHARED = 9
MOST = 256 * 2**20  # bytes of shared text in one block
# Types of cells by the first two letters of the attribute's value: what such a cell holds, and the value's length.
_TYPES = {b's"': (SHARED, 1), b"st": (TEXT, 3), b"in": (TEXT, 9), b'n"': (NUMBER, 1), b'b"': (BOOLEAN, 1),
          b'e"': (ERROR, 1), b'd"': (DATE, 1)}  # fmt: skip


@dataclass(frozen=True)
class Strings:
    """The texts that cells share, and how many bytes each has."""

    texts: pa.StringArray
    sizes: Integers

    @classmethod
    def of(cls, texts: pa.StringArray) -> Strings:
        return cls(texts, np.diff(offsets(texts)).astype(np.int64))

    def at(self, places: pa.Int32Array) -> pa.StringArray:
        """Raises IndexError for a place that there is not, TooLong for more than a sheet can hold."""
        if self.sizes[np.asarray(places)].sum() > MOST:
            raise TooLong(f"more than {MOST} bytes in {len(places)} cells")
        return self.texts.take(places)


class TooLong(ValueError):
    """A block of cells shares far more text than its size lets expect."""


def read_cells(block: bytes, shared: Strings) -> tuple[Cells, Integers, int]:
    """The cells of a block of rows that hold anything; the rows of formulas without a stored result, one entry
    each; the number of the last row. Raises Unusual, and IndexError for a shared string that there is not.
    """
    tags = Tags(block)
    row_tags, cell_tags = tags.being(ROW), tags.being(CELL)
    rows, row_digits = _row_numbers(tags, row_tags)
    if (np.diff(rows) <= 0).any():
        raise Unusual
    own_row = np.cumsum(row_tags)[cell_tags] - 1
    if len(own_row) and own_row[0] < 0:
        raise Unusual
    columns, styles, kinds = _attributes(tags, tags.at[cell_tags], row_digits[own_row])
    cell_numbers = np.cumsum(cell_tags) - 1
    values = tags.being(VALUE) | tags.being(TEXT_TAG)
    owners = cell_numbers[values]
    if len(owners) and (owners[0] < 0 or (np.diff(owners) == 0).any()):
        raise Unusual
    texts = tags.texts(values)
    formulas = cell_numbers[tags.being(FORMULA)]
    answered = np.zeros(len(columns), bool)
    answered[owners] = (np.diff(offsets(texts)) > 0) | (kinds[owners] == TEXT)
    unanswered = rows[own_row[formulas[~answered[formulas]]]]
    cells = Cells(rows[own_row[owners]], columns[owners], kinds[owners], styles[owners], Texts(texts))
    _look_up(cells, shared)
    return cells, unanswered, int(rows[-1]) if len(rows) else 0


def _look_up(cells: Cells, shared: Strings) -> None:
    """Put the texts of shared strings where their numbers are."""
    places = np.flatnonzero(cells.holds == SHARED)
    if len(places):
        cells.texts.put(places, shared.at(pc.cast(cells.texts.some(places), pa.int32())))
        cells.holds[places] = TEXT


def _row_numbers(tags: Tags, row_tags: Flags) -> tuple[Integers, Integers]:
    starts = tags.at[row_tags]
    tags.require(starts, '<row r="')
    numbers, lengths = tags.digits(starts + 8, 8)
    tags.require(starts + 8 + lengths, '"')
    return numbers, lengths


def _attributes(tags: Tags, starts: Integers, row_digits: Integers) -> tuple[Integers, Integers, Integers]:
    """Column, style and type of every cell: <c r="AB12" s="3" t="s">, in this order and no other attributes."""
    tags.require(starts, '<c r="')
    columns, letters = _column_numbers(tags, starts + 6)
    place = starts + 6 + letters + row_digits
    tags.require(place, '"')
    place = place + 1
    styled = (tags.bytes[place] == ord(" ")) & (tags.bytes[place + 1] == ord("s"))
    tags.require(place[styled], ' s="')
    styles, lengths = tags.digits(place + 4, 6)
    place = np.where(styled, place + 5 + lengths, place)
    typed = (tags.bytes[place] == ord(" ")) & (tags.bytes[place + 1] == ord("t"))
    tags.require(place[typed], ' t="')
    kinds, sizes = _kinds(tags, place + 4)
    place = np.where(typed, place + 5 + sizes, place)
    place = place + (tags.bytes[place] == ord(" "))
    if not ((tags.bytes[place] == ord(">")) | (tags.bytes[place] == ord("/"))).all():
        raise Unusual
    return columns, np.where(styled, styles, 0), np.where(typed, kinds, NUMBER)


def _column_numbers(tags: Tags, starts: Integers) -> tuple[Integers, Integers]:
    """Column positions from 0 and how many letters they take."""
    columns, letters = np.zeros(len(starts), np.int64), np.zeros(len(starts), np.int64)
    going = np.ones(len(starts), bool)
    for place in range(3):
        letter = tags.bytes[starts + place].astype(np.int64) - ord("A") + 1
        going &= (letter >= 1) & (letter <= 26)
        columns = np.where(going, columns * 26 + letter, columns)
        letters += going
    return columns - 1, letters


def _kinds(tags: Tags, starts: Integers) -> tuple[Integers, Integers]:
    """What the type attributes that begin at these places mean, and how long they are."""
    pairs = tags.bytes[starts].astype(np.int64) * 256 + tags.bytes[starts + 1]
    kinds, sizes = np.full(len(starts), NUMBER), np.full(len(starts), 1000)
    for letters, (kind, size) in _TYPES.items():
        mine = pairs == int.from_bytes(letters, "big")
        kinds[mine], sizes[mine] = kind, size
    return kinds, np.minimum(sizes, len(tags.bytes) - 1 - starts - 1)
