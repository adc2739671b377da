"""VAT numbers and their check digits, by python-stdnum."""

from __future__ import annotations

import re

from stdnum import get_cc_module
from stdnum.eu import vat as european
from stdnum.exceptions import InvalidChecksum, ValidationError
from stdnum.gb import vat as british

from engine.values import NotRead

_EUROPEAN = frozenset(member.upper() for member in european.MEMBER_STATES) | {"EL"}
_GAPS = re.compile(r"[\s.\-/]+")


def clean(text: str, country: str) -> str:
    """`be 477 472 701` -> "BE0477472701". Raises NotRead where the check digits or the form are wrong.

    Numbers of the European Union and the United Kingdom get their country's letters in front (EL for Greece);
    `country`, an ISO alpha-2 code, says which where they are missing. Numbers of other countries are written as
    python-stdnum writes them; where it knows no rule, they stay as they are but for spaces around.
    """
    bare = _GAPS.sub("", text).upper()
    if bare[:2] in _EUROPEAN:
        return _european(bare)
    if bare[:2] == "GB":
        return f"GB{_checked(british, bare[2:], 'GB')}"
    if country in _EUROPEAN:
        return _european(country + bare)
    if country == "GB":
        return f"GB{_checked(british, bare, 'GB')}"
    if not country:
        raise NotRead("its country is not known")
    rules = get_cc_module(country.lower(), "vat")
    return _checked(rules, text.strip(), country) if rules else text.strip()


def _european(number: str) -> str:
    letters = number[:2].replace("GR", "EL")
    return letters + _checked(european, letters + number[2:], letters)[2:]


def _checked(rules: object, number: str, country: str) -> str:
    try:
        return str(rules.validate(number))  # type: ignore[attr-defined]  # a module of stdnum
    except InvalidChecksum as problem:
        raise NotRead("its check digits do not fit") from problem
    except ValidationError as problem:
        raise NotRead(f"it is not a VAT number of {country}") from problem
