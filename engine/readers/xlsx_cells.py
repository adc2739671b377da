"""The cells and shared strings in the XML of a workbook, found all at once with numpy instead of tag by tag.

This understands the usual way of writing worksheets and shared strings only, and raises UnusualXml for all else: such
blocks are rewritten by `xlsx_blocks` first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from engine.readers.workbook_cells import (
    BOOLEAN,
    DATE,
    ERROR,
    NUMBER,
    TEXT,
    Flags,
    Integers,
    TextColumn,
    WorkbookCells,
)
from engine.values.text_masks import offsets

Bytes = npt.NDArray[np.uint8]

_SPACED = b'<t xml:space="preserve">'
_PADDING = bytes(64)  # so that looking a few bytes ahead stays inside
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_ENTITY = re.compile("&(amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6});")
# The workbook's own way of writing control characters.
_ESCAPE_BYTES = re.compile(rb"_x[0-9A-Fa-f]{4}_")
_ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")

# The tags that matter, by the two letters behind "<".
ROW, CELL, VALUE, TEXT_TAG, FORMULA, ITEM, ODD = range(1, 8)
_KNOWN = {
    ROW: ["ro"],
    CELL: ["c "],
    VALUE: ["v>", "v "],
    TEXT_TAG: ["t>", "t "],
    FORMULA: ["f>", "f ", "f/"],
    ITEM: ["si"],
    ODD: ["c>", "c/", "rP"],
}

SHARED = 9  # a kind of cell besides those of `workbook_cells`: it holds the number of a shared string
MOST = 256 * 2**20  # bytes of shared text in one block
_ROW_DIGITS, _STYLE_DIGITS, _COLUMN_LETTERS = 8, 6, 3
# Types of cells by the first two letters of the attribute's value: what such a cell holds, and the value's length.
_TYPES = {b's"': (SHARED, 1), b"st": (TEXT, 3), b"in": (TEXT, 9), b'n"': (NUMBER, 1), b'b"': (BOOLEAN, 1),
          b'e"': (ERROR, 1), b'd"': (DATE, 1)}  # fmt: skip
_UNKNOWN_TYPE = 1000  # a length that leads to what is no end of a tag


class UnusualXml(Exception):
    """Raise this for a block that is written in another way than spreadsheet programs write."""


class TooLong(ValueError):
    """Raise this where a block of cells shares far more text than its size lets expect."""


def _tag_codes() -> Bytes:
    """Return the code of every pair of characters, 0 for tags that do not matter."""
    codes = np.zeros(65536, np.uint8)
    for code, pairs in _KNOWN.items():
        codes[[int.from_bytes(pair.encode(), "big") for pair in pairs]] = code
    for mark in b"!?":  # comments, CDATA, processing instructions
        codes[mark * 256 : (mark + 1) * 256] = ODD
    return codes


_TAG_CODES = _tag_codes()


class XmlTags:
    """Find the tags of a block that matter: `codes` (ROW …) and the places `at` which they begin."""

    def __init__(self, block: bytes) -> None:
        """Find the tags. Raises UnusualXml for comments and other things that programs do not write."""
        # As an XML parser reads line breaks.
        if b"\r" in block:
            block = block.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        self.text = block + _PADDING
        self.bytes: Bytes = np.frombuffer(self.text, np.uint8)
        every = np.flatnonzero(self.bytes == ord("<"))
        pairs = self.bytes[every + 1].astype(np.uint16) << 8 | self.bytes[every + 2]
        codes = _TAG_CODES[pairs]
        known = np.flatnonzero(codes)
        self.codes: Bytes = codes[known]
        self.at: Integers = every[known]
        self._ends: Integers = np.append(every, len(block))[known + 1]
        self._refuse_odd()
        self._forget_empty()

    def _refuse_odd(self) -> None:
        odd = self.at[self.codes == ODD]
        # <rPr, the format of a run, is harmless; <rPh, a reading aid, is not.
        is_harmless = (self.bytes[odd + 1] == ord("r")) & (self.bytes[odd + 3] == ord("r"))
        if not is_harmless.all():
            raise UnusualXml

    def _forget_empty(self) -> None:
        """Leave out `<v />` and `<t />`, which hold nothing."""
        held = (self.codes == VALUE) | (self.codes == TEXT_TAG)
        empty = held & (self.bytes[self.at + 2] == ord(" ")) & (self.bytes[self.at + 3] == ord("/"))
        if empty.any():
            self.codes, self.at, self._ends = self.codes[~empty], self.at[~empty], self._ends[~empty]

    def are(self, code: int) -> Flags:
        """Return which of the tags are of this kind."""
        return self.codes == code

    def texts(self, tags: Flags) -> pa.StringArray:
        """Return what follows each of these tags up to the next tag, with XML's entities and escapes resolved.

        `<t xml:space="preserve">` is known; other attributes are unusual. Raises pyarrow.ArrowInvalid for what is no
        UTF-8.
        """
        starts, ends = self.at[tags] + 3, self._ends[tags]
        spaced = self.bytes[starts - 1] == ord(" ")
        if spaced.any():
            self.require(starts[spaced] - 3, _SPACED)
            starts = starts + np.where(spaced, len(_SPACED) - 3, 0)
        # The texts and what is between them become one array of strings, of which every second one is taken.
        bounds = np.stack([starts, ends], axis=1).astype(np.int32).ravel()
        if (np.diff(bounds) < 0).any():
            raise UnusualXml
        cut = pa.StringArray.from_buffers(max(len(bounds) - 1, 0), pa.py_buffer(bounds), pa.py_buffer(self.text))
        texts = cut.take(pa.array(np.arange(0, len(bounds), 2)))
        texts.validate(full=True)
        return self._unescaped(texts, starts, ends)

    def _unescaped(self, texts: pa.StringArray, starts: Integers, ends: Integers) -> pa.StringArray:
        escapes = [found.start() for found in _ESCAPE_BYTES.finditer(self.text)]
        marks = np.append(self._entities(), escapes)
        if not len(marks) or not len(starts):
            return texts
        owners = np.searchsorted(starts, marks, "right") - 1
        places = np.unique(owners[(owners >= 0) & (marks < ends[owners])])
        column = TextColumn(texts)
        plain = [_unescaped_text(text) for text in column.take(places).to_pylist()]
        column.put(places, pa.array(plain, pa.string()))
        return column.whole()

    def _entities(self) -> Integers:
        if b"&" not in self.text:
            return np.zeros(0, np.int64)
        return np.flatnonzero(self.bytes == ord("&"))

    def digits(self, starts: Integers, most: int) -> tuple[Integers, Integers]:
        """Return the whole numbers that begin at these places, and how many digits each has."""
        numbers, lengths = np.zeros(len(starts), np.int64), np.zeros(len(starts), np.int64)
        going = np.ones(len(starts), bool)
        for position in range(most):
            digit = self.bytes[starts + position].astype(np.int64) - ord("0")
            going &= (digit >= 0) & (digit <= 9)
            numbers = np.where(going, numbers * 10 + digit, numbers)
            lengths += going
        return numbers, lengths

    def require(self, starts: Integers, expected: bytes) -> None:
        """Raise UnusualXml unless the text is this at all these places."""
        for position, letter in enumerate(expected):
            if (self.bytes[starts + position] != letter).any():
                raise UnusualXml


def _unescaped_text(text: str) -> str:
    plain = _ENTITY.sub(_letter, text)
    return _without_escapes(plain) if "_x" in plain else plain


def _letter(entity: re.Match[str]) -> str:
    name = entity[1]
    if not name.startswith("#"):
        return _NAMED[name]
    code = int(name[2:], 16) if name[1] == "x" else int(name[1:])
    is_letter = 0 < code < 0x110000 and not 0xD800 <= code < 0xE000
    return chr(code) if is_letter else "\ufffd"


def _without_escapes(text: str) -> str:
    found = _ESCAPE.sub(lambda code: chr(int(code[1], 16)), text)
    # Two escapes may be the halves of one character.
    return found.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", "")


def shared_texts(block: bytes) -> pa.StringArray:
    """Return the texts of a block of shared strings, those of several runs put together.

    Raises UnusualXml for more than that.
    """
    tags = XmlTags(block)
    items, texts = tags.are(ITEM), tags.are(TEXT_TAG)
    owners = np.cumsum(items)[texts] - 1
    return _joined(tags.texts(texts), owners, int(items.sum()))


def _joined(texts: pa.StringArray, owners: Integers, count: int) -> pa.StringArray:
    """Return one text for each of `count` items: the texts of all its runs, in order."""
    if len(owners) and owners[0] < 0:
        raise UnusualXml
    bounds = offsets(texts)
    ends = np.searchsorted(owners, np.arange(count), "right")
    starts_at = np.concatenate([[bounds[0]], bounds[ends]]).astype(np.int32)
    return pa.StringArray.from_buffers(count, pa.py_buffer(starts_at), texts.buffers()[2])


@dataclass(frozen=True)
class SharedStrings:
    """Hold the texts that cells share, and how many bytes each has."""

    texts: pa.StringArray
    sizes: Integers

    @classmethod
    def of(cls, texts: pa.StringArray) -> SharedStrings:
        """Return these texts with their sizes."""
        return cls(texts, np.diff(offsets(texts)).astype(np.int64))

    def take(self, numbers: pa.Int32Array) -> pa.StringArray:
        """Return the texts with these numbers.

        Raises IndexError for a number that there is not, TooLong for more than a sheet can hold.
        """
        if self.sizes[np.asarray(numbers)].sum() > MOST:
            raise TooLong(f"more than {MOST} bytes in {len(numbers)} cells")
        return self.texts.take(numbers)


def read_cells(block: bytes, shared: SharedStrings) -> tuple[WorkbookCells, Integers, int]:
    """Return the cells of a block of rows that hold anything.

    Returns:
        The cells; the rows of formulas without a stored result, one entry each; the number of the last row.

    Raises:
        UnusualXml: the block is not written the usual way.
        IndexError: a cell names a shared string that there is not.
    """
    tags = XmlTags(block)
    row_tags, cell_tags = tags.are(ROW), tags.are(CELL)
    rows, row_digits = _row_numbers(tags, row_tags)
    if (np.diff(rows) <= 0).any():
        raise UnusualXml
    own_row = np.cumsum(row_tags)[cell_tags] - 1
    if len(own_row) and own_row[0] < 0:
        raise UnusualXml
    columns, styles, kinds = _attributes(tags, tags.at[cell_tags], row_digits[own_row])
    cell_numbers = np.cumsum(cell_tags) - 1
    values = tags.are(VALUE) | tags.are(TEXT_TAG)
    owners = cell_numbers[values]
    # Every value is in a cell, and no cell has two.
    if len(owners) and (owners[0] < 0 or (np.diff(owners) == 0).any()):
        raise UnusualXml
    texts = tags.texts(values)
    formulas = cell_numbers[tags.are(FORMULA)]
    answered = np.zeros(len(columns), bool)
    answered[owners] = (np.diff(offsets(texts)) > 0) | (kinds[owners] == TEXT)
    unanswered = rows[own_row[formulas[~answered[formulas]]]]
    cells = WorkbookCells(rows[own_row[owners]], columns[owners], kinds[owners], styles[owners], TextColumn(texts))
    _look_up(cells, shared)
    return cells, unanswered, int(rows[-1]) if len(rows) else 0


def _look_up(cells: WorkbookCells, shared: SharedStrings) -> None:
    """Put the texts of shared strings where their numbers are."""
    places = np.flatnonzero(cells.holds == SHARED)
    if len(places):
        numbers = pc.cast(cells.texts.take(places), pa.int32())
        cells.texts.put(places, shared.take(numbers))
        cells.holds[places] = TEXT


def _row_numbers(tags: XmlTags, row_tags: Flags) -> tuple[Integers, Integers]:
    """Return the number of every row and how many digits it takes."""
    starts = tags.at[row_tags]
    tags.require(starts, b'<row r="')
    numbers, lengths = tags.digits(starts + 8, _ROW_DIGITS)
    tags.require(starts + 8 + lengths, b'"')
    return numbers, lengths


def _attributes(tags: XmlTags, starts: Integers, row_digits: Integers) -> tuple[Integers, Integers, Integers]:
    """Return column, style and type of every cell: <c r="AB12" s="3" t="s">, in this order and no others."""
    tags.require(starts, b'<c r="')
    columns, letters = _column_positions(tags, starts + 6)
    # All cells are read at once: `at` is where the reading has come to in each of them.
    at = starts + 6 + letters + row_digits
    tags.require(at, b'"')
    at = at + 1
    styled = (tags.bytes[at] == ord(" ")) & (tags.bytes[at + 1] == ord("s"))
    tags.require(at[styled], b' s="')
    styles, lengths = tags.digits(at + 4, _STYLE_DIGITS)
    at = np.where(styled, at + 5 + lengths, at)
    typed = (tags.bytes[at] == ord(" ")) & (tags.bytes[at + 1] == ord("t"))
    tags.require(at[typed], b' t="')
    kinds, sizes = _kinds(tags, at + 4)
    at = np.where(typed, at + 5 + sizes, at)
    at = at + (tags.bytes[at] == ord(" "))
    if not ((tags.bytes[at] == ord(">")) | (tags.bytes[at] == ord("/"))).all():
        raise UnusualXml
    return columns, np.where(styled, styles, 0), np.where(typed, kinds, NUMBER)


def _column_positions(tags: XmlTags, starts: Integers) -> tuple[Integers, Integers]:
    """Return column positions from 0 and how many letters they take."""
    columns, letters = np.zeros(len(starts), np.int64), np.zeros(len(starts), np.int64)
    going = np.ones(len(starts), bool)
    for position in range(_COLUMN_LETTERS):
        letter = tags.bytes[starts + position].astype(np.int64) - ord("A") + 1
        going &= (letter >= 1) & (letter <= 26)
        columns = np.where(going, columns * 26 + letter, columns)
        letters += going
    return columns - 1, letters


def _kinds(tags: XmlTags, starts: Integers) -> tuple[Integers, Integers]:
    """Return what the type attributes that begin at these places mean, and how long they are."""
    pairs = tags.bytes[starts].astype(np.int64) * 256 + tags.bytes[starts + 1]
    kinds, sizes = np.full(len(starts), NUMBER), np.full(len(starts), _UNKNOWN_TYPE)
    for letters, (kind, size) in _TYPES.items():
        mine = pairs == int.from_bytes(letters, "big")
        kinds[mine], sizes[mine] = kind, size
    return kinds, np.minimum(sizes, len(tags.bytes) - 1 - starts - 1)
