"""Cleaned rows between the two halves of an export: on disk, as the lines of CSV that they will be.

Whether a row may go is known only when all sheets have been seen (a client may be in the last one). Where all
rows go, the file is finished already; else the lines of those that go are copied. In memory is where each line ends.

Lines are written as `odoo_migrate.project.csv_text` writes them, at the speed of whole columns. Most columns hold
nothing that needs quotes, and a look at their bytes shows it; joining cells is then all there is to do.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

from engine.bundle.deflated_files import DeflatedFile
from odoo_migrate.project import csv_text

Positions = npt.NDArray[np.int32]

SPECIAL = (b'"', b",", b"\n", b"\r")
NEEDS_QUOTES = '[",\r\n]'
MAX_BYTES = 2**30  # of one array of lines; Arrow's limit is twice that


# --- lines of CSV


def csv_lines(columns: Sequence[pa.Array]) -> Iterator[pa.Array]:
    """Yield the rows of `columns` as one array of lines or, where cells are huge, several.

    Args:
        columns: Strings without nulls, at least one column.
    """
    rows = len(columns[0])
    if rows > 1 and sum(column.nbytes for column in columns) > MAX_BYTES:
        # Halves of halves, until each fits: cells of one row may be a thousand times as long as those of the next.
        half = rows // 2
        yield from csv_lines([column.slice(0, half) for column in columns])
        yield from csv_lines([column.slice(half) for column in columns])
        return
    cells = [_quoted(column) for column in columns]
    if len(cells) == 1:  # an empty line is no record
        cells[0] = pc.if_else(pc.equal(columns[0], ""), '""', cells[0])
    cells[-1] = pc.binary_join_element_wise(cells[-1], "\n", "")
    yield pc.binary_join_element_wise(*cells, ",")


def _lines(columns: Sequence[pa.Array]) -> Iterator[pa.Array]:
    """Yield what `csv_lines` does, and nothing where a check keeps no columns."""
    if columns:
        yield from csv_lines(columns)


def _quoted(column: pa.Array) -> pa.Array:
    """Return the cells with quotes where they need them."""
    content = bytes(text_of(column))
    if not any(one in content for one in SPECIAL):
        return column
    doubled = column
    if b'"' in content:
        doubled = pc.replace_substring(column, '"', '""')
    special = pc.match_substring_regex(column, NEEDS_QUOTES)
    return pc.if_else(special, pc.binary_join_element_wise('"', doubled, '"', ""), column)


def text_of(column: pa.Array) -> memoryview:
    """Return the bytes of all cells, one after the other, without copying them."""
    _, offsets, data = column.buffers()
    if data is None or not len(column):
        return memoryview(b"")
    width: type[np.int32 | np.int64] = np.int32
    if pa.types.is_large_string(column.type):
        width = np.int64
    places = np.frombuffer(offsets, width)
    # The array may be a slice of a longer one, whose buffers it shares.
    return memoryview(data)[places[column.offset] : places[column.offset + len(column)]]


# --- files of lines


class HashedFile:
    """Write a stream, and know the SHA-256 of what went into it and its rows of data."""

    def __init__(self, stream: BinaryIO, packed: DeflatedFile | None = None) -> None:
        """Take a stream that is open for writing and empty, and what packs the same bytes meanwhile, if anything."""
        self.stream, self.digest, self.rows = stream, hashlib.sha256(), 0
        self.packed = packed

    def write(self, data: bytes | memoryview, rows: int) -> None:
        """Write bytes that hold so many rows of data."""
        if self.packed is not None:
            self.packed.write(data)
        self.stream.write(data)
        self.digest.update(data)
        self.rows += rows


class CleanedLines:
    """Write rows to a file, then read them by position. Use as a context manager around the writing."""

    def __init__(self, path: Path, titles: Sequence[str]) -> None:
        """Take the file, and the titles of the columns in order."""
        self.path, self.titles = path, list(titles)
        self._ends: list[npt.NDArray[np.int64]] = []
        self._starts = [0]
        self._bytes = 0

    def __enter__(self) -> CleanedLines:
        """Open the file and write the titles."""
        self._stack = ExitStack()
        self.file = HashedFile(self._stack.enter_context(self.path.open("wb")))
        self._write(csv_text.line(self.titles).encode(), 0)
        self._ends.append(np.array([self._bytes]))
        return self

    def __exit__(self, kind: type[BaseException] | None, value: object, trace: TracebackType | None) -> None:
        """Close the file; from now on rows can be read."""
        self._stack.close()
        self.ends = np.concatenate(self._ends)  # of every row, that of the titles first

    def write(self, columns: Sequence[pa.Array]) -> None:
        """Write a batch, its columns in the order of the titles."""
        for lines in _lines(columns):
            # Where each line ends in the file, from where it ends in Arrow's buffer.
            offsets = np.frombuffer(lines.buffers()[1], np.int32)[lines.offset + 1 : lines.offset + len(lines) + 1]
            self._ends.append(offsets.astype(np.int64) + self._bytes)
            self._write(text_of(lines), len(lines))
        self._starts.append(self.file.rows)

    def _write(self, data: bytes | memoryview, rows: int) -> None:
        self.file.write(data, rows)
        self._bytes += len(data)

    def chunks(self) -> Iterator[tuple[int, pa.Array]]:
        """Yield (position of the first row, lines) of every batch, in order; only one is in memory."""
        with self.path.open("rb") as stream:
            for start, stop in pairwise(self._starts):
                ends = self.ends[start : stop + 1]
                stream.seek(ends[0])
                data = stream.read(ends[-1] - ends[0])
                buffers = [None, pa.py_buffer(ends - ends[0]), pa.py_buffer(data)]
                yield start, pa.Array.from_buffers(pa.large_string(), stop - start, buffers)

    def columns(self, lines: pa.Array) -> pa.Table:
        """Return the cells of some lines by title."""
        data = text_of(lines)
        if not len(data):
            return pa.table({title: pa.array([], pa.string()) for title in self.titles})
        return arrow_csv.read_csv(
            pa.BufferReader(data),
            # One block: a cell may hold line breaks, at which Arrow would cut.
            arrow_csv.ReadOptions(use_threads=False, block_size=len(data) + 1, column_names=self.titles),
            arrow_csv.ParseOptions(newlines_in_values=True),
            arrow_csv.ConvertOptions(column_types=dict.fromkeys(self.titles, pa.string()), null_values=[]),
        )

    def rows(self, positions: Positions) -> list[dict[str, str]]:
        """Return the rows at some few positions, their cells by title."""
        found = []
        with self.path.open("rb") as stream:
            for position in positions:
                stream.seek(self.ends[position])
                line = stream.read(self.ends[position + 1] - self.ends[position])
                found.append(dict(zip(self.titles, csv_text.cells(line.decode()), strict=True)))
        return found


class RowNotes:
    """Keep texts about some of the rows on disk, batch by batch."""

    SCHEMA = pa.schema([("position", pa.int32()), ("text", pa.string())])

    def __init__(self, path: Path) -> None:
        """Open a file for writing; `close` it before it is read."""
        self.path = path
        self._writer = pa.ipc.new_file(path, self.SCHEMA)

    def add(self, positions: Sequence[int], texts: Sequence[str]) -> None:
        """Write the notes of a batch; positions rise."""
        self._writer.write_batch(pa.record_batch([positions, texts], schema=self.SCHEMA))

    def close(self) -> None:
        """End the writing."""
        self._writer.close()

    def batches(self) -> Iterator[tuple[Positions, list[str]]]:
        """Yield (positions, texts) of every batch."""
        with pa.OSFile(str(self.path)) as stream, pa.ipc.open_file(stream) as reader:
            for number in range(reader.num_record_batches):
                batch = reader.get_batch(number)
                yield batch.column("position").to_numpy(), batch.column("text").to_pylist()
