"""The part of a sheet's recipe that one column depends on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

from engine.recipe import ColumnRecipe, SheetRecipe, StepSpec
from engine.steps import ROW_STEPS, build
from engine.steps.row_steps import FillDown
from engine.steps.step import ColumnStep
from engine.steps.step_parameters import StepError


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
