"""Cleaning a sheet of the database: its working file and recipe, opened, with what was learnt kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, fields, replace
from hashlib import sha256
from typing import Any

from django.core.cache import cache

from engine.clean import SheetReport, SheetRun
from engine.clean.made_columns import MadeColumn
from engine.clean.made_columns import made_columns as find_made_columns
from engine.recipe import ColumnRecipe, RecipeError, SheetRecipe, StepSpec
from engine.sheets.working_file import WorkingFile
from engine.steps import COLUMN_STEPS
from mapping.selectors import added_titles, recipe_of, sheet_recipe
from profiling.models import ColumnProfile, Sheet
from profiling.stored_files import local_copy

KEEP_SECONDS = 7 * 24 * 3600
# Counting every cell of a sheet of this size takes well under a second.
COUNT_AT_ONCE_ROWS = 50_000


@dataclass(frozen=True)
class SheetCounts:
    """Hold what cleaning does to a whole sheet.

    Attributes:
        changed: cells that differ in the end.
        could_not: cells that some step could not convert.
        columns: by title, (changed, could not, [(slug, changed, could not) for every enabled step]).
        dropped: rows left out, by the step on rows.
    """

    changed: int = 0
    could_not: int = 0
    columns: dict[str, tuple[int, int, list[tuple[str, int, int]]]] = field(default_factory=dict)
    dropped: dict[str, int] = field(default_factory=dict)

    def steps(self, title: str) -> list[tuple[str, int, int]]:
        """Return slug, changed and could not of the enabled steps of a column; [] for a column without any."""
        return self.columns[title][2] if title in self.columns else []

    @classmethod
    def of(cls, report: SheetReport) -> SheetCounts:
        """Return the figures of a run over the whole sheet."""
        columns = {title: (one.changed, one.could_not, list(one.steps)) for title, one in report.columns.items()}
        changed = sum(one.changed for one in report.columns.values())
        could_not = sum(one.could_not for one in report.columns.values())
        return cls(changed, could_not, columns, dict(report.dropped))


NOT_COUNTED = SheetCounts()


@contextmanager
def open_run(
    sheet: Sheet, trial: tuple[str, str, Mapping[str, Any]] | None = None, *, upto: int | None = None
) -> Iterator[SheetRun]:
    """Open the sheet's cleaning, ready to run while the block lasts.

    Args:
        sheet: the sheet to clean by its recipe.
        trial: a step (column, slug, parameters) that is taken as if it were the last of its column, or of the steps
            on rows.
        upto: how many of the column's steps run before the trial; None for all.
    """
    # What a step learns of a column (such as the order of day and month) needs a look at every cell of it.
    key = f"learnt:{sheet.working.name}"
    former = cache.get(key) or {}
    recipe = sheet_recipe(sheet)
    if trial:
        recipe = with_step(recipe, *trial, upto=upto)
    with local_copy(sheet.working) as path:
        run = SheetRun(WorkingFile(path), recipe, recipe_of(sheet.dataset), former)
        yield run
        if run.learnt != former:
            cache.set(key, run.learnt, KEEP_SECONDS)


def with_step(
    recipe: SheetRecipe, column: str, slug: str, params: Mapping[str, Any], *, upto: int | None = None
) -> SheetRecipe:
    """Return the recipe with one more step, behind the first `upto` of its column (None: behind all of them)."""
    step = StepSpec(slug, params)
    if slug not in COLUMN_STEPS or not column:
        return replace(recipe, rows=(*recipe.rows, step))
    steps = recipe.columns[column].steps if column in recipe.columns else ()
    return replace(recipe, columns={**recipe.columns, column: ColumnRecipe((*steps[:upto], step))})


def counts(sheet: Sheet) -> SheetCounts:
    """Return what cleaning does to the whole sheet; kept until the recipe or the file changes. Raises RecipeError."""
    key = _counts_key(sheet)
    known: SheetCounts | None = cache.get(key)
    if known is None:
        with open_run(sheet) as run:
            for _ in run.batches():
                pass
            known = SheetCounts.of(run.report)
        cache.set(key, known, KEEP_SECONDS)
    return known


def known_counts(sheet: Sheet) -> SheetCounts | None:
    """Return `counts` where they are known or quickly found; None for a large sheet that was not counted yet."""
    return counts(sheet) if sheet.rows <= COUNT_AT_ONCE_ROWS else cache.get(_counts_key(sheet))


def counts_of_dataset(sheets: list[Sheet]) -> dict[int, SheetCounts]:
    """Return `known_counts` by the sheet's id, for those where they are known and the recipe fits the file."""
    keys = {_counts_key(sheet): sheet for sheet in sheets if sheet.working}
    known = cache.get_many(keys)  # one question for all: the cache may be a table of the database
    found = {keys[key].pk: counted for key, counted in known.items()}
    for key, sheet in keys.items():
        if key not in known and sheet.rows <= COUNT_AT_ONCE_ROWS:
            with suppress(RecipeError):
                found[sheet.pk] = counts(sheet)
    return found


def made_columns(sheet: Sheet) -> dict[str, MadeColumn]:
    """Return what stands in the columns that the sheet's steps add, by title; kept until one of its steps changes.

    Nothing where no step adds any, or where the recipe does not fit the file: the pages that clean say so.
    """
    if not added_titles(sheet):
        return {}
    recipe = sheet_recipe(sheet)
    steps = repr((recipe.rows, recipe.columns, sheet.dataset.country, sheet.dataset.time_zone))
    key = f"made-columns:{__name__}:{sheet.working.name}:{sha256(steps.encode()).hexdigest()[:32]}"
    known: dict[str, MadeColumn] | None = cache.get(key)
    if known is None:
        known = {}
        with suppress(RecipeError), open_run(sheet) as run:
            known = find_made_columns(run)
        cache.set(key, known, KEEP_SECONDS)
    return known


def column_profiles(sheet: Sheet) -> dict[str, ColumnProfile]:
    """Return the figures of the file's columns, and of those that steps add, by title."""
    found = {profile.title: profile for profile in ColumnProfile.objects.filter(sheet=sheet)}
    for title, made in made_columns(sheet).items():
        figures = {one.name: getattr(made.facts, one.name) for one in fields(made.facts)}
        found.setdefault(title, ColumnProfile(sheet=sheet, **figures))
    return found


def _counts_key(sheet: Sheet) -> str:
    # The module's name is part of the key: an entry that names a class which has moved since could not be read.
    return f"sheet-counts:{__name__}:{sheet.working.name}:{sheet.dataset.revision}"
