"""Compare what a cell holds in the end with the truth, by what it is about: spelling does not count, meaning does."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, InvalidOperation

import phonenumbers

from engine.bundle.lookup_tables import shipped_ids

VERSION = "18.0"
_TRUE, _FALSE = {"1", "true"}, {"0", "false"}


def same(compare: str, got: str, want: str, country: str) -> bool:
    """Tell whether a cell means what is true.

    Args:
        compare: How: a word of `abouts.yml`.
        got: The cell in the end.
        want: The clean value.
        country: Whose phone numbers have no country code.
    """
    if got == want or compare == "any":
        return True
    if compare == "phone":
        return bool(want) and _number(got, country) == want
    rule = _RULES.get(compare)
    return rule is not None and rule(got, want)


def _number(text: str, country: str) -> str:
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _same_number(got: str, want: str) -> bool:
    try:
        # An empty amount and a zero are one.
        return Decimal(got or "0") == Decimal(want or "0")
    except InvalidOperation:
        return False


def _same_day(got: str, want: str) -> bool:
    return bool(want) and got[:10] == want[:10]


def _same_flag(got: str, want: str) -> bool:
    return (got.lower() in _TRUE and want == "1") or (got.lower() in _FALSE and want == "0")


def _same_country(got: str, want: str) -> bool:
    known = shipped_ids("res.country", VERSION)
    return bool(want) and known.get(got.strip().casefold()) == known[want.casefold()]


def _same_state(got: str, want: str) -> bool:
    # The lookup resolves a plain code by the country of its row; that is a question of the lookup's own tests.
    return bool(want) and got.rpartition("-")[2] == want.rpartition("-")[2]


def _same_web(got: str, want: str) -> bool:
    return _bare(got) == _bare(want)


def _bare(address: str) -> str:
    return address.lower().removeprefix("https://").removeprefix("http://").rstrip("/")


def _same_vat(got: str, want: str) -> bool:
    return got.replace(" ", "").replace(".", "").upper() == want


def _same_email(got: str, want: str) -> bool:
    return got.lower() == want.lower()


_RULES: dict[str, Callable[[str, str], bool]] = {
    "number": _same_number, "percent": _same_number, "date": _same_day, "day": _same_day, "boolean": _same_flag,
    "country": _same_country, "state": _same_state, "url": _same_web, "vat": _same_vat, "email": _same_email,
}  # fmt: skip
