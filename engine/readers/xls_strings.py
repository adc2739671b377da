"""The shared strings of old Excel workbooks, read as far as they go: how many a file states is a hint.

Many programs write a wrong number; Excel opens their files all the same. `xlrd` trusts the number, so it is given this
way of reading instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import xlrd.book

_HEADER = 8  # bytes before the first string
_WIDE, _PHONETIC, _RICH = 1, 4, 8  # flags of a string
_RUN = 4  # bytes of one run of formatting


class _Records:
    """Read bytes that go on over several records."""

    def __init__(self, records: Sequence[bytes]) -> None:
        self._records, self._number, self._place = records, 0, _HEADER

    def has_more(self) -> bool:
        """Return whether any byte is left."""
        while self._number < len(self._records) and self._place >= len(self._records[self._number]):
            self._number, self._place = self._number + 1, self._place - len(self._records[self._number])
        return self._number < len(self._records)

    def number(self, size: int) -> int:
        """Return a whole number of so many bytes."""
        return int.from_bytes(self.take(size), "little")

    def take(self, size: int) -> bytes:
        """Return the next bytes. Raises EOFError where there are not so many."""
        taken = b""
        while len(taken) < size:
            part = self._part(size - len(taken))
            taken += part
        return taken

    def skip(self, size: int) -> None:
        """Pass over bytes; where that ends is looked at when the next ones are read."""
        self._place += size

    def text(self, length: int, is_wide: bool) -> str:
        """Return a text of so many code units; each further record says anew how wide its letters are."""
        found, left = "", length
        while left > 0:
            if not self.has_more():
                raise EOFError
            if self._place == 0:
                is_wide = bool(self.number(1) & _WIDE)
            width = 1 + is_wide
            part = self._part(left * width)
            found += part.decode("utf-16-le" if is_wide else "latin-1", "surrogatepass")
            left -= max(1, len(part) // width)
        return found

    def _part(self, most: int) -> bytes:
        """Return up to `most` bytes of one record."""
        if not self.has_more():
            raise EOFError
        part = self._records[self._number][self._place : self._place + most]
        self._place += len(part)
        return part


def shared_strings(records: Sequence[bytes], stated: int) -> tuple[list[str], dict[int, Any]]:
    """Return the strings of the table in `records`, and no formatting; how many are `stated` does not matter."""
    cursor, strings = _Records(records), list[str]()
    try:
        while cursor.has_more():
            strings.append(_string(cursor))
    except EOFError:
        pass  # the last one is cut off, or fills up the record
    return strings, {}


def _string(cursor: _Records) -> str:
    length, flags = cursor.number(2), cursor.number(1)
    runs = cursor.number(2) if flags & _RICH else 0
    reading_aid = cursor.number(4) if flags & _PHONETIC else 0
    text = cursor.text(length, bool(flags & _WIDE))
    cursor.skip(runs * _RUN + reading_aid)
    # The two halves of one character may be in two records.
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


xlrd.book.unpack_SST_table = shared_strings
# Defined names hold no data; odd ones must not keep a workbook from being read.
xlrd.book.Book.names_epilogue = lambda self: None
