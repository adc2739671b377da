"""How relational cells become external IDs: by another sheet's keys, a lookup table, Odoo's own records."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from engine.match.match_files import load
from engine.match.value_shares import Values
from engine.recipe import Lookup
from engine.values.folding import fold
from odoo_migrate.catalog import Catalog, OdooField, reference

_ENOUGH = 0.5  # share of a column's values that must be keys of the other sheet
_FAMILIES = {"product.template": "product.product"}
_BINARY = "Odoo wants the picture itself here, not its name or address."
_SEPARATORS = (";", "|", ",")
_NAMES = ("name", "code", "shortcut", "complete_name")  # of Odoo's own records
_DAYS = re.compile(r"\D*(\d{1,3})\D*")
_MORE_THAN_DAYS = re.compile(r"%|\b(end|ende|fin|fine|einde|fim|eom)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Sibling:
    """Another sheet of the dataset (or the sheet itself): its model, the column that names its records, that column's
    values, and the name of its mapping in the bundle.
    """

    sheet: str
    model: str
    key: str
    values: frozenset[str]
    mapping: str


@dataclass(frozen=True)
class Linked:
    """How a relational field is filled; see FieldSuggestion. `share`: of the values, found in `sibling`."""

    ref: str = ""
    lookup: Lookup | None = None
    separator: str = ""
    needs: str = ""
    sibling: Sibling | None = None
    share: float = 0.0


def linked(values: Values, field: OdooField, catalog: Catalog, siblings: Sequence[Sibling]) -> Linked:
    """What a column needs to fill `field`. Fields that hold no record need nothing."""
    if not field.relational:
        return Linked(needs=_BINARY if field.type == "binary" else "")
    separator = _separator(values) if field.type != "many2one" else ""
    sibling, share = best_sibling(values, field, siblings, separator)
    if sibling:
        return Linked(ref=sibling.mapping, separator=separator, sibling=sibling, share=share)
    if field.relation in built_in():
        return Linked(separator=separator)
    if field.type == "one2many":
        return Linked(needs=f"{field.label} are records of their own, with more than a name: give them a sheet.")
    lookup = _lookup(values, field, catalog)
    return Linked(lookup=lookup, separator=separator, needs="" if lookup.create else _needs(lookup, values))


def best_sibling(
    values: Values, field: OdooField, siblings: Iterable[Sibling], separator: str = ""
) -> tuple[Sibling | None, float]:
    """The sheet of the field's model whose keys most of the column's values are, with their share."""
    own = _distinct(values, separator)
    fitting = [one for one in siblings if same_model(one.model, field.relation) and own and one.values]
    shares = [(len(own & one.values) / len(own), -place, one) for place, one in enumerate(fitting)]
    share, _, sibling = max(shares, key=lambda found: found[:2], default=(0.0, 0, None))
    return (sibling, share) if sibling and share >= _ENOUGH else (None, 0.0)


def same_model(sheet: str, wanted: str) -> bool:
    """A sheet of products can become either kind of product, so it serves both."""
    return _FAMILIES.get(sheet, sheet) == _FAMILIES.get(wanted, wanted)


@cache
def built_in() -> frozenset[str]:
    """Models for which Odoo's own records serve without a table."""
    return frozenset(load("references")["built_in"].split())


def table_of(model: str) -> str:
    """What the lookup table of a model is called."""
    return str(load("references")["tables"].get(model) or "_".join(model.split(".")[1:]))


def _distinct(values: Values, separator: str) -> frozenset[str]:
    cells = values.column.values or frozenset(values.samples)
    parts = (part.strip() for cell in cells for part in (cell.split(separator) if separator else [cell]))
    return frozenset(part for part in parts if part)


def _separator(values: Values) -> str:
    """The sign between the keys of a cell: the first that stands in any sampled value, "" where there is none."""
    found = [sign for sign in _SEPARATORS if any(sign in cell.strip(sign) for cell in values.samples)]
    return found[0] if found else ""


def _lookup(values: Values, field: OdooField, catalog: Catalog) -> Lookup:
    own = reference(catalog.version).get(load("references")["records"].get(field.relation, ""), [])
    entries = _entries(values, own, terms=field.relation == "account.payment.term")
    return Lookup(table_of(field.relation), field.relation, create=_creatable(catalog, field.relation), entries=entries)


def _entries(values: Values, own: Sequence[Mapping[str, object]], *, terms: bool) -> dict[str, str]:
    """The values that Odoo's own records bear as a name, code or short form, in any case."""
    names = {fold(str(record[part])): str(record["xml_id"]) for record in own for part in _NAMES if record.get(part)}
    days = {name: xml_id for name, xml_id in names.items() if re.fullmatch(r"\d+ days", name)} if terms else {}
    found = {value: names.get(fold(value)) or _by_days(value, days, names) for value in sorted(_distinct(values, ""))}
    return {value: xml_id for value, xml_id in found.items() if xml_id}


def _by_days(value: str, days: Mapping[str, str], names: Mapping[str, str]) -> str | None:
    """Payment terms by their number of days: "Net 30", "30 Tage netto" → 30 Days."""
    if days and fold(value) in load("references")["at_once"]:
        return names.get("immediate payment")
    number = _DAYS.fullmatch(value)
    return days.get(f"{number[1]} days") if number and days and not _MORE_THAN_DAYS.search(value) else None


@cache
def _creatable(catalog: Catalog, model: str) -> bool:
    """Whether a name is all that a record of the model needs, so that a value can become one."""
    if model not in catalog or model in load("references")["not_created"].split():
        return False
    fields = catalog.model(model).fields
    needed = {field.name for field in fields.values() if field.required and not field.has_default}
    return "name" in fields and needed <= {"name"}


def _needs(lookup: Lookup, values: Values) -> str:
    open_values = sorted(_distinct(values, "") - set(lookup.entries))
    if not open_values and lookup.entries:
        return ""
    listed = ", ".join(open_values[:3]) + (" …" if len(open_values) > 3 else "")
    return (
        f"Say which record of Odoo each value means: {listed}"
        if listed
        else "Say which record of Odoo each value means."
    )
