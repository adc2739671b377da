"""The row steps on raw text: which rows are dropped, and what empty cells are filled with.

One pass over the sheet notes one byte a row: in the low five bits the step that drops the row (0: it stays),
above them whether the row is blank, and whether it is a total or a note, which filling down stops at. Every later
pass, and any page of the grid, works from these.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from engine.clean.cleaning_plan import MOST_DROPS, SheetPlan
from engine.sheets.row_kinds import Mask, RowKinds, row_kinds
from engine.sheets.working_file import WorkingFile
from engine.steps.row_steps import filled_down

Codes = npt.NDArray[np.uint8]
Tick = Callable[[int], None]

_BLANK, _STOP = 32, 64  # the two bits above those of MOST_DROPS
CHECKPOINT = 4_096  # rows between positions where filling down can start; a page of the grid reads that many more


@dataclass
class RowCodes:
    """Hold which step drops each row, and the values that filling down hands on at checkpoints.

    Attributes:
        codes: One byte a row.
        above: By filled title, what is handed down to the rows at positions 0, CHECKPOINT, 2 × CHECKPOINT, …
    """

    codes: Codes
    above: dict[str, list[str]] = field(default_factory=dict)

    def dropped_by(self, start: int, count: int) -> Codes:
        """Return, of the rows from position `start` on, the number of the step that drops each, 0 where it stays."""
        return self.codes[start : start + count] & np.uint8(MOST_DROPS)

    def blank_and_stops(self, start: int, count: int) -> tuple[Mask, Mask]:
        """Return, of the rows from position `start` on, which are blank and which filling down stops at."""
        part = self.codes[start : start + count]
        return (part & _BLANK) > 0, (part & _STOP) > 0

    def packed(self) -> str:
        """Return the codes as a short text, for JSON."""
        return base64.b64encode(zlib.compress(self.codes.tobytes(), 1)).decode()

    @classmethod
    def unpacked(cls, text: str, above: dict[str, list[str]]) -> RowCodes:
        """Return the codes that `packed` wrote; they may be changed."""
        return cls(np.frombuffer(zlib.decompress(base64.b64decode(text)), np.uint8).copy(), above)


class Filler:
    """Fill columns from above, batch by batch."""

    def __init__(self, titles: Sequence[str], above: Mapping[str, str] | None = None) -> None:
        """Start with what is handed down to the first row, by title; nothing where `above` does not say."""
        self._above = dict.fromkeys(titles, "") | dict(above or {})

    def fill(self, batch: pa.RecordBatch, blank: Mask, stops: Mask) -> dict[str, tuple[pa.Array, pa.Array]]:
        """Return by title the column filled, and what each of its rows hands down."""
        filled = {}
        for title, above in self._above.items():
            filled[title] = filled_down(batch[title], blank, stops, above)
        if len(batch):  # what the last row hands down goes on to the next batch
            self._above = {title: handed[-1].as_py() for title, (_, handed) in filled.items()}
        return filled


def read_row_codes(working: WorkingFile, plan: SheetPlan, tick: Tick) -> RowCodes:
    """Look at every row once and return its code; without steps on raw rows nothing is read.

    Args:
        working: The sheet's rows.
        plan: What drops and fills them.
        tick: Called with the number of rows of each batch.
    """
    found = RowCodes(np.zeros(working.num_rows, np.uint8), {title: [""] for title in plan.filled})
    if not plan.drops and not plan.fills:
        return found
    filler, start = Filler(plan.filled), 0
    for batch in working.batches():
        found.codes[start : start + len(batch)] = _codes(plan, row_kinds(batch))
        filled = filler.fill(batch, *found.blank_and_stops(start, len(batch)))
        for title, (_, handed) in filled.items():
            found.above[title] += handed.take(_checkpoints(start, len(batch))).to_pylist()
        start += len(batch)
        tick(len(batch))
    return found


def _codes(plan: SheetPlan, kinds: RowKinds) -> Codes:
    codes = kinds.blank * _BLANK + (kinds.total | kinds.footer) * _STOP
    stays = np.ones(len(codes), np.bool_)
    for number, step in enumerate(plan.drops, 1):
        dropped = step.dropped(kinds) & stays
        codes[dropped] += number
        stays &= ~dropped
    return codes.astype(np.uint8)


def _checkpoints(start: int, count: int) -> pa.Array:
    """Return the rows right before a checkpoint, as positions in the batch of `count` rows from `start` on."""
    first = -(-(start + 1) // CHECKPOINT) * CHECKPOINT  # rounded up
    return pa.array(range(first - 1 - start, count, CHECKPOINT), pa.int64())
