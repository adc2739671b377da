"""Rows that are held back, in a form that can be corrected and uploaded again.

Each has its source row and the reason, then its cells as they were uploaded, so that the same recipe can be
applied again. An empty cell that cleaning filled (from the row above, say) has the filled text: alone in a file
the row could not be filled any more. SheetColumns that steps add are left out, since the steps will add them again; the
place of a line among the rows of its parent is kept, so that the line keeps its name.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from itertools import islice
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
from engine.bundle.row_issues import RowIssue
from engine.sheets.corrections import TITLES

Note = tuple[Positions, list[str]]


def titles(sheet: MappedSheet) -> list[str]:
    """The titles of the file, the bridge's own first."""
    taken = set(_columns(sheet))
    own = [title if title not in taken else f"{title} (held back)" for title in TITLES]
    return [*own, *_columns(sheet)]


def _columns(sheet: MappedSheet) -> list[str]:
    numbers = {one.title for one in sheet.columns.added if isinstance(one, LineNumber)}
    own = numbers | set(sheet.sheet.working.titles)
    return [title for title in sheet.columns.titles if title in own]


def held_back_columns(
    survey: CheckedSheet, issues: Sequence[RowIssue], positions: Positions, cleaned: pa.Table, notes: Note
) -> list[pa.Array]:
    """The columns of the file for the rows at `positions`. `cleaned`: their cleaned cells, `notes`: what is wrong with
    the rows themselves.
    """
    rows = survey.rows[positions]
    source = [title for title in _columns(survey.planned) if title in survey.planned.sheet.working.titles]
    raw = survey.planned.sheet.working.find(rows.tolist(), source)
    why = _reasons(issues, positions, cleaned, notes)
    cells = []
    for title in _columns(survey.planned):
        cell = _one(cleaned[title])
        cells.append(_filled(_one(raw[title]), cell) if title in source else cell)
    return [pa.array(rows).cast(pa.string()), pa.array(why, pa.string()), *cells]


def _one(column: pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)


def _filled(raw: pa.Array, cleaned: pa.Array) -> pa.Array:
    return pc.if_else(pc.equal(raw, ""), cleaned, raw)


def _reasons(
    issues: Sequence[RowIssue], positions: Positions, cleaned: pa.Table, notes: Note
) -> npt.NDArray[np.object_]:
    """Why each row is held back: what is wrong with itself, then what other rows make wrong of it."""
    reasons = np.full(len(positions), "", dtype=object)
    reasons[np.searchsorted(positions, notes[0])] = notes[1]
    for issue in issues:
        first, last = np.searchsorted(issue.positions, (positions[0], positions[-1] + 1))
        places = np.searchsorted(positions, issue.positions[first:last])
        cells = cleaned[issue.column].take(pa.array(places)).to_pylist()
        for place, cell in zip(places.tolist(), cells, strict=True):
            reasons[place] = f"{reasons[place]}; {issue.why(cell)}" if reasons[place] else issue.why(cell)
    return reasons


MAX_ROWS = 20_000  # more take too long to write while somebody waits, and nobody corrects them by hand
MAX_CELL = 32_767  # characters, Excel's own limit
TEXT_FORMAT = "@"


class OnlyAsCsv(ValueError):
    """The rows do not go into a workbook; the text is one sentence for the user."""


def write_workbook(table: bytes, target: IO[bytes]) -> None:
    """Write `table`, a file of data/rejected, to `target` as xlsx. Raises OnlyAsCsv."""
    records = _checked(csv.reader(io.StringIO(table.decode(), newline="")))
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Held back")
    sheet.freeze_panes = "A2"
    for record in records:
        sheet.append([_text(sheet, cell) for cell in record])
    book.save(target)


def _checked(reader: Iterator[list[str]]) -> list[list[str]]:
    records = list(islice(reader, MAX_ROWS + 2))
    if len(records) > MAX_ROWS + 1:
        raise OnlyAsCsv(f"More than {MAX_ROWS:,} rows were held back; download them as CSV.")
    cells = [cell for record in records for cell in record]
    if any(len(cell) > MAX_CELL for cell in cells):
        raise OnlyAsCsv("A cell is longer than a workbook can hold; download the rows as CSV.")
    if any(ILLEGAL_CHARACTERS_RE.search(cell) for cell in cells):
        raise OnlyAsCsv("A cell holds a character that a workbook cannot; download the rows as CSV.")
    return records


def _text(sheet: Any, text: str) -> Cell:
    """A cell that is text for Excel, whatever it looks like; a formula is not computed."""
    cell: Cell = WriteOnlyCell(sheet, text)
    cell.data_type, cell.number_format = "s", TEXT_FORMAT
    return cell
