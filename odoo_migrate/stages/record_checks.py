"""Check the records of one payload, cell by cell: what Odoo would refuse, or store otherwise than meant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from typing import NamedTuple

from odoo_migrate.catalog import Catalog, OdooField
from odoo_migrate.project import project_definition
from odoo_migrate.project.external_ids import is_empty
from odoo_migrate.project.payload import Payload, Record
from odoo_migrate.project.problems import Level, Problem, Problems
from odoo_migrate.project.project_definition import ModelMapping
from odoo_migrate.project.project_reader import Project
from odoo_migrate.rules import as_clause, as_sentence, required_fields
from odoo_migrate.rules.cell_combinations import RecordRule, record_rules
from odoo_migrate.rules.hierarchies import forbids_circles
from odoo_migrate.rules.reference_rules import wrong_id, wrong_references
from odoo_migrate.rules.unique_values import not_unique, unique_group
from odoo_migrate.rules.value_rules import ValueRule, value_cautions, value_rules, wrong_value
from odoo_migrate.stages.project_ids import Owner
from odoo_migrate.stages.project_mappings import field_of, given_fields
from odoo_migrate.stages.reference_checks import Hierarchy, ReferenceChecks, ReferenceTarget, ReferenceVerdict
from odoo_migrate.stages.stage_progress import EVERY, StageProgress

_REMEMBERED = 65_536  # cells of a column that are not judged again

ValueCheck = Callable[[str], str]
ReferenceJudge = Callable[[str], ReferenceVerdict]


class PayloadColumn(NamedTuple):
    """Hold a column of a payload: its index, import name, and the source column behind it ("" for a constant)."""

    place: int
    name: str
    title: str


class _ReferenceColumn(NamedTuple):
    """Hold a column of references, what judges its cells, and whether circles through it are forbidden."""

    column: PayloadColumn
    judge: ReferenceJudge
    in_tree: bool


class _RecordCheck(NamedTuple):
    """Hold a rule over several cells, with the indices of the columns that it reads."""

    rule: RecordRule
    blamed: PayloadColumn
    places: tuple[int, ...]


class UniqueValues:
    """Hold the values of fields of which Odoo wants each only once, among the records of all mappings.

    They are remembered by their hashes: ten million of them have two alike by chance once in 370,000 times.
    """

    def __init__(self) -> None:
        """Start without any value."""
        self._seen: dict[int, tuple[int, str]] = {}

    def other_owner(self, group: Hashable, value: str, record: str, where: str) -> str:
        """Return where another record of `group` has the value already, "" where none has.

        Several rows, even of several mappings, may be about one record: they have one external ID.
        """
        first = self._seen.setdefault(hash((group, value)), (hash(record), where))
        return "" if first[0] == hash(record) else first[1]


class RecordChecks:
    """Check the payload of `mapping`; `line` returns the line of a field in the mapping's file."""

    def __init__(
        self, found: Project, known: Catalog, mapping: ModelMapping, line: Callable[[str], int], problems: Problems
    ) -> None:
        """Find the rules that hold for the mapping's columns."""
        self.found, self.known, self.mapping, self.line, self.problems = found, known, mapping, line, problems
        self.file = f"{project_definition.RAW}/{found.source(mapping.name)}"
        self.columns: list[PayloadColumn] = []
        for place, (name, entry) in enumerate(mapping.fields.items()):
            self.columns.append(PayloadColumn(place, name, entry.source))
        self.key = mapping.id.partition("{")[2].partition("}")[0]
        fields = list(self._fields())
        version, timezone = known.version, found.settings.timezone
        # What holds for no cell of the mapping is left out here, so that nothing is asked of each record in vain.
        self._values = list(_checks(fields, partial(value_rules, version=version)))
        self._cautions = list(_checks(fields, partial(value_cautions, timezone=timezone)))
        self._needed = [one for one in fields if self._is_needed(one[1])]
        self._unique = [one for one in fields if unique_group(mapping.model, one[1].name)]
        self._records = list(self._record_checks())
        self._first_warnings: dict[tuple[str, str], Problem] = {}  # by column and message
        self._counts: Counter[tuple[str, str]] = Counter()

    def run(
        self,
        payload: Payload,
        references: ReferenceChecks,
        unique: UniqueValues,
        hierarchy: Hierarchy,
        progress: StageProgress,
    ) -> None:
        """Check all records. Raises FormatError where the payload is damaged."""
        reference_columns = list(self._reference_columns(references, hierarchy, payload.count))
        for record in payload.records():
            wrong = wrong_id(record.id)
            if wrong:
                self._add(wrong, record, self.key, record.id)
            self._check_values(record)
            for one in reference_columns:
                self._check_reference(record, one, hierarchy)
            for check in self._records:
                self._check_record(check, record)
            for column, field in self._unique:
                self._check_unique(record, column, field, unique)
            if not record.place % EVERY:
                progress(self.mapping.name, record.place, payload.count)
        self._sum_up()
        progress(self.mapping.name, payload.count, payload.count)

    def _fields(self) -> Iterator[tuple[PayloadColumn, OdooField]]:
        """Yield the columns that fill a known field, with it; a constant is checked with the mapping."""
        for column in self.columns:
            field = field_of(self.known, self.mapping, column.name)
            if field is not None and column.title:
                yield column, field

    def _is_needed(self, field: OdooField) -> bool:
        return required_fields.needed(self.known.model(self.mapping.model), field, given_fields(self.mapping))

    def _record_checks(self) -> Iterator[_RecordCheck]:
        by_name = {column.name: column for column in self.columns}
        for rule in record_rules(self.mapping.model, by_name, self.known.version):
            places = tuple(by_name[name].place for name in rule.reads)
            yield _RecordCheck(rule, by_name[rule.column], places)

    def _reference_columns(
        self, references: ReferenceChecks, hierarchy: Hierarchy, count: int
    ) -> Iterator[_ReferenceColumn]:
        """Yield the columns whose cells name records; a constant is judged once for all `count` records."""
        for column in self.columns:
            if not column.name.endswith("/id"):
                continue
            field = field_of(self.known, self.mapping, column.name)
            several = field is None or field.type != "many2one"
            # What the catalog does not know (a field of a module of one's own) may name records of any model.
            model = field.relation if field is not None else ""
            judge = references.of_column(ReferenceTarget(model, several))
            in_tree = forbids_circles(self.mapping.model, column.name)
            if column.title:
                yield _ReferenceColumn(column, judge, in_tree)
                continue
            owners = self._check_constant(column, judge, several=several)
            if in_tree:
                self._add_parents(hierarchy, count, owners)

    def _check_constant(self, column: PayloadColumn, judge: ReferenceJudge, *, several: bool) -> tuple[Owner, ...]:
        """Return the records of the project that a constant names; its form was checked with the mapping."""
        value = self.mapping.fields[column.name].value
        if not value or wrong_references(value, several=several):
            return ()
        verdict = judge(value)
        if verdict.predicate:
            file = f"{project_definition.MAPPINGS}/{self.mapping.name}.yml"
            message = as_sentence(verdict.predicate)
            self.problems.add(Problem(file, message, self.line(column.name), value=value, level=verdict.level))
        return verdict.owners

    def _add_parents(self, hierarchy: Hierarchy, count: int, owners: Sequence[Owner]) -> None:
        """Note the parents that a constant gives to all records: one of them may be its own parent then."""
        for owner in owners:
            for place in range(count):
                hierarchy.add(self.mapping.name, place, owner)

    def _check_values(self, record: Record) -> None:
        for column, check in self._values:
            cell = record.values[column.place]
            if not cell:
                continue
            wrong = check(cell)
            if wrong:
                self._add(wrong, record, column.title, cell)
        for column, check in self._cautions:
            cell = record.values[column.place]
            if not cell:
                continue
            wrong = check(cell)
            if wrong:
                self._warn(as_sentence(wrong), record, column.title, cell)
        for column, field in self._needed:
            if is_empty(record.values[column.place]):
                self._add(required_fields.empty(field), record, column.title)

    def _check_reference(self, record: Record, one: _ReferenceColumn, hierarchy: Hierarchy) -> None:
        cell = record.values[one.column.place]
        if not cell:
            return
        verdict = one.judge(cell)
        if verdict.predicate:
            self._add(verdict.predicate, record, one.column.title, cell, verdict.level)
        elif one.in_tree:
            for owner in verdict.owners:
                hierarchy.add(self.mapping.name, record.place, owner)

    def _check_record(self, check: _RecordCheck, record: Record) -> None:
        wrong = check.rule.judge([record.values[place] for place in check.places])
        if not wrong:
            return
        message = as_sentence(wrong)
        if check.rule.is_clause:
            message = as_clause(wrong)
        cell, title = record.values[check.blamed.place], check.blamed.title
        if check.rule.level == "error":
            self.problems.add(Problem(self.file, message, row=record.row, column=title, value=cell))
        else:
            self._warn(message, record, title, cell)

    def _check_unique(self, record: Record, column: PayloadColumn, field: OdooField, unique: UniqueValues) -> None:
        value = record.values[column.place]
        if not value:
            return
        group = (field.name, unique_group(self.mapping.model, field.name))
        other = unique.other_owner(group, value, record.id, f"row {record.row} of {self.file}")
        if other:
            message = f"{not_unique(field.label)}: {other}."
            self.problems.add(Problem(self.file, message, row=record.row, column=column.title, value=value))

    def _warn(self, message: str, record: Record, column: str, value: str) -> None:
        """Warn of the first cell only: what Odoo changes by itself, it changes in many records."""
        kind = (column, message)
        self._counts[kind] += 1
        if kind not in self._first_warnings:
            self._first_warnings[kind] = Problem(self.file, message, 0, record.row, column, value, "warning")

    def _sum_up(self) -> None:
        for kind, first in self._first_warnings.items():
            more, message = self._counts[kind] - 1, first.message
            if more:
                message = f"{message.removesuffix('.')} {_and_more(more)}."
            self.problems.add(replace(first, message=message))

    def _add(self, predicate: str, record: Record, column: str, value: str = "", level: Level = "error") -> None:
        message = as_sentence(predicate)
        self.problems.add(Problem(self.file, message, row=record.row, column=column, value=value, level=level))


def _checks(
    fields: Sequence[tuple[PayloadColumn, OdooField]], rules_of: Callable[[OdooField], Sequence[ValueRule]]
) -> Iterator[tuple[PayloadColumn, ValueCheck]]:
    for column, field in fields:
        rules = rules_of(field)
        if rules:
            yield column, lru_cache(_REMEMBERED)(partial(wrong_value, rules))


def _and_more(count: int) -> str:
    if count == 1:
        return "(and 1 more row)"
    return f"(and {count:,} more rows)"
