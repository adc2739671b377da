"""What is kept of every row while the sheets go by: hashes and marks, about 30 bytes per row and target.

Keys and external IDs of whole columns are 64-bit hashes: a million records fit into a few megabytes. What an ID
looks like is decided in `odoo_migrate.project.external_ids` alone; here the same rendering runs on columns, and only
what is not ASCII goes through it cell by cell. Hashes are compared within one run, never stored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import polars as pl

from engine.bundle.bundle_plan import BundlePlan
from engine.bundle.cleaned_lines import Positions
from engine.bundle.column_rules import blank, is_filled
from engine.bundle.lookup_tables import LookupTable
from engine.bundle.mapped_fields import MappedField
from engine.bundle.mapped_targets import MappedTarget
from odoo_migrate.project.external_ids import ALLOWED, KEY_SEPARATOR, MAX_LENGTH, Pattern, rendered
from odoo_migrate.project.project_definition import split_keys
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


def value_hashes(values: pl.Series) -> Hashes:
    """Return one hash per value, 0 where it is empty, so that "filled" can be asked of the hashes alone."""
    found: Hashes = np.where((values == "").to_numpy(), np.uint64(0), hashes(values))
    return found


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
    # More bytes than characters: something is not ASCII, which only `rendered` knows how to write in ASCII.
    foreign = cells.filter(cells.str.len_bytes() != cells.str.len_chars()).unique().to_list()
    if not foreign:
        return fast
    slow = dict(zip(foreign, map(rendered, foreign), strict=True))
    found = cells.replace_strict(slow, default=None, return_dtype=pl.String)
    return found.fill_null(fast)


class IdHashes:
    """Hold the IDs of a batch before keys that share an ID get suffixes.

    Attributes:
        hashes: Alike for rows that would have one ID.
        marked: Rows whose ID carries a digest of its key in any case, because it is too long or holds no ASCII.
        faithful: Whether the IDs hold the keys as they are, so that different keys cannot have one ID.
    """

    def __init__(self, frame: pl.DataFrame, pattern: Pattern) -> None:
        """Render the pattern for every row of a batch."""
        parts = [rendered_column(frame[title]) for title in pattern.placeholders]
        # Numbered, since a pattern may name one column twice, which no frame can hold.
        rendered_parts = pl.DataFrame(parts, schema=list(map(str, range(len(parts)))))
        base = _filled_in(rendered_parts, pattern.literals)
        self.faithful = len(parts) == 1 and bool((parts[0] == frame[pattern.placeholders[0]]).all())
        nameless = rendered_parts.select(pl.any_horizontal(pl.all() == "")).to_series()
        self.marked: Marks = ((base.str.len_chars() > MAX_LENGTH) | nameless).to_numpy()
        self.hashes: Hashes = hashes(base)
        if self.marked.any():
            # The digest is made of the key, so that such IDs are alike where their keys are.
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
    """Hold the hashes of a sheet's rows for one target, one entry per row.

    Attributes:
        inside: Whether the row is a record of the target.
        keys: Hash of the key.
        ids: Hash of the ID, without the suffix of keys that share it.
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
        # A target without a usable pattern blocks the export; its rows are counted all the same.
        none = np.zeros(len(frame), dtype=np.uint64)
        found = RowHashes(inside, none, none, none, np.zeros(len(frame), dtype=bool), links=links)
        if target.pattern is not None:
            # An incomplete key is reported by a rule of its own and names no record.
            found.inside = inside & ~incomplete(frame, target.key)
            found.keys = key_hashes(frame, target.key)
            found.contents = content_hashes(frame, target.columns)
            identity = IdHashes(frame, target.pattern)
            found.ids, found.marked, found.faithful = identity.hashes, identity.marked, identity.faithful
            for one in _once(target):
                found.once[one.name] = value_hashes(frame[one.source])
            found.shared = self.shared(frame)
        self._batches.append(found)

    def whole(self) -> RowHashes:
        """Return all batches as one; the batches are given up."""
        batches = self._batches
        found = RowHashes(
            inside=_joined(_NO_MARKS, map(attrgetter("inside"), batches)),
            keys=_joined(_NO_HASHES, map(attrgetter("keys"), batches)),
            ids=_joined(_NO_HASHES, map(attrgetter("ids"), batches)),
            contents=_joined(_NO_HASHES, map(attrgetter("contents"), batches)),
            marked=_joined(_NO_MARKS, map(attrgetter("marked"), batches)),
            faithful=all(map(attrgetter("faithful"), batches)),
        )
        # Fields are taken from the target, not from the batches: a sheet without rows has none of them.
        for one in self.target.fields:
            if one.ref:
                found.links[one.name] = _joined_links([batch.links[one.name] for batch in batches])
        for one in _once(self.target):
            found.once[one.name] = _joined(_NO_HASHES, [batch.once[one.name] for batch in batches])
        if batches:
            for name in batches[0].shared:
                found.shared[name] = _joined(_NO_HASHES, [batch.shared[name] for batch in batches])
        batches.clear()  # else a large sheet would be in memory twice
        return found


def _joined(start: npt.NDArray[Kind], parts: Iterable[npt.NDArray[Kind]]) -> npt.NDArray[Kind]:
    """Return the parts in one array, of the kind of `start` where there are none."""
    return np.concatenate([start, *parts])


def _joined_links(parts: Sequence[ReferenceKeys]) -> ReferenceKeys:
    positions = _joined(np.empty(0, np.int32), map(attrgetter("positions"), parts))
    return ReferenceKeys(positions, _joined(_NO_HASHES, map(attrgetter("keys"), parts)))


def _once(target: MappedTarget) -> list[MappedField]:
    """Return the fields whose values no two records may share."""
    if target.pattern is None:
        return []
    return [one for one in target.fields if unique_group(target.model.name, one.name)]


def _links(frame: pl.DataFrame, field: MappedField, inside: Marks, start: int) -> ReferenceKeys:
    cells = frame[field.source]
    named = (cells != "").to_numpy() & inside
    positions = np.flatnonzero(named).astype(np.int32)
    cells = cells.filter(pl.Series(named))
    if field.separator:
        positions, cells = _split(positions, cells, field.separator)
    return ReferenceKeys(positions + np.int32(start), hashes(cells))


def _split(positions: Positions, cells: pl.Series, separator: str) -> tuple[Positions, pl.Series]:
    """Return the keys in lists of keys, and with each the position of its row."""
    # Each distinct cell is split once, however many rows have it.
    lists = {cell: split_keys(cell, separator) for cell in cells.unique().to_list()}
    counts, keys = [], []
    for cell in cells:
        counts.append(len(lists[cell]))
        keys += lists[cell]
    return np.repeat(positions, np.array(counts, dtype=np.int64)), pl.Series(keys, dtype=pl.String)


# --- fields that several mappings of one model fill


class SharedFields:
    """Hash what `target` fills in fields that another mapping of its model fills too, for records to be compared."""

    def __init__(self, plan: BundlePlan, target: MappedTarget) -> None:
        """Find the fields that are filled elsewhere too."""
        elsewhere: set[str] = set()
        for _, other in plan.targets:
            if other.model.name == target.model.name and other.name != target.name:
                elsewhere |= _filled(other)
        self.tables = plan.tables
        self.fields = [field for field in target.fields if field.name in elsewhere]
        self.constants = {name: value for name, value in target.values.items() if name in elsewhere}

    def hashes(self, frame: pl.DataFrame) -> dict[str, Hashes]:
        """Return, by field, the hash of every row's value, 0 where it is empty."""
        found = {}
        for one in self.fields:
            found[one.name] = value_hashes(_compared(frame[one.source], one, self.tables))
        for name, value in self.constants.items():
            own = value_hashes(pl.Series([value], dtype=pl.String))
            found[name] = np.repeat(own, len(frame))
        return found


def _filled(target: MappedTarget) -> set[str]:
    """Return the import names of the fields that a mapping fills."""
    names = set(target.values)
    for one in target.fields:
        names.add(one.name)
    return names


def _compared(cells: pl.Series, field: MappedField, tables: Mapping[str, LookupTable]) -> pl.Series:
    """Return the cells with external IDs for keys, so that cells that name the same records are equal."""
    if not field.lookup and not field.separator:
        return cells
    names = {}
    for cell in cells.unique().to_list():
        keys = split_keys(cell, field.separator)
        if field.lookup:
            keys = _external_ids(keys, tables[field.lookup])
        names[cell] = ",".join(keys)
    return cells.replace_strict(names, return_dtype=pl.String)


def _external_ids(keys: Sequence[str], table: LookupTable) -> list[str]:
    """Return the external ID of every key, or the key itself where it has none."""
    return [table.known(key) or key for key in keys]
