"""The reader of old Excel workbooks (xls), by xlrd, which knows their number formats."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa
import xlrd

import engine.readers.xls_strings  # noqa: F401 - xlrd reads shared strings with it
from engine.readers.file_content import FileContent, refusal_of
from engine.readers.file_reader import FileReader
from engine.readers.raw_sheet import Range, RawSheet, SheetNotes
from engine.readers.reading_context import ReadingContext
from engine.readers.refusals import EmptyFile, Unreadable, damaged
from engine.readers.workbook_cells import (
    BOOLEAN,
    ERROR,
    NUMBER,
    TEXT,
    CellDisplay,
    SheetGrid,
    TextColumn,
    WorkbookCells,
)

_ROWS = 4096  # taken at a time
# The first record of a workbook without a container, as some programs write it.
_BARE = re.compile(rb"\x09[\x00\x02\x04\x08][\x04\x06\x08\x10]\x00[\x00-\x07]")
_HOLDS = {
    xlrd.XL_CELL_TEXT: TEXT,
    xlrd.XL_CELL_NUMBER: NUMBER,
    xlrd.XL_CELL_DATE: NUMBER,
    xlrd.XL_CELL_BOOLEAN: BOOLEAN,
    xlrd.XL_CELL_ERROR: ERROR,
}


def is_xls(file: FileContent) -> bool:
    """Return whether the file is an old Excel workbook, in the container of old Office files or bare."""
    return bool(_BARE.match(file.head)) or (file.is_ole and refusal_of(file) is None)


def read_xls(path: Path, name: str, context: ReadingContext) -> list[RawSheet]:
    """Return the sheets that hold anything. Raises Unreadable."""
    sheets = []
    with open(os.devnull, "w", encoding="utf-8") as nowhere, _open(path, name, nowhere) as book:
        context.check_sheets(name, book.nsheets)
        display = CellDisplay([_format_code(book, style) for style in book.xf_list], bool(book.datemode))
        for sheet in book.sheets():
            found = _read_sheet(sheet, name, display, context)
            if found:
                sheets.append(found)
    if not sheets:
        raise EmptyFile(name)
    return sheets


def _open(path: Path, name: str, log_file: object) -> xlrd.book.Book:
    try:
        return xlrd.open_workbook(
            str(path), logfile=log_file, formatting_info=True, ragged_rows=True, ignore_workbook_corruption=True
        )
    except xlrd.XLRDError as problem:
        if "encrypted" in str(problem).lower():
            raise Unreadable(
                f"'{name}' is protected with a password. Open it in Excel, remove the password, save it and upload it "
                "again."
            ) from problem
        raise damaged(name, repr(problem)) from problem


def _format_code(book: xlrd.book.Book, style: xlrd.formatting.XF) -> str:
    found = book.format_map.get(style.format_key)
    return (found.format_str if found else "") or "General"


def _read_sheet(sheet: xlrd.sheet.Sheet, name: str, display: CellDisplay, context: ReadingContext) -> RawSheet | None:
    notes, grid = SheetNotes(), SheetGrid(name, context)
    rows = iter(range(sheet.nrows))
    while numbers := list(islice(rows, _ROWS)):
        cells = _cells(sheet, numbers)
        display.show(cells, notes)
        grid.add(cells)
        context.report_progress(numbers[-1] + 1, sheet.nrows)
    merged = [Range(top + 1, left, bottom, right - 1) for top, bottom, left, right in sheet.merged_cells]
    is_hidden = bool(sheet.visibility)
    return grid.finish(
        RawSheet(name, sheet.name, grid.spool, is_hidden, merged, display.date1904, list(notes.values()))
    )


def _cells(sheet: xlrd.sheet.Sheet, numbers: Iterable[int]) -> WorkbookCells:
    """Return the filled cells of these rows."""
    found, texts = list[tuple[int, int, int, int]](), list[str]()
    for row in numbers:
        kinds, values = sheet.row_types(row), sheet.row_values(row)
        for column, (kind, value) in enumerate(zip(kinds, values, strict=True)):
            holds = _HOLDS.get(kind)
            if holds is not None and value != "":
                found.append((row + 1, column, holds, sheet.cell_xf_index(row, column)))
                texts.append(_stored(holds, value))
    rows, columns, holds_all, styles = np.array(found, np.int64).reshape(-1, 4).T
    return WorkbookCells(rows, columns, holds_all, styles, TextColumn(pa.array(texts, pa.string())))


def _stored(holds: int, value: object) -> str:
    if holds == NUMBER:
        return repr(value)  # the fewest digits that read as the same number
    if holds == ERROR:
        return xlrd.error_text_from_code.get(value, "#N/A")
    if holds == BOOLEAN and isinstance(value, int | float):
        return str(int(value))
    return str(value)


READER = FileReader(("xls", "xlt"), "an old Excel workbook (.xls)", "Excel", is_xls, read_xls, order=20)
