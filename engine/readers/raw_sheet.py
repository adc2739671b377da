"""Sheets as they were read: every row in order, every cell as text, and notes about what the reader found.

Rows wait between reading and the working file in a spool, in memory at first, on disk beyond a budget. Readers learn
the width of a sheet, and which columns hold anything, only at its end. Batches are therefore taken as they come, each
as wide as it is, and handed out padded to the final width.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

import numpy as np
import pyarrow as pa
import pyarrow.ipc as ipc

from engine.values.text_masks import offsets

BATCH_ROWS = 65_536
BATCH_CELLS = 8 * 2**20
MEMORY = 32 * 2**20  # bytes that all sheets of one source may keep in memory together
MAX_NOTE_ROWS = 1000
MAX_NOTE_EXAMPLES = 5


@dataclass
class MemoryBudget:
    """Hold the bytes of memory `left` to the sheets of one source, and the bytes `stored` in memory and on disk."""

    left: int = MEMORY
    stored: int = 0


class RowSpool:
    """Store the rows of one sheet: `width` columns, `num_rows` rows.

    `last_filled[c]` is the last row (from 1) in which column c holds anything, 0 for none.
    """

    def __init__(self, folder: Path, budget: MemoryBudget) -> None:
        """Begin without rows. What exceeds the budget goes to files in `folder`."""
        self.width = 0
        self.num_rows = 0
        self.last_filled: list[int] = []
        self._folder, self._budget = folder, budget
        self._kept: list[pa.RecordBatch] = []
        # An Arrow file has one schema, so each run of batches of one width gets a file of its own.
        self._written: list[tuple[Path, int]] = []
        self._writer: ipc.RecordBatchFileWriter | None = None

    def append(self, columns: list[pa.Array]) -> None:
        """Add rows: string arrays of one length, without nulls; fewer than `width` are filled up with empty cells."""
        if len(columns) < self.width:
            columns = columns + [empty_cells(len(columns[0]))] * (self.width - len(columns))
        batch = pa.RecordBatch.from_arrays(columns, names=_position_names(len(columns)))
        self.width = max(self.width, len(columns))
        self.last_filled += [0] * (self.width - len(self.last_filled))
        for position, column in enumerate(columns):
            last = _last_filled(column)
            if last:
                self.last_filled[position] = self.num_rows + last
        self.num_rows += batch.num_rows
        self._keep(batch)

    def append_blank(self, rows: int) -> None:
        """Add empty rows."""
        while rows > 0:
            count = min(rows, BATCH_ROWS)
            self.append([empty_cells(count)] * max(self.width, 1))
            rows -= count

    def finish(self) -> None:
        """End the writing: no more rows come."""
        self._end_file()

    def trim(self, rows: int) -> None:
        """Forget the rows behind the first `rows`."""
        self.num_rows = min(self.num_rows, rows)

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Yield all rows in order, with the string columns "0" … `width` - 1.

        Batches have at most 65,536 rows (fewer in very wide sheets), and at least half as many but for the last one.
        """
        size = min(BATCH_ROWS, max(1, BATCH_CELLS // max(self.width, 1)))
        waiting: list[pa.RecordBatch] = []
        count = 0
        for part in self._parts(size):
            if count and count + part.num_rows > size:
                yield _together(waiting)
                waiting, count = [], 0
            waiting.append(self._padded(part))
            count += part.num_rows
            if count >= size // 2:
                yield _together(waiting)
                waiting, count = [], 0
        if waiting:
            yield _together(waiting)

    def _parts(self, size: int) -> Iterator[pa.RecordBatch]:
        """Yield the batches as they were added, the large ones in parts of at most `size` rows."""
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
        # Behind a batch on disk all others go there too, so that their order stays.
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
                for number in range(reader.num_record_batches):
                    yield reader.get_batch(number)

    def _padded(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        missing = [empty_cells(batch.num_rows)] * (self.width - batch.num_columns)
        return pa.RecordBatch.from_arrays([*batch.columns, *missing], names=_position_names(self.width))


def _position_names(width: int) -> list[str]:
    return list(map(str, range(width)))


def _together(batches: list[pa.RecordBatch]) -> pa.RecordBatch:
    # Most batches come in the right size; joining a single one would copy it.
    if len(batches) == 1:
        return batches[0]
    return pa.concat_batches(batches)


def empty_cells(count: int) -> pa.StringArray:
    """Return `count` empty texts."""
    return pa.StringArray.from_buffers(count, pa.py_buffer(bytes(4 * (count + 1))), pa.py_buffer(b""))


def _last_filled(column: pa.StringArray) -> int:
    """Return the row (from 1) of the last cell that holds anything, 0 for none."""
    bounds = offsets(column)
    if not len(column) or bounds[0] == bounds[-1]:
        return 0
    # The first offset that has reached the end of the data: all cells from there on are empty.
    return int(np.searchsorted(bounds, bounds[-1], "left"))


class Range(NamedTuple):
    """Name a merged range: source row numbers (from 1) and column positions (from 0), both ends included."""

    top: int
    left: int
    bottom: int
    right: int

    def covers_row(self, number: int) -> bool:
        """Return whether a part of the range is on this row."""
        return self.top <= number <= self.bottom


@dataclass
class Note:
    """Count something that was found while reading, with its first 1,000 source rows and up to 5 examples."""

    slug: str
    count: int = 0
    rows: list[int] = field(default_factory=list)
    examples: list[str] = field(default_factory=list)

    def add(self, row: int | None = None, example: str = "", count: int = 1) -> None:
        """Count one more case; rows and examples beyond the first are not kept."""
        self.count += count
        if row is not None and len(self.rows) < MAX_NOTE_ROWS and (not self.rows or self.rows[-1] != row):
            self.rows.append(row)
        if example and len(self.examples) < MAX_NOTE_EXAMPLES and example not in self.examples:
            self.examples.append(example)

    def add_all(self, rows: Sequence[int], examples: Iterable[str]) -> None:
        """Count many cases at once: the row of each, in order, and some of their examples."""
        for row in rows[:MAX_NOTE_ROWS]:
            self.add(row)
        self.count += len(rows[MAX_NOTE_ROWS:])
        for example in examples:
            self.add(example=example, count=0)


class SheetNotes(dict[str, Note]):
    """Hold the notes of one sheet by slug; a slug that is asked for the first time gets an empty note."""

    def __missing__(self, slug: str) -> Note:
        """Return a new note for a slug that has none yet."""
        self[slug] = Note(slug)
        return self[slug]


@dataclass
class RawSheet:
    """Hold one sheet as it was read: every source row in order, every cell text.

    `file` is the name of the uploaded file, or of the member of an archive; `hidden` covers "very hidden" too.
    `encoding` and `delimiter` are set for text files.
    """

    file: str
    name: str
    spool: RowSpool
    hidden: bool = False
    merged: list[Range] = field(default_factory=list)
    date1904: bool = False
    notes: list[Note] = field(default_factory=list)
    encoding: str = ""
    delimiter: str = ""

    @property
    def columns(self) -> int:
        """Return how many columns the widest row has."""
        return self.spool.width

    @property
    def num_rows(self) -> int:
        """Return how many source rows there are, blank ones included."""
        return self.spool.num_rows

    @property
    def last_filled(self) -> tuple[int, ...]:
        """Return, for each column, the last source row in which it holds anything, 0 for none."""
        return tuple(self.spool.last_filled)

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Yield batches of at most 65,536 rows with the string columns "0", "1", …; no nulls."""
        return self.spool.batches()

    def head(self, count: int) -> list[list[str]]:
        """Return the first `count` rows as lists of `columns` texts."""
        return self.rows(1, count)

    def rows(self, first: int, count: int) -> list[list[str]]:
        """Return `count` rows from source row `first` (from 1) on, fewer at the end, as lists of `columns` texts."""
        found = list[list[str]]()
        before = 0
        for batch in self.batches():
            start = max(0, first - 1 - before + len(found))
            part = batch.slice(min(start, batch.num_rows), count - len(found))
            columns = [column.to_pylist() for column in part.columns]
            found += map(list, zip(*columns, strict=True))
            before += batch.num_rows
            if len(found) >= count:
                break
        return found


@dataclass
class Source:
    """Hold an opened upload: its sheets that hold anything. Leaving the context removes the temporary files."""

    sheets: list[RawSheet]
    folder: Path

    @property
    def encoding(self) -> str:
        """Return the encoding of a text file, "" for workbooks."""
        return self.sheets[0].encoding

    @property
    def delimiter(self) -> str:
        """Return the delimiter of a text file, "" for workbooks and for files of one column."""
        return self.sheets[0].delimiter

    def close(self) -> None:
        """Remove the temporary files; the sheets cannot be read any more."""
        for sheet in self.sheets:
            sheet.spool.close()
        with suppress(FileNotFoundError):
            shutil.rmtree(self.folder)

    def __enter__(self) -> Self:
        """Return the object itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()
