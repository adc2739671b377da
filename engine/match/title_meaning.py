"""Read what titles mean, in the languages that have a file of words.

A title is read from left to right by the longest entry of the dictionary. A word that no entry holds is taken apart as
a German or Dutch compound, else matched with the entry that it misspells, else taken for a run-together code such as
CUSTNM. A word of several meanings gives several readings: the model and the values decide.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import islice, product

from rapidfuzz import process
from rapidfuzz.distance import OSA

from engine.match import weights
from engine.match.title_dictionary import Meaning, entries, kinds, vocabulary
from engine.match.title_tokens import pieces
from engine.values.languages import words


@dataclass(frozen=True)
class Reading:
    """Hold one way to read a title.

    `words` are of the dictionary, `unknown` are not; `misspelt` counts the words that were matched by likeness.
    """

    words: frozenset[str]
    unknown: frozenset[str] = frozenset()
    misspelt: int = 0

    @property
    def all_words(self) -> frozenset[str]:
        """Return the words of the dictionary and the unknown ones together."""
        return self.words | self.unknown


@dataclass(frozen=True)
class _Span:
    """Hold the meanings of some pieces of a title; not `certain` where a misspelling was guessed."""

    meanings: tuple[Meaning, ...]
    certain: bool = True


@lru_cache(maxsize=20_000)
def readings(title: str) -> tuple[Reading, ...]:
    """Return what a title may mean, the likeliest first; an empty title has one empty reading."""
    misspelt, choices = 0, []
    for span in _spans(pieces(title)[: weights.MOST_WORDS]):
        choices.append(span.meanings)
        misspelt += not span.certain
    found = []
    # The product varies the last word first, so the likeliest meanings of the first words come first.
    for combination in islice(product(*choices), weights.MOST_READINGS):
        found.append(_reading(combination, misspelt))
    return tuple(dict.fromkeys(found))


def _reading(meanings: tuple[Meaning, ...], misspelt: int) -> Reading:
    meant = frozenset[str]().union(*meanings)
    return Reading(meant & vocabulary(), meant - vocabulary(), misspelt)


def _spans(parts: tuple[str, ...]) -> Iterator[_Span]:
    """Yield the longest entries from left to right, and the words between them."""
    start = 0
    while start < len(parts):
        length = _longest_entry(parts, start)
        if length:
            yield _Span(entries()["".join(parts[start : start + length])])
        else:
            yield _word_without_entry(parts[start])
        start += length or 1


def _longest_entry(parts: tuple[str, ...], start: int) -> int:
    """Return how many pieces from `start` on make up the longest entry, 0 for none."""
    for length in range(min(weights.LONGEST_ENTRY, len(parts) - start), 0, -1):
        if "".join(parts[start : start + length]) in entries() and not _cuts_number(parts, start + length):
            return length
    return 0


def _cuts_number(parts: tuple[str, ...], end: int) -> bool:
    """Return whether an entry would end between two numbers ("address 1", 0): then it is another number."""
    return end < len(parts) and parts[end - 1].isdigit() and parts[end].isdigit()


@lru_cache(maxsize=20_000)
def _word_without_entry(piece: str) -> _Span:
    """Read a word that is no entry: as a plural, a compound, a misspelling or a code; else as unknown."""
    if piece in kinds()["stop"]:
        return _Span(((),))
    # Two letters are an abbreviation of anything, so they are not guessed at.
    if piece.isdigit() or len(piece) < 3 or any(piece in listed for listed in kinds().values()):
        return _Span(((piece,),))
    # The dictionary holds singulars; a plural is likelier than a compound or a misspelling.
    for ending in words("plural_endings"):
        singular = piece.removesuffix(ending)
        if singular in entries():
            return _Span(entries()[singular])
    compound = _compound(piece)
    if compound:
        return _Span((compound,))
    near = _misspelt_entry(piece)
    if near:
        return _Span(near, certain=False)
    return _Span((_code(piece) or (piece,),))


# Compounds: "kundenartikelnummer"


def _compound(piece: str) -> Meaning:
    """Return customer, product, number for "kundenartikelnummer"; () for what is no compound of entries."""
    if len(piece) > weights.LONGEST_COMPOUND:
        return ()
    return _meaning(_compound_parts(piece, weights.MOST_COMPOUND_PARTS))


def _meaning(parts: tuple[str, ...]) -> Meaning:
    """Return the words of all parts, each once, by the first meaning of each part."""
    meant: list[str] = []
    for part in parts:
        meant += entries().get(part, ((part,),))[0]
    return tuple(dict.fromkeys(meant))


@lru_cache(maxsize=20_000)
def _compound_parts(text: str, most: int) -> tuple[str, ...]:
    """Return the fewest entries that make up a text, at most so many, long ones first; () where none do."""
    if _is_compound_part(text):
        return (text,)
    if most == 1:
        return ()
    # Fewest parts: "artikelnummer" is Artikel and Nummer, not Art, i, kel, …
    best: tuple[str, ...] = ()
    for cut in range(len(text) - 2, 1, -1):
        head = text[:cut]
        if not _is_compound_part(head):
            continue
        for following in _compound_endings(text[cut:], most - 1):
            if not best or len(following) + 1 < len(best):
                best = (head, *following)
    return best


def _compound_endings(text: str, most: int) -> Iterator[tuple[str, ...]]:
    """Yield the parts of the rest of a compound, once per linking sound that it may begin with."""
    for link in ("", *words("compound_links")):
        following = _compound_parts(text.removeprefix(link), most) if text.startswith(link) else ()
        if following:
            yield following


def _is_compound_part(text: str) -> bool:
    # Entries of three letters and less would be found in about any word.
    if len(text) <= 3 and text not in words("compound_parts"):
        return False
    return text in entries() or text in kinds()["neutral"]


# Misspellings: "Telehpone"


@lru_cache(maxsize=20_000)
def _misspelt_entry(piece: str) -> tuple[Meaning, ...]:
    """Return the meanings of the entry that a misspelt word is nearest to; () where none is near."""
    if not weights.SHORTEST_MISSPELT <= len(piece) <= weights.LONGEST_COMPOUND:
        return ()
    wrong = weights.WRONG_LETTERS_OF_LONG_WORD if len(piece) >= weights.LONG_WORD else weights.WRONG_LETTERS
    alike: list[str] = []
    for length in range(len(piece) - wrong, len(piece) + wrong + 1):
        # A first letter is rarely wrong, so only entries that begin alike are compared.
        alike += _entries_by_start().get((piece[0], length), [])
    near = process.extractOne(piece, alike, scorer=OSA.distance, score_cutoff=wrong)
    return entries()[near[0]] if near else ()


@cache
def _entries_by_start() -> Mapping[tuple[str, int], list[str]]:
    """Return the entries by first letter and length."""
    found: dict[tuple[str, int], list[str]] = {}
    for entry in sorted(entries()):
        if len(entry) >= weights.SHORTEST_MISSPELT:
            found.setdefault((entry[0], len(entry)), []).append(entry)
    return found


# Codes: "ITMDSC"


def _code(piece: str) -> Meaning:
    """Return product, description for "itmdsc"; () for what is not made of abbreviations."""
    if len(piece) > weights.LONGEST_CODE:
        return ()
    return _meaning(_abbreviations(piece, weights.MOST_COMPOUND_PARTS - 1))


@lru_cache(maxsize=20_000)
def _abbreviations(text: str, most: int) -> tuple[str, ...]:
    """Return the entries of three letters and more that make up a code, the longest first; () where none do."""
    for cut in range(len(text), 1, -1):
        head, rest = text[:cut], text[cut:]
        if not (cut > 2 and head in entries()) and head not in words("code_endings"):
            continue
        if not rest:
            return (head,)
        following = _abbreviations(rest, most - 1) if most > 1 else ()
        if following:
            return (head, *following)
    return ()
