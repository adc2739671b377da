"""What titles mean, in seven languages.

The files in `words/` list, for each word that titles are compared in, how business systems write it. A title is
read from left to right by the longest entry; a word that no entry holds is taken apart as a compound, else matched
with its nearest entry. A word of several meanings gives several readings: the model and the values decide.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, product

from engine.match.compound_words import code, compound, nearest
from engine.match.title_dictionary import Meaning, entries, kinds, vocabulary
from engine.match.title_tokens import pieces

_LONGEST = 7  # pieces in an entry
_READINGS = 12  # of one title
_PIECES = 25  # of a title; what follows is no title
_PLURALS = ("s", "es", "n", "en")


@dataclass(frozen=True)
class Reading:
    """A title in the lexicon's words. `unknown`: words that it lacks; `guessed`: how many were matched by likeness."""

    words: frozenset[str]
    unknown: frozenset[str] = frozenset()
    guessed: int = 0

    @property
    def all(self) -> frozenset[str]:
        return self.words | self.unknown


@dataclass(frozen=True)
class _Span:
    """The meanings of some pieces of a title."""

    meanings: tuple[Meaning, ...]
    certain: bool = True


@lru_cache(maxsize=20_000)
def readings(title: str) -> tuple[Reading, ...]:
    """What a title may mean, the likeliest first; at least one reading, empty for an empty title."""
    spans = list(_spans(pieces(title)[:_PIECES]))
    ways = islice(product(*(span.meanings for span in spans)), _READINGS)
    guessed = sum(not span.certain for span in spans)
    return tuple(dict.fromkeys(_reading(way, guessed) for way in ways))


def _reading(way: tuple[Meaning, ...], guessed: int) -> Reading:
    words = frozenset(word for meaning in way for word in meaning)
    return Reading(words & vocabulary(), words - vocabulary(), guessed)


def _spans(parts: tuple[str, ...]) -> Iterator[_Span]:
    """The longest entries from left to right, and what stands between them."""
    start = 0
    while start < len(parts):
        length = _longest(parts, start)
        yield _Span(entries()["".join(parts[start : start + length])]) if length else _other(parts[start])
        start += length or 1


def _longest(parts: tuple[str, ...], start: int) -> int:
    for length in range(min(_LONGEST, len(parts) - start), 0, -1):
        if "".join(parts[start : start + length]) in entries() and not _cuts_number(parts, start + length):
            return length
    return 0


def _cuts_number(parts: tuple[str, ...], end: int) -> bool:
    """Whether an entry would end between two numbers ("address 1", 0): then it is another number."""
    return end < len(parts) and parts[end - 1].isdigit() and parts[end].isdigit()


@lru_cache(maxsize=20_000)
def _other(piece: str) -> _Span:
    """A word that is no entry: as a plural, a compound, a misspelling or a code; else unknown."""
    if piece in kinds()["stop"]:
        return _Span(((),))
    if piece.isdigit() or len(piece) < 3 or any(piece in words for words in kinds().values()):
        return _Span(((piece,),))
    singular = next((piece.removesuffix(end) for end in _PLURALS if piece.removesuffix(end) in entries()), "")
    if singular:
        return _Span(entries()[singular])
    if found := compound(piece):
        return _Span((found,))
    if near := nearest(piece):
        return _Span(near, certain=False)
    return _Span((code(piece) or (piece,),))
