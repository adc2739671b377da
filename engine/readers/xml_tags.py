"""The tags of XML that spreadsheet programs write, found all at once with numpy instead of one by one.

This understands the usual way of writing worksheets and shared strings only, and raises Unusual for all else: such
blocks are rewritten by `rewriting` first.
"""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from engine.readers.text_column import Integers, Texts
from engine.values.text_masks import offsets

Bytes = npt.NDArray[np.uint8]
Flags = npt.NDArray[np.bool_]

_SPACED = b'<t xml:space="preserve">'
_PADDING = bytes(64)  # so that looking a few bytes ahead stays inside
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_ENTITY = re.compile("&(amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6});")
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


def _codes() -> Bytes:
    """The code of every pair of characters, 0 for tags that do not matter."""
    codes = np.zeros(65536, np.uint8)
    for code, pairs in _KNOWN.items():
        codes[[int.from_bytes(pair.encode(), "big") for pair in pairs]] = code
    for mark in b"!?":  # comments, CDATA, processing instructions
        codes[mark * 256 : (mark + 1) * 256] = ODD
    return codes


_CODES = _codes()


class Unusual(Exception):
    """The block is written in another way than spreadsheet programs write."""


class Tags:
    """The tags of a block that matter: `codes` (ROW …) and the places `at` which they begin."""

    def __init__(self, block: bytes) -> None:
        if b"\r" in block:
            block = block.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        self.text = block + _PADDING
        self.bytes: Bytes = np.frombuffer(self.text, np.uint8)
        every = np.flatnonzero(self.bytes == ord("<"))
        pairs = self.bytes[every + 1].astype(np.uint16) << 8 | self.bytes[every + 2]
        codes = _CODES[pairs]
        known = np.flatnonzero(codes)
        self.codes: Bytes = codes[known]
        self.at: Integers = every[known]
        self._ends: Integers = np.append(every, len(block))[known + 1]
        self._refuse_odd()
        self._forget_empty()

    def _refuse_odd(self) -> None:
        odd = self.at[self.codes == ODD]
        if not (self.bytes[odd + 1] * (self.bytes[odd + 3] == ord("r")) == ord("r")).all():  # <rPr is harmless
            raise Unusual

    def _forget_empty(self) -> None:
        """`<v />` and `<t />` hold nothing."""
        held = (self.codes == VALUE) | (self.codes == TEXT_TAG)
        empty = held & (self.bytes[self.at + 2] == ord(" ")) & (self.bytes[self.at + 3] == ord("/"))
        if empty.any():
            self.codes, self.at, self._ends = self.codes[~empty], self.at[~empty], self._ends[~empty]

    def being(self, code: int) -> Flags:
        """Which of the tags are of this kind."""
        return self.codes == code

    def texts(self, tags: Flags) -> pa.StringArray:
        """What follows each of these tags up to the next tag, without XML's entities and the workbook's own way of
        writing control characters. `<t xml:space="preserve">` is known; other attributes are Unusual. Raises
        pyarrow.ArrowInvalid for what is no UTF-8."""
        starts, ends = self.at[tags] + 3, self._ends[tags]
        spaced = self.bytes[starts - 1] == ord(" ")
        if spaced.any():
            self._check_spaced(starts[spaced] - 3)
            starts = starts + np.where(spaced, len(_SPACED) - 3, 0)
        bounds = np.stack([starts, ends], axis=1).astype(np.int32).ravel()
        if (np.diff(bounds) < 0).any():
            raise Unusual
        cut = pa.StringArray.from_buffers(max(len(bounds) - 1, 0), pa.py_buffer(bounds), pa.py_buffer(self.text))
        texts = cut.take(pa.array(np.arange(0, len(bounds), 2)))
        texts.validate(full=True)
        return self._mended(texts, starts, ends)

    def _mended(self, texts: pa.StringArray, starts: Integers, ends: Integers) -> pa.StringArray:
        marks = np.append(self._escapes(), [found.start() for found in _ESCAPE_BYTES.finditer(self.text)])
        if not len(marks) or not len(starts):
            return texts
        owners = np.searchsorted(starts, marks, "right") - 1
        places = np.unique(owners[(owners >= 0) & (marks < ends[owners])])
        mended = Texts(texts)
        mended.put(places, pa.array(map(_unescaped, mended.some(places).to_pylist()), pa.string()))
        return mended.whole()

    def _escapes(self) -> Integers:
        return np.flatnonzero(self.bytes == ord("&")) if b"&" in self.text else np.zeros(0, np.int64)

    def _check_spaced(self, starts: Integers) -> None:
        for place, letter in enumerate(_SPACED):
            if (self.bytes[starts + place] != letter).any():
                raise Unusual

    def digits(self, starts: Integers, most: int) -> tuple[Integers, Integers]:
        """The whole numbers that begin at these places, and how many digits each has."""
        numbers, lengths = np.zeros(len(starts), np.int64), np.zeros(len(starts), np.int64)
        going = np.ones(len(starts), bool)
        for place in range(most):
            digit = self.bytes[starts + place].astype(np.int64) - ord("0")
            going &= (digit >= 0) & (digit <= 9)
            numbers = np.where(going, numbers * 10 + digit, numbers)
            lengths += going
        return numbers, lengths

    def require(self, starts: Integers, expected: str) -> None:
        """Raise Unusual unless the text is this at all these places."""
        for place, letter in enumerate(expected.encode()):
            if (self.bytes[starts + place] != letter).any():
                raise Unusual


def _unescaped(text: str) -> str:
    plain = _ENTITY.sub(_letter, text)
    return _decoded(plain) if "_x" in plain else plain


def _letter(entity: re.Match[str]) -> str:
    name = entity[1]
    if not name.startswith("#"):
        return _NAMED[name]
    code = int(name[2:], 16) if name[1] == "x" else int(name[1:])
    return chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"


def _decoded(text: str) -> str:
    found = _ESCAPE.sub(lambda code: chr(int(code[1], 16)), text)
    return found.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", "")


def shared_texts(block: bytes) -> pa.StringArray:
    """The texts of a block of shared strings, those of several runs put together. Raises Unusual for more than that."""
    tags = Tags(block)
    items, texts = tags.being(ITEM), tags.being(TEXT_TAG)
    owners = np.cumsum(items)[texts] - 1
    return _joined(tags.texts(texts), owners, int(items.sum()))


def _joined(texts: pa.StringArray, owners: Integers, count: int) -> pa.StringArray:
    """One text for each of `count` items: the texts of all its runs, in order."""
    if len(owners) and owners[0] < 0:
        raise Unusual
    bounds = offsets(texts)
    ends = np.searchsorted(owners, np.arange(count), "right")
    starts_at = np.concatenate([[bounds[0]], bounds[ends]]).astype(np.int32)
    return pa.StringArray.from_buffers(count, pa.py_buffer(starts_at), texts.buffers()[2])
