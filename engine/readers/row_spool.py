"""Where a sheet's rows wait between reading and the working file: in memory at first, on disk beyond a budget.

Readers learn the width of a sheet, and which columns hold anything, only at its end. Batches are therefore taken
as they come, each as wide as it is, and handed out padded to the final width.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.ipc as ipc

from engine.values.text_masks import offsets

BATCH_ROWS = 65_536
BATCH_CELLS = 8 * 2**20
MEMORY = 32 * 2**20  # bytes that all sheets of one source may keep in memory together


@dataclass
class Budget:
    """Bytes of memory `left` to the sheets of one source, and bytes `stored` in memory and on disk."""

    left: int = MEMORY
    stored: int = 0


class Spool:
    """Rows of one sheet. `width` columns, `num_rows` rows; `last_filled[c]` is the last row (from 1) in which
    column c holds anything, 0 for none. `close` removes what is on disk.
    """

    def __init__(self, folder: Path, budget: Budget) -> None:
        self.width = 0
        self.num_rows = 0
        self.last_filled: list[int] = []
        self._folder, self._budget = folder, budget
        self._kept: list[pa.RecordBatch] = []
        self._written: list[tuple[Path, int]] = []  # one file per run of batches with one width
        self._writer: ipc.RecordBatchFileWriter | None = None

    def append(self, columns: list[pa.Array]) -> None:
        """Add rows: string arrays of one length, without nulls; fewer than `width` are filled up with empty cells."""
        if len(columns) < self.width:
            columns = columns + [empty_cells(len(columns[0]))] * (self.width - len(columns))
        batch = pa.RecordBatch.from_arrays(columns, names=[str(place) for place in range(len(columns))])
        self.width = max(self.width, len(columns))
        self.last_filled += [0] * (self.width - len(self.last_filled))
        for place, column in enumerate(columns):
            last = _last_filled(column)
            if last:
                self.last_filled[place] = self.num_rows + last
        self.num_rows += batch.num_rows
        self._keep(batch)

    def blank(self, rows: int) -> None:
        """Add empty rows."""
        while rows > 0:
            count = min(rows, BATCH_ROWS)
            self.append([empty_cells(count)] * max(self.width, 1))
            rows -= count

    def finish(self) -> None:
        """No more rows come."""
        self._end_file()

    def trim(self, rows: int) -> None:
        """Forget the rows behind the first `rows`."""
        self.num_rows = min(self.num_rows, rows)

    def batches(self) -> Iterator[pa.RecordBatch]:
        """All rows in order, in batches of at most 65,536 (fewer in very wide sheets), and of half as many at least but
        for the last one, with the string columns "0" … `width` - 1."""
        size = min(BATCH_ROWS, max(1, BATCH_CELLS // max(self.width, 1)))
        waiting: list[pa.RecordBatch] = []
        count = 0
        for part in self._parts(size):
            if count and count + part.num_rows > size:
                yield pa.concat_batches(waiting)
                waiting, count = [], 0
            waiting.append(self._padded(part))
            count += part.num_rows
            if count >= size // 2:
                yield pa.concat_batches(waiting) if len(waiting) > 1 else waiting[0]
                waiting, count = [], 0
        if waiting:
            yield pa.concat_batches(waiting)

    def _parts(self, size: int) -> Iterator[pa.RecordBatch]:
        """The batches as they were added, the large ones in parts of at most `size` rows."""
        left = self.num_rows
        for stored in self._stored():
            batch = stored.slice(0, left)
            left -= batch.num_rows
            for start in range(0, batch.num_rows, size):
                yield batch.slice(start, size)

    def close(self) -> None:
        """Give back memory and disk."""
        self._end_file()
        self._budget.left += sum(batch.nbytes for batch in self._kept)
        self._kept.clear()
        for path, _ in self._written:
            path.unlink(missing_ok=True)
        self._written.clear()

    def _keep(self, batch: pa.RecordBatch) -> None:
        self._budget.stored += batch.nbytes
        if batch.nbytes <= self._budget.left and not self._written:
            self._budget.left -= batch.nbytes
            self._kept.append(batch)
            return
        if self._writer is None or self._written[-1][1] != batch.num_columns:
            self._end_file()
            path = self._folder / f"{id(self)}-{len(self._written)}.arrow"
            self._written.append((path, batch.num_columns))
            self._writer = ipc.new_file(path, batch.schema)
        self._writer.write_batch(batch)

    def _end_file(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _stored(self) -> Iterator[pa.RecordBatch]:
        yield from self._kept
        for path, _ in self._written:
            with pa.OSFile(str(path)) as stream, ipc.open_file(stream) as reader:
                for place in range(reader.num_record_batches):
                    yield reader.get_batch(place)

    def _padded(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        names = [str(place) for place in range(self.width)]
        missing = [empty_cells(batch.num_rows)] * (self.width - batch.num_columns)
        return pa.RecordBatch.from_arrays([*batch.columns, *missing], names=names)


def empty_cells(count: int) -> pa.StringArray:
    """`count` empty texts."""
    return pa.StringArray.from_buffers(count, pa.py_buffer(bytes(4 * (count + 1))), pa.py_buffer(b""))


def _last_filled(column: pa.StringArray) -> int:
    """The place (from 1) of the last cell that holds anything, 0 for none."""
    bounds = offsets(column)
    if not len(column) or bounds[0] == bounds[-1]:
        return 0
    return int(np.searchsorted(bounds, bounds[-1], "left"))
