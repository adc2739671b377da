"""Compare names of companies: legal forms, umlauts and the word `and` are written in many ways, and mean the same."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import groupby
from typing import NamedTuple

from engine.values.folding import fold, umlauts_spelt_out
from engine.values.languages import folded_words, words_by_key

_GLUED = re.compile(r"(?<=\w\w\.)(?=[A-Z]{2})")  # Co.KG
MOST_WORDS = 6  # of a legal form written out: Gesellschaft mit beschränkter Haftung has four


class PartedName(NamedTuple):
    """Hold a name without its legal form, and the form.

    Attributes:
        name: The words of the name, as they are written.
        written: The words of the form, as they are written: `& Co. KG` are three.
        forms: The legal forms that these words are, squeezed, the last one first.
    """

    name: tuple[str, ...]
    written: tuple[str, ...]
    forms: tuple[str, ...]


@cache
def _forms() -> Mapping[str, str]:
    """Return the legal forms by every way to write them, squeezed (`sarl`); each is named by its own squeezed key."""
    found: dict[str, str] = {}
    for right, others in words_by_key("legal_forms").items():
        for written in (right, *others):
            found.setdefault(_squeezed([written]), _squeezed([right]))
    return found


@cache
def _right_spellings() -> Mapping[str, tuple[str, ...]]:
    """Return how the law spells each legal form, by its squeezed name; some go by one name in several countries."""
    found: dict[str, tuple[str, ...]] = {}
    for right in words_by_key("legal_forms"):
        name = _squeezed([right])
        found[name] = (*found.get(name, ()), right)
    return found


def _squeezed(words: Sequence[str]) -> str:
    return "".join(map(fold, words)).replace(" ", "")


def parted(text: str) -> PartedName:
    """Return a name and apart from it the legal forms at its end; at least one word is always the name."""
    words = tuple(_GLUED.sub(" ", text.replace(",", " ")).split())
    end = len(words)
    forms: list[str] = []
    while end > 1:
        if forms and _joins_forms(words, end - 1):
            end -= 1
        start = _start_of_form(words, end)
        if start == end:
            break
        forms.append(_forms()[_squeezed(words[start:end])])
        end = start
    return PartedName(words[:end], words[end:], tuple(forms))


def _joins_forms(words: Sequence[str], place: int) -> bool:
    """Return whether a word joins two forms: the & of `GmbH & Co. KG` does, that of `Smith & Co.` is of the name."""
    return _joins(words[place]) and _start_of_form(words, place) < place


def _start_of_form(words: Sequence[str], end: int) -> int:
    """Return where the longest legal form starts that ends before the word at `end`; `end` where there is none."""
    for start in range(max(1, end - MOST_WORDS), end):
        if _squeezed(words[start:end]) in _forms():
            return start
    return end


def _joins(word: str) -> bool:
    return fold(word) in folded_words("name_joiners")


def keys(text: str) -> tuple[str, str]:
    """Return two texts to compare a name by: accents left out, and umlauts spelt out.

    Two names that have one of them in common are the same: `Müller GmbH` is `Muller G.m.b.H.` and `Mueller Gmbh`.
    """
    found = parted(text)
    name = " ".join(found.name)
    return _key(name, found.forms), _key(umlauts_spelt_out(name), found.forms)


def _key(name: str, forms: Sequence[str]) -> str:
    words = fold(name).split()
    # Between words only: a name may begin or end with such letters.
    for place in range(1, len(words) - 1):
        if _joins(words[place]):
            words[place] = "and"
    return " ".join([*_initials_joined(words), *forms])


def _initials_joined(words: Sequence[str]) -> list[str]:
    """Return the words, single letters in a row as one: `j p morgan` is `jp morgan`."""
    joined: list[str] = []
    for single, run in groupby(words, key=_is_letter):
        if single:
            joined.append("".join(run))
        else:
            joined.extend(run)
    return joined


def _is_letter(word: str) -> bool:
    return len(word) == 1 and word.isalpha()


def lawful(text: str) -> str:
    """Return a name with its legal form in the capitals of the law: `Müller Gmbh` -> `Müller GmbH`.

    A form that is written out, or that is spelled in several ways in several countries, stays.
    """
    found = parted(text)
    right = tuple(map(_in_capitals, found.written))
    if right == found.written:
        return text
    return " ".join([*found.name, *right])


def _in_capitals(word: str) -> str:
    """Return a word of a legal form in the capitals of the law; points at their places stay away."""
    spelled = _right_spellings().get(_squeezed([word]), ())
    bare = word.rstrip(".,")
    if len(spelled) != 1 or bare.replace(".", "") == spelled[0].replace(".", ""):
        return word
    return spelled[0]


def unusual_words(text: str) -> int:
    """Return how many words of a name's legal form are not written as the law does: none in `B.V.`, one in `BV`."""
    right = words_by_key("legal_forms")
    unusual = [word for word in parted(text).written if word not in right and word.rstrip(".") not in right]
    return len(unusual)
