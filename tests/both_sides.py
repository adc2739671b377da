"""What the portal and the loader each say of the same records, for tests that hold one against the other."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from engine.bundle.bundle_export import CheckedBundle
from engine.bundle.checked_sheets import CheckedSheet
from engine.bundle.cleaned_lines import Positions, RowNotes
from engine.bundle.project_writer import ProjectFiles, write_project
from engine.bundle.row_verdicts import RowIssue
from odoo_migrate.project.problems import Problem, Problems
from odoo_migrate.project.project_reader import read_project
from odoo_migrate.stages.prepare import prepare
from odoo_migrate.stages.transform import transform
from odoo_migrate.stages.validate import check


def loaded(root: Path) -> list[Problem]:
    """What the loader's stages find in a project."""
    with Problems() as problems:
        prepare(root, problems)
        transform(read_project(root), None, problems)
        if not problems.errors:
            check(root, problems)
    return problems.kept


def errors(found: Sequence[Problem]) -> list[str]:
    return [one.text() for one in found if one.level == "error"]


class NoNotes(RowNotes):
    """Notes that say nothing of any row, in so many batches."""

    def __init__(self, count: int) -> None:
        self.count = count

    def batches(self) -> Iterator[tuple[Positions, list[str]]]:
        return ((np.empty(0, np.int32), []) for _ in range(self.count))


class Unfiltered:
    """A project with all cleaned rows, also those that the portal holds back; `gone` are taken out on the way."""

    def __init__(self, examined: CheckedBundle, root: Path) -> None:
        self.examined, self.root = examined, root
        self.reasons = [_reasons(sheet, issues) for sheet, issues in zip(examined.sheets, examined.issues, strict=True)]
        self.gone = [np.zeros(len(sheet.rows), dtype=bool) for sheet in examined.sheets]
        self.cleaned = [sheet.lines.path.read_bytes() for sheet in examined.sheets]  # a project takes the file away
        self.cells = [list(sheet.lines.rows(np.arange(len(sheet.rows), dtype=np.int32))) for sheet in examined.sheets]
        self.files = [f"data/raw/{sheet.mapped.file}.csv" for sheet in examined.sheets]

    def write(self) -> None:
        """All rows but those that are gone."""
        shutil.rmtree(self.root, ignore_errors=True)
        for sheet, gone, cleaned in zip(self.examined.sheets, self.gone, self.cleaned, strict=True):
            sheet.bad[:] = gone
            sheet.lines.path.write_bytes(cleaned)
            sheet.notes = NoNotes(len(list(sheet.notes.batches())))
        issues: list[list[RowIssue]] = [[] for _ in self.gone]
        write_project(ProjectFiles(self.root), self.examined.plan, self.examined.sheets, issues, (), lambda rows: None)

    def place(self, problem: Problem) -> tuple[int, int]:
        """(sheet, position of the row) of a problem in a raw file."""
        sheet = self.files.index(problem.file)
        return sheet, int(np.flatnonzero(~self.gone[sheet])[problem.row - 2])

    def cell(self, sheet: int, position: int, column: str) -> str:
        """What the column has there, "" where the sheet has no such column."""
        return self.cells[sheet][position].get(column, "")


def _reasons(sheet: CheckedSheet, issues: Sequence[RowIssue]) -> dict[int, str]:
    """Why rows are held back, by position."""
    found: dict[int, list[str]] = {}
    for positions, texts in sheet.notes.batches():
        for position, text in zip(positions.tolist(), texts, strict=True):
            found.setdefault(position, []).append(text)
    for issue in issues:
        cells = sheet.lines.rows(issue.positions)
        for position, row in zip(issue.positions.tolist(), cells, strict=True):
            found.setdefault(position, []).append(issue.why(row[issue.column]))
    return {position: "; ".join(texts) for position, texts in found.items()}


def predicate(message: str) -> str:
    """What the rule says in a loader's message: without "this" and without the rows that the loader names."""
    text = message.removesuffix(".").removeprefix("this ")
    if " has the same external ID" in text:
        return text[text.index("has the same external ID") :]
    return text.partition(": row ")[0]
