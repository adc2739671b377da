"""A mapping against the catalog of the project's Odoo version: its model, its fields, and what is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from odoo_migrate import catalog
from odoo_migrate.catalog import Catalog, OdooField, OdooModel
from odoo_migrate.project import project_files
from odoo_migrate.project.nearest_names import nearest_spelling
from odoo_migrate.project.problems import Level, Problem
from odoo_migrate.project.project_files import FieldEntry, ModelMapping
from odoo_migrate.project.project_reader import Project
from odoo_migrate.rules import model_needs, shipped_records
from odoo_migrate.rules.id_forms import wrong_reference
from odoo_migrate.rules.value_rules import value_check

# How alike a name must be to be suggested, out of 100.
_ALIKE_MODELS, _ALIKE_FIELDS = 85, 75
# Names that changed between versions, by model, both ways.
_RENAMED = {
    "sale.order.line": [("product_uom", "product_uom_id"), ("tax_id", "tax_ids")],
    "purchase.order.line": [("product_uom", "product_uom_id"), ("taxes_id", "tax_ids")],
    "res.users": [("groups_id", "group_ids")],
    "hr.employee": [("gender", "sex")],
    "account.account": [("company_id", "company_ids")],
    "project.task": [("planned_hours", "allocated_hours"), ("kanban_state", "state")],
}


class MappingChecks:
    """Checks one mapping of the project; `line` tells the line of a field in its file."""

    def __init__(self, found: Project, known: Catalog, mapping: ModelMapping, line: Callable[[str], int]) -> None:
        self.found, self.catalog, self.mapping, self.line = found, known, mapping, line
        self.version = known.version.removesuffix(".0")
        self.file = f"{project_files.MAPPINGS}/{mapping.name}.yml"

    def problems(self) -> Iterator[Problem]:
        yield from self._namespace()
        if self.mapping.model not in self.catalog:
            yield self._unknown_model()
            return
        model = self.catalog.model(self.mapping.model)
        for name, entry in self.mapping.fields.items():
            yield from self._field(model, name, entry)
        yield from self._twice()
        for field in model_needs.must_be_mapped(model, [name.removesuffix("/id") for name in self.mapping.fields]):
            message = f"Odoo needs '{field.label}' for every {model.label}; a field '{field.import_name}' is missing."
            yield self._problem(message)

    def _problem(self, message: str, field: str = "", level: Level = "error", value: str = "") -> Problem:
        return Problem(self.file, message, self.line(field) if field else 0, value=value, level=level)

    def _namespace(self) -> Iterator[Problem]:
        module = self.mapping.id.partition(".")[0]
        if module in shipped_records.modules():
            yield self._problem(
                f"'{module}' is a module of Odoo; updating it deletes the records under its name that it did not bring "
                "along. Use a namespace of your own."
            )

    def _unknown_model(self) -> Problem:
        model, others = self.mapping.model, [one for one in catalog.VERSIONS if self.mapping.model in catalog.load(one)]
        if others:
            there = ", ".join(one.removesuffix(".0") for one in others)
            return self._problem(f"Odoo {self.version} has no model '{model}'; it is in Odoo {there}.")
        near = nearest_spelling(model, self.catalog.names(), at_least=_ALIKE_MODELS)
        hint = f" Did you mean '{near}'?" if near else " If a module of yours brings it, check with --against-odoo."
        message = f"the catalog of Odoo {self.version} does not know the model '{model}', so nothing of it was checked."
        return self._problem(message + hint, level="warning")

    def _twice(self) -> Iterator[Problem]:
        """`country_id` and `country_id/id` are one field."""
        for name in self.mapping.fields:
            if name.endswith("/id") and name.removesuffix("/id") in self.mapping.fields:
                yield self._problem(f"'{name.removesuffix('/id')}' is filled twice.", name)

    def _field(self, model: OdooModel, name: str, entry: FieldEntry) -> Iterator[Problem]:
        field = model.field(name)
        if field is None:
            yield self._unknown_field(model, name)
        elif name.endswith("/id") and not field.relational:
            yield self._problem(f"'{field.name}' holds a plain value, not a record: map it as '{field.name}'.", name)
        elif field.relational and not name.endswith("/id"):
            message = f"'{field.label}' points to other records; map it as '{field.import_name}' with external IDs."
            yield self._problem(message, name)
        elif field.type == "one2many":
            message = f"'{field.label}' is filled from the other side: map the lines to {field.relation}."
            yield self._problem(message, name)
        elif field.relational:
            yield from self._relation(field, name, entry)
        elif entry.value:
            check = value_check(field, self.catalog.version)
            if check is not None and (wrong := check(entry.value)):
                yield self._problem(wrong, name, value=entry.value)

    def _unknown_field(self, model: OdooModel, name: str) -> Problem:
        stem = name.removesuffix("/id")
        what = f"Odoo {self.version} has no field '{stem}' on {model.name} that can be written"
        if stem.startswith("x_"):
            return self._problem(
                f"{what} by itself; if it is a field of yours, check with --against-odoo.", name, "warning"
            )
        return self._problem(f"{what}.{self._hint(model, stem)}", name)

    def _hint(self, model: OdooModel, stem: str) -> str:
        for pair in _RENAMED.get(model.name, ()):
            other = next((one for one in pair if one != stem), "")
            if stem in pair and other in model.fields:
                return f" It is called '{model.fields[other].import_name}' there."
        near = nearest_spelling(stem, list(model.fields), at_least=_ALIKE_FIELDS)
        if near:
            return f" Did you mean '{model.fields[near].import_name}'?"
        others = [one for one in catalog.VERSIONS if self._has(one, model.name, stem)]
        return f" Odoo {', '.join(one.removesuffix('.0') for one in others)} has it." if others else ""

    def _has(self, version: str, model: str, stem: str) -> bool:
        known = catalog.load(version)
        return model in known and stem in known.model(model).fields

    def _relation(self, field: OdooField, name: str, entry: FieldEntry) -> Iterator[Problem]:
        if entry.separator and field.type == "many2one":
            yield self._problem(f"'{field.label}' holds one record, so its cells cannot be lists.", name)
        if entry.ref and (other := self.found.mappings[entry.ref].model) != field.relation:
            message = f"'{field.label}' needs records of {field.relation}, but '{entry.ref}' are {other}."
            yield self._problem(message, name)
        if entry.value:
            for one in entry.value.split(","):
                if wrong := wrong_reference(one):
                    yield self._problem(wrong, name, value=one)
