"""VAT numbers and their check digits, by python-stdnum.

The library's rules for a country are imported when the first of its numbers is checked: most programs that clean
something check none.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from types import ModuleType

from engine.values import NotRead

_GAPS = re.compile(r"[\s.\-/]+")


def clean(text: str, country: str) -> str:
    """Return a number as its country writes it: `be 477 472 701` -> "BE0477472701".

    Numbers of the European Union and the United Kingdom get their country's letters in front (EL for Greece).
    Numbers of other countries are written as python-stdnum writes them; where it knows no rule, they stay as they are
    but for spaces around.

    Args:
        text: One VAT number.
        country: The ISO alpha-2 code of the country whose number it is where it has no letters in front, "" if unknown.

    Raises:
        NotRead: the check digits or the form are wrong, or the country is not known.
    """
    bare = _GAPS.sub("", text).upper()
    if bare[:2] in _members():
        return _european(bare)
    # The union's list lost the United Kingdom in 2021, but its numbers are still written with GB.
    if bare[:2] == "GB":
        return f"GB{_checked(_rules('stdnum.gb.vat'), bare[2:], 'GB')}"
    if country in _members():
        return _european(country + bare)
    if country == "GB":
        return f"GB{_checked(_rules('stdnum.gb.vat'), bare, 'GB')}"
    if not country:
        raise NotRead("its country is not known")
    rules = _national_rules(country)
    if rules is None:
        return text.strip()
    return _checked(rules, text.strip(), country)


def _european(number: str) -> str:
    # Greece's numbers begin with EL, whatever its ISO code.
    letters = number[:2].replace("GR", "EL")
    return letters + _checked(_rules("stdnum.eu.vat"), letters + number[2:], letters)[2:]


def _checked(rules: ModuleType, number: str, country: str) -> str:
    errors = _rules("stdnum.exceptions")
    try:
        return str(rules.validate(number))
    except errors.InvalidChecksum as problem:
        raise NotRead("its check digits do not fit") from problem
    except errors.ValidationError as problem:
        raise NotRead(f"it is not a VAT number of {country}") from problem


@cache
def _rules(name: str) -> ModuleType:
    return import_module(name)


@cache
def _national_rules(country: str) -> ModuleType | None:
    found: ModuleType | None = _rules("stdnum").get_cc_module(country.lower(), "vat")
    return found


@cache
def _members() -> frozenset[str]:
    """Return the letters in front of numbers of the European Union; EL and GR are Greece."""
    members = map(str.upper, _rules("stdnum.eu.vat").MEMBER_STATES)
    return frozenset([*members, "EL"])
