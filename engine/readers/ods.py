"""The reader of OpenDocument spreadsheets (ods), which hold beside each value the text that its cell shows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from xml.etree.ElementTree import Element, iterparse

import numpy as np
import pyarrow as pa

from engine.readers.file_content import is_open_spreadsheet
from engine.readers.file_reader import FileReader
from engine.readers.formula_guards import without_guard
from engine.readers.raw_sheet import Range, RawSheet, SheetNotes
from engine.readers.reading_context import ReadingContext
from engine.readers.refusals import EmptyFile, Unreadable, damaged, overloading
from engine.readers.safe_unzip import GuardedMember, SafeZip
from engine.readers.workbook_cells import (
    LAST_ROW,
    TEXT,
    Integers,
    SheetGrid,
    TextColumn,
    WorkbookCells,
    iso,
    plain_number,
)

_CONTENT, _MANIFEST = "content.xml", "META-INF/manifest.xml"
_CELLS_AT_ONCE = 2**18
_AT_ONCE = 16 * 2**20  # characters that wait, and that one row may hold
_SPACES = 1000  # most spaces that one element may encode

_NAMESPACE = "{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}"
TABLE, OFFICE, STYLE, WORDS = map(_NAMESPACE.__mod__, ("table", "office", "style", "text"))
_TABLE, _ROW = f"{TABLE}table", f"{TABLE}table-row"
_CELL, _COVERED = f"{TABLE}table-cell", f"{TABLE}covered-table-cell"
_PARAGRAPH = f"{WORDS}p"
_CALC_TYPE = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}value-type"
_DURATION = re.compile(r"(-?)P(?:(\d+)D)?T?(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:[.,]\d+)?S)?")
_ERROR = re.compile(r"#[A-Z/0]+[!?]?|Err:[0-9]{3}")
_NO_DIGITS = re.compile(r"\D")
_ENDS_IN_NUMBER = re.compile(r"[0-9][.,]?[0-9]*\D*$")
_MINUS = frozenset("-−–(")


def read_ods(path: Path, name: str, context: ReadingContext) -> list[RawSheet]:
    """Return the sheets that hold anything. Raises Unreadable."""
    with SafeZip(path, name, context.limits) as archive:
        archive.refuse_document_types()
        if _CONTENT not in archive.names():
            raise damaged(name, f"no {_CONTENT}")
        if _MANIFEST in archive.names() and b"encryption-data" in archive.read(_MANIFEST):
            raise Unreadable(
                f"'{name}' is protected with a password. Open it, save it without a password and upload it again."
            )
        with archive.open(_CONTENT) as stream:
            sheets = list(_Content(name, context).sheets(stream, archive.size(_CONTENT)))
    if not sheets:
        raise EmptyFile(name)
    return sheets


@dataclass
class _Table:
    """A sheet while it is read: `row` is the number of the last row so far.

    Cells wait in lists until they are many.
    """

    name: str
    hidden: bool
    grid: SheetGrid
    notes: SheetNotes = field(default_factory=SheetNotes)
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
        """Put the same row many times into the grid, some at a time."""
        self.give()
        once, places = pa.array(texts, pa.string()), np.array(columns, np.int64)
        step = max(1, min(_CELLS_AT_ONCE // len(columns), _AT_ONCE // max(size, 1)))
        for start in range(first, first + times, step):
            count = min(step, first + times - start)
            rows = np.repeat(np.arange(start, start + count), len(columns))
            repeated = np.tile(np.arange(len(once)), count)
            self._add(rows, np.tile(places, count), once.take(pa.array(repeated)))

    def give(self) -> None:
        """Put the cells that wait into the grid."""
        if self.rows:
            self._add(np.array(self.rows), np.array(self.columns), pa.array(self.texts, pa.string()))
        self.rows, self.columns, self.texts, self.size = [], [], [], 0

    def _add(self, rows: Integers, columns: Integers, texts: pa.StringArray) -> None:
        plain = np.full(len(rows), TEXT, np.int64)
        self.grid.add(WorkbookCells(rows, columns, plain, plain, TextColumn(texts)))


class _Content:
    """The tables of content.xml, read element by element."""

    def __init__(self, name: str, context: ReadingContext) -> None:
        self.name, self.context = name, context
        self.hidden_styles: set[str] = set()
        self.count = 0

    def sheets(self, stream: GuardedMember, size: int) -> Iterator[RawSheet]:
        """Yield the sheets that hold anything, in order. What was read is forgotten row by row."""
        table: _Table | None = None
        outer: Element | None = None
        # The parts were searched for document types before, and Python's own parser is several times as fast.
        for event, element in iterparse(stream, events=("start", "end")):  # noqa: S314 - no document type gets here
            tag = element.tag
            if event == "start":
                # A table inside a table belongs to a chart or a comment.
                if tag == _TABLE and outer is None and element.get(f"{TABLE}name") is not None:
                    table, outer = self._new_table(element), element
            elif tag == _ROW and table and outer is not None:
                self._take_row(table, element)
                self.context.report_progress(stream.done, size)
                element.clear()
                outer.clear()
            elif tag == f"{STYLE}style":
                self._note_hidden(element)
            elif element is outer and table:
                yield from self._finished(table)
                table = outer = None

    def _note_hidden(self, style: Element) -> None:
        properties = style.find(f"{STYLE}table-properties")
        if properties is not None and properties.get(f"{TABLE}display") == "false":
            self.hidden_styles.add(style.get(f"{STYLE}name", ""))

    def _new_table(self, element: Element) -> _Table:
        self.count += 1
        self.context.check_sheets(self.name, self.count)
        is_hidden = element.get(f"{TABLE}style-name", "") in self.hidden_styles
        name = element.get(f"{TABLE}name") or f"Sheet{self.count}"
        return _Table(name, is_hidden, SheetGrid(self.name, self.context))

    def _take_row(self, table: _Table, row: Element) -> None:
        columns, texts, column = list[int](), list[str](), 0
        for cell in row:
            if cell.tag not in (_CELL, _COVERED):
                continue
            times = _times(cell, "columns")
            text = _shown(cell, table.row + 1, table.notes) if cell.tag == _CELL and cell.attrib else ""
            if text:
                self.context.check_size(self.name, table.row + 1, column + times)
                columns += range(column, column + times)
                texts += [text] * times
            if cell.tag == _CELL:
                _note_merged(table, cell, column)
            column += times
        table.keep(columns, texts, _times(row, "rows"))

    def _finished(self, table: _Table) -> Iterator[RawSheet]:
        table.give()
        notes = list(table.notes.values())
        sheet = RawSheet(self.name, table.name, table.grid.spool, table.hidden, table.merged, notes=notes)
        if table.grid.finish(sheet):
            yield sheet


def _note_merged(table: _Table, cell: Element, column: int) -> None:
    wide, high = cell.get(f"{TABLE}number-columns-spanned"), cell.get(f"{TABLE}number-rows-spanned")
    if wide or high:
        right, bottom = column + int(wide or 1) - 1, table.row + int(high or 1)
        if (right, bottom) != (column, table.row + 1):
            table.merged.append(Range(table.row + 1, column, bottom, right))


def _times(element: Element, what: str) -> int:
    """Return how often a cell or row comes; never more often than a sheet has rows."""
    # Programs repeat the last, empty row and column up to the end of the sheet.
    times = element.get(f"{TABLE}number-{what}-repeated")
    return min(max(1, int(times)), LAST_ROW) if times else 1


# --- What a cell shows ------------------------------------------------------------------------------------------


def _shown(cell: Element, row: int, notes: SheetNotes) -> str:
    """Return the text that a cell shows, by the rules that hold for all workbooks; "" for an empty cell."""
    kind = cell.get(f"{OFFICE}value-type", "")
    text = "\n".join([_paragraph(part) for part in cell if part.tag == _PARAGRAPH])
    if cell.get(f"{TABLE}formula") is not None:
        if not kind and not text:
            notes["formula_without_result"].add(row)
        elif cell.get(_CALC_TYPE) == "error" or _ERROR.fullmatch(text):
            notes["formula_errors"].add(row, text)
    if kind in ("float", "percentage", "currency"):
        return _number(cell.get(f"{OFFICE}value", ""), text, kind, row, notes)
    if kind == "date":
        return iso(cell.get(f"{OFFICE}date-value", "")) or text
    if kind == "time":
        return _clock(cell.get(f"{OFFICE}time-value", ""), text)
    if kind == "boolean":
        return "TRUE" if cell.get(f"{OFFICE}boolean-value") == "true" else "FALSE"
    return without_guard(text or cell.get(f"{OFFICE}string-value", ""), row, notes)


def _paragraph(part: Element) -> str:
    return "".join(_pieces(part)) if len(part) else part.text or ""


def _pieces(part: Element) -> Iterator[str]:
    """Yield text with its spaces, tabs and line breaks, which are elements of their own; without notes about it."""
    yield part.text or ""
    for child in part:
        if child.tag == f"{WORDS}s":
            yield " " * min(int(child.get(f"{WORDS}c") or 1), _SPACES)
        elif child.tag == f"{WORDS}tab":
            yield "\t"
        elif child.tag == f"{WORDS}line-break":
            yield "\n"
        elif child.tag not in (f"{OFFICE}annotation", f"{WORDS}note"):
            yield from _pieces(child)
        yield child.tail or ""


def _number(value: str, text: str, kind: str, row: int, notes: SheetNotes) -> str:
    """Return the shown text where it has all digits of the value, else the value."""
    # As everywhere, a format may add to a number but never take digits away.
    plain = plain_number(value)
    if not text or not value:
        return text or _percent(plain, kind)
    keeps_sign = not plain.startswith("-") or not _MINUS.isdisjoint(text)
    if _significant(text) == _significant(plain) and keeps_sign:
        return text
    # Exponents and fractions are another way of writing; only plain digits can be hidden.
    if _ENDS_IN_NUMBER.search(text) and "E" not in text and "/" not in text:
        notes["hidden_digits"].add(row, _percent(plain, kind))
    return _percent(plain, kind)


def _significant(text: str) -> str:
    return _NO_DIGITS.sub("", text).strip("0")


def _percent(plain: str, kind: str) -> str:
    if kind != "percentage":
        return plain
    try:
        return f"{plain_number(str(Decimal(plain) * 100))}%"
    except InvalidOperation:
        return plain


def _clock(value: str, text: str) -> str:
    """Return PT12H30M00S as 12:30:00; hours may be more than 24."""
    found = _DURATION.fullmatch(value)
    if not found:
        return text
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups()[1:])
    return f"{found[1]}{days * 24 + hours:02}:{minutes:02}:{seconds:02}"


READER = FileReader(
    ("ods", "ots"), "an OpenDocument spreadsheet (.ods)", "OpenDocument", is_open_spreadsheet, read_ods, order=30
)
