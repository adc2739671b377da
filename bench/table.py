"""The files that are measured: made once for a size, kept in var/bench."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from bench import data


def customers_csv(folder: Path, rows: int) -> Path:
    """Twelve messy columns."""
    path = folder / f"customers-{rows}.csv"
    return path if path.exists() else data.write_csv(path, data.customers(data.Maker(rows)))


def free_text_csv(folder: Path, rows: int) -> Path:
    """Two columns of sentences."""
    path = folder / f"sentences-{rows}.csv"
    return path if path.exists() else data.write_csv(path, data.free_text(data.Maker(rows)))


def customers_xlsx(folder: Path, rows: int) -> Path:
    """The same twelve columns as a workbook: ZIP codes, dates and amounts are numbers with a number format."""
    path = folder / f"customers-{rows}.xlsx"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        book = Workbook(write_only=True)
        _fill(book.create_sheet("Customers"), rows)
        half = path.with_suffix(".part")
        book.save(half)
        half.rename(path)
    return path


FORMATS = {"ZIP": "00000", "Customer Since": "yyyy-mm-dd", "Open Balance": "#,##0.00"}


def _fill(sheet: WriteOnlyWorksheet, rows: int) -> None:
    columns = data.customers(data.Maker(rows))
    random = np.random.default_rng(data.SEED)
    numbers: dict[str, list[float | date]] = {
        "ZIP": random.integers(501, 99_951, rows).tolist(),
        "Customer Since": [date(2000, 1, 1) + timedelta(days=n) for n in random.integers(0, 9000, rows).tolist()],
        "Open Balance": (random.integers(10_000, 6_000_000, rows) / 100).tolist(),
    }  # fmt: skip
    sheet.append(list(columns))
    cells: list[list[Any]] = [numbers.get(title) or texts.to_pylist() for title, texts in columns.items()]
    forms = [FORMATS.get(title) for title in columns]
    for row in zip(*cells, strict=True):
        sheet.append([_cell(sheet, value, form) for value, form in zip(row, forms, strict=True)])


def _cell(sheet: WriteOnlyWorksheet, value: Any, form: str | None) -> Any:
    if form is None:
        return value
    cell = WriteOnlyCell(sheet, value=value)
    cell.number_format = form
    return cell
