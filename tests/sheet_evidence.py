"""Evidence for suggestions, made of rows as a file would bring them."""

from __future__ import annotations

import csv
from datetime import date
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

from engine.detectors import DETECTORS
from engine.match import SheetEvidence, SheetSuggestion, TargetSuggestion, suggest_dataset
from engine.match.column_evidence import sheet_evidence
from engine.profile.sheet_profiler import profile_sheet
from engine.readers import open_source
from engine.sheets.table_shape import find_table, report_lines
from engine.sheets.working_file import write_working_file
from odoo_migrate import catalog

ODOO = catalog.load("18.0")
CASES = Path(__file__).parent / "data" / "cases"


def evidence_of_file(path: Path) -> list[SheetEvidence]:
    """Return the evidence of all sheets of a file."""
    found = []
    with open_source(path, path.name) as source, TemporaryDirectory() as folder:
        for place, sheet in enumerate(source.sheets):
            shape = find_table(sheet)
            lines = report_lines(sheet, shape.title_rows)
            working = write_working_file(sheet, shape, Path(folder) / f"{place}.arrow")
            profile = profile_sheet(working, DETECTORS, today=date(2026, 1, 1))
            found.append(sheet_evidence(sheet.name, working, profile, source=path.name, lines=lines))
    return found


def evidence_of_rows(name: str, *rows: tuple[str, ...]) -> SheetEvidence:
    """Return the evidence of a CSV file of these rows, the titles first."""
    text = StringIO(newline="")
    csv.writer(text).writerows(rows)
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"{name}.csv"
        path.write_text(text.getvalue(), encoding="utf-8")
        return evidence_of_file(path)[0]


def suggested(*sheets: SheetEvidence) -> list[SheetSuggestion]:
    """Return what a dataset of these sheets would become."""
    return suggest_dataset(sheets, ODOO)


def fields_by_title(suggestion: TargetSuggestion) -> dict[str, str]:
    """Return the columns that fill a field, with its name."""
    return {column.title: column.field for column in suggestion.columns if column.field}
