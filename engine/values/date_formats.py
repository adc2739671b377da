"""Formats of dates that a user states: `DD.MM.YYYY`, `M/D/YY`, `D MMM YYYY HH:MM`, or `%d.%m.%Y`."""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import lru_cache

from engine.values import NotRead, months

_TOKENS = re.compile(r"yyyy|yy|mmmm|mmm|mm|m|dd|d|hh|h|ss|s|am/pm|\s+|.", re.IGNORECASE | re.DOTALL)
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


class BadFormat(ValueError):
    """A format that says no whole date; the text is one sentence for the user."""


@lru_cache(maxsize=256)
def pattern(given: str) -> re.Pattern[str]:
    """The pattern of a format: D, DD, M, MM, MMM, MMMM, YY, YYYY, H, HH, MM (behind hours), SS, AM/PM; everything
    else stands for itself. Raises BadFormat where day, month or year is missing or stands twice.
    """
    tokens = _TOKENS.findall(re.sub("%[A-Za-z]", lambda m: _DIRECTIVES.get(m[0], m[0]), given))
    parts, hours = [], False
    for token in (token.lower() for token in tokens):
        minutes = hours and token in ("mm", "m")
        parts.append("(?P<minute>[0-9]{2})" if minutes else _PATTERNS.get(token) or _literal(token))
        hours = token in ("hh", "h") or (hours and not token.isalpha())
    try:
        compiled = re.compile("".join(parts))
    except re.error as problem:
        raise BadFormat(f"'{given}' has a part of the date twice.") from problem
    if not {"year", "day"} <= set(compiled.groupindex) or not {"month", "name"} & set(compiled.groupindex):
        raise BadFormat(f"'{given}' is no whole date; it needs a day, a month and a year, such as DD.MM.YYYY.")
    return compiled


def read(text: str, given: str, pivot: int) -> date | None:
    """The date or, where the format has hours, the datetime; None where the text is not in that format.
    Raises NotRead where it is, but there is no such day or time.
    """
    found = pattern(given).fullmatch(text)
    parts = found.groupdict() if found else {}
    month = months.month(parts["name"]) if parts.get("name") else parts.get("month")
    if not month:
        return None
    year = int(parts["year"]) + (0 if len(parts["year"]) == 4 else 2000 if int(parts["year"]) < pivot else 1900)
    try:
        if "hour" not in parts:
            return date(year, int(month), int(parts["day"]))
        minute, second = int(parts.get("minute") or 0), int(parts.get("second") or 0)
        return datetime(year, int(month), int(parts["day"]), _hour(parts), minute, second)  # noqa: DTZ001
    except ValueError as problem:
        raise NotRead("there is no such day or time") from problem


def _literal(token: str) -> str:
    return r"\s+" if token.isspace() else re.escape(token)


def _hour(parts: dict[str, str]) -> int:
    hour = int(parts["hour"])
    if not parts.get("half"):
        return hour
    if not 1 <= hour <= 12:
        raise ValueError("a clock of twelve hours")
    return hour % 12 + (12 if parts["half"] in "Pp" else 0)
