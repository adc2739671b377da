"""The dictionary of titles: every way of writing in `words/`, with what it means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from engine.match.match_files import load, names
from engine.match.title_tokens import spellings

Meaning = tuple[str, ...]
_KINDS = "words/kinds"


@cache
def entries() -> Mapping[str, tuple[Meaning, ...]]:
    """Every squeezed way of writing with its meanings, each a tuple of the words that titles are compared in."""
    found: dict[str, list[Meaning]] = {}
    for meaning, ways in _written():
        for spelling in {spelling for way in ways for spelling in spellings(way)}:
            found.setdefault(spelling, []).append(meaning)
    found.pop("", None)
    return {spelling: tuple(dict.fromkeys(meanings)) for spelling, meanings in found.items()}


@cache
def kinds() -> Mapping[str, frozenset[str]]:
    """The words of each kind in kinds.yml: stop, neutral, aside, place, barrier."""
    return {kind: frozenset(text.split()) for kind, text in load(_KINDS).items()}


@cache
def vocabulary() -> frozenset[str]:
    """Every word that a title can be read as, besides words that are unknown."""
    meant = {word for meanings in entries().values() for meaning in meanings for word in meaning}
    return frozenset(meant.union(*kinds().values()))


def _written() -> Iterator[tuple[Meaning, list[str]]]:
    for name in names("words"):
        if name != _KINDS:
            for meaning, ways in load(name).items():
                yield tuple(meaning.split()), [meaning, *ways.split(",")]
