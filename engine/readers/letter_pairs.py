"""How often letters follow each other in a language, learnt from the names of places, languages and currencies in CLDR.

Names in tables are like these names: short, with capitals, without the little words that running text is full of.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import log

from babel import Locale

_WORD = re.compile(r"[^\W\d_]+")
EDGE = " "  # what stands before the first and behind the last letter of a word
_SMOOTHING = 15.0  # a letter counts so often by how frequent it is at all, besides how often it follows the other
_UNSEEN = 0.2  # times that a letter counts which a language does not have
_CASE_BREAK = -5.0  # a capital behind a small letter
# Encodings of one byte a letter have the Romanian letters with a cedilla only.
_OLD_LETTERS = str.maketrans("șț", "şţ")


@dataclass(frozen=True)
class LetterPairs:
    """Hold the logarithms of how likely a letter is behind another, and behind one that it never followed."""

    pairs: dict[str, float]
    behind: dict[str, float]
    letters: dict[str, float]
    unseen: float

    def likelihood(self, word: str) -> float:
        """Return the logarithm of how likely a word is, by its letters and their order."""
        total, before = 0.0, EDGE
        for letter in [*word.lower(), EDGE]:
            known = self.pairs.get(before + letter)
            if known is None:
                known = self.behind.get(before, 0.0) + self.letters.get(letter, self.unseen)
            total += known
            before = letter
        return total + _CASE_BREAK * _case_breaks(word)


def _case_breaks(word: str) -> int:
    """Return how often a capital beyond ASCII follows a small letter: a sign of a wrong reading."""
    if word.islower() or word.isupper() or word.istitle():
        return 0
    return sum(left.islower() and right.isupper() for left, right in pairwise(word))


@lru_cache(maxsize=64)
def letter_pairs(language: str) -> LetterPairs:
    """Return how letters follow each other in a language, given by its code."""
    pairs, letters, before = Counter[str](), Counter[str](), Counter[str]()
    for word in _words(language):
        whole = f"{EDGE}{word}{EDGE}"
        pairs.update(map("".join, pairwise(whole)))
        letters.update(whole[1:])
        before.update(whole[:-1])
    total = letters.total()
    share = {letter: count / total for letter, count in letters.items()}
    likely = {}
    for pair, count in pairs.items():
        smoothed = count + _SMOOTHING * share[pair[1]]
        likely[pair] = log(smoothed / (before[pair[0]] + _SMOOTHING))
    return LetterPairs(
        likely,
        {letter: log(_SMOOTHING / (count + _SMOOTHING)) for letter, count in before.items()},
        {letter: log(part) for letter, part in share.items()},
        log(_UNSEEN / total),
    )


def _words(language: str) -> Iterator[str]:
    locale = Locale.parse(language)
    for names in (locale.territories, locale.languages, locale.currencies, locale.scripts):
        for name in names.values():
            yield from _WORD.findall(name.lower().translate(_OLD_LETTERS))
    for widths in (*locale.months.values(), *locale.days.values()):
        for name in widths.get("wide", {}).values():
            yield from _WORD.findall(name.lower().translate(_OLD_LETTERS))
