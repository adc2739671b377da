"""Suggest the further records of a sheet's rows, and leave to them the columns that they are made of."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import replace

from engine.match.further.company_or_person import names_elsewhere, with_kind
from engine.match.further.contact_persons import Person, contact_persons, people_of_rows
from engine.match.further.main_records import PARENT_FIELD, MainRecords, without_columns
from engine.match.further.second_addresses import second_addresses
from engine.match.further.vendor_prices import PRODUCT_FIELDS, vendor_prices
from engine.match.match_evidence import SheetSuggestion, TargetSuggestion
from engine.match.sheet_to_match import SheetToMatch

# Records of these models have records of the same model below them: people, addresses.
_WITH_CHILDREN = frozenset(["res.partner"])
_WORDS = {
    "contact": "a person of the company",
    "delivery": "the delivery address",
    "invoice": "the invoice address",
    "vendor": "the vendor's price",
}


def with_further_records(suggestion: SheetSuggestion, sheet: SheetToMatch) -> SheetSuggestion:
    """Return a sheet's suggestion with the further records that its rows hold besides.

    These are people and second addresses of companies, and vendors' prices of products.
    """
    if not suggestion.id:
        return suggestion
    main = MainRecords(suggestion, sheet)
    if suggestion.model in PRODUCT_FIELDS:
        further = list(vendor_prices(main))
        kept = _left_to(further, suggestion, {PRODUCT_FIELDS[suggestion.model], "price"})
        return replace(suggestion, columns=kept.columns, also=[*suggestion.also, *further])
    # A record with a parent of its own is a person or an address already.
    has_parent = any(column.field == PARENT_FIELD for column in suggestion.columns)
    if suggestion.model not in _WITH_CHILDREN or has_parent:
        return suggestion
    people = people_of_rows(main)
    further = [*contact_persons(main, people), *second_addresses(main)]
    kept = _left_to(further, _with_names_and_kinds(main, people, further), {PARENT_FIELD})
    return replace(suggestion, columns=kept.columns, steps=kept.steps, also=[*suggestion.also, *further])


def _left_to(further: Sequence[TargetSuggestion], target: TargetSuggestion, shared: Container[str]) -> TargetSuggestion:
    """Return the chief target without the columns of further records, but for those that fill `shared` fields there."""
    reasons = {}
    for one in further:
        words = _WORDS.get(one.role.partition("_")[0], "a further record")
        for column in one.columns:
            if column.field not in shared:
                reasons[column.title] = f"belongs to {words}"
    return without_columns(target, reasons)


def _with_names_and_kinds(
    main: MainRecords, people: Sequence[Person], further: Sequence[TargetSuggestion]
) -> TargetSuggestion:
    """Return the chief target with the names that stand elsewhere, and with what says that it is a company."""
    if not main.name_title:
        return main.target
    steps = [one for target in further for one in target.steps]
    target = with_kind(main.target, steps)
    # The names come last: only before that does an empty cell say that the row is no company.
    elsewhere = names_elsewhere(main, [person.names for person in people])
    return replace(target, steps=[*target.steps, *elsewhere.steps(main)])
