"""Limits on how much text a step may make: a cell, and a column's part that is computed at once.

A few steps that put several letters for one turn a page of text into gigabytes. What would become longer than the
limits keeps its text and is listed as could-not, with the reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from engine.steps.step import ColumnStep, Context, Outcome

MOST_CELL = 100_000  # characters that a step may make of a cell; a longer one may stay as long as it was
MOST_COLUMN = 128 * 2**20  # bytes that a step may make of the rows of one batch
MOST_AT_ONCE = 64 * 2**20  # bytes that are made before they are looked at
CELL_TOO_LONG = f"it would become longer than {MOST_CELL:,} characters"
COLUMN_TOO_LONG = "the column would become larger than can be worked on"

Integers = npt.NDArray[np.int64]


def applied(step: ColumnStep, values: pa.Array, context: Context) -> Outcome:
    """Return what the step makes of the column, where that would be too much what it was."""
    most = step.most_bytes(values)
    if most is None or (most.max(initial=0) <= MOST_CELL and most.sum() <= MOST_AT_ONCE):
        return _limited(step.apply(values, context), values)
    parts, outcomes, left = list(_parts(most)), list[Outcome](), MOST_COLUMN
    for start, stop in parts:
        part = values.slice(start, stop - start)
        if most[start] > MOST_AT_ONCE:
            outcome = _kept(part, CELL_TOO_LONG)
        elif left <= 0:
            outcome = _kept(part, COLUMN_TOO_LONG)
        else:
            others = {title: column.slice(start, stop - start) for title, column in context.others.items()}
            outcome = _limited(step.apply(part, replace(context, others=others)), part)
            left -= outcome.values.nbytes
        outcomes.append(outcome)
    return _joined(outcomes, parts)


def _parts(most: Integers) -> Iterator[tuple[int, int]]:
    """Yield bounds of rows that make no more than is looked at, one row at least."""
    start, size = 0, 0
    for row, bytes_of_row in enumerate(most.tolist()):
        if row > start and size + bytes_of_row > MOST_AT_ONCE:
            yield start, row
            start, size = row, 0
        size += bytes_of_row
    if start < len(most):
        yield start, len(most)


def _kept(values: pa.Array, reason: str) -> Outcome:
    reasons = dict.fromkeys(filter(None, values.unique().to_pylist()), reason)
    return Outcome(values, pc.not_equal(values, ""), reasons)


def _limited(outcome: Outcome, before: pa.Array) -> Outcome:
    """Return the outcome without cells that became too long, in the column itself or in those that were added."""
    too_long = _too_long(outcome.values, before)
    for column in outcome.added.values():
        too_long = pc.or_(too_long, _too_long(column, before))
    if not pc.any(too_long).as_py():
        return outcome
    reasons = dict.fromkeys(before.filter(too_long).unique().to_pylist(), CELL_TOO_LONG)
    return replace(
        outcome,
        values=pc.if_else(too_long, before, outcome.values),
        could_not=too_long if outcome.could_not is None else pc.or_(outcome.could_not, too_long),
        reasons={**outcome.reasons, **reasons},
        added={title: pc.if_else(too_long, "", column) for title, column in outcome.added.items()},
    )


def _too_long(made: pa.Array, before: pa.Array) -> pa.Array:
    """Return which cells are longer than a step may make them, and than they were."""
    if made is before or int(pc.max(pc.binary_length(made)).as_py() or 0) <= MOST_CELL:
        return pa.array(np.zeros(len(made), np.bool_))
    longer = pc.greater(pc.binary_length(made), pc.binary_length(before))
    return pc.and_(pc.greater(pc.utf8_length(made), MOST_CELL), longer)


def _joined(outcomes: list[Outcome], parts: list[tuple[int, int]]) -> Outcome:
    """Return the outcomes of the parts of a column as one."""
    sizes = [stop - start for start, stop in parts]
    failed, reasons = list[pa.Array](), dict[str, str]()
    for outcome, size in zip(outcomes, sizes, strict=True):
        none = pa.array(np.zeros(size, np.bool_))
        failed.append(none if outcome.could_not is None else outcome.could_not)
        reasons |= outcome.reasons
    titles = dict.fromkeys(title for outcome in outcomes for title in outcome.added)
    added = {}
    for title in titles:
        columns = []
        for outcome, size in zip(outcomes, sizes, strict=True):
            columns.append(outcome.added.get(title, pa.array([""] * size, pa.string())))
        added[title] = pa.concat_arrays(columns)
    values = pa.concat_arrays([outcome.values for outcome in outcomes])
    return Outcome(values, pa.concat_arrays(failed), reasons, added)
