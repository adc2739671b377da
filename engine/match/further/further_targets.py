"""Suggest the further records of a sheet's rows, and leave to them the columns that they are made of."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import replace

from engine.match.further.company_or_person import names_elsewhere, with_kind
from engine.match.further.contact_persons import Person, contact_persons, people_of_rows
from engine.match.further.main_records import PARENT_FIELD, MainRecords, without_columns
from engine.match.further.parent_names import with_categories, with_parents
from engine.match.further.second_addresses import second_addresses
from engine.match.further.vendor_prices import PRODUCT_FIELDS, vendor_prices
from engine.match.match_evidence import SheetSuggestion, TargetSuggestion
from engine.match.sheet_to_match import SheetToMatch
from engine.recipe import KEY_TITLE

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

    These are people and second addresses of companies, vendors' prices of products, and what names in levels stand
    below.
    """
    if not suggestion.id:
        return suggestion
    main = MainRecords(suggestion, sheet)
    if suggestion.model in PRODUCT_FIELDS:
        target, further = _of_products(main)
    elif _may_have_parents(main):
        target, further = _of_parties(main)
    else:
        return suggestion
    return replace(
        suggestion, columns=target.columns, steps=target.steps, key=target.key, id=target.id,
        also=[*suggestion.also, *further],
    )  # fmt: skip


def _of_products(main: MainRecords) -> tuple[TargetSuggestion, list[TargetSuggestion]]:
    further = list(vendor_prices(main))
    target = _left_to(further, main.target, {PRODUCT_FIELDS[main.target.model], "price"})
    return with_categories(target, main), further


def _of_parties(main: MainRecords) -> tuple[TargetSuggestion, list[TargetSuggestion]]:
    """Return records that can be below another one of their model, with what hangs below them."""
    further: list[TargetSuggestion] = []
    target = main.target
    if target.model in _WITH_CHILDREN:
        people = people_of_rows(main)
        further = [*contact_persons(main, people), *second_addresses(main)]
        target = _left_to(further, _with_names_and_kinds(main, people, further), {PARENT_FIELD})
    target, parents = with_parents(target, main)
    if target.key != main.target.key:
        # The people and addresses are named after the key of their company.
        further = [_by_key(one, target) for one in further]
    return target, [*parents, *further]


def _by_key(one: TargetSuggestion, target: TargetSuggestion) -> TargetSuggestion:
    [title] = target.key
    columns = []
    for column in one.columns:
        columns.append(replace(column, title=title) if column.title == KEY_TITLE else column)
    return replace(one, key=target.key, id=one.id.replace(f"{{{KEY_TITLE}}}", f"{{{title}}}"), columns=columns)


def _may_have_parents(main: MainRecords) -> bool:
    """Return whether the records can be below others of their model, and are not said to be by a column."""
    field = main.sheet.catalog.model(main.target.model).field(PARENT_FIELD)
    if field is None or field.relation != main.target.model:
        return False
    return not any(column.field == PARENT_FIELD for column in main.target.columns)


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
