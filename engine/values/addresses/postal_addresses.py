"""Take an address that stands in one text apart: street, postal code, town, state and country.

Nothing is guessed: what can be read in two ways, or has no end that its country knows, is not read at all. What is
read holds every word of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from engine.values import NotRead, countries
from engine.values.addresses.address_pieces import has_digit, pieces, street_lines
from engine.values.addresses.town_lines import (
    ZIPS,
    Town,
    Where,
    country_of_prefix,
    grammar_of,
    is_city,
    is_end,
    prefixed,
    zip_of,
)

PARTS = ("street", "street2", "zip", "city", "state", "country")
# D - 28195 Bremen is D-28195 Bremen.
_SPACED_PREFIX = re.compile(r"(?:(?<=^)|(?<=[\s,;]))([A-Z]{1,3})\s[-–]\s?(?=[0-9]{3})")
_NO_TOWN = "it does not show for certain where the town and its postal code are"
LONGEST = 400  # characters; a longer text is a note
# Countries whose codes no other country's look like, each with the order of their addresses.
_UNMISTAKABLE = ("GB", "CA", "NL", "IE", "PL", "BR")
# Where no country is known: a state before five digits shows the United States; four or five digits in front of a town
# are a code in most of Europe, whichever country it is.
_LIKELY = ("US", "AU", "PT", "SE", "DE", "AT")


@dataclass(frozen=True)
class PostalAddress:
    """Hold the parts of an address, "" for what is not written.

    `country` is a code; `rules` the one of the country that is known to write addresses so, "" where several do.
    """

    street: str = ""
    street2: str = ""
    zip: str = ""
    city: str = ""
    state: str = ""
    country: str = ""
    rules: str = ""


def read(text: str, country: str = "", *, town_only: bool = False) -> PostalAddress:
    """Return the parts of an address.

    Args:
        text: One or several lines.
        country: Where the address is unless it says otherwise (ISO alpha-2), "" if unknown.
        town_only: Whether the text holds no street: "93047 Regensburg", "Boston, MA 02110".

    Raises:
        NotRead: It is not certain what is what; the reason says why.
    """
    parts = pieces(_SPACED_PREFIX.sub(r"\1-", text))
    if not parts or len(text) > LONGEST:
        raise NotRead("it is not an address")
    for named, rest in _with_country(parts):
        where = Where(countries.iso_code(named) or country, town_only)
        found = _town(rest, where, stated=bool(named))
        if found is not None:
            return _address(*found, named)
    if town_only and len(parts) == 1:
        return _half_a_town(parts[0], country)
    raise NotRead(_NO_TOWN)


def _half_a_town(text: str, country: str) -> PostalAddress:
    """Return a code or a town that stands alone. Raises NotRead."""
    if country in ZIPS and zip_of(country).fullmatch(text):
        return PostalAddress(zip=text)
    if is_city(text) and not has_digit(text) and text[0].isupper():
        return PostalAddress(city=text)
    raise NotRead(_NO_TOWN)


def _address(town: Town, rules: Where, named: str) -> PostalAddress:
    """Return the address whose end was read by the rules of a country; `named` is the country that it names."""
    if rules.town_only and town.before:
        raise NotRead("there is more in it than a postal code and a town")
    if any(is_end(piece, rules) for piece in town.before):
        raise NotRead("there seems to be more than one address in it")
    street, street2 = street_lines(town.before)
    shown = countries.iso_code(named) or town.country
    known = rules.country if rules.known else ""
    return PostalAddress(street, street2, town.zip, town.city, town.state, shown, known)


# --- the country


def _with_country(parts: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """Yield the country that stands at the end, with the pieces in front of it; then all pieces without one.

    Georgia, IN and CA are states as well: which reading makes an address decides.
    """
    last = parts[-1].strip("()")
    if len(parts) > 1 and _names_country(last):
        yield last, list(parts[:-1])
    words = last.split()
    for count in range(min(3, len(words) - 1), 0, -1):
        name, front = " ".join(words[-count:]).strip("()"), words[:-count]
        # Ciudad de México is a town: what a small word leads to is part of a name.
        if _names_country(name) and has_digit(" ".join(front)) and not front[-1].islower():
            yield name, [*parts[:-1], " ".join(words[:-count])]
    yield "", list(parts)


def _names_country(text: str) -> bool:
    if len(text) <= 3 and not text.isupper():
        return False
    return not has_digit(text) and countries.iso_code(text) is not None


# --- the town


def _town(parts: Sequence[str], where: Where, *, stated: bool) -> tuple[Town, Where] | None:
    """Return the end of an address, and by which rules it was read: those of its code's prefix, or `where`."""
    found = prefixed().fullmatch(parts[-1])
    if found is not None:
        named = replace(where, country=country_of_prefix(found["letters"]))
        town = _of_country(parts, named)
        if town is not None and town.country:
            # An address cannot be in two countries.
            return None if stated and named != where else (town, named)
    if where.country:
        town = _of_country(parts, where)
        if town is not None:
            return town, where
        if stated:
            return None
    return _unmistakable(parts, where)


def _of_country(parts: Sequence[str], where: Where) -> Town | None:
    grammar = grammar_of(where.country)
    if grammar is None:
        return None
    return grammar(parts, where)


def _unmistakable(parts: Sequence[str], where: Where) -> tuple[Town, Where] | None:
    """Return the town by a code that only one country has; where no country is known, by the likely ones as well."""
    tried = _UNMISTAKABLE if where.country else (*_UNMISTAKABLE, *_LIKELY)
    for country in tried:
        rules = replace(where, country=country, known=False)
        town = _of_country(parts, rules)
        if town is None or not town.zip or not zip_of(country).fullmatch(town.zip):
            continue
        # Digits are a code in many countries: only a state beside them shows which one it is.
        if country in ("US", "AU", "BR") and not town.state:
            continue
        return town, rules
    return None


def holds_town(text: str, country: str) -> bool:
    """Return whether a text ends with a town and its postal code, or with the code alone, by its country's rules."""
    if country not in ZIPS or not has_digit(text):
        return False
    parts = pieces(text)
    return bool(parts) and _of_country(parts, Where(country)) is not None
