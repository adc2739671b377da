"""Which model a sheet holds: the one whose fields its titles and values name best, and that its name speaks of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import sqrt

from engine.match.field_assignment import assign
from engine.match.field_candidates import Candidate, candidates, worths
from engine.match.model_knowledge import Known, known, written
from engine.match.title_dictionary import kinds
from engine.match.title_fit import Context, Surroundings
from engine.match.title_meaning import readings
from engine.match.value_shares import Values
from odoo_migrate.catalog import Catalog

_NAMED = 0.3  # what a sheet's name adds at most
_UNTOLD = 0.25  # what the lack of any telling field takes away
_SILENT = 0.2  # … and that of any word of the model's own trade


@dataclass(frozen=True)
class Fit:
    """How well a model explains a sheet. `fields`: per column the field it would get, or None."""

    model: str
    score: float
    named: float
    fields: Sequence[str | None]


def rank(name: str, columns: Sequence[Values], catalog: Catalog) -> list[Fit]:
    """The models that are known, the likeliest first. `name`: what the sheet, and its file, are called."""
    around = Surroundings.of(name, [values.column.title for values in columns])
    models = [known(model, catalog) for model in (*written(), *_labelled(name, catalog)) if model in catalog]
    named = {one.model.name: _named(one, name) for one in models}
    tried = [one for one in models if named[one.model.name] or not one.named]
    found = {one.model.name: candidates(columns, Context(one, around)) for one in tried}
    weights = _weights(list(found.values()), len(columns))
    fits = [_fit(one, found[one.model.name], weights, named[one.model.name], around) for one in tried]
    return sorted(fits, key=lambda fit: -fit.score)


def _labelled(name: str, catalog: Catalog) -> list[str]:
    """Models beyond those described whose label is what the sheet is called ("Contract Types")."""
    said = {reading.all for reading in readings(name)}
    return [model for model, label in _labels(catalog) if label in said and model not in written()]


@cache
def _labels(catalog: Catalog) -> Sequence[tuple[str, frozenset[str]]]:
    first = [(model, readings(catalog.model(model).label)[0]) for model in catalog.names()]
    return [(model, reading.all) for model, reading in first]


def _weights(found: Sequence[Sequence[Sequence[Candidate]]], columns: int) -> list[float]:
    """A column that few models know tells more; one that no model knows tells nothing."""
    knowing = [sum(bool(of_model[column]) for of_model in found) for column in range(columns)]
    return [1 / sqrt(count) if count else 0.0 for count in knowing]


def _fit(
    one: Known, found: Sequence[Sequence[Candidate]], weights: Sequence[float], named: float, around: Surroundings
) -> Fit:
    chosen = assign(worths(found, one.naming))
    total = sum(weights) or 1.0
    scores = [_score(column, name) for column, name in zip(found, chosen, strict=True)]
    explained = sum(weight * score for weight, score in zip(weights, scores, strict=True)) / total
    told = not one.telling or not one.telling.isdisjoint(set(chosen))
    strange = _SILENT * _strange(one, around)
    return Fit(one.model.name, explained + _NAMED * named - _UNTOLD * (not told) - strange, named, chosen)


def _strange(one: Known, around: Surroundings) -> bool:
    """Whether the sheet speaks of another trade than the model's: of vendors, where orders of customers go."""
    silent = bool(one.speaks) and one.speaks.isdisjoint(around.about)
    return silent or any(around.speaks_of(party) for party in one.against)


def _score(column: Sequence[Candidate], name: str | None) -> float:
    return min(1.0, max((c.score for c in column if c.field.name == name), default=0.0))


def _named(one: Known, name: str) -> float:
    """How much of a sheet's name speaks of the model, 0 to 1."""
    best = 0.0
    for reading in readings(name):
        said = reading.words - kinds()["neutral"] - kinds()["aside"]
        for words in one.sheets:
            if words and words <= reading.words:
                best = max(best, len(words) / (len(said | words) + 0.5 * len(reading.unknown)))
    return best
