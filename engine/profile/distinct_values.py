"""Count distinct, frequent and repeated values of a column without keeping the values.

Every value is represented by a 64-bit hash and how often it occurs: 12 bytes per distinct value. Counts are exact until
the sheet's pool of entries is spent; beyond that a column keeps its most frequent values and the smallest hashes,
estimates how many there are (k minimum values), and says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from engine.profile.column_batch import ColumnBatch

POOL = 16_000_000  # distinct values counted exactly over all columns of a sheet: 192 MB
WAITING = 12_000_000  # hashes that wait to be merged, over all columns: 96 MB
SKETCH = 1 << 16  # hashes kept for an estimate: within about 0.4 %
FREQUENT = 1 << 12  # most frequent values kept beside them

Hashes = npt.NDArray[np.uint64]
Times = npt.NDArray[np.uint32]


def hashes(texts: pa.StringArray) -> Hashes:
    """Return a 64-bit hash of every text; the same within one process."""
    # The hashes of rows are those of their one column, without the cost of a query for each batch.
    return pl.Series(texts, dtype=pl.String).to_frame().hash_rows().to_numpy()


@dataclass(frozen=True)
class Distinct:
    """Hold the distinct texts of a column by their hashes.

    Attributes:
        count: How many there are.
        hashes: Their hashes in ascending order; of an estimate only some.
        times: How often each occurs.
        estimated: Whether the count is an estimate.
    """

    count: int
    hashes: Hashes
    times: Times
    estimated: bool

    @property
    def repeated(self) -> Hashes:
        """Return the hashes of texts that occur more than once."""
        return self.hashes[self.times > 1]

    def times_of(self, wanted: Hashes) -> Times:
        """Return how often texts with these hashes occur; 0 for any other."""
        if not len(self.hashes):
            return np.zeros(len(wanted), np.uint32)
        places = np.searchsorted(self.hashes, wanted).clip(max=len(self.hashes) - 1)
        return np.where(self.hashes[places] == wanted, self.times[places], np.uint32(0))

    def at_least(self, times: int) -> Distinct:
        """Return the texts that occur at least so many times, alone."""
        if times == 1:
            return self
        often = self.times >= times
        return Distinct(int(often.sum()), self.hashes[often], self.times[often], self.estimated)

    def least(self, top: int) -> int:
        """Return how often a text occurs at least that is among the `top` most frequent ones."""
        often = self.times[self.times > 1]
        return 1 if len(often) < top else int(np.partition(often, len(often) - top)[-top])


class DistinctCounter:
    """Count the filled texts of one column, batch by batch."""

    def __init__(self, waiting: int = WAITING) -> None:
        """Begin empty; `waiting`: how many hashes may wait before they are merged."""
        self._most_waiting = waiting
        self._hashes, self._times = np.zeros(0, np.uint64), np.zeros(0, np.uint32)
        self._waiting: list[Hashes] = []
        self._count_waiting = 0
        self._bound: np.uint64 | None = None  # the greatest hash of the sketch, once there is one

    def add(self, cells: ColumnBatch, hashed: Hashes) -> None:
        """Count the filled texts of a batch; `hashed`: the hashes of `cells.base`."""
        filled = cells.filled
        if cells.weights is None:
            self.add_hashes(hashed if filled.all() else hashed[filled])
            return
        order = np.argsort(hashed[filled])
        self._add_sorted(hashed[filled][order], cells.weights[filled][order].astype(np.uint32))

    def add_hashes(self, hashed: Hashes) -> None:
        """Count texts by their hashes, each once."""
        self._waiting.append(hashed)
        self._count_waiting += len(hashed)
        if self._count_waiting > max(self._most_waiting, len(self._hashes)):
            self._merge()

    @property
    def size(self) -> int:
        """Return the number of entries held."""
        return len(self._hashes)

    def result(self) -> Distinct:
        """Return what was counted."""
        self._merge()
        return Distinct(self._count(), self._hashes, self._times, self._bound is not None)

    def _count(self) -> int:
        if self._bound is None:
            return len(self._hashes)
        small = np.searchsorted(self._hashes, self._bound, "right")
        return round((int(small) - 1) / (int(self._bound) / 2**64))

    def _merge(self) -> None:
        if self._waiting:
            everything = np.sort(np.concatenate(self._waiting))
            self._waiting, self._count_waiting = [], 0
            self._add_sorted(*_counted(everything))

    def _add_sorted(self, new: Hashes, times: Times) -> None:
        """Add distinct hashes in ascending order."""
        if len(self._hashes):
            self._join(new, times)
        else:
            self._hashes, self._times = new, times

    def _join(self, new: Hashes, times: Times) -> None:
        places = np.searchsorted(self._hashes, new)
        known = np.zeros(len(new), np.bool_)
        inside = places < len(self._hashes)
        known[inside] = self._hashes[places[inside]] == new[inside]
        self._times[places[known]] += times[known]
        fresh = ~known if self._bound is None else ~known & (new <= self._bound)
        if fresh.any():
            self._hashes = np.insert(self._hashes, places[fresh], new[fresh])
            self._times = np.insert(self._times, places[fresh], times[fresh])

    def sketch(self) -> None:
        """Keep only the smallest hashes and the most frequent values: from here on `count` is an estimate."""
        self._bound = self._hashes[SKETCH - 1]
        kept = np.argpartition(self._times, len(self._times) - FREQUENT)[-FREQUENT:]
        chosen = np.unique(np.concatenate([np.arange(SKETCH), kept]))
        self._hashes, self._times = self._hashes[chosen], self._times[chosen]


def _counted(ordered: Hashes) -> tuple[Hashes, Times]:
    """Return the distinct hashes of some in ascending order, and how often each occurs."""
    again = np.zeros(len(ordered), np.bool_)
    np.equal(ordered[1:], ordered[:-1], out=again[1:])
    places = np.flatnonzero(again)
    times = np.ones(len(ordered) - len(places), np.uint32)
    if len(places):
        # The second of two equal hashes joins the first's group; its index shifts by those removed before it.
        groups = places - np.arange(1, len(places) + 1)
        times += np.bincount(groups, minlength=len(times)).astype(np.uint32)
        ordered = ordered[~again]
    return ordered, times


def relieve(counters: Sequence[DistinctCounter], most: int = POOL) -> None:
    """Turn the largest counters into estimates until all together hold no more than `most` entries."""
    while sum(counter.size for counter in counters) > most:
        largest = max(counters, key=lambda counter: counter.size)
        if largest.size <= 2 * (SKETCH + FREQUENT):
            return
        largest.sketch()
