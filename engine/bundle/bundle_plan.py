"""What a bundle will hold, decided before a row is written: files, mappings, tables, the order of loading.

A `BundlePlan` is the recipe applied to the sheets that are there. What cannot work is in its `problems` and is left
out otherwise, so that a check can go on and say everything at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from engine.bundle.added_columns import SheetColumns, with_added
from engine.bundle.bundle_sheets import BundleSheet, Pair, file_stems, left_out, match
from engine.bundle.export_problems import ExportProblem, ProblemLocation, listed, model_label
from engine.bundle.lookup_tables import CreatedRecords, LookupTable, plan_created, recipe_table
from engine.bundle.mapped_fields import MappedField, MappingKey, PlanContext
from engine.bundle.mapped_targets import MappedTarget, plan_target
from engine.bundle.unready_targets import PlannedTarget, as_left_out, find_unready, without_fields
from engine.clean import SheetRun
from engine.recipe import Recipe, RecipeError, SheetRecipe, TargetRecipe
from engine.sheets.corrected_rows import TITLES, is_correction
from engine.steps import build
from engine.steps.step import ColumnStep
from odoo_migrate import catalog
from odoo_migrate.catalog import Catalog, UnknownVersion
from odoo_migrate.project.external_ids import NAMESPACE, BadPattern, Pattern
from odoo_migrate.project.file_names import given_name, mapping_name
from odoo_migrate.rules.hierarchies import forbids_circles
from odoo_migrate.rules.import_columns import mapping_label
from odoo_migrate.rules.mapping_order import EndlessCircle, MappingReference, PostponedColumns, parents_first
from odoo_migrate.rules.reference_rules import wrong_namespace, wrong_reference
from odoo_migrate.rules.required_fields import needed_at_once
from odoo_migrate.rules.shipped_records import is_missing

_NAMESPACE = re.compile(NAMESPACE)


@dataclass(frozen=True)
class MappedSheet:
    """Hold a sheet with what becomes of it.

    Attributes:
        sheet: As it was read.
        recipe: Its part of the recipe.
        run: Cleans it; prepared.
        file: Stem of its raw file.
        columns: Those of the raw file.
        targets: What it fills.
    """

    sheet: BundleSheet
    recipe: SheetRecipe
    run: SheetRun
    file: str
    columns: SheetColumns
    targets: tuple[MappedTarget, ...]

    @property
    def location(self) -> ProblemLocation:
        """Return where problems of this sheet are."""
        return self.sheet.location

    @property
    def used(self) -> set[str]:
        """Return the titles of the columns that any target reads."""
        titles: set[str] = set()
        for target in self.targets:
            titles |= target.used
        return titles


@dataclass(frozen=True)
class BundlePlan:
    """Hold the plan of a whole bundle.

    Attributes:
        recipe: All of it.
        catalog: Of the version of Odoo.
        sheets: In the order of the recipe.
        tables: Lookup tables by name.
        created: The records that tables create.
        load_order: Names of the mappings, parents first.
        problems: What cannot work, or should be known.
    """

    recipe: Recipe
    catalog: Catalog
    sheets: tuple[MappedSheet, ...]
    tables: Mapping[str, LookupTable]
    created: tuple[CreatedRecords, ...]
    load_order: tuple[str, ...]
    problems: tuple[ExportProblem, ...]

    @property
    def targets(self) -> Iterator[tuple[MappedSheet, MappedTarget]]:
        """Yield every target with its sheet."""
        for sheet in self.sheets:
            for target in sheet.targets:
                yield sheet, target

    @property
    def used_tables(self) -> set[str]:
        """Return the names of the lookup tables that fields go through."""
        return _used_tables(self.sheets)


def make_plan(
    sources: Sequence[BundleSheet],
    recipe: Recipe,
    progress: Callable[[], None],
    *,
    strict: bool,
    unready: Collection[str] = (),
) -> BundlePlan:
    """Return the plan, with every sheet's run prepared.

    Args:
        sources: All sheets of the uploads.
        recipe: What to do with them.
        progress: Called now and then; may raise to cancel.
        strict: Whether a target that cannot go prevents the whole export; otherwise it is left out.
        unready: Names of mappings that are left out in any case.

    Raises:
        RecipeError: The recipe does not fit the files at all.
    """
    try:
        version = catalog.load(recipe.odoo_version)
    except UnknownVersion as problem:
        raise RecipeError(str(problem)) from problem
    return _Planner(sources, recipe, version, strict, frozenset(unready)).plan(progress)


@dataclass(frozen=True)
class _Draft:
    """Hold a sheet before its targets are planned; `names` are those of its mappings, in the order of the targets."""

    sheet: BundleSheet
    part: SheetRecipe
    file: str
    run: SheetRun
    columns: SheetColumns
    names: tuple[str, ...]

    @property
    def targets(self) -> Iterator[tuple[str, TargetRecipe, str]]:
        """Yield name, recipe and ID pattern of every target."""
        return zip(self.names, self.part.targets, self.columns.patterns, strict=True)

    def with_own_refs(self, target: TargetRecipe) -> TargetRecipe:
        """Return a target that refers to the records of its own rows by the names of their mappings."""
        # Those names depend on which other sheets there are, so a recipe names model and role alone.
        own = {one.entry: name for name, one, _ in self.targets if one.role or target.role}
        fields = {}
        for entry, spec in target.fields.items():
            fields[entry] = replace(spec, ref=own.get(spec.ref, spec.ref))
        return replace(target, fields=fields)


class _Planner:
    """Plan one bundle; `problems` grows on the way."""

    def __init__(
        self, sources: Sequence[BundleSheet], recipe: Recipe, version: Catalog, strict: bool, unready: frozenset[str]
    ) -> None:
        self.sources, self.recipe, self.catalog, self.strict = sources, recipe, version, strict
        self.given_unready = unready
        # The mappings that cannot go, by name what they are called in sentences.
        self.unready: dict[str, str] = {}
        self.problems: list[ExportProblem] = [*settings_problems(recipe), *left_out(sources, recipe)]
        self.taken: set[str] = set()  # names of mappings

    def plan(self, progress: Callable[[], None]) -> BundlePlan:
        pairs = match(self.sources, self.recipe)
        stems, shared = file_stems(pairs, self.sources)
        self.problems += shared
        drafts = []
        for pair, stem in zip(pairs, stems, strict=True):
            drafts.append(self._draft(pair, stem, progress))
        # All keys are known before any field is planned, since fields may refer to later sheets.
        around = PlanContext(self.catalog, self._tables(stems), self._announced(drafts))
        sheets = self._ready(tuple(self._sheet(draft, around) for draft in drafts), around)
        created = self._created(sheets, around.tables)
        targets = [target for sheet in sheets for target in sheet.targets]
        behind = _behind_tables(targets, created, around.tables, self.recipe.namespace)
        order, circles = _load_order(targets, created, behind)
        self.problems += circles
        return BundlePlan(self.recipe, self.catalog, sheets, around.tables, created, order, tuple(self.problems))

    def _draft(self, pair: Pair, stem: str, progress: Callable[[], None]) -> _Draft:
        sheet, part = pair
        run = SheetRun(sheet.working, part, self.recipe)

        def tell(done: int, total: int) -> None:
            progress()  # whole columns are no round of rows: this call only lets the caller cancel

        run.prepare(tell)
        columns = with_added(without_own(run.titles, part), part.targets, self.recipe.namespace)
        names = tuple(self._name(target.model, stem, target.role) for target in part.targets)
        return _Draft(sheet, part, stem, run, columns, names)

    def _name(self, model: str, file: str, role: str = "") -> str:
        name = mapping_name(model, file, self.taken, role)
        self.taken.add(name)
        return name

    def _announced(self, drafts: Sequence[_Draft]) -> dict[str, MappingKey]:
        """Return what fields may refer to."""
        found = {}
        for draft in drafts:
            for name, target, pattern in draft.targets:
                if target.model not in self.catalog:
                    continue
                # A pattern that cannot be read is reported once, when the mapping itself is planned.
                found[name] = MappingKey(target.model, ())
                with suppress(BadPattern):
                    found[name] = MappingKey(target.model, Pattern.read(pattern).placeholders)
        return found

    def _tables(self, stems: Sequence[str]) -> dict[str, LookupTable]:
        """Return the recipe's lookups, by the name under which the bundle holds them."""
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
            location = replace(draft.sheet.location, model=target.model)
            target = draft.with_own_refs(target)
            mapped, problems = plan_target(name, target, pattern, draft.columns.titles, around, location)
            if not self.strict:
                self._note_unready(name, target.model, problems)
                problems = as_left_out(problems, name)
            self.problems += problems
            if mapped is not None:
                targets.append(mapped)
        sheet = MappedSheet(draft.sheet, draft.part, draft.run, draft.file, draft.columns, tuple(targets))
        self.problems += column_notes(sheet)
        return sheet

    def _note_unready(self, name: str, model: str, problems: Sequence[ExportProblem]) -> None:
        blocked = any(problem.severity == "blocking" for problem in problems)
        if blocked or name in self.given_unready:
            self.unready[name] = mapping_label(name, model, model_label(model, self.catalog))

    def _ready(self, sheets: tuple[MappedSheet, ...], around: PlanContext) -> tuple[MappedSheet, ...]:
        """Return the sheets without the targets that cannot go, and those that need them."""
        if self.strict:
            return sheets
        planned = []
        for sheet in sheets:
            for target in sheet.targets:
                planned.append(PlannedTarget(target, sheet.file, replace(sheet.location, model=target.model.name)))
        unready = find_unready(planned, self.unready, self._bad_tables(sheets, around))
        self.problems += unready.problems
        ready = []
        for sheet in sheets:
            targets = []
            for target in sheet.targets:
                if target.name not in unready.mappings:
                    targets.append(without_fields(target, unready.fields.get(target.name, ())))
            ready.append(replace(sheet, targets=tuple(targets)))
        return tuple(ready)

    def _bad_tables(self, sheets: Sequence[MappedSheet], around: PlanContext) -> set[str]:
        """Return the names of the lookup tables that cannot be used; their problems no longer stop the export."""
        used = _used_tables(sheets)
        making = {name: name for name in used if around.tables[name].creates}
        _, problems = plan_created(making, around.tables, self.catalog)
        bad = {problem.lookup for problem in problems if problem.severity == "blocking"}
        self.problems += [replace(problem, severity="left_out") for problem in problems]
        kept = []
        for problem in self.problems:
            if problem.severity == "blocking" and problem.lookup:
                bad |= {problem.lookup, given_name(problem.lookup)}
                problem = replace(problem, severity="left_out")
            kept.append(problem)
        self.problems = kept
        return bad

    def _created(self, sheets: Sequence[MappedSheet], tables: Mapping[str, LookupTable]) -> tuple[CreatedRecords, ...]:
        names = {}
        # Sorted, since two names may be alike and the first one taken gets the plain one.
        for table in sorted(_used_tables(sheets)):
            if tables[table].creates:
                names[table] = self._name(tables[table].model, table)
        created, problems = plan_created(names, tables, self.catalog)
        self.problems += problems
        return tuple(created)


def _used_tables(sheets: Sequence[MappedSheet]) -> set[str]:
    """Return the names of the lookup tables that fields go through."""
    used: set[str] = set()
    for sheet in sheets:
        for target in sheet.targets:
            used.update(field.lookup for field in target.fields if field.lookup)
    return used


def without_own(titles: Sequence[str], part: SheetRecipe) -> tuple[str, ...]:
    """Return `titles` without the two that an export adds to rows it holds back, for files of such rows."""
    # A sheet may have such columns of its own, which the recipe then names.
    if is_correction(titles) and not set(TITLES) & set(part.columns):
        return tuple(titles[len(TITLES) :])
    return tuple(titles)


def column_notes(sheet: MappedSheet) -> Iterator[ExportProblem]:
    """Yield a note about a sheet that fills nothing, and about all columns that Odoo does not get."""
    if not sheet.targets and not sheet.recipe.targets:
        message = f"'{sheet.sheet.sheet}' fills no Odoo records: its rows are cleaned and kept in data/raw only."
        if sheet.sheet.unmapped:
            message = f"'{sheet.sheet.sheet}' is left out: {sheet.sheet.unmapped}"
            yield sheet.location.left_out("no_target", message)
        else:  # a recipe may name a sheet only to have it cleaned
            yield sheet.location.warning("no_target", message)
    sent = sheet.used
    for one in sheet.columns.added:  # by the export itself, for IDs
        sent.add(one.title)
    sent |= _taken_apart(sheet.recipe, sent)
    unsent = [title for title in sheet.columns.titles if title not in sent]
    if unsent and sheet.recipe.targets:
        these, they = "These columns go", "They stay"
        if len(unsent) == 1:
            these, they = "This column goes", "It stays"
        # All of them by name: a column that was forgotten is found by reading this.
        named = listed(unsent, len(unsent))
        message = f"{these} to no field in Odoo: {named}. {they} in the bundle's data, for reference."
        yield sheet.location.warning("columns_not_named", message, count=len(unsent), examples=tuple(unsent[:5]))


def _taken_apart(part: SheetRecipe, sent: Collection[str]) -> set[str]:
    """Return the columns whose content goes to Odoo in other columns, which steps make of them."""
    found: set[str] = set()
    for title, column in part.columns.items():
        for spec in column.steps:
            step = build(spec.slug, spec.params) if spec.enabled else None
            if isinstance(step, ColumnStep) and not set(step.adds(title)).isdisjoint(sent):
                found |= {title, *step.reads()}
    return found


# --- the order of loading


def _behind_tables(
    targets: Sequence[MappedTarget],
    created: Sequence[CreatedRecords],
    tables: Mapping[str, LookupTable],
    namespace: str,
) -> dict[str, list[str]]:
    """Return by table the mappings whose records its entries may name."""
    behind: dict[str, list[str]] = {}
    for one in created:
        behind[one.table.name] = [one.name]
    for table in tables.values():
        # Which mapping makes the record of an entry shows only in the rows, so that all of the model count.
        if any(own.startswith(f"{namespace}.") for own in table.entries.values()):
            same = [target.name for target in targets if target.model.name == table.model]
            behind.setdefault(table.name, []).extend(same)
    return behind


def _load_order(
    targets: Sequence[MappedTarget], created: Sequence[CreatedRecords], behind: Mapping[str, Sequence[str]]
) -> tuple[tuple[str, ...], list[ExportProblem]]:
    """Return the names of all mappings, parents first, and the problems of that order."""
    labels: dict[str, str] = {}
    references = []
    for target in targets:
        labels[target.name] = target.label
        for field in target.fields:
            parents = behind.get(field.lookup, ())
            if field.ref:
                parents = (field.ref,)
            for parent in parents:
                references.append(_reference(target, field, parent))
    for one in created:
        labels[one.name] = one.label
    return ordered(labels, references)


def _reference(target: MappedTarget, field: MappedField, parent: str) -> MappingReference:
    required = needed_at_once(target.model, field.field, target.given)
    in_tree = forbids_circles(target.model.name, field.name)
    return MappingReference(target.name, parent, field.field.label, required, in_tree)


def ordered(
    mappings: Mapping[str, str], references: Iterable[MappingReference]
) -> tuple[tuple[str, ...], list[ExportProblem]]:
    """Return the mappings (name: what it is called in sentences), parents first, and the problems of that order.

    Where mappings refer to each other in a circle, optional references give way (the loader fills them afterwards) and
    that is reported; a circle of required ones cannot be loaded. The columns of `references` are labels of fields.
    """
    try:
        order, put_off = parents_first(list(mappings), references)
    except EndlessCircle as endless:
        return tuple(mappings), [_blocked(endless, mappings)]
    return order, [_given_way(one, mappings) for one in put_off]


def _given_way(one: PostponedColumns, labels: Mapping[str, str]) -> ExportProblem:
    fields, names = listed(sorted(one.columns)), _names(one.circle, labels)
    later = f"{fields} of {labels[one.mapping]} can be filled only after both are loaded"
    return ProblemLocation(model=one.mapping).warning("circle", f"{names} refer to each other; {later}.")


def _blocked(endless: EndlessCircle, labels: Mapping[str, str]) -> ExportProblem:
    columns = set()
    for reference in endless.references:
        columns.add(reference.column)
    fields = listed(sorted(columns))
    names = _names(endless.circle, labels)
    message = f"{names} need each other in a circle (through {fields}), so none can be created first."
    return ProblemLocation(model=endless.circle[0]).blocking("circle", message)


def _names(circle: Iterable[str], labels: Mapping[str, str]) -> str:
    return listed(sorted(labels[name] for name in circle))


# --- what a recipe says for the whole bundle


def settings_problems(recipe: Recipe) -> Iterator[ExportProblem]:
    """Yield what makes every external ID of the bundle unusable."""
    if not _NAMESPACE.fullmatch(recipe.namespace):
        message = f"The namespace '{recipe.namespace}' cannot be used; take a short word, such as migr."
        yield ProblemLocation().blocking("bad_namespace", message)
    elif wrong_namespace(recipe.namespace):
        wrong = wrong_namespace(recipe.namespace)
        message = f"The namespace '{recipe.namespace}' cannot be used: it {wrong}. Take a short word, such as migr."
        yield ProblemLocation().blocking("bad_namespace", message)
    if recipe.company and wrong_reference(recipe.company):
        message = f"The company '{recipe.company}' {wrong_reference(recipe.company)}."
        yield ProblemLocation().blocking("bad_company", message)


def table_problems(
    table: LookupTable, shown: str, others: Container[str], files: Container[str], version: str
) -> Iterator[ExportProblem]:
    """Yield what cannot work in a lookup that the recipe calls `shown`; `files`: stems of the sheets' raw files."""
    location = ProblemLocation(model=table.model)
    if not table.name or table.name in others:
        message = f"The lookup '{shown}' needs a name of its own, of letters and digits."
        yield location.blocking("bad_lookup_name", message, lookup=shown)
    if table.creates and table.name in files:
        message = f"The lookup '{shown}' and a sheet would both be written to {table.name}.csv; rename one."
        yield location.blocking("file_name_twice", message, lookup=shown)
    bad = {key: own for key, own in table.entries.items() if wrong_reference(own)}
    if bad:
        texts = listed(sorted(bad.values()))
        message = f"In the lookup '{shown}' these are no external IDs such as base.us: {texts}."
        yield location.blocking("bad_entry", message, lookup=shown, count=len(bad), examples=tuple(sorted(bad)[:5]))
    strange = [own for key, own in table.entries.items() if is_missing(own, table.model, version)]
    if strange:
        names = listed(sorted(set(strange)))
        message = f"The lookup '{shown}' points to {names}; Odoo {version.removesuffix('.0')} has no such record."
        yield location.warning("entry_unknown", message, lookup=shown, count=len(strange))
