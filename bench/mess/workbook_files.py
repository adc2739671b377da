"""Write laid sheets as files: CSV in its dialects and with its faults, xlsx, xls, ods, and files of a wrong name."""

from __future__ import annotations

import html
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from random import Random
from typing import Any

import xlwt
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P
from openpyxl import Workbook

from bench.mess.report_layouts import LaidSheet
from bench.mess.truth_tables import MessyCell

_ENCODINGS = (
    "cp1252",
    "cp1252",
    "utf-8",
    "utf-8",
    "utf-8",
    "utf-8-sig",
    "utf-8-sig",
    "utf-16",
    "iso8859-15",
    "cp850",
    "mac_roman",
)


class CsvWriter:
    """Write a sheet as CSV in a dialect that is drawn; `mess` says what was done."""

    def __init__(self, random: Random, language: str) -> None:
        """Draw encoding, separator, quotes and line ends."""
        self.random = random
        self.mess: list[str] = []
        self.encoding = random.choice(_ENCODINGS)
        self.separator = random.choice([";", ";", "\t", ","] if language != "en" else [",", ",", "\t", ";", "|"])
        self.quoting = random.choice(["needed", "needed", "all"])
        self.line_end = random.choice(["\r\n", "\n", "\r\n", "\n", "mixed"])
        self.fault = random.choice(["", "", "", "", "quotes not doubled", "space before a quote", "unclosed quote"])
        self.mess += [f"encoding {self.encoding}", f"separator {self.separator!r}"]
        if self.line_end == "mixed":
            self.mess.append("mixed line ends")

    def write(self, sheet: LaidSheet, path: Path) -> None:
        """Write the file."""
        text = ""
        for row in sheet.rows:
            cells = [self._field(cell, position) for position, cell in enumerate(row.cells)]
            end = self.line_end if self.line_end != "mixed" else self.random.choice(["\r\n", "\n"])
            text += self.separator.join(cells) + end
        try:
            content = text.encode(self.encoding)
        except UnicodeEncodeError:  # what a system's encoding cannot hold it exports in another one
            content = text.encode("utf-8")
        path.write_bytes(content)

    def _field(self, cell: MessyCell, position: int) -> str:
        text = cell.text
        needed = any(sign in text for sign in (self.separator, '"', "\n", "\r"))
        if not needed and self.quoting != "all" and self.fault != "unclosed quote":
            return text
        if self.fault == "quotes not doubled" and '"' in text and self.separator not in text:
            self._note(cell)
            return f'"{text}"'
        if (
            self.fault == "unclosed quote"
            and text
            and "unclosed quote" not in self.mess
            and self.random.random() < 0.02
        ):
            self._note(cell)
            return f'"{text}'
        quoted = '"{}"'.format(text.replace('"', '""'))
        if self.fault == "space before a quote" and position and self.separator == ",":
            self._note(cell)
            return f" {quoted}"
        return quoted

    def _note(self, cell: MessyCell) -> None:
        cell.mess = (*cell.mess, self.fault)
        if self.fault not in self.mess:
            self.mess.append(self.fault)


def write_csv(sheets: list[LaidSheet], path: Path, random: Random) -> list[str]:
    """Write the only sheet as CSV."""
    writer = CsvWriter(random, sheets[0].table.language)
    writer.write(sheets[0], path)
    return writer.mess


def write_text_as_xls(sheets: list[LaidSheet], path: Path, random: Random) -> list[str]:
    """Write the only sheet as text with tabs, as many systems' "Excel export" does."""
    lines = []
    for row in sheets[0].rows:
        lines.append("\t".join(cell.text.replace("\n", " ").replace("\t", " ") for cell in row.cells))
    path.write_bytes("\r\n".join(lines).encode("utf-16"))
    return ["text named .xls"]


def write_html_as_xls(sheets: list[LaidSheet], path: Path, random: Random) -> list[str]:
    """Write the only sheet as a table of a web page, as many systems' "Excel export" does."""
    parts = ['<html><head><meta charset="utf-8"></head><body><table>']
    for row in sheets[0].rows:
        cells = "".join(f"<td>{html.escape(cell.text).replace(chr(10), '<br>')}</td>" for cell in row.cells)
        parts.append(f"<tr>{cells}</tr>")
    path.write_text("\n".join([*parts, "</table></body></html>"]), encoding="utf-8")
    return ["a web page named .xls"]


def write_xlsx(sheets: list[LaidSheet], path: Path, random: Random) -> list[str]:
    """Write sheets as a workbook; numbers and days that cells hold as such stay such."""
    book = Workbook()
    for empty in book.worksheets:
        book.remove(empty)
    for sheet in sheets:
        page = book.create_sheet(sheet.table.name)
        for number, row in enumerate(sheet.rows, 1):
            for position, cell in enumerate(row.cells, 1):
                _put(page, number, position, cell)
        for top, left, bottom, right in sheet.merged:
            page.merge_cells(start_row=top, start_column=left, end_row=bottom, end_column=right)
    book.save(path)
    return []


def _put(page: Any, row: int, column: int, cell: MessyCell) -> None:
    if cell.value is None and not cell.text:
        return
    written = page.cell(row, column)
    if cell.value is None:
        written.value, written.data_type = cell.text, "s"
        return
    written.value = cell.value
    if cell.number_format:
        written.number_format = cell.number_format


def write_xls(sheets: list[LaidSheet], path: Path, random: Random) -> list[str]:
    """Write sheets as a workbook of the old kind."""
    book = xlwt.Workbook()
    for sheet in sheets:
        page = book.add_sheet(sheet.table.name)
        for number, row in enumerate(sheet.rows):
            for position, cell in enumerate(row.cells):
                _put_old(page, number, position, cell)
        for top, left, bottom, right in sheet.merged:
            if right <= len(sheet.columns):  # others have no cell to merge
                page.merge(top - 1, bottom - 1, left - 1, right - 1)
    book.save(str(path))
    return ["old workbook"]


def _put_old(page: Any, row: int, column: int, cell: MessyCell) -> None:
    if isinstance(cell.value, date | datetime | float):
        style = xlwt.XFStyle()
        style.num_format_str = cell.number_format or "General"
        page.write(row, column, cell.value, style)
    elif cell.text:
        page.write(row, column, cell.text)


def write_ods(sheets: list[LaidSheet], path: Path, random: Random) -> list[str]:
    """Write sheets as an OpenDocument workbook, all cells as texts."""
    book = OpenDocumentSpreadsheet()
    for sheet in sheets:
        page = Table(name=sheet.table.name)
        for row in sheet.rows:
            line = TableRow()
            for cell in row.cells:
                line.addElement(_open_cell(cell))
            page.addElement(line)
        book.spreadsheet.addElement(page)
    book.save(str(path))
    return ["OpenDocument workbook"]


def _open_cell(cell: MessyCell) -> Any:
    if not cell.text:
        return TableCell()
    if isinstance(cell.value, float):
        written = TableCell(valuetype="float", value=repr(cell.value))
    else:
        written = TableCell(valuetype="string")
    for line in cell.text.split("\n"):
        written.addElement(P(text=line))
    return written


Writer = Callable[[list[LaidSheet], Path, Random], list[str]]
# Ending, whether it keeps numbers as such, whether it can merge cells, whether it can hold several sheets.
WRITERS: dict[str, tuple[Writer, str, bool, bool, bool]] = {
    "csv": (write_csv, ".csv", False, False, False),
    "xlsx": (write_xlsx, ".xlsx", True, True, True),
    "xls": (write_xls, ".xls", True, True, True),
    "ods": (write_ods, ".ods", False, False, True),
    "text.xls": (write_text_as_xls, ".xls", False, False, False),
    "html.xls": (write_html_as_xls, ".xls", False, False, False),
}
