"""The end of an address: postal code, town and state, in the order in which a country writes them.

A grammar takes the pieces of an address and returns the town with the pieces in front of it, or None where it is not
sure. What it returns holds every word of the pieces.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from engine.values import states
from engine.values.addresses.address_pieces import has_digit, has_street_word, looks_like_street
from engine.values.folding import fold


@dataclass(frozen=True)
class Town:
    """Hold the end of an address, "" for what is not written.

    Attributes:
        zip: Postal code, as it was written.
        city: Town.
        state: State or county, as it was written.
        country: The country that a prefix of the code names (ISO alpha-2).
        before: The pieces in front.
    """

    zip: str = ""
    city: str = ""
    state: str = ""
    country: str = ""
    before: tuple[str, ...] = ()


_FIVE = r"[0-9]{5}"
_FOUR = r"[0-9]{4}"
_BRITISH = r"(?:GIR ?0AA|[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2})"
# How the codes of a country are written.
ZIPS: Mapping[str, str] = {
    **dict.fromkeys(["DE", "FR", "ES", "IT", "FI", "MX", "TR", "HR", "EE", "UA", "MC", "SM", "VA", "RS"], _FIVE),
    **dict.fromkeys(["AT", "BE", "CH", "DK", "NO", "LU", "HU", "SI", "BG", "LI", "CY"], _FOUR),
    **dict.fromkeys(["SE", "CZ", "SK", "GR"], r"[0-9]{3} ?[0-9]{2}"),
    "NL": r"[0-9]{4}(?: ?[A-Z]{2}|[a-z]{2})", "PL": r"[0-9]{2}-[0-9]{3}", "PT": r"[0-9]{4}(?:-[0-9]{3})?",
    "RO": r"[0-9]{6}", "LT": _FIVE, "LV": _FOUR,
    **dict.fromkeys(["GB", "JE", "GG", "IM"], _BRITISH),
    "IE": r"[A-Z][0-9][0-9W] ?[A-Z0-9]{4}", "US": r"[0-9]{5}(?:-[0-9]{4})?",
    "CA": r"[A-Z][0-9][A-Z][ -]?[0-9][A-Z][0-9]",
    "BR": r"[0-9]{5}-?[0-9]{3}", "AU": _FOUR, "NZ": _FOUR, "ZA": _FOUR, "SG": r"[0-9]{6}", "IN": r"[0-9]{3} ?[0-9]{3}",
}  # fmt: skip
# What stands in front of a code on letters from abroad, besides the country's own two letters.
_ABROAD = {
    "D": "DE", "A": "AT", "B": "BE", "F": "FR", "I": "IT", "L": "LU", "E": "ES", "S": "SE", "N": "NO", "H": "HU",
    "P": "PT", "FIN": "FI", "SF": "FI", "SLO": "SI", "FL": "LI",
}  # fmt: skip
_STATES_FIRST = frozenset(["US", "CA", "AU", "BR"])
_ZIP_LAST = frozenset(["GB", "JE", "GG", "IM", "IE", "NZ", "ZA", "SG", "IN"])
# Letters with what stands between them in names of towns; behind them the number of a district: Paris 8e, Praha 5.
_CITY = re.compile(
    r"(?:['’]?[^\W\d_][^\d_,;@#=:]*)(?:\s(?:cedex\s?)?[0-9]{1,2}(?:er|e|ème|º)?)?(?:\s?cedex)?", re.IGNORECASE
)
# Countries that write a state behind the town, or in its place.
_WITH_STATES = ("IT", "ES", "CH", "US", "AU", "CA", "BR", "MX")
LONGEST_CITY = 60  # characters


@dataclass(frozen=True)
class Where:
    """Hold by which rules an address is read.

    Attributes:
        country: ISO alpha-2 code.
        town_only: No street is in the text, so that what looks like one is a town: Chapel Hill.
        known: The country is known; otherwise it is one of several that write addresses alike.
    """

    country: str
    town_only: bool = False
    known: bool = True

    @property
    def zip(self) -> str:
        """Return the pattern of the country's codes."""
        return ZIPS[self.country]


Grammar = Callable[[Sequence[str], Where], Town | None]


def grammar_of(country: str) -> Grammar | None:
    """Return how a country's addresses end; None for a country that is not known here."""
    if country not in ZIPS:
        return None
    if country in _STATES_FIRST:
        return state_then_zip
    if country in _ZIP_LAST:
        return city_then_zip
    return zip_then_city


@cache
def zip_of(country: str) -> re.Pattern[str]:
    """Return the pattern of a whole text that is a postal code of a country, with any prefix of it."""
    return re.compile(rf"{_prefix(country)}(?P<zip>{ZIPS[country]})")


def _prefix(country: str) -> str:
    letters = [country, *[short for short, code in _ABROAD.items() if code == country]]
    return rf"(?:(?P<prefix>{'|'.join(letters)})[- ]? ?)?"


@cache
def prefixed() -> re.Pattern[str]:
    """Return the pattern of a piece that begins with a country's letters and a hyphen or space, then a digit."""
    letters = "|".join(sorted([*_ABROAD, *ZIPS], key=len, reverse=True))
    return re.compile(rf"(?:.*\s)?(?P<letters>{letters})(?:-| ?- ?| )(?=[0-9]{{3}})[0-9].*")


def country_of_prefix(letters: str) -> str:
    """Return the country that letters in front of a postal code mean."""
    return _ABROAD.get(letters, letters)


def is_end(text: str, where: Where) -> bool:
    """Return whether a piece is the end of an address by itself, or has one: of such there is one in an address."""
    if where.country in _STATES_FIRST or where.country in _ZIP_LAST:
        # PO Box 12345 ends as an address does where codes are digits alone.
        lettered = not re.fullmatch(r"[0-9-]+", re.sub("[^0-9A-Z-]", "", text.split()[-1]))
        return lettered and bool(re.fullmatch(rf"(?:.*\s)?{where.zip}", text))
    if where.zip == _FOUR:  # so may house numbers be written
        found = _zip_city(where.country).fullmatch(text)
        return found is not None and is_city(found["city"]) and not has_street_word(found["city"])
    return bool(re.search(rf"(?<![\w-]){where.zip}\s[^\W\d_]", text))


def is_city(text: str) -> bool:
    """Return whether a text can be the name of a town."""
    return len(text) <= LONGEST_CITY and bool(_CITY.fullmatch(text))


# --- 93047 Regensburg


def zip_then_city(parts: Sequence[str], where: Where) -> Town | None:
    """Return the town of an address whose code stands in front of it: most of Europe."""
    for read in (_zip_city_piece, _zip_and_city_apart, _city_zip_piece, _behind_street):
        found = read(parts, where)
        if found is not None:
            return found
    # Spain and Italy write the province behind the town, in brackets or behind a comma.
    state = parts[-1].strip("()")
    if len(parts) > 1 and is_city(state) and states.code(state, where.country):
        found = _zip_city_piece(parts[:-1], where)
        if found is not None and not found.state:
            return replace(found, state=state)
    return None


@cache
def _zip_city(country: str) -> re.Pattern[str]:
    return re.compile(rf"{_prefix(country)}(?P<zip>{ZIPS[country]})\s(?P<city>\D.*)")


def _zip_city_piece(parts: Sequence[str], where: Where) -> Town | None:
    found = _zip_city(where.country).fullmatch(parts[-1])
    if found is None or not is_city(found["city"]):
        return None
    # 12345 Main Street alone is a street, behind a street it is a town.
    if len(parts) == 1 and not where.town_only and has_street_word(found["city"]):
        return None
    return _town(found, found["city"], where, parts[:-1])


def _zip_and_city_apart(parts: Sequence[str], where: Where) -> Town | None:
    """Read a code and its town that stand in two pieces, in either order."""
    if len(parts) < 2:
        return None
    for code, city in ((parts[-2], parts[-1]), (parts[-1], parts[-2])):
        found = zip_of(where.country).fullmatch(code)
        if found is not None and is_city(city) and (where.town_only or not has_street_word(city)):
            return _town(found, city, where, parts[:-2])
    return None


@cache
def _city_zip(country: str) -> re.Pattern[str]:
    return re.compile(rf"(?P<city>\D+)\s{_prefix(country)}(?P<zip>{ZIPS[country]})")


def _city_zip_piece(parts: Sequence[str], where: Where) -> Town | None:
    """Read a code behind its town; a street's name with a house number looks the same."""
    found = _city_zip(where.country).fullmatch(parts[-1])
    if found is None or not is_city(found["city"]):
        return None
    if not where.town_only and looks_like_street(found["city"]):
        return None
    return _town(found, found["city"], where, parts[:-1])


@cache
def _street_zip_city(country: str) -> re.Pattern[str]:
    # Greedy: of two numbers that could be the code, the one next to the town is.
    return re.compile(rf"(?P<street>.+)\s{_prefix(country)}(?<![0-9/-])(?P<zip>{ZIPS[country]})\s(?P<city>\D.*)")


def _behind_street(parts: Sequence[str], where: Where) -> Town | None:
    """Read street, code and town that stand in one piece."""
    found = _street_zip_city(where.country).fullmatch(parts[-1])
    if found is None or not is_city(found["city"]) or not looks_like_street(found["street"]):
        return None
    if has_street_word(found["city"]):  # 12 1200 chemin des Vignes: the number belongs to a street
        return None
    return _town(found, found["city"], where, [*parts[:-1], found["street"].rstrip(" ,-")])


def _town(found: re.Match[str], city: str, where: Where, before: Sequence[str]) -> Town | None:
    """Return a town with what was found of it; None where its end may be a state of another country."""
    named = where.country if found["prefix"] else ""
    if not where.known and not named and _may_have_state(city):
        return None
    name, state = _without_state(city, where.country)
    return Town(found["zip"], name, state, named, tuple(before))


def _may_have_state(city: str) -> bool:
    """Return whether a state seems to stand behind a town: Milano (MI), Getafe (Madrid), Sydney NSW."""
    found = _city_state().fullmatch(city)
    if found is None:
        return bool(re.fullmatch("[A-Z]{2,3}", city))
    state = found["brackets"] or found["letters"]
    return any(states.code(state, country) for country in _WITH_STATES)


@cache
def _city_state() -> re.Pattern[str]:
    return re.compile(r"(?P<city>.+?)\s(?:\((?P<brackets>[^()]+)\)|(?P<letters>[A-Z]{2,3}))")


def _without_state(city: str, country: str) -> tuple[str, str]:
    """Return town and province where the province stands behind it: Milano (MI), Zürich ZH."""
    found = _city_state().fullmatch(city)
    state = ""
    if found is not None:
        state = found["brackets"] or found["letters"]
    if found is None or country == "FR" or not states.code(state, country):
        return city, ""
    return found["city"], state


# --- Boston, MA 02110


def state_then_zip(parts: Sequence[str], where: Where) -> Town | None:
    """Return the town of an address that ends with state and code: the United States, Canada, Australia."""
    code, rest = _cut_zip(list(parts), where)
    state, rest = _cut_state(rest, where)
    if not (code or state) or not rest:
        return _alone(code, state)
    city, before = rest[-1], rest[:-1]
    if not state and re.search(r"(?:^|\s)[A-Z]{2,3}$", city):  # a state that nobody knows
        return None
    if _is_town_piece(city, before, where):
        return Town(code, city, state, "", tuple(before))
    # Where no sign parts street and town, the end of the street is anybody's guess: 424 Brian Ports St. John's.
    return None


def _alone(code: str, state: str) -> Town | None:
    """Return what is left where there is no town: a code alone, or the town New York that is called as its state."""
    if code and state:
        return Town(code, state)
    if code:
        return Town(code)
    return None


def _cut_zip(parts: list[str], where: Where) -> tuple[str, list[str]]:
    """Return the code at the end and the pieces without it; "" where there is none."""
    found = re.fullmatch(rf"(?:(?P<front>.*)\s)?(?P<zip>{where.zip})", parts[-1], re.IGNORECASE)
    if found is None:
        return "", parts
    front = (found["front"] or "").strip(" ,")
    return found["zip"], [*parts[:-1], *([front] if front else [])]


def _cut_state(parts: list[str], where: Where) -> tuple[str, list[str]]:
    """Return the state at the end and the pieces without it; a name of several words before one of its words."""
    if not parts:
        return "", parts
    words = [word for word in parts[-1].split() if word not in ("-", "–", "/")]
    best = "", parts
    for count in range(min(4, len(words)), 0, -1):
        state, front = " ".join(words[-count:]), " ".join(words[:-count])
        if not _is_state(state, where):
            continue
        if front:
            return state, [*parts[:-1], front]
        # "Washington DC" is all of a state's name; the town is in it unless it stands in front.
        if len(parts) > 1 and not has_digit(parts[-2]):
            return state, parts[:-1]
        best = state, parts[:-1]
    return best


def _is_state(text: str, where: Where) -> bool:
    short = len(text.strip(".")) <= 3
    if has_digit(text) or (short and not text.isupper()):
        return False
    return bool(states.code(text, where.country))


def _is_town_piece(city: str, before: Sequence[str], where: Where) -> bool:
    """Return whether a piece is a town: Chapel Hill is one behind a street, and may be a street itself alone."""
    if not is_city(city) or has_digit(city):
        return False
    return where.town_only or not has_street_word(city) or any(map(has_digit, before))


# --- Leeds LS1 4AB


def city_then_zip(parts: Sequence[str], where: Where) -> Town | None:
    """Return the town of an address that ends with the code: Britain, Ireland, New Zealand and others."""
    code, rest = _cut_zip(list(parts), where)
    if not code and not (where.country == "IE" and _is_irish_end(parts[-1])):
        return None
    cut = _cut_county(rest, where)
    if cut is None:
        return None
    state, rest = cut
    if not rest:
        return Town(code, state) if code else None
    city, before = rest[-1], rest[:-1]
    if _is_town_piece(city, before, where) or (is_city(city) and _is_dublin(city)):
        return Town(code, city, state, "", tuple(before))
    # Where no sign parts street and town, the end of the street is anybody's guess: 424 Brian Ports St. John's.
    return None


def _is_dublin(text: str) -> bool:
    return bool(re.fullmatch(r"dublin(?: [0-9]{1,2}w?)?", text.casefold()))


def _is_irish_end(text: str) -> bool:
    """Return whether an Irish address may end so without a code: Dublin 2, Co. Kildare."""
    return _is_dublin(text) or bool(re.match(r"co(?:unty|\.)? ", text.casefold()))


def _cut_county(parts: list[str], where: Where) -> tuple[str, list[str]] | None:
    """Return the county at the end and the pieces without it; None where it may be the town itself.

    Durham and Cork are counties and towns: behind a town the name is the county, behind a street the town.
    """
    if not parts:
        return "", parts
    if not _is_county(parts[-1], where.country):
        return _cut_county_behind_town(parts, where)
    if len(parts) < (2 if where.town_only else 3) or has_digit(parts[-2]):
        return "", parts
    if where.town_only or not has_street_word(parts[-2]) or any(map(_is_whole_street, parts[:-2])):
        return parts[-1], parts[:-1]
    return None


def _is_whole_street(piece: str) -> bool:
    return has_digit(piece) and has_street_word(piece)


def _cut_county_behind_town(parts: list[str], where: Where) -> tuple[str, list[str]]:
    """Return a county that no sign parts from its town: Glossop Derbyshire."""
    words = parts[-1].split()
    for count in range(min(3, len(words) - 1), 0, -1):
        county = " ".join(words[-count:])
        if _is_county(county, where.country) and not has_digit(parts[-1]):
            return county, [*parts[:-1], " ".join(words[:-count])]
    return "", parts


def _is_county(text: str, country: str) -> bool:
    return fold(text) != "london" and bool(states.code(text, country))
