"""Words that no entry holds: German and Dutch compounds, run-together codes such as CUSTNM, and misspellings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache, lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from engine.match.match_files import load
from engine.match.title_dictionary import Meaning, entries, kinds

_MOST_PARTS = 4
_LONGEST, _LONGEST_CODE = 40, 10  # letters of a compound or a misspelt word, and of a code
_LINKS = ("", *load("compounds")["links"].split())  # between the parts of a compound
_SHORT_PARTS = frozenset(load("compounds")["short"].split())
_CODE_PARTS = frozenset(load("compounds")["codes"].split())
_SHORTEST_GUESS = 5
_SLIP, _SLIPS, _LONG = 1, 2, 10  # letters that may be wrong in a word, and in one of so many letters


def compound(piece: str) -> Meaning:
    """ "kundenartikelnummer" → customer, product, number; () where it is no compound of entries."""
    return _meaning(_parts(piece, _MOST_PARTS)) if len(piece) <= _LONGEST else ()


def code(piece: str) -> Meaning:
    """ "itmdsc" → product, description; () where it is not made of abbreviations."""
    return _meaning(_abbreviations(piece, _MOST_PARTS - 1)) if len(piece) <= _LONGEST_CODE else ()


@lru_cache(maxsize=20_000)
def nearest(piece: str) -> tuple[Meaning, ...]:
    """The meanings of the entry that a misspelt word is nearest to; () where none is near."""
    if not _SHORTEST_GUESS <= len(piece) <= _LONGEST:
        return ()
    slips = _SLIPS if len(piece) >= _LONG else _SLIP
    alike = [way for length in range(len(piece) - slips, len(piece) + slips + 1) for way in _ways(piece[0], length)]
    near = process.extractOne(piece, alike, scorer=OSA.distance, score_cutoff=slips)
    return entries()[near[0]] if near else ()


def _meaning(parts: tuple[str, ...]) -> Meaning:
    return tuple(dict.fromkeys(word for part in parts for word in entries().get(part, ((part,),))[0]))


@lru_cache(maxsize=20_000)
def _parts(rest: str, most: int) -> tuple[str, ...]:
    """The fewest entries that make up `rest`, long ones first; () where none do."""
    if _is_part(rest):
        return (rest,)
    if most == 1:
        return ()
    heads = (rest[:cut] for cut in range(len(rest) - 2, 1, -1))
    found = [(head, *tail) for head in heads if _is_part(head) for tail in _tails(rest.removeprefix(head), most - 1)]
    return min(found, key=len, default=())


def _tails(rest: str, most: int) -> Iterator[tuple[str, ...]]:
    for link in _LINKS:
        if rest.startswith(link) and (tail := _parts(rest.removeprefix(link), most)):
            yield tail


def _is_part(text: str) -> bool:
    return (len(text) > 3 or text in _SHORT_PARTS) and (text in entries() or text in kinds()["neutral"])


@lru_cache(maxsize=20_000)
def _abbreviations(rest: str, most: int) -> tuple[str, ...]:
    """The entries of three letters and more that make up a code, the longest first; () where none do."""
    for cut in range(len(rest), 1, -1):
        head, tail = rest[:cut], rest[cut:]
        if (cut > 2 and head in entries()) or head in _CODE_PARTS:
            following = _abbreviations(tail, most - 1) if tail and most > 1 else ()
            if following or not tail:
                return (head, *following)
    return ()


def _ways(initial: str, length: int) -> list[str]:
    """The entries of so many letters that begin with a letter: a first letter is rarely wrong."""
    return _by_start().get((initial, length), [])


@cache
def _by_start() -> Mapping[tuple[str, int], list[str]]:
    found: dict[tuple[str, int], list[str]] = {}
    for entry in sorted(entries()):
        if len(entry) >= _SHORTEST_GUESS:
            found.setdefault((entry[0], len(entry)), []).append(entry)
    return found
