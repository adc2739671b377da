"""Lookup tables: from a cell's text to the external ID of a record that Odoo ships with, that the recipe names, or
that the project creates.

Nothing is guessed. A record of Odoo is found by its code or its whole name, case aside, and only where no other
record of that table has it too. A state is found by country and code (`US-CA`), never by name alone: Odoo takes
`Punjab` for a US address and stores the Indian one without a word.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from engine.bundle.export_problems import MAX_EXAMPLES, ExportProblem, ProblemLocation, listed
from engine.recipe import Lookup
from odoo_migrate import catalog
from odoo_migrate.catalog import Catalog, OdooModel
from odoo_migrate.project.external_ids import Pattern, external_ids, is_empty
from odoo_migrate.project.file_names import given_name
from odoo_migrate.project.project_files import RECORD_TITLE, FieldEntry, ModelMapping
from odoo_migrate.rules import required_fields
from odoo_migrate.rules.mapping_rules import mapping_label


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


@dataclass(frozen=True)
class LookupTable:
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


def shipped_table(model: str, version: str) -> LookupTable | None:
    """The table of the records that Odoo ships with for `model`; None where there are none."""
    if model not in SHIPPED:
        return None
    return LookupTable(SHIPPED[model].table, model, shipped=shipped_ids(model, version))


def recipe_table(lookup: Lookup, namespace: str, version: str) -> LookupTable:
    """The table that the recipe describes. Raises BadPattern for an ID pattern that cannot name its records."""
    name = given_name(lookup.name)
    if not lookup.create:
        return LookupTable(name, lookup.model, lookup.entries, shipped_ids(lookup.model, version))
    pattern = Pattern.read(lookup.id or f"{namespace}.{name}.{{{RECORD_TITLE}}}")
    return LookupTable(name, lookup.model, lookup.entries, pattern=pattern)


@dataclass(frozen=True)
class CreatedRecords:
    """The records that a table creates: their mapping's name, the field that takes the lookup's key, and what they
    are called in sentences.
    """

    name: str
    table: LookupTable
    field: str
    label: str

    @property
    def mapping(self) -> ModelMapping:
        pattern = self.table.pattern.text if self.table.pattern else ""
        return ModelMapping(self.name, self.table.model, pattern, {self.field: FieldEntry(source=RECORD_TITLE)})


def plan_created(
    names: Mapping[str, str], tables: Mapping[str, LookupTable], catalog: Catalog
) -> tuple[list[CreatedRecords], list[ExportProblem]]:
    """`names`: mapping name by table, for the tables that create records."""
    created, problems = [], []
    for table, name in names.items():
        model = catalog.model(tables[table].model) if tables[table].model in catalog else None
        problem = _problem(tables[table], model)
        problems += [problem] if problem else []
        if model is not None:
            label = mapping_label(name, model.name, model.label)
            created.append(CreatedRecords(name, tables[table], name_field(model), label))
    return created, problems


def name_field(model: OdooModel) -> str:
    """The field that holds a record's name: some models show a computed one."""
    return "name" if "name" in model.fields else model.rec_name


def created_notes(created: Sequence[CreatedRecords], keys: Callable[[str], Collection[str]]) -> Iterator[ExportProblem]:
    """A word about records that need more than a name. `keys(table)`: the values that stand in the rows."""
    for one in created:
        does = required_fields.name_alone(one.table.model, [one.field])
        names = sorted(one.table.created(sorted(keys(one.table.name))))
        if does and names:
            what = f"The lookup '{one.table.name}' creates records that have a name and nothing else: {listed(names)}"
            message = f"{what}; {does}. Point these values to records that Odoo has, or complete them in Odoo."
            yield ProblemLocation(model=one.table.model).warning(
                "name_alone", message, lookup=one.table.name, count=len(names), examples=tuple(names[:MAX_EXAMPLES])
            )


def _problem(table: LookupTable, model: OdooModel | None) -> ExportProblem | None:
    place = ProblemLocation(model=table.model)
    if model is None:
        message = f"The lookup '{table.name}' creates records of '{table.model}', which this Odoo cannot import."
        return place.blocking("unknown_model", message, lookup=table.name)
    if table.pattern is not None and table.pattern.placeholders != (RECORD_TITLE,):
        message = f"The ID pattern of the lookup '{table.name}' takes the one column {{{RECORD_TITLE}}}."
        return place.blocking("bad_pattern", message, lookup=table.name)
    more = [field.label for field in required_fields.must_be_mapped(model, {name_field(model)})]
    if more:
        message = f"The lookup '{table.name}' cannot create {model.label}: Odoo also needs {listed(more)}."
        return place.blocking("required_not_mapped", message, lookup=table.name)
    return None
