"""Say which names of time zones there are: those of the IANA database, and nothing else that a machine has files for.

`posix/Europe/Brussels` can be opened on many machines, yet Odoo has no such choice.
"""

from __future__ import annotations

import zoneinfo
from functools import cache

# Files beside the named zones: the machine's own time, and "not set yet".
_NO_NAMES = frozenset({"Factory", "localtime"})


@cache
def time_zones() -> frozenset[str]:
    """Return the names of all time zones; none on a machine without them."""
    return frozenset(zoneinfo.available_timezones() - _NO_NAMES)


def wrong_time_zone(text: str) -> str:
    """Return the sentence about a setting that is no time zone, "" for a zone or where the machine knows none."""
    known = time_zones()
    if not known or text in known:
        return ""
    return f"There is no time zone '{text}'; write it like Europe/Brussels."
