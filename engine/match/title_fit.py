"""How well a title's words say what a field asks for, and what its other words take away."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from engine.match.field_groups import group_of, group_words
from engine.match.model_knowledge import Known, Pattern
from engine.match.title_dictionary import kinds
from engine.match.title_meaning import Reading, readings
from engine.match.title_tokens import pieces

_SPECIFIC = 0.005  # for each further word that a field asks for and gets
_BY_NAME = 0.02  # a key points to a record better than its name does
_UNKNOWN = 0.28
_GUESSED = 0.06
_NEUTRAL = 0.03
_ASIDE = 0.36
_OTHER = 0.6
_BARRIER = 1.0

_PREFIXED = 4  # titles that must begin alike …
_PREFIXED_SHARE = 0.4  # … and their share, for the beginning to say nothing
_KEYS_OF_RECORDS = frozenset({"name", "number", "code", "id", "reference"})
_USERS = "res.users"  # a user's number in another system is nothing to find him by


@dataclass(frozen=True)
class Surroundings:
    """What a sheet's name and titles say together. `about`: all their words; `shared`: words of a beginning that many
    titles share ("Deal - …"), which say nothing about the single column.
    """

    about: frozenset[str]
    shared: frozenset[str] = frozenset()

    @classmethod
    def of(cls, name: str, titles: Sequence[str]) -> Surroundings:
        said = (reading for title in (name, *titles) for reading in readings(title))
        return cls(frozenset(word for reading in said for word in reading.words), _shared(titles))

    def speaks_of(self, party: str) -> bool:
        """Whether the sheet is about a party other than customers, such as vendors."""
        return party in self.about and "customer" not in self.about


@dataclass(frozen=True)
class Context:
    """What a title is read in."""

    known: Known
    around: Surroundings


def _shared(titles: Sequence[str]) -> frozenset[str]:
    begins = Counter(parts[0] for title in titles if len(parts := pieces(title)) > 1)
    least = max(_PREFIXED, _PREFIXED_SHARE * len(titles))
    common = [begin for begin, times in begins.items() if times >= least]
    return frozenset(word for begin in common for reading in readings(begin) for word in reading.all) - _KEYS_OF_RECORDS


def title_score(reading: Reading, pattern: Pattern, context: Context) -> float:
    """How sure a title that holds a pattern's words means its field: its weight, less what its other words cost."""
    if pattern.only and not context.around.speaks_of(pattern.only):
        return 0.0
    cost = sum(_cost(word, pattern, context) for word in reading.words - pattern.words)
    cost += _UNKNOWN * len(reading.unknown - pattern.words) + _GUESSED * reading.guessed
    cost += _BY_NAME * (pattern.field.relational and "name" in reading.words)
    return pattern.weight + _SPECIFIC * (len(pattern.words) - 1) - cost


def _cost(word: str, pattern: Pattern, context: Context) -> float:
    """What a word that the field does not ask for takes away."""
    known, group = context.known, group_of(pattern.field.name)
    if word in known.words or word in known.cheap or word in context.around.shared:
        return 0.0
    if word in group_words(group) or word in known.alone(pattern.field.name):
        return 0.0
    if word in kinds()["neutral"] or (word in _KEYS_OF_RECORDS and _points_to_record(pattern)):
        return _NEUTRAL
    if word in kinds()["aside"] or (word in kinds()["place"] and group in {"address", "reach"}):
        return _ASIDE
    return _BARRIER if word in kinds()["barrier"] else _OTHER


def _points_to_record(pattern: Pattern) -> bool:
    return pattern.field.relational and pattern.field.relation != _USERS
