"""What steps must know about a whole column before they convert one cell of it.

A learning step sees the distinct values of its column as they stand before it. All steps whose columns can be
computed so far learn in one pass over the rows, so that a sheet takes as many passes as such steps depend on
each other, not as it has columns.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from engine.clean.cleaning_plan import SheetPlan
from engine.steps.step import ColumnStep

LearningStep = tuple[str, int]  # column title, place of the step among the column's
UNMERGED = 65_536  # distinct values gathered before they are merged


def rounds(plan: SheetPlan, titles: Sequence[str]) -> list[list[LearningStep]]:
    """The learning steps behind `titles`, in passes: those of a pass need only what the passes before taught."""
    passes: dict[str, int] = {}  # after how many a column can be computed
    found: list[tuple[int, LearningStep]] = []
    needed = set(plan.needed(titles))
    for title in (title for title in plan.columns if title in needed):  # each after those that it reads
        column = plan.columns[title]
        here = passes.get(column.origin, 0)
        for place, step in enumerate(column.steps):
            if step.learns:
                here += 1
                found.append((here, (title, place)))
            here = max([here, *(passes.get(other, 0) for other in step.reads())])
        passes[title] = here
    found.sort(key=lambda one: one[0])
    return [[step for _, step in group] for _, group in groupby(found, key=lambda one: one[0])]


class DistinctValues:
    """The distinct non-empty texts of a column that `step` has to see, in order of appearance, batch by batch."""

    def __init__(self, step: ColumnStep) -> None:
        self._step = step
        self._merged = pa.array([], pa.string())
        self._waiting: list[pa.Array] = []
        self._count = 0
        self._seen = pa.array([], pa.string())

    def add(self, values: pa.Array) -> None:
        """Take note of a batch."""
        alike = self._step.alike(values)
        distinct = pc.unique(values) if alike is values else self._unlike(values, alike)
        self._waiting.append(distinct)
        self._count += len(distinct)
        if self._count > max(UNMERGED, len(self._merged)):
            self._merge()

    def _unlike(self, values: pa.Array, alike: pa.Array) -> pa.Array:
        """The first value of each kind not seen before."""
        encoded = alike.dictionary_encode()
        _, first = np.unique(encoded.indices.to_numpy(), return_index=True)
        new = pc.invert(pc.is_in(encoded.dictionary, self._seen))
        self._seen = pa.concat_arrays([self._seen, encoded.dictionary.filter(new)])
        return values.take(pa.array(first).filter(new))

    def _merge(self) -> None:
        self._merged = pc.unique(pa.concat_arrays([self._merged, *self._waiting]))
        self._waiting, self._count = [], 0

    def __iter__(self) -> Iterator[str]:
        self._merge()
        for start in range(0, len(self._merged), UNMERGED):
            yield from (text for text in self._merged.slice(start, UNMERGED).to_pylist() if text)
