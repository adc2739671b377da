"""What a sheet's recipe asks for, checked against the columns that the sheet has.

Columns are computed in the order of what their steps read; a step that reads another column sees it cleaned.
Columns that a step adds stand right after the one whose step adds them, and may have steps of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from graphlib import CycleError, TopologicalSorter

from engine.recipe import KEY_TITLE, NUMBER_SUFFIX, ColumnRecipe, RecipeError, SheetRecipe, StepSpec
from engine.steps import ROW_STEPS, build
from engine.steps.row_steps import CleanedRowStep, FillDown, GroupsToColumn, HeaderStep, PromoteHeader, RowDrop
from engine.steps.step import ColumnStep, WholeRowStep
from engine.steps.step_parameters import StepError
from odoo_migrate.project.nearest_names import nearest

LearningStep = tuple[str, int]  # column title, number of the step among the column's
MOST_DROPS = 31  # the steps that drop rows are numbered in five bits


@dataclass(frozen=True)
class ColumnPlan:
    """Hold how a column is computed.

    Attributes:
        title: Its title.
        steps: Its steps in order.
        specs: The same steps as the recipe has them.
        origin: The column whose step adds it, "" for a column of the source.
    """

    title: str
    steps: tuple[ColumnStep, ...] = ()
    specs: tuple[StepSpec, ...] = ()
    origin: str = ""

    def reads(self, before: int | None = None) -> tuple[str, ...]:
        """Return the columns that must be computed before this one's first `before` steps (all of them) can be."""
        read = [self.origin] * bool(self.origin)
        for step in self.steps[:before]:
            read += step.reads()
        return tuple(dict.fromkeys(read))


@dataclass(frozen=True)
class SheetPlan:
    """Hold what is done with a sheet.

    Attributes:
        name: Name of the sheet.
        source: Titles of the working file.
        titles: Those and the added ones, in order.
        columns: What is computed, in the order of computing.
        fills: Steps that fill raw columns from above.
        drops: Steps that drop rows by their raw cells.
        kept: Steps that drop rows by their cleaned cells.
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
        """Return the steps that drop rows, as they are numbered from 1 on."""
        return (*self.drops, *self.kept)

    @property
    def filled(self) -> tuple[str, ...]:
        """Return the titles of the columns that are filled from above."""
        titles: dict[str, None] = {}
        for fill in self.fills:
            titles.update(dict.fromkeys(fill.columns))
        return tuple(titles)

    @property
    def within(self) -> Mapping[str, tuple[str, ...]]:
        """Return by column that is filled from above the columns whose change ends that."""
        ends: dict[str, tuple[str, ...]] = {}
        for fill in self.fills:
            ends |= dict.fromkeys(fill.columns, fill.within)
        return ends

    def read_to_fill(self, titles: Sequence[str]) -> tuple[str, ...]:
        """Return what filling `titles` from above reads: themselves, and the columns whose change ends it."""
        read: dict[str, None] = dict.fromkeys(titles)
        for title in titles:
            read |= dict.fromkeys(self.within.get(title, ()))
        return tuple(read)

    def needed(self, titles: Sequence[str]) -> tuple[str, ...]:
        """Return `titles` and all that they are computed from, source columns and computed ones."""
        found: dict[str, None] = {}
        waiting = list(titles)
        while waiting:
            title = waiting.pop()
            if title in found:
                continue
            found[title] = None
            if title in self.columns:
                waiting += self.columns[title].reads()
        return tuple(found)


def effective_header(sheet: SheetRecipe) -> tuple[int, ...]:
    """Return the source rows that hold the titles where the recipe names them, else ().

    A recipe names them by `header` or by the step promote_header.

    Raises:
        RecipeError: The two disagree.
    """
    where = f"Sheet '{sheet.name}'"
    said = {sheet.header} - {()}
    for spec in sheet.rows:
        if spec.enabled and spec.slug == PromoteHeader.slug:
            step = _built(spec, where)
            assert isinstance(step, PromoteHeader)
            said.add(step.numbers)
    if len(said) > 1:
        rows = " and ".join(", ".join(map(str, numbers)) for numbers in sorted(said))
        raise RecipeError(f"{where}: the titles cannot stand on row {rows} at once; keep one of them.")
    return next(iter(said), ())


def with_groups(source: Sequence[str], sheet: SheetRecipe) -> tuple[str, ...]:
    """Return the titles of a sheet's columns, those that the names of groups become in front of them.

    Raises:
        RecipeError: The sheet has a column of such a title already.
    """
    added = group_titles(sheet.rows)
    for title in added:
        if title in source:
            raise RecipeError(
                f"Sheet '{sheet.name}': there is a column '{title}' already; name the column of groups otherwise."
            )
    return (*added, *source)


def group_titles(steps: Sequence[StepSpec]) -> tuple[str, ...]:
    """Return the titles of the columns that the names of groups become, () where none of the steps asks for them."""
    for spec in steps:
        if spec.enabled and spec.slug == GroupsToColumn.slug:
            # A step that is broken is reported where the recipe is planned.
            with suppress(StepError):
                step = build(spec.slug, spec.params)
                assert isinstance(step, GroupsToColumn)
                return step.columns
    return ()


def plan_sheet(source: Sequence[str], sheet: SheetRecipe) -> SheetPlan:
    """Return the plan for a sheet whose columns have the titles `source`.

    Raises:
        RecipeError: Steps or parameters are unknown, the sheet lacks columns, or columns wait for each other.
    """
    rows = tuple(_row_steps(sheet))
    columns = dict(_planned_columns(sheet))
    titles, origins = _with_added(source, columns, sheet.name)
    _require_columns(sheet, source, titles, rows, columns)
    for title, origin in origins.items():
        columns[title] = replace(columns.get(title, ColumnPlan(title)), origin=origin)
    computed = {title: column for title, column in columns.items() if column.steps or column.origin}
    fills = tuple(step for step in rows if isinstance(step, FillDown))
    drops = tuple(step for step in rows if isinstance(step, RowDrop))
    kept = tuple(step for step in rows if isinstance(step, CleanedRowStep))
    if len(drops) + len(kept) > MOST_DROPS:
        raise RecipeError(f"Sheet '{sheet.name}' has more than {MOST_DROPS} steps that drop rows.")
    return SheetPlan(sheet.name, tuple(source), titles, _in_order(computed, sheet.name), fills, drops, kept)


# --- steps


def _row_steps(sheet: SheetRecipe) -> Iterator[WholeRowStep]:
    """Yield the enabled row steps except the header step, then the fill-downs given under a column."""
    for spec in sheet.rows:
        if not spec.enabled:
            continue
        step = _built(spec, f"Sheet '{sheet.name}'")
        if isinstance(step, ColumnStep):
            raise RecipeError(f"Sheet '{sheet.name}': the step {spec.slug} works on a column; put it under one.")
        if not isinstance(step, HeaderStep):  # the titles were found before the rows were
            yield step
    for title, column in sheet.columns.items():
        for spec in column.steps:
            if spec.enabled and spec.slug == FillDown.slug:
                own = StepSpec(spec.slug, {"columns": [title], **spec.params})
                fill = _built(own, _where(sheet, title))
                assert isinstance(fill, WholeRowStep)
                yield fill


def _planned_columns(sheet: SheetRecipe) -> Iterator[tuple[str, ColumnPlan]]:
    """Yield (title, plan) of every column that the recipe names, as far as its own steps decide it."""
    for title, column in sheet.columns.items():
        specs = tuple(spec for spec in column.steps if spec.enabled and spec.slug != FillDown.slug)
        steps = []
        built = [_built(spec, _where(sheet, title)) for spec in specs]
        for spec, step in zip(specs, built, strict=True):
            if not isinstance(step, ColumnStep):
                raise RecipeError(f"{_where(sheet, title)}: the step {spec.slug} works on rows; put it under 'rows'.")
            steps.append(step)
        yield title, ColumnPlan(title, tuple(steps), specs)


def _where(sheet: SheetRecipe, title: str) -> str:
    return f"Sheet '{sheet.name}', column '{title}'"


def _built(spec: StepSpec, where: str) -> ColumnStep | WholeRowStep:
    try:
        return build(spec.slug, spec.params)
    except StepError as problem:
        raise RecipeError(f"{where}: {problem}") from problem


# --- columns


def _with_added(
    source: Sequence[str], columns: Mapping[str, ColumnPlan], sheet: str
) -> tuple[tuple[str, ...], dict[str, str]]:
    """Return all titles in order, and of each added one the column whose step adds it."""
    titles: list[str] = []
    origins: dict[str, str] = {}
    # The next title is at the end; what a column's steps add comes right after it, and may add more itself.
    waiting = list(reversed(source))
    while waiting:
        title = waiting.pop()
        titles.append(title)
        added: list[str] = []
        for step in columns.get(title, ColumnPlan(title)).steps:
            added += step.adds(title)
        for new in added:
            if new in source or new in origins:
                where = f"Sheet '{sheet}', column '{title}'"
                raise RecipeError(f"{where}: there is a column '{new}' already; name the new one otherwise.")
            origins[new] = title
        waiting += reversed(added)
    return tuple(titles), origins


def _in_order(columns: Mapping[str, ColumnPlan], sheet: str) -> dict[str, ColumnPlan]:
    """Return the columns, each after those it reads. Raises RecipeError for a circle."""
    graph = TopologicalSorter[str]()
    for title, column in columns.items():
        graph.add(title, *[other for other in column.reads() if other in columns])
    try:
        return {title: columns[title] for title in graph.static_order()}
    except CycleError as problem:
        circle = " → ".join(f"'{title}'" for title in reversed(problem.args[1]))
        raise RecipeError(
            f"Sheet '{sheet}': these columns wait for each other: {circle}; take a step out."
        ) from problem


# --- columns that the sheet lacks


def _require_columns(
    sheet: SheetRecipe,
    source: Sequence[str],
    titles: Sequence[str],
    rows: Sequence[WholeRowStep],
    columns: Mapping[str, ColumnPlan],
) -> None:
    """Raise RecipeError where the recipe names columns that the sheet lacks, with the titles they may have now.

    Known are `titles` (`source` and those that steps add) and what the export adds; a step on raw rows knows the
    source alone.
    """
    named = dict.fromkeys([*_named_cleaned(sheet, titles, rows, columns), *_named_by_targets(sheet)])
    missing: dict[str, None] = {}
    for title in named:
        if title not in titles and not _made_by_export(title, titles):
            missing[title] = None
    for step in rows:
        if isinstance(step, FillDown):
            for title in (*step.columns, *step.within):
                if title not in source:
                    missing[title] = None
    if missing:
        # A title that the recipe names as well is no candidate for one that is gone.
        free = [title for title in source if title not in named]
        listed = ", ".join(_with_likeliest(title, free) for title in missing)
        what = "a column"
        if len(missing) > 1:
            what = f"{len(missing)} columns"
        raise RecipeError(f"Sheet '{sheet.name}': the recipe names {what} that the file lacks: {listed}.")


def _named_cleaned(
    sheet: SheetRecipe, titles: Sequence[str], rows: Sequence[WholeRowStep], columns: Mapping[str, ColumnPlan]
) -> Iterator[str]:
    """Yield the columns that have steps or are read by steps."""
    yield from sheet.columns
    for column in columns.values():
        yield from column.reads()
    for step in rows:
        if step.stage == "cleaned":
            yield from step.reads(titles)


def _named_by_targets(sheet: SheetRecipe) -> Iterator[str]:
    for target in sheet.targets:
        for spec in target.fields.values():
            yield spec.source
        yield from target.key
        if target.when:
            yield target.when


def _made_by_export(title: str, titles: Sequence[str]) -> bool:
    """Return whether this is the key made of several columns, or a row's number among those of one parent."""
    return title == KEY_TITLE or (title.endswith(NUMBER_SUFFIX) and title.removesuffix(NUMBER_SUFFIX) in titles)


def _with_likeliest(title: str, free: Sequence[str]) -> str:
    near = nearest(title, free)
    if near is None:
        return f"'{title}'"
    return f"'{title}' (now perhaps '{near}')"


# --- the part of a recipe that one column depends on


def only_column(sheet: SheetRecipe, title: str) -> SheetRecipe:
    """Return the recipe with the steps of `title` and of what it is computed from, and the steps on raw rows."""
    needed = _behind(sheet, title)
    columns: dict[str, ColumnRecipe] = {}
    for name, column in sheet.columns.items():
        fills = tuple(spec for spec in column.steps if spec.slug == FillDown.slug)
        if name in needed:
            columns[name] = column
        elif fills:  # filling changes which rows are blank, so it stays everywhere
            columns[name] = ColumnRecipe(fills)
    raw = tuple(spec for spec in sheet.rows if spec.slug in ROW_STEPS and ROW_STEPS[spec.slug].stage == "raw")
    return replace(sheet, rows=raw, columns=columns, targets=())


def _behind(sheet: SheetRecipe, title: str) -> set[str]:
    """Return `title` and all columns that it is computed from."""
    needed: set[str] = set()
    waiting = [title]
    while waiting:
        column = waiting.pop()
        if column in needed:
            continue
        needed.add(column)
        waiting += _origins(sheet, column)
        for step in _usable_steps(sheet, column):
            waiting += step.reads()
    return needed


def _usable_steps(sheet: SheetRecipe, title: str) -> Iterator[ColumnStep]:
    """Yield the column's enabled steps, but for broken ones."""
    for spec in sheet.columns.get(title, ColumnRecipe()).steps:
        if not spec.enabled:
            continue
        with suppress(StepError):
            step = build(spec.slug, spec.params)
            if isinstance(step, ColumnStep):
                yield step


def _origins(sheet: SheetRecipe, title: str) -> Iterator[str]:
    """Yield the columns whose steps add this one."""
    for other in sheet.columns:
        if any(title in step.adds(other) for step in _usable_steps(sheet, other)):
            yield other
