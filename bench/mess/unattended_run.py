"""Take files through import, safe fixes, suggestions and export without a person, with the engine alone."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from engine.bundle import BundleSheet, ProblemsFound, build
from engine.bundle.bundle_export import CheckedBundle, ExportProgress, examine
from engine.clean import SheetRun
from engine.clean.measured_again import fix_safely, measure_again
from engine.detectors import DETECTORS
from engine.match import SheetSuggestion, suggest_dataset
from engine.match.accepted_suggestions import accepted_lookups, accepted_steps, accepted_targets, likely_fields
from engine.match.column_evidence import sheet_evidence
from engine.profile.profile_results import FindingFacts, SheetProfile
from engine.profile.sheet_profiler import profile_sheet
from engine.readers import RawSheet, Unreadable, open_source
from engine.recipe import ColumnRecipe, Lookup, Recipe, RecipeError, SheetRecipe
from engine.sheets.table_shape import TableShape, find_table, report_lines
from engine.sheets.working_file import WorkingFile, write_working_file
from odoo_migrate import catalog
from odoo_migrate.catalog import OdooField
from odoo_migrate.project.file_names import sheet_stem

TODAY = date(2026, 6, 1)
VERSION = "18.0"


@dataclass
class RunSheet:
    """Hold one sheet on its way.

    Attributes:
        file: The name of its file.
        name: Its own name.
        shape: Where its table is.
        working: Its rows.
        profile: Figures and findings.
        part: What is done with it.
        lines: The texts above its table.
        suggestion: What it becomes; None until it was asked.
        mended: The findings that were mended without asking.
        later: The findings that show only in cells that were cleaned.
    """

    file: str
    name: str
    shape: TableShape
    working: WorkingFile
    profile: SheetProfile
    part: SheetRecipe
    lines: list[str]
    suggestion: SheetSuggestion | None = None
    mended: list[FindingFacts] = field(default_factory=list)
    later: list[FindingFacts] = field(default_factory=list)


@dataclass
class UnattendedRun:
    """Hold what became of a dataset.

    Attributes:
        sheets: Those that were read.
        refused: By file, why it could not be read.
        recipe: Safe fixes and accepted suggestions.
        checked: What the checks found of every row; None where there is nothing to check or the recipe is refused.
        problem: Why nothing was exported, "" where a bundle was written.
    """

    sheets: list[RunSheet] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    recipe: Recipe = field(default_factory=Recipe)
    checked: CheckedBundle | None = None
    problem: str = ""


@contextmanager
def unattended(files: Sequence[Path], country: str) -> Iterator[UnattendedRun]:
    """Run files through everything; cleaned rows can be read while the block runs."""
    with tempfile.TemporaryDirectory(prefix="mess-") as folder:
        run = UnattendedRun()
        _read(run, files, country, Path(folder))
        if run.sheets:
            run.recipe = _recipe(run, country)
            _export(run, Path(folder))
        yield run


def _read(run: UnattendedRun, files: Sequence[Path], country: str, folder: Path) -> None:
    for path in files:
        try:
            with open_source(path, path.name) as source:
                for raw in source.sheets:
                    run.sheets.append(_read_sheet(raw, country, folder / f"{len(run.sheets)}.arrow"))
        except Unreadable as refusal:
            run.refused[path.name] = str(refusal)


def _read_sheet(raw: RawSheet, country: str, path: Path) -> RunSheet:
    shape = find_table(raw)
    working = write_working_file(raw, shape, path)
    profile = profile_sheet(working, DETECTORS, country=country, today=TODAY)
    lines = report_lines(raw, shape.title_rows)
    return RunSheet(raw.file, raw.name, shape, working, profile, SheetRecipe(raw.name, source=raw.file), lines)


def _recipe(run: UnattendedRun, country: str) -> Recipe:
    """Return the recipe with safe fixes and all suggestions accepted; `run.sheets` get what was suggested."""
    models = catalog.load(VERSION)
    # As in the portal: the import suggests, the safe fixes go by that, and what is accepted is suggested anew.
    for sheet, suggestion in zip(run.sheets, _suggestions(run, country), strict=True):
        _fix(sheet, likely_fields(suggestion, models), Recipe(VERSION, country=country))
    lookups: dict[str, Lookup] = {}
    for sheet, suggestion in zip(run.sheets, _suggestions(run, country), strict=True):
        sheet.suggestion = suggestion
        sheet.part = replace(_with_steps(sheet.part, suggestion), targets=accepted_targets(suggestion))
        lookups |= accepted_lookups(suggestion)
    parts = tuple(sheet.part for sheet in run.sheets)
    return Recipe(VERSION, country=country, sheets=parts, lookups=lookups)


def _fix(sheet: RunSheet, fields: Mapping[str, Sequence[OdooField]], recipe: Recipe) -> None:
    """Add the safe fixes to a sheet's recipe, and note what shows only in cells that they cleaned."""
    found = sheet.profile.findings
    sheet.part, sheet.mended = fix_safely(
        sheet.working, sheet.part, recipe, found, DETECTORS, today=TODAY, fields=fields
    )
    if sheet.mended:
        cleaning = SheetRun(sheet.working, sheet.part, recipe)
        sheet.later = measure_again(cleaning, found, DETECTORS, today=TODAY).new(found)


def _suggestions(run: UnattendedRun, country: str) -> list[SheetSuggestion]:
    evidence = []
    for sheet in run.sheets:
        alone = sum(other.file == sheet.file for other in run.sheets) == 1
        stem = sheet_stem("", sheet.file, sheet.name, alone=alone)
        cleaning = SheetRun(sheet.working, sheet.part, Recipe(VERSION, country=country, sheets=(sheet.part,)))
        evidence.append(
            sheet_evidence(
                sheet.name, sheet.working, sheet.profile, source=sheet.file, file=stem, lines=sheet.lines, run=cleaning
            )
        )
    return suggest_dataset(evidence, catalog.load(VERSION))


def _with_steps(part: SheetRecipe, suggestion: SheetSuggestion) -> SheetRecipe:
    """Return the recipe with the steps that make the columns of the suggested targets."""
    columns = dict(part.columns)
    for title, made in accepted_steps(suggestion).items():
        there = columns.get(title, ColumnRecipe()).steps
        columns[title] = ColumnRecipe((*there, *[step for step in made.steps if step not in there]))
    return replace(part, columns=columns)


def _export(run: UnattendedRun, folder: Path) -> None:
    sources = []
    for sheet in run.sheets:
        sources.append(BundleSheet(sheet.file, "0" * 64, sheet.name, sheet.working))
    cleaned = folder / "cleaned"
    cleaned.mkdir()
    try:
        run.checked = examine(
            sources, run.recipe, cleaned, ExportProgress(sources, 1, None), keep_all=True, strict=False
        )
        build(sources, run.recipe, folder / "bundle", unpacked=True)
    except ProblemsFound as problems:
        run.problem = str(problems)
    except RecipeError as problem:
        run.problem = str(problem)
