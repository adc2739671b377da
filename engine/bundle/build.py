"""From sheets and a recipe to a bundle, or to the list of what keeps one from being made."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.bundle.bundle_output import check_output, put_directory, put_zip, workplace
from engine.bundle.bundle_plan import Plan, PlannedSheet, make_plan
from engine.bundle.bundle_report import BundleReport, Problem, ProblemsFound, sort_problems
from engine.bundle.bundle_sheets import BundleSheet
from engine.bundle.bundle_writer import write_project
from engine.bundle.created_records import created_notes
from engine.bundle.hashed_files import ProjectFiles
from engine.bundle.row_verdicts import RowIssue, judge
from engine.bundle.shared_ids import identity_problems
from engine.bundle.survey import Survey, survey_sheet
from engine.recipe import Recipe
from odoo_migrate.project.project_files import MANIFEST_FILE
from odoo_migrate.rules import model_needs

Progress = Callable[[int, int], None]


class Ticker:
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
class Examined:
    """All that is known before anything is written. `issues` per sheet."""

    plan: Plan
    surveys: Sequence[Survey]
    issues: Sequence[Sequence[RowIssue]]
    problems: tuple[Problem, ...]


def examine(
    sources: Sequence[BundleSheet], recipe: Recipe, directory: Path, ticker: Ticker, *, keep_all: bool
) -> Examined:
    """Plan, clean and judge every row. Cleaned cells are kept in `directory`: all of them for writing
    (`keep_all`), or those that examples are taken from. Raises RecipeError.
    """
    ticker.stage("Looking at the whole columns", 0)
    plan = make_plan(sources, recipe, ticker.tell)
    ticker.stage("Cleaning and checking", 0)
    surveys = [
        survey_sheet(plan, sheet, directory, sheet.columns.titles if keep_all else _shown(sheet), ticker.advance)
        for sheet in plan.sheets
    ]
    issues = judge(surveys)
    found = [*plan.problems, *(problem for survey in surveys for problem in survey.problems)]
    found += identity_problems(plan, surveys)
    found += created_notes(plan.created, lambda table: {key for survey in surveys for key in survey.keys(table)})
    order = [(sheet.sheet.source_name, sheet.sheet.sheet) for sheet in plan.sheets]
    return Examined(plan, surveys, issues, sort_problems(found, order))


def _shown(sheet: PlannedSheet) -> list[str]:
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
    ticker = Ticker(sources, 2 if unpacked else 3, progress)
    with workplace(out) as directory:
        examined = examine(sources, recipe, directory, ticker, keep_all=True)
        stop_if_needed(examined.problems, recipe)
        files = ProjectFiles(directory / "project")
        ticker.stage("Writing", 1)
        write_project(files, examined.plan, examined.surveys, examined.issues, examined.problems, ticker.advance)
        sha256 = put_directory(files.root, out) if unpacked else _packed(files, out, ticker)
    paths = sorted([(MANIFEST_FILE, None), *((one.path, one.rows) for one in files.written)])
    return BundleReport(sha256, tuple(paths), tuple(survey.sum() for survey in examined.surveys), examined.problems)


def stop_if_needed(problems: Sequence[Problem], recipe: Recipe) -> None:
    """Raises ProblemsFound."""
    stopping = {"blocking", "row"} if recipe.on_problem == "stop" else {"blocking"}
    if any(problem.severity in stopping for problem in problems):
        raise ProblemsFound(problems)


def _packed(files: ProjectFiles, out: Path, ticker: Ticker) -> str:
    """Packing counts as one round of all rows, by bytes."""
    ticker.stage("Packing", 2)
    size = sum(path.stat().st_size for path in files.root.rglob("*") if path.is_file())
    return put_zip(files.root, out, lambda count: ticker.advance(ticker.rows * count / size))
