"""Measure a sheet again after its steps: what each finding has left, and what shows only in cleaned cells.

That a step was added mends nothing yet: it may not read some cells. And a column whose spaces are gone may turn out to
be one of codes, with findings of its own.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.ipc as ipc

from engine.clean.sheet_cleaning import SheetRun
from engine.profile.detector import Detectors
from engine.profile.profile_results import FindingFacts, SheetProfile
from engine.profile.sheet_profiler import ProgressReport, profile_sheet
from engine.recipe import Recipe, SheetRecipe
from engine.recipe.finding_fixes import safe_findings, with_fixes
from engine.sheets.working_file import FACTS, ROW, WorkingFile
from odoo_migrate.catalog import OdooField

MOST_ROUNDS = 3  # of fixes that show only after other fixes


@dataclass(frozen=True)
class Measured:
    """Hold what a sheet's findings have left after its steps.

    Attributes:
        profile: Of the cleaned cells.
        left: By slug and title ("" for the sheet), how many cells or rows of a finding are still as it says.
        unread: The same of cells that the finding's own step could not convert.
    """

    profile: SheetProfile
    left: Mapping[tuple[str, str], int]
    unread: Mapping[tuple[str, str], int]

    def of(self, finding: FindingFacts) -> int:
        """Return how many cells or rows of a finding are left."""
        key = finding.slug, finding.column or ""
        return min(finding.count, max(self.left.get(key, 0), self.unread.get(key, 0)))

    def new(self, known: Iterable[FindingFacts]) -> list[FindingFacts]:
        """Return the findings that show only in cleaned cells, given those that were known before."""
        seen = {(one.slug, one.column) for one in known}
        return [one for one in self.profile.findings if (one.slug, one.column) not in seen]


def measure_again(
    run: SheetRun, found: Sequence[FindingFacts], detectors: Detectors, *, today: date,
    progress: ProgressReport | None = None,
) -> Measured:  # fmt: skip
    """Return what the findings of a sheet have left after the steps of its recipe.

    Args:
        run: Of the sheet.
        found: Its findings before any step.
        detectors: What makes findings.
        today: Dates after it lie in the future.
        progress: Gets rows done and rows in all.

    Raises:
        RecipeError: The recipe does not fit the sheet.
    """
    with tempfile.TemporaryDirectory(prefix="measured-") as folder:
        cleaned = _cleaned_file(run, Path(folder) / "cleaned.arrow")
        profile = profile_sheet(cleaned, detectors, country=run.recipe.country, today=today, progress=progress)
    left = {(one.slug, one.column or ""): one.count for one in profile.findings}
    for key in _taken_apart(run, found):
        left.pop(key, None)
    return Measured(profile, left, _unread(run, found))


def _cleaned_file(run: SheetRun, path: Path) -> WorkingFile:
    """Return a working file with the cleaned rows of a run; what was noted at reading is true of it too."""
    batches = (batch.after for batch in run.batches())
    first = next(batches, None)
    facts = {**run.working.shape_notes, "rows": run.report.rows_out}
    fields = [(ROW, pa.int32()), *[(title, pa.string()) for title in run.titles]]
    metadata: dict[bytes, Any] = {**(run.working.schema.metadata or {}), FACTS: json.dumps(facts, ensure_ascii=False)}
    schema = pa.schema(fields, metadata)
    with pa.OSFile(str(path), "wb") as stream, ipc.new_file(stream, schema) as writer:
        for batch in _all(first, batches):
            writer.write_batch(pa.RecordBatch.from_arrays(batch.columns, schema=schema))
    return WorkingFile(path)


def _all(first: pa.RecordBatch | None, others: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    if first is None:
        return others
    return chain([first], others)


def _taken_apart(run: SheetRun, found: Sequence[FindingFacts]) -> Iterator[tuple[str, str]]:
    """Yield the findings whose own step copies a column's parts to others: the column itself stays as it was."""
    for finding in found:
        title = finding.column or ""
        column = run.plan.columns.get(title)
        if finding.fix is None or column is None:
            continue
        if any(step.slug == finding.fix.step and step.replaces(title) for step in column.steps):
            yield finding.slug, title


def _unread(run: SheetRun, found: Sequence[FindingFacts]) -> dict[tuple[str, str], int]:
    """Return for each finding how many cells its step could not convert, but for those that another finding names."""
    unread: dict[tuple[str, str], int] = {}
    for finding in found:
        report = run.report.columns.get(finding.column or "")
        if finding.fix is None or report is None:
            continue
        failed = sum(could_not for slug, _, could_not in report.steps if slug == finding.fix.step)
        named = sum(one.count for one in found if one.column == finding.column and one.fix is None)
        unread[finding.slug, finding.column or ""] = max(0, failed - named)
    return unread


def fix_safely(
    working: WorkingFile, sheet: SheetRecipe, recipe: Recipe, found: Sequence[FindingFacts], detectors: Detectors, *,
    today: date, fields: Mapping[str, Sequence[OdooField]] | None = None,
) -> tuple[SheetRecipe, list[FindingFacts]]:  # fmt: skip
    """Return the recipe of a sheet with all safe fixes, those included that show only after others, and the fixed.

    Args:
        working: The sheet's rows.
        sheet: Its recipe.
        recipe: The recipe that it is part of.
        found: Its findings before any step.
        detectors: What makes findings.
        today: Dates after it lie in the future.
        fields: By title the fields that a column fills.
    """
    mended = list[FindingFacts]()
    for _ in range(MOST_ROUNDS):
        safe = safe_findings(found, fields)
        fixed = with_fixes(sheet, safe)
        if fixed == sheet:
            break
        mended += safe
        sheet = fixed
        run = SheetRun(working, sheet, replace(recipe, sheets=()))
        found = measure_again(run, found, detectors, today=today).profile.findings
    return sheet, mended
