"""Reading the recipe out of the records."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from contextlib import suppress

from engine.recipe import ColumnRecipe, FieldSpec, Lookup, Recipe, SheetRecipe, StepSpec, TargetRecipe
from engine.steps import build
from engine.steps.step import ColumnStep
from engine.steps.step_parameters import StepError
from mapping.models import Mapping, Relationship, RowStep, SheetTarget, Transform
from odoo_migrate.catalog import OdooField, OdooModel
from odoo_migrate.rules.required_fields import must_be_mapped
from profiling.models import Dataset, Sheet
from profiling.selectors import current_sheets


def recipe_of(dataset: Dataset) -> Recipe:
    """All that was decided about a dataset. Suggestions that nobody accepted are not part of it."""
    # The records of all sheets at once: every page that shows cleaned cells asks for the recipe.
    sheets = list(current_sheets(dataset).prefetch_related("row_steps", "transforms", "targets__mappings"))
    names = Counter(sheet.name for sheet in sheets)
    return Recipe(
        odoo_version=dataset.odoo_version,
        namespace=dataset.namespace,
        country=dataset.country,
        timezone=dataset.time_zone,
        company=dataset.company,
        on_problem="stop" if dataset.on_problem == Dataset.OnProblem.STOP else "reject",
        sheets=tuple(sheet_recipe(sheet, with_source=names[sheet.name] > 1) for sheet in sheets),
        lookups=lookups_of(dataset),
    )


def sheet_recipe(sheet: Sheet, *, with_source: bool = False) -> SheetRecipe:
    """What was decided about one sheet."""
    return SheetRecipe(
        name=sheet.name,
        source=sheet.source_name if with_source else "",
        header=tuple(sheet.header_override),
        file=sheet.file_stem,
        skip=sheet.skip,
        rows=tuple(specs(sheet.row_steps.all())),
        targets=tuple(target_of(row) for row in sheet.targets.all()),
        columns=column_recipes(sheet),
    )


def column_recipes(sheet: Sheet) -> dict[str, ColumnRecipe]:
    """The steps of every column that has any, in the order of the columns."""
    steps: dict[str, list[Transform]] = defaultdict(list)
    for step in sheet.transforms.all():
        steps[step.column].append(step)
    order = {title: place for place, title in enumerate(sheet.titles)}
    titles = sorted(steps, key=lambda title: (order.get(title, len(order)), title))
    return {title: ColumnRecipe(tuple(specs(steps[title]))) for title in titles}


def added_titles(sheet: Sheet) -> list[str]:
    """Titles of the columns that the sheet's steps add."""
    found: dict[str, None] = {}
    for step in (one for one in sheet.transforms.all() if one.enabled):
        with suppress(StepError):
            built = build(step.slug, step.params)
            found |= dict.fromkeys(built.adds(step.column) if isinstance(built, ColumnStep) else ())
    return [title for title in found if title not in sheet.titles]


def specs(steps: Iterable[Transform | RowStep]) -> Iterable[StepSpec]:
    return (StepSpec(step.slug, step.params, step.enabled) for step in steps)


def target_of(row: SheetTarget) -> TargetRecipe:
    """A target with its accepted mappings, in the order of the sheet's columns."""
    return TargetRecipe(
        model=row.model, id=row.id_pattern, values=row.values, key=tuple(row.key), when=row.when,
        fields={m.field: field_spec(m) for m in accepted(row)},
    )  # fmt: skip


def accepted(row: SheetTarget) -> list[Mapping]:
    """The accepted mappings of a target, in the order of the sheet's columns."""
    order = {title: place for place, title in enumerate(row.sheet.titles)}
    chosen = [m for m in row.mappings.all() if m.state == Mapping.State.ACCEPTED and m.field]
    return sorted(chosen, key=lambda m: (order.get(m.column, len(order)), m.pk))


def field_spec(mapping: Mapping) -> FieldSpec:
    return FieldSpec(mapping.column, mapping.lookup, mapping.ref, mapping.separator)


def lookups_of(dataset: Dataset) -> dict[str, Lookup]:
    """The lookup tables that accepted mappings use."""
    accepted_ones = Mapping.objects.filter(target__sheet__dataset=dataset, state=Mapping.State.ACCEPTED)
    used = set(accepted_ones.exclude(lookup="").values_list("lookup", flat=True))
    return {row.name: lookup_of(row) for row in Relationship.objects.filter(dataset=dataset, name__in=used)}


def lookup_of(row: Relationship) -> Lookup:
    return Lookup(row.name, row.model, row.create, row.id_pattern, row.entries)


def still_needed(target: SheetTarget, model: OdooModel) -> list[OdooField]:
    """Return the fields that Odoo refuses to be without, and that have neither a column nor a value.

    A suggested column counts: it is offered on the same page.
    """
    mapped = Mapping.objects.filter(target=target).exclude(state=Mapping.State.LEFT_OUT)
    given = {name.removesuffix("/id") for name in target.values}
    given |= {name.removesuffix("/id") for name in mapped.values_list("field", flat=True)}
    return must_be_mapped(model, given)
