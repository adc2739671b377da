"""One target of a sheet as a mapping of the bundle, as far as it can work."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from engine.bundle.export_problems import ExportProblem, ProblemLocation, field_label
from engine.bundle.mapped_fields import FieldPlanner, FieldRefused, MappedField, PlanContext, missing_column
from engine.recipe import TargetRecipe
from odoo_migrate.catalog import OdooField, OdooModel
from odoo_migrate.project.external_ids import BadPattern, Pattern
from odoo_migrate.rules import required_fields
from odoo_migrate.rules.cell_combinations import record_rules
from odoo_migrate.rules.import_columns import field_fault, filled_twice, given_fields, mapping_label
from odoo_migrate.rules.reference_rules import names_nothing, wrong_namespace, wrong_references
from odoo_migrate.rules.shipped_records import is_certain, is_missing
from odoo_migrate.rules.value_rules import value_rules, wrong_value


@dataclass(frozen=True)
class MappedTarget:
    """Hold a mapping of the bundle.

    Attributes:
        name: Its name.
        model: The model whose records it makes.
        pattern: Of their IDs; None where it cannot be used, and then nothing can be exported.
        fields: In the order of the columns.
        values: Constants by field name.
        when: Only rows in which this column is not blank are records; "" for all.
        role: What the records are beside those that the rows are about; "" for the latter.
    """

    name: str
    model: OdooModel
    pattern: Pattern | None
    fields: tuple[MappedField, ...]
    values: Mapping[str, str]
    when: str
    role: str = ""

    @property
    def label(self) -> str:
        """Return what the mapping is called in sentences."""
        return mapping_label(self.name, self.model.name, self.model.label)

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the distinct columns whose cells make up a record."""
        # Two fields may be filled by one column.
        return tuple(dict.fromkeys(field.source for field in self.fields))

    @property
    def key(self) -> tuple[str, ...]:
        """Return the columns of the ID."""
        if self.pattern is None:
            return ()
        return self.pattern.placeholders

    @property
    def used(self) -> set[str]:
        """Return all columns that the mapping reads."""
        return {*self.columns, *self.key, self.when} - {""}

    @property
    def given(self) -> frozenset[str]:
        """Return the names of the fields that the mapping fills."""
        return given_fields((field.name for field in self.fields), self.values)


def plan_target(
    name: str, target: TargetRecipe, pattern: str, titles: Sequence[str], around: PlanContext, location: ProblemLocation
) -> tuple[MappedTarget | None, list[ExportProblem]]:
    """Return the target (None for a model that this version of Odoo lacks), and what cannot work in it."""
    if target.model not in around.catalog:
        version = around.catalog.version.removesuffix(".0")
        message = f"Odoo {version} has no model '{target.model}' that can be imported."
        return None, [location.blocking("unknown_model", message)]
    model = around.catalog.model(target.model)
    given = given_fields(target.fields, target.values)
    fields, problems = _fields(target, FieldPlanner(model, titles, given, around, location))
    problems += _filled_twice(target, model, location)
    problems += _not_mapped(model, given, location)
    problems += _constants(target, model, around.catalog.version, location)
    problems += _columns_gone(target, titles, location)
    usable, problem = _pattern(pattern, titles, location)
    if problem is not None:
        problems.append(problem)
    when = ""
    if target.when in titles:  # else a problem says that the column is gone
        when = target.when
    # Sorted, since the order in which a user gave the constants must not show in the files.
    values = dict(sorted(target.values.items()))
    return MappedTarget(name, model, usable, fields, values, when, target.role), problems


def _fields(target: TargetRecipe, planner: FieldPlanner) -> tuple[tuple[MappedField, ...], list[ExportProblem]]:
    """Return the fields in the order of the columns."""
    fields, problems = [], []
    for entry, spec in target.fields.items():
        try:
            fields.append(planner.plan(entry, spec))
        except FieldRefused as refused:
            problems.append(refused.problem)
    titles = list(planner.titles)

    def column(field: MappedField) -> int:
        return titles.index(field.source)

    # A stable sort: fields of one column stay in the order of the recipe.
    return tuple(sorted(fields, key=column)), problems


def _filled_twice(target: TargetRecipe, model: OdooModel, location: ProblemLocation) -> Iterator[ExportProblem]:
    # By the field's own name: `country_id` and `country_id/id` fill one field.
    columns_of: dict[str, list[str]] = {}
    for entry, spec in target.fields.items():
        columns_of.setdefault(entry.removesuffix("/id"), []).append(spec.source)
    constants = Counter(entry.removesuffix("/id") for entry in target.values)
    for name in dict.fromkeys((*columns_of, *constants)):
        columns = columns_of.get(name, [])
        count = len(columns) + constants[name]
        if count < 2:
            continue
        message = filled_twice(columns, field_label(name, model))
        column = "".join(columns[-1:])  # none where two constants fill it
        yield location.blocking("filled_twice", message, field=name, column=column, count=count)


def _not_mapped(model: OdooModel, given: Collection[str], location: ProblemLocation) -> Iterator[ExportProblem]:
    for field in required_fields.must_be_mapped(model, given):
        message = required_fields.not_mapped(field, model)
        yield location.blocking("required_not_mapped", message, field=field.import_name)


def _columns_gone(target: TargetRecipe, titles: Sequence[str], location: ProblemLocation) -> Iterator[ExportProblem]:
    for title in (*target.key, target.when):
        if title and title not in titles:
            yield location.blocking("missing_column", missing_column(title, titles), column=title)


def _pattern(
    pattern: str, titles: Sequence[str], location: ProblemLocation
) -> tuple[Pattern | None, ExportProblem | None]:
    if not pattern:
        message = "No column names the records: choose a key column, or columns that make up a key."
        return None, location.blocking("no_key", message)
    try:
        found = Pattern.read(pattern)
    except BadPattern as problem:
        return None, location.blocking("bad_pattern", str(problem), examples=(pattern,))
    module = found.literals[0].partition(".")[0]
    wrong = wrong_namespace(module)
    if wrong:
        message = f"The ID pattern '{pattern}' cannot be used: '{module}' {wrong}. Use a namespace of your own."
        return None, location.blocking("bad_pattern", message, examples=(pattern,))
    for title in found.placeholders:
        if title not in titles:
            message = f"The ID pattern '{pattern}' cannot be filled. {missing_column(title, titles)}"
            return None, location.blocking("pattern_column", message, column=title, examples=(pattern,))
    return found, None


def _constants(
    target: TargetRecipe, model: OdooModel, version: str, location: ProblemLocation
) -> Iterator[ExportProblem]:
    for entry, value in sorted(target.values.items()):
        field = model.field(entry)
        certain = True
        wrong = _wrong_constant(field, entry, value, version)
        if field is not None and not wrong:
            wrong = _missing_record(field, value, version)
            certain = is_certain(field.relation)
        if wrong:
            yield _bad_constant(location, model, entry, value, wrong, certain)
    yield from _constants_at_odds(target, model, version, location)


def _bad_constant(
    location: ProblemLocation, model: OdooModel, entry: str, value: str, wrong: str, certain: bool
) -> ExportProblem:
    """Return the problem of a constant; one that only may be wrong does not prevent the export."""
    message = f"The constant '{value}' for '{field_label(entry, model)}' {wrong}."
    if certain:
        return location.blocking("bad_constant", message, field=entry)
    return location.warning("bad_constant", message, field=entry)


def _wrong_constant(field: OdooField | None, entry: str, value: str, version: str) -> str:
    """Return what is wrong with a constant, as a predicate, "" where nothing is."""
    if field is None:
        return "fits no field that can be imported"
    if entry != field.import_name:
        return f"must be given as '{field.import_name}'"
    if not field.relational:
        if not value:  # fills nothing
            return ""
        return wrong_value(value_rules(field, version), value)
    if field_fault(field, entry, is_list=False):
        return "cannot fill it: map the lines to their own model"
    return wrong_references(value, several=field.type != "many2one")


def _missing_record(field: OdooField, value: str, version: str) -> str:
    """Return what is wrong with a constant that names a record which Odoo does not have, "" where it has it."""
    if not field.relational:
        return ""
    for one in value.split(","):
        if is_missing(one, field.relation, version):
            return names_nothing(one, f"Odoo {version.removesuffix('.0')}")
    return ""


def _constants_at_odds(
    target: TargetRecipe, model: OdooModel, version: str, location: ProblemLocation
) -> Iterator[ExportProblem]:
    """Yield the problems between constants alone, which every record has."""
    for rule in record_rules(model.name, [*target.fields, *target.values], version):
        if not set(rule.reads) <= set(target.values):
            continue
        wrong = rule.judge([target.values[name] for name in rule.reads])
        if wrong:
            value, certain = target.values[rule.column], rule.level == "error"
            yield _bad_constant(location, model, rule.column, value, wrong, certain)
