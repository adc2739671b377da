"""Say what the cells of one record must be to each other: Odoo would take most of it and store something else."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from odoo_migrate.project.external_ids import is_empty
from odoo_migrate.project.problems import Level
from odoo_migrate.rules import FIRST_VERSION, major
from odoo_migrate.rules.required_fields import LINES_OF_PRODUCTS
from odoo_migrate.rules.shipped_records import countries_of_states, country_names
from odoo_migrate.rules.value_rules import YES

Values = Sequence[str]

# What a contact of type "contact" has from its parent. Up to Odoo 18 the loader can give it an address of its own
# afterwards; from 19 on, written into the contact it is written into the parent (seen on a real server).
SHARED_ADDRESS_SINCE = 19
ADDRESS = ("street", "street2", "city", "zip", "state_id", "country_id")

_SHARES_ADDRESS = frozenset({"", "contact"})  # without a type, a new contact is one of type "contact"


@dataclass(frozen=True)
class RecordRule:
    """Hold a rule over several cells of a record.

    Attributes:
        kind: a slug.
        column: the import name of the column to blame.
        reads: the import names of the columns it looks at, those among them that the record lacks left out.
        marks: those of `reads` of which only matters whether they are filled.
        judge: given the values of `reads`, returns a predicate about the cell of `column`, or "".
        summary: the same about many records at once.
        is_clause: the sentences are clauses about the record instead.
        level: whether Odoo refuses the record, or stores it otherwise than meant.
        since: the first version of Odoo for which it holds.
    """

    kind: str
    column: str
    reads: tuple[str, ...]
    marks: frozenset[str]
    judge: Callable[[Values], str]
    summary: str
    level: Level = "error"
    is_clause: bool = False
    since: int = FIRST_VERSION


def record_rules(model: str, given: Collection[str], version: str) -> list[RecordRule]:
    """Return the rules for records of `model` of which the columns `given` (import names) are filled."""
    found = [*_state_rules(given, version)]
    if model == "res.partner":
        found += _address_rules(given)
    if model in LINES_OF_PRODUCTS:
        found += _product_rules(given)
    return [rule for rule in found if major(version) >= rule.since]


def _state_rules(given: Collection[str], version: str) -> Iterator[RecordRule]:
    """Odoo takes a state of another country without a word, and fills in no country."""
    if "state_id/id" not in given:
        return
    home_of, names = countries_of_states(version), country_names(version)
    reads = _those_given(given, "state_id/id", "country_id/id")

    def in_other_country(values: Values) -> str:
        home, own = home_of.get(values[0], ""), values[1]
        # Of a state of the project's own, the country cannot be looked up here.
        if not home or not own or own == home:
            return ""
        there, here = names.get(home, home), names.get(own, own)
        return f"belongs to {there}, but the record's country is {here}; Odoo would store it without a word"

    def without_country(values: Values) -> str:
        if not values[0] or any(values[1:]):
            return ""
        return no_country

    no_country = "is a state without its country, which Odoo does not fill in"
    none: frozenset[str] = frozenset()
    if len(reads) > 1:
        elsewhere = "belongs to another country than the record; Odoo would store it without a word"
        yield RecordRule("state_elsewhere", reads[0], reads, none, in_other_country, elsewhere)
    yield RecordRule(
        "state_without_country", reads[0], reads, frozenset(reads), without_country, no_country, "warning"
    )  # fmt: skip


def _address_rules(given: Collection[str]) -> Iterator[RecordRule]:
    """A contact of type "contact" gets the address of its parent, whatever its own row says."""
    columns = itertools.chain.from_iterable((field, f"{field}/id") for field in ADDRESS)
    address = _those_given(given, *columns)
    if "parent_id/id" not in given or not address:
        return
    kind = _those_given(given, "type")
    lost = "the record has a parent and an address of its own: Odoo gives a contact its parent's address"

    def judge(values: Values) -> str:
        parent, kinds, own = values[0], values[1 : 1 + len(kind)], values[1 + len(kind) :]
        if not _filled(parent) or not any(map(_filled, own)):
            return ""
        for one in kinds:  # none, or that of the record
            if one.strip().lower() not in _SHARES_ADDRESS:
                return ""
        return lost

    reads = ("parent_id/id", *kind, *address)
    marks = frozenset(reads) - {"type"}
    since = SHARED_ADDRESS_SINCE
    yield RecordRule("parents_address", reads[0], reads, marks, judge, lost, "warning", is_clause=True, since=since)


def _product_rules(given: Collection[str]) -> Iterator[RecordRule]:
    """An order line without a product is a note or a heading, a down payment with a name, or refused."""
    if "product_id/id" not in given:
        return
    reads = _those_given(given, "product_id/id", "display_type", "is_downpayment", "name")
    places = {name: place for place, name in enumerate(reads)}
    refused = "is empty, and Odoo takes no order line without a product"

    def cell(values: Values, name: str) -> str:
        if name not in places:
            return ""
        return values[places[name]].strip()

    def judge(values: Values) -> str:
        if cell(values, "product_id/id") or cell(values, "display_type"):
            return ""
        # Both Odoo and its database take a down payment without a product, but not without a name.
        is_advance = cell(values, "is_downpayment").lower() in YES
        if is_advance and cell(values, "name"):
            return ""
        return refused

    marks = frozenset(reads) - {"is_downpayment"}
    yield RecordRule("no_product", reads[0], reads, marks, judge, refused)


def _those_given(given: Collection[str], *names: str) -> tuple[str, ...]:
    """Return those of `names` that are among the columns of a record."""
    return tuple(name for name in names if name in given)


def _filled(cell: str) -> bool:
    return not is_empty(cell)
