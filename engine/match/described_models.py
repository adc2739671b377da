"""Describe Odoo's models for matching: which words in a title point to which field, and how their sheets look.

The files in `models/` describe what people migrate; for every other field the catalog's own label is a weaker hint.
Fields that the asked-for version of Odoo lacks drop out, so one file serves all versions.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import product
from typing import Any

from engine.match.match_files import load, names
from engine.match.title_meaning import readings
from engine.match.weights import WEIGHTS, MatchWeights
from odoo_migrate.catalog import Catalog, OdooField, OdooModel

_PATTERN = re.compile(r"([^@?]+?)(?:\s*@\s*([\d.]+))?(?:\s*\?(\w+))?")
# Fields of these types are filled by records or programs of their own, never by a plain cell.
_UNLABELLED_TYPES = frozenset({"one2many", "binary", "reference", "json", "properties"})


@dataclass(frozen=True)
class TitlePattern:
    """Hold the words that a title must have for a field, and the points that it then gets.

    `only_about` is a word that the sheet must be about, "" for none; `from_label` marks Odoo's own label.
    """

    field: OdooField
    words: frozenset[str]
    points: float
    only_about: str = ""
    from_label: bool = False


@dataclass(frozen=True)
class TitlePatterns:
    """Hold what titles mean in sheets of one model.

    `by_word` holds each pattern once, under one of its words. A title with all words of one of `without_field` fills
    no field. `ignored_words` cost nothing in a title; `single_words` are, by field, those that mean it alone.
    """

    by_word: Mapping[str, Sequence[TitlePattern]]
    without_field: tuple[frozenset[str], ...]
    ignored_words: frozenset[str]
    single_words: Mapping[str, frozenset[str]]

    def fulfilled_by(self, words: frozenset[str]) -> Iterator[TitlePattern]:
        """Yield the patterns whose words a title has."""
        for word in words:
            for pattern in self.by_word.get(word, ()):
                if pattern.words <= words:
                    yield pattern

    def rule_out(self, words: frozenset[str]) -> bool:
        """Return whether a title of these words fills no field, whatever else it says."""
        return any(ruled_out <= words for ruled_out in self.without_field)

    def means_alone(self, word: str, field: str) -> bool:
        """Return whether a word alone means a field: two such words together mean it too ("Company / Account")."""
        return word in self.single_words.get(field, ())


@dataclass(frozen=True)
class SheetClues:
    """Hold what sheets of one model look like.

    `names` are the words of what they are called, and with `only_by_name` no other sheet is one. They fill one of
    `typical_fields`, hold one of `required_words`, and none of `opposing_words` unless they speak of customers. Without
    a field of each set of `needs`, in the order of their weight, no rows are such records.
    """

    names: tuple[frozenset[str], ...]
    only_by_name: bool
    typical_fields: frozenset[str]
    required_words: frozenset[str]
    opposing_words: frozenset[str]
    needs: tuple[frozenset[str], ...] = ()

    def lacking(self, filled: Collection[str]) -> frozenset[str]:
        """Return the fields of which one is needed and none is filled; empty where nothing is lacking."""
        for wanted in self.needs:
            if wanted.isdisjoint(filled):
                return wanted
        return frozenset()


@dataclass(frozen=True)
class RecordNaming:
    """Hold how records of one model are named.

    `words` is what they are called in titles, `id_word` the middle of their external IDs, `name_field` the field
    without which they are worth little ("" for none), `key_fields` those that tell them apart.
    """

    words: frozenset[str]
    id_word: str
    name_field: str
    key_fields: tuple[str, ...]


@dataclass(frozen=True)
class DescribedModel:
    """Hold the description of one model in one version of Odoo.

    An order has `line_model` and `line_link`, the model of its lines and their field that names their order. Such
    lines have `parent_field`. All three are "" elsewhere.
    """

    odoo: OdooModel
    titles: TitlePatterns
    sheets: SheetClues
    records: RecordNaming
    line_model: str = ""
    line_link: str = ""
    parent_field: str = ""

    @property
    def parent_model(self) -> str:
        """Return the model of the orders whose lines this model is, "" for others."""
        return self.odoo.fields[self.parent_field].relation if self.parent_field else ""


@cache
def model_files() -> Mapping[str, dict[str, Any]]:
    """Return what the files in `models/` hold, by model."""
    found: dict[str, dict[str, Any]] = {}
    for name in names("models"):
        found |= load(name)
    return found


def described_model(model: str, catalog: Catalog, weights: MatchWeights = WEIGHTS) -> DescribedModel:
    """Return the description of a model.

    Raises:
        KeyError: where this version of Odoo lacks the model.
    """
    return _described(model, catalog, weights.label_pattern, weights.single_word)


# Only the two weights that a description depends on are part of the key, so other changes build nothing anew.
@lru_cache(maxsize=512)
def _described(model: str, catalog: Catalog, label_points: float, single_word: float) -> DescribedModel:
    entry = model_files().get(model, {})
    base = model_files().get(entry.get("fields_of", ""), {})
    odoo = catalog.model(model)
    record_words = _words(entry, "record_words")
    lines = entry.get("lines", {})
    patterns = [*_described_patterns(odoo, base, entry), *_label_patterns(odoo, base, entry, label_points)]
    # A variant inherits its product's titles (`fields_of`), so they are listed at the product only.
    return DescribedModel(
        odoo=odoo,
        titles=TitlePatterns(
            by_word=_by_rarest_word(patterns),
            without_field=tuple(_word_sets(base.get("ignored_titles", "") + "," + entry.get("ignored_titles", ""))),
            ignored_words=record_words | _words(base, "ignored_words") | _words(entry, "ignored_words"),
            single_words=_single_words(patterns, single_word),
        ),
        sheets=SheetClues(
            names=tuple(_sheet_names(odoo, entry)),
            only_by_name=bool(entry.get("only_by_name", False)),
            typical_fields=_words(entry, "typical_fields"),
            required_words=_words(entry, "required_words"),
            opposing_words=_words(entry, "opposing_words"),
            needs=tuple(_word_sets(base.get("needs", "") + "," + entry.get("needs", ""))),
        ),
        records=RecordNaming(
            words=record_words,
            id_word=entry.get("id_word", model.split(".")[-1]),
            name_field=entry.get("name_field", "" if entry else odoo.rec_name),
            key_fields=tuple(entry.get("key_fields", "").split()),
        ),
        line_model=lines.get("model", ""),
        line_link=lines.get("link", ""),
        parent_field=entry.get("parent_field", ""),
    )


def _words(entry: Mapping[str, Any], key: str) -> frozenset[str]:
    return frozenset(entry.get(key, "").split())


def _sheet_names(odoo: OdooModel, entry: Mapping[str, Any]) -> Iterator[frozenset[str]]:
    for name in entry.get("sheet_names", odoo.label).split(","):
        if name.strip():
            yield readings(name.strip())[0].words


def _fields_in_file(base: Mapping[str, Any], entry: Mapping[str, Any]) -> Mapping[str, str]:
    return {**base.get("fields", {}), **entry.get("fields", {})}


def _described_patterns(odoo: OdooModel, base: Mapping[str, Any], entry: Mapping[str, Any]) -> Iterator[TitlePattern]:
    for alternatives, text in _fields_in_file(base, entry).items():
        # The first of several fields that this version of Odoo has.
        for name in alternatives.split("|"):
            if name in odoo.fields:
                yield from patterns_of(odoo.fields[name], text)
                break


def patterns_of(field: OdooField, text: str) -> Iterator[TitlePattern]:
    """Yield the patterns in a field's line of a file, `a|b` spelt out.

    Raises:
        ValueError: where a part of the line is no pattern.
    """
    for part in text.split(","):
        match = _PATTERN.fullmatch(part.strip())
        if match is None:
            raise ValueError(f"{field.name}: {part!r} is no pattern")
        words, points, only_about = match.groups()
        choices = [word.split("|") for word in words.split()]
        for way in product(*choices):
            yield TitlePattern(field, frozenset(way), float(points or 1), only_about or "")


def _word_sets(text: str) -> Iterator[frozenset[str]]:
    for part in text.split(","):
        if part.strip():
            yield frozenset(part.split())


def _label_patterns(
    odoo: OdooModel, base: Mapping[str, Any], entry: Mapping[str, Any], points: float
) -> Iterator[TitlePattern]:
    """Yield what Odoo's own labels say of the fields that no file describes."""
    covered = {name for alternatives in _fields_in_file(base, entry) for name in alternatives.split("|")}
    # Fields of Odoo's own workings have labels that other systems use for something else ("Sequence", "Color").
    never = re.compile("|".join(load("labels")["never"].split()))
    for field in odoo.fields.values():
        if field.name in covered or field.type in _UNLABELLED_TYPES or never.fullmatch(field.name):
            continue
        words = readings(field.label)[0].all_words
        # A described model says its fields better than a vague label or one of a single word could.
        if words and not (entry and (len(words) == 1 or words <= _vague_words())):
            yield TitlePattern(field, words, points, from_label=True)


@cache
def _vague_words() -> frozenset[str]:
    return frozenset(load("labels")["vague"].split())


# A weak pattern of one word is a guess; two guesses together are no certainty.
def _single_words(patterns: Iterable[TitlePattern], least: float) -> Mapping[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for pattern in patterns:
        if len(pattern.words) == 1 and pattern.points >= least:
            found[pattern.field.name] = found.get(pattern.field.name, frozenset()) | pattern.words
    return found


def _by_rarest_word(patterns: Sequence[TitlePattern]) -> Mapping[str, Sequence[TitlePattern]]:
    """Return each pattern once, under the word that fewest patterns have: few are then tried in vain."""
    counts = Counter[str]()
    for pattern in patterns:
        counts.update(pattern.words)
    found: dict[str, list[TitlePattern]] = {}
    for pattern in patterns:
        rarest = min(pattern.words, key=lambda word: (counts[word], word))
        found.setdefault(rarest, []).append(pattern)
    return found
