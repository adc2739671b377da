"""Held-back rows as a workbook. Excel opens a CSV file its own way (02134 becomes 2134, 4-5 a date); in a workbook
every cell is text and stays what it was.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from itertools import islice
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

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
