"""What is kept of every row while the sheets go by: hashes and marks, about 30 bytes per row and target.

Keys and external IDs of whole columns are 64-bit hashes: a million records fit into a few megabytes. What an ID
looks like is decided in `odoo_migrate.project.external_ids` alone; here the same rendering runs on columns, and only
what is not ASCII goes through it cell by cell. Hashes are compared within one run, never stored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
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

Hashes = npt.NDArray[np.uint64]
Marks = npt.NDArray[np.bool_]
Kind = TypeVar("Kind", bound=np.generic)
SharedHashes = Callable[[pl.DataFrame], dict[str, npt.NDArray[np.uint64]]]

_NO_HASHES: Hashes = np.empty(0, np.uint64)
_NO_MARKS: Marks = np.empty(0, np.bool_)


# --- hashes of columns


def hashes(cells: pl.Series) -> Hashes:
    """Return one hash per cell; equal cells have equal hashes in every column and batch of this process."""
    return cells.hash().to_numpy()


def key_text(frame: pl.DataFrame, columns: Sequence[str]) -> pl.Series:
    """Return the cells of a key as one text."""
    return frame.select(pl.concat_str(columns, separator=KEY_SEPARATOR)).to_series()


def key_hashes(frame: pl.DataFrame, columns: Sequence[str]) -> Hashes:
    """Return the hash of every row's key; for a key of one column it is the hash of its cell."""
    return hashes(key_text(frame, columns))


def content_hashes(frame: pl.DataFrame, columns: Sequence[str]) -> Hashes:
    """Return the hash of all these cells of every row."""
    if not columns:
        return np.zeros(len(frame), dtype=np.uint64)
    return frame.select(columns).hash_rows().to_numpy()


def incomplete(frame: pl.DataFrame, columns: Sequence[str]) -> Marks:
    """Mark the rows in which a cell of the key is empty."""
    empty = [~is_filled(title) for title in columns]
    return frame.select(pl.any_horizontal(empty)).to_series().to_numpy()


def rendered_column(cells: pl.Series) -> pl.Series:
    """Return `odoo_migrate.project.external_ids.rendered` of every cell."""
    fast = cells.str.replace_all(f"[^{ALLOWED}]+", "_").str.strip_chars("_")
    foreign = cells.filter(cells.str.len_bytes() != cells.str.len_chars()).unique().to_list()
    if not foreign:
        return fast
    slow = {cell: rendered(cell) for cell in foreign}
    found = cells.replace_strict(slow, default=None, return_dtype=pl.String)
    return found.fill_null(fast)


class IdHashes:
    """Hold the IDs of a batch before keys are told apart.

    Attributes:
        hashes: Alike for rows that would have one ID.
        marked: Rows whose ID carries a digest of its key in any case, because it is too long or holds no ASCII.
        faithful: Whether the IDs hold the keys as they are, so that different keys cannot have one ID.
    """

    def __init__(self, frame: pl.DataFrame, pattern: Pattern) -> None:
        """Render the pattern for every row of a batch."""
        parts = [rendered_column(frame[title]) for title in pattern.placeholders]
        rendered_parts = pl.DataFrame(parts, schema=[str(number) for number in range(len(parts))])
        base = _filled_in(rendered_parts, pattern.literals)
        self.faithful = len(parts) == 1 and bool((parts[0] == frame[pattern.placeholders[0]]).all())
        nameless = rendered_parts.select(pl.any_horizontal(pl.all() == "")).to_series()
        self.marked: Marks = ((base.str.len_chars() > MAX_LENGTH) | nameless).to_numpy()
        self.hashes: Hashes = hashes(base)
        if self.marked.any():
            self.hashes = np.where(self.marked, key_hashes(frame, pattern.placeholders), self.hashes)


def _filled_in(parts: pl.DataFrame, literals: Sequence[str]) -> pl.Series:
    """Return the pattern's literals with the parts, whose columns are numbered, between them."""
    pieces: list[Any] = [pl.lit(literals[0])]
    for number, literal in enumerate(literals[1:]):
        pieces += [pl.col(str(number)), pl.lit(literal)]
    return parts.select(pl.concat_str(pieces)).to_series()


# --- what is kept of the rows


@dataclass
class ReferenceKeys:
    """Hold the keys of other records in a column's cells: row `positions[i]` names key `keys[i]`."""

    positions: Positions
    keys: Hashes


@dataclass
class RowHashes:
    """Hold what is kept of the rows of a sheet for one target, one entry per row.

    Attributes:
        inside: Whether the row is a record of the target.
        keys: Hash of the key.
        ids: Hash of the ID before keys are told apart.
        contents: Hash of the mapped cells.
        marked: Whether the ID carries a digest in any case.
        faithful: Whether different keys cannot have one ID.
        links: By field, the keys of other records that it names.
        once: By field, hashes of the values that no two records may share, 0 where empty.
        shared: The same of the fields that other mappings of the model fill too.
    """

    inside: Marks
    keys: Hashes
    ids: Hashes
    contents: Hashes
    marked: Marks
    faithful: bool = False
    links: dict[str, ReferenceKeys] = field(default_factory=dict)
    once: dict[str, Hashes] = field(default_factory=dict)
    shared: dict[str, Hashes] = field(default_factory=dict)


class RowHashCollector:
    """Gather the hashes of one target batch by batch."""

    def __init__(self, target: MappedTarget, shared: SharedHashes) -> None:
        """Start without any rows."""
        self.target, self.shared = target, shared
        self._batches: list[RowHashes] = []

    def add(self, frame: pl.DataFrame, start: int) -> None:
        """Take a batch; `start` is the position of its first row."""
        target = self.target
        inside = np.ones(len(frame), dtype=bool)
        if target.when:
            inside = (~blank(frame[target.when])).to_numpy().copy()
        links = {one.name: _links(frame, one, inside, start) for one in target.fields if one.ref}
        none = np.zeros(len(frame), dtype=np.uint64)
        found = RowHashes(inside, none, none, none, np.zeros(len(frame), dtype=bool), links=links)
        if target.pattern is not None:
            found.inside = inside & ~incomplete(frame, target.key)
            found.keys = key_hashes(frame, target.key)
            found.contents = content_hashes(frame, target.columns)
            identity = IdHashes(frame, target.pattern)
            found.ids, found.marked, found.faithful = identity.hashes, identity.marked, identity.faithful
            found.once = {one.name: _values(frame[one.source]) for one in _once(target)}
            found.shared = self.shared(frame)
        self._batches.append(found)

    def whole(self) -> RowHashes:
        """Return all batches as one; the batches are given up."""
        batches = self._batches
        found = RowHashes(
            inside=_joined(_NO_MARKS, [one.inside for one in batches]),
            keys=_joined(_NO_HASHES, [one.keys for one in batches]),
            ids=_joined(_NO_HASHES, [one.ids for one in batches]),
            contents=_joined(_NO_HASHES, [one.contents for one in batches]),
            marked=_joined(_NO_MARKS, [one.marked for one in batches]),
            faithful=all(one.faithful for one in batches),
        )
        for one in self.target.fields:
            if one.ref:
                found.links[one.name] = _joined_links([batch.links[one.name] for batch in batches])
        for one in _once(self.target):
            found.once[one.name] = _joined(_NO_HASHES, [batch.once[one.name] for batch in batches])
        for name in batches[0].shared if batches else ():
            found.shared[name] = _joined(_NO_HASHES, [batch.shared[name] for batch in batches])
        batches.clear()
        return found


def _joined(start: npt.NDArray[Kind], parts: Iterable[npt.NDArray[Kind]]) -> npt.NDArray[Kind]:
    """Return the parts in one array, of the kind of `start` where there are none."""
    return np.concatenate([start, *parts])


def _joined_links(parts: Sequence[ReferenceKeys]) -> ReferenceKeys:
    positions = _joined(np.empty(0, np.int32), [one.positions for one in parts])
    return ReferenceKeys(positions, _joined(_NO_HASHES, [one.keys for one in parts]))


def _once(target: MappedTarget) -> list[MappedField]:
    """Return the fields whose values no two records may share."""
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
        # Each distinct cell is split once; then the row is repeated for every key of its cell.
        lists = {cell: split_keys(cell, field.separator) for cell in cells.unique().to_list()}
        counts = np.array([len(lists[cell]) for cell in cells], dtype=np.int64)
        positions = np.repeat(positions, counts)
        cells = pl.Series([key for cell in cells for key in lists[cell]], dtype=pl.String)
    return ReferenceKeys(positions + np.int32(start), hashes(cells))
