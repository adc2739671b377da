"""What a bundle will hold, decided before a row is written: files, mappings, tables, the order of loading.

A `BundlePlan` is the recipe applied to the sheets that are there. What cannot work stands in `problems` and is left out
of the plan, so that a check can go on and say everything at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from engine.bundle.added_columns import SheetColumns, with_added
from engine.bundle.bundle_sheets import BundleSheet, Pair, file_stems, left_out, match
from engine.bundle.export_problems import ExportProblem, ProblemLocation, listed
from engine.bundle.field_mappings import MappedField, MappingKey, PlanContext
from engine.bundle.lookup_tables import CreatedRecords, LookupTable, plan_created, recipe_table
from engine.bundle.mapping_order import ordered
from engine.bundle.recipe_checks import settings_problems, table_problems
from engine.bundle.target_mappings import MappedTarget, plan_target
from engine.clean import SheetRun
from engine.recipe import Recipe, RecipeError, SheetRecipe, TargetRecipe
from engine.sheets.corrections import TITLES, is_correction
from odoo_migrate import catalog
from odoo_migrate.catalog import Catalog, UnknownVersion
from odoo_migrate.project.external_ids import BadPattern, Pattern
from odoo_migrate.project.file_names import mapping_name
from odoo_migrate.rules.hierarchies import forbids_circles
from odoo_migrate.rules.load_sequence import MappingReference
from odoo_migrate.rules.required_fields import needed_at_once


@dataclass(frozen=True)
class MappedSheet:
    """A sheet on its way: its prepared run, the stem of its raw file, its columns there, and what it fills."""

    sheet: BundleSheet
    recipe: SheetRecipe
    run: SheetRun
    file: str
    columns: SheetColumns
    targets: tuple[MappedTarget, ...]

    @property
    def location(self) -> ProblemLocation:
        return self.sheet.location

    @property
    def used(self) -> set[str]:
        """Titles of the columns that any target reads."""
        return {title for target in self.targets for title in target.used}


@dataclass(frozen=True)
class BundlePlan:
    """The whole bundle. `tables` by name; `created`: the mappings of the records that tables create."""

    recipe: Recipe
    catalog: Catalog
    sheets: tuple[MappedSheet, ...]
    tables: Mapping[str, LookupTable]
    created: tuple[CreatedRecords, ...]
    load_order: tuple[str, ...]
    problems: tuple[ExportProblem, ...]

    @property
    def targets(self) -> Iterator[tuple[MappedSheet, MappedTarget]]:
        return ((sheet, target) for sheet in self.sheets for target in sheet.targets)


def make_plan(sources: Sequence[BundleSheet], recipe: Recipe, progress: Callable[[], None]) -> BundlePlan:
    """The plan, with every sheet's run prepared; `progress` is called now and then and may raise to cancel.

    Raises RecipeError where the recipe does not fit the files at all.
    """
    try:
        version = catalog.load(recipe.odoo_version)
    except UnknownVersion as problem:
        raise RecipeError(str(problem)) from problem
    return _Planner(sources, recipe, version).plan(progress)


@dataclass(frozen=True)
class _Draft:
    """A sheet before its targets are planned; `names`: of its mappings, in the order of the targets."""

    sheet: BundleSheet
    part: SheetRecipe
    file: str
    run: SheetRun
    columns: SheetColumns
    names: tuple[str, ...]

    @property
    def targets(self) -> Iterator[tuple[str, TargetRecipe, str]]:
        return zip(self.names, self.part.targets, self.columns.patterns, strict=True)


class _Planner:
    def __init__(self, sources: Sequence[BundleSheet], recipe: Recipe, version: Catalog) -> None:
        self.sources, self.recipe, self.catalog = sources, recipe, version
        self.problems: list[ExportProblem] = [*settings_problems(recipe), *left_out(sources, recipe)]
        self.taken: set[str] = set()

    def plan(self, progress: Callable[[], None]) -> BundlePlan:
        pairs = match(self.sources, self.recipe)
        stems, shared = file_stems(pairs, self.sources)
        self.problems += shared
        drafts = [self._draft(pair, stem, progress) for pair, stem in zip(pairs, stems, strict=True)]
        around = PlanContext(self.catalog, self._tables(stems), self._announced(drafts))
        sheets = tuple(self._sheet(draft, around) for draft in drafts)
        created = self._created(sheets, around.tables)
        order = self._load_order(sheets, created, around.tables)
        return BundlePlan(self.recipe, self.catalog, sheets, around.tables, created, order, tuple(self.problems))

    def _draft(self, pair: Pair, stem: str, progress: Callable[[], None]) -> _Draft:
        sheet, part = pair
        run = SheetRun(sheet.working, part, self.recipe)
        run.prepare(lambda done, total: progress())
        columns = with_added(without_own(run.titles, part), part.targets, self.recipe.namespace)
        names = tuple(self._name(target.model, stem) for target in part.targets)
        return _Draft(sheet, part, stem, run, columns, names)

    def _name(self, model: str, file: str) -> str:
        name = mapping_name(model, file, self.taken)
        self.taken.add(name)
        return name

    def _announced(self, drafts: Sequence[_Draft]) -> dict[str, MappingKey]:
        found = {}
        for name, target, pattern in (one for draft in drafts for one in draft.targets):
            with suppress(BadPattern):
                if target.model in self.catalog:
                    found[name] = MappingKey(target.model, Pattern.read(pattern).placeholders)
        return found

    def _tables(self, stems: Sequence[str]) -> dict[str, LookupTable]:
        """The recipe's lookups, by the name under which the bundle holds them."""
        tables: dict[str, LookupTable] = {}
        for lookup in self.recipe.lookups.values():
            try:
                table = recipe_table(lookup, self.recipe.namespace, self.catalog.version)
            except BadPattern as problem:
                self.problems.append(ProblemLocation().blocking("bad_pattern", str(problem), lookup=lookup.name))
                continue
            self.problems += table_problems(table, lookup.name, tables, stems, self.catalog.version)
            tables[table.name] = table
        return tables

    def _sheet(self, draft: _Draft, around: PlanContext) -> MappedSheet:
        targets = []
        for name, target, pattern in draft.targets:
            place = replace(draft.sheet.location, model=target.model)
            planned, problems = plan_target(name, target, pattern, draft.columns.titles, around, place)
            self.problems += problems
            targets += [planned] if planned else []
        planned_sheet = MappedSheet(draft.sheet, draft.part, draft.run, draft.file, draft.columns, tuple(targets))
        self.problems += column_notes(planned_sheet)
        return planned_sheet

    def _created(self, sheets: Sequence[MappedSheet], tables: Mapping[str, LookupTable]) -> tuple[CreatedRecords, ...]:
        used = {field.lookup for sheet in sheets for target in sheet.targets for field in target.fields}
        creating = sorted(name for name in used if name and tables[name].creates)
        names = {name: self._name(tables[name].model, name) for name in creating}
        created, problems = plan_created(names, tables, self.catalog)
        self.problems += problems
        return tuple(created)

    def _load_order(
        self, sheets: Sequence[MappedSheet], created: Sequence[CreatedRecords], tables: Mapping[str, LookupTable]
    ) -> tuple[str, ...]:
        targets = [target for sheet in sheets for target in sheet.targets]
        behind = {one.table.name: [one.name] for one in created}
        for table in tables.values():
            if any(own.startswith(f"{self.recipe.namespace}.") for own in table.entries.values()):
                same = [target.name for target in targets if target.model.name == table.model]
                behind.setdefault(table.name, []).extend(same)
        edges = [
            _reference(target, field, parent)
            for target in targets
            for field in target.fields
            for parent in ([field.ref] if field.ref else behind.get(field.lookup, []))
        ]
        labels = {one.name: one.label for one in targets} | {one.name: one.label for one in created}
        order, problems = ordered(labels, edges)
        self.problems += problems
        return order


def _reference(target: MappedTarget, field: MappedField, parent: str) -> MappingReference:
    required = needed_at_once(target.model, field.field, target.given)
    in_tree = forbids_circles(target.model.name, field.name)
    return MappingReference(target.name, parent, field.field.label, required, in_tree)


def without_own(titles: Sequence[str], part: SheetRecipe) -> tuple[str, ...]:
    """`titles` without the two that the bridge put before rows it held back, where such a file comes back."""
    own = is_correction(titles) and not set(TITLES) & set(part.columns)
    return tuple(titles[len(TITLES) :] if own else titles)


def column_notes(sheet: MappedSheet) -> Iterator[ExportProblem]:
    """A word about a sheet that fills nothing, and about all columns that Odoo does not get."""
    if not sheet.targets and not sheet.recipe.targets:
        message = f"'{sheet.sheet.sheet}' fills no Odoo records: its rows are cleaned and kept in data/raw only."
        yield sheet.location.warning("no_target", message)
    made = {one.title for one in sheet.columns.added}  # by the bridge itself, for IDs
    unsent = [title for title in sheet.columns.titles if title not in sheet.used | made]
    if unsent and sheet.recipe.targets:
        these = "This column goes" if len(unsent) == 1 else "These columns go"
        they = "It stays" if len(unsent) == 1 else "They stay"
        named = listed(unsent, len(unsent))
        message = f"{these} to no field in Odoo: {named}. {they} in the bundle's data, for reference."
        yield sheet.location.warning("columns_not_named", message, count=len(unsent), examples=tuple(unsent[:5]))
