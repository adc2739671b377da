"""What every cell of a mapped column must keep to, as rules that run on whole columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import polars as pl

from engine.bundle.added_columns import LineNumber, MadeKey
from engine.bundle.bundle_plan import MappedSheet
from engine.bundle.column_rules import EMPTIES_A_REFERENCE, Bad, blank, unlike, value_rules
from engine.bundle.export_problems import Severity, Station, listed, rows_word
from engine.bundle.field_mappings import MappedField
from engine.bundle.lookup_tables import LookupTable
from engine.bundle.target_mappings import MappedTarget
from odoo_migrate.project.project_files import split_keys
from odoo_migrate.rules import model_needs


@dataclass(frozen=True)
class Rule:
    """`bad` marks the rows of a batch whose cell of `column` breaks the rule, where column `when` is not empty ("":
    everywhere). `why(cell)` is the reason as the row's own, `says(count)` the sentence about all of them; a row goes
    all the same where `severity` is "warning".
    """

    kind: str
    column: str
    bad: Callable[[pl.DataFrame], pl.Series]
    why: Callable[[str], str]
    says: Callable[[int], str]
    when: str = ""
    model: str = ""
    field: str = ""
    lookup: str = ""
    station: Station = "cleaning"
    severity: Severity = "row"


def of_cells(column: str, bad: Bad) -> Callable[[pl.DataFrame], pl.Series]:
    """`bad` of one column, in a batch of many."""
    return lambda frame: bad(frame[column])


def sheet_rules(sheet: MappedSheet, tables: Mapping[str, LookupTable], version: str) -> list[Rule]:
    """All rules for a sheet's cells."""
    rules: list[Rule] = []
    for target in sheet.targets:
        rules += _key_rules(sheet, target)
        rules += _line_rules(target)
        for field in target.fields:
            rules += _field_rules(field, target, tables, version)
    return rules


def _key_rules(sheet: MappedSheet, target: MappedTarget) -> Iterator[Rule]:
    made = {one.title: one for one in sheet.columns.added}
    for title in target.key:
        own = made.get(title)
        if not isinstance(own, LineNumber):  # it is empty where its parent is, and that is told of the parent
            empty = f"{listed(list(own.columns))} are all empty" if isinstance(own, MadeKey) else f"'{title}' is empty"
            yield _rule("key_empty", title, blank, f"{empty}, so the record has no ID", target, None)


def _line_rules(target: MappedTarget) -> Iterator[Rule]:
    """An order line without a product is a down payment with a name, or refused."""
    product = next((one for one in target.fields if one.field.name == "product_id"), None)
    if target.model.name not in model_needs.LINES_OF_PRODUCTS or product is None:
        return
    advance = _cells(target, "is_downpayment").str.to_lowercase().is_in(["1", "true", "yes"])
    refused = ~(advance & (_cells(target, "name") != "")) & (_cells(target, "product_id") == "")
    phrase = f"'{product.source}' is empty, and Odoo takes no order line without a product"
    rule = _rule("no_product", product.source, blank, phrase, target, product)
    yield replace(rule, bad=lambda frame: frame.select(refused).to_series())


def _cells(target: MappedTarget, name: str) -> pl.Expr:
    """What fills field `name`: a column, a constant or nothing."""
    source = next((one.source for one in target.fields if one.field.name == name), None)
    cells = pl.lit(target.values.get(name, "")) if source is None else pl.col(source)
    return cells.str.strip_chars()


def _field_rules(
    field: MappedField, target: MappedTarget, tables: Mapping[str, LookupTable], version: str
) -> Iterator[Rule]:
    column, label = field.source, field.field.label
    if field.refused:
        phrase = f"'{column}' is empty, but Odoo needs '{label}' for every record"
        yield _rule("required_empty", column, blank, phrase, target, field)
    for one in value_rules(field.field, version):
        yield _cell_rule(one.kind, column, one.bad, one.says, target, field)
    if field.lookup and not tables[field.lookup].creates:
        yield _lookup_rule(field, target, tables[field.lookup])


def _rule(kind: str, column: str, bad: Bad, phrase: str, target: MappedTarget, field: MappedField | None) -> Rule:
    """A rule whose reason is the same for every cell."""
    return Rule(
        kind, column, of_cells(column, bad), lambda cell: phrase, lambda count: f"{rows_word(count)}: {phrase}.",
        target.when, target.model.name, field.name if field else "",
    )  # fmt: skip


def _cell_rule(kind: str, column: str, bad: Bad, says: str, target: MappedTarget, field: MappedField) -> Rule:
    """A rule whose reason names the cell."""
    return Rule(
        kind, column, of_cells(column, bad), lambda cell: f"'{column}' ('{cell}') {says}",
        lambda count: f"{rows_word(count)}: '{column}' {says}.", target.when, target.model.name, field.name,
    )  # fmt: skip


def _lookup_rule(field: MappedField, target: MappedTarget, table: LookupTable) -> Rule:
    def gone(cell: str) -> list[str]:
        return [key for key in split_keys(cell, field.separator) if not table.resolves(key)]

    def why(cell: str) -> str:
        if any(key.strip().casefold() in EMPTIES_A_REFERENCE for key in gone(cell)):
            return f"'{field.source}' is '{cell}', which would silently empty '{field.field.label}' in Odoo"
        return f"'{field.source}': {listed(gone(cell))} {_nowhere(table)}"

    return Rule(
        "lookup_nowhere", field.source, of_cells(field.source, unlike(lambda cell: not gone(cell))), why,
        lambda count: f"{rows_word(count)}: a value of '{field.source}' {_nowhere(table)}.",
        target.when, target.model.name, field.name, table.name, "mapping",
    )  # fmt: skip


def _nowhere(table: LookupTable) -> str:
    if table.model == "res.country.state":
        return "is not a state with its country, such as US-CA"
    return f"leads nowhere: the lookup '{table.name}' does not have it"
