"""A column's steps, run once per distinct value where that pays, noting which cells changed and which could not be.

What a chain of steps makes of a cell depends on that cell and on the cells it reads beside it, so the answers for
values met before are kept from batch to batch, up to a bound.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from engine.clean.text_limits import applied
from engine.sheets.row_kinds import Mask
from engine.steps.column_kernels import joined
from engine.steps.step import ColumnStep, Context

_PLAIN_NUMBER = re.compile(r"-?[0-9]{1,30}(?:\.[0-9]{1,30})?")
NO_REASON = "it could not be converted"
# Per column; beyond that the memory starts anew. A key and its answer take about 200 bytes.
MOST_KEYS = 100_000
REPEATED = 0.5  # distinct values per cell above which remembering costs more than it saves
FEW = 1_000  # cells that are too few to measure that share

Places = npt.NDArray[np.int64]


@dataclass
class Trace:
    """Hold what steps made of a column.

    Attributes:
        values: After the last step.
        changed: Per step, which cells it changed (None: none).
        failed: Per step, which cells it could not convert (None: none); what a later step mended is none of them.
        reasons: What a failed cell holds in the end → why the first step that failed on it did.
        added: New columns by title.
    """

    values: pa.Array
    changed: list[Mask | None] = field(default_factory=list)
    failed: list[Mask | None] = field(default_factory=list)
    reasons: dict[str, str] = field(default_factory=dict)
    added: dict[str, pa.Array] = field(default_factory=dict)

    @property
    def could_not(self) -> Mask | None:
        """Return which cells some step could not convert, None where there are none."""
        masks = [mask for mask in self.failed if mask is not None]
        if not masks:
            return None
        return np.logical_or.reduce(masks)

    @property
    def counts(self) -> list[tuple[int, int]]:
        """Return per step how many cells it changed, and how many it could not convert."""
        return [(_sum(changed), _sum(failed)) for changed, failed in zip(self.changed, self.failed, strict=True)]


Tracer = Callable[[Sequence[pa.Array]], Trace]


def _sum(mask: Mask | None) -> int:
    if mask is None:
        return 0
    return int(np.count_nonzero(mask))


def mask_of(flags: pa.BooleanArray) -> Mask:
    """Return an Arrow array of booleans as a NumPy mask."""
    return np.asarray(flags.to_numpy(zero_copy_only=False), np.bool_)


def differing(before: pa.Array, after: pa.Array) -> Mask | None:
    """Return which cells differ, None where none does."""
    if after is before:  # a step that changes nothing hands back what it got
        return None
    mask = mask_of(pc.not_equal(before, after))
    if not mask.any():
        return None
    return mask


def trace(steps: Sequence[tuple[ColumnStep, Context]], values: pa.Array) -> Trace:
    """Run `values` (string) through the steps, each with its own context."""
    result = Trace(values)
    failures: list[tuple[int, Mask, pa.Array, Mapping[str, str]]] = []
    for number, (step, context) in enumerate(steps):
        before = result.values
        outcome = applied(step, before, context)
        failed = None
        if outcome.could_not is not None:
            failed = mask_of(outcome.could_not)
            if failed.any():
                failures.append((number, failed, before, outcome.reasons))
        result.changed.append(differing(before, outcome.values))
        result.failed.append(failed)
        result.added.update(outcome.added)
        result.values = outcome.values
    # Later steps may change a cell after one failed on it: cell and reason are judged by what it holds in the end.
    for number, failed, before, reasons in failures:
        step, context = steps[number]
        left = failed & ~_mended(step, context, before, result.values, failed)
        result.failed[number] = left if left.any() else None
        for text, last in _pairs(before, result.values, left):
            result.reasons.setdefault(last, reasons.get(text, NO_REASON))
    return result


def _mended(step: ColumnStep, context: Context, before: pa.Array, after: pa.Array, failed: Mask) -> Mask:
    """Return which of the cells that a step failed on are right in the end: blank, or as the step itself writes them.

    Args:
        step: The step that failed.
        context: What it knew.
        before: The cells that it got.
        after: The same cells after all steps.
        failed: Those that it could not convert.
    """
    mended = np.zeros(len(failed), np.bool_)
    later = differing(before, after)
    if later is None or not (later & failed).any():
        return mended
    rows = np.flatnonzero(later & failed)
    texts = after.take(pa.array(rows))
    others = {title: column.take(pa.array(rows)) for title, column in context.others.items()}
    outcome = step.apply(texts, replace(context, others=others))
    right = np.array([_same(*pair) for pair in zip(texts.to_pylist(), outcome.values.to_pylist(), strict=True)])
    if outcome.could_not is not None:
        right &= ~mask_of(outcome.could_not)
    mended[rows] = right | mask_of(pc.equal(texts, ""))
    return mended


def _same(text: str, written: str) -> bool:
    """Return whether two texts are the same, or the same plain number: 500 and 500.00."""
    if text == written:
        return True
    plain = _PLAIN_NUMBER.fullmatch(text) and _PLAIN_NUMBER.fullmatch(written)
    return bool(plain) and Decimal(text) == Decimal(written)


def _pairs(before: pa.Array, after: pa.Array, failed: Mask) -> set[tuple[str, str]]:
    """Return the distinct (text before, text in the end) of the failed cells."""
    where = pa.array(failed)
    return set(zip(before.filter(where).to_pylist(), after.filter(where).to_pylist(), strict=True))


@dataclass(frozen=True)
class BoundStep:
    """Hold a step with what it learnt about the whole column."""

    step: ColumnStep
    learnt: Any = None


@dataclass
class ColumnResult:
    """Hold a batch of a column after its steps.

    Attributes:
        values: The cells.
        could_not: Which of them some step could not convert (None: none).
        reasons: What such a cell still holds → why.
        added: New columns by title.
        counts: Per step, cells changed and cells that it could not convert.
    """

    values: pa.Array
    could_not: Mask | None = None
    reasons: Mapping[str, str] = field(default_factory=dict)
    added: Mapping[str, pa.Array] = field(default_factory=dict)
    counts: Sequence[tuple[int, int]] = ()


class ColumnRunner:
    """Run one column's steps, batch by batch."""

    def __init__(self, steps: Sequence[BoundStep], context: Context) -> None:
        """Take the steps in order, and what all of them know."""
        self.bound, self.context = steps, context
        self.others = tuple(dict.fromkeys(title for one in steps for title in one.step.reads()))
        self._whole = all(one.step.kernel for one in steps)  # kernels are fast without a memory
        self._memo: _Memo | None = None

    def run(self, values: pa.Array, columns: Mapping[str, pa.Array]) -> ColumnResult:
        """Return one batch of the column; `columns` holds the other columns that the steps read, cleaned."""
        inputs = [values, *[columns[title] for title in self.others]]
        if self._whole or not len(values):
            return _result(self._trace(inputs))
        keys = joined(inputs)
        if self._memo is None and len(keys) > FEW and len(pc.unique(keys)) > REPEATED * len(keys):
            self._whole = True
            return _result(self._trace(inputs))
        self._memo = self._memo or _Memo(len(self.bound))
        return self._memo.answer(keys, inputs, self._trace)

    def _trace(self, inputs: Sequence[pa.Array]) -> Trace:
        context = replace(self.context, others=dict(zip(self.others, inputs[1:], strict=True)))
        steps = [(one.step, replace(context, learnt=one.learnt)) for one in self.bound]
        return trace(steps, inputs[0])


def _result(traced: Trace) -> ColumnResult:
    return ColumnResult(traced.values, traced.could_not, traced.reasons, traced.added, traced.counts)


class _Memo:
    """Keep the answers for the keys seen so far: one entry of each array for each distinct key."""

    def __init__(self, steps: int) -> None:
        self._steps = steps
        self._forget()

    def _forget(self) -> None:
        self._keys = pa.array([], pa.string())
        self._values = pa.array([], pa.string())
        self._added: dict[str, pa.Array] = {}
        self._changed = np.zeros((self._steps, 0), np.bool_)
        self._failed = np.zeros((self._steps, 0), np.bool_)
        self._reasons: dict[str, str] = {}

    def answer(self, keys: pa.Array, inputs: Sequence[pa.Array], tracer: Tracer) -> ColumnResult:
        """Return the result for rows whose keys are `keys`; `tracer` computes it for keys not seen before."""
        found = pc.index_in(keys, self._keys)
        if not found.null_count:
            return self._spread(found.to_numpy())
        answers: Places = found.fill_null(-1).to_numpy().astype(np.int64)
        rows = np.flatnonzero(answers < 0)
        new = keys.take(pa.array(rows)).dictionary_encode()
        if len(self._keys) and len(self._keys) + len(new.dictionary) > MOST_KEYS:
            self._forget()
            return self.answer(keys, inputs, tracer)
        places: Places = new.indices.to_numpy().astype(np.int64)
        _, first = np.unique(places, return_index=True)
        answers[rows] = places + len(self._keys)
        first_of_each = pa.array(rows[first])
        self._remember(new.dictionary, tracer([column.take(first_of_each) for column in inputs]))
        return self._spread(answers)

    def _remember(self, keys: pa.Array, traced: Trace) -> None:
        self._keys = pa.concat_arrays([self._keys, keys])
        self._values = pa.concat_arrays([self._values, traced.values])
        for title, column in traced.added.items():
            former = self._added.get(title, pa.array([], column.type))
            self._added[title] = pa.concat_arrays([former, column])
        self._changed = np.hstack([self._changed, _flags(traced.changed, len(keys))])
        self._failed = np.hstack([self._failed, _flags(traced.failed, len(keys))])
        self._reasons.update(traced.reasons)

    def _spread(self, answers: Places) -> ColumnResult:
        """Return the result for rows; `answers` are the numbers of their answers."""
        times = np.bincount(answers, minlength=len(self._keys))
        any_failed: Mask = np.logical_or.reduce(self._failed, axis=0)
        occurring = np.flatnonzero(any_failed & (times > 0))
        failed_texts = self._values.take(pa.array(occurring)).to_pylist()
        places = pa.array(answers)
        # Counting answers, each as often as it occurs, spares spreading every mask over the rows.
        counts = []
        for changed, failed in zip(self._changed, self._failed, strict=True):
            counts.append((int(times[changed].sum()), int(times[failed].sum())))
        result = ColumnResult(self._values.take(places), counts=counts)
        if failed_texts:
            result.could_not = any_failed[answers]
            result.reasons = {text: self._reasons[text] for text in failed_texts}
        result.added = {title: column.take(places) for title, column in self._added.items()}
        return result


def _flags(masks: Sequence[Mask | None], length: int) -> npt.NDArray[np.bool_]:
    """Return the masks one below the other, `length` cells wide."""
    flags = np.zeros((len(masks), length), np.bool_)
    for number, mask in enumerate(masks):
        if mask is not None:
            flags[number] = mask
    return flags
