"""Split titles into plain words: "POAddressLine1" into po, address, line, 1 and "Art.-Nr." into art, nr."""

from __future__ import annotations

from functools import lru_cache
from itertools import product
from unicodedata import normalize

import regex

from engine.values import languages
from engine.values.folding import fold, umlauts_spelt_out

# Spelt out before signs are dropped: "Ph #" is a phone number, "Disc %" a share.
_SIGNS = {"#": " number ", "№": " number ", "%": " percent ", "€": " eur "}
_PLURAL = regex.compile(r"\b(\p{Lu}{2,})s\b")
# A run of capitals ends before the one that begins a word: "POAddressLine1" is PO, Address, Line, 1.
_PIECES = regex.compile(r"\p{Lu}+(?!\p{Ll})|\p{Lu}?\p{Ll}+|\d+|\p{L}+")


@lru_cache(maxsize=20_000)
def pieces(title: str) -> tuple[str, ...]:
    """Return the words of a title in lower case and without accents.

    Numbers are words of their own, and signs are spelt out: "Ph #" is ph, number.
    """
    for sign, word in _SIGNS.items():
        title = title.replace(sign, word)
    # "IDs" is one word, though its letters change their case.
    composed = _PLURAL.sub(_in_lower_case, normalize("NFC", title))
    return tuple(map(fold, _PIECES.findall(composed)))


def _in_lower_case(found: regex.Match[str]) -> str:
    return str(found[0]).lower()


def squeezed(text: str) -> str:
    """Join all words of a text to one, the form that the dictionary is looked up by."""
    return "".join(pieces(text))


def spellings(text: str) -> set[str]:
    """Return the ways to write a dictionary entry, squeezed.

    Umlauts are written as one letter and as two ("Länge": lange, laenge), and a word for "number" in each of its
    short forms ("n hijos": nhijos, nohijos, numhijos).
    """
    written = {pieces(text), pieces(umlauts_spelt_out(normalize("NFC", text)))}
    found: set[str] = set()
    for words in written:
        forms = [_forms(word, words) for word in words]
        found.update(map("".join, product(*forms)))
    return found


def _forms(word: str, words: tuple[str, ...]) -> tuple[str, ...]:
    numbers = languages.words("number_words")
    # Alone, "no" means something else than a number.
    if word in numbers and len(words) > 1:
        return numbers
    return (word,)
