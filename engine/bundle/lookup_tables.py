"""Lookup tables: from a cell's text to the external ID of a record.

It is one that Odoo ships with, that the recipe names, or that the project creates.

Nothing is guessed. A record of Odoo is found by its code or its whole name, case aside, and only where no other
record of that table has it too. A state is found by country and code (`US-CA`), never by name alone: Odoo takes
`Punjab` for a US address and stores the Indian one without a word.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import chain
from typing import Any

from engine.bundle.export_problems import MAX_EXAMPLES, ExportProblem, ProblemLocation, listed
from engine.recipe import Lookup
from engine.values import name_levels, states
from odoo_migrate import catalog
from odoo_migrate.catalog import Catalog, OdooModel
from odoo_migrate.project.external_ids import Pattern, external_ids, is_empty
from odoo_migrate.project.file_names import given_name
from odoo_migrate.project.project_definition import RECORD_TITLE, FieldEntry, ModelMapping
from odoo_migrate.rules import required_fields
from odoo_migrate.rules.import_columns import mapping_label
from odoo_migrate.rules.shipped_records import group_of

# Titles of the raw file of records in levels, beside their whole name.
LEVEL_TITLES = ("Own name", "Parent")
PARENT = "parent_id/id"


@dataclass(frozen=True)
class Shipped:
    """Hold where records that Odoo ships with are found.

    Attributes:
        table: The lookup table's name.
        keys: The fields that they go by.
    """

    table: str
    keys: Sequence[str]


SHIPPED: Mapping[str, Shipped] = {
    "res.country": Shipped("countries", ("code", "name")),
    "res.country.state": Shipped("states", ()),  # by country and code, see _state_keys
    "res.currency": Shipped("currencies", ("name", "full_name")),
    "uom.uom": Shipped("units", ("name",)),
    "res.lang": Shipped("languages", ("code", "iso_code", "name")),
    "account.payment.term": Shipped("payment_terms", ("name",)),
    "res.partner.title": Shipped("partner_titles", ("name", "shortcut")),
    "res.partner.industry": Shipped("industries", ("name", "full_name")),
    "crm.stage": Shipped("crm_stages", ("name",)),
    "crm.team": Shipped("crm_teams", ("name",)),
    "crm.lost.reason": Shipped("lost_reasons", ("name",)),
    "utm.source": Shipped("utm_sources", ("name",)),
    "utm.medium": Shipped("utm_mediums", ("name",)),
    "product.category": Shipped("product_categories", ("complete_name", "name")),
    "project.project.stage": Shipped("project_stages", ("name",)),
    "mail.activity.type": Shipped("activity_types", ("name",)),
    "account.incoterms": Shipped("incoterms", ("code", "name")),
    "stock.location": Shipped("stock_locations", ("complete_name",)),
}


@cache
def shipped_ids(model: str, version: str) -> Mapping[str, str]:
    """Return the external ID by folded key of the records of `model` that Odoo ships with; {} where it has none."""
    if model not in SHIPPED:
        return {}
    # Without an external ID are those made by Odoo's code, such as the locations of a warehouse.
    records = [record for record in catalog.reference(version).get(group_of(model), ()) if record["xml_id"]]
    if model == "res.country.state":
        return _state_ids(records, version)
    return _one_each([(key, record["xml_id"]) for record in records for key in _keys(model, record)])


def _one_each(named: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the external ID by folded key; a key that several records have names none of them."""
    found: dict[str, set[str]] = {}
    for key, external_id in named:
        found.setdefault(key.strip().casefold(), set()).add(external_id)
    return {key: ids.pop() for key, ids in found.items() if len(ids) == 1}


def _keys(model: str, record: Mapping[str, Any]) -> list[str]:
    return [str(record[key]) for key in SHIPPED[model].keys if record.get(key)]


def _state_ids(records: Iterable[Mapping[str, Any]], version: str) -> dict[str, str]:
    """Return the external ID by country and code, also by the code that the cleaning step writes for a state's name.

    Versions of Odoo have given some states other codes (MY-JHR, today MY-01); the step writes the newest.
    """
    codes = _country_codes(version)
    own: list[tuple[str, str]] = []
    written: list[tuple[str, str]] = []
    for record in records:
        country = codes[record["country_id_xml_id"]]
        own += [(key, record["xml_id"]) for key in _state_keys(record, country)]
        code = states.code(record["name"], country)
        if code:
            written.append((code, record["xml_id"]))
    return _one_each(written) | _one_each(own)


def _country_codes(version: str) -> dict[str, str]:
    """Return the ISO code of every country by external ID: that of GB is base.uk."""
    return {record["xml_id"]: record["code"] for record in catalog.reference(version)[group_of("res.country")]}


def _state_keys(state: Mapping[str, Any], country: str) -> list[str]:
    """Return country and code; a code that already begins with the country (`VN-44`) names the state as well."""
    keys = [f"{country}-{state['code']}"]
    if state["code"].startswith(f"{country}-"):
        keys.append(state["code"])
    return keys


def known_records(model: str, version: str) -> dict[str, str]:
    """Return the records of `model` that Odoo ships with: external ID → name, for people to choose from."""
    if model not in SHIPPED:
        return {}
    names = {}
    for record in catalog.reference(version).get(group_of(model), ()):
        # Without an external ID nothing can point to it.
        if record["xml_id"]:
            names[record["xml_id"]] = str(record.get("complete_name") or record["name"])
    return names


@dataclass(frozen=True)
class LookupTable:
    """Hold one lookup as it is used.

    Attributes:
        name: The table's name, and the stem of its file.
        model: The model whose records it names.
        entries: External ID by key, the user's own decisions.
        shipped: External ID by folded key, Odoo's records.
        pattern: Names the records that are created for all other keys; None: no record is created.
        path: What stands between the levels of a key, "" where keys have none.
    """

    name: str
    model: str
    entries: Mapping[str, str] = field(default_factory=dict)
    shipped: Mapping[str, str] = field(default_factory=dict)
    pattern: Pattern | None = None
    path: str = ""

    @property
    def creates(self) -> bool:
        """Return whether keys without a record become new records."""
        return self.pattern is not None

    def known(self, key: str) -> str:
        """Return the external ID that `key` has without creating a record, "" where there is none."""
        if key in self.entries:
            return self.entries[key]
        # Where records are created, every other key becomes one; Odoo's own are not searched.
        if self.creates:
            return ""
        return self.shipped.get(key.strip().casefold(), "")

    def resolves(self, key: str) -> bool:
        """Return whether a key leads to a record."""
        return self.known(key) != "" or (self.creates and not is_empty(key))

    def created(self, keys: Iterable[str]) -> dict[str, str]:
        """Return the external ID of every key that becomes a record of its own, and of the levels above it."""
        if self.pattern is None:
            return {}
        new = dict.fromkeys(chain.from_iterable(map(self.levels, keys)))
        names = {key: self.name_of_record(key) for key in new if not self.known(key) and not is_empty(key)}
        # Of all keys at once, since keys that give the same ID get suffixes.
        by_name = external_ids(self.pattern, [(name,) for name in dict.fromkeys(names.values())])
        return {key: by_name[(name,)] for key, name in names.items()}

    def levels(self, key: str) -> list[str]:
        """Return the keys of a key's levels, the highest first and the key itself last."""
        above = []
        parts = self._parts(key)
        for count in range(1, len(parts)):
            above.append(self._joined(parts[:count]))
        return [*above, key]

    def name_of_record(self, key: str) -> str:
        """Return the whole name of a key's record, with its levels written alike."""
        return self._joined(self._parts(key)) if self.path else key

    def own_name_and_parent(self, name: str) -> tuple[str, str]:
        """Return the last level of a whole name, and the whole name of the one above it ("" for none)."""
        *above, own = self._parts(name)
        return own, self._joined(above)

    def _parts(self, key: str) -> list[str]:
        if not self.path:
            return [key]
        return name_levels.levels(key, self.path) or [key]

    def _joined(self, parts: Sequence[str]) -> str:
        return name_levels.joined(parts, self.path)

    def ids(self, keys: Iterable[str]) -> dict[str, str]:
        """Return the external ID of every key that has one."""
        keys = list(dict.fromkeys(chain.from_iterable(map(self.levels, keys))))
        found: dict[str, str] = {}
        for key in keys:
            known = self.known(key)
            if known:
                found[key] = known
        return found | self.created(keys)


def shipped_table(model: str, version: str) -> LookupTable | None:
    """Return the table of the records that Odoo ships with for `model`; None where there are none."""
    if model not in SHIPPED:
        return None
    return LookupTable(SHIPPED[model].table, model, shipped=shipped_ids(model, version))


def recipe_table(lookup: Lookup, namespace: str, version: str) -> LookupTable:
    """Return the table that the recipe describes. Raises BadPattern for a pattern that cannot name its records."""
    name = given_name(lookup.name)
    if not lookup.create:
        return LookupTable(name, lookup.model, lookup.entries, shipped_ids(lookup.model, version))
    # What the table creates goes by the text of the cell; Odoo's own records are not searched for it.
    pattern = Pattern.read(lookup.id or f"{namespace}.{name}.{{{RECORD_TITLE}}}")
    return LookupTable(name, lookup.model, lookup.entries, pattern=pattern, path=lookup.path)


@dataclass(frozen=True)
class CreatedRecords:
    """Hold the records that a table creates.

    Attributes:
        name: Name of their mapping.
        table: The table.
        field: The field that takes the lookup's key.
        label: What they are called in sentences.
    """

    name: str
    table: LookupTable
    field: str
    label: str

    @property
    def titles(self) -> list[str]:
        """Return the titles of their raw file."""
        if self.table.path:
            return [RECORD_TITLE, *LEVEL_TITLES]
        return [RECORD_TITLE]

    def rows(self, keys: Iterable[str]) -> list[list[str]]:
        """Return the rows of their raw file, sorted: a name comes after those of the levels above it."""
        names = sorted({self.table.name_of_record(key) for key in self.table.created(keys)})
        if not self.table.path:
            return [[name] for name in names]
        return [[name, *self.table.own_name_and_parent(name)] for name in names]

    @property
    def mapping(self) -> ModelMapping:
        """Return the mapping that makes them of a raw file of names."""
        pattern = ""
        if self.table.pattern is not None:
            pattern = self.table.pattern.text
        if not self.table.path:
            return ModelMapping(self.name, self.table.model, pattern, {self.field: FieldEntry(source=RECORD_TITLE)})
        own_name, parent = LEVEL_TITLES
        fields = {self.field: FieldEntry(own_name), PARENT: FieldEntry(parent, lookup=self.table.name)}
        return ModelMapping(self.name, self.table.model, pattern, fields)


def plan_created(
    names: Mapping[str, str], tables: Mapping[str, LookupTable], catalog: Catalog
) -> tuple[list[CreatedRecords], list[ExportProblem]]:
    """Return the records that tables create, and what prevents them.

    Args:
        names: Mapping name by table, for the tables that create records.
        tables: By name.
        catalog: Of the version of Odoo.
    """
    created, problems = [], []
    for table, name in names.items():
        if tables[table].model not in catalog:
            problems.append(_no_model(tables[table]))
            continue
        model = catalog.model(tables[table].model)
        problems += _problems(tables[table], model)
        label = mapping_label(name, model.name, model.label)
        created.append(CreatedRecords(name, tables[table], required_fields.name_field(model), label))
    return created, problems


def created_notes(created: CreatedRecords, keys: Iterable[str]) -> Iterator[ExportProblem]:
    """Yield a note about created records that need more than a name; `keys` are the values in the rows."""
    table = created.table
    does = required_fields.name_alone(table.model, [created.field])
    names = sorted(table.created(sorted(keys)))
    if does and names:
        what = f"The lookup '{table.name}' creates records that have a name and nothing else: {listed(names)}"
        message = f"{what}; {does}. Point these values to records that Odoo has, or complete them in Odoo."
        yield ProblemLocation(model=table.model).warning(
            "name_alone", message, lookup=table.name, count=len(names), examples=tuple(names[:MAX_EXAMPLES])
        )


def _no_model(table: LookupTable) -> ExportProblem:
    message = f"The lookup '{table.name}' creates records of '{table.model}', which this Odoo cannot import."
    return ProblemLocation(model=table.model).blocking("unknown_model", message, lookup=table.name)


def _problems(table: LookupTable, model: OdooModel) -> Iterator[ExportProblem]:
    """Yield the reason why a lookup cannot create records of `model`, if there is one."""
    location = ProblemLocation(model=table.model)
    if table.pattern is not None and table.pattern.placeholders != (RECORD_TITLE,):
        message = f"The ID pattern of the lookup '{table.name}' takes the one column {{{RECORD_TITLE}}}."
        yield location.blocking("bad_pattern", message, lookup=table.name)
        return
    parent = model.field(PARENT)
    if table.path and (parent is None or parent.relation != model.name):
        message = f"The lookup '{table.name}' has levels, but one {model.label} cannot be within another."
        yield location.blocking("no_levels", message, lookup=table.name)
    more = [field.label for field in required_fields.needed_beside_name(model)]
    if more:
        message = f"The lookup '{table.name}' cannot create {model.label}: Odoo also needs {listed(more)}."
        yield location.blocking("required_not_mapped", message, lookup=table.name)
