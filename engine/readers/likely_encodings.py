"""Which encodings of one byte a letter a text may have, the likeliest first.

Every encoding turns the same bytes into other letters. How likely those are as words of the languages that the encoding
was made for is added up: how often letters follow each other in its names of places, languages and currencies, as CLDR
has them, which are like the names in tables. Encodings that people use more often need less of it. The measures are in
docs/decisions.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import log

from babel import Locale

MOST_WORDS = 400  # different words that are looked at
_LONGEST_WORD = 40
_WORDS = re.compile(rb"[A-Za-z'\x80-\xff]*[\x80-\xff][A-Za-z'\x80-\xff]*")
# Fractions and raised figures count as letters of words in regular expressions; here they are signs.
_WORD = re.compile(r"[^\W\d_¼½¾²³¹]+")
_SIGNS = {"€": -4.0, "’": -5.0, "–": -5.0, "\xa0": -5.0, "°": -5.0, "“": -6.0, "”": -6.0, "„": -6.0, "‘": -6.0,
          "£": -6.0, "§": -6.0, "®": -6.0, "™": -6.0, "½": -6.0, "²": -6.0, "³": -6.0, "·": -6.0,
          "•": -6.0, "…": -6.0, "—": -6.0, "«": -6.0, "»": -6.0, "¼": -7.0, "¾": -7.0, "±": -7.0, "×": -7.0,
          "µ": -7.0, "©": -7.0, "¡": -7.0, "¿": -7.0, "ª": -7.0, "º": -6.0, "´": -7.0, "‚": -7.0,
          "¥": -8.0}  # fmt: skip
_OTHER_SIGN = -12.0
_NO_SIGN = -16.0  # a control character, or a byte that the encoding does not know
_INSIDE_WORD = -8.0  # a sign between two letters
_BEFORE_WORD = -6.0  # a sign that never stands before a letter
_OPENING = frozenset("“„«‘‚’¿¡€£¥§±µ·•…—–©\xa0")

_WESTERN = ("de", "fr", "es", "it", "nl", "pt", "da", "sv", "nb", "fi", "is", "ca", "et", "sq")
_CENTRAL = ("pl", "cs", "sk", "hu", "sl", "hr", "ro", "de", "sq")
_TURKISH, _BALTIC = ("tr", "de"), ("lt", "lv", "et", "pl")
_CYRILLIC = ("ru", "uk", "bg", "sr", "be", "mk")
# How many times rarer than cp1252 an encoding is, as a logarithm, and the languages that it was made for.
ENCODINGS: Mapping[str, tuple[float, Sequence[str]]] = {
    "cp1252": (0.0, _WESTERN), "mac_roman": (-3.0, _WESTERN), "cp850": (-2.5, _WESTERN), "cp437": (-3.5, _WESTERN),
    "iso8859_15": (-4.0, _WESTERN), "cp1250": (-2.0, _CENTRAL), "iso8859_2": (-3.5, _CENTRAL),
    "cp852": (-3.5, _CENTRAL), "mac_latin2": (-5.0, _CENTRAL), "cp1254": (-2.5, _TURKISH), "cp857": (-4.5, _TURKISH),
    "cp1257": (-3.5, _BALTIC), "cp775": (-6.0, _BALTIC), "cp1251": (-1.5, _CYRILLIC), "koi8_r": (-3.5, ("ru", "bg")),
    "koi8_u": (-4.0, ("uk",)), "iso8859_5": (-4.5, _CYRILLIC), "cp866": (-3.5, _CYRILLIC), "cp855": (-6.0, _CYRILLIC),
    "mac_cyrillic": (-5.0, _CYRILLIC), "cp1253": (-2.0, ("el",)), "iso8859_7": (-3.0, ("el",)),
    "cp737": (-4.5, ("el",)),
    "cp1255": (-2.0, ("he",)), "cp862": (-4.5, ("he",)), "cp1256": (-2.0, ("ar", "fa")), "iso8859_6": (-4.0, ("ar",)),
    "cp874": (-2.5, ("th",)),
}  # fmt: skip


@dataclass(frozen=True)
class LikelyEncoding:
    """Hold one way to read a text: the encoding, the logarithm of its likelihood, and that for each letter."""

    encoding: str
    likelihood: float
    per_letter: float


def likely_readings(sample: bytes) -> list[LikelyEncoding]:
    """Return the readings of a text by every encoding of one byte a letter, the likeliest first."""
    words = _telling_words(sample)
    letters = max(1, sum(map(len, words)))
    readings = []
    for encoding, (rarity, languages) in ENCODINGS.items():
        total = rarity + _likelihood([word.decode(encoding, "replace") for word in words], languages)
        readings.append(LikelyEncoding(encoding, total, total / letters))
    readings.sort(key=lambda reading: -reading.likelihood)
    return readings


def first_difference(sample: bytes, encoding: str, other: str) -> tuple[str, str] | None:
    """Return the first word that reads differently in two encodings, in both of them; None for none."""
    for word in _telling_words(sample):
        pair = (word.decode(encoding, "replace"), word.decode(other, "replace"))
        if pair[0] != pair[1]:
            return pair
    return None


def _telling_words(sample: bytes) -> list[bytes]:
    """Return the different words with other than ASCII letters, the first ones of many."""
    found = dict.fromkeys(word[:_LONGEST_WORD] for word in _WORDS.findall(sample))
    return list(found)[:MOST_WORDS]


def _likelihood(texts: Sequence[str], languages: Iterable[str]) -> float:
    signs = sum(map(_likelihood_of_signs, texts))
    words = [word for text in texts for word in _WORD.findall(text)]
    return signs + max(sum(map(letter_pairs(language).likelihood, words)) for language in languages)


def _likelihood_of_signs(text: str) -> float:
    total = 0.0
    for place, sign in enumerate(text):
        if sign.isascii() or (sign.isalpha() and sign not in "ªº"):
            continue
        total += _SIGNS.get(sign, _OTHER_SIGN if sign.isprintable() and sign != "\ufffd" else _NO_SIGN)
        total += _likelihood_of_place(text[max(0, place - 1) : place], sign, text[place + 1 : place + 2])
    return total


def _likelihood_of_place(before: str, sign: str, after: str) -> float:
    """Return how likely a sign is between its neighbours."""
    if before.isalpha() and after.isalpha() and sign not in "’´":
        return _INSIDE_WORD
    return _BEFORE_WORD if after.isalpha() and sign not in _OPENING else 0.0


# --- How letters follow each other in a language ----------------------------------------------------------------

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
