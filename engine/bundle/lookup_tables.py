"""Lookup tables: from a cell's text to the external ID of a record that Odoo ships with, that the recipe names, or
that the project creates.

Nothing is guessed. A record of Odoo is found by its code or its whole name, case aside, and only where no other
record of that table has it too. A state is found by country and code (`US-CA`), never by name alone: Odoo takes
`Punjab` for a US address and stores the Indian one without a word.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from engine.recipe import Lookup
from odoo_migrate import catalog
from odoo_migrate.project.external_ids import Pattern, external_ids, is_empty
from odoo_migrate.project.file_names import given_name
from odoo_migrate.project.project_files import RECORD_TITLE


@dataclass(frozen=True)
class Shipped:
    """Records that Odoo ships with: the lookup table's name, their group in the reference, the keys they go by."""

    table: str
    group: str
    keys: Sequence[str]


SHIPPED: Mapping[str, Shipped] = {
    "res.country": Shipped("countries", "countries", ("code", "name")),
    "res.country.state": Shipped("states", "states", ()),
    "res.currency": Shipped("currencies", "currencies", ("name", "full_name")),
    "uom.uom": Shipped("units", "uoms", ("name",)),
    "res.lang": Shipped("languages", "langs", ("code", "iso_code", "name")),
    "account.payment.term": Shipped("payment_terms", "payment_terms", ("name",)),
    "res.partner.title": Shipped("partner_titles", "partner_titles", ("name", "shortcut")),
    "res.partner.industry": Shipped("industries", "partner_industries", ("name", "full_name")),
    "crm.stage": Shipped("crm_stages", "crm_stages", ("name",)),
    "crm.team": Shipped("crm_teams", "crm_teams", ("name",)),
    "crm.lost.reason": Shipped("lost_reasons", "crm_lost_reasons", ("name",)),
    "utm.source": Shipped("utm_sources", "utm_sources", ("name",)),
    "utm.medium": Shipped("utm_mediums", "utm_mediums", ("name",)),
    "product.category": Shipped("product_categories", "product_categories", ("complete_name", "name")),
    "project.project.stage": Shipped("project_stages", "project_stages", ("name",)),
    "mail.activity.type": Shipped("activity_types", "activity_types", ("name",)),
    "account.incoterms": Shipped("incoterms", "incoterms", ("code", "name")),
    "stock.location": Shipped("stock_locations", "stock_locations", ("complete_name",)),
}


@cache
def shipped_ids(model: str, version: str) -> Mapping[str, str]:
    """External ID by folded key of the records of `model` that Odoo `version` ships with; {} where it has none."""
    if model not in SHIPPED:
        return {}
    records = [one for one in catalog.reference(version).get(SHIPPED[model].group, ()) if one["xml_id"]]
    if model == "res.country.state":
        return _unique((key, state["xml_id"]) for state in records for key in _state_keys(state))
    keys = SHIPPED[model].keys
    return _unique((str(one[key]), one["xml_id"]) for one in records for key in keys if one.get(key))


def _state_keys(state: Mapping[str, Any]) -> list[str]:
    """Country and code; a code that already begins with the country (`VN-44`) stands for itself as well."""
    country, code = state["country_id_xml_id"].removeprefix("base.").upper(), state["code"]
    return [f"{country}-{code}", *([code] if code.startswith(f"{country}-") else [])]


def _unique(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, set[str]] = {}
    for key, external_id in pairs:
        found.setdefault(key.strip().casefold(), set()).add(external_id)
    return {key: next(iter(ids)) for key, ids in found.items() if len(ids) == 1}


def known_records(model: str, version: str) -> dict[str, str]:
    """The records of `model` that Odoo `version` ships with: external ID → name, for people to choose from."""
    if model not in SHIPPED:
        return {}
    records = catalog.reference(version).get(SHIPPED[model].group, ())
    return {one["xml_id"]: str(one.get("complete_name") or one["name"]) for one in records if one["xml_id"]}


def known_to_odoo(external_id: str, model: str, version: str) -> bool | None:
    """Whether Odoo ships with this record of `model`; None where that cannot be told here."""
    ids = set(shipped_ids(model, version).values())
    modules = {one.split(".")[0] for one in ids}
    if external_id in ids or external_id.split(".")[0] not in modules:
        return True if external_id in ids else None
    return False


@dataclass(frozen=True)
class Table:
    """One lookup as it is used: `entries` are the user's own decisions, `shipped` Odoo's records by folded key,
    `pattern` names the records that are created for all other keys (None: no record is created).
    """

    name: str
    model: str
    entries: Mapping[str, str] = field(default_factory=dict)
    shipped: Mapping[str, str] = field(default_factory=dict)
    pattern: Pattern | None = None

    @property
    def creates(self) -> bool:
        return self.pattern is not None

    def known(self, key: str) -> str:
        """The external ID that is known for `key` without creating a record, "" where there is none."""
        if key in self.entries:
            return self.entries[key]
        return "" if self.creates else self.shipped.get(key.strip().casefold(), "")

    def resolves(self, key: str) -> bool:
        return self.known(key) != "" or (self.creates and not is_empty(key))

    def created(self, keys: Iterable[str]) -> dict[str, str]:
        """External ID of every key that becomes a record of its own."""
        if self.pattern is None:
            return {}
        new = [(key,) for key in keys if not self.known(key) and not is_empty(key)]
        return {key: external_id for (key,), external_id in external_ids(self.pattern, new).items()}

    def ids(self, keys: Iterable[str]) -> dict[str, str]:
        """External ID of every key that has one."""
        keys = list(keys)
        known = {key: self.known(key) for key in keys}
        return {key: found for key, found in known.items() if found} | self.created(keys)


def shipped_table(model: str, version: str) -> Table | None:
    """The table of the records that Odoo ships with for `model`; None where there are none."""
    if model not in SHIPPED:
        return None
    return Table(SHIPPED[model].table, model, shipped=shipped_ids(model, version))


def recipe_table(lookup: Lookup, namespace: str, version: str) -> Table:
    """The table that the recipe describes. Raises BadPattern for an ID pattern that cannot name its records."""
    name = given_name(lookup.name)
    if not lookup.create:
        return Table(name, lookup.model, lookup.entries, shipped_ids(lookup.model, version))
    pattern = Pattern.read(lookup.id or f"{namespace}.{name}.{{{RECORD_TITLE}}}")
    return Table(name, lookup.model, lookup.entries, pattern=pattern)
