"""OpenDocument spreadsheets (ods): the text that each cell shows stands in the file beside its value."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree.ElementTree import Element, iterparse

import numpy as np
import pyarrow as pa

from engine.readers.archive import SafeZip, Watched
from engine.readers.ods_cells import CELL, COVERED, STYLE, TABLE, shown
from engine.readers.reader import Empty, Notes, Range, RawSheet, Room, Unreadable, damaged, overloading
from engine.readers.text_column import Integers, Texts
from engine.readers.workbook_cells import LAST_ROW, TEXT, Cells, Grid

_CELLS_AT_ONCE = 2**18
_AT_ONCE = 16 * 2**20  # characters that wait, and that one row may hold
_TABLE, _ROW = f"{TABLE}table", f"{TABLE}table-row"


def read_ods(path: Path, name: str, room: Room) -> list[RawSheet]:
    """The sheets that hold anything. Raises Unreadable."""
    with SafeZip(path, name, room.limits) as archive:
        archive.refuse_document_types()
        if "content.xml" not in archive.names():
            raise damaged(name, "no content.xml")
        if "META-INF/manifest.xml" in archive.names() and b"encryption-data" in archive.read("META-INF/manifest.xml"):
            raise Unreadable(
                f"'{name}' is protected with a password. Open it, save it without a password and upload it again."
            )
        with archive.open("content.xml") as stream:
            sheets = list(_Content(name, room).sheets(stream, archive.size("content.xml")))
    if not sheets:
        raise Empty(name)
    return sheets


@dataclass
class _Table:
    """A sheet while it is read: `row` is the number of the last row that was met. Cells wait in lists until they
    are many."""

    name: str
    hidden: bool
    grid: Grid
    notes: Notes = field(default_factory=Notes)
    merged: list[Range] = field(default_factory=list)
    row: int = 0
    rows: list[int] = field(default_factory=list)
    columns: list[int] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    size: int = 0

    def keep(self, columns: list[int], texts: list[str], times: int) -> None:
        """Take in a row, which comes `times` times."""
        first, self.row = self.row + 1, self.row + times
        if not columns or first > LAST_ROW:
            return
        size = sum(map(len, texts))
        if size > _AT_ONCE:
            raise overloading(self.name, f"row {first} holds {size} characters")
        if times > 1:
            self._repeat(first, columns, texts, times, size)
            return
        self.rows += [first] * len(columns)
        self.columns += columns
        self.texts += texts
        self.size += size
        if len(self.rows) >= _CELLS_AT_ONCE or self.size >= _AT_ONCE:
            self.give()

    def _repeat(self, first: int, columns: list[int], texts: list[str], times: int, size: int) -> None:
        """The same row many times, some at a time."""
        self.give()
        once, places = pa.array(texts, pa.string()), np.array(columns, np.int64)
        step = max(1, min(_CELLS_AT_ONCE // len(columns), _AT_ONCE // max(size, 1)))
        for start in range(first, first + times, step):
            count = min(step, first + times - start)
            rows = np.repeat(np.arange(start, start + count), len(columns))
            self._add(rows, np.tile(places, count), once.take(pa.array(np.tile(np.arange(len(once)), count))))

    def give(self) -> None:
        """Put the cells that wait into the grid."""
        if self.rows:
            self._add(np.array(self.rows), np.array(self.columns), pa.array(self.texts, pa.string()))
        self.rows, self.columns, self.texts, self.size = [], [], [], 0

    def _add(self, rows: Integers, columns: Integers, texts: pa.StringArray) -> None:
        plain = np.full(len(rows), TEXT, np.int64)
        self.grid.add(Cells(rows, columns, plain, plain, Texts(texts)))


class _Content:
    """The tables of content.xml, read element by element."""

    def __init__(self, name: str, room: Room) -> None:
        self.name, self.room = name, room
        self.hidden_styles: set[str] = set()
        self.met = 0

    def sheets(self, stream: Watched, size: int) -> Iterator[RawSheet]:
        """The sheets that hold anything, in order. What was read is forgotten row by row."""
        table: _Table | None = None
        outer: Element | None = None
        # The parts were searched for document types before, and Python's own parser is several times as fast.
        for event, element in iterparse(stream, events=("start", "end")):  # noqa: S314
            tag = element.tag
            if event == "start":
                if tag == _TABLE and outer is None and element.get(f"{TABLE}name") is not None:
                    table, outer = self._table(element), element
            elif tag == _ROW and table and outer is not None:
                self._take(table, element)
                self.room.tell(stream.done, size)
                element.clear()
                outer.clear()
            elif tag == f"{STYLE}style":
                self._note_hidden(element)
            elif element is outer and table:
                yield from self._done(table)
                table = outer = None

    def _note_hidden(self, style: Element) -> None:
        properties = style.find(f"{STYLE}table-properties")
        if properties is not None and properties.get(f"{TABLE}display") == "false":
            self.hidden_styles.add(style.get(f"{STYLE}name", ""))

    def _table(self, element: Element) -> _Table:
        self.met += 1
        self.room.check_sheets(self.name, self.met)
        hidden = element.get(f"{TABLE}style-name", "") in self.hidden_styles
        return _Table(element.get(f"{TABLE}name") or f"Sheet{self.met}", hidden, Grid(self.name, self.room))

    def _take(self, table: _Table, row: Element) -> None:
        columns, texts, column = list[int](), list[str](), 0
        for cell in row:
            if cell.tag not in (CELL, COVERED):
                continue
            times = _times(cell, "columns")
            text = shown(cell, table.row + 1, table.notes) if cell.tag == CELL and cell.attrib else ""
            if text:
                self.room.check(self.name, table.row + 1, column + times)
                columns += range(column, column + times)
                texts += [text] * times
            if cell.tag == CELL:
                _note_merged(table, cell, column)
            column += times
        table.keep(columns, texts, _times(row, "rows"))

    def _done(self, table: _Table) -> Iterator[RawSheet]:
        table.give()
        spool = table.grid.spool
        spool.finish()
        if any(spool.last_filled):
            notes = list(table.notes.values())
            yield RawSheet(self.name, table.name, spool, table.hidden, table.merged, notes=notes)
        else:
            spool.close()


def _note_merged(table: _Table, cell: Element, column: int) -> None:
    wide, high = cell.get(f"{TABLE}number-columns-spanned"), cell.get(f"{TABLE}number-rows-spanned")
    if wide or high:
        right, bottom = column + int(wide or 1) - 1, table.row + int(high or 1)
        if (right, bottom) != (column, table.row + 1):
            table.merged.append(Range(table.row + 1, column, bottom, right))


def _times(element: Element, what: str) -> int:
    """How often a cell or row comes; never more often than a sheet has rows."""
    times = element.get(f"{TABLE}number-{what}-repeated")
    return min(max(1, int(times)), LAST_ROW) if times else 1
