"""Turn what Odoo wants of cells into rules that run on batches of rows.

`odoo_migrate.rules` says what is refused; here it gets its columns, and the sentence around it.

Other rules only warn, of cells that Odoo takes otherwise than they were meant. Two of these are the portal's alone: an
empty cell switches a record off only where the bundle is loaded by other means (the loader leaves empty cells of a new
record out), and the check digits of tax numbers are known to the library that cleans them, which the loader does
without.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import polars as pl

from engine.bundle.added_columns import LineNumber, MadeKey
from engine.bundle.bundle_plan import MappedSheet
from engine.bundle.column_rules import Bad, RecordColumns, blank, refused_by, unlike
from engine.bundle.export_problems import Severity, Station, listed, rows_word
from engine.bundle.lookup_tables import LookupTable
from engine.bundle.mapped_fields import MappedField
from engine.bundle.mapped_targets import MappedTarget
from engine.recipe import Recipe
from engine.values import NotRead, vat_numbers
from odoo_migrate import catalog
from odoo_migrate.project.project_definition import split_keys
from odoo_migrate.rules import shipped_records
from odoo_migrate.rules.cell_combinations import RecordRule, record_rules
from odoo_migrate.rules.reference_rules import NO_ID, names_nothing, not_in_lookup
from odoo_migrate.rules.required_fields import YES_BY_DEFAULT, empty
from odoo_migrate.rules.value_rules import ValueRule, value_cautions, value_rules

_NO_COUNTRY = "ZZ"  # no country has this code: only the letters in front of a number say then whose it is


# --- rules


@dataclass(frozen=True)
class BatchRule:
    """Hold a rule for the rows of a batch.

    Attributes:
        kind: a slug.
        column: the column to blame.
        bad: marks the rows that break the rule.
        reasons: why each row of a frame of such rows breaks it, as the row's own reason.
        says: the sentence about all of them, given their number.
        when: the rule holds only where this column is not empty ("": everywhere).
        severity: a row goes all the same where it is "warning".
    """

    kind: str
    column: str
    bad: Callable[[pl.DataFrame], pl.Series]
    reasons: Callable[[pl.DataFrame], list[str]]
    says: Callable[[int], str]
    when: str = ""
    model: str = ""
    field: str = ""
    lookup: str = ""
    station: Station = "cleaning"
    severity: Severity = "row"


def _of_cells(column: str, bad: Bad) -> Callable[[pl.DataFrame], pl.Series]:
    """Return `bad`, which takes one column, for batches of many."""

    def marks(frame: pl.DataFrame) -> pl.Series:
        return bad(frame[column])

    return marks


def _subject(column: str, cell: str) -> str:
    """Return the subject of a rule's predicate: the column and its cell."""
    if not cell.strip():
        return f"'{column}'"
    return f"'{column}' ('{cell}')"


def _summed(phrase: str) -> Callable[[int], str]:
    """Return the function that writes `phrase` about a number of rows."""

    def says(count: int) -> str:
        return f"{rows_word(count)}: {phrase}."

    return says


def sheet_rules(sheet: MappedSheet, tables: Mapping[str, LookupTable], version: str) -> list[BatchRule]:
    """Return all rules for a sheet's cells, those that only warn among them."""
    rules: list[BatchRule] = []
    for target in sheet.targets:
        rules += _key_rules(sheet, target)
        rules += _record_rules(target, tables, version)
        for field in target.fields:
            rules += _field_rules(field, target, tables, version)
    return rules


def _value_rule(rule: ValueRule, field: MappedField, target: MappedTarget) -> BatchRule:
    """Return a rule for values on the column of `field`; the reason names the cell."""
    column = field.source

    def why(cell: str) -> str:
        return f"{_subject(column, cell)} {rule.predicate}"

    return BatchRule(
        rule.kind, column, _of_cells(column, refused_by(rule, field.field)), _each(column, why),
        _summed(f"'{column}' {rule.predicate}"), target.when, target.model.name, field.name,
    )  # fmt: skip


def _key_rules(sheet: MappedSheet, target: MappedTarget) -> Iterator[BatchRule]:
    made = {one.title: one for one in sheet.columns.added}
    # A title of the key that the export does not make is a column of the sheet.
    for title in target.key:
        own = made.get(title)
        if isinstance(own, LineNumber):  # it is empty where its parent is, of which the same is said
            continue
        empty_key = f"'{title}' {NO_ID}"
        if isinstance(own, MadeKey):
            empty_key = f"{listed(list(own.columns))} {NO_ID.replace('is empty', 'are all empty')}"
        yield _same_reason("key_empty", title, blank, empty_key, target)


def _record_rules(target: MappedTarget, tables: Mapping[str, LookupTable], version: str) -> Iterator[BatchRule]:
    given = [field.name for field in target.fields]
    given += target.values
    for rule in record_rules(target.model.name, given, version):
        columns = RecordColumns(rule, target, tables)
        # What is wrong between constants alone is a fault of the mapping, found when it is planned.
        if columns.blamed:
            yield _record_rule(rule, columns, target)


def _record_rule(rule: RecordRule, columns: RecordColumns, target: MappedTarget) -> BatchRule:
    summary = rule.summary
    if not rule.is_clause:
        summary = f"{columns.shown} {summary}"
    severity: Severity = "warning"
    if rule.level == "error":
        severity = "row"
    # "" where a constant is to blame, of which no column can be shown.
    blamed_field = ""
    if rule.column in [field.name for field in target.fields]:
        blamed_field = rule.column
    return BatchRule(
        rule.kind, columns.blamed, columns.bad, columns.reasons, _summed(summary), target.when, target.model.name,
        blamed_field, severity=severity,
    )  # fmt: skip


def _field_rules(
    field: MappedField, target: MappedTarget, tables: Mapping[str, LookupTable], version: str
) -> Iterator[BatchRule]:
    column = field.source
    if field.refused:
        bad: Bad = blank
        if field.separator:  # a cell such as ", ," is not blank, but names nothing
            bad = _without_keys(field.separator)
        yield _same_reason("required_empty", column, bad, f"'{column}' {empty(field.field)}", target, field.name)
    for one in value_rules(field.field, version):
        yield _value_rule(one, field, target)
    if field.lookup:
        table = tables[field.lookup]
        # A table that creates records knows every key, and a list has no key of spaces: nothing can be wrong.
        if not table.creates or not field.separator:
            yield _lookup_rule(field, target, table)
        if shipped_records.is_certain(table.model) and _missing(table, version):
            yield _missing_rule(field, target, table, version)


def _without_keys(separator: str) -> Bad:
    """Return the test that marks cells whose list has no entry."""

    def names_some(cell: str) -> bool:
        return bool(split_keys(cell, separator))

    nameless = unlike(names_some)

    def marks(cells: pl.Series) -> pl.Series:
        return (cells == "") | nameless(cells)

    return marks


def _same_reason(
    kind: str, column: str, bad: Bad, phrase: str, target: MappedTarget, field: str = ""
) -> BatchRule:  # fmt: skip
    """Return a rule whose reason is the same for every cell; `field` is "" for a key, which fills none."""

    def reasons(frame: pl.DataFrame) -> list[str]:
        return [phrase] * len(frame)

    return BatchRule(
        kind, column, _of_cells(column, bad), reasons, _summed(phrase), target.when, target.model.name, field
    )  # fmt: skip


def _each(column: str, why: Callable[[str], str]) -> Callable[[pl.DataFrame], list[str]]:
    """Return the function that gives the reason of each row; `why` is called once for each distinct cell."""

    def reasons(frame: pl.DataFrame) -> list[str]:
        known = {}
        cells = frame[column].to_list()
        for cell in set(cells):
            known[cell] = why(cell)
        return [known[cell] for cell in cells]

    return reasons


def _lookup_rule(field: MappedField, target: MappedTarget, table: LookupTable) -> BatchRule:
    def gone(cell: str) -> list[str]:
        return [key for key in split_keys(cell, field.separator) if not table.resolves(key)]

    def nowhere(keys: list[str]) -> str:
        return not_in_lookup(keys, field.field.label, table.name, table.model)

    def why(cell: str) -> str:
        keys = gone(cell)
        return f"'{field.source}': {listed(keys)} {nowhere(keys)}"

    def leads_somewhere(cell: str) -> bool:
        return not gone(cell)

    bad = unlike(leads_somewhere)
    if table.creates:  # only a key of spaces is no record's name
        bad = _only_spaces
    return BatchRule(
        "lookup_nowhere", field.source, _of_cells(field.source, bad), _each(field.source, why),
        _summed(f"a value of '{field.source}' {nowhere([])}"),
        target.when, target.model.name, field.name, table.name, "mapping",
    )  # fmt: skip


def _only_spaces(cells: pl.Series) -> pl.Series:
    return (cells != "") & blank(cells)


def _missing(table: LookupTable, version: str) -> dict[str, str]:
    """Return the entries of a table that name records which Odoo does not have."""
    missing = {}
    for key, own in table.entries.items():
        if shipped_records.is_missing(own, table.model, version):
            missing[key] = own
    return missing


def _missing_rule(field: MappedField, target: MappedTarget, table: LookupTable, version: str) -> BatchRule:
    """Return the rule that entries of a lookup must name records that Odoo has."""
    missing, odoo = _missing(table, version), f"Odoo {version.removesuffix('.0')}"

    def named(cell: str) -> list[str]:
        return [missing[key] for key in split_keys(cell, field.separator) if key in missing]

    def why(cell: str) -> str:
        # The first is enough: the user mends the lookup's entries, not the cell.
        return f"{_subject(field.source, cell)} {names_nothing(named(cell)[0], odoo)}"

    def all_known(cell: str) -> bool:
        return not named(cell)

    names = listed(sorted(set(missing.values())))
    return BatchRule(
        "entry_unknown", field.source, _of_cells(field.source, unlike(all_known)), _each(field.source, why),
        _summed(f"a value of '{field.source}' names a record that {odoo} lacks: {names}"),
        target.when, target.model.name, field.name, table.name, "mapping",
    )  # fmt: skip


# --- warnings: what Odoo takes without a word, but not as it was meant


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
        caution = replace(_value_rule(one, field, target), severity="warning")
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

    return _caution("switched_off", field, target, _of_cells(field.source, blank), says)


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
