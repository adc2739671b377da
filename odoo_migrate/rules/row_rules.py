"""What the cells of one record must be to each other: Odoo would take most of it and store something else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from odoo_migrate.project.problems import Level
from odoo_migrate.rules import model_needs
from odoo_migrate.rules.shipped_records import countries_of_states

Values = Sequence[str]
Cell = Callable[[Values], str]


@dataclass
class Rule:
    """`judge` answers with a sentence about what is wrong with the values of a record, or "". The column at `place`
    is to blame.
    """

    place: int
    judge: Callable[[Values], str]
    level: Level = "error"


def rules(model: str, places: Mapping[str, int], version: str) -> list[Rule]:
    """The rules for records of `model` with these columns (place by import name)."""
    found = [*_states(places, version)]
    if model == "res.partner" and model_needs.shares_address(version):
        found += _parents_address(places)
    if model in model_needs.LINES_OF_PRODUCTS:
        found += _products(places)
    return found


def _cell(places: Mapping[str, int], name: str) -> Cell:
    """What reads a column, which may not be there."""
    place = places.get(name)
    return (lambda values: "") if place is None else (lambda values: values[place])


def _states(places: Mapping[str, int], version: str) -> Iterator[Rule]:
    """Odoo takes a state of another country without a word."""
    if "state_id/id" not in places:
        return
    countries, country = countries_of_states(version), _cell(places, "country_id/id")
    place = places["state_id/id"]

    def other_country(values: Values) -> str:
        home, own = countries.get(values[place]), country(values)
        if home is None or not own or own == home:
            return ""
        return f"this state belongs to {home}, but the record's country is {own}; Odoo would store it without a word."

    def no_country(values: Values) -> str:
        message = "there is a state but no country, and Odoo does not fill it in."
        return message if values[place] and not country(values) else ""

    yield Rule(place, other_country)
    yield Rule(place, no_country, "warning")


def _parents_address(places: Mapping[str, int]) -> Iterator[Rule]:
    """A contact of type "contact" gets the address of its parent, whatever its own row says."""
    address = [places[name] for field in model_needs.ADDRESS for name in (field, f"{field}/id") if name in places]
    if "parent_id/id" not in places or not address:
        return
    parent, kind = places["parent_id/id"], _cell(places, "type")

    def lost(values: Values) -> str:
        if not values[parent] or kind(values).casefold() not in {"", "contact"}:
            return ""
        message = "this contact has a parent and an address of its own; Odoo puts the parent's address in its place."
        return message if any(values[place] for place in address) else ""

    yield Rule(parent, lost, "warning")


def _products(places: Mapping[str, int]) -> Iterator[Rule]:
    """An order line without a product is a note or a heading, a down payment with a name, or refused."""
    if "product_id/id" not in places:
        return
    place, advance = places["product_id/id"], _cell(places, "is_downpayment")
    name, display = _cell(places, "name"), _cell(places, "display_type")

    def refused(values: Values) -> str:
        is_advance = advance(values).casefold() in {"1", "true", "yes"} and name(values)
        return "" if values[place] or display(values) or is_advance else "Odoo takes no order line without a product."

    yield Rule(place, refused)
