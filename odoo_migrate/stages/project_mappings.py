"""Read off a project's mappings what several stages ask of them."""

from __future__ import annotations

from collections.abc import Iterator

from odoo_migrate import catalog
from odoo_migrate.catalog import Catalog, OdooField
from odoo_migrate.project import project_definition
from odoo_migrate.project.external_ids import Pattern
from odoo_migrate.project.project_definition import ModelMapping
from odoo_migrate.project.project_reader import Project
from odoo_migrate.project.yaml_text import FormatError
from odoo_migrate.rules import import_columns


def catalog_of(found: Project) -> Catalog:
    """Return the catalog of the project's Odoo version. Raises FormatError for a version that is not known."""
    try:
        return catalog.load(catalog.checked_version(found.settings.odoo_version))
    except catalog.UnknownVersion as problem:
        raise FormatError(str(problem), project_definition.SETTINGS_FILE) from problem


def columns(mapping: ModelMapping) -> Iterator[tuple[str, str]]:
    """Yield (title, what it is for) of every column that a mapping reads; a title may come several times."""
    for title in Pattern.read(mapping.id).placeholders:
        yield title, "the external ID"
    if mapping.when:
        yield mapping.when, "'when'"
    for name, entry in mapping.fields.items():
        if entry.value is None:
            yield entry.source, f"'{name}'"


def given_fields(mapping: ModelMapping) -> frozenset[str]:
    """Return the names of the fields that a mapping fills; one with an empty constant is not among them."""
    columns = [name for name, entry in mapping.fields.items() if entry.value is None]
    constants = {name: entry.value for name, entry in mapping.fields.items() if entry.value is not None}
    return import_columns.given_fields(columns, constants)


def field_of(known: Catalog, mapping: ModelMapping, column: str) -> OdooField | None:
    """Return the field behind an import column; None where the catalog does not know it."""
    return known.model(mapping.model).field(column) if mapping.model in known else None


def field_label(known: Catalog, mapping: ModelMapping, column: str) -> str:
    """Return what an import column is called in sentences: Odoo's label, or the column where that is not known."""
    field = field_of(known, mapping, column)
    return field.label if field else column


def records_label(known: Catalog, mapping: ModelMapping) -> str:
    """Return what the records of a mapping are called in sentences."""
    return import_columns.mapping_label(mapping.name, mapping.model, model_label(known, mapping.model))


def model_label(known: Catalog, model: str) -> str:
    """Return Contact for res.partner; the technical name in quotes where this Odoo has no such model."""
    return known.model(model).label if model in known else f"'{model}'"
