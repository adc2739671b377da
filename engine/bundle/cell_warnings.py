"""What Odoo takes without a word, but not as it was meant: warnings about cells, as rules that run on whole columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache

import polars as pl

from engine.bundle.bundle_plan import MappedSheet
from engine.bundle.cell_rules import Rule, of_cells
from engine.bundle.column_rules import Bad, blank
from engine.bundle.export_problems import Station, rows_word
from engine.bundle.field_mappings import MappedField
from engine.bundle.lookup_tables import LookupTable
from engine.bundle.target_mappings import MappedTarget
from engine.recipe import Recipe
from engine.values import NotRead, vat_numbers
from odoo_migrate import catalog
from odoo_migrate.rules import model_needs

_NO_COUNTRY = "ZZ"  # no country has this code: only the letters in front of a number say then whose it is


def sheet_cautions(sheet: MappedSheet, tables: Mapping[str, LookupTable], recipe: Recipe) -> list[Rule]:
    """All warnings about a sheet's cells."""
    rules: list[Rule] = []
    for target in sheet.targets:
        fields = {one.field.name: one for one in target.fields}
        rules += [rule for field in target.fields for rule in _field_cautions(field, target, recipe.timezone)]
        if target.model.name == "res.partner" and model_needs.shares_address(recipe.odoo_version):
            rules += _parents_address(target, fields)
        if "vat" in fields:
            rules.append(_tax_numbers(target, fields, tables, recipe.odoo_version))
    return rules


def _field_cautions(field: MappedField, target: MappedTarget, timezone: str) -> Iterator[Rule]:
    if field.field.type == "boolean" and field.name in model_needs.YES_BY_DEFAULT:
        yield _switched_off(field, target)
    if field.field.digits is not None:
        yield _rounded(field, field.field.digits[1], target)
    if field.field.type == "datetime" and timezone == "UTC":
        yield _day_before(field, target)


def _caution(
    kind: str, field: MappedField, target: MappedTarget, bad: Callable[[pl.DataFrame], pl.Series],
    says: Callable[[int], str], station: Station = "cleaning",
) -> Rule:  # fmt: skip
    return Rule(
        kind, field.source, bad, lambda cell: "", says, target.when, target.model.name, field.name,
        station=station, severity="warning",
    )  # fmt: skip


def _switched_off(field: MappedField, target: MappedTarget) -> Rule:
    verb, noun = model_needs.YES_BY_DEFAULT[field.name]

    def says(count: int) -> str:
        has, these = ("has", f"this {noun}") if count == 1 else ("have", f"these {noun}s")
        return f"{rows_word(count)} {has} an empty '{field.source}': Odoo would {verb} {these}."

    return _caution("switched_off", field, target, of_cells(field.source, blank), says)


def _rounded(field: MappedField, decimals: int, target: MappedTarget) -> Rule:
    def says(count: int) -> str:
        more = f"'{field.source}' has more decimals than Odoo keeps ({decimals})"
        return f"{rows_word(count)}: {more}; it would be rounded."

    return _caution("rounded", field, target, of_cells(field.source, longer_than(decimals)), says)


def longer_than(decimals: int) -> Bad:
    """Numbers with more digits after the point, zeros at the end aside."""
    shape = rf"\.[0-9]{{{decimals}}}[0-9]*[1-9]0*$"
    return lambda cells: cells.str.contains(shape)


def _day_before(field: MappedField, target: MappedTarget) -> Rule:
    def says(count: int) -> str:
        zone = f"{rows_word(count)}: '{field.source}' has no time of day, and the time zone is UTC"
        return f"{zone}; people west of Greenwich would see the day before. Set your own time zone."

    day = of_cells(field.source, lambda cells: cells.str.contains("^[0-9]{4}-[0-9]{2}-[0-9]{2}$"))
    return _caution("day_before", field, target, day, says, "mapping")


def _parents_address(target: MappedTarget, fields: Mapping[str, MappedField]) -> Iterator[Rule]:
    parent, kind = fields.get("parent_id"), fields.get("type")
    address = [fields[name].source for name in model_needs.ADDRESS if name in fields]
    if parent is None or not address or target.values.get("type", "contact").casefold() != "contact":
        return
    own = pl.any_horizontal(pl.col(title).str.strip_chars() != "" for title in address)
    lost = (pl.col(parent.source).str.strip_chars() != "") & own
    if kind is not None:
        lost &= pl.col(kind.source).str.to_lowercase() == "contact"

    def says(count: int) -> str:
        have, their = ("has", "its") if count == 1 else ("have", "their")
        both = f"{rows_word(count)} {have} a parent and an address of {their} own"
        return f"{both}: Odoo gives a contact its parent's address."

    yield _caution("parents_address", parent, target, lambda frame: frame.select(lost).to_series(), says, "mapping")


def _tax_numbers(
    target: MappedTarget, fields: Mapping[str, MappedField], tables: Mapping[str, LookupTable], version: str
) -> Rule:
    field, country = fields["vat"], fields.get("country_id")
    codes = {one["xml_id"]: str(one["code"]) for one in catalog.reference(version)["countries"]}
    constant = codes.get(target.values.get("country_id/id", ""), _NO_COUNTRY)

    def of_row(frame: pl.DataFrame) -> pl.Series:
        if country is None or not country.lookup:
            return pl.repeat(constant, len(frame), eager=True)
        cells = frame[country.source]
        found = {cell: codes.get(tables[country.lookup].known(cell), _NO_COUNTRY) for cell in cells.unique()}
        return cells.replace_strict(found, return_dtype=pl.String)

    def bad(frame: pl.DataFrame) -> pl.Series:
        pairs = zip(frame[field.source], of_row(frame), strict=True)
        return pl.Series([_refused(number, code) for number, code in pairs], dtype=pl.Boolean)

    def says(count: int) -> str:
        what = "this tax number" if count == 1 else "these tax numbers"
        return f"{rows_word(count)}: Odoo refuses {what} where it checks them (VAT module)."

    return _caution("vat_refused", field, target, bad, says)


@lru_cache(maxsize=65_536)
def _refused(number: str, country: str) -> bool:
    if len(number.strip()) < 2:  # Odoo takes a single character as "has none"
        return False
    try:
        vat_numbers.clean(number, country)
    except NotRead:
        return True
    return False
