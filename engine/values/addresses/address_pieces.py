"""The pieces of an address, and which of them name a street."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from engine.values.folding import fold
from engine.values.languages import folded_words
from engine.values.personal_names import is_company

# A line break, a sign that nothing else uses, or a comma.
_BREAKS = re.compile(r"\s*(?:<br\s*/?>|[\r\n]+|[;|•·]|,)\s*", re.IGNORECASE)
# A dash or slash with spaces around may part street and town: Via Roma 12 - 20121 Milano.
_DASH = re.compile(r"\s+[-–—/]+\s+(?=[A-Z]{0,3}-?[0-9]{4,5}(?:-[0-9]{3})?\s)")
_EDGES = " \t\xa0,;-–—"
# A house number alone, as some write it behind a comma: Calle Mayor, 5; 12, rue de la Paix; Gran Vía, s/n.
_HOUSE = re.compile(
    r"(?:n[º°or]?\.?\s*)?[0-9]{1,5}(?:\s?[-/]\s?[0-9]{1,4})?\s?[A-Za-z]?(?:\s?(?:bis|ter|quater))?|s/?n", re.IGNORECASE
)


def pieces(text: str) -> list[str]:
    """Return what stands between line breaks, commas and the like, without blank ones."""
    parts = []
    for line in _BREAKS.split(text):
        parts += _DASH.split(line)
    stripped = [" ".join(part.split()).strip(_EDGES) for part in parts]
    return [part for part in stripped if part]


def looks_like_street(text: str) -> bool:
    """Return whether a piece has a digit, or a word that streets are called."""
    return has_digit(text) or has_street_word(text)


def has_digit(text: str) -> bool:
    """Return whether there is a digit in a text."""
    return any(map(str.isdigit, text))


def has_street_word(text: str) -> bool:
    """Return whether a text has a word that streets are called, or one that ends so: Hauptstraße."""
    return bool(street_words(text.split()))


def street_words(words: Sequence[str]) -> list[int]:
    """Return the positions of the words that streets are called.

    In front, `St` is a saint; single letters mean a street in front alone (C/ Mayor, R. Augusta), behind a district.
    """
    found = []
    for position, word in enumerate(map(fold, words)):
        saint = position == 0 and word == "st"
        district = position > 0 and len(word) == 1
        if is_street_word(word) and not saint and not district:
            found.append(position)
    return found


def is_street_word(word: str) -> bool:
    """Return whether a folded word is one that streets are called, or ends so."""
    if word in folded_words("street_words"):
        return True
    return len(word) > 5 and word.endswith(_endings())


@cache
def _endings() -> tuple[str, ...]:
    return tuple(sorted(folded_words("street_endings")))


def street_lines(parts: Sequence[str], *, in_order: bool = False) -> tuple[str, str]:
    """Return the street and what is written beside it (floor, building, care of), house numbers with their streets.

    All pieces are in one of both. The street is the first piece with a number and a street's word, else the first that
    is no company's name. `in_order` leaves the pieces as they come, since each had its own line before.
    """
    lines = _with_numbers(parts)
    if not lines:
        return "", ""
    first = 0
    if not in_order:
        first = _street_among(lines)
    others = [line for position, line in enumerate(lines) if position != first]
    return lines[first], ", ".join(others)


def _street_among(lines: Sequence[str]) -> int:
    for position, line in enumerate(lines):
        if has_digit(line) and has_street_word(line):
            return position
    for position, line in enumerate(lines):
        if has_digit(line) or not is_company(line):
            return position
    return 0


def _with_numbers(parts: Sequence[str]) -> list[str]:
    """Return the pieces with house numbers that stand alone joined to the street that they belong to."""
    lines: list[str] = []
    waiting = ""
    for part in parts:
        if waiting:
            lines.append(f"{waiting}, {part}")
            waiting = ""
        elif not _HOUSE.fullmatch(part):
            lines.append(part)
        elif lines and not has_digit(lines[-1]):
            lines[-1] = f"{lines[-1]}, {part}"
        else:
            waiting = part
    if waiting:
        lines.append(waiting)
    return lines
