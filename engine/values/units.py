"""Read a number with its unit of measure, and convert units of one sort into each other."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from engine.values import NotRead, numbers
from engine.values.folding import fold
from engine.values.languages import words_by_key

# A number, and behind it a word or a sign that is no digit.
QUANTITY = r"^\s*[-+]?[0-9](?:[0-9.,'’]*[0-9])?\s*(?P<unit>[^\W\d_]{1,12}\.?(?: [^\W\d_]{1,6}\.?)?[²³]?|%|[\"″'′])?\s*$"
_QUANTITY = re.compile(r"^\s*(?P<number>[-+]?[0-9](?:[0-9.,'’]*[0-9])?)\s*(?P<unit>\D*?)\s*$")
_SIGNS = {'"': "in", "″": "in", "'": "ft", "′": "ft", "%": "%"}
_DECIMALS = 12  # of a converted number

# Of each sort, how many of its smallest unit each unit is. By the International System, and the yard and pound of 1959.
_SORTS: Mapping[str, Mapping[str, str]] = {
    "mass": {"mg": "1", "g": "1000", "kg": "1000000", "t": "1000000000", "oz": "28349.523125", "lb": "453592.37"},
    "volume": {
        "ml": "1", "cl": "10", "dl": "100", "l": "1000", "hl": "100000", "fl oz": "29.5735295625",
        "gal": "3785.411784",
    },
    "length": {
        "mm": "1", "cm": "10", "dm": "100", "m": "1000", "km": "1000000", "in": "25.4", "ft": "304.8", "yd": "914.4",
    },
    "time": {"s": "1", "min": "60", "h": "3600", "d": "86400"},
    "power": {"W": "1", "kW": "1000"},
}  # fmt: skip


class Quantity(NamedTuple):
    """Hold a number as it is written, and the sign or word behind it ("" for none)."""

    number: str
    unit: str


def read(text: str) -> Quantity:
    """Return a number and its unit, each as written: `12.0 oz.` -> ("12.0", "oz.").

    Raises:
        NotRead: it is no number with at most a word behind it.
    """
    found = _QUANTITY.match(text)
    if not found:
        raise NotRead("it is no number with a unit")
    return Quantity(found["number"], found["unit"])


def sign_of(unit: str) -> str:
    """Return the sign of a unit (`ounces` -> "oz"), "" for a word that is none.

    Of single letters capitals count, but for the litre's: house number 3 a is not three ampere.
    """
    if unit in _SIGNS:
        return _SIGNS[unit]
    sign = _signs().get(fold(unit), "")
    single = len(unit.strip(" .")) == 1
    if single and unit.strip(" .") not in (sign, "L"):
        return ""
    return sign


@cache
def _signs() -> Mapping[str, str]:
    """Return the signs of all units by their folded words; a word of two units, such as `st`, is the first's."""
    found: dict[str, str] = {}
    for sign, words in words_by_key("measures").items():
        for word in filter(fold, (sign, *words)):
            found.setdefault(fold(word), sign)
    return found


def sort_of(sign: str) -> str:
    """Return what a unit measures; a unit that cannot be converted is a sort of its own."""
    for sort, units in _SORTS.items():
        if sign in units:
            return sort
    return sign


def converted(number: str, unit: str, wanted: str) -> str:
    """Return a number of one unit in another of its sort, both named by their signs: `500`, "g", "kg" -> "0.5".

    Raises:
        NotRead: the units are of two sorts, or it is unclear which sign is the decimal.
    """
    if unit == wanted:
        return number
    units = _SORTS.get(sort_of(unit), {})
    if wanted not in units:
        raise NotRead(f"{unit} cannot be converted into {wanted}")
    amount = Decimal(numbers.read(number)) * Decimal(units[unit]) / Decimal(units[wanted])
    rounded = round(amount, _DECIMALS)
    return f"{rounded.normalize():f}"
