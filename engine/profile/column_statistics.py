"""Lengths, shapes and filled cells of a column, summed up batch by batch."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from engine.profile.column_batch import Cells, Numbers, Way
from engine.values.text_masks import as_patterns, masks

MOST_PATTERNS = 50_000  # different shapes kept; a column with more has none worth showing


class Lengths:
    """Lengths in characters of the filled texts."""

    def __init__(self) -> None:
        self.shortest, self.longest, self.total, self.filled = 0, 0, 0, 0

    def add(self, cells: Cells, counts: Numbers) -> None:
        """Take in a batch; `counts`: how many filled rows each of `cells.shapes` stands for."""
        sizes = pc.utf8_length(cells.shapes).to_numpy(zero_copy_only=False)
        met = sizes[counts > 0]
        if not len(met):
            return
        self.shortest = min(self.shortest, int(met.min())) if self.filled else int(met.min())
        self.longest = max(self.longest, int(met.max()))
        self.total += int((sizes * counts).sum())
        self.filled += int(counts.sum())

    @property
    def mean(self) -> float:
        """Characters a filled text, to two decimals."""
        return round(self.total / self.filled, 2) if self.filled else 0.0


class Patterns:
    """The shapes of the filled texts, as they are shown (`AAA-999`), and how often each occurs.

    Kept as Arrow arrays and merged now and then. Free text has no patterns.
    """

    def __init__(self) -> None:
        self._parts: list[pa.Table] | None = []
        self._waiting = 0

    def add(self, cells: Cells, counts: Numbers) -> None:
        """Take in a batch; `counts`: how many filled rows each of `cells.shapes` stands for."""
        if self._parts is None or cells.way is Way.PLAIN:
            self._parts = None
            return
        self._parts.append(pa.table({"pattern": masks(cells.shapes), "times": counts}))
        self._waiting += len(counts)
        if self._waiting > MOST_PATTERNS:
            self._merge(self._parts)

    def _merge(self, parts: list[pa.Table]) -> None:
        grouped = pa.concat_tables(parts).group_by("pattern", use_threads=False).aggregate([("times", "sum")])
        whole = grouped.rename_columns(["pattern", "times"])
        self._parts, self._waiting = ([whole], len(whole)) if len(whole) <= MOST_PATTERNS else (None, 0)

    def top(self, count: int) -> list[tuple[str, int]]:
        """The most frequent patterns, of equally frequent ones the first by alphabet; empty for free text."""
        if self._parts:
            self._merge(self._parts)
        if not self._parts:
            return []
        whole = self._parts[0].filter(pc.field("times") > 0)
        self._merge([whole.set_column(0, "pattern", as_patterns(whole["pattern"]))])
        [whole] = self._parts
        best = whole.sort_by([("times", "descending"), ("pattern", "ascending")]).slice(0, count)
        return list(zip(best["pattern"].to_pylist(), best["times"].to_pylist(), strict=True))


def filled_by_shape(cells: Cells) -> Numbers:
    """How many filled rows each of `cells.shapes` stands for."""
    weights = None if cells.weights is None and cells.filled.all() else _weights(cells)
    if cells.shape_of is None:
        return np.ones(len(cells.shapes), np.int64) if weights is None else weights
    return np.bincount(cells.shape_of, weights, minlength=len(cells.shapes)).astype(np.int64)


def _weights(cells: Cells) -> Numbers:
    """How many filled rows each text of `cells.base` stands for."""
    return cells.filled.astype(np.int64) if cells.weights is None else cells.weights * cells.filled
