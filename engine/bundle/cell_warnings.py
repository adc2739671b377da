"""Warn of cells that Odoo takes without a word, but not as they were meant.

Two of these warnings are the portal's alone: an empty cell switches a record off only where the bundle is loaded by
other means (the loader leaves empty cells of a new record out), and the check digits of tax numbers are known to the
library that cleans them, which the loader does without.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache

import polars as pl

from engine.bundle.bundle_plan import MappedSheet
from engine.bundle.cell_rules import BatchRule, of_cells, value_rule
from engine.bundle.column_rules import blank
from engine.bundle.export_problems import rows_word
from engine.bundle.field_mappings import MappedField
from engine.bundle.lookup_tables import LookupTable
from engine.bundle.target_mappings import MappedTarget
from engine.recipe import Recipe
from engine.values import NotRead, vat_numbers
from odoo_migrate import catalog
from odoo_migrate.rules.required_fields import YES_BY_DEFAULT
from odoo_migrate.rules.value_rules import value_cautions

_NO_COUNTRY = "ZZ"  # no country has this code: only the letters in front of a number say then whose it is


def sheet_cautions(sheet: MappedSheet, tables: Mapping[str, LookupTable], recipe: Recipe) -> list[BatchRule]:
    """Return all warnings about single cells of a sheet."""
    rules: list[BatchRule] = []
    for target in sheet.targets:
        fields = {one.field.name: one for one in target.fields}
        for field in target.fields:
            rules += _field_cautions(field, target, recipe.timezone)
        if "vat" in fields:
            rules.append(_tax_numbers(target, fields, tables, recipe.odoo_version))
    return rules


def _field_cautions(field: MappedField, target: MappedTarget, timezone: str) -> Iterator[BatchRule]:
    if field.field.type == "boolean" and field.name in YES_BY_DEFAULT:
        yield _switched_off(field, target)
    for one in value_cautions(field.field, timezone):
        caution = replace(value_rule(one, field, target), severity="warning")
        if one.kind == "day_before":
            caution = _with_advice(caution)
        yield caution


def _with_advice(rule: BatchRule) -> BatchRule:
    """Say where the time zone is set."""

    def says(count: int) -> str:
        return f"{rule.says(count)} Set your own time zone."

    return replace(rule, station="mapping", says=says)


def _caution(
    kind: str, field: MappedField, target: MappedTarget, bad: Callable[[pl.DataFrame], pl.Series],
    says: Callable[[int], str],
) -> BatchRule:  # fmt: skip
    return BatchRule(
        kind, field.source, bad, _no_reasons, says, target.when, target.model.name, field.name, severity="warning"
    )  # fmt: skip


def _no_reasons(frame: pl.DataFrame) -> list[str]:
    """Return nothing for each row: rows that only warn are not held back, so that no file says why."""
    return [""] * len(frame)


def _switched_off(field: MappedField, target: MappedTarget) -> BatchRule:
    verb, noun = YES_BY_DEFAULT[field.name]

    def says(count: int) -> str:
        has, these = "have", f"these {noun}s"
        if count == 1:
            has, these = "has", f"this {noun}"
        return f"{rows_word(count)} {has} an empty '{field.source}': Odoo would {verb} {these}."

    return _caution("switched_off", field, target, of_cells(field.source, blank), says)


def _tax_numbers(
    target: MappedTarget, fields: Mapping[str, MappedField], tables: Mapping[str, LookupTable], version: str
) -> BatchRule:
    field, country = fields["vat"], fields.get("country_id")
    codes = {}
    for one in catalog.reference(version)["countries"]:
        codes[one["xml_id"]] = str(one["code"])
    constant = codes.get(target.values.get("country_id/id", ""), _NO_COUNTRY)

    def of_row(frame: pl.DataFrame) -> pl.Series:
        if country is None or not country.lookup:
            return pl.repeat(constant, len(frame), eager=True)
        cells = frame[country.source]
        found = {}
        for cell in cells.unique():
            found[cell] = codes.get(tables[country.lookup].known(cell), _NO_COUNTRY)
        return cells.replace_strict(found, return_dtype=pl.String)

    def bad(frame: pl.DataFrame) -> pl.Series:
        # Row by row, since numbers hardly repeat; an answer that was given once is kept.
        return pl.Series(list(map(_refused, frame[field.source], of_row(frame))), dtype=pl.Boolean)

    def says(count: int) -> str:
        what = "these tax numbers"
        if count == 1:
            what = "this tax number"
        return f"{rows_word(count)}: Odoo refuses {what} where it checks them (VAT module)."

    return _caution("vat_refused", field, target, bad, says)


@lru_cache(maxsize=65_536)  # about 15 MB at most
def _refused(number: str, country: str) -> bool:
    if len(number.strip()) < 2:  # Odoo takes a single character as "has none"
        return False
    try:
        vat_numbers.clean(number, country)
    except NotRead:
        return True
    return False
