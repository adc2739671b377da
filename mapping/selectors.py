"""Reading the recipe out of the records."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import cast

from django.db.models import Q

from engine.clean.cleaning_plan import group_titles
from engine.match.accepted_suggestions import LIKELY
from engine.profile.profile_results import FindingFacts, Fix, Severity
from engine.recipe import ColumnRecipe, FieldSpec, Lookup, Recipe, SheetRecipe, StepSpec, TargetRecipe
from engine.steps import COLUMN_STEPS, ROW_STEPS, build
from engine.steps.step import ColumnStep, WholeRowStep
from engine.steps.step_parameters import StepError
from mapping.models import AnyStep, Mapping, Relationship, SheetTarget, Transform, UnmappedSheet
from odoo_migrate import catalog
from odoo_migrate.catalog import Catalog, OdooField, OdooModel
from odoo_migrate.rules.required_fields import must_be_mapped
from profiling.models import Dataset, Finding, Sheet
from profiling.selectors import current_sheets


# --- The recipe -----------------------------------------------------------------------------------------------
def recipe_of(dataset: Dataset) -> Recipe:
    """Return all that was decided about a dataset. Suggestions that nobody accepted are not part of it."""
    # The records of all sheets at once: every page that shows cleaned cells asks for the recipe.
    sheets = list(current_sheets(dataset).prefetch_related("row_steps", "transforms", "targets__mappings"))
    names = Counter(sheet.name for sheet in sheets)
    parts = []
    for sheet in sheets:
        # A recipe names files only where it has to: the next file may be called something else.
        parts.append(sheet_recipe(sheet, with_source=names[sheet.name] > 1))
    return Recipe(
        odoo_version=dataset.odoo_version,
        namespace=dataset.namespace,
        country=dataset.country,
        timezone=dataset.time_zone,
        company=dataset.company,
        on_problem="stop" if dataset.on_problem == Dataset.OnProblem.STOP else "reject",
        sheets=tuple(parts),
        lookups=lookups_of(dataset),
    )


def sheet_recipe(sheet: Sheet, *, with_source: bool = False) -> SheetRecipe:
    """Return what was decided about one sheet; `with_source` where its name alone does not say which sheet it is."""
    return SheetRecipe(
        name=sheet.name,
        source=sheet.source_name if with_source else "",
        header=tuple(sheet.header_override),
        file=sheet.file_stem,
        skip=sheet.skip,
        rows=step_specs(sheet.row_steps.all()),
        targets=tuple(map(target_recipe, counting_targets(sheet))),
        columns=column_recipes(sheet),
    )


def counting_targets(sheet: Sheet) -> list[SheetTarget]:
    """Return what the sheet becomes, without further records of its rows that nobody has taken."""
    return [target for target in sheet.targets.all() if target.counts]


def column_recipes(sheet: Sheet) -> dict[str, ColumnRecipe]:
    """Return the steps of every column that has any, in the order of the columns."""
    steps: dict[str, list[Transform]] = defaultdict(list)
    for step in sheet.transforms.all():
        steps[step.column].append(step)
    order = {title: position for position, title in enumerate(sheet.titles)}
    # A column that the newest file lacks comes last.
    titles = sorted(steps, key=lambda title: (order.get(title, len(order)), title))
    return {title: ColumnRecipe(step_specs(steps[title])) for title in titles}


def step_specs(steps: Iterable[AnyStep]) -> tuple[StepSpec, ...]:
    """Return steps of the recipe's records as the engine takes them."""
    specs = []
    for step in steps:
        specs.append(StepSpec(step.slug, step.params, step.enabled))
    return tuple(specs)


def target_recipe(target: SheetTarget) -> TargetRecipe:
    """Return a target with its accepted mappings, in the order of the sheet's columns."""
    return TargetRecipe(
        model=target.model, role=target.role, id=target.id_pattern, values=target.values, key=tuple(target.key),
        when=target.when,
        fields={mapping.field: field_spec(mapping) for mapping in accepted(target)},
    )  # fmt: skip


def field_spec(mapping: Mapping) -> FieldSpec:
    """Return a mapping as the engine takes it."""
    return FieldSpec(mapping.column, mapping.lookup, mapping.ref, mapping.separator)


def lookups_of(dataset: Dataset) -> dict[str, Lookup]:
    """Return the lookup tables that accepted mappings use, by name."""
    accepted_ones = Mapping.objects.filter(target__sheet__dataset=dataset, state=Mapping.State.ACCEPTED)
    used = set(accepted_ones.exclude(lookup="").values_list("lookup", flat=True))
    tables = Relationship.objects.filter(dataset=dataset, name__in=used)
    return {table.name: _lookup(table) for table in tables}


def _lookup(table: Relationship) -> Lookup:
    return Lookup(table.name, table.model, table.create, table.id_pattern, table.entries, table.path)


# --- Sheets that become nothing ---------------------------------------------------------------------------------
def why_unmapped(sheet: Sheet) -> str:
    """Return why a sheet becomes no records, as the end of a sentence; "" for one that becomes some."""
    if sheet.targets.exists():
        return ""
    known = UnmappedSheet.objects.filter(sheet=sheet).first()
    if known is None or not known.reason:
        return "it is not known what its rows are."
    return f"{known.reason.rstrip('.')}."


# --- Columns and fields ---------------------------------------------------------------------------------------
def cleaned_titles(sheet: Sheet) -> list[str]:
    """Return the titles of all columns as cleaning orders them: what a step adds comes right after its column."""
    by_column: dict[str, list[ColumnStep]] = defaultdict(list)
    for column, step in _built_steps(sheet):
        by_column[column].append(step)
    groups = [title for title in titles_of_groups(sheet) if title not in sheet.titles]
    found: dict[str, None] = {}
    waiting = list(reversed([*groups, *sheet.titles]))
    while waiting:
        title = waiting.pop()
        found[title] = None
        added: list[str] = []
        for step in by_column[title]:
            added += step.adds(title)
        waiting += [new for new in reversed(added) if new not in found and new not in sheet.titles]
    return list(found)


def titles_of_groups(sheet: Sheet) -> tuple[str, ...]:
    """Return the titles of the columns that the names of groups become, () where no step asks for them."""
    return group_titles(step_specs(sheet.row_steps.all()))


def added_titles(sheet: Sheet) -> list[str]:
    """Return the titles of the columns that the sheet's steps add."""
    return [title for title in cleaned_titles(sheet) if title not in sheet.titles]


def all_titles(sheet: Sheet) -> list[str]:
    """Return the titles of the file's columns, then of those that steps add: pages count columns in this order."""
    return [*sheet.titles, *added_titles(sheet)]


def split_columns(sheet: Sheet) -> dict[str, list[str]]:
    """Return the columns whose steps write all that they say to columns of their own, with the titles of those."""
    found: dict[str, list[str]] = {}
    for column, step in _built_steps(sheet):
        for title in step.replaces(column):
            found.setdefault(title, []).extend(step.adds(column))
    return found


def taken_titles(sheet: Sheet, besides: Transform | None = None) -> set[str]:
    """Return the titles that a new column cannot have; those of steps that are switched off would come back.

    `besides` is a step whose own columns do not count.
    """
    taken = {*sheet.titles, *titles_of_groups(sheet)}
    for step in Transform.objects.filter(sheet=sheet):
        if step != besides:
            taken.update(titles_added_by(step))
    return taken


def titles_added_by(step: Transform) -> tuple[str, ...]:
    """Return the titles of the columns that a step adds where it is switched on; none of a broken step."""
    with suppress(StepError):
        built = build(step.slug, step.params)
        if isinstance(built, ColumnStep):
            return built.adds(step.column)
    return ()


def titles_of_suggestions(sheet: Sheet) -> set[str]:
    """Return the titles of columns that suggestions make for themselves, whether their steps are in force or not.

    They are no evidence: what was suggested because of them would be suggested once more.
    """
    steps = [Transform(**step) for target in sheet.targets.all() for step in target.steps]
    for step in sheet.transforms.all():
        known = COLUMN_STEPS.get(step.slug)
        if known is not None and known.further:
            steps.append(step)
    return {title for step in steps for title in titles_added_by(step)} - set(sheet.titles)


def may_add_columns(step: Transform) -> bool:
    """Return whether a step is of a kind that adds columns, as it is or with other parameters."""
    known = COLUMN_STEPS.get(step.slug)
    return known is not None and any(param.type in {"new_column", "new_columns"} for param in known.params)


def _built_steps(sheet: Sheet) -> Iterator[tuple[str, ColumnStep]]:
    """Yield column and step of the enabled steps on columns."""
    for step in sheet.transforms.all():
        if not step.enabled:
            continue
        with suppress(StepError):  # such a step is shown as unknown, and cleaning refuses the recipe
            built = build(step.slug, step.params)
            if isinstance(built, ColumnStep):
                yield step.column, built


def accepted(target: SheetTarget) -> list[Mapping]:
    """Return the accepted mappings of a target, in the order of the sheet's columns."""
    order = {title: position for position, title in enumerate(target.sheet.titles)}

    def position(mapping: Mapping) -> tuple[int, int]:
        # Columns that steps add, or that the newest file lacks, come last in the order in which they were mapped.
        return order.get(mapping.column, len(order)), mapping.pk

    # Filtered here and not by the database: pages have fetched the mappings of all targets at once.
    chosen = [one for one in target.mappings.all() if one.state == Mapping.State.ACCEPTED and one.field]
    return sorted(chosen, key=position)


def odoo_field(models: Catalog, mapping: Mapping) -> OdooField | None:
    """Return the field that a mapping fills, None where it fills none or this Odoo version has no such field."""
    if not mapping.field or mapping.target.model not in models:
        return None
    return models.model(mapping.target.model).field(mapping.field)


def facts_of(finding: Finding) -> FindingFacts:
    """Return a stored finding as the engine takes it."""
    fix = None
    if finding.fix_step:
        fix = Fix(finding.fix_step, finding.fix_params)
    severity = cast(Severity, finding.severity)
    return FindingFacts(
        finding.slug, finding.column or None, finding.count, finding.message, finding.examples, finding.rows, fix,
        finding.safe, severity, finding.means,
    )  # fmt: skip


def likely_fields(dataset: Dataset) -> dict[tuple[int, str], list[OdooField]]:
    """Return by sheet and title the fields that columns fill: those accepted, and those suggested with confidence."""
    sure = Q(state=Mapping.State.ACCEPTED) | Q(state=Mapping.State.SUGGESTED, confidence__gte=LIKELY)
    mapped = Mapping.objects.filter(sure, target__sheet__dataset=dataset).exclude(field="").select_related("target")
    models = catalog.load(dataset.odoo_version)
    found: dict[tuple[int, str], list[OdooField]] = {}
    for mapping in mapped:
        field = odoo_field(models, mapping)
        if field is not None:
            found.setdefault((mapping.target.sheet_id, mapping.column), []).append(field)
    return found


def still_needed(target: SheetTarget, model: OdooModel) -> list[OdooField]:
    """Return the fields that Odoo refuses to be without, and that have neither a column nor a value.

    A suggested column counts: it is offered on the same page.
    """
    mapped = Mapping.objects.filter(target=target).exclude(state=Mapping.State.LEFT_OUT)
    names = [*target.values, *mapped.values_list("field", flat=True)]
    # Imports write a link as "field/id"; the rule goes by the field.
    return must_be_mapped(model, {name.removesuffix("/id") for name in names})


def known_step(slug: str) -> type[ColumnStep] | type[WholeRowStep] | None:
    """Return the step called `slug`, None for one that this version of the portal no longer has."""
    return COLUMN_STEPS.get(slug) or ROW_STEPS.get(slug)
