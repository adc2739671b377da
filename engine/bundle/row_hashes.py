"""What is kept of every row while the sheets go by: hashes and marks, about 30 bytes per row and target."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import polars as pl

from engine.bundle.cleaned_lines import Positions
from engine.bundle.column_rules import blank, is_filled
from engine.bundle.field_mappings import MappedField
from engine.bundle.target_mappings import MappedTarget
from odoo_migrate.project.external_ids import ALLOWED, KEY_SEPARATOR, MAX_LENGTH, Pattern, rendered
from odoo_migrate.project.project_files import split_keys
from odoo_migrate.rules.unique_values import unique_group

Kind = TypeVar("Kind", bound=np.generic)


@dataclass
class ReferenceKeys:
    """The keys of other records that a column's cells hold: `positions[i]` is the row that names key `keys[i]`."""

    positions: Positions
    keys: Hashes


@dataclass
class RowHashes:
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
    links: dict[str, ReferenceKeys] = field(default_factory=dict)
    once: dict[str, Hashes] = field(default_factory=dict)


class RowHashCollector:
    """Gathers the facts of one target batch by batch."""

    def __init__(self, target: MappedTarget) -> None:
        self.target = target
        self._batches: list[RowHashes] = []

    def add(self, frame: pl.DataFrame, start: int) -> None:
        """`start`: position of the batch's first row."""
        target = self.target
        inside = np.ones(len(frame), dtype=bool)
        if target.when:
            inside = (~blank(frame[target.when])).to_numpy().copy()
        links = {one.name: _links(frame, one, inside, start) for one in target.fields if one.ref}
        none = np.zeros(len(frame), dtype=np.uint64)
        facts = RowHashes(inside, none, none, none, np.zeros(len(frame), dtype=bool), links=links)
        if target.pattern is not None:
            facts.inside = inside & ~incomplete(frame, target.key)
            facts.keys = key_hashes(frame, target.key)
            facts.contents = content_hashes(frame, target.columns)
            identity = IdHashes(frame, target.pattern)
            facts.ids, facts.marked, facts.faithful = identity.hashes, identity.marked, identity.faithful
            facts.once = {one.name: _values(frame[one.source]) for one in _once(target)}
        self._batches.append(facts)

    def facts(self) -> RowHashes:
        """All batches as one; the batches are given up."""
        all_links = {one.name: self._links(one.name) for one in self.target.fields if one.ref}
        whole = RowHashes(
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

    def _links(self, name: str) -> ReferenceKeys:
        found = [one.links[name] for one in self._batches]
        return ReferenceKeys(
            _joined(np.empty(0, np.int32), (one.positions for one in found)),
            _joined(np.empty(0, np.uint64), (one.keys for one in found)),
        )


def _joined(start: npt.NDArray[Kind], parts: Iterable[npt.NDArray[Kind]]) -> npt.NDArray[Kind]:
    """The parts in one array, of the kind of `start` where there are none."""
    return np.concatenate([start, *parts])


def _once(target: MappedTarget) -> list[MappedField]:
    """The fields whose values no two records may share."""
    if target.pattern is None:
        return []
    return [one for one in target.fields if unique_group(target.model.name, one.name)]


def _values(cells: pl.Series) -> Hashes:
    found: Hashes = np.where((cells == "").to_numpy(), np.uint64(0), hashes(cells))
    return found


def _links(frame: pl.DataFrame, field: MappedField, inside: Marks, start: int) -> ReferenceKeys:
    cells = frame[field.source]
    named = (cells != "").to_numpy() & inside
    positions = np.flatnonzero(named).astype(np.int32)
    cells = cells.filter(pl.Series(named))
    if field.separator:
        lists = {cell: split_keys(cell, field.separator) for cell in cells.unique().to_list()}
        counts = np.array([len(lists[cell]) for cell in cells], dtype=np.int64)
        positions = np.repeat(positions, counts)
        cells = pl.Series([key for cell in cells for key in lists[cell]], dtype=pl.String)
    return ReferenceKeys(positions + np.int32(start), hashes(cells))


Hashes = npt.NDArray[np.uint64]
Marks = npt.NDArray[np.bool_]


def hashes(cells: pl.Series) -> Hashes:
    """One hash per cell; equal cells have equal hashes in every column and batch of this process."""
    return cells.hash().to_numpy()


def key_text(frame: pl.DataFrame, columns: Sequence[str]) -> pl.Series:
    """The cells of a key as one text."""
    return frame.select(pl.concat_str(columns, separator=KEY_SEPARATOR)).to_series()


def key_hashes(frame: pl.DataFrame, columns: Sequence[str]) -> Hashes:
    """The hash of every row's key; for a key of one column it is the hash of its cell."""
    return hashes(key_text(frame, columns))


def content_hashes(frame: pl.DataFrame, columns: Sequence[str]) -> Hashes:
    """The hash of all these cells of every row."""
    if not columns:
        return np.zeros(len(frame), dtype=np.uint64)
    return frame.select(columns).hash_rows().to_numpy()


def incomplete(frame: pl.DataFrame, columns: Sequence[str]) -> Marks:
    """Rows in which a cell of the key is empty."""
    empty = [~is_filled(title) for title in columns]
    return frame.select(pl.any_horizontal(empty)).to_series().to_numpy()


def rendered_column(cells: pl.Series) -> pl.Series:
    """`odoo_migrate.project.external_ids.rendered` of every cell."""
    fast = cells.str.replace_all(f"[^{ALLOWED}]+", "_").str.strip_chars("_")
    foreign = cells.filter(cells.str.len_bytes() != cells.str.len_chars()).unique().to_list()
    if not foreign:
        return fast
    slow = {cell: rendered(cell) for cell in foreign}
    found = cells.replace_strict(slow, default=None, return_dtype=pl.String)
    return found.fill_null(fast)


class IdHashes:
    """The IDs of a batch before keys are told apart. `hashes`: alike for rows that would have one ID. `marked`:
    rows whose ID carries a digest of its key in any case, because it is too long or holds no ASCII. `faithful`:
    the IDs hold the keys as they stand, so that different keys cannot have one ID.
    """

    def __init__(self, frame: pl.DataFrame, pattern: Pattern) -> None:
        parts = [rendered_column(frame[title]) for title in pattern.placeholders]
        base = _filled_in(parts, pattern.literals)
        cells = frame[pattern.placeholders[0]]
        self.faithful = len(parts) == 1 and bool((parts[0] == cells).all())
        nameless = pl.DataFrame(parts, schema=[str(n) for n in range(len(parts))]).select(
            pl.any_horizontal(pl.all() == "")
        )
        marks = (base.str.len_chars() > MAX_LENGTH) | nameless.to_series()
        self.marked: Marks = marks.to_numpy()
        self.hashes: Hashes = hashes(base)
        if self.marked.any():
            self.hashes = np.where(self.marked, key_hashes(frame, pattern.placeholders), self.hashes)


def _filled_in(parts: Sequence[pl.Series], literals: Sequence[str]) -> pl.Series:
    pieces: list[Any] = [pl.lit(literals[0])]
    for number, literal in enumerate(literals[1:]):
        pieces += [pl.col(str(number)), pl.lit(literal)]
    frame = pl.DataFrame(list(parts), schema=[str(number) for number in range(len(parts))])
    return frame.select(pl.concat_str(pieces)).to_series()
