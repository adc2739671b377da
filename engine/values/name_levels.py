"""Find what stands between the levels of names: `Pipes > Copper` is Copper within Pipes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable

# Signs that mean a level wherever they are, and those that may be part of a name (`Nuts/Bolts`, `Smith: Annual plan`).
_SURE = (">", "»", "→", "::")
_IN_RECORDS = (":",)
_DOUBTFUL = (":", " / ", "/", "\\", "|")
# Of the names with a doubtful sign, this share must be within a name that is there itself or has another one within it.
_IN_A_TREE = 0.5
_FEWEST = 2  # names with a doubtful sign
MOST_LEVELS = 6


def separator(names: Collection[str], *, of_records: bool = False) -> str:
    """Return the sign between the levels of some names, "" where they have none.

    In the names of a sheet's own records (`of_records`) a slash or a bar is part of the name.
    """
    for sign in (*_SURE, *(_IN_RECORDS if of_records else _DOUBTFUL)):
        with_sign = [name for name in names if _is_path(name, sign)]
        is_sure = sign in _SURE and not of_records
        if with_sign and (is_sure or _is_tree(names, with_sign, sign)):
            return sign.strip()
    return ""


def levels(name: str, sign: str) -> list[str]:
    """Return the parts of a name, the highest level first."""
    return list(filter(None, map(str.strip, _split(name, sign.strip()))))


def _split(name: str, sign: str) -> list[str]:
    """Return the parts of a name between the signs; one between digits is part of a measure or a time: `Pipe 1/2"`."""
    escaped = re.escape(sign)
    return re.split(rf"(?<![0-9]){escaped}|{escaped}(?![0-9])", name)


def ancestors(names: Iterable[str], sign: str) -> set[str]:
    """Return the whole names of all levels above some names."""
    found: set[str] = set()
    for name in names:
        parts = levels(name, sign)
        for count in range(1, len(parts)):
            found.add(joined(parts[:count], sign))
    return found


def joined(parts: Iterable[str], sign: str) -> str:
    """Return a whole name, with the same spaces around every sign."""
    return f" {sign.strip()} ".join(parts)


def _is_path(name: str, sign: str) -> bool:
    # `1 1/8 in` and `3 : 1` are measures.
    if sign not in name or re.search(rf"\d\s*{re.escape(sign.strip())}\s*\d", name):
        return False
    parts = _split(name, sign)
    # `10:30` and `1/2` are no levels, nor is `https://…`.
    named = all(any(map(str.isalpha, part)) for part in parts)
    return named and 1 < len(parts) <= MOST_LEVELS and "://" not in name


def _is_tree(names: Collection[str], with_sign: Collection[str], sign: str) -> bool:
    if len(with_sign) < _FEWEST:
        return False
    whole = {joined(levels(name, sign), sign) for name in names}
    parents = Counter(joined(levels(name, sign)[:-1], sign) for name in with_sign)
    in_tree = 0
    for parent, children in parents.items():
        if parent in whole or children > 1:
            in_tree += children
    return in_tree >= _IN_A_TREE * len(with_sign)
