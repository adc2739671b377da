"""Tell from a column's title what its values may be: weak evidence, used where they could be several things."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache

from engine.values.folding import fold
from engine.values.languages import folded_words, words_by_key

_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@lru_cache(maxsize=4096)
def says(title: str) -> frozenset[str]:
    """Return the kinds that a title's words hint at: `BillingPostalCode` -> {"postal_code", "code"}.

    Besides the kinds of a column's values: vat, barcode, person, name, city, later (dates that lie ahead), birth.
    """
    hints: set[str] = {"percent"} if "%" in title else set()
    words = fold(_HUMP.sub(" ", title)).split()
    for word in (*words, "".join(words)):
        hints |= _kinds_by_word().get(word, set())
    if not folded_words("beside_names").isdisjoint(words):
        hints -= {"name", "person"}
    return frozenset(hints)


@cache
def _kinds_by_word() -> Mapping[str, set[str]]:
    """Return the kinds that each word hints at, by the folded word."""
    found: dict[str, set[str]] = {}
    for kind, words in words_by_key("title_hints").items():
        for word in words:
            found.setdefault(fold(word), set()).add(kind)
    return found
