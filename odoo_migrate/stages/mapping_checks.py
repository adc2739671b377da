"""Check a mapping against the catalog of the project's Odoo version: its model, its fields, and what is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from odoo_migrate import catalog
from odoo_migrate.catalog import Catalog, OdooField, OdooModel
from odoo_migrate.project import project_definition
from odoo_migrate.project.nearest_names import nearest_spelling
from odoo_migrate.project.problems import Level, Problem
from odoo_migrate.project.project_definition import FieldEntry, ModelMapping
from odoo_migrate.project.project_reader import Project
from odoo_migrate.rules import as_sentence, required_fields
from odoo_migrate.rules.import_columns import field_fault, filled_twice, refers_to_another_kind
from odoo_migrate.rules.reference_rules import wrong_namespace, wrong_references
from odoo_migrate.rules.renamed_fields import renamed_field
from odoo_migrate.rules.value_rules import value_rules, wrong_value
from odoo_migrate.stages.project_mappings import given_fields, model_label, records_label

# How alike a name must be to be suggested, out of 100.
_ALIKE_MODELS, _ALIKE_FIELDS = 85, 75


class MappingChecks:
    """Check one mapping of the project; `line` returns the line of a field in its file."""

    def __init__(self, found: Project, known: Catalog, mapping: ModelMapping, line: Callable[[str], int]) -> None:
        """Keep what the mapping is checked against."""
        self.found, self.catalog, self.mapping, self.line = found, known, mapping, line
        self.version = known.version.removesuffix(".0")
        self.file = f"{project_definition.MAPPINGS}/{mapping.name}.yml"

    def problems(self) -> Iterator[Problem]:
        """Yield all that is wrong with the mapping."""
        yield from self._namespace()
        if self.mapping.model not in self.catalog:
            yield self._unknown_model()
            return  # nothing is known of its fields
        model, given = self.catalog.model(self.mapping.model), given_fields(self.mapping)
        for name, entry in self.mapping.fields.items():
            yield from self._field(model, name, entry)
        yield from self._filled_twice(model)
        for field in required_fields.must_be_mapped(model, given):
            yield self._problem(required_fields.not_mapped(field, model))
        does = required_fields.name_alone(model.name, given)
        if does:
            yield self._problem(f"its records have a name and nothing else; {does}.", level="warning")

    def _problem(self, message: str, field: str = "", level: Level = "error", value: str = "") -> Problem:
        line = self.line(field) if field else 0
        return Problem(self.file, message, line, value=value, level=level)

    def _namespace(self) -> Iterator[Problem]:
        module = self.mapping.id.partition(".")[0]
        wrong = wrong_namespace(module)
        if wrong:
            yield self._problem(f"'{module}' {wrong}. Use a namespace of your own.")

    def _unknown_model(self) -> Problem:
        model = self.mapping.model
        others = [one for one in catalog.VERSIONS if model in catalog.load(one)]
        if others:
            there = ", ".join(one.removesuffix(".0") for one in others)
            return self._problem(f"Odoo {self.version} has no model '{model}'; it is in Odoo {there}.")
        near = nearest_spelling(model, self.catalog.names(), at_least=_ALIKE_MODELS)
        hint = " If a module of yours brings it, check with --against-odoo."
        if near:
            hint = f" Did you mean '{near}'?"
        message = f"the catalog of Odoo {self.version} does not know the model '{model}', so nothing of it was checked."
        return self._problem(message + hint, level="warning")

    def _filled_twice(self, model: OdooModel) -> Iterator[Problem]:
        """Yield what is filled as `country_id` and as `country_id/id`: that is one field."""
        for name, entry in self.mapping.fields.items():
            other = self.mapping.fields.get(name.removesuffix("/id"))
            if not name.endswith("/id") or other is None:
                continue
            titles = [one.source for one in (other, entry) if one.value is None]
            field = model.field(name)
            label = name.removesuffix("/id")
            if field is not None:
                label = field.label
            yield self._problem(filled_twice(titles, label), name)

    def _field(self, model: OdooModel, name: str, entry: FieldEntry) -> Iterator[Problem]:
        field = model.field(name)
        if field is None:
            yield self._unknown_field(model, name)
            return
        fault = field_fault(field, name, is_list=bool(entry.separator))
        if fault is not None:
            yield self._problem(fault.sentence, name)
            return
        if name.endswith("/id") and not field.relational:
            yield self._problem(f"'{field.name}' holds a plain value, not a record: map it as '{field.name}'.", name)
            return
        wrong = self._wrong_constant(field, entry)
        if wrong:
            yield self._problem(as_sentence(wrong), name, value=entry.value or "")
            return
        if not entry.ref:
            return
        other = self.found.mappings[entry.ref]
        if other.model != field.relation:
            needed, given = model_label(self.catalog, field.relation), records_label(self.catalog, other)
            yield self._problem(refers_to_another_kind(field, needed, given), name)

    def _wrong_constant(self, field: OdooField, entry: FieldEntry) -> str:
        """Return what is wrong with the form of a constant; which record it names, the record checks look up."""
        if not entry.value:
            return ""
        if field.relational:
            return wrong_references(entry.value, several=field.type != "many2one")
        return wrong_value(value_rules(field, self.catalog.version), entry.value)

    def _unknown_field(self, model: OdooModel, name: str) -> Problem:
        stem = name.removesuffix("/id")
        what = f"Odoo {self.version} has no field '{stem}' on {model.name} that can be written"
        if stem.startswith("x_"):  # as Odoo names the fields that users add
            message = f"{what} by itself; if it is a field of yours, check with --against-odoo."
            return self._problem(message, name, "warning")
        return self._problem(f"{what}.{self._hint(model, stem)}", name)

    def _hint(self, model: OdooModel, stem: str) -> str:
        """Return what to do about a field that the model lacks, "" where nothing is known of it."""
        renamed = renamed_field(model, stem)
        if renamed is not None:
            return f" It is called '{renamed.import_name}' there."
        near = nearest_spelling(stem, list(model.fields), at_least=_ALIKE_FIELDS)
        if near:
            return f" Did you mean '{model.fields[near].import_name}'?"
        others = [one.removesuffix(".0") for one in catalog.VERSIONS if _has(one, model.name, stem)]
        if not others:
            return ""
        return f" Odoo {', '.join(others)} has it."


def _has(version: str, model: str, field: str) -> bool:
    known = catalog.load(version)
    return model in known and field in known.model(model).fields
