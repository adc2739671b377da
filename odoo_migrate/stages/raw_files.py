"""Read raw CSV files row by row without trust: each thing that is wrong is reported with its row."""

from __future__ import annotations

import codecs
import csv
import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from odoo_migrate.project.csv_text import MAX_CELL
from odoo_migrate.project.problems import Problem, Problems

MAX_BYTES = 16 * 2**30  # far above what a spreadsheet or an ERP exports
MAX_LINE = 2**26  # bytes between two line ends
MAX_COLUMNS = 10_000
_CHUNK = 2**20
# What `surrogateescape` makes of bytes that are not UTF-8.
_UNDECODED = re.compile("[\udc80-\udcff]")


@dataclass(frozen=True)
class FileBytes:
    """Hold what a file's bytes show before it is parsed: `sound` is UTF-8 without NUL, `bounded` within the limits."""

    sha256: str
    sound: bool
    bounded: bool


def examined(path: Path) -> FileBytes:
    """Read a file once, in pieces. Raises OSError."""
    digest, decoder = hashlib.sha256(), codecs.getincrementaldecoder("utf-8")()
    sound, line, longest = True, 0, 0
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
            sound = sound and b"\0" not in chunk and _decodes(decoder, chunk)
            first = chunk.find(b"\n")
            longest = max(longest, line + (first if first >= 0 else len(chunk)))
            line = line + len(chunk) if first < 0 else len(chunk) - chunk.rfind(b"\n") - 1
            if longest > MAX_LINE or stream.tell() > MAX_BYTES:
                return FileBytes(digest.hexdigest(), sound, bounded=False)
    return FileBytes(digest.hexdigest(), sound and _decodes(decoder, b"", final=True), bounded=True)


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


class RawCsvRows:
    """Read the rows of one raw file.

    `titles` are those of its first row, () where it has none that can be used; iterating gives (row number, cells) of
    every sound row, and adds a problem for every other. After that, `count` is the number of all rows below the titles,
    if the file could be read as a `whole`.
    """

    def __init__(self, path: Path, file: str, problems: Problems, *, sound: bool) -> None:
        """Keep what to read; `sound` files hold UTF-8 without NUL."""
        self.path, self.file, self.problems, self.sound = path, file, problems, sound
        self.titles: tuple[str, ...] = ()
        self.count, self.whole = 0, False

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        """Yield the row number and the cells of every sound row."""
        row, before = 0, self.problems.errors
        with self.path.open(encoding="utf-8-sig", newline="", errors="surrogateescape") as stream:
            reader = csv.reader(stream, strict=True)
            try:
                for row, cells in enumerate(reader, 1):
                    if not self.sound:
                        self._check_text(row, cells)
                    if row == 1:
                        self.titles = self._checked(cells, before)
                        if not self.titles:
                            return
                        width = len(cells)
                    elif len(cells) == width:
                        yield row, cells
                    else:
                        self._add(_width(cells, width), row)
                self.whole = row > 0
                if not row:
                    self._add("it is empty; the first row must hold the columns' titles.", 1)
            except csv.Error as problem:
                self._add(_broken(str(problem)), row + 1)
        self.count = max(row - 1, 0)

    def _add(self, message: str, row: int, column: str = "", value: str = "") -> None:
        self.problems.add(Problem(self.file, message, row=row, column=column, value=value))

    def _check_text(self, row: int, cells: Sequence[str]) -> None:
        for number, cell in enumerate(cells):
            column = self.titles[number] if number < len(self.titles) else ""
            if _UNDECODED.search(cell):
                shown = _UNDECODED.sub("\ufffd", cell)
                self._add("this is not UTF-8; save the file with that encoding.", row, column, shown)
            if "\0" in cell:
                self._add("this holds a NUL byte, which Odoo cannot store.", row, column, cell.replace("\0", "\u2400"))

    def _checked(self, titles: list[str], before: int) -> tuple[str, ...]:
        """Return the titles, () where there have been more errors than `before`."""
        if len(titles) > MAX_COLUMNS:
            self._add(f"it has {len(titles):,} columns; at most {MAX_COLUMNS:,} are possible.", 1)
            return ()
        for number, title in enumerate(titles, 1):
            if not title.strip():
                self._add(f"column {number} has no title.", 1)
            elif title in titles[: number - 1]:
                self._add("two columns have this title.", 1, title)
        return tuple(titles) if self.problems.errors == before else ()


def _width(cells: Sequence[str], width: int) -> str:
    if not cells:
        return "this row is empty; remove it."
    few = "cell" if len(cells) == 1 else "cells"
    return f"this row has {len(cells)} {few}, but there are {width} titles."


def _broken(problem: str) -> str:
    rest = "nothing after it could be read."
    if "larger than field limit" in problem:
        return f"a cell is longer than {MAX_CELL:,} characters, perhaps because a quote is not closed; {rest}"
    if "unexpected end" in problem:
        return f"a quote that opens in this row is never closed; {rest}"
    if "expected after" in problem:
        return f"a quote stands inside a cell; it must be written twice there, and the cell in quotes; {rest}"
    return f"this row is not valid CSV ({problem}); {rest}"
