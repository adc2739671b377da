"""Say of which fields Odoo wants each value only once, in Odoo 16 to 19."""

from __future__ import annotations

# The groups of models in which each value of a field may belong to one record.
ONCE_AMONG: dict[str, tuple[frozenset[str], ...]] = {
    "barcode": (frozenset({"product.template", "product.product"}), frozenset({"res.partner"}))
}


def unique_group(model: str, field: str) -> frozenset[str]:
    """Return the models whose records share no value of `field` with those of `model`; none where they may."""
    for models in ONCE_AMONG.get(field, ()):
        if model in models:
            return models
    return frozenset()


def not_unique(label: str) -> str:
    """Return what is wrong with a value of the field called `label` that another record has too."""
    return f"another record has the same {label}, and Odoo takes each only once"
