"""Old Excel workbooks (xls), read by xlrd, which shows their number formats."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa
import xlrd

from engine.readers.reader import Empty, Notes, Range, RawSheet, Room, Unreadable, damaged
from engine.readers.text_column import Texts
from engine.readers.workbook_cells import BOOLEAN, ERROR, NUMBER, TEXT, Cells, Grid, Showing

_ROWS = 4096  # taken at a time
_HOLDS = {
    xlrd.XL_CELL_TEXT: TEXT,
    xlrd.XL_CELL_NUMBER: NUMBER,
    xlrd.XL_CELL_DATE: NUMBER,
    xlrd.XL_CELL_BOOLEAN: BOOLEAN,
    xlrd.XL_CELL_ERROR: ERROR,
}


def read_xls(path: Path, name: str, room: Room) -> list[RawSheet]:
    """The sheets that hold anything. Raises Unreadable."""
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        book = _open(path, name, nowhere)
        with book:
            room.check_sheets(name, book.nsheets)
            showing = Showing([_code(book, style) for style in book.xf_list], bool(book.datemode))
            sheets = [found for sheet in book.sheets() if (found := _sheet(sheet, name, showing, room))]
    if not sheets:
        raise Empty(name)
    return sheets


def _open(path: Path, name: str, log_file: object) -> xlrd.book.Book:
    try:
        return xlrd.open_workbook(str(path), logfile=log_file, formatting_info=True, ragged_rows=True)
    except xlrd.XLRDError as problem:
        if "encrypted" in str(problem).lower():
            raise Unreadable(
                f"'{name}' is protected with a password. Open it in Excel, remove the password, save it and upload it "
                "again."
            ) from problem
        raise damaged(name, repr(problem)) from problem


def _code(book: xlrd.book.Book, style: xlrd.formatting.XF) -> str:
    found = book.format_map.get(style.format_key)
    return found.format_str if found else "General"


def _sheet(sheet: xlrd.sheet.Sheet, name: str, showing: Showing, room: Room) -> RawSheet | None:
    notes, grid = Notes(), Grid(name, room)
    rows = iter(range(sheet.nrows))
    while numbers := list(islice(rows, _ROWS)):
        cells = _cells(sheet, numbers)
        showing.show(cells, notes)
        grid.add(cells)
        room.tell(numbers[-1] + 1, sheet.nrows)
    grid.spool.finish()
    if not any(grid.spool.last_filled):
        grid.spool.close()
        return None
    merged = [Range(top + 1, left, bottom, right - 1) for top, bottom, left, right in sheet.merged_cells]
    return RawSheet(
        name, sheet.name, grid.spool, bool(sheet.visibility), merged, showing.date1904, list(notes.values())
    )


def _cells(sheet: xlrd.sheet.Sheet, numbers: Iterable[int]) -> Cells:
    found = list(_filled(sheet, numbers))
    parts = np.array([cell[:4] for cell in found], np.int64).reshape(-1, 4).T
    return Cells(
        parts[0], parts[1], parts[2], parts[3],
        Texts(pa.array([cell[4] for cell in found], pa.string())),
    )  # fmt: skip


def _filled(sheet: xlrd.sheet.Sheet, numbers: Iterable[int]) -> Iterator[tuple[int, int, int, int, str]]:
    for row in numbers:
        kinds, values = sheet.row_types(row), sheet.row_values(row)
        for column, (kind, value) in enumerate(zip(kinds, values, strict=True)):
            holds = _HOLDS.get(kind)
            if holds is not None and value != "":
                yield row + 1, column, holds, sheet.cell_xf_index(row, column), _stored(holds, value)


def _stored(holds: int, value: object) -> str:
    if holds == NUMBER:
        return repr(value)
    if holds == ERROR:
        return xlrd.error_text_from_code.get(value, "#N/A")
    return str(int(value)) if holds == BOOLEAN and isinstance(value, int | float) else str(value)
