"""The working file: one Arrow IPC file with the data rows of a sheet, all text, and the source row of each.

The file's schema metadata holds, as JSON, what is known of the sheet besides its cells. Data rows follow each other in
the source, so that a source row is found by arithmetic.
"""

from __future__ import annotations

import json
import os
import tempfile
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.ipc as ipc

from engine.readers import Note, RawSheet, Unreadable
from engine.readers.reading_context import ProgressCallback
from engine.sheets import table_shape
from engine.sheets.table_shape import TableShape

ROW = table_shape.ROW
LAST_ROW = b"last_row"  # in the metadata of every batch: the source row of the sheet's last row
FACTS = b"working"  # in the metadata of the file


def write_working_file(
    sheet: RawSheet, shape: TableShape, path: Path, progress: ProgressCallback | None = None
) -> WorkingFile:
    """Write the rows from `shape.first_data_row` on to `path`, which appears only when it is complete.

    `progress` gets rows. Whatever it raises leaves no file behind.
    """
    total = max(0, sheet.num_rows - shape.first_data_row + 1)
    fields = [(title, pa.string()) for title in shape.titles]
    facts = json.dumps(_facts(sheet, shape), ensure_ascii=False)
    schema = pa.schema([(ROW, pa.int32()), *fields], {FACTS: facts, LAST_ROW: str(sheet.num_rows)})
    with _file_when_complete(path) as stream, ipc.new_file(stream, schema) as writer:
        done = 0
        for batch in _data_rows(sheet, shape, schema):
            writer.write_batch(batch)
            done += batch.num_rows
            if progress:
                progress(done, total)
    return WorkingFile(path)


def rewrite_working_file(working: WorkingFile, path: Path, batches: Iterable[pa.RecordBatch]) -> WorkingFile:
    """Write a working file with other cells to `path`: `batches` as `working.batches()` gives them.

    Whatever raises leaves no file behind.
    """
    with _file_when_complete(path) as stream, ipc.new_file(stream, working.schema) as writer:
        for batch in batches:
            writer.write_batch(batch)
    return WorkingFile(path)


@contextmanager
def _file_when_complete(path: Path) -> Iterator[pa.PythonFile]:
    """Open a stream to a file that gets its name only if all goes well."""
    # In the same folder, so that the file gets its name in one step.
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    os.close(handle)
    try:
        with pa.OSFile(name, "wb") as stream:
            yield stream
        os.replace(name, path)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(name)
        raise


def _data_rows(sheet: RawSheet, shape: TableShape, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    first = 1
    for batch in sheet.batches():
        skipped = min(max(0, shape.first_data_row - first), batch.num_rows)
        part = batch.slice(skipped)
        if part.num_rows:
            rows = pa.array(np.arange(first + skipped, first + batch.num_rows, dtype=np.int32))
            cells = [part.column(position) for position in shape.columns]
            yield pa.RecordBatch.from_arrays([rows, *cells], schema=schema)
        first += batch.num_rows


def _facts(sheet: RawSheet, shape: TableShape) -> dict[str, Any]:
    return {
        "file": sheet.file,
        "sheet": sheet.name,
        "hidden": sheet.hidden,
        "date1904": sheet.date1904,
        "encoding": sheet.encoding,
        "delimiter": sheet.delimiter,
        "notes": list(map(asdict, _notes_below_titles(sheet.notes, shape.first_data_row))),
        "shape": asdict(shape),
        "rows": max(0, sheet.num_rows - shape.first_data_row + 1),
    }


def _notes_below_titles(notes: Iterable[Note], first: int) -> Iterator[Note]:
    """Yield what was noted about data rows: a report title is no row that is too short."""
    for note in notes:
        above = sum(row < first for row in note.rows)
        if note.count > above or not note.rows:
            yield Note(note.slug, note.count - above, note.rows[above:], note.examples[above:] or note.examples)


class WorkingFile:
    """Read the working file at `path`. 50 rows from the middle of a million cost a few milliseconds."""

    def __init__(self, path: Path) -> None:
        """Read the titles and the stored facts of the sheet; cells are read when they are asked for."""
        self.path = path
        with pa.OSFile(str(path)) as stream, ipc.open_file(stream) as reader:
            self._schema = reader.schema
        self.shape_notes: dict[str, Any] = json.loads(self._schema.metadata[FACTS])
        self.titles: tuple[str, ...] = tuple(self._schema.names[1:])
        self.num_rows: int = self.shape_notes["rows"]

    @property
    def source_titles(self) -> tuple[str, ...]:
        """Return the titles of the columns that the sheet itself has."""
        return self.titles

    @property
    def schema(self) -> pa.Schema:
        """Return ROW and the titles, with the sheet's facts as metadata."""
        return self._schema

    def batches(self, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        """Yield all rows in order: ROW, then `columns` (all titles by default). Raises KeyError for unknown titles."""
        with pa.OSFile(str(self.path)) as stream, ipc.open_file(stream, options=self._options(columns)) as reader:
            for number in range(reader.num_record_batches):
                yield self._ordered(reader.get_batch(number), columns)

    def page(self, start: int, count: int, columns: Sequence[str] | None = None) -> pa.Table:
        """Return `count` rows from position `start` (from 0) on, fewer at the end."""
        start = max(0, start)
        stop = min(start + max(0, count), self.num_rows)
        parts = [self._empty(columns)]
        with self._mapped(columns) as reader:
            while start < stop:
                number = bisect_right(self._starts, start) - 1
                batch = reader.get_batch(number)
                offset = start - self._starts[number]
                part = batch.slice(offset, min(stop - start, batch.num_rows - offset))
                parts.append(pa.Table.from_batches([self._ordered(part, columns)]))
                start += part.num_rows
            # Joined while the file is mapped: the parts are views of it.
            return pa.concat_tables(parts).combine_chunks()

    def take(self, positions: Sequence[int], columns: Sequence[str] | None = None) -> pa.Table:
        """Return the rows at these positions (from 0), in the order given. Raises IndexError outside the file."""
        wanted = np.asarray(positions, np.int64)
        if ((wanted < 0) | (wanted >= self.num_rows)).any():
            raise IndexError(f"{self.path} has {self.num_rows} rows")
        # Batch by batch, so that each is read once; the order is restored at the end.
        order = np.argsort(wanted, kind="stable")
        numbers = np.searchsorted(self._starts, wanted[order], "right") - 1
        parts = [self._empty(columns)]
        with self._mapped(columns) as reader:
            for number in np.unique(numbers):
                inside = wanted[order][numbers == number] - self._starts[number]
                batch = self._ordered(reader.get_batch(int(number)), columns).take(pa.array(inside))
                parts.append(pa.Table.from_batches([batch]))
            return pa.concat_tables(parts).combine_chunks().take(pa.array(np.argsort(order, kind="stable")))

    def find(self, source_rows: Sequence[int], columns: Sequence[str] | None = None) -> pa.Table:
        """Return the rows with these source row numbers, in the order given; others than data rows are left out."""
        first = self.shape_notes["shape"]["first_data_row"]
        if self._lacks_rows:
            rows = self.page(0, self.num_rows, []).column(ROW).to_numpy()
            places = np.searchsorted(rows, source_rows)
            there = zip(places.tolist(), source_rows, strict=True)
            return self.take([place for place, row in there if place < len(rows) and rows[place] == row], columns)
        positions = [row - first for row in source_rows if 0 <= row - first < self.num_rows]
        return self.take(positions, columns)

    @cached_property
    def _lacks_rows(self) -> bool:
        """Whether source rows are missing between the first and the last one, as in a file of cleaned rows."""
        if not self.num_rows:
            return False
        last = self.page(self.num_rows - 1, 1, []).column(ROW)[0].as_py()
        return bool(last != self.shape_notes["shape"]["first_data_row"] + self.num_rows - 1)

    @cached_property
    def _starts(self) -> list[int]:
        """The position of each batch's first row."""
        with self._mapped(()) as reader:
            sizes = [reader.get_batch(number).num_rows for number in range(reader.num_record_batches)]
        return [0, *accumulate(sizes)][: len(sizes)]

    @contextmanager
    def _mapped(self, columns: Sequence[str] | None) -> Iterator[ipc.RecordBatchFileReader]:
        with pa.memory_map(str(self.path)) as stream:
            yield ipc.open_file(stream, options=self._options(columns))

    def _options(self, columns: Sequence[str] | None) -> ipc.IpcReadOptions:
        if columns is None:
            return ipc.IpcReadOptions()
        position_of = dict(zip(self._schema.names, range(len(self._schema.names)), strict=True))
        return ipc.IpcReadOptions(included_fields=[0, *map(position_of.__getitem__, columns)])

    def _ordered(self, batch: pa.RecordBatch, columns: Sequence[str] | None) -> pa.RecordBatch:
        """Return the columns in the order asked for; the file hands them out in its own."""
        if columns is None:
            return batch
        return batch.select([ROW, *columns])

    def _empty(self, columns: Sequence[str] | None) -> pa.Table:
        if columns is None:
            columns = self.titles
        fields = map(self._schema.field, [ROW, *columns])
        return pa.schema(fields, self._schema.metadata).empty_table()


def require_rows(files: Iterable[WorkingFile], name: str) -> None:
    """Raise Unreadable where none of the working files made of the upload `name` has a row of data."""
    if not any(file.num_rows for file in files):
        raise Unreadable(f"{name} has no rows below its titles; there is nothing to migrate in it.")
