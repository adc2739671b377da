"""Formats of dates that a user chooses: `DD.MM.YYYY`, `M/D/YY`, `D MMM YYYY HH:MM`, or `%d.%m.%Y`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import lru_cache

from engine.values import NotRead, months

# The longer form comes first, or YYYY would be read as two YY.
_TOKENS = re.compile(r"yyyy|yy|mmmm|mmm|mm|m|dd|d|hh|h|ss|s|am/pm|\s+|.", re.IGNORECASE | re.DOTALL)
# What programs call these parts (strftime): a format may be copied out of a script.
_DIRECTIVES = {
    "%Y": "yyyy", "%y": "yy", "%m": "mm", "%b": "mmm", "%B": "mmmm", "%d": "dd", "%H": "hh", "%I": "hh",
    "%M": "mm", "%S": "ss", "%p": "am/pm",
}  # fmt: skip
_PATTERNS = {
    "yyyy": "(?P<year>[0-9]{4})", "yy": "(?P<year>[0-9]{2})", "mmmm": r"(?P<name>[^\W\d_]+\.?)",
    "mmm": r"(?P<name>[^\W\d_]+\.?)", "mm": "(?P<month>[0-9]{2})", "m": "(?P<month>[0-9]{1,2})",
    "dd": "(?P<day>[0-9]{2})", "d": "(?P<day>[0-9]{1,2})", "hh": "(?P<hour>[0-9]{1,2})",
    "h": "(?P<hour>[0-9]{1,2})", "ss": "(?P<second>[0-9]{2})", "s": "(?P<second>[0-9]{1,2})",
    "am/pm": r"(?P<half>[AaPp])\.?[Mm]\.?",
}  # fmt: skip


# Formats that count: what a text looks like, and how many of its units make a second.
COUNTED: Mapping[str, tuple[re.Pattern[str], int]] = {
    "seconds since 1970": (re.compile("[0-9]{9,10}"), 1),
    "milliseconds since 1970": (re.compile("[0-9]{12,13}"), 1000),
}


class BadFormat(ValueError):
    """Raise this for a format without a whole date; the text is one sentence for the user."""


@lru_cache(maxsize=256)
def pattern(given: str) -> re.Pattern[str]:
    """Return the pattern of a format: one of COUNTED, or made of parts.

    They are D, DD, M, MM, MMM, MMMM, YY, YYYY, H, HH, MM (behind hours), SS, AM/PM.

    Everything else in it is meant literally.

    Raises:
        BadFormat: day, month or year is missing, or a part is there twice.
    """
    if given.casefold() in COUNTED:
        return COUNTED[given.casefold()][0]
    parts, hours = [], False
    for token in _tokens(given):
        if hours and token in ("mm", "m"):  # behind hours, these are minutes
            parts.append("(?P<minute>[0-9]{2})")
        else:
            parts.append(_PATTERNS.get(token) or _literal(token))
        hours = token in ("hh", "h") or (hours and not token.isalpha())
    # A group that comes twice is an error of the pattern, which says what is wrong with the format.
    try:
        compiled = re.compile("".join(parts))
    except re.error as problem:
        raise BadFormat(f"'{given}' has a part of the date twice.") from problem
    if not {"year", "day"} <= set(compiled.groupindex) or not {"month", "name"} & set(compiled.groupindex):
        raise BadFormat(f"'{given}' is no whole date; it needs a day, a month and a year, such as DD.MM.YYYY.")
    return compiled


def read(text: str, given: str, pivot: int) -> date | None:
    """Return the date or, where the format has hours, the datetime; None where the text is not in that format.

    Args:
        text: A date without spaces around.
        given: The format.
        pivot: Years of two digits below it are of this century.

    Raises:
        NotRead: the text is in that format, but there is no such day or time.
    """
    found = pattern(given).fullmatch(text)
    if not found:
        return None
    if given.casefold() in COUNTED:
        return datetime.fromtimestamp(int(text) / COUNTED[given.casefold()][1], UTC)
    parts = found.groupdict()
    month = parts.get("month")
    if parts.get("name"):
        month = months.month(parts["name"])
    if not month:
        return None
    year = full_year(parts["year"], pivot)
    try:
        if "hour" not in parts:
            return date(year, int(month), int(parts["day"]))
        minute, second = int(parts.get("minute") or 0), int(parts.get("second") or 0)
        hour = _hour(parts)
        return datetime(year, int(month), int(parts["day"]), hour, minute, second)  # noqa: DTZ001 - the cell names no zone
    except ValueError as problem:
        raise NotRead("there is no such day or time") from problem


def full_year(digits: str, pivot: int) -> int:
    """Return a year of four digits; of two digits, those below `pivot` are of this century."""
    if len(digits) == 4:
        return int(digits)
    year = int(digits)
    if year < pivot:
        return 2000 + year
    return 1900 + year


def hour_of_day(hour: int, half: str) -> int:
    """Return the hour of 24 for one of 12 and `a` or `p`: 12 am is 0, 12 pm is 12."""
    if half in "Pp":
        return hour % 12 + 12
    return hour % 12


def _tokens(given: str) -> list[str]:
    """Return the parts of a format in lower case, `%d` and its like as the letters they mean."""
    letters = re.sub("%[A-Za-z]", _in_letters, given)
    return list(map(str.lower, _TOKENS.findall(letters)))


def _in_letters(directive: re.Match[str]) -> str:
    """Return `yyyy` for `%Y`; what strftime does not have stays."""
    return _DIRECTIVES.get(directive[0], directive[0])


def _literal(token: str) -> str:
    if token.isspace():
        return r"\s+"
    return re.escape(token)


def _hour(parts: dict[str, str]) -> int:
    hour = int(parts["hour"])
    if not parts.get("half"):
        return hour
    if not 1 <= hour <= 12:
        raise ValueError("a clock of twelve hours")
    return hour_of_day(hour, parts["half"])
