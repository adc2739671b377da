"""The six sample exports with a recipe each, as every Odoo version takes them."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from engine.recipe import Recipe, load
from odoo_migrate import catalog

SAMPLES, RECIPES = Path(__file__).parent / "samples", Path(__file__).parent / "recipes"
FILES = {
    "accounting_open_items": ["accounting_open_items.xlsx"],
    "aggregated": ["aggregated.xlsx"],
    "legacy_products": ["legacy_products.csv"],
    "messy_customers": ["messy_customers.xlsx"],
    "quickbooks_customers": ["quickbooks_customers.xls"],
    "salesforce": ["salesforce_accounts.csv", "salesforce_contacts.csv"],
}


def sample_recipe(name: str, odoo_version: str = "18.0") -> Recipe:
    """Return the recipe of a sample, changed where that version has other fields."""
    text = (RECIPES / f"{name}.yml").read_text(encoding="utf-8")
    odoo = catalog.load(odoo_version)
    if "mobile" not in odoo.model("res.partner").fields:  # since 19
        text = re.sub(r"field: mobile(, )?", "", text)
    if odoo_version in {"16.0", "17.0"}:  # which want the unit of purchase beside that of sale
        product = 'product.template: { id: "migr.product.{Art.-Nr.}"'
        text = text.replace(product, f"{product}, fields: {{ uom_po_id/id: {{ source: Einheit, lookup: units }} }}")
    return replace(load(text), odoo_version=odoo_version)
