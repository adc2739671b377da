"""What is kept of every row while the sheets go by: hashes and marks, about 30 bytes per row and target."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import polars as pl

from engine.bundle.cleaned_spool import Positions
from engine.bundle.id_hashes import Hashes, Identity, Marks, content_hashes, hashes, incomplete, key_hashes
from engine.bundle.planned_fields import PlannedField
from engine.bundle.planned_targets import PlannedTarget
from odoo_migrate.project.project_files import split_keys
from odoo_migrate.rules import model_needs

Kind = TypeVar("Kind", bound=np.generic)


@dataclass
class Links:
    """The keys of other records that a column's cells hold: `positions[i]` is the row that names key `keys[i]`."""

    positions: Positions
    keys: Hashes


@dataclass
class TargetFacts:
    """One entry per row of the sheet. `inside`: the row is a record of the target. `keys`, `ids`, `contents`:
    hashes of the key, of the ID before keys are told apart, of the mapped cells. `marked`: the ID carries a digest
    in any case. `faithful`: different keys cannot have one ID. `once`: by field, hashes of the values that no two
    records may share, 0 where empty.
    """

    inside: Marks
    keys: Hashes
    ids: Hashes
    contents: Hashes
    marked: Marks
    faithful: bool = False
    links: dict[str, Links] = field(default_factory=dict)
    once: dict[str, Hashes] = field(default_factory=dict)


class Collector:
    """Gathers the facts of one target batch by batch."""

    def __init__(self, target: PlannedTarget) -> None:
        self.target = target
        self._batches: list[TargetFacts] = []

    def add(self, frame: pl.DataFrame, start: int) -> None:
        """`start`: position of the batch's first row."""
        target = self.target
        inside = np.ones(len(frame), dtype=bool)
        if target.when:
            inside = (frame[target.when].str.strip_chars() != "").to_numpy().copy()
        links = {one.name: _links(frame, one, inside, start) for one in target.fields if one.ref}
        none = np.zeros(len(frame), dtype=np.uint64)
        facts = TargetFacts(inside, none, none, none, np.zeros(len(frame), dtype=bool), links=links)
        if target.pattern is not None:
            facts.inside = inside & ~incomplete(frame, target.key)
            facts.keys = key_hashes(frame, target.key)
            facts.contents = content_hashes(frame, target.columns)
            identity = Identity(frame, target.pattern)
            facts.ids, facts.marked, facts.faithful = identity.hashes, identity.marked, identity.faithful
            facts.once = {one.name: _values(frame[one.source]) for one in _once(target)}
        self._batches.append(facts)

    def facts(self) -> TargetFacts:
        """All batches as one; the batches are given up."""
        all_links = {one.name: self._links(one.name) for one in self.target.fields if one.ref}
        whole = TargetFacts(
            inside=_joined(np.empty(0, np.bool_), (one.inside for one in self._batches)),
            keys=_joined(np.empty(0, np.uint64), (one.keys for one in self._batches)),
            ids=_joined(np.empty(0, np.uint64), (one.ids for one in self._batches)),
            contents=_joined(np.empty(0, np.uint64), (one.contents for one in self._batches)),
            marked=_joined(np.empty(0, np.bool_), (one.marked for one in self._batches)),
            faithful=all(one.faithful for one in self._batches),
            links=all_links,
            once={one.name: self._once(one.name) for one in _once(self.target)},
        )
        self._batches.clear()
        return whole

    def _once(self, name: str) -> Hashes:
        return _joined(np.empty(0, np.uint64), (one.once[name] for one in self._batches))

    def _links(self, name: str) -> Links:
        found = [one.links[name] for one in self._batches]
        return Links(
            _joined(np.empty(0, np.int32), (one.positions for one in found)),
            _joined(np.empty(0, np.uint64), (one.keys for one in found)),
        )


def _joined(start: npt.NDArray[Kind], parts: Iterable[npt.NDArray[Kind]]) -> npt.NDArray[Kind]:
    """The parts in one array, of the kind of `start` where there are none."""
    return np.concatenate([start, *parts])


def _once(target: PlannedTarget) -> list[PlannedField]:
    """The fields whose values no two records may share."""
    if target.pattern is None:
        return []
    return [one for one in target.fields if target.model.name in set().union(*model_needs.ONCE_AMONG.get(one.name, ()))]


def _values(cells: pl.Series) -> Hashes:
    found: Hashes = np.where((cells == "").to_numpy(), np.uint64(0), hashes(cells))
    return found


def _links(frame: pl.DataFrame, field: PlannedField, inside: Marks, start: int) -> Links:
    cells = frame[field.source]
    named = (cells != "").to_numpy() & inside
    positions = np.flatnonzero(named).astype(np.int32)
    cells = cells.filter(pl.Series(named))
    if field.separator:
        lists = {cell: split_keys(cell, field.separator) for cell in cells.unique().to_list()}
        counts = np.array([len(lists[cell]) for cell in cells], dtype=np.int64)
        positions = np.repeat(positions, counts)
        cells = pl.Series([key for cell in cells for key in lists[cell]], dtype=pl.String)
    return Links(positions + np.int32(start), hashes(cells))
