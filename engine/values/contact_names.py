"""Read the name of the person to talk to, as such cells hold it: `z. Hd. Herrn Björn Weßling`, `Lee, Ann`."""

from __future__ import annotations

import re
from functools import cache

from engine.values import NotRead, personal_names
from engine.values.folding import fold
from engine.values.languages import folded_words, words

_MOST_WORDS_OF_ADDRESS = 2  # `Frau Dr.` begins with one, `de heer` is two words


def contact_name(text: str) -> str:
    """Return the name in a cell, without `attn.` and words of address; whatever else it says stays.

    A name that is turned round (`Lee, Ann`) is put in order where that is certain.
    """
    name = " ".join(text.split())
    name = _without_address(_handing_over().sub("", name) or name)
    if "," not in name:
        return name
    try:
        return str(personal_names.read(name))
    except NotRead:
        return name


def is_same_name(one: str, other: str) -> bool:
    """Tell whether two names are of the same words in any order: `Ann Lee`, `LEE, Ann`, `Mrs Ann Lee`."""
    return _words_of(one) == _words_of(other)


def _words_of(name: str) -> list[str]:
    return sorted(fold(_without_address(name).replace(",", " ")).split())


def _without_address(name: str) -> str:
    """Return a name without the word of address in front of it, if anything is left then."""
    parts = name.split()
    for size in range(_MOST_WORDS_OF_ADDRESS, 0, -1):
        if len(parts) > size and fold(" ".join(parts[:size])) in folded_words("salutations"):
            return " ".join(parts[size:])
    return name


@cache
def _handing_over() -> re.Pattern[str]:
    """Return what begins a line that hands something to a person, with the sign behind it."""
    # The longest first: `z. Hd. von` begins with `z. Hd.`.
    listed = sorted(words("attention_words"), key=len, reverse=True)
    texts = "|".join(map(re.escape, listed))
    return re.compile(rf"^(?:{texts})(?![^\W\d_])[\s.:]*", re.IGNORECASE)
