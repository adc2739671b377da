"""From sheets and a recipe to a bundle, or to the list of what keeps one from being made."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from engine.bundle.bundle_output import check_output, put_directory, put_zip, workplace
from engine.bundle.bundle_plan import BundlePlan, MappedSheet, make_plan
from engine.bundle.bundle_sheets import BundleSheet, read_sheets
from engine.bundle.check_results import BundleReport, CheckReport, LookupFacts, SheetRows
from engine.bundle.checked_sheets import CheckedSheet, check_sheet, keys_in_rows
from engine.bundle.colliding_ids import identity_problems
from engine.bundle.export_problems import ExportProblem, ProblemsFound, sort_problems
from engine.bundle.lookup_tables import created_notes
from engine.bundle.project_writer import ProjectFiles, write_project
from engine.bundle.row_verdicts import RowIssue, judge
from engine.readers import Limits
from engine.recipe import Recipe
from odoo_migrate.project.project_definition import MANIFEST_FILE
from odoo_migrate.rules.unique_values import ONCE_AMONG

Progress = Callable[[int, int], None]

MAX_KEYS = 2000  # of one lookup that a check lists: more than anybody maps by hand, and still a small page


class ExportProgress:
    """Turn rows into progress over several rounds, in each of which every row is handled."""

    def __init__(self, sources: Sequence[BundleSheet], rounds: int, progress: Progress | None) -> None:
        """Take the callback for progress: `(done, total)`; it may raise to cancel and may have `stage(name)`."""
        # Never 0, since shares of it are taken: sheets may all be empty.
        self.rows = sum(one.working.num_rows for one in sources) or 1
        self.rounds, self.round = rounds, 0
        self.done = 0.0
        self._report = progress

    def stage(self, name: str, number: int) -> None:
        """Begin round `number` (from 0), or another stage of it."""
        self.round, self.done = number, 0
        if self._report is not None and hasattr(self._report, "stage"):
            self._report.stage(name)
        self.tell()

    def advance(self, rows: float) -> None:
        """Count so many more rows of this round as done."""
        # Shares of rows are summed as floats, which may come to a little more than all.
        self.done = min(self.rows, self.done + rows)
        self.tell()

    def tell(self) -> None:
        """Report how far the work is; the callback may raise to cancel it."""
        if self._report is not None:
            self._report(self.round * self.rows + int(self.done), self.rounds * self.rows)


@dataclass(frozen=True)
class CheckedBundle:
    """Hold what the checks found before anything is written.

    Attributes:
        plan: Of the bundle.
        sheets: With all their rows looked at.
        issues: Per sheet, what other rows make wrong of its rows.
        problems: Worst first.
    """

    plan: BundlePlan
    sheets: Sequence[CheckedSheet]
    issues: Sequence[Sequence[RowIssue]]
    problems: tuple[ExportProblem, ...]

    @property
    def sums(self) -> tuple[SheetRows, ...]:
        """Return how many rows and cells of each sheet were changed, dropped and held back."""
        return tuple(sheet.sum() for sheet in self.sheets)


def examine(
    sources: Sequence[BundleSheet],
    recipe: Recipe,
    directory: Path,
    progress: ExportProgress,
    *,
    keep_all: bool,
    strict: bool,
) -> CheckedBundle:
    """Plan the bundle, clean every row and decide whether it may go. Raises RecipeError.

    Args:
        sources: All sheets of the uploads.
        recipe: What to do with them.
        directory: Where cleaned cells are kept.
        progress: Gets (done, total) in rows.
        keep_all: Whether all cells are kept, for writing, or those that examples are taken from.
        strict: Whether what cannot go prevents the whole export; otherwise it is left out.
    """
    before: list[ExportProblem] = []
    unready: set[str] = set()
    while True:
        plan = _plan(sources, recipe, progress, strict, unready)
        found = _examined(plan, directory, progress, keep_all, before)
        more = _unready(found) - unready
        if strict or not more:
            return found
        # Only the rows showed that these cannot go, so that all is looked at again without them.
        unready |= more
        for one in found.problems:
            if one.severity == "blocking" and (one.mapping in more or one.lookup):
                before.append(replace(one, severity="left_out"))


def _plan(
    sources: Sequence[BundleSheet], recipe: Recipe, progress: ExportProgress, strict: bool, unready: Collection[str]
) -> BundlePlan:
    progress.stage("Looking at the whole columns", 0)
    return make_plan(sources, recipe, progress.tell, strict=strict, unready=unready)


def _unready(found: CheckedBundle) -> set[str]:
    """Return the mappings whose rows showed that they cannot go, or that go through a lookup which cannot be used."""
    blocking = [one for one in found.problems if one.severity == "blocking"]
    unready = {one.mapping for one in blocking if one.mapping}
    lookups = {one.lookup for one in blocking if one.lookup}
    for _, target in found.plan.targets:
        if any(field.lookup in lookups for field in target.fields):
            unready.add(target.name)
    return unready


def _examined(
    plan: BundlePlan, directory: Path, progress: ExportProgress, keep_all: bool, before: Sequence[ExportProblem]
) -> CheckedBundle:
    """Return what the checks find of a plan's rows, with the problems known before."""
    progress.stage("Cleaning and checking", 0)
    checked = []
    for sheet in plan.sheets:
        titles = _shown(sheet)
        if keep_all:
            titles = sheet.columns.titles
        checked.append(check_sheet(plan, sheet, directory, titles, progress.advance))
    issues = judge(checked)
    order = [(sheet.sheet.source_name, sheet.sheet.sheet) for sheet in plan.sheets]
    return CheckedBundle(plan, checked, issues, sort_problems([*before, *_problems(plan, checked)], order))


def _problems(plan: BundlePlan, checked: Sequence[CheckedSheet]) -> list[ExportProblem]:
    """Return all that was found; the sheets' own problems are complete only after `judge`."""
    found = list(plan.problems)
    for sheet in checked:
        found += sheet.problems
    found += identity_problems(plan, checked)
    for created in plan.created:
        found += created_notes(created, keys_in_rows(checked, created.table.name))
    return found


def _shown(sheet: MappedSheet) -> Sequence[str]:
    """Return the columns whose cells are shown where problems between rows are explained."""
    # A check keeps no others: writing every cell to disk is what makes an export slower than a check.
    wanted: set[str] = set()
    for target in sheet.targets:
        wanted.update(target.key)
        for field in target.fields:
            if field.ref or field.name in ONCE_AMONG:
                wanted.add(field.source)
    return [title for title in sheet.columns.titles if title in wanted]


# --- the check before an export


def check(
    sources: Sequence[BundleSheet], recipe: Recipe, progress: Progress | None = None, *, strict: bool = False
) -> CheckReport:
    """Do everything that an export does but write it.

    Args:
        sources: All sheets of the uploads.
        recipe: What to do with them.
        progress: Called with (done, total) at every batch; may raise to cancel.
        strict: As `build` takes it.

    Raises:
        RecipeError: The recipe does not fit the files.
    """
    export_progress = ExportProgress(sources, 1, progress)
    with tempfile.TemporaryDirectory(prefix="data-migrator-") as directory:
        strict = strict or stops(recipe)
        examined = examine(sources, recipe, Path(directory), export_progress, keep_all=False, strict=strict)
    return CheckReport(examined.problems, examined.sums, tuple(_lookups(examined)))


def _lookups(examined: CheckedBundle) -> list[LookupFacts]:
    """Return every table with the keys that the cleaned rows hold."""
    found = []
    for name, table in sorted(examined.plan.tables.items()):
        rows: Counter[str] = Counter()
        for sheet in examined.sheets:
            rows.update(sheet.keys(name))
        found.append(LookupFacts.of(name, table.model, table.creates, table.ids(rows), rows, MAX_KEYS))
    return found


# --- the export


def build(
    sources: Sequence[BundleSheet],
    recipe: Recipe,
    out: Path,
    *,
    progress: Progress | None = None,
    unpacked: bool = False,
    strict: bool = False,
) -> BundleReport:
    """Build a bundle; after any error nothing is left over and a former bundle is unchanged.

    Args:
        sources: All sheets of the uploads.
        recipe: What to do with them.
        out: The ZIP, or the directory.
        progress: Called with (done, total) at every batch; may raise to cancel.
        unpacked: Whether the project is written as a directory.
        strict: Whether nothing is exported where a sheet is not ready; otherwise that sheet is left out. A recipe that
            stops at rows that stay wrong stops at sheets that are not ready, too.

    Raises:
        RecipeError: The recipe does not fit the files.
        ProblemsFound: Something blocks the export, or rows stay wrong and are to stop it.
        OutputRefused: Nothing can be written there.
    """
    check_output(out, unpacked)
    rounds = 2  # checking and writing
    if not unpacked:
        rounds = 3  # and packing
    export_progress = ExportProgress(sources, rounds, progress)
    with workplace(out) as directory:
        all_or_nothing = strict or stops(recipe)
        examined = examine(sources, recipe, directory, export_progress, keep_all=True, strict=all_or_nothing)
        _stop_if_needed(examined, recipe, strict)
        files = ProjectFiles(directory / "project", packing=None if unpacked else directory)
        export_progress.stage("Writing", 1)
        write_project(
            files, examined.plan, examined.sheets, examined.issues, examined.problems, export_progress.advance
        )
        sha256 = put_directory(files.root, out) if unpacked else _packed(files, out, export_progress)
    paths: list[tuple[str, int | None]] = [(MANIFEST_FILE, None)]
    for file in files.written:
        paths.append((file.path, file.rows))
    return BundleReport(sha256, tuple(sorted(paths)), examined.sums, examined.problems)


def stops(recipe: Recipe) -> bool:
    """Return whether a recipe wants all or nothing to be exported."""
    return recipe.on_problem == "stop"


def _stop_if_needed(examined: CheckedBundle, recipe: Recipe, strict: bool) -> None:
    """Raise ProblemsFound where something prevents the export, or nothing of it is ready."""
    stopping = {"blocking"}
    if stops(recipe):
        stopping.add("row")
    wanted = any(sheet.recipe.targets for sheet in examined.plan.sheets)
    if strict or (wanted and not list(examined.plan.targets)):
        stopping.add("left_out")
    found = [problem for problem in examined.problems if problem.severity in stopping]
    if found:
        raise ProblemsFound(examined.problems, found)


def _packed(files: ProjectFiles, out: Path, progress: ExportProgress) -> str:
    """Pack the project; that counts as one round of all rows, by bytes."""
    progress.stage("Packing", 2)
    size = 0
    for path in files.root.rglob("*"):
        if path.is_file():
            size += path.stat().st_size

    def packed(count: int) -> None:
        progress.advance(progress.rows * count / size)

    return put_zip(files.root, out, packed, files.packed)


def clean_files(
    files: Sequence[Path], recipe: Recipe, output: Path, limits: Limits | None = None, *, strict: bool = False
) -> BundleReport:
    """Read `files`, clean them and write the project into directory `output`, without a database.

    Args:
        files: Uploads, in any form that can be read.
        recipe: What to do with their sheets.
        output: The directory; whatever is raised, it is as it was.
        limits: How large files may be; None for what is usual.
        strict: As `build` takes it.

    Raises:
        Unreadable: A file cannot be read.
        RecipeError: The recipe does not fit the files.
        ProblemsFound: Something blocks the export, or rows stay wrong and are to stop it.
        OutputRefused: Nothing can be written there.
    """
    with read_sheets(files, recipe, limits) as sheets:
        return build(sheets, recipe, output, unpacked=True, strict=strict)
