"""What Odoo asks of single fields, for the loader: empty cells of a new record are left out, so defaults hold."""

from __future__ import annotations

from odoo_migrate import catalog
from odoo_migrate.catalog import Catalog, OdooField, OdooModel
from odoo_migrate.project import project_files
from odoo_migrate.project.project_files import ModelMapping
from odoo_migrate.project.project_reader import Project
from odoo_migrate.project.yaml_text import FormatError
from odoo_migrate.rules import model_needs

_PARENT = {"stock.location": "location_id"}
_CIRCLES_ALLOWED = {"hr.employee", "mail.message"}  # no constraint forbids that two manage each other


def catalog_of(found: Project) -> Catalog:
    """The catalog of the project's Odoo version. Raises FormatError for a version that is not known."""
    try:
        return catalog.load(catalog.checked_version(found.settings.odoo_version))
    except catalog.UnknownVersion as problem:
        raise FormatError(str(problem), project_files.SETTINGS_FILE) from problem


def hierarchical(model: str, column: str) -> bool:
    """Whether Odoo refuses records that come back to themselves through `column` (an import name)."""
    return model not in _CIRCLES_ALLOWED and column == f"{_PARENT.get(model, 'parent_id')}/id"


def needed(model: OdooModel, field: OdooField, mapping: ModelMapping) -> bool:
    """Whether no record can be created without a value of this field: Odoo neither has a default nor computes it."""
    given = {name.removesuffix("/id") for name in mapping.fields}
    filled = field.has_default or field.name in model_needs.FILLED_BY_ODOO.get(model.name, ())
    return model_needs.refuses_empty(model, field, given) and not filled


def needed_at_once(known: Catalog, mapping: ModelMapping, column: str) -> bool:
    """Whether a column (import name) must be filled when a record is created; no where the catalog does not know."""
    if mapping.model not in known:
        return False
    model = known.model(mapping.model)
    field = model.field(column)
    if field is None:
        return False
    lines = mapping.model in model_needs.LINES_OF_PRODUCTS and field.name == "product_id"
    return lines or needed(model, field, mapping)
