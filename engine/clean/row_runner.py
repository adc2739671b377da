"""The row steps on raw text: which rows are dropped, and what empty cells are filled with.

One pass over the sheet notes one byte a row: in the low five bits the step that drops the row (0: it stays),
above them what filling down does there: whether it passes the row over, stops, or begins anew. Every later
pass, and any page of the grid, works from these.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from engine.clean.cleaning_plan import MOST_DROPS, SheetPlan
from engine.sheets.row_kinds import Mask, RowKinds
from engine.sheets.sheet_outline import SheetKinds
from engine.sheets.working_file import WorkingFile
from engine.steps.row_steps import begins_anew, filled_down

Codes = npt.NDArray[np.uint8]
Tick = Callable[[int], None]

_PASSED_OVER, _STOP, _BEGIN = 32, 64, 128  # the three bits above those of MOST_DROPS
CHECKPOINT = 4_096  # rows between positions where filling down can start; a page of the grid reads that many more


@dataclass(frozen=True)
class FillMarks:
    """Say what filling down does at each row of a batch.

    Attributes:
        passed_over: the row stays as it is and changes nothing: blank rows, titles printed again, notes.
        stops: nothing is handed on past it: totals.
        begins: it gets nothing from above, but hands its own on: the name of a group.
    """

    passed_over: Mask
    stops: Mask
    begins: Mask


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

    def fill_marks(self, start: int, count: int) -> FillMarks:
        """Return what filling down does at the rows from position `start` on."""
        part = self.codes[start : start + count]
        return FillMarks((part & _PASSED_OVER) > 0, (part & _STOP) > 0, (part & _BEGIN) > 0)

    def packed(self) -> str:
        """Return the codes as a short text, for JSON."""
        return base64.b64encode(zlib.compress(self.codes.tobytes(), 1)).decode()

    @classmethod
    def unpacked(cls, text: str, above: dict[str, list[str]]) -> RowCodes:
        """Return the codes that `packed` wrote; they may be changed."""
        return cls(np.frombuffer(zlib.decompress(base64.b64decode(text)), np.uint8).copy(), above)


class Filler:
    """Fill columns from above, batch by batch."""

    def __init__(self, within: Mapping[str, tuple[str, ...]], above: Mapping[str, str] | None = None) -> None:
        """Take the columns to fill.

        Args:
            within: By title, the columns whose change ends filling it.
            above: What is handed down to the first row, by title; nothing where it does not say.
        """
        self._within = within
        self._above = dict.fromkeys(within, "") | dict.fromkeys(_keys(within), "") | dict(above or {})

    def fill(self, batch: pa.RecordBatch, marks: FillMarks) -> dict[str, tuple[pa.Array, pa.Array]]:
        """Return by title the column filled, and what each of its rows hands down."""
        changes, last = self._changes(batch, marks.passed_over)
        filled = {}
        for title, keys in self._within.items():
            begins = marks.begins.copy()
            for key in keys:
                begins |= changes[key]
            filled[title] = filled_down(batch[title], marks.passed_over, marks.stops, self._above[title], begins)
        if len(batch):  # what the last row hands down goes on to the next batch
            self._above = {title: handed[-1].as_py() for title, (_, handed) in filled.items()} | last
        return filled

    def _changes(self, batch: pa.RecordBatch, passed_over: Mask) -> tuple[dict[str, Mask], dict[str, str]]:
        """Return by key column the rows that begin something new, and the last keys by what they are kept under."""
        changes, last = {}, {}
        for kept, key in _keys(self._within).items():
            changes[key], last[kept] = begins_anew(batch[key], passed_over, self._above[kept])
        return changes, last

    @property
    def keys(self) -> dict[str, str]:
        """Return what the keys above the next row are kept under, with the last of each."""
        return {kept: self._above[kept] for kept in _keys(self._within)}


def _keys(within: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """Return the columns whose change ends filling, by a name that no title has."""
    return {f"\0{key}": key for keys in within.values() for key in keys}


def read_row_codes(working: WorkingFile, plan: SheetPlan, tick: Tick) -> RowCodes:
    """Look at every row once and return its code; without steps on raw rows nothing is read.

    Args:
        working: The sheet's rows.
        plan: What drops and fills them.
        tick: Called with the number of rows of each batch.
    """
    kept = [*plan.filled, *_keys(plan.within)]
    found = RowCodes(np.zeros(working.num_rows, np.uint8), {title: [""] for title in kept})
    if not plan.drops and not plan.fills:
        return found
    filler, start, kinds = Filler(plan.within), 0, SheetKinds(working)
    for batch in working.batches():
        found.codes[start : start + len(batch)] = _codes(plan, kinds.of(batch))
        # Up to each checkpoint by itself, so that what is handed down there is known.
        for part in _to_checkpoints(batch, start):
            filled = filler.fill(part, found.fill_marks(start, len(part)))
            start += len(part)
            if start % CHECKPOINT == 0:
                for title, (_, handed) in filled.items():
                    found.above[title].append(handed[-1].as_py())
                for kept_under, key in filler.keys.items():
                    found.above[kept_under].append(key)
        tick(len(batch))
    return found


def _codes(plan: SheetPlan, kinds: RowKinds) -> Codes:
    passed_over = kinds.blank | kinds.titles | kinds.footer
    codes = passed_over * _PASSED_OVER + kinds.total * _STOP + (kinds.names_of_groups & ~kinds.total) * _BEGIN
    stays = np.ones(len(codes), np.bool_)
    for number, step in enumerate(plan.drops, 1):
        dropped = step.dropped(kinds) & stays
        codes[dropped] += number
        stays &= ~dropped
    return codes.astype(np.uint8)


def _to_checkpoints(batch: pa.RecordBatch, start: int) -> Iterator[pa.RecordBatch]:
    """Yield the parts of a batch that end at checkpoints, and the rest; `start` is the position of its first row."""
    place = 0
    while place < len(batch):
        count = min(len(batch) - place, CHECKPOINT - (start + place) % CHECKPOINT)
        yield batch.slice(place, count)
        place += count
