"""Find how relational cells become external IDs: by another sheet's keys, a lookup table, Odoo's own records."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from engine.match.match_files import load
from engine.match.value_scores import ColumnValues
from engine.match.weights import WEIGHTS, MatchWeights
from engine.recipe import Lookup
from engine.values import name_levels
from engine.values.folding import fold
from engine.values.languages import folded_words, pattern, words_by_key
from odoo_migrate.catalog import Catalog, OdooField, reference
from odoo_migrate.rules.required_fields import is_made_from_name

_UNITS = "uom.uom"
# What the keys of the words for units are called in Odoo, where that is another name.
_UNIT_NAMES = {"sqm": ("m²",), "cbm": ("m³",), "inch": ("in",), "t": ("t", "Ton")}
_FAMILIES = {"product.template": "product.product"}
_BINARY = "Odoo wants the picture itself here, not its name or address."
_SEPARATORS = (";", "|", ",")
_NAME_FIELDS = ("name", "code", "shortcut", "complete_name")  # of Odoo's own records
_LISTED_VALUES = 3  # in a sentence on what is undecided
_DAYS = re.compile(r"\D*(\d{1,3})\D*")
_DAYS_TERM = re.compile(r"\d+ days")


@dataclass(frozen=True)
class Sibling:
    """Hold another sheet of the dataset, or the sheet itself.

    It has a model, the column `key` that names its records, that column's values, and the name of its mapping in the
    bundle. `others` are the external IDs by what else names one record alone: a mail address, a name, folded.
    """

    sheet: str
    model: str
    key: str
    values: frozenset[str]
    mapping: str
    others: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class RelationSuggestion:
    """Hold how a relational field is filled, in the terms of FieldSuggestion.

    `share` is the part of the values that are keys of `sibling`.
    """

    ref: str = ""
    lookup: Lookup | None = None
    separator: str = ""
    needs: str = ""
    sibling: Sibling | None = None
    share: float = 0.0


def suggest_relation(
    values: ColumnValues,
    field: OdooField,
    catalog: Catalog,
    siblings: Sequence[Sibling],
    weights: MatchWeights = WEIGHTS,
) -> RelationSuggestion:
    """Return what a column needs to fill a field; one that holds no record needs nothing."""
    if field.type == "binary":
        return RelationSuggestion(needs=_BINARY)
    if not field.relational:
        return RelationSuggestion()
    # A comma in the cell of a many2one field is part of a name.
    separator = "" if field.type == "many2one" else _separator(values)
    sibling, share = best_sibling(values, field, siblings, separator, weights)
    if sibling:
        return RelationSuggestion(ref=sibling.mapping, separator=separator, sibling=sibling, share=share)
    named, _ = by_other_names(values, field, siblings, weights)
    if named:
        return _named_otherwise(values, field, named, separator)
    # Countries, units and the like are found in Odoo by their names and codes.
    if field.relation in built_in():
        return _in_built_in(values, field, catalog, separator)
    if field.type == "one2many":
        needs = f"{field.label} are records of their own, with more than a name: give them a sheet."
        return RelationSuggestion(needs=needs)
    lookup = _lookup(values, field, catalog)
    needs = "" if lookup.create else _undecided(lookup, values)
    return RelationSuggestion(lookup=lookup, separator=separator, needs=needs)


def _in_built_in(values: ColumnValues, field: OdooField, catalog: Catalog, separator: str) -> RelationSuggestion:
    """Return a built-in table, with entries of its own for units that people call otherwise than Odoo does."""
    if field.relation != _UNITS:
        return RelationSuggestion(separator=separator)
    own = _unit_names(catalog)
    entries, odd = {}, []
    for value in sorted(_distinct(values, separator)):
        unit = own.get(_plain_unit(value)) or _units_by_word(catalog).get(_plain_unit(value))
        if unit is None:
            odd.append(value)
        else:
            entries[value] = unit
    lookup = Lookup(table_of(_UNITS), _UNITS, entries=entries) if entries else None
    needs = _say_which(odd) if odd else ""
    return RelationSuggestion(lookup=lookup, separator=separator, needs=needs)


def _plain_unit(text: str) -> str:
    return fold(text.strip().rstrip("."))


@cache
def _unit_names(catalog: Catalog) -> Mapping[str, str]:
    """Return the external IDs of Odoo's own units by their folded names."""
    return {_plain_unit(str(one["name"])): str(one["xml_id"]) for one in reference(catalog.version)["uoms"]}


@cache
def _units_by_word(catalog: Catalog) -> Mapping[str, str]:
    """Return the external IDs of Odoo's own units by the words of all languages for them."""
    own, found = _unit_names(catalog), {}
    for name, words in words_by_key("units").items():
        for called in _UNIT_NAMES.get(name, (name,)):
            unit = own.get(_plain_unit(called))
            if unit:
                found.update({_plain_unit(word): unit for word in words if _plain_unit(word) not in found})
    return found


def best_sibling(
    values: ColumnValues,
    field: OdooField,
    siblings: Iterable[Sibling],
    separator: str = "",
    weights: MatchWeights = WEIGHTS,
) -> tuple[Sibling | None, float]:
    """Return the sheet of the field's model whose keys most of the column's values are, with their share."""
    fitting = [one for one in siblings if one.values and same_model(one.model, field.relation)]
    best, best_share = None, 0.0
    # Most columns point to no sheet of the dataset; only for the others are the cells taken apart.
    own = fitting and _distinct(values, separator)
    if not own:
        return best, best_share
    for sibling in fitting:
        share = len(own & sibling.values) / len(own)
        # Of equal sheets the first is taken, so a share must be greater to count.
        if share >= weights.linked_share and share > best_share:
            best, best_share = sibling, share
    return best, best_share


def by_other_names(
    values: ColumnValues, field: OdooField, siblings: Iterable[Sibling], weights: MatchWeights = WEIGHTS
) -> tuple[Sibling | None, float]:
    """Return the sheet of the field's model that most values name a record of by something else than its key."""
    best, best_share = None, 0.0
    for sibling in siblings:
        if not sibling.others or not same_model(sibling.model, field.relation):
            continue
        own = _distinct(values, "")
        share = sum(fold(text) in sibling.others for text in own) / max(len(own), 1)
        if share >= weights.linked_share and share > best_share:
            best, best_share = sibling, share
    return best, best_share


def _named_otherwise(values: ColumnValues, field: OdooField, sibling: Sibling, separator: str) -> RelationSuggestion:
    """Return the lookup of values that name another sheet's records by a mail address, a name and the like."""
    entries: dict[str, str] = {}
    odd = []
    for value in sorted(_distinct(values, "")):
        external_id = sibling.others.get(fold(value))
        if external_id is None:
            odd.append(value)
            continue
        # Cleaning may write a mail address in small letters.
        entries |= {value: external_id, value.lower(): external_id}
    lookup = Lookup(f"{table_of(field.relation)}_named", field.relation, entries=entries)
    return RelationSuggestion(lookup=lookup, separator=separator, needs=_say_which(odd) if odd else "")


def same_model(sheet: str, wanted: str) -> bool:
    """Return whether a sheet of one model serves another: products can become either kind of product."""
    return _FAMILIES.get(sheet, sheet) == _FAMILIES.get(wanted, wanted)


@cache
def built_in() -> frozenset[str]:
    """Return the models for which Odoo's own records serve without a table."""
    return frozenset(load("references")["built_in"].split())


def table_of(model: str) -> str:
    """Return what the lookup table of a model is called."""
    return str(load("references")["tables"].get(model) or "_".join(model.split(".")[1:]))


def _distinct(values: ColumnValues, separator: str) -> frozenset[str]:
    """Return the different keys in a column's cells, which a separator parts; "" for one key in each cell."""
    cells = values.column.values or frozenset(values.samples)
    found: set[str] = set()
    for cell in cells:
        if separator:
            found.update(map(str.strip, cell.split(separator)))
        else:
            found.add(cell.strip())
    return frozenset(found - {""})


def _separator(values: ColumnValues) -> str:
    """Return the first sign that parts keys in any sampled value, "" where none does."""
    for sign in _SEPARATORS:
        if any(sign in cell.strip(sign) for cell in values.samples):
            return sign
    return ""


def _lookup(values: ColumnValues, field: OdooField, catalog: Catalog) -> Lookup:
    own = reference(catalog.version).get(load("references")["records"].get(field.relation, ""), [])
    path = _path(values, field, catalog)
    entries = _entries(values, own, path, terms=field.relation == "account.payment.term")
    create = _creatable(catalog, field.relation)
    return Lookup(table_of(field.relation), field.relation, create=create, entries=entries, path=path)


def _path(values: ColumnValues, field: OdooField, catalog: Catalog) -> str:
    """Return the sign between the levels of the values, where records of the field's model can be within each other."""
    if field.type != "many2one" or field.relation not in catalog or not _creatable(catalog, field.relation):
        return ""
    parent = catalog.model(field.relation).field("parent_id/id")
    if parent is None or parent.relation != field.relation:
        return ""
    return name_levels.separator(_distinct(values, ""))


def _entries(values: ColumnValues, own: Sequence[Mapping[str, object]], path: str, *, terms: bool) -> dict[str, str]:
    """Return the values that Odoo's own records bear as a name, code or short form in any case, with their IDs."""
    names: dict[str, str] = {}
    for record in own:
        for part in _NAME_FIELDS:
            if record.get(part):
                names[fold(str(record[part]))] = str(record["xml_id"])
    entries = {}
    wanted = set(_distinct(values, ""))
    if path:
        wanted |= name_levels.ancestors(wanted, path)
    for value in sorted(wanted):
        xml_id = names.get(fold(value))
        if terms and not xml_id:
            xml_id = _term_by_days(value, names)
        if xml_id:
            entries[value] = xml_id
    return entries


def _term_by_days(value: str, names: Mapping[str, str]) -> str | None:
    """Return the payment term of a number of days: "Net 30" and "30 Tage netto" are 30 Days."""
    if not any(_DAYS_TERM.fullmatch(name) for name in names):
        return None
    if fold(value) in folded_words("at_once"):
        return names.get("immediate payment")
    number = _DAYS.fullmatch(value)
    # "30 days end of month" and "2% 10 net 30" are more than a number of days.
    if number is None or _more_than_days().search(value):
        return None
    return names.get(f"{number[1]} days")


@cache
def _more_than_days() -> re.Pattern[str]:
    """Return what a payment term says that is more than a number of days: a discount, or the end of a month."""
    return re.compile(rf"%|\b{pattern('month_ends')}\b", re.IGNORECASE)


@cache
def _creatable(catalog: Catalog, model: str) -> bool:
    return model in catalog and is_made_from_name(catalog.model(model))


def _undecided(lookup: Lookup, values: ColumnValues) -> str:
    """Return a sentence on the values without an entry, "" where all have one."""
    open_values = sorted(_distinct(values, "") - set(lookup.entries))
    # Without values nothing can be listed, but nothing is decided either.
    if not open_values:
        return "" if lookup.entries else "Say which record of Odoo each value means."
    return _say_which(open_values)


def _say_which(open_values: Sequence[str]) -> str:
    listed = ", ".join(open_values[:_LISTED_VALUES])
    more = " …" if len(open_values) > _LISTED_VALUES else ""
    return f"Say which record of Odoo each value means: {listed}{more}"
