"""Titles as lists of plain words: "POAddressLine1" → po, address, line, 1; "Art.-Nr." → art, nr."""

from __future__ import annotations

from functools import lru_cache
from itertools import product
from unicodedata import normalize

import regex

from engine.values.folding import fold

_SIGNS = {"#": " number ", "№": " number ", "%": " percent ", "€": " eur "}
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})
_NUMBER = ("n", "no", "nr", "num", "numero", "number")
_PLURAL = regex.compile(r"\b(\p{Lu}{2,})s\b")
_PIECES = regex.compile(r"\p{Lu}+(?!\p{Ll})|\p{Lu}?\p{Ll}+|\d+|\p{L}+")


@lru_cache(maxsize=20_000)
def pieces(title: str) -> tuple[str, ...]:
    """The words of a title in lower case and without accents, numbers apart, signs spelt out ("Ph #" → ph, number)."""
    for sign, word in _SIGNS.items():
        title = title.replace(sign, word)
    composed = _PLURAL.sub(lambda found: found[0].lower(), normalize("NFC", title))  # "IDs" is one word
    return tuple(fold(piece) for piece in _PIECES.findall(composed))


def squeezed(text: str) -> str:
    """All words of a text as one, the form in which the lexicon knows it."""
    return "".join(pieces(text))


def spellings(text: str) -> set[str]:
    """The ways to write an entry, squeezed: umlauts as one letter and as two ("Länge" → lange, laenge), a word for
    "number" in each of its short forms ("n hijos" → nhijos, nohijos, numhijos, …).
    """
    written = {pieces(text), pieces(normalize("NFC", text).translate(_UMLAUTS))}
    return {"".join(way) for words in written for way in product(*(_forms(word, words) for word in words))}


def _forms(word: str, words: tuple[str, ...]) -> tuple[str, ...]:
    return _NUMBER if word in _NUMBER and len(words) > 1 else (word,)
