"""The fields of one target, checked against what the Odoo version has and what the sheet holds."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.bundle.export_problems import ExportProblem, ProblemLocation, listed, model_label
from engine.bundle.lookup_tables import LookupTable, shipped_table
from engine.recipe import FieldSpec
from odoo_migrate.catalog import Catalog, OdooField, OdooModel
from odoo_migrate.project.file_names import given_name
from odoo_migrate.project.nearest_names import ALIKE_FIELDS, did_you_mean, nearest
from odoo_migrate.rules import required_fields
from odoo_migrate.rules.import_columns import field_fault, mapping_label, refers_to_another_kind


@dataclass(frozen=True)
class MappingKey:
    """Hold what references to a mapping need: its model, and the columns of its key (none: it has no usable one)."""

    model: str
    key: tuple[str, ...]


@dataclass
class PlanContext:
    """Hold what a target is planned with.

    Attributes:
        catalog: Of the version of Odoo.
        tables: Lookup tables by name; those of Odoo's own records are added when a field asks for them.
        mappings: What fields may refer to, by name.
    """

    catalog: Catalog
    tables: dict[str, LookupTable]
    mappings: Mapping[str, MappingKey]

    def called(self, mapping: str) -> str:
        """Return what one of `mappings` is called in a sentence."""
        model = self.mappings[mapping].model
        return mapping_label(mapping, model, model_label(model, self.catalog))


@dataclass(frozen=True)
class MappedField:
    """Hold how a field of a model is filled.

    Attributes:
        field: The field.
        source: Title of the column that fills it.
        lookup: Name of the table that translates the cells, "" for none.
        ref: Name of the mapping whose keys the cells hold, "" for none.
        separator: What stands between keys where a cell holds several, "" where it holds one.
        refused: Whether an empty cell cannot be stored.
    """

    field: OdooField
    source: str
    lookup: str = ""
    ref: str = ""
    separator: str = ""
    refused: bool = False

    @property
    def name(self) -> str:
        """Return the name under which the field is imported."""
        return self.field.import_name


class FieldRefused(Exception):
    """Refuse a field that cannot be filled as the recipe says."""

    def __init__(self, problem: ExportProblem) -> None:
        """Take the problem that says why."""
        super().__init__(problem.message)
        self.problem = problem


@dataclass(frozen=True)
class FieldPlanner:
    """Plan the fields of one target.

    Attributes:
        model: That the target fills.
        titles: Of the sheet's columns.
        given: Names of all fields that the target fills.
        around: What is known of the other mappings.
        location: Where problems are.
    """

    model: OdooModel
    titles: Sequence[str]
    given: Collection[str]
    around: PlanContext
    location: ProblemLocation

    def plan(self, entry: str, spec: FieldSpec) -> MappedField:
        """Return how a field is filled; `entry` is its name in the recipe. Raises FieldRefused."""
        field = self._field(entry, spec)
        if spec.source not in self.titles:
            raise self._no("missing_column", missing_column(spec.source, self.titles), field, spec)
        # Which fields may stay empty depends on what else the target fills.
        refused = required_fields.refuses_empty(self.model, field, self.given)
        if not field.relational:
            self._check_plain(field, spec)
            return MappedField(field, spec.source, refused=refused)
        self._check_relation(entry, field, spec)
        # A reference holds keys of this project's records, which no table need translate.
        lookup = ""
        if not spec.ref:
            lookup = self._table(field, spec).name
        return MappedField(field, spec.source, lookup, spec.ref, spec.separator, refused)

    def _no(self, kind: str, message: str, field: OdooField | None, spec: FieldSpec, **more: Any) -> FieldRefused:
        name = ""
        if field is not None:
            name = field.import_name
        return FieldRefused(self.location.blocking(kind, message, field=name, column=spec.source, **more))

    def _field(self, entry: str, spec: FieldSpec) -> OdooField:
        field = self.model.field(entry)
        # Odoo imports external IDs into relations alone; `name/id` would be refused on loading.
        if field is None or (entry.endswith("/id") and not field.relational):
            raise self._no("unknown_field", self._unknown(entry), None, spec, examples=(entry,))
        return field

    def _unknown(self, entry: str) -> str:
        version = self.around.catalog.version.removesuffix(".0")
        names = [field.import_name for field in self.model.fields.values()]
        message = f"Odoo {version} has no field '{entry}' on {self.model.label} that can be imported."
        near = nearest(entry, names, at_least=ALIKE_FIELDS)
        if not near:
            return message
        return f"{message} Did you mean '{near}'?"

    def _check_plain(self, field: OdooField, spec: FieldSpec) -> None:
        if spec.lookup or spec.ref or spec.separator:
            # A recipe that says so means another field; what it asks for is not dropped without a word.
            message = f"'{field.label}' holds plain values; a lookup, a reference or a separator cannot fill it."
            raise self._no("plain_field", message, field, spec)

    def _check_relation(self, entry: str, field: OdooField, spec: FieldSpec) -> None:
        fault = field_fault(field, entry, is_list=bool(spec.separator))
        if fault is not None:
            raise self._no(fault.kind, fault.sentence, field, spec)
        if spec.ref:
            self._check_ref(field, spec)

    def _check_ref(self, field: OdooField, spec: FieldSpec) -> None:
        found = self.around.mappings.get(spec.ref)
        if found is None:
            known = listed(sorted(map(self.around.called, self.around.mappings)))
            meant = model_label(spec.ref, self.around.catalog)
            message = f"'{field.label}' refers to {meant}, which this migration lacks; it has {known}."
            raise self._no("unknown_ref", message, field, spec)
        if found.model != field.relation:
            needed, given = model_label(field.relation, self.around.catalog), self.around.called(spec.ref)
            raise self._no("wrong_model", refers_to_another_kind(field, needed, given), field, spec)
        if found.key and len(found.key) != 1:
            # A cell holds one text, and its hash is compared with that of the whole key.
            given = self.around.called(spec.ref)
            message = f"'{field.label}' refers to {given}, whose ID takes several columns; a cell names one."
            raise self._no("wide_key", message, field, spec)

    def _table(self, field: OdooField, spec: FieldSpec) -> LookupTable:
        """Return the lookup table of a relational field; Odoo's own records where the recipe names none."""
        tables = self.around.tables
        shipped = shipped_table(field.relation, self.around.catalog.version)
        name = given_name(spec.lookup)
        if shipped is not None and name in ("", shipped.name):
            name = shipped.name
            # The recipe may describe a table of that name itself, which then holds its own decisions.
            tables.setdefault(name, shipped)
        if name not in tables:
            raise self._no("no_lookup", self._no_table(field, spec), field, spec)
        if tables[name].model != field.relation:
            needed = model_label(field.relation, self.around.catalog)
            given = model_label(tables[name].model, self.around.catalog)
            message = f"'{field.label}' needs records of {needed}, but the lookup '{name}' has those of {given}."
            raise self._no("wrong_model", message, field, spec)
        return tables[name]

    def _no_table(self, field: OdooField, spec: FieldSpec) -> str:
        if spec.lookup:
            return f"'{field.label}' uses the lookup '{spec.lookup}', which the recipe does not describe."
        needed = model_label(field.relation, self.around.catalog)
        return f"'{field.label}' points to records of {needed}: say which with a lookup or a reference."


def missing_column(title: str, titles: Sequence[str]) -> str:
    """Return the sentence for a column that is not there, with the likeliest title that is."""
    return f"The sheet has no column '{title}'{did_you_mean(title, titles, at_least=ALIKE_FIELDS)}"
