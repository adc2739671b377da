"""Read the name of the person to talk to, as such cells hold it: `z. Hd. Herrn Björn Weßling`, `Lee, Ann`."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from engine.values import NotRead, personal_names
from engine.values.folding import fold
from engine.values.languages import folded_words, words

_MOST_WORDS_OF_ADDRESS = 2  # `Frau Dr.` begins with one, `de heer` is two words
_LONGEST_WORD = 20  # letters of a word of address


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
    words = _without_address(name).replace(",", " ").split()
    # Plain words of several letters fold to themselves in lower case; most names are of such words.
    if all(map(_is_plain, words)):
        return sorted(map(str.casefold, words))
    return sorted(fold(" ".join(words)).split())


def _is_plain(word: str) -> bool:
    return len(word) > 1 and word.isascii() and word.isalnum()


def _without_address(name: str) -> str:
    """Return a name without the word of address in front of it, if anything is left then."""
    parts = name.split()
    if len(parts) < 2 or not _begins_address(parts[0]):
        return name
    for size in range(_MOST_WORDS_OF_ADDRESS, 0, -1):
        if len(parts) > size and fold(" ".join(parts[:size])) in folded_words("salutations"):
            return " ".join(parts[size:])
    return name


@lru_cache(maxsize=10_000)
def _begins_address(word: str) -> bool:
    """Return whether a word is one that Mrs or `de heer` begins with; first names repeat, so few are new."""
    return len(word) <= _LONGEST_WORD and fold(word) in {text.split()[0] for text in folded_words("salutations")}


@cache
def _handing_over() -> re.Pattern[str]:
    """Return what begins a line that hands something to a person, with the sign behind it."""
    # The longest first: `z. Hd. von` begins with `z. Hd.`.
    listed = sorted(words("attention_words"), key=len, reverse=True)
    texts = "|".join(map(re.escape, listed))
    return re.compile(rf"^(?:{texts})(?![^\W\d_])[\s.:]*", re.IGNORECASE)
