"""Held-back rows come back from Excel as they went."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pytest

from engine.bundle.held_back_rows import MAX_ROWS, OnlyAsCsv, write_workbook
from engine.readers import open_source

ROWS = [["Source row", "Zip", "Note"], ["4", "02134", "=1+1"], ["5", "4-5", 'a "b"\nc'], ["6", "", "+49 30"]]
TABLE = b'Source row,Zip,Note\n4,02134,=1+1\n5,4-5,"a ""b""\nc"\n6,,+49 30\n'


def test_cells_stay_text(tmp_path: Path) -> None:
    path = tmp_path / "held-back.xlsx"
    with path.open("wb") as stream:
        write_workbook(TABLE, stream)
    with open_source(path, path.name) as source:
        (sheet,) = source.sheets
        assert sheet.head(10) == ROWS
    cells = openpyxl.load_workbook(path).active["B2:C2"][0]
    assert [(cell.data_type, cell.number_format) for cell in cells] == [("s", "@"), ("s", "@")]


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        (b"a\n\x0b\n", "a character that a workbook cannot"),
        (b"a\n" + b"x" * 40_000 + b"\n", "longer than a workbook"),
        (b"a\n" * (MAX_ROWS + 2), "20,000 rows"),
    ],
)
def test_what_no_workbook_holds_is_said(table: bytes, reason: str) -> None:
    with pytest.raises(OnlyAsCsv, match=reason):
        write_workbook(table, io.BytesIO())
