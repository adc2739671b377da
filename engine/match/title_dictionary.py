"""The dictionary of titles: every way of writing that languages and systems have for a meaning."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from engine.match.match_files import load
from engine.match.title_tokens import spellings
from engine.values.folding import fold
from engine.values.languages import words_by_key

Meaning = tuple[str, ...]


@cache
def entries() -> Mapping[str, tuple[Meaning, ...]]:
    """Return every squeezed way of writing with its meanings, each a tuple of the words that titles are compared in.

    Of several meanings the likeliest comes first: the languages' files are in that order.
    """
    found: dict[str, list[Meaning]] = {}
    for meaning, ways in _ways_of_writing():
        squeezed = {spelling for way in ways for spelling in spellings(way)}
        for spelling in squeezed - {""}:
            found.setdefault(spelling, []).append(meaning)
    return {spelling: tuple(dict.fromkeys(meanings)) for spelling, meanings in found.items()}


@cache
def kinds() -> Mapping[str, frozenset[str]]:
    """Return the words that say little or something else beside a meaning: stop, neutral, aside, place, barrier."""
    found = {}
    for kind, listed in words_by_key("title_kinds").items():
        found[kind] = frozenset(fold(word) for word in listed)
    return found


@cache
def vocabulary() -> frozenset[str]:
    """Return every word that a title can be read as, besides words that are unknown."""
    found = set[str]().union(*kinds().values())
    for meanings in entries().values():
        found.update(*meanings)
    return frozenset(found)


def _ways_of_writing() -> Iterator[tuple[Meaning, list[str]]]:
    """Yield each meaning with what languages and systems write for it, the meaning's own words among them."""
    codes = load("system_titles")
    for meaning, ways in words_by_key("titles").items():
        yield tuple(meaning.split()), [meaning, *ways, *codes.get(meaning, "").split(",")]
