"""One column through its steps, noting per step which cells changed and which could not be converted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from engine.sheets.row_kinds import Mask
from engine.steps.step import ColumnStep, Context

NO_REASON = "it could not be converted"


@dataclass
class Trace:
    """`values`: after the last step. `changed`, `failed`: per step, masks of cells (None: none). `reasons`: what a
    failed cell holds in the end → why the first step that failed on it did. `added`: new columns by title.
    """

    values: pa.Array
    changed: list[Mask | None] = field(default_factory=list)
    failed: list[Mask | None] = field(default_factory=list)
    reasons: dict[str, str] = field(default_factory=dict)
    added: dict[str, pa.Array] = field(default_factory=dict)

    @property
    def could_not(self) -> Mask | None:
        """Cells that some step could not convert."""
        masks = [mask for mask in self.failed if mask is not None]
        return np.logical_or.reduce(masks) if masks else None

    @property
    def counts(self) -> list[tuple[int, int]]:
        """Per step: cells changed, cells that it could not convert."""
        return [(_sum(changed), _sum(failed)) for changed, failed in zip(self.changed, self.failed, strict=True)]


def _sum(mask: Mask | None) -> int:
    return 0 if mask is None else int(np.count_nonzero(mask))


def mask_of(flags: pa.BooleanArray) -> Mask:
    return np.asarray(flags.to_numpy(zero_copy_only=False), np.bool_)


def differing(before: pa.Array, after: pa.Array) -> Mask | None:
    """Which cells differ; None where none does."""
    if after is before:
        return None
    mask = mask_of(pc.not_equal(before, after))
    return mask if mask.any() else None


def trace(steps: Sequence[tuple[ColumnStep, Context]], values: pa.Array) -> Trace:
    """Run `values` (string) through the steps, each with its own context."""
    result = Trace(values)
    told: list[tuple[Mask, pa.Array, Mapping[str, str]]] = []
    for step, context in steps:
        before = result.values
        outcome = step.apply(before, context)
        failed = mask_of(outcome.could_not) if outcome.could_not is not None else None
        if failed is not None and failed.any():
            told.append((failed, before, outcome.reasons))
        result.changed.append(differing(before, outcome.values))
        result.failed.append(failed)
        result.added.update(outcome.added)
        result.values = outcome.values
    for failed, before, reasons in told:
        for text, last in _pairs(before, result.values, failed):
            result.reasons.setdefault(last, reasons.get(text, NO_REASON))
    return result


def _pairs(before: pa.Array, after: pa.Array, failed: Mask) -> set[tuple[str, str]]:
    """The distinct (text before, text in the end) of the failed cells."""
    where = pa.array(failed)
    return set(zip(before.filter(where).to_pylist(), after.filter(where).to_pylist(), strict=True))
