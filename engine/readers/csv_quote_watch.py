"""A watch on the quotes of a text file, so that the fast way of reading is taken only where it is right."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from engine.readers.csv_records import Dialect
from engine.readers.raw_sheet import SheetNotes
from engine.readers.text_encoding import Utf8Stream

_MOST = 1000  # cells of several lines that are looked at in one batch

Places = npt.NDArray[np.int64]


class QuoteWatch(io.RawIOBase):
    """Hand on a stream, and look whether its quotes are what the rules want.

    `unruly` is set where a quoted value does not begin and end at separators and line ends, has a quote inside that is
    not doubled, or is never closed.
    """

    def __init__(self, stream: Utf8Stream, dialect: Dialect) -> None:
        """Watch the quotes of `dialect`; without any there is nothing to watch."""
        super().__init__()
        self._stream, self.unruly = stream, False
        self._quote = ord(dialect.quote) if dialect.quote else -1
        self._is_edge = np.zeros(256, bool)
        self._is_edge[[ord(sign) for sign in "\r\n" + (dialect.delimiter or "\x1f") + dialect.quote]] = True
        # The last two bytes of what was read before, and whether a quoted value goes on behind them.
        self._carried, self._inside = b"\n\n", False

    def readable(self) -> bool:
        """Return True."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes, b"" at the end."""
        chunk = self._stream.read(size)
        if self._quote >= 0 and not self.unruly:
            self._look(chunk)
        return chunk

    def _look(self, chunk: bytes) -> None:
        # The last byte is looked at with the next chunk, which shows what follows it.
        text = self._carried + (chunk or b"\n")
        letters = np.frombuffer(text, np.uint8)
        quotes = np.flatnonzero(letters[1:-1] == self._quote) + 1
        if len(quotes):
            self._compare(letters, quotes)
        self._carried = text[-2:]

    def _compare(self, letters: npt.NDArray[np.uint8], quotes: Places) -> None:
        """Hold the quotes against the rules: every second one opens a value, the others close it."""
        first = int(self._inside)
        opening, closing = quotes[first::2], quotes[1 - first :: 2]
        before, behind = letters[opening - 1], letters[closing + 1]
        self.unruly = not (self._is_edge[before].all() and self._is_edge[behind].all())
        self._inside ^= len(quotes) % 2 == 1  # an odd number of them leaves a value open or closes it

    def ends_inside(self) -> bool:
        """Return whether the file ends inside a quoted value."""
        return self._inside


def note_swallowed(columns: Sequence[pa.StringArray], before: int, dialect: Dialect, notes: SheetNotes) -> None:
    """Note cells of several lines, each of which would make a row of its own; `before` rows come before these.

    A quote that was opened by mistake and closed by the next such mistake looks like a value of several lines.
    """
    if dialect.width < 3 or not dialect.quote:
        return
    for position, column in enumerate(columns):
        several = np.flatnonzero(np.asarray(pc.match_substring(column, "\n")))[:_MOST]
        for row, cell in zip(several.tolist(), column.take(pa.array(several)).to_pylist(), strict=True):
            counts = [line.count(dialect.delimiter) + 1 for line in cell.splitlines()]
            counts[0] += position
            counts[-1] += dialect.width - 1 - position
            if set(counts) == {dialect.width}:
                notes["rows_ran_together"].add(before + row + 1, cell[:200])
