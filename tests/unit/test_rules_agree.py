"""Portal and loader agree: validation accepts what the portal lets out, and the portal says what it refuses."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.bundle import build, read_sheets
from engine.bundle.bundle_export import CheckedBundle, ExportProgress, examine
from engine.bundle.bundle_files import ProjectFiles, write_project
from engine.bundle.checked_sheets import CheckedSheet
from engine.bundle.cleaned_lines import Positions, RowNotes
from engine.bundle.export_problems import ProblemsFound
from engine.bundle.row_issues import RowIssue
from engine.recipe import load
from odoo_migrate.project.problems import Problem, Problems
from odoo_migrate.project.project_reader import read_project
from odoo_migrate.rules.reference_rules import KEY_DISPUTED
from odoo_migrate.stages.prepare import prepare
from odoo_migrate.stages.transform import transform
from odoo_migrate.stages.validate import check
from tests.bundling import written
from tests.drawn_rules import drawn_rules
from tests.drawn_workbooks import Drawn, drawn

EXAMPLES = 25  # in the suite; thousands were run by hand


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


def let_out(one: Drawn, directory: Path) -> list[Problem]:
    """What the loader finds in what the portal lets out; nothing where the portal refuses it all."""
    files, recipe = written(directory / "files", one.files), load(one.recipe)
    with read_sheets(files, recipe) as sheets:
        try:
            build(sheets, recipe, directory / "bundle", unpacked=True)
        except ProblemsFound:
            return []
    return loaded(directory / "bundle")


@settings(max_examples=EXAMPLES)
@given(st.integers(0, 10**9))
def test_what_the_portal_lets_out_the_loader_accepts(seed: int) -> None:
    with tempfile.TemporaryDirectory() as directory:
        assert errors(let_out(drawn_rules(seed), Path(directory))) == []


@pytest.mark.parametrize("seed", range(30))
def test_the_bundles_of_drawn_workbooks_are_accepted(seed: int, tmp_path: Path) -> None:
    assert errors(let_out(drawn(seed), tmp_path)) == []


# --- what the portal holds back


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


def core(message: str) -> str:
    """A loader's message without its frame: what the rule says."""
    text = message.removesuffix(".").removeprefix("this ")
    if " has the same external ID and another value" in text:
        return text[text.index("has the same external ID") :]
    return text.partition(": row ")[0].partition(" (and ")[0]


def said_before(problem: Problem, unfiltered: Unfiltered, *, again: bool) -> str:
    """ "" where the portal held the row back and said the same; `again`: other rows are gone, so it may say more."""
    if problem.file not in unfiltered.files:
        blocking = [one.message for one in unfiltered.examined.problems if one.severity == "blocking"]
        return "" if blocking else f"nothing blocks: {problem.text()}"
    sheet, position = unfiltered.place(problem)
    reason = unfiltered.reasons[sheet].get(position, "")
    if core(problem.message) in reason or (again and reason):
        return ""
    if core(problem.message) == KEY_DISPUTED and " do not agree in " in reason:  # of a sheet with several targets
        return ""
    blocking = [one.message for one in unfiltered.examined.problems if one.severity == "blocking"]
    if problem.column in {"id", ""} and blocking:
        return ""
    if any(one in message for one in problem.value.split(",") for message in blocking if one):
        return ""
    return f"{problem.text()} | {reason or 'nothing'}"


def unsaid(one: Drawn, directory: Path) -> list[str]:
    """What the loader refuses of the unfiltered records that the portal has not said."""
    files, recipe = written(directory / "files", one.files), load(one.recipe)
    with read_sheets(files, recipe) as sheets:
        examined = examine(sheets, recipe, directory, ExportProgress(sheets, 1, None), keep_all=True)
        if any(problem.severity == "blocking" and problem.kind in UNWRITABLE for problem in examined.problems):
            return []
        unfiltered = Unfiltered(examined, directory / "all")
        for turn in range(12):  # what is wrong is taken out, so that the later stages are reached
            unfiltered.write()
            found = [problem for problem in loaded(unfiltered.root) if problem.level == "error"]
            missed = [text for text in (said_before(p, unfiltered, again=turn > 0) for p in found) if text]
            rows = [unfiltered.place(problem) for problem in found if problem.file in unfiltered.files]
            if missed or not rows:
                return missed
            for sheet, position in rows:
                unfiltered.gone[sheet][position] = True
    return ["the loader never comes to an end"]


# Without an ID, a column or a table no project can be written.
UNWRITABLE = {
    "no_key", "bad_pattern", "pattern_column", "missing_column", "unknown_model", "bad_lookup_name", "file_name_twice",
    "filled_twice", "bad_entry",
}  # fmt: skip


@settings(max_examples=EXAMPLES)
@given(st.integers(0, 10**9))
def test_what_the_loader_refuses_the_portal_has_said(seed: int) -> None:
    with tempfile.TemporaryDirectory() as directory:
        assert unsaid(drawn_rules(seed), Path(directory)) == []
