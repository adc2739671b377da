"""Split names of people into their parts, and tell them from names of companies."""

from __future__ import annotations

import re
from collections.abc import Collection
from itertools import chain
from typing import NamedTuple

from engine.values import NotRead
from engine.values.folding import fold
from engine.values.languages import folded_words

_NAME = re.compile(r"[^\W\d_]+(?:['’.-]+[^\W\d_]+)*\.?")
_INITIAL = re.compile(r"[^\W\d_]\.?")
_MOST_WORDS = 4  # first and last name together; what is longer is a sentence or several people


class PersonName(NamedTuple):
    """Hold the parts of a name, each as it is written; `suffix` is such as Jr., "" where there is none."""

    title: str
    first: str
    last: str
    suffix: str

    def __str__(self) -> str:
        """Return the parts that are there, title and first name first."""
        return " ".join(filter(None, self))


def is_company(text: str) -> bool:
    """Tell whether a name has a legal form (GmbH, Inc.), a word such as Group, a number, or joins several names."""
    words = text.replace(",", " ").split()
    folded = list(map(fold, words))
    if "&" in text or any(map(str.isdigit, text)) or not folded_words("company_words").isdisjoint(folded):
        return True
    # Between words only: `and` joins partners, while a name may begin or end with such letters.
    if not folded_words("name_joiners").isdisjoint(folded[1:-1]):
        return True
    # AG and SA are legal forms in capitals; `Sa` is a last name.
    return len(words) > 1 and folded[-1] in folded_words("short_legal_forms") and words[-1].isupper()


def read(text: str) -> PersonName:
    """Take a name apart: `Smith, Dr. John`, `Jan van der Berg`, `Berg, Jan van der`.

    Raises:
        NotRead: it is one word, a company, or three words and more where the middle one may be a first or a last name.
    """
    if is_company(text):
        raise NotRead("it is a company")
    pieces = list(map(str.split, text.split(",")))
    suffix = ""  # `Smith, John, Jr.` and `John Smith, Jr.`
    if len(pieces) > 1 and all(map(_is_suffix, pieces[-1])):
        suffix = " ".join(pieces.pop())
    if not all(pieces) or len(pieces) > 2 or not all(map(_NAME.fullmatch, chain(*pieces))):
        raise NotRead("it is not the name of one person")
    name = _turned(*pieces) if len(pieces) == 2 else _straight(pieces[0])
    if len(f"{name.first} {name.last}".split()) > _MOST_WORDS:
        raise NotRead("it is too long for the name of one person")
    return name._replace(suffix=" ".join(filter(None, (name.suffix, suffix))))


def _is_suffix(word: str) -> bool:
    return fold(word) in folded_words("name_endings")


def _turned(left: list[str], right: list[str]) -> PersonName:
    """Take apart `Berg, Dr. Jan van der`: the last name comes first, its particles may come last."""
    title_left, last = _titled(left)
    title_right, first = _titled(right)
    first, suffix = _split_end(first, folded_words("name_endings"))
    first, particles = _split_end(first, folded_words("name_particles"))
    if not first or not last:
        raise NotRead("it is not the name of one person")
    return PersonName(" ".join(title_left + title_right), " ".join(first), " ".join(particles + last), " ".join(suffix))


def _straight(words: list[str]) -> PersonName:
    """Take apart `Dr. Jan van der Berg Jr.`: the last name starts at its particle, else it is the last word."""
    title, words = _titled(words)
    words, suffix = _split_end(words, folded_words("name_endings"))
    if len(words) < 2:
        raise NotRead("it is only one name")
    start = _start_of_last_name(words)
    return PersonName(" ".join(title), " ".join(words[:start]), " ".join(words[start:]), " ".join(suffix))


def _start_of_last_name(words: list[str]) -> int:
    """Return the position of a name's first particle (`van`), or of its last word where it has none.

    Raises:
        NotRead: words in the middle, other than initials, may be first names or last names.
    """
    middle, particles = words[1:-1], folded_words("name_particles")
    for position, word in enumerate(middle, start=1):
        if fold(word) in particles:
            return position
    if not all(map(_INITIAL.fullmatch, middle)):
        raise NotRead("it could have two first names or two last names")
    return len(words) - 1


def titled(text: str, letters: Collection[str] = ()) -> tuple[str, str]:
    """Return the titles that the name of a person begins with, and the name behind them: `Dr. Ann Lee`.

    The title is "" where there is none, nothing but titles, or a company. `letters` are single letters, folded, that
    are titles too, as M. is among French names.
    """
    if is_company(text):
        return "", text
    titles, words = _titled(text.split())
    if not titles and len(words) > 1 and fold(words[0]) in letters:
        titles, words = words[:1], words[1:]
    # `Sir` may be all that a cell says; what does not begin with a capital is no name.
    if not titles or not words or not words[0][:1].isupper():
        return "", text
    return " ".join(titles), " ".join(words)


def _titled(words: list[str]) -> tuple[list[str], list[str]]:
    """Return the titles that a name begins with, and the words behind them."""
    size = 0
    while size < len(words) and _is_title(words[size]):
        size += 1
    return words[:size], words[size:]


def _is_title(word: str) -> bool:
    """Return whether a word is a title, or several joined to one: `Dipl.-Ing.`."""
    parts = fold(word).split()
    return bool(parts) and folded_words("name_titles").issuperset(parts)


def _split_end(words: list[str], ending: frozenset[str]) -> tuple[list[str], list[str]]:
    """Return the words, and apart from them those of `ending` at their end; the first word always stays."""
    size = len(words)
    while size > 1 and fold(words[size - 1]) in ending:
        size -= 1
    return words[:size], words[size:]
