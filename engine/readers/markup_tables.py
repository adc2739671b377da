"""The reader of tables in markup: web pages, as many systems name their "Excel" exports, and Excel's XML of 2003.

A web page's cells are read as it shows them. Small tables above a large one, such as a report's title, are its first
rows; tables of one width that follow each other are one table, as page breaks make them.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import zip_longest
from pathlib import Path
from xml.etree.ElementTree import Element

import numpy as np
import pyarrow as pa
from defusedxml.ElementTree import iterparse

from engine.readers.file_content import FileContent, is_web_page, is_xml_spreadsheet, refused_page
from engine.readers.file_reader import FileReader
from engine.readers.formula_guards import without_guards
from engine.readers.raw_sheet import Range, RawSheet, SheetNotes
from engine.readers.reading_context import ReadingContext
from engine.readers.refusals import EmptyFile
from engine.readers.text_encoding import from_head, legacy
from engine.readers.workbook_cells import (
    BOOLEAN,
    DATE,
    ERROR,
    NUMBER,
    TEXT,
    CellDisplay,
    SheetGrid,
    TextColumn,
    WorkbookCells,
)

_CHARSET = re.compile(rb"""charset\s*=\s*["']?([A-Za-z0-9_.:-]+)""", re.IGNORECASE)
_UNSEEN = frozenset(["script", "style", "head", "title", "template"])
_HEAD = 2**20  # bytes that show the encoding
_MOST_SPAN = 1000  # columns or rows that one cell may cover


def is_markup(file: FileContent) -> bool:
    """Return whether the file is a web page or Excel's XML of 2003."""
    return is_web_page(file) or is_xml_spreadsheet(file)


def read_markup(path: Path, name: str, context: ReadingContext) -> list[RawSheet]:
    """Return the sheets that hold anything. Raises Unreadable."""
    if is_xml_spreadsheet(FileContent(path, name, context.limits)):
        return _XmlSpreadsheet(path, name, context).sheets()
    encoding = context.encoding or _page_encoding(path)
    parser = _PageTables()
    parser.feed(path.read_bytes().decode(encoding, "replace"))
    parser.close()
    sheets = []
    for number, table in enumerate(_joined_tables(parser.tables), 1):
        sheet_name = Path(name).stem if number == 1 else f"{Path(name).stem} {number}"
        sheets.append(_sheet_of_page(table, name, sheet_name, encoding, context))
    if not sheets:
        raise refused_page(name)
    return sheets


def _page_encoding(path: Path) -> str:
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    known = from_head(head)
    if known and known != "utf-8":
        return known
    declared = _CHARSET.search(head[:4096])
    try:
        if declared:
            return codecs.lookup(declared[1].decode()).name
    except LookupError:
        pass
    return known or legacy(path)


# --- Web pages --------------------------------------------------------------------------------------------------


@dataclass
class PageTable:
    """Hold the rows of one table of a page, and its merged cells."""

    rows: list[list[str]] = field(default_factory=list)
    merged: list[Range] = field(default_factory=list)
    covered: dict[tuple[int, int], bool] = field(default_factory=dict)

    @property
    def width(self) -> int:
        """Return how many cells the longest row has."""
        return max(map(len, self.rows), default=0)

    def add(self, text: str, columns: int, rows: int) -> None:
        """Put a cell into the last row, behind those that are there and those that reach down from above."""
        row, last = len(self.rows) - 1, self.rows[-1]
        while (row, len(last)) in self.covered:
            last.append("")
        if columns > 1 or rows > 1:
            self.merged.append(Range(row + 1, len(last), row + rows, len(last) + columns - 1))
        for below in range(1, rows):
            for right in range(columns):
                self.covered[row + below, len(last) + right] = True
        last += [text, *[""] * (columns - 1)]


class _PageTables(HTMLParser):
    """Collect the tables of a page; a table inside a cell is a table of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[PageTable] = []
        self._open: list[PageTable] = []
        self._cells: list[list[str] | None] = []
        self._spans: list[tuple[int, int]] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a table, row or cell; many pages do not end those before."""
        if tag == "table":
            self._open.append(PageTable())
            self._cells.append(None)
            self._spans.append((1, 1))
        elif tag == "tr" and self._open:
            self._end_cell()
            self._open[-1].rows.append([])
        elif tag in ("td", "th") and self._open:
            self._end_cell()
            given = dict(attrs)
            self._cells[-1] = []
            self._spans[-1] = (_span(given.get("colspan")), _span(given.get("rowspan")))
        elif tag == "br":
            self.handle_data("\n")
        elif tag in _UNSEEN:
            self._unseen += 1

    def handle_endtag(self, tag: str) -> None:
        """End a table or cell."""
        if tag in ("td", "th", "tr") and self._open:
            self._end_cell()
        elif tag == "table" and self._open:
            self._end_cell()
            self._cells.pop()
            self._spans.pop()
            self.tables.append(self._open.pop())
        elif tag in _UNSEEN:
            self._unseen = max(0, self._unseen - 1)

    def handle_data(self, data: str) -> None:
        """Add text to the cell that is open."""
        if self._cells and self._cells[-1] is not None and not self._unseen:
            # A line break of the page is a space; `br` comes as a sign of its own.
            self._cells[-1].append(data if data == "\n" else re.sub(r"\s+", " ", data))

    def close(self) -> None:
        """End the tables that the page does not end."""
        super().close()
        while self._open:
            self.handle_endtag("table")

    def _end_cell(self) -> None:
        cell = self._cells[-1]
        if cell is not None:
            if not self._open[-1].rows:
                self._open[-1].rows.append([])
            lines = "".join(cell).replace("\xa0", " ").split("\n")
            self._open[-1].add("\n".join(map(str.strip, lines)).strip(), *self._spans[-1])
            self._cells[-1] = None


def _span(given: str | None) -> int:
    return min(max(1, int(given)), _MOST_SPAN) if given and given.strip().isdecimal() else 1


def _joined_tables(tables: list[PageTable]) -> Iterator[PageTable]:
    """Yield the large tables, each with the small ones above it, and those of one width as one."""
    waiting = PageTable()
    for table in tables:
        if not any(map(any, table.rows)):
            continue
        is_large = table.width > 1 and len(table.rows) > 1
        if waiting.rows and waiting.width > 1 and len(waiting.rows) > 1 and is_large and waiting.width != table.width:
            yield waiting
            waiting = PageTable()
        down = len(waiting.rows)
        waiting.merged += [area._replace(top=area.top + down, bottom=area.bottom + down) for area in table.merged]
        waiting.rows += table.rows
    if waiting.rows:
        yield waiting


def _sheet_of_page(table: PageTable, name: str, sheet: str, encoding: str, context: ReadingContext) -> RawSheet:
    context.check_size(name, len(table.rows), table.width)
    notes, spool = SheetNotes(), context.new_spool()
    columns = [pa.array(column, pa.string()) for column in zip_longest(*table.rows, fillvalue="")]
    spool.append(without_guards(columns, 0, notes))
    spool.finish()
    merged = [area for area in table.merged if area.right > area.left or area.bottom > area.top]
    return RawSheet(name, sheet, spool, merged=merged, notes=list(notes.values()), encoding=encoding)


# --- Excel's XML of 2003 ----------------------------------------------------------------------------------------

_SPACE = "{urn:schemas-microsoft-com:office:spreadsheet}"
_HOLDS = {"Number": NUMBER, "Boolean": BOOLEAN, "Error": ERROR, "DateTime": DATE}
_NAMED_FORMATS = {
    "General Number": "General", "General Date": "yyyy-mm-dd", "Long Date": "yyyy-mm-dd", "Medium Date": "yyyy-mm-dd",
    "Short Date": "yyyy-mm-dd", "Long Time": "h:mm:ss", "Medium Time": "h:mm", "Short Time": "h:mm",
    "Currency": "#,##0.00", "Euro Currency": "[$€]#,##0.00", "Fixed": "0.00", "Standard": "#,##0.00",
    "Percent": "0.00%", "Scientific": "0.00E+00",
}  # fmt: skip


class _XmlSpreadsheet:
    """Read the sheets of a workbook in Excel's XML of 2003."""

    def __init__(self, path: Path, name: str, context: ReadingContext) -> None:
        self.path, self.name, self.context = path, name, context
        self.codes, self.styles = ["General"], dict[str, int]()

    def sheets(self) -> list[RawSheet]:
        """Return the sheets that hold anything."""
        found = []
        for _, element in iterparse(str(self.path), forbid_dtd=True):
            if element.tag == f"{_SPACE}Style":
                self._note_style(element)
            elif element.tag == f"{_SPACE}Worksheet":
                sheet = self._sheet(element)
                found += [sheet] if sheet else []
                element.clear()
        if not found:
            raise EmptyFile(self.name)
        self.context.check_sheets(self.name, len(found))
        return found

    def _note_style(self, style: Element) -> None:
        given = style.find(f"{_SPACE}NumberFormat")
        code = given.get(f"{_SPACE}Format", "") if given is not None else ""
        parent = self.styles.get(style.get(f"{_SPACE}Parent", ""), 0)
        self.styles[style.get(f"{_SPACE}ID", "")] = len(self.codes) if code else parent
        if code:
            self.codes.append(_NAMED_FORMATS.get(code, code))

    def _sheet(self, element: Element) -> RawSheet | None:
        notes, grid = SheetNotes(), SheetGrid(self.name, self.context)
        merged, cells = list[Range](), list[tuple[int, int, int, int]]()
        texts = list[str]()
        for row, column, cell in _placed_cells(element):
            across, down = int(cell.get(f"{_SPACE}MergeAcross", 0)), int(cell.get(f"{_SPACE}MergeDown", 0))
            if across or down:
                merged.append(Range(row, column, row + down, column + across))
            data = cell.find(f"{_SPACE}Data")
            text = "" if data is None else "".join(data.itertext())
            if data is not None and text:
                holds = _HOLDS.get(data.get(f"{_SPACE}Type", ""), TEXT)
                cells.append((row, column, holds, self.styles.get(cell.get(f"{_SPACE}StyleID", ""), 0)))
                texts.append(text)
            elif cell.get(f"{_SPACE}Formula"):
                notes["formula_without_result"].add(row)
        rows, columns, holds_all, styles = np.array(cells, np.int64).reshape(-1, 4).T
        found = WorkbookCells(rows, columns, holds_all, styles, TextColumn(pa.array(texts, pa.string())))
        CellDisplay(self.codes).show(found, notes)
        grid.add(found)
        visible = element.find(".//{urn:schemas-microsoft-com:office:excel}Visible")
        hidden = visible is not None and (visible.text or "").startswith("Sheet")
        title = element.get(f"{_SPACE}Name", "") or "Sheet"
        return grid.finish(RawSheet(self.name, title, grid.spool, hidden, merged, notes=list(notes.values())))


def _placed_cells(sheet: Element) -> Iterator[tuple[int, int, Element]]:
    """Yield the cells of a sheet with their row (from 1) and column (from 0)."""
    row = 0
    for line in sheet.iterfind(f"{_SPACE}Table/{_SPACE}Row"):
        row = int(line.get(f"{_SPACE}Index", row + 1))
        column = -1
        for cell in line.iterfind(f"{_SPACE}Cell"):
            column = int(cell.get(f"{_SPACE}Index", column + 2)) - 1
            yield row, column, cell
            column += int(cell.get(f"{_SPACE}MergeAcross", 0))


READER = FileReader(
    ("html", "htm", "xml"), "a web page or an XML spreadsheet", "HTML and XML tables", is_markup, read_markup, order=40
)
