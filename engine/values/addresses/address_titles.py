"""Tell from a title which part of an address a column holds, and of which address: PO City, Lieferadresse."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from engine.values.folding import fold
from engine.values.languages import folded_words, words_by_key

# The parts by the tags of titles that name them; a line is one of several that the street is spread over.
_PARTS: Mapping[str, tuple[str, ...]] = {
    "address": ("address",), "shipping address": ("address",), "billing address": ("address",),
    "street": ("street",), "address line 1": ("line",), "address line 2": ("line",), "address line 3": ("line",),
    "zip": ("zip",), "city": ("city",), "zip city": ("zip", "city"), "state": ("state",), "country": ("country",),
}  # fmt: skip
# Titles of these kinds say besides which address of a record it is.
_QUALIFIED = frozenset(["shipping address", "billing address"])
_LONGEST = 6  # words of a phrase
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[^\W\d_])(?=[0-9])|(?<=[0-9])(?=[^\W\d_])")


@dataclass(frozen=True)
class AddressTitle:
    """Hold what a title says of an address.

    Attributes:
        parts: Among address, street, line, zip, city, state, country; none where it says nothing.
        of: The words, as they are written, that say which address it is: "PO", "Billing"; "" for the only one.
    """

    parts: frozenset[str] = frozenset()
    of: str = ""

    @property
    def holds_lines(self) -> bool:
        """Return whether the column may hold a whole address, or lines of one."""
        return not self.parts.isdisjoint(("address", "street", "line"))

    @property
    def holds_town(self) -> bool:
        """Return whether the column holds a postal code and a town, and no street."""
        return {"zip", "city"} <= self.parts and not self.holds_lines


@lru_cache(maxsize=4096)
def read_title(title: str) -> AddressTitle:
    """Return what a title says of an address: `POAddressLine1` -> a line of "PO", `PLZ / Ort` -> zip and city."""
    written = [word for word in re.findall(r"[^\W_]+", _HUMP.sub(" ", title)) if not word.isdigit()]
    folded = list(map(fold, written))
    parts: set[str] = set()
    others: list[str] = []
    place = 0
    while place < len(folded):
        tag, count = _longest_phrase(tuple(folded[place : place + _LONGEST]))
        if not tag:
            if folded[place] not in folded_words("address_title_words"):
                others.append(written[place])
            place += 1
            continue
        parts.update(_PARTS[tag])
        if tag in _QUALIFIED:
            others += [word for word in written[place : place + count] if _says_which(fold(word))]
        place += count
    # "Address: City" is a city, and "Address Line 1" a line.
    if len(parts) > 1:
        parts.discard("address")
    return AddressTitle(frozenset(parts), " ".join(others))


def _says_which(word: str) -> bool:
    """Return whether a word tells addresses apart, and is not merely "address"."""
    return _tags().get(word) != "address" and word not in folded_words("address_title_words")


def _longest_phrase(words: tuple[str, ...]) -> tuple[str, int]:
    """Return the tag of the longest phrase that words begin with, and its number of words; "" for none."""
    for count in range(len(words), 0, -1):
        tag = _tags().get(" ".join(words[:count]), "")
        if tag:
            return tag, count
    return "", 0


@cache
def _tags() -> Mapping[str, str]:
    """Return the tag of each folded phrase without digits; the tags in front go before those behind."""
    found: dict[str, str] = {}
    titles = words_by_key("titles")
    for tag in reversed(list(_PARTS)):
        for phrase in (tag, *titles.get(tag, ())):
            plain = " ".join(word for word in fold(_HUMP.sub(" ", phrase)).split() if not word.isdigit())
            found[plain] = tag
    return found
