"""Writing a recipe file into the records."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db import transaction

from engine.clean import effective_header
from engine.clean.cleaning_plan import plan_sheet, with_groups
from engine.recipe import Recipe, RecipeError, SheetRecipe, StepSpec, TargetRecipe
from engine.steps import HEADER_STEPS
from mapping.models import Mapping, Relationship, RowStep, SheetTarget, Transform
from migrator.models import User, record
from odoo_migrate import catalog
from odoo_migrate.catalog import Catalog, UnknownVersion, checked_version
from odoo_migrate.project.nearest_names import ALIKE_FIELDS, did_you_mean
from profiling import services as profiling_services
from profiling.models import Dataset, Sheet
from profiling.opened_uploads import titles_with
from profiling.selectors import current_sheets


@dataclass
class Applied:
    """Hold what applying a recipe left for the caller.

    Attributes:
        reread: sheets whose title rows changed, and which must be read again.
        not_named: sheets that the recipe does not name, and which are left out from now on.
    """

    reread: list[Sheet] = field(default_factory=list)
    not_named: list[str] = field(default_factory=list)


def apply_recipe(*, dataset: Dataset, recipe: Recipe, user: User | None = None) -> Applied:
    """Replace everything that was decided about the dataset by what the recipe says. Raises RecipeError."""
    found = match_sheets(recipe, list(current_sheets(dataset)))
    # Everything is checked before anything is replaced: a wrong recipe leaves the dataset as it was.
    for sheet in current_sheets(dataset):
        if sheet.pk in found:
            check_part(found[sheet.pk], sheet, recipe)
    result = Applied()
    with transaction.atomic():
        _apply_settings(dataset, recipe)
        for sheet in current_sheets(dataset):
            _apply_sheet(sheet, found.get(sheet.pk), result)
        _apply_lookups(dataset, recipe)
        record(user, "recipe.apply", "Applied a recipe file", dataset=dataset.pk)
        profiling_services.touch(dataset)
    return result


def match_sheets(recipe: Recipe, sheets: list[Sheet]) -> dict[int, SheetRecipe]:
    """Return each part of the recipe by the id of the sheet that it means.

    Raises:
        RecipeError: a part means no sheet, or more than one.
    """
    found: dict[int, SheetRecipe] = {}
    for part in recipe.sheets:
        fitting = [sheet for sheet in sheets if _means(part, sheet)]
        if not fitting:
            names = {sheet.name for sheet in sheets}
            there = ", ".join(sorted(names)) or "none"
            raise RecipeError(f"The recipe names the sheet '{part.name}', which the files lack; they have: {there}.")
        if len(fitting) > 1:
            files = ", ".join(sheet.source_name for sheet in fitting)
            raise RecipeError(f"Several files have a sheet '{part.name}' ({files}); say which with 'source'.")
        found[fitting[0].pk] = part
    return found


def _means(part: SheetRecipe, sheet: Sheet) -> bool:
    # A sheet out of an archive goes by the archive's name too.
    return sheet.name == part.name and part.source in ("", sheet.source_name, sheet.source.name)


def check_part(part: SheetRecipe, sheet: Sheet, recipe: Recipe) -> None:
    """Raise RecipeError for steps, columns, models and fields that are not there, Unreadable for title rows."""
    if part.skip:
        return
    header = effective_header(part)
    moved = list(header) != sheet.header_override
    titles = titles_with(sheet, header) if moved else sheet.titles
    plan_sheet(with_groups(titles, part), part)
    for target in part.targets:
        _check_target(target, f"Sheet '{part.name}'", recipe.odoo_version)


def _check_target(target: TargetRecipe, where: str, version: str) -> None:
    odoo, named = _catalog(version), version.removesuffix(".0")
    if target.model not in odoo:
        raise RecipeError(f"{where}: Odoo {named} has no model '{target.model}' that can be imported.")
    model = odoo.model(target.model)
    for name in (*target.fields, *target.values):
        if model.field(name) is None:
            names = [field.import_name for field in model.fields.values()]
            hint = did_you_mean(name, names, at_least=ALIKE_FIELDS)
            raise RecipeError(f"{where}: Odoo {named} has no field '{name}' on {model.label}{hint}")


def _catalog(version: str) -> Catalog:
    try:
        return catalog.load(catalog.checked_version(version))
    except UnknownVersion as problem:
        raise RecipeError(str(problem)) from problem


def _apply_settings(dataset: Dataset, recipe: Recipe) -> None:
    try:
        dataset.odoo_version = checked_version(recipe.odoo_version)
        dataset.namespace, dataset.country = recipe.namespace, recipe.country
        dataset.time_zone, dataset.company = recipe.timezone, recipe.company
        dataset.on_problem = recipe.on_problem
        dataset.full_clean(exclude=["owner", "name"])
    except UnknownVersion as problem:
        raise RecipeError(str(problem)) from problem
    except ValidationError as problem:
        raise RecipeError("; ".join(problem.messages)) from problem
    dataset.save()


def _apply_sheet(sheet: Sheet, part: SheetRecipe | None, result: Applied) -> None:
    for model in (SheetTarget, Transform, RowStep):
        model.objects.filter(sheet=sheet).delete()
    if part is None:
        # Nobody misses empty and hidden sheets.
        if sheet.rows and not sheet.hidden:
            result.not_named.append(sheet.name)
        Sheet.objects.filter(pk=sheet.pk).update(skip=True)
        return
    header = list(effective_header(part))
    if header != sheet.header_override:
        result.reread.append(sheet)
    sheet.skip, sheet.file_stem, sheet.header_override = part.skip, part.file, header
    sheet.save(update_fields=["skip", "file_stem", "header_override"])
    _apply_steps(sheet, part)
    for position, target in enumerate(part.targets):
        _apply_target(sheet, position, target)


def _apply_steps(sheet: Sheet, part: SheetRecipe) -> None:
    rows = [step for step in part.rows if step.slug not in HEADER_STEPS]  # those are the sheet's `header_override`
    RowStep.objects.bulk_create(
        RowStep(sheet=sheet, position=place, **_values(step)) for place, step in enumerate(rows)
    )
    Transform.objects.bulk_create(
        Transform(sheet=sheet, column=title, position=place, **_values(step))
        for title, column in part.columns.items()
        for place, step in enumerate(column.steps)
    )


def _values(step: StepSpec) -> dict[str, object]:
    return {"slug": step.slug, "params": dict(step.params), "enabled": step.enabled}


def _apply_target(sheet: Sheet, position: int, target: TargetRecipe) -> None:
    row = SheetTarget.objects.create(
        sheet=sheet, position=position, model=target.model, role=target.role, chosen=True, confidence=1,
        id_pattern=target.id, key=list(target.key), when=target.when, values=dict(target.values),
    )  # fmt: skip
    Mapping.objects.bulk_create(
        Mapping(
            target=row, column=spec.source, field=name, state=Mapping.State.ACCEPTED, confidence=1,
            lookup=spec.lookup, ref=spec.ref, separator=spec.separator,
        )
        for name, spec in target.fields.items()
    )  # fmt: skip


def _apply_lookups(dataset: Dataset, recipe: Recipe) -> None:
    Relationship.objects.filter(dataset=dataset).delete()
    Relationship.objects.bulk_create(
        Relationship(
            dataset=dataset, name=lookup.name, model=lookup.model, create=lookup.create,
            id_pattern=lookup.id, entries=dict(lookup.entries), path=lookup.path,
        )
        for lookup in recipe.lookups.values()
    )  # fmt: skip
