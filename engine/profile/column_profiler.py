"""One column on its way through the sheet: figures, distinct values and the detectors that its kind calls for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from engine.detectors import COLUMN_DETECTORS
from engine.detectors.detector import Column, Unplaced
from engine.profile.column_batch import SMALL, Cells, Way
from engine.profile.column_statistics import Lengths, Patterns, filled_by_shape
from engine.profile.distinct_values import Distinct, DistinctCounter, hashes
from engine.profile.profile_results import MAX_TOP, ColumnFacts, FindingFacts

_NEVER_KEYS = frozenset(["money", "percent", "date", "datetime", "boolean", "list"])
_KEEPS_LETTERS = frozenset(["number", "money", "percent", "date", "datetime", "phone"])


def first_way(column: Column, rows: int) -> Way:
    """How to look at the first batch of a column, going by its sample; `rows`: of the whole sheet."""
    if rows <= SMALL or not column.sample:
        return Way.VALUES
    few = len(column.sample) < sum(times for _, times in column.sample) / 4
    return Way.VALUES if few else Way.SHAPES


class ColumnPass:
    """Takes in a column batch by batch, then tells its facts and findings."""

    def __init__(self, column: Column, rows: int, waiting: int) -> None:
        """`rows`: of the whole sheet; `waiting`: hashes that may wait before they are merged."""
        self.column = column
        self._way = first_way(column, rows)
        self._rows = 0
        self.counter = DistinctCounter(waiting)
        self._lengths, self._patterns = Lengths(), Patterns()
        self._detectors = [detector(column) for detector in COLUMN_DETECTORS if detector.wanted(column)]

    def look(self, values: pa.StringArray, rows: npt.NDArray[np.int32]) -> npt.NDArray[np.uint64]:
        """Take in one batch (no nulls, with source row numbers). Returns a hash of every cell."""
        cells = Cells(values, rows, self._way, keep_letters=self.column.kind in _KEEPS_LETTERS)
        hashed = hashes(cells.base)
        self.counter.add(cells, hashed)
        counts = filled_by_shape(cells)
        self._lengths.add(cells, counts)
        self._patterns.add(cells, counts)
        for detector in self._detectors:
            detector.look(cells)
        self._rows += len(values)
        self._way = cells.next_way()
        return hashed if cells.spread is None else hashed[cells.spread]

    def distinct(self) -> Distinct:
        """Distinct, frequent and repeated values."""
        return self.counter.result()

    def findings(self) -> Iterable[FindingFacts | Unplaced]:
        """What the detectors found."""
        for detector in self._detectors:
            yield from detector.findings()

    def facts(self, distinct: Distinct, top: list[tuple[str, int]]) -> ColumnFacts:
        """The figures; `top`: the most frequent texts with their counts."""
        column, lengths = self.column, self._lengths
        ranges = [detector.facts() for detector in self._detectors]
        extra: dict[str, Any] = {key: value for facts in ranges for key, value in facts.extra.items()}
        if distinct.estimated:
            extra["distinct_estimated"] = True
        return ColumnFacts(
            title=column.title, position=column.position, kind=column.kind,
            filled=lengths.filled, distinct=distinct.count,
            min_length=lengths.shortest, max_length=lengths.longest, mean_length=lengths.mean,
            top=top, patterns=self._patterns.top(MAX_TOP),
            minimum=next((facts.minimum for facts in ranges if facts.minimum), ""),
            maximum=next((facts.maximum for facts in ranges if facts.maximum), ""),
            could_be_key=self._could_be_key(distinct), extra=extra,
        )  # fmt: skip

    def _could_be_key(self, distinct: Distinct) -> bool:
        """Filled in every row, and nowhere twice."""
        complete = self._lengths.filled == self._rows == distinct.count > 1 and not distinct.estimated
        return complete and self.column.kind not in _NEVER_KEYS and self._lengths.longest <= 120
