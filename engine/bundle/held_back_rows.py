"""Rows that are held back, in a form that can be corrected and uploaded again, as CSV and as a workbook.

Each has its source row and the reason, then its cells as they were uploaded, so that the same recipe can be
applied again. An empty cell that cleaning filled (from the row above, say) has the filled text: alone in a file
the row could not be filled any more. Columns that steps add are left out, since the steps will add them again; the
number of a line among the rows of its parent is kept, so that the line keeps its name.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from typing import IO, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from engine.bundle.added_columns import LineNumber
from engine.bundle.bundle_plan import MappedSheet
from engine.bundle.checked_sheets import CheckedSheet
from engine.bundle.cleaned_lines import Positions
from engine.bundle.row_verdicts import RowIssue
from engine.sheets.corrected_rows import TITLES

Note = tuple[Positions, list[str]]

MAX_ROWS = 20_000  # more take too long to write while somebody waits, and nobody corrects them by hand
MAX_CELL = 32_767  # characters, Excel's own limit
TEXT_FORMAT = "@"


# --- as a file of data/rejected


def titles(sheet: MappedSheet) -> list[str]:
    """Return the titles of the file, those of row and reason first."""
    columns = _columns(sheet)
    own = []
    for title in TITLES:
        if title in columns:  # the sheet has such a column of its own
            title = f"{title} (held back)"
        own.append(title)
    return own + columns


def _columns(sheet: MappedSheet) -> list[str]:
    own = set(sheet.sheet.working.titles)
    for one in sheet.columns.added:
        if isinstance(one, LineNumber):
            own.add(one.title)
    return [title for title in sheet.columns.titles if title in own]


def held_back_columns(
    checked: CheckedSheet, issues: Sequence[RowIssue], positions: Positions, cleaned: pa.Table, notes: Note
) -> list[pa.Array]:
    """Return the columns of the file for some rows of a batch.

    Args:
        checked: The sheet.
        issues: What other rows make wrong of its rows.
        positions: Of the rows.
        cleaned: Their cleaned cells.
        notes: What is wrong with rows of the batch themselves.
    """
    rows = checked.rows[positions]
    columns = _columns(checked.mapped)
    source = [title for title in columns if title in checked.mapped.sheet.working.titles]
    raw = checked.mapped.sheet.working.find(rows.tolist(), source)
    why = _reasons(issues, positions, cleaned, notes)
    cells = []
    for title in columns:
        cell = _one_array(cleaned[title])
        if title in source:
            uploaded = _one_array(raw[title])
            cell = pc.if_else(pc.equal(uploaded, ""), cell, uploaded)
        cells.append(cell)
    return [pa.array(rows).cast(pa.string()), pa.array(why, pa.string()), *cells]


def _one_array(column: pa.ChunkedArray) -> pa.Array:
    if column.num_chunks == 1:  # as it is, without a copy
        return column.chunk(0)
    return column.combine_chunks()


def _reasons(
    issues: Sequence[RowIssue], positions: Positions, cleaned: pa.Table, notes: Note
) -> npt.NDArray[np.object_]:
    """Return why each row is held back: what is wrong with itself, then what other rows make wrong of it."""
    reasons = np.full(len(positions), "", dtype=object)
    noted, texts = notes
    reasons[np.searchsorted(positions, noted)] = texts
    for issue in issues:
        # An issue holds rows of the whole sheet in order: those of this batch are one stretch of them.
        first, last = np.searchsorted(issue.positions, (positions[0], positions[-1] + 1))
        places = np.searchsorted(positions, issue.positions[first:last])
        cells = cleaned[issue.column].take(pa.array(places)).to_pylist()
        for place, cell in zip(places.tolist(), cells, strict=True):
            reason = issue.why(cell)
            if reasons[place]:
                reason = f"{reasons[place]}; {reason}"
            reasons[place] = reason
    return reasons


# --- as a workbook


class OnlyAsCsv(ValueError):
    """Refuse rows that do not go into a workbook; the text is one sentence for the user."""


def write_workbook(table: bytes, target: IO[bytes]) -> None:
    """Write `table`, a file of data/rejected, to `target` as xlsx. Raises OnlyAsCsv.

    Excel opens a CSV file its own way (02134 becomes 2134, 4-5 a date); in a workbook every cell is text and stays what
    it was.
    """
    records = _checked(csv.reader(io.StringIO(table.decode(), newline="")))
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Held back")
    sheet.freeze_panes = "A2"
    for record in records:
        sheet.append([_text(sheet, cell) for cell in record])
    book.save(target)


def _checked(reader: Iterator[list[str]]) -> list[list[str]]:
    # The row of titles, and one more than may be, which shows that there are too many.
    records = list(islice(reader, MAX_ROWS + 2))
    if len(records) > MAX_ROWS + 1:
        raise OnlyAsCsv(f"More than {MAX_ROWS:,} rows were held back; download them as CSV.")
    cells = list(chain.from_iterable(records))
    if max(map(len, cells), default=0) > MAX_CELL:
        raise OnlyAsCsv("A cell is longer than a workbook can hold; download the rows as CSV.")
    if any(map(ILLEGAL_CHARACTERS_RE.search, cells)):
        raise OnlyAsCsv("A cell holds a character that a workbook cannot; download the rows as CSV.")
    return records


def _text(sheet: Any, text: str) -> Cell:
    """Return a cell that is text for Excel, whatever it looks like; a formula is not computed."""
    cell: Cell = WriteOnlyCell(sheet, text)
    cell.data_type, cell.number_format = "s", TEXT_FORMAT
    return cell
