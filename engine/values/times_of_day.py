"""The time of day behind a date."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone

from engine.values import NotRead

_TIME = re.compile(
    r"(?P<day>.*[^ ,])(?:(?<=[0-9])[Tt](?=[0-9])|,? (?:(?:at|um|à|a las|alle|às|om) )?)"
    r"(?P<hour>[0-9]{1,2})[:h](?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]+))?)?"
    r"(?: ?(?P<half>[AaPp])\.? ?[Mm]\.?)?(?: ?(?:Uhr|h))?"
    r"(?: ?(?P<utc>[Zz]|UTC|GMT)?(?P<offset>[-+][0-9]{2}(?::?[0-9]{2})?)?)"
)


def split(text: str) -> tuple[str, time | None]:
    """`2021-10-01T19:34:00.000Z` -> "2021-10-01", 19:34 UTC; the time is None where there is none behind the day.

    `text` has single plain spaces. A time with Z or an offset is aware. Raises NotRead for 25:00.
    """
    found = _TIME.fullmatch(text) if ":" in text or "h" in text else None
    if not found:
        return text, None
    hour = int(found["hour"])
    if half := found["half"]:
        if not 1 <= hour <= 12:
            raise NotRead("there is no such time of day")
        hour = hour % 12 + (12 if half in "Pp" else 0)
    micro = int(f"{found['fraction'] or ''}000000"[:6])
    try:
        moment = time(hour, int(found["minute"]), int(found["second"] or 0), micro, _zone(found))
    except ValueError as problem:
        raise NotRead("there is no such time of day") from problem
    return found["day"], moment


def late(moment: time | None) -> bool:
    """Whether a time of day is there that a date without a time would lose: any but midnight."""
    return moment is not None and moment.replace(tzinfo=None) != time(0)


def joined(day: date, moment: time | None) -> date:
    """The day with its time, or the day alone. Raises NotRead where the day had a time already."""
    if moment is None:
        return day
    if isinstance(day, datetime):
        raise NotRead("it is not a date")
    return datetime.combine(day, moment)


def _zone(found: re.Match[str]) -> timezone | None:
    if not found["offset"]:
        return UTC if found["utc"] else None
    digits = found["offset"][1:].replace(":", "").ljust(4, "0")
    ahead = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(ahead if found["offset"][0] == "+" else -ahead)
