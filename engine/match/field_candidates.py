"""Which fields of a model a column may be meant for, and how likely each is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from engine.match.field_groups import group_of, stands_together
from engine.match.model_knowledge import Known
from engine.match.title_fit import Context, title_score
from engine.match.title_meaning import readings
from engine.match.value_fit import effect, expected
from engine.match.value_shares import Values
from odoo_migrate.catalog import OdooField

LEAST = 0.5  # below it, nothing fits
_MAKES_UP = 0.2  # what good values can add to a weak title
_HALF = 0.1  # what a title loses of which only one side of a slash was understood
_NEIGHBOUR = 0.04
_NAME = 0.6  # what it is worth that records get their name …
_SURE_NAME = 0.6  # … from a column that may well be one …
_NEAR_BEST = 0.2  # … and is hardly behind the best


@dataclass(frozen=True)
class Candidate:
    """A field for a column. `words` is what the title was taken to say; `score` may pass 1."""

    field: OdooField
    score: float
    words: frozenset[str] = frozenset()
    group: str = ""


def candidates(columns: Sequence[Values], context: Context) -> list[list[Candidate]]:
    """Per column its fields of at least LEAST, the best first."""
    found = [_of_column(column, context) for column in columns]
    return [_with_neighbours(place, found) for place in range(len(found))]


def worths(found: Sequence[Sequence[Candidate]], naming: str) -> list[dict[str, float]]:
    """What each field is worth to each column, for the assignment: records without their name are worth little."""
    best = max((c.score for column in found for c in column if c.field.name == naming), default=0.0)
    least = max(_SURE_NAME, best - _NEAR_BEST)
    return [
        {c.field.name: c.score + _NAME * (c.field.name == naming and c.score >= least) for c in column}
        for column in found
    ]


def _of_column(values: Values, context: Context) -> list[Candidate]:
    title = values.column.title
    technical = _technical(title, context.known)
    if technical:
        return [_candidate(values, context, technical, 1.0)]
    found = _best(_matches(title, values, context))
    if found or "/" not in title:
        return found
    halves = (candidate for half in title.split("/") for candidate in _matches(half, values, context))
    return _best(replace(candidate, score=candidate.score - _HALF) for candidate in halves)


def _best(found: Iterable[Candidate]) -> list[Candidate]:
    """Each field once, the best first."""
    best: dict[str, Candidate] = {}
    for candidate in found:
        name = candidate.field.name
        if candidate.score >= LEAST and (name not in best or best[name].score < candidate.score):
            best[name] = candidate
    return _sorted(best.values())


def _sorted(found: Iterable[Candidate]) -> list[Candidate]:
    return sorted(found, key=lambda candidate: (-candidate.score, candidate.field.name))


def _matches(title: str, values: Values, context: Context) -> Iterator[Candidate]:
    for reading in readings(title):
        if any(words <= reading.words for words in context.known.nothing):
            continue
        for pattern in context.known.about(reading.all):
            score = title_score(reading, pattern, context)
            if score >= LEAST - _MAKES_UP:
                yield _candidate(values, context, pattern.field, score, pattern.words)


def _technical(title: str, known: Known) -> OdooField | None:
    """The field of a title that is an import name of Odoo's own: `list_price`, `categ_id/id`."""
    name = title.strip().partition("/")[0]
    return known.model.fields.get(name) if "_" in name and name != "company_id" else None


def _candidate(
    values: Values, context: Context, field: OdooField, score: float, words: frozenset[str] = frozenset()
) -> Candidate:
    fits = effect(values, expected(context.known.model.name, field))
    return Candidate(field, score + fits, words, group_of(field.name))


def _with_neighbours(place: int, found: Sequence[Sequence[Candidate]]) -> list[Candidate]:
    """The column's candidates, those first whose kind of field stands beside it too."""
    near = [found[other][0].group for other in (place - 1, place + 1) if 0 <= other < len(found) and found[other]]
    beside = {group for group in near if stands_together(group)}
    return _sorted([replace(c, score=c.score + _NEIGHBOUR) if c.group in beside else c for c in found[place]])
