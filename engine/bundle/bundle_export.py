"""From sheets and a recipe to a bundle, or to the list of what keeps one from being made."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.bundle.bundle_files import ProjectFiles, write_project
from engine.bundle.bundle_output import check_output, put_directory, put_zip, workplace
from engine.bundle.bundle_plan import BundlePlan, MappedSheet, make_plan
from engine.bundle.bundle_report import BundleReport, CheckReport, LookupFacts
from engine.bundle.bundle_sheets import BundleSheet, read_sheets
from engine.bundle.checked_sheets import CheckedSheet, check_sheet
from engine.bundle.export_problems import ExportProblem, ProblemsFound, sort_problems
from engine.bundle.lookup_tables import created_notes
from engine.bundle.row_issues import RowIssue, judge
from engine.bundle.shared_ids import identity_problems
from engine.readers import Limits
from engine.recipe import Recipe
from odoo_migrate.project.project_files import MANIFEST_FILE
from odoo_migrate.rules import model_needs

Progress = Callable[[int, int], None]


class ExportProgress:
    """Turns rows into progress over the `rounds` in which every row is handled."""

    def __init__(self, sources: Sequence[BundleSheet], rounds: int, progress: Progress | None) -> None:
        self.rows = sum(one.working.num_rows for one in sources) or 1
        self.rounds, self.round = rounds, 0
        self.done = 0.0
        self._report = progress

    def stage(self, name: str, number: int) -> None:
        """Round `number` begins; its name goes to the one who is told, where there is a place for it."""
        self.round, self.done = number, 0
        if self._report is not None and hasattr(self._report, "stage"):
            self._report.stage(name)
        self.tell()

    def advance(self, rows: float) -> None:
        """So many more rows of this round are done."""
        self.done = min(self.rows, self.done + rows)
        self.tell()

    def tell(self) -> None:
        """Say where the work stands; the one who is told may raise to cancel it."""
        if self._report is not None:
            self._report(self.round * self.rows + int(self.done), self.rounds * self.rows)


@dataclass(frozen=True)
class CheckedBundle:
    """All that is known before anything is written. `issues` per sheet."""

    plan: BundlePlan
    surveys: Sequence[CheckedSheet]
    issues: Sequence[Sequence[RowIssue]]
    problems: tuple[ExportProblem, ...]


def examine(
    sources: Sequence[BundleSheet], recipe: Recipe, directory: Path, ticker: ExportProgress, *, keep_all: bool
) -> CheckedBundle:
    """BundlePlan, clean and judge every row. Cleaned cells are kept in `directory`: all of them for writing
    (`keep_all`), or those that examples are taken from. Raises RecipeError.
    """
    ticker.stage("Looking at the whole columns", 0)
    plan = make_plan(sources, recipe, ticker.tell)
    ticker.stage("Cleaning and checking", 0)
    surveys = [
        check_sheet(plan, sheet, directory, sheet.columns.titles if keep_all else _shown(sheet), ticker.advance)
        for sheet in plan.sheets
    ]
    issues = judge(surveys)
    found = [*plan.problems, *(problem for survey in surveys for problem in survey.problems)]
    found += identity_problems(plan, surveys)
    found += created_notes(plan.created, lambda table: {key for survey in surveys for key in survey.keys(table)})
    order = [(sheet.sheet.source_name, sheet.sheet.sheet) for sheet in plan.sheets]
    return CheckedBundle(plan, surveys, issues, sort_problems(found, order))


def _shown(sheet: MappedSheet) -> list[str]:
    """The columns whose cells problems between rows are explained with."""
    fields = (field for target in sheet.targets for field in target.fields)
    told = {field.source for field in fields if field.ref or field.name in model_needs.ONCE_AMONG}
    wanted = told | {title for target in sheet.targets for title in target.key}
    return [title for title in sheet.columns.titles if title in wanted]


def build(
    sources: Sequence[BundleSheet],
    recipe: Recipe,
    out: Path,
    *,
    progress: Progress | None = None,
    unpacked: bool = False,
) -> BundleReport:
    """Build the bundle of `sources` (all sheets of the uploads) as ZIP `out`, or as a directory if `unpacked`.

    `progress(done, total)` is called at every batch and may raise to cancel. Whatever is raised, nothing stays and
    a former bundle is as it was: RecipeError (the recipe does not fit the files), ProblemsFound (something
    blocking, or wrong rows that are to stop the export), OutputRefused.
    """
    check_output(out, unpacked)
    ticker = ExportProgress(sources, 2 if unpacked else 3, progress)
    with workplace(out) as directory:
        examined = examine(sources, recipe, directory, ticker, keep_all=True)
        stop_if_needed(examined.problems, recipe)
        files = ProjectFiles(directory / "project")
        ticker.stage("Writing", 1)
        write_project(files, examined.plan, examined.surveys, examined.issues, examined.problems, ticker.advance)
        sha256 = put_directory(files.root, out) if unpacked else _packed(files, out, ticker)
    paths = sorted([(MANIFEST_FILE, None), *((one.path, one.rows) for one in files.written)])
    return BundleReport(sha256, tuple(paths), tuple(survey.sum() for survey in examined.surveys), examined.problems)


def stop_if_needed(problems: Sequence[ExportProblem], recipe: Recipe) -> None:
    """Raises ProblemsFound."""
    stopping = {"blocking", "row"} if recipe.on_problem == "stop" else {"blocking"}
    if any(problem.severity in stopping for problem in problems):
        raise ProblemsFound(problems)


def _packed(files: ProjectFiles, out: Path, ticker: ExportProgress) -> str:
    """Packing counts as one round of all rows, by bytes."""
    ticker.stage("Packing", 2)
    size = sum(path.stat().st_size for path in files.root.rglob("*") if path.is_file())
    return put_zip(files.root, out, lambda count: ticker.advance(ticker.rows * count / size))


MAX_KEYS = 2000  # of one lookup that are listed


def check(sources: Sequence[BundleSheet], recipe: Recipe, progress: Progress | None = None) -> CheckReport:
    """Do everything that an export does but write it. `progress(done, total)` may raise to cancel.

    Raises RecipeError where the recipe does not fit the files.
    """
    ticker = ExportProgress(sources, 1, progress)
    with tempfile.TemporaryDirectory(prefix="data-migrator-") as directory:
        examined = examine(sources, recipe, Path(directory), ticker, keep_all=False)
    sheets = tuple(survey.sum() for survey in examined.surveys)
    return CheckReport(examined.problems, sheets, tuple(_lookups(examined)))


def _lookups(examined: CheckedBundle) -> list[LookupFacts]:
    """Every table with the keys that the cleaned rows hold."""
    found = []
    for name, table in sorted(examined.plan.tables.items()):
        rows: Counter[str] = Counter()
        for survey in examined.surveys:
            rows.update(survey.keys(name))
        found.append(LookupFacts.of(name, table.model, table.creates, table.ids(rows), rows, MAX_KEYS))
    return found


def clean_files(files: Sequence[Path], recipe: Recipe, output: Path, limits: Limits | None = None) -> BundleReport:
    """Read `files`, clean them and write the project into directory `output`.

    Raises Unreadable for a file that cannot be read, and what `build` raises; then `output` is as it was.
    """
    with read_sheets(files, recipe, limits) as sheets:
        return build(sheets, recipe, output, unpacked=True)
