"""Hold the records that Odoo ships with, by external ID, as far as the catalog's reference holds them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from odoo_migrate import catalog

# Of the reference's groups, those that hold all records of their model which Odoo's own modules bring along.
COMPLETE = {
    "res.country": "countries",
    "res.country.state": "states",
    "res.currency": "currencies",
    "res.lang": "langs",
    "res.partner.title": "partner_titles",
    "res.partner.industry": "partner_industries",
    "uom.uom": "uoms",
    "account.incoterms": "incoterms",
}
# Those whose records a country's localization, another module or a user may add to or take away from.
PARTIAL = {
    "account.payment.term": "payment_terms",
    "crm.stage": "crm_stages",
    "crm.team": "crm_teams",
    "crm.lost.reason": "crm_lost_reasons",
    "utm.source": "utm_sources",
    "utm.medium": "utm_mediums",
    "product.category": "product_categories",
    "project.project.stage": "project_stages",
    "mail.activity.type": "activity_types",
    "stock.location": "stock_locations",
}


def group_of(model: str) -> str:
    """Return the group of the catalog's reference that holds the records of a model, "" for none."""
    return COMPLETE.get(model) or PARTIAL.get(model) or ""


@cache
def _ids(model: str, version: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the external IDs of the records of a model, and their modules."""
    ids: set[str] = set()
    its_modules: set[str] = set()
    for record in catalog.reference(version).get(group_of(model), ()):
        external_id = str(record["xml_id"] or "")
        if external_id:  # a few of the records have none
            ids.add(external_id)
            its_modules.add(external_id.partition(".")[0])
    return frozenset(ids), frozenset(its_modules)


def is_missing(external_id: str, model: str, version: str) -> bool:
    """Return whether the module of this ID brings records of `model`, but not this one."""
    ids, its_modules = _ids(model, version)
    return external_id not in ids and external_id.partition(".")[0] in its_modules


def is_certain(model: str) -> bool:
    """Return whether a record that `is_missing` is in no Odoo, since nothing but Odoo's own modules brings any."""
    return model in COMPLETE


@cache
def countries_of_states(version: str) -> Mapping[str, str]:
    """Return the country's external ID by the state's."""
    states = catalog.reference(version)["states"]
    return {one["xml_id"]: one["country_id_xml_id"] for one in states if one["xml_id"]}


@cache
def country_names(version: str) -> Mapping[str, str]:
    """Return the countries' names by external ID."""
    countries = catalog.reference(version)["countries"]
    return {one["xml_id"]: str(one["name"]) for one in countries if one["xml_id"]}


@cache
def language_codes(version: str) -> frozenset[str]:
    """Return the codes of all languages that Odoo can install."""
    return frozenset(str(one["code"]) for one in catalog.reference(version)["langs"])


@cache
def modules() -> frozenset[str]:
    """Return the names of Odoo's own modules, as far as any catalog holds them."""
    found: set[str] = set()
    for version in catalog.VERSIONS:
        known = catalog.load(version)
        for name in known.names():
            model = known.model(name)
            found.add(model.module)
            found.update(field.module for field in model.fields.values())
    return frozenset(found - {""})
