"""What is known of Odoo's models: which words in a title point to which field.

The files in `known/` say it for the models that people migrate; for every other field the catalog's own label is a
weaker hint. Fields that the asked-for version of Odoo lacks drop out, so one file serves all versions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Any

from engine.match.match_files import load, names
from engine.match.title_meaning import readings
from odoo_migrate.catalog import Catalog, OdooField, OdooModel

LABEL_WEIGHT = 0.8
SURE = 0.75  # from which weight on a word alone means a field

_PATTERN = re.compile(r"([^@?]+?)(?:\s*@\s*([\d.]+))?(?:\s*\?(\w+))?")
_UNLABELLED_TYPES = frozenset({"one2many", "binary", "reference", "json", "properties"})


@dataclass(frozen=True)
class Pattern:
    """Words that must all stand in a title for a field. `only`: a word that the sheet must be about, or ""."""

    field: OdooField
    words: frozenset[str]
    weight: float
    only: str = ""
    label: bool = False


@dataclass(frozen=True)
class Known:
    """What is known of one model in one version of Odoo. `patterns` by one of their words."""

    model: OdooModel
    short: str
    words: frozenset[str]
    sheets: tuple[frozenset[str], ...]
    cheap: frozenset[str]
    key: tuple[str, ...]
    naming: str
    lines: Mapping[str, str]
    parent: str
    telling: frozenset[str]
    named: bool
    speaks: frozenset[str]
    against: frozenset[str]
    written: bool
    patterns: Mapping[str, Sequence[Pattern]]
    nothing: tuple[frozenset[str], ...]
    single: Mapping[str, frozenset[str]]

    def about(self, words: frozenset[str]) -> Iterator[Pattern]:
        """The patterns that a title of these words fulfils."""
        for word in words:
            yield from (pattern for pattern in self.patterns.get(word, ()) if pattern.words <= words)

    def alone(self, field: str) -> frozenset[str]:
        """The words that each by itself mean a field: two of them together still mean it ("Company / Account")."""
        return self.single.get(field, frozenset())


def written() -> Mapping[str, dict[str, Any]]:
    """What the files say, by model."""
    return {model: entry for name in names("known") for model, entry in load(name).items()}


@lru_cache(maxsize=512)
def known(model: str, catalog: Catalog) -> Known:
    """Raises KeyError for a model that this version of Odoo lacks."""
    entry = written().get(model, {})
    odoo = catalog.model(model)
    like = written().get(entry.get("like", ""), {})
    fields = {**like.get("fields", {}), **entry.get("fields", {})}
    patterns = [*_written_patterns(odoo, fields), *_label_patterns(odoo, _first_fields(odoo, fields), bool(entry))]
    return Known(
        model=odoo,
        short=entry.get("short", model.split(".")[-1]),
        words=frozenset(entry.get("words", "").split()),
        sheets=tuple(_sheet_words(odoo, entry)),
        cheap=frozenset((like.get("cheap", "") + " " + entry.get("cheap", "")).split()),
        naming=entry.get("naming", odoo.rec_name if not entry else ""),
        key=tuple(entry.get("key", "").split()),
        lines=entry.get("lines", {}),
        parent=entry.get("parent", ""),
        telling=frozenset(entry.get("telling", "").split()),
        named=bool(entry.get("named", False)),
        speaks=frozenset(entry.get("speaks", "").split()),
        against=frozenset(entry.get("against", "").split()),
        written=bool(entry),
        patterns=_by_rarest_word(patterns),
        nothing=tuple(_bags(like.get("nothing", "") + "," + entry.get("nothing", ""))),
        single=_single_words(patterns),
    )


def _sheet_words(odoo: OdooModel, entry: Mapping[str, Any]) -> Iterator[frozenset[str]]:
    for name in filter(None, (part.strip() for part in entry.get("sheets", odoo.label).split(","))):
        yield readings(name)[0].words


def _written_patterns(odoo: OdooModel, fields: Mapping[str, str]) -> Iterator[Pattern]:
    for names_, text in fields.items():
        field = next((odoo.fields[name] for name in names_.split("|") if name in odoo.fields), None)
        if field:
            yield from patterns_of(field, text)


def patterns_of(field: OdooField, text: str) -> Iterator[Pattern]:
    """The patterns in a field's line of a file, `a|b` spelt out."""
    for part in text.split(","):
        match = _PATTERN.fullmatch(part.strip())
        if match is None:
            raise ValueError(f"{field.name}: {part!r} is no pattern")
        words, weight, only = match.groups()
        for way in product(*(word.split("|") for word in words.split())):
            yield Pattern(field, frozenset(way), float(weight or 1), only or "")


def _bags(text: str) -> Iterator[frozenset[str]]:
    yield from (frozenset(part.split()) for part in text.split(",") if part.strip())


def _first_fields(odoo: OdooModel, fields: Mapping[str, str]) -> frozenset[str]:
    return frozenset(name for names_ in fields for name in names_.split("|") if name in odoo.fields)


def _label_patterns(odoo: OdooModel, covered: frozenset[str], strict: bool) -> Iterator[Pattern]:
    never = "|".join(load("labels")["never"].split())
    vague = frozenset(load("labels")["vague"].split())
    for field in odoo.fields.values():
        if field.name in covered or field.type in _UNLABELLED_TYPES or re.fullmatch(never, field.name):
            continue
        reading = readings(field.label)[0]
        words = reading.all
        if words and not (strict and (len(words) == 1 or words <= vague)):
            yield Pattern(field, words, LABEL_WEIGHT, label=True)


def _single_words(patterns: Iterable[Pattern]) -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for pattern in patterns:
        if len(pattern.words) == 1 and pattern.weight >= SURE:
            found.setdefault(pattern.field.name, set()).update(pattern.words)
    return {field: frozenset(words) for field, words in found.items()}


def _by_rarest_word(patterns: Iterable[Pattern]) -> Mapping[str, Sequence[Pattern]]:
    """Each pattern once, under the word that fewest patterns have: few are then tried in vain."""
    patterns = list(patterns)
    counts: dict[str, int] = {}
    for pattern in patterns:
        for word in pattern.words:
            counts[word] = counts.get(word, 0) + 1
    found: dict[str, list[Pattern]] = {}
    for pattern in patterns:
        found.setdefault(min(pattern.words, key=lambda word: (counts[word], word)), []).append(pattern)
    return found
