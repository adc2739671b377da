"""Columns that were decided about and that the newest file no longer has.

A person says which column took the place of each, or that what was decided about it is to be forgotten.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from django.db import transaction

from engine.recipe import KEY_TITLE, NUMBER_SUFFIX
from mapping.models import AnyStep, Mapping, RowStep, SheetTarget, Transform
from mapping.selectors import accepted, added_titles, counting_targets, known_step
from mapping.services.step_services import changed
from migrator.models import User
from odoo_migrate.project.external_ids import BadPattern, Pattern
from odoo_migrate.project.nearest_names import nearest
from profiling.models import Sheet


def gone_columns(sheet: Sheet) -> dict[str, str]:
    """Return the columns that the recipe names and the sheet lacks, with the title that each most likely has now.

    The title is "" where none is alike.
    """
    known = {*sheet.titles, *added_titles(sheet), KEY_TITLE}
    named = dict.fromkeys(title.removesuffix(NUMBER_SUFFIX) for title in _named(sheet))
    # A title that the recipe names already is taken: it cannot be the new name of another column.
    free = [title for title in sheet.titles if title not in named]
    gone = [title for title in named if title and title not in known]
    return {title: nearest(title, free) or "" for title in gone}


def replace_column(*, sheet: Sheet, gone: str, title: str, user: User | None = None) -> None:
    """Mean `title` from now on by what was decided about `gone`; for "" forget it."""
    with transaction.atomic():
        _replace_in_steps(sheet, gone, title)
        _replace_in_mappings(sheet, gone, title)
        for target in SheetTarget.objects.filter(sheet=sheet):
            _replace_in_target(target, gone, title)
        sentence = f"{gone} is now {title}" if title else f"Forgot {gone}"
        changed(sheet, user, sentence)


def _named(sheet: Sheet) -> Iterator[str]:
    """Return the titles that the recipe of a sheet names, some more than once."""
    for step in sheet.transforms.all():
        yield step.column
        yield from _columns_in(step)
    for row_step in sheet.row_steps.all():
        yield from _columns_in(row_step)
    for target in counting_targets(sheet):
        for mapping in accepted(target):
            yield mapping.column
        yield from target.key
        yield target.when
        with suppress(BadPattern):
            yield from Pattern.read(target.id_pattern).placeholders


def _column_params(step: AnyStep) -> list[str]:
    """Return the names of the parameters that hold titles of columns which are there already."""
    known = known_step(step.slug)
    if known is None:  # nothing is known of its parameters
        return []
    return [param.name for param in known.params if param.type in {"column", "columns"}]


def _columns_in(step: AnyStep) -> Iterator[str]:
    for name in _column_params(step):
        value = step.params.get(name) or []
        if isinstance(value, str):
            yield value
        else:
            yield from value


def _replace_in_steps(sheet: Sheet, gone: str, title: str) -> None:
    own = Transform.objects.filter(sheet=sheet, column=gone)
    if title:
        own.update(column=title)
    else:
        own.delete()
    for steps in (Transform.objects.filter(sheet=sheet), RowStep.objects.filter(sheet=sheet)):
        for step in steps:
            if gone in _columns_in(step):
                step.params = _replaced_params(step, gone, title)
                step.save(update_fields=["params"])


def _replaced_params(step: AnyStep, gone: str, title: str) -> dict[str, Any]:
    params = dict(step.params)
    for name in _column_params(step):
        params[name] = _replaced(params.get(name), gone, title)
    return {name: value for name, value in params.items() if value not in (None, "", [])}


def _replaced(value: Any, gone: str, title: str) -> Any:
    """Return a title, or a list of titles, with `title` in the place of `gone`; "" leaves its place out."""
    if not isinstance(value, list):
        return title if value == gone else value
    replaced = []
    for one in value:
        if one != gone:
            replaced.append(one)
        elif title:
            replaced.append(title)
    return replaced


def _replace_in_mappings(sheet: Sheet, gone: str, title: str) -> None:
    here = Mapping.objects.filter(target__sheet=sheet)
    if not title:
        here.filter(column=gone).delete()
        return
    # A person says that both are the same column: what was decided counts more than a suggestion for the new title.
    here.filter(column=title).exclude(state=Mapping.State.ACCEPTED).delete()
    for mapping in here.filter(column=gone):
        if here.filter(target=mapping.target, column=title).exists():
            mapping.delete()  # the column that took its place has a field already
        else:
            here.filter(pk=mapping.pk).update(column=title)


def _replace_in_target(target: SheetTarget, gone: str, title: str) -> None:
    for suffix in ("", NUMBER_SUFFIX):
        former = f"{{{gone}{suffix}}}"
        if former in target.id_pattern:
            # A pattern without one of its columns would give several records one name.
            present = f"{{{title}{suffix}}}"
            target.id_pattern = target.id_pattern.replace(former, present) if title else ""
    target.key = _replaced(target.key, gone, title)
    target.when = _replaced(target.when, gone, title)
    target.save(update_fields=["id_pattern", "key", "when"])
