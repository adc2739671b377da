"""What a sheet's recipe asks for, checked against the columns that the sheet has.

Columns are computed in the order of what their steps read; a step that reads another column sees it cleaned.
Columns that a step adds stand right after the one whose step adds them, and may have steps of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from graphlib import CycleError, TopologicalSorter
from itertools import chain

from engine.recipe import KEY_TITLE, NUMBER_SUFFIX, ColumnRecipe, RecipeError, SheetRecipe, StepSpec
from engine.steps import ROW_STEPS, build
from engine.steps.row_steps import CleanedRowStep, FillDown, HeaderStep, PromoteHeader, RowDrop
from engine.steps.step import ColumnStep, WholeRowStep
from engine.steps.step_parameters import StepError
from odoo_migrate.project.nearest_names import nearest

LearningStep = tuple[str, int]  # column title, place of the step among the column's
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


def missing_columns(
    sheet: SheetRecipe,
    source: Sequence[str],
    titles: Sequence[str],
    rows: Sequence[WholeRowStep],
    columns: Mapping[str, ColumnPlan],
) -> None:
    """Raise RecipeError, one sentence, where the recipe names columns that are not among `titles` (`source` and
    those that steps add) nor added by the export.
    """
    named = dict.fromkeys([*_cleaned(sheet, titles, rows, columns), *_filled(sheet)])
    missing = [title for title in named if title not in titles and not _made_by_export(title, titles)]
    missing += [title for title in _raw(rows) if title not in source and title not in missing]
    if missing:
        free = [title for title in source if title not in named]
        listed = ", ".join(_with_likeliest(title, free) for title in missing)
        what = "a column" if len(missing) == 1 else f"{len(missing)} columns"
        raise RecipeError(f"Sheet '{sheet.name}': the recipe names {what} that the file lacks: {listed}.")


def _cleaned(
    sheet: SheetRecipe, titles: Sequence[str], rows: Sequence[WholeRowStep], columns: Mapping[str, ColumnPlan]
) -> Iterator[str]:
    yield from sheet.columns
    for column in columns.values():
        yield from column.reads()
    for step in rows:
        if step.stage == "cleaned":
            yield from step.reads(titles)


def _filled(sheet: SheetRecipe) -> Iterator[str]:
    for target in sheet.targets:
        yield from (spec.source for spec in target.fields.values())
        yield from target.key
        yield from [target.when] * bool(target.when)


def _raw(rows: Sequence[WholeRowStep]) -> Iterator[str]:
    for step in rows:
        if isinstance(step, FillDown):
            yield from step.columns


def _made_by_export(title: str, titles: Sequence[str]) -> bool:
    """The key made of several columns, and the place of a row among those of one parent."""
    return title == KEY_TITLE or (title.endswith(NUMBER_SUFFIX) and title.removesuffix(NUMBER_SUFFIX) in titles)


def _with_likeliest(title: str, free: Sequence[str]) -> str:
    near = nearest(title, free)
    return f"'{title}' (now perhaps '{near}')" if near else f"'{title}'"


def only_column(sheet: SheetRecipe, title: str) -> SheetRecipe:
    """The recipe with the steps of `title` and of what it is computed from, and the steps on raw rows."""
    needed, waiting = set[str](), [title]
    while waiting:
        column = waiting.pop()
        if column not in needed:
            needed.add(column)
            waiting += [*_origins(sheet, column), *_read(sheet, column)]
    columns = {
        name: column if name in needed else ColumnRecipe(_fills(column)) for name, column in sheet.columns.items()
    }
    used = {name: column for name, column in columns.items() if name in needed or column.steps}
    raw = tuple(spec for spec in sheet.rows if spec.slug in ROW_STEPS and ROW_STEPS[spec.slug].stage == "raw")
    return replace(sheet, rows=raw, columns=used, targets=())


def _fills(column: ColumnRecipe) -> tuple[StepSpec, ...]:
    return tuple(spec for spec in column.steps if spec.slug == FillDown.slug)


def _steps(sheet: SheetRecipe, title: str) -> Iterator[ColumnStep]:
    """The column's enabled steps, but for broken ones."""
    for spec in sheet.columns[title].steps if title in sheet.columns else ():
        with suppress(StepError):
            step = build(spec.slug, spec.params) if spec.enabled else None
            if isinstance(step, ColumnStep):
                yield step


def _read(sheet: SheetRecipe, title: str) -> Iterator[str]:
    for step in _steps(sheet, title):
        yield from step.reads()


def _origins(sheet: SheetRecipe, title: str) -> Iterator[str]:
    """The columns whose steps add this one."""
    for other in sheet.columns:
        if any(title in step.adds(other) for step in _steps(sheet, other)):
            yield other
