"""Records that would share an external ID: told apart within a mapping, refused between mappings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt
import polars as pl

from engine.bundle.bundle_plan import BundlePlan
from engine.bundle.checked_sheets import CheckedSheet
from engine.bundle.cleaned_lines import Positions
from engine.bundle.export_problems import MAX_EXAMPLES, ExportProblem, ProblemLocation, listed, rows_word
from engine.bundle.lookup_tables import CreatedRecords
from engine.bundle.row_hashes import Hashes, RowHashes, hashes
from engine.bundle.row_issues import about_rows
from engine.bundle.target_mappings import MappedTarget
from odoo_migrate.project.external_ids import MAX_LENGTH, Pattern, external_ids

_NO_ROWS: Positions = np.empty(0, np.int32)


def identity_problems(plan: BundlePlan, surveys: Sequence[CheckedSheet]) -> Iterator[ExportProblem]:
    """What the user should see about external IDs before the export; only rows that go are looked at."""
    named = [(survey, target, target.pattern) for survey in surveys for target in survey.planned.targets]
    for survey, target, pattern in named:
        if pattern is not None:
            yield from _within(survey, target, pattern)
    if len(named) + len(plan.created) > 1 or any(table.entries for table in plan.tables.values()):
        owners = [_Owner.of(survey, target) for survey, target, pattern in named if pattern is not None]
        owners += [_Owner.of_created(one, _keys(surveys, one.table.name)) for one in plan.created]
        for first, second in combinations(owners, 2):
            yield from _between(first, second)
        yield from _entries(plan, owners, surveys)


def _keys(surveys: Sequence[CheckedSheet], table: str) -> list[str]:
    return sorted({key for survey in surveys for key in survey.keys(table)})


def _within(survey: CheckedSheet, target: MappedTarget, pattern: Pattern) -> Iterator[ExportProblem]:
    facts = survey.facts[target.name]
    going = facts.inside & ~survey.bad
    alike = _alike(facts, going & ~facts.marked) if not facts.faithful else _NO_ROWS
    if len(alike):
        shown = _shown(survey, pattern, alike)
        message = f"{len(alike):,} rows have keys that give one ID; each key gets a suffix: {listed(shown)}."
        yield about_rows(survey, target, "ids_alike", message, alike)
    marked = np.flatnonzero(going & facts.marked).astype(np.int32)
    if len(marked):
        shown = _shown(survey, pattern, marked)
        message = (
            f"{rows_word(len(marked))}: the key is too long for an ID of {MAX_LENGTH} characters or has no "
            f"Latin letters; it is written as a short code: {listed(shown)}."
        )
        yield about_rows(survey, target, "ids_coded", message, marked)


def _alike(facts: RowHashes, going: npt.NDArray[np.bool_]) -> Positions:
    """Rows of different keys with one ID, those of one ID together."""
    rows = np.flatnonzero(going)
    order = rows[np.argsort(facts.ids[rows], kind="stable")]
    ids, keys = facts.ids[order], facts.keys[order]
    clash = np.flatnonzero((ids[1:] == ids[:-1]) & (keys[1:] != keys[:-1]))
    return order[np.isin(ids, ids[clash])].astype(np.int32)


def _shown(survey: CheckedSheet, pattern: Pattern, rows: Positions) -> list[str]:
    """Some of the IDs as they will be."""
    sample = survey.spool.rows(rows[: 4 * MAX_EXAMPLES])
    keys = [tuple(row[title] for title in pattern.placeholders) for row in sample]
    ids = external_ids(pattern, dict.fromkeys(keys))
    return list(ids.values())[:MAX_EXAMPLES]


@dataclass(frozen=True)
class _Owner:
    """A mapping's records: distinct ID hashes with the hash of the key of each."""

    label: str
    model: str
    fields: frozenset[str]
    ids: Hashes
    keys: Hashes

    @classmethod
    def of(cls, survey: CheckedSheet, target: MappedTarget) -> _Owner:
        facts = survey.facts[target.name]
        rows = np.flatnonzero(facts.inside & ~survey.bad)
        ids, first = np.unique(facts.ids[rows], return_index=True)
        fields = frozenset(field.field.name for field in target.fields)
        return cls(target.label, target.model.name, fields, ids, facts.keys[rows][first])

    @classmethod
    def of_created(cls, created: CreatedRecords, names: Sequence[str]) -> _Owner:
        ids = created.table.created(names)
        own, keys = (hashes(pl.Series(list(texts), dtype=pl.String)) for texts in (ids.values(), ids))
        order = np.argsort(own)
        return cls(created.label, created.table.model, frozenset({created.field}), own[order], keys[order])


def _between(first: _Owner, second: _Owner) -> Iterator[ExportProblem]:
    common, here, there = np.intersect1d(first.ids, second.ids, assume_unique=True, return_indices=True)
    if not len(common):
        return
    names = f"{first.label} and {second.label}"
    others = int((first.keys[here] != second.keys[there]).sum())
    if first.model != second.model or others:
        message = f"{len(common):,} external IDs are in both {names}, for different records; give each a pattern."
        yield ProblemLocation(model=second.model).blocking("ids_shared", message, count=len(common))
        return
    both = sorted(first.fields & second.fields)
    if both:
        message = f"{len(common):,} records are in both {names}; the later one decides about {listed(both)}."
        yield ProblemLocation(model=second.model).warning("record_twice", message, count=len(common))


def _entries(plan: BundlePlan, owners: Sequence[_Owner], surveys: Sequence[CheckedSheet]) -> Iterator[ExportProblem]:
    """Lookup entries that point to a record of this project which is not there."""
    for name, table in plan.tables.items():
        used = set(_keys(surveys, name))
        ours = f"{plan.recipe.namespace}."
        own = sorted({one for key, one in table.entries.items() if key in used and one.startswith(ours)})
        found = hashes(pl.Series(own, dtype=pl.String))
        there = np.concatenate([np.empty(0, np.uint64), *(one.ids for one in owners if one.model == table.model)])
        gone = [text for text, known in zip(own, np.isin(found, there), strict=True) if not known]
        if gone:
            message = f"The lookup '{name}' points to records that are not in this migration: {listed(gone)}."
            yield ProblemLocation(model=table.model).blocking("entry_nowhere", message, lookup=name, count=len(gone))
