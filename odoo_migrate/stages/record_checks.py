"""The records of one payload, cell by cell: what Odoo would refuse, or store otherwise than meant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from odoo_migrate.catalog import Catalog, OdooField
from odoo_migrate.project import project_files
from odoo_migrate.project.payload import Payload, Record
from odoo_migrate.project.problems import Level, Problem, Problems
from odoo_migrate.project.project_files import ModelMapping
from odoo_migrate.project.project_reader import Project
from odoo_migrate.rules import field_needs
from odoo_migrate.rules.id_forms import wrong_id
from odoo_migrate.rules.row_rules import Rule, rules
from odoo_migrate.rules.value_rules import Check, caution, value_check
from odoo_migrate.stages.hierarchies import Hierarchy
from odoo_migrate.stages.reference_checks import ReferenceChecks, Target, Verdict
from odoo_migrate.stages.stage_progress import EVERY, Progress
from odoo_migrate.stages.unique_values import UniqueValues

_REMEMBERED = 65_536


@dataclass(frozen=True)
class Column:
    """A column of a payload: its place, import name, and the source column behind it ("" for a constant)."""

    place: int
    name: str
    title: str


class RecordChecks:
    """Checks the payload of `mapping`. `line` tells the line of a field in the mapping's file."""

    def __init__(
        self, found: Project, known: Catalog, mapping: ModelMapping, line: Callable[[str], int], problems: Problems
    ) -> None:
        self.found, self.mapping, self.line, self.problems = found, mapping, line, problems
        self.version = known.version
        self.model = known.model(mapping.model) if mapping.model in known else None
        self.file = f"{project_files.RAW}/{found.source(mapping.name)}"
        self.columns = [Column(place, name, entry.source) for place, (name, entry) in enumerate(mapping.fields.items())]
        self.key = mapping.id.partition("{")[2].partition("}")[0]
        self._values = list(self._checks(lambda field: value_check(field, known.version)))
        self._cautions = list(self._checks(caution))
        self._cautious: dict[tuple[str, str], Problem] = {}  # the first of each column and kind
        self._counts: Counter[tuple[str, str]] = Counter()
        self._needed = [(column, field) for column, field in self._fields() if self._is_needed(field)]

    def run(
        self,
        payload: Payload,
        references: ReferenceChecks,
        unique: UniqueValues,
        hierarchy: Hierarchy | None,
        progress: Progress,
    ) -> None:
        """All records. Raises FormatError where the payload is damaged."""
        judges = list(self._references(references))
        fields = {column.name: column for column in self.columns}
        of_rows = rules(self.mapping.model, {name: column.place for name, column in fields.items()}, self.version)
        once = [
            (column, field.name) for column, field in self._fields() if unique.wants(self.mapping.model, field.name)
        ]
        for record in payload.records():
            if wrong := wrong_id(record.id):
                self._add(wrong, record, self.key, record.id)
            self._check_values(record)
            for column, judge, is_parent in judges:
                self._check_reference(record, column, judge, hierarchy if is_parent else None)
            for rule in of_rows:
                self._check_rule(rule, record)
            for column, name in once:
                if wrong := unique.take(self.mapping, name, record.values[column.place], record.row, self.file):
                    self._add(wrong, record, column.title, record.values[column.place])
            if not record.place % EVERY:
                progress(self.mapping.name, record.place, payload.count)
        self._sum_up()
        progress(self.mapping.name, payload.count, payload.count)

    def _fields(self) -> Iterator[tuple[Column, OdooField]]:
        """The columns that fill a known field, with it; those of a constant are checked with the mapping."""
        for column in self.columns:
            field = self.model.field(column.name) if self.model else None
            if field is not None and column.title:
                yield column, field

    def _checks(self, check_of: Callable[[OdooField], Check | None]) -> Iterator[tuple[Column, Check]]:
        for column, field in self._fields():
            check = check_of(field)
            if check is not None:
                yield column, lru_cache(_REMEMBERED)(check)

    def _is_needed(self, field: OdooField) -> bool:
        return self.model is not None and field_needs.needed(self.model, field, self.mapping)

    def _references(self, references: ReferenceChecks) -> Iterator[tuple[Column, Callable[[str], Verdict], bool]]:
        """(column, what judges its cells, whether it names the parent)."""
        for column in self.columns:
            if not column.name.endswith("/id"):
                continue
            field = self.model.field(column.name) if self.model else None
            several = field is None or field.type != "many2one"
            judge = references.of_column(Target(field.relation if field else "", several))
            if column.title:
                yield column, judge, field_needs.hierarchical(self.mapping.model, column.name)
            else:
                self._check_constant(column, judge)

    def _check_constant(self, column: Column, judge: Callable[[str], Verdict]) -> None:
        value = self.mapping.fields[column.name].value
        if value and (verdict := judge(value)).message:
            shown = f"{project_files.MAPPINGS}/{self.mapping.name}.yml"
            problem = Problem(shown, verdict.message, self.line(column.name), value=value, level=verdict.level)
            self.problems.add(problem)

    def _check_values(self, record: Record) -> None:
        for column, check in self._values:
            cell = record.values[column.place]
            if cell and (wrong := check(cell)):
                self._add(wrong, record, column.title, cell)
        for column, check in self._cautions:
            cell = record.values[column.place]
            if cell and (wrong := check(cell)):
                self._be_cautious(wrong, record, column.title, cell)
        for column, field in self._needed:
            if not record.values[column.place].strip():
                message = f"it is empty, but Odoo needs '{field.label}' for every record of {self.mapping.model}."
                self._add(message, record, column.title)

    def _check_reference(
        self, record: Record, column: Column, judge: Callable[[str], Verdict], hierarchy: Hierarchy | None
    ) -> None:
        cell = record.values[column.place]
        if not cell:
            return
        verdict = judge(cell)
        if verdict.message:
            self._add(verdict.message, record, column.title, cell, verdict.level)
        elif hierarchy is not None:
            for owner in verdict.owners:
                hierarchy.add(self.mapping.name, record.place, owner)

    def _check_rule(self, rule: Rule, record: Record) -> None:
        if wrong := rule.judge(record.values):
            cell, title = record.values[rule.place], self.columns[rule.place].title
            if rule.level == "error":
                self._add(wrong, record, title, cell)
            else:
                self._be_cautious(wrong, record, title, cell)

    def _be_cautious(self, message: str, record: Record, column: str, value: str) -> None:
        """Warn of the first cell only: what Odoo does by itself, it does to many."""
        kind = (column, message)
        self._counts[kind] += 1
        if kind not in self._cautious:
            self._cautious[kind] = Problem(self.file, message, 0, record.row, column, value, "warning")

    def _sum_up(self) -> None:
        for kind, first in self._cautious.items():
            more = self._counts[kind] - 1
            message = f"{first.message.removesuffix('.')} {_and_more(more)}." if more else first.message
            self.problems.add(replace(first, message=message))

    def _add(self, message: str, record: Record, column: str, value: str = "", level: Level = "error") -> None:
        self.problems.add(Problem(self.file, message, row=record.row, column=column, value=value, level=level))


def _and_more(count: int) -> str:
    return "(and 1 more row)" if count == 1 else f"(and {count:,} more rows)"
