"""What a sheet's recipe asks for, checked against the columns that the sheet has.

Columns are computed in the order of what their steps read; a step that reads another column sees it cleaned.
Columns that a step adds stand right after the one whose step adds them, and may have steps of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from itertools import chain

from engine.clean.missing_columns import missing_columns
from engine.recipe import RecipeError, SheetRecipe, StepSpec
from engine.steps import build
from engine.steps.row_steps import CleanedRowStep, FillDown, HeaderStep, PromoteHeader, RowDrop
from engine.steps.step import ColumnStep, WholeRowStep
from engine.steps.step_parameters import StepError

MOST_DROPS = 31  # the steps that drop rows are numbered in five bits


@dataclass(frozen=True)
class ColumnPlan:
    """A column that is computed: its steps in order; `origin` is the column whose step adds it, "" for a source
    column. `specs` are the steps as the recipe has them.
    """

    title: str
    steps: tuple[ColumnStep, ...]
    specs: tuple[StepSpec, ...]
    origin: str = ""

    def reads(self, before: int | None = None) -> tuple[str, ...]:
        """The columns that must be computed before this one's first `before` steps (all of them) can be."""
        read = chain.from_iterable(step.reads() for step in self.steps[:before])
        return tuple(dict.fromkeys([self.origin] * bool(self.origin) + list(read)))


@dataclass(frozen=True)
class SheetPlan:
    """`source`: titles of the working file. `titles`: those and the added ones, in order. `columns`: what is
    computed, in the order of computing. `fills`, `drops`: steps on raw rows. `kept`: steps on cleaned rows.
    """

    name: str
    source: tuple[str, ...]
    titles: tuple[str, ...]
    columns: Mapping[str, ColumnPlan]
    fills: tuple[FillDown, ...]
    drops: tuple[RowDrop, ...]
    kept: tuple[CleanedRowStep, ...]

    @property
    def droppers(self) -> tuple[WholeRowStep, ...]:
        """The steps that drop rows, as they are numbered from 1 on."""
        return (*self.drops, *self.kept)

    @property
    def filled(self) -> tuple[str, ...]:
        """Titles of the columns that are filled from above."""
        return tuple(dict.fromkeys(chain.from_iterable(fill.columns for fill in self.fills)))

    def needed(self, titles: Sequence[str]) -> tuple[str, ...]:
        """`titles` and all that they are computed from, source columns and computed ones."""
        found: dict[str, None] = {}
        waiting = list(titles)
        while waiting:
            title = waiting.pop()
            if title not in found:
                found[title] = None
                waiting += self.columns[title].reads() if title in self.columns else ()
        return tuple(found)


def effective_header(sheet: SheetRecipe) -> tuple[int, ...]:
    """The source rows that hold the titles, where the recipe says so (`header`, or the step promote_header).

    () where it does not. Raises RecipeError where the two disagree.
    """
    where = f"Sheet '{sheet.name}'"
    steps = [_built(spec, where) for spec in sheet.rows if spec.enabled and spec.slug == PromoteHeader.slug]
    said = {step.numbers for step in steps if isinstance(step, PromoteHeader)} | ({sheet.header} - {()})
    if len(said) > 1:
        rows = " and ".join(", ".join(map(str, numbers)) for numbers in sorted(said))
        raise RecipeError(f"{where}: the titles cannot stand on row {rows} at once; keep one of them.")
    return next(iter(said), ())


def plan_sheet(source: Sequence[str], sheet: SheetRecipe) -> SheetPlan:
    """The plan for a sheet with these titles. Raises RecipeError: unknown steps and parameters, columns that the
    sheet lacks, columns that wait for each other.
    """
    rows = tuple(_row_steps(sheet))
    columns = {title: ColumnPlan(title, steps, specs) for title, steps, specs in _column_steps(sheet)}
    titles, origins = _with_added(source, columns, sheet.name)
    missing_columns(sheet, source, titles, rows, columns)
    for title, origin in origins.items():
        own = columns.get(title)
        columns[title] = ColumnPlan(title, own.steps if own else (), own.specs if own else (), origin)
    computed = {title: column for title, column in columns.items() if column.steps or column.origin}
    drops = tuple(step for step in rows if isinstance(step, RowDrop))
    kept = tuple(step for step in rows if isinstance(step, CleanedRowStep))
    if len(drops) + len(kept) > MOST_DROPS:
        raise RecipeError(f"Sheet '{sheet.name}' has more than {MOST_DROPS} steps that drop rows.")
    fills = tuple(step for step in rows if isinstance(step, FillDown))
    order = _in_order(computed, sheet.name)
    return SheetPlan(sheet.name, tuple(source), titles, order, fills, drops, kept)


def _row_steps(sheet: SheetRecipe) -> Iterator[WholeRowStep]:
    """The enabled row steps but for the header's, then what stands among the columns' steps but works on rows."""
    for spec in sheet.rows:
        step = _built(spec, f"Sheet '{sheet.name}'") if spec.enabled else None
        if isinstance(step, ColumnStep):
            raise RecipeError(f"Sheet '{sheet.name}': the step {spec.slug} works on a column; put it under one.")
        if step is not None and not isinstance(step, HeaderStep):
            yield step
    for title, column in sheet.columns.items():
        for spec in column.steps:
            if spec.enabled and spec.slug == FillDown.slug:
                own = StepSpec(spec.slug, {"columns": [title], **spec.params})
                fill = _built(own, _where(sheet, title))
                assert isinstance(fill, WholeRowStep)
                yield fill


def _column_steps(sheet: SheetRecipe) -> Iterator[tuple[str, tuple[ColumnStep, ...], tuple[StepSpec, ...]]]:
    for title, column in sheet.columns.items():
        specs = tuple(spec for spec in column.steps if spec.enabled and spec.slug != FillDown.slug)
        steps = tuple(_built(spec, _where(sheet, title)) for spec in specs)
        for spec, step in zip(specs, steps, strict=True):
            if isinstance(step, WholeRowStep):
                raise RecipeError(f"{_where(sheet, title)}: the step {spec.slug} works on rows; put it under 'rows'.")
        yield title, tuple(step for step in steps if isinstance(step, ColumnStep)), specs


def _where(sheet: SheetRecipe, title: str) -> str:
    return f"Sheet '{sheet.name}', column '{title}'"


def _built(spec: StepSpec, where: str) -> ColumnStep | WholeRowStep:
    try:
        return build(spec.slug, spec.params)
    except StepError as problem:
        raise RecipeError(f"{where}: {problem}") from problem


def _with_added(
    source: Sequence[str], columns: Mapping[str, ColumnPlan], sheet: str
) -> tuple[tuple[str, ...], dict[str, str]]:
    """All titles in order, and of each added one the column whose step adds it."""
    titles: list[str] = []
    origins: dict[str, str] = {}
    waiting = list(reversed(source))
    while waiting:
        title = waiting.pop()
        titles.append(title)
        added = [new for step in (columns[title].steps if title in columns else ()) for new in step.adds(title)]
        for new in added:
            if new in source or new in origins:
                where = f"Sheet '{sheet}', column '{title}'"
                raise RecipeError(f"{where}: there is a column '{new}' already; name the new one otherwise.")
            origins[new] = title
        waiting += reversed(added)
    return tuple(titles), origins


def _in_order(columns: Mapping[str, ColumnPlan], sheet: str) -> dict[str, ColumnPlan]:
    """The columns, each after those it reads. Raises RecipeError for a circle."""
    graph = {title: [other for other in column.reads() if other in columns] for title, column in columns.items()}
    try:
        return {title: columns[title] for title in TopologicalSorter(graph).static_order()}
    except CycleError as problem:
        circle = " → ".join(f"'{title}'" for title in reversed(problem.args[1]))
        raise RecipeError(
            f"Sheet '{sheet}': these columns wait for each other: {circle}; take a step out."
        ) from problem
