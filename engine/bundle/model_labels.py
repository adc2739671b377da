"""What models and mappings are called in sentences: by Odoo's own words, not by their technical names."""

from __future__ import annotations

from odoo_migrate.catalog import Catalog


def model_label(model: str, models: Catalog) -> str:
    """Contact for res.partner; the technical name in quotes where this Odoo has no such model."""
    return models.model(model).label if model in models else f"'{model}'"


def mapping_label(name: str, model: str, label: str) -> str:
    """What the mapping `name` of a model is called: as its model, for a further one with what tells it apart, which
    odoo_migrate.names.mapping_name has put behind the model: Contact for res.partner, Contact (us) for res.partner.us.
    """
    apart = name.removeprefix(model).strip(".")
    return f"{label} ({apart})" if apart else label
