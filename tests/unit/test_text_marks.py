"""Marks that spreadsheets put around texts are no part of them, in whatever file they come."""

from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook

from engine.detectors import DETECTORS
from engine.profile.sheet_profiler import profile_sheet
from engine.readers import open_source
from engine.sheets.table_shape import find_table
from engine.sheets.working_file import write_working_file


def profiled(path: Path, folder: Path):
    with open_source(path, path.name) as source:
        working = write_working_file(source.sheets[0], find_table(source.sheets[0]), folder / "rows.arrow")
        return working, profile_sheet(working, DETECTORS, today=date(2026, 6, 1))


def workbook(folder: Path, title: str, cells: list[str]) -> Path:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(["Name", title])
    for number, cell in enumerate(cells, 2):
        sheet.cell(number, 1).value = f"Firm {number}"
        sheet.cell(number, 2).value, sheet.cell(number, 2).data_type = cell, "s"
    book.save(folder / "list.xlsx")
    return folder / "list.xlsx"


def test_a_formula_around_a_text_is_read_in_a_workbook_too(tmp_path):
    path = workbook(tmp_path, "Account No.", ['="00123"', '="A ""1"""', "00125"])
    working, profile = profiled(path, tmp_path)
    assert working.page(0, 3).column("Account No.").to_pylist() == ["00123", 'A "1"', "00125"]
    assert [(one.slug, one.rows) for one in profile.findings if one.slug == "formula_guards"] == [
        ("formula_guards", [2, 3])
    ]


@pytest.mark.parametrize(
    ("title", "cells", "safe"),
    [
        ("Account No.", ["'00123", "'00124", "'00125"], True),
        ("PLZ", ["'01067", "10115", "80331", "20095"], True),
        ("Remark", ["'5 of 6", "none", "later", "soon"], False),
    ],
)
def test_an_apostrophe_in_front_of_a_code_is_a_finding(title, cells, safe, tmp_path):
    _, profile = profiled(workbook(tmp_path, title, cells), tmp_path)
    [found] = [one for one in profile.findings if one.slug == "text_marks"]
    assert (found.fix.step, found.safe, found.rows[0]) == ("strip_text_mark", safe, 2)


@pytest.mark.parametrize(
    "names", [["'t Hoff", "'s-Hertogenbosch", "O'Neil"], ["'90s Bar", "'n Ander 5", "Rock 'n' Roll 3"]]
)
def test_an_apostrophe_of_a_word_is_none(names, tmp_path):
    _, profile = profiled(workbook(tmp_path, "City", names), tmp_path)
    assert [one for one in profile.findings if one.slug == "text_marks"] == []
