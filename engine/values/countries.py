"""Country names to ISO 3166 codes: exact names after folding, never a likeness."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.languages import get_official_languages

from engine.values.folding import fold, umlauts_spelt_out
from engine.values.languages import languages, words_by_key

# Two letters in CLDR, but no country: regions, test codes, islands without a code of their own.
_NO_COUNTRIES = frozenset(["AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"])

# Three-letter codes of states that are gone; today's ZAR and YMD would be taken for something else.
_WITHDRAWN = frozenset(["BUR", "DDR", "FXX", "TMP", "YMD", "ZAR"])


@cache
def codes() -> frozenset[str]:
    """Return the ISO 3166 alpha-2 codes (Kosovo's XK among them)."""
    # CLDR has numbers for continents (150 is Europe); letters are countries and what _NO_COUNTRIES lists.
    lettered = filter(re.compile("[A-Z]{2}").fullmatch, Locale("en").territories)
    return frozenset(lettered) - _NO_COUNTRIES


class UnknownCountry(ValueError):
    """Raise this where a code is needed and a text is none; the message is one sentence for the user."""


def checked_code(text: str) -> str:
    """Return a country's ISO code of two letters as settings and recipes have it, in capitals.

    Raises:
        UnknownCountry: it is no such code.
    """
    code = text.strip().upper()
    if code not in codes():
        meant = iso_code(text) or "US"
        raise UnknownCountry(f"'{text}' is no country; use its code of two letters, such as {meant}.")
    return code


@lru_cache(maxsize=8192)
def iso_code(text: str) -> str | None:
    """Return a country's code: `USA.`, `Deutschland`, `Holland`, `gbr` -> "US", "DE", "NL", "GB".

    This knows the names in all languages that have a file of words, every country's names in its own official
    languages, alpha-2 and alpha-3 codes, and the names in use that those files list. None where the name is no
    country's, or that of two countries.
    """
    name = _without_article(fold(text))
    written = text.strip().rstrip(".").upper()  # not folded: N/A and n.a. are not Namibia
    return _by_code().get(written) or _common_names().get(name) or _own_names().get(name)


# The marks of vehicles, which addresses in Europe have in place of codes (D-93047, Land: A).
_VEHICLES = {
    "A": "AT", "B": "BE", "D": "DE", "E": "ES", "F": "FR", "H": "HU", "I": "IT", "L": "LU", "N": "NO", "P": "PT",
    "S": "SE", "FIN": "FI", "FL": "LI", "SLO": "SI", "EST": "EE", "IRL": "IE",
}  # fmt: skip


def address_code(text: str) -> str | None:
    """Return a country's code from what an address says in place of it: all that `iso_code` reads, `D`, `A`, `FL`.

    Only for columns that hold countries: anywhere else a single letter may be anything.
    """
    return iso_code(text) or _VEHICLES.get(text.strip().rstrip(".-").upper())


def _without_article(name: str) -> str:
    return name.removeprefix("the ").removesuffix(" the")


@cache
def _common_names() -> Mapping[str, str]:
    names = _unambiguous(_names_in(languages(), codes()))
    # Names in use were chosen by hand: they win over CLDR's, and may name what CLDR has twice.
    for name, code in _names_in_use():
        names[_without_article(fold(name))] = code
    return names


@cache
def _own_names() -> Mapping[str, str]:
    """Return names of countries in their own official languages.

    These are asked last, because a file is read for every language.
    """
    return _unambiguous(_official_names())


def _official_names() -> Iterator[tuple[str, str]]:
    for code in codes():
        yield from _names_in(get_official_languages(code), (code,))


@cache
def _by_code() -> Mapping[str, str]:
    return dict(_alpha3()) | {code: code for code in codes()}


def _alpha3() -> Iterator[tuple[str, str]]:
    """Yield alpha-3 codes and the alpha-2 codes that Unicode's CLDR gives for them."""
    # CLDR keeps three-letter codes among the aliases; one with several targets is a state that fell apart.
    for alias, targets in get_global("territory_aliases").items():
        current = re.fullmatch("[A-Z]{3}", alias) and alias not in _WITHDRAWN
        if current and len(targets) == 1 and targets[0] in codes():
            yield alias, targets[0]


def _names_in_use() -> Iterator[tuple[str, str]]:
    for code, names in words_by_key("country_names").items():
        for name in names:
            yield name, code


def _names_in(languages: Iterable[str], wanted: Iterable[str]) -> Iterator[tuple[str, str]]:
    for language in languages:
        try:
            territories = Locale.parse(language).territories
        except (UnknownLocaleError, ValueError):  # Babel has no data for some official languages
            continue
        for code in wanted:
            if code not in territories:
                continue
            yield territories[code], code
            if language == "de":  # written without umlauts: Oesterreich
                yield umlauts_spelt_out(territories[code]), code


def _unambiguous(named: Iterable[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, set[str]] = {}
    for name, code in named:
        found.setdefault(_without_article(fold(name)), set()).add(code)
    return {name: bearers.pop() for name, bearers in found.items() if len(bearers) == 1 and name}
