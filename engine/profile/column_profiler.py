"""Profile one column batch by batch: figures, distinct values, and the detectors that its kind calls for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from engine.profile.column_batch import SMALL, ColumnBatch, Numbers, ShapeAnswers, Way
from engine.profile.detector import ColumnContext, Detectors, PendingFinding, RangeFacts
from engine.profile.distinct_values import Distinct, DistinctCounter, Hashes, hashes
from engine.profile.profile_results import MAX_TOP, ColumnFacts, FindingFacts
from engine.values.text_masks import as_patterns, masks

MOST_PATTERNS = 50_000  # different shapes kept; a column with more has none worth showing
LONGEST_KEY = 120  # characters; longer texts are descriptions, even if each occurs once
# An amount or a date may well differ in every row, and still names nothing.
_NEVER_KEYS = frozenset(["money", "percent", "date", "datetime", "boolean", "list"])
# Kinds whose words (EUR, Nov, ext.) are few and decide how a cell is read.
_KEEPS_LETTERS = frozenset(["number", "money", "percent", "date", "datetime", "phone"])


def first_way(column: ColumnContext, rows: int) -> Way:
    """Return how to look at the first batch of a column, going by its sample; `rows`: of the whole sheet."""
    if rows <= SMALL or not column.sample:
        return Way.VALUES
    cells = sum(times for _, times in column.sample)
    # Values that occur four times in a sample of a few thousand cells occur often enough to be encoded.
    if len(column.sample) < cells / 4:
        return Way.VALUES
    return Way.SHAPES


class Lengths:
    """Sum up the lengths in characters of the filled texts."""

    def __init__(self) -> None:
        """Begin without any text."""
        self.shortest, self.longest, self.total, self.filled = 0, 0, 0, 0

    def add(self, cells: ColumnBatch, counts: Numbers) -> None:
        """Take in a batch; `counts`: how many filled rows have each of `cells.shapes`."""
        # A mask of text beyond ASCII keeps its bytes, and with them the number of characters.
        sizes = pc.utf8_length(cells.shapes).to_numpy(zero_copy_only=False)
        filled = sizes[counts > 0]
        if not len(filled):
            return
        shortest = int(filled.min())
        if self.filled:
            shortest = min(self.shortest, shortest)
        self.shortest = shortest
        self.longest = max(self.longest, int(filled.max()))
        self.total += int((sizes * counts).sum())
        self.filled += int(counts.sum())

    @property
    def mean(self) -> float:
        """Return the characters of a filled text on average, to two decimals."""
        if not self.filled:
            return 0.0
        return round(self.total / self.filled, 2)


class Patterns:
    """Count the shapes of the filled texts as they are shown (`AAA-999`).

    They are kept as Arrow arrays and merged now and then. Free text has no patterns.
    """

    def __init__(self) -> None:
        """Begin without any shape; `_parts` is None once there are too many."""
        self._parts: list[pa.Table] | None = []
        self._waiting = 0

    def add(self, cells: ColumnBatch, counts: Numbers) -> None:
        """Take in a batch; `counts`: how many filled rows have each of `cells.shapes`."""
        if self._parts is None or cells.way is Way.PLAIN:
            self._parts = None
            return
        self._parts.append(pa.table({"pattern": masks(cells.shapes), "times": counts}))
        self._waiting += len(counts)
        if self._waiting > MOST_PATTERNS:
            self._merge(self._parts)

    def _merge(self, parts: list[pa.Table]) -> None:
        """Join the parts into one, or give up where there are too many patterns."""
        grouped = pa.concat_tables(parts).group_by("pattern", use_threads=False).aggregate([("times", "sum")])
        whole = grouped.rename_columns(["pattern", "times"])
        if len(whole) <= MOST_PATTERNS:
            self._parts, self._waiting = [whole], len(whole)
        else:
            self._parts, self._waiting = None, 0

    def top(self, count: int) -> list[tuple[str, int]]:
        """Return the most frequent patterns, of equally frequent ones the first by alphabet; none for free text."""
        if self._parts:
            self._merge(self._parts)
        if not self._parts:
            return []
        whole = self._parts[0].filter(pc.field("times") > 0)
        # Shapes that differ in letters beyond ASCII alone are one pattern.
        self._merge([whole.set_column(0, "pattern", as_patterns(whole["pattern"]))])
        [whole] = self._parts
        best = whole.sort_by([("times", "descending"), ("pattern", "ascending")]).slice(0, count)
        return list(zip(best["pattern"].to_pylist(), best["times"].to_pylist(), strict=True))


def filled_by_shape(cells: ColumnBatch) -> Numbers:
    """Return how many filled rows have each of `cells.shapes`."""
    weights = _filled_weights(cells)
    if cells.shape_of is None:
        # Every text is its own shape.
        if weights is None:
            return np.ones(len(cells.shapes), np.int64)
        return weights
    return np.bincount(cells.shape_of, weights, minlength=len(cells.shapes)).astype(np.int64)


def _filled_weights(cells: ColumnBatch) -> Numbers | None:
    """Return how many filled rows hold each text of `cells.base`; None: one each."""
    if cells.weights is not None:
        return cells.weights * cells.filled
    if cells.filled.all():
        return None
    return cells.filled.astype(np.int64)


class ColumnProfiler:
    """Take in a column batch by batch, then give its facts and findings."""

    def __init__(self, column: ColumnContext, detectors: Detectors, rows: int, waiting: int) -> None:
        """Set up those detectors that such a column wants.

        Args:
            column: What is known of it before the pass.
            detectors: All there are.
            rows: Of the whole sheet.
            waiting: Hashes kept before they are merged.
        """
        self.column = column
        self.counter = DistinctCounter(waiting)
        self._way = first_way(column, rows)
        self._remembered = ShapeAnswers()
        self._rows = 0
        self._lengths, self._patterns = Lengths(), Patterns()
        self._detectors = [detector(column) for detector in detectors.of_columns if detector.wanted(column)]

    def look(self, values: pa.StringArray, rows: npt.NDArray[np.int32]) -> Hashes:
        """Take in one batch (no nulls, with source row numbers) and return a hash of every cell."""
        keep_letters = self.column.kind in _KEEPS_LETTERS
        cells = ColumnBatch(values, rows, self._way, keep_letters=keep_letters, remembered=self._remembered)
        hashed = hashes(cells.base)
        self.counter.add(cells, hashed)
        counts = filled_by_shape(cells)
        self._lengths.add(cells, counts)
        self._patterns.add(cells, counts)
        for detector in self._detectors:
            detector.look(cells)
        self._rows += len(values)
        self._way = cells.next_way()
        if cells.spread is None:
            return hashed
        return hashed[cells.spread]

    def distinct(self) -> Distinct:
        """Return the distinct, frequent and repeated values, after the last batch."""
        return self.counter.result()

    def findings(self, distinct: Distinct) -> Iterable[FindingFacts | PendingFinding]:
        """Return what the detectors found, after the last batch; `distinct`: the column's different texts."""
        for detector in self._detectors:
            yield from detector.findings()
        for detector in self._detectors:
            yield from detector.distinct_findings(distinct, self._lengths.filled)

    def facts(self, distinct: Distinct, top: list[tuple[str, int]]) -> ColumnFacts:
        """Return the figures; `top`: the most frequent texts with their counts."""
        column, lengths = self.column, self._lengths
        found = _joined([detector.facts() for detector in self._detectors])
        extra: dict[str, Any] = dict(found.extra)
        if distinct.estimated:
            extra["distinct_estimated"] = True
        return ColumnFacts(
            title=column.title, position=column.position, kind=column.kind,
            filled=lengths.filled, distinct=distinct.count,
            min_length=lengths.shortest, max_length=lengths.longest, mean_length=lengths.mean,
            top=top, patterns=self._patterns.top(MAX_TOP),
            minimum=found.minimum, maximum=found.maximum,
            could_be_key=self._could_be_key(distinct), extra=extra,
        )  # fmt: skip

    def _could_be_key(self, distinct: Distinct) -> bool:
        """Return whether the column is filled in every row, and nowhere twice."""
        complete = self._lengths.filled == self._rows == distinct.count > 1 and not distinct.estimated
        return complete and self.column.kind not in _NEVER_KEYS and self._lengths.longest <= LONGEST_KEY


def _joined(ranges: Iterable[RangeFacts]) -> RangeFacts:
    """Return the further figures of all, and the first minimum and maximum that one of them has."""
    minimum = maximum = ""
    extra: dict[str, Any] = {}
    for facts in ranges:
        minimum = minimum or facts.minimum
        maximum = maximum or facts.maximum
        extra |= facts.extra
    return RangeFacts(minimum, maximum, extra)
