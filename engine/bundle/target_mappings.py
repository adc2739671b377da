"""One target of a sheet, planned as far as it can work."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from engine.bundle.column_rules import EMPTIES_A_REFERENCE, EXTERNAL_ID, value_rules
from engine.bundle.export_problems import ExportProblem, ProblemLocation, listed, mapping_label
from engine.bundle.field_mappings import FieldPlanner, FieldRefused, MappedField, PlanContext, missing_column
from engine.bundle.lookup_tables import known_to_odoo
from engine.recipe import TargetRecipe
from odoo_migrate.catalog import OdooField, OdooModel
from odoo_migrate.project.external_ids import BadPattern, Pattern
from odoo_migrate.rules import model_needs


@dataclass(frozen=True)
class MappedTarget:
    """A mapping of the bundle. `pattern` is None where the ID cannot be made; then nothing can be exported."""

    name: str
    model: OdooModel
    pattern: Pattern | None
    fields: tuple[MappedField, ...]
    values: Mapping[str, str]
    when: str

    @property
    def label(self) -> str:
        """What the mapping is called in sentences."""
        return mapping_label(self.name, self.model.name, self.model.label)

    @property
    def columns(self) -> tuple[str, ...]:
        """The distinct columns whose cells make up a record."""
        return tuple(dict.fromkeys(field.source for field in self.fields))

    @property
    def key(self) -> tuple[str, ...]:
        """The columns of the ID."""
        return self.pattern.placeholders if self.pattern else ()

    @property
    def used(self) -> set[str]:
        """All columns that the mapping reads."""
        return {*self.columns, *self.key, *([self.when] if self.when else [])}


def plan_target(
    name: str, target: TargetRecipe, pattern: str, titles: Sequence[str], around: PlanContext, place: ProblemLocation
) -> tuple[MappedTarget | None, list[ExportProblem]]:
    """The target, and what cannot work in it; None for a model that this version of Odoo does not have."""
    if target.model not in around.catalog:
        version = around.catalog.version.removesuffix(".0")
        message = f"Odoo {version} has no model '{target.model}' that can be imported."
        return None, [place.blocking("unknown_model", message)]
    model = around.catalog.model(target.model)
    given = {entry.removesuffix("/id") for entry in (*target.fields, *target.values)}
    fields, problems = _fields(target, FieldPlanner(model, titles, given, around, place))
    problems += _filled_twice(target, model, place)
    problems += _not_mapped(model, given, place)
    problems += _constants(target, model, around.catalog.version, place)
    problems += _columns_gone(target, titles, place)
    usable, problem = _pattern(pattern, titles, place)
    problems += [problem] if problem else []
    when = target.when if target.when in titles else ""
    return MappedTarget(name, model, usable, fields, dict(sorted(target.values.items())), when), problems


def _fields(target: TargetRecipe, planner: FieldPlanner) -> tuple[tuple[MappedField, ...], list[ExportProblem]]:
    """The fields in the order of the columns."""
    fields, problems = [], []
    for entry, spec in target.fields.items():
        try:
            fields.append(planner.plan(entry, spec))
        except FieldRefused as refused:
            problems.append(refused.problem)
    order = {title: number for number, title in enumerate(planner.titles)}
    return tuple(sorted(fields, key=lambda one: order[one.source])), problems


def _filled_twice(target: TargetRecipe, model: OdooModel, place: ProblemLocation) -> Iterator[ExportProblem]:
    entries = [*target.fields, *target.values]
    names = [entry.removesuffix("/id") for entry in entries]
    for name in dict.fromkeys(name for name in names if names.count(name) > 1):
        columns = [spec.source for entry, spec in target.fields.items() if entry.removesuffix("/id") == name]
        field = model.fields.get(name)
        what = f"{listed(columns)} and a constant both" if len(columns) == 1 else f"{listed(columns)} all"
        message = f"{what} fill '{field.label if field else name}'; a field takes one."
        column = columns[-1] if columns else ""
        yield place.blocking("filled_twice", message, field=name, column=column, count=names.count(name))


def _not_mapped(model: OdooModel, given: set[str], place: ProblemLocation) -> Iterator[ExportProblem]:
    for field in model_needs.must_be_mapped(model, given):
        message = f"Odoo needs '{field.label}' for every record of {model.label}, but nothing fills it."
        yield place.blocking("required_not_mapped", message, field=field.import_name)


def _columns_gone(target: TargetRecipe, titles: Sequence[str], place: ProblemLocation) -> Iterator[ExportProblem]:
    for title in (*target.key, *([target.when] if target.when else [])):
        if title not in titles:
            yield place.blocking("missing_column", missing_column(title, titles), column=title)


def _pattern(
    pattern: str, titles: Sequence[str], place: ProblemLocation
) -> tuple[Pattern | None, ExportProblem | None]:
    if not pattern:
        message = "No column names the records: choose a key column, or columns that make up a key."
        return None, place.blocking("no_key", message)
    try:
        found = Pattern.read(pattern)
    except BadPattern as problem:
        return None, place.blocking("bad_pattern", str(problem), examples=(pattern,))
    gone = next((title for title in found.placeholders if title not in titles), None)
    if gone is None:
        return found, None
    message = f"The ID pattern '{pattern}' cannot be filled. {missing_column(gone, titles)}"
    return None, place.blocking("pattern_column", message, column=gone, examples=(pattern,))


def _constants(target: TargetRecipe, model: OdooModel, version: str, place: ProblemLocation) -> Iterator[ExportProblem]:
    for entry, value in sorted(target.values.items()):
        field = model.field(entry)
        wrong = _constant(field, entry, value, version)
        if wrong:
            label = field.label if field else entry
            yield place.blocking("bad_constant", f"The constant '{value}' for '{label}' {wrong}.", field=entry)


def _constant(field: OdooField | None, entry: str, value: str, version: str) -> str:
    """What is wrong with a constant, in words that complete "The constant …"; "" where nothing is."""
    if field is None or entry not in {field.import_name}:
        return "fits no field that can be imported" if field is None else f"must be given as '{field.import_name}'"
    if not field.relational:
        refused = [rule.says for rule in value_rules(field, version) if rule.bad(pl.Series([value]))[0]]
        return refused[0] if refused else ""
    if value.casefold() in EMPTIES_A_REFERENCE:
        return "would silently empty the field in Odoo"
    if not all(EXTERNAL_ID.fullmatch(one) for one in value.split(",")):
        return "is no external ID such as base.us"
    gone = [one for one in value.split(",") if known_to_odoo(one, field.relation, version) is False]
    return f"names a record that Odoo {version.removesuffix('.0')} does not have ({gone[0]})" if gone else ""
