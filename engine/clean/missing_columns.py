"""Columns that a recipe names and the sheet lacks, with the titles that they most likely have now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from engine.recipe import KEY_TITLE, NUMBER_SUFFIX, RecipeError, SheetRecipe
from engine.steps.row_steps import FillDown
from engine.steps.step import WholeRowStep
from odoo_migrate.project.nearest_names import nearest

if TYPE_CHECKING:
    from engine.clean.cleaning_plan import ColumnPlan


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
