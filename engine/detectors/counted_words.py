"""Count in sentences: complete, plain, singular and plural right."""

from __future__ import annotations

from collections.abc import Sequence

# What a cell of each kind of column is called, once and several times; any other is a cell.
_NOUNS = {
    "email": ("email", "emails"),
    "phone": ("phone number", "phone numbers"),
    "number": ("number", "numbers"),
    "money": ("amount", "amounts"),
    "percent": ("percentage", "percentages"),
    "date": ("date", "dates"),
    "datetime": ("date", "dates"),
    "code": ("code", "codes"),
    "country": ("country", "countries"),
    "state": ("state", "states"),
    "url": ("web address", "web addresses"),
    "postal_code": ("postal code", "postal codes"),
    "list": ("list", "lists"),
}


def counted(count: int, one: str, many: str) -> str:
    """Return a count with its noun: `1 row`, `1,200 rows`."""
    return f"{count:,} {either(count, one, many)}"


def counted_times(count: int) -> str:
    """Return how often something happens: `once`, `1,200 times`."""
    if count == 1:
        return "once"
    return f"{count:,} times"


def cells_of(kind: str, count: int) -> str:
    """Return the count with what a column of this kind holds: `47 emails`, `1 cell`."""
    return counted(count, *_NOUNS.get(kind, ("cell", "cells")))


def either(count: int, one: str, many: str) -> str:
    """Return the verb, or any other word, that goes with a count."""
    if count == 1:
        return one
    return many


def listed(things: Sequence[str]) -> str:
    """Return things as a sentence lists them: `a`, `a and b`, `a, b and c`."""
    if len(things) == 1:
        return things[0]
    return f"{', '.join(things[:-1])} and {things[-1]}"


def quoted(texts: Sequence[str], most: int = 4) -> str:
    """Return texts in quotes: `'N/A', '-' and 'none'`; more than `most` are counted."""
    shown = [f"'{text.strip()}'" for text in texts[:most]]
    if len(texts) > most:
        shown.append(counted(len(texts) - most, "other", "others"))
    return listed(shown)
