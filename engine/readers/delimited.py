"""Text files: any separator, any common encoding, quoted line breaks, rows of uneven length.

Two ways lead to the same rows. pyarrow splits what is rectangular but for a few rows; files with many uneven rows,
or with quotes that are never closed, are read record by record.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

import pyarrow as pa

from engine.readers.csv_records import records
from engine.readers.dialect import Dialect, detect
from engine.readers.encodings import from_head, legacy
from engine.readers.reader import Empty, Notes, RawSheet, Room, Unreadable, log
from engine.readers.rectangular_csv import NotRectangular, NotUtf8, Uneven, batches, suits
from engine.readers.row_spool import BATCH_ROWS, Spool
from engine.readers.text_stream import Utf8Stream

HEAD = 2**20  # bytes that show the encoding
SAMPLE = 2**17  # bytes that show the dialect
CELLS = 2**20  # of one batch, where rows are read one by one
_CONTROL = re.compile("[\x02-\x08\x0e-\x19\x1b\x7f]")


@dataclass(frozen=True)
class TextFile:
    """A text file whose encoding is known; `mend`: some bytes of it are not what the encoding says."""

    path: Path
    name: str
    encoding: str
    mend: bool = False

    def open(self, skip: int = 0) -> Utf8Stream:
        stream = Utf8Stream(self.path, self.encoding, self.mend)
        while skip > 0:
            skip -= len(stream.read(skip)) or skip
        return stream


def read_delimited(path: Path, name: str, room: Room) -> RawSheet:
    """The one sheet of a text file. Raises Unreadable."""
    with path.open("rb") as stream:
        encoding = from_head(stream.read(HEAD))
    if encoding:
        try:
            return _read(TextFile(path, name, encoding), room)
        except NotUtf8:
            log.info("%r is not UTF-8 throughout", name)
    likely = legacy(path)
    marked = encoding == "utf-8-sig" and likely == "utf-8"
    return _read(TextFile(path, name, "utf-8-sig" if marked else likely, mend=True), room)


def _read(file: TextFile, room: Room) -> RawSheet:
    with file.open() as stream:
        sample, complete = _sample(stream)
    _refuse_other_than_text(file.name, sample)
    dialect = detect(sample, complete)
    room.check(file.name, 0, dialect.width)
    notes = Notes()
    try:
        spool = _fast(file, dialect, notes, room) if suits(dialect) else _tolerant(file, dialect, notes, room)
    except NotRectangular:
        notes = Notes()
        spool = _tolerant(file, dialect, notes, room)
    spool.finish()
    spool.trim(max(spool.num_rows - _empty_lines_at_end(file.path), *spool.last_filled))
    if not any(spool.last_filled):
        raise Empty(file.name)
    return RawSheet(
        file.name, Path(file.name).stem, spool, notes=list(notes.values()),
        encoding=file.encoding, delimiter=dialect.delimiter,
    )  # fmt: skip


def _sample(stream: Utf8Stream) -> tuple[str, bool]:
    """The beginning of the text, and whether that is all of it."""
    found = b""
    while len(found) < SAMPLE and (chunk := stream.read(SAMPLE)):
        found += chunk
    return found[:SAMPLE].decode("utf-8", "ignore"), len(found) < SAMPLE


def _refuse_other_than_text(name: str, sample: str) -> None:
    controls = len(_CONTROL.findall(sample))
    if controls > 8 and controls > len(sample) / 100:
        raise Unreadable(
            f"'{name}' is neither a spreadsheet nor a text file. Save it as an Excel workbook (.xlsx) or as CSV "
            "in the program that it comes from.",
            f"{controls} control characters in the first {len(sample)}",
        )


def _fast(file: TextFile, dialect: Dialect, notes: Notes, room: Room) -> Spool:
    uneven, spool = Uneven(dialect), room.spool()
    try:
        with file.open(dialect.hint) as stream:
            for columns in batches(stream, dialect, uneven):
                spool.append(columns)
                room.check(file.name, spool.num_rows, spool.width)
                room.tell(stream.done, stream.size)
            _note_bytes(stream, notes)
    except (NotRectangular, NotUtf8):
        spool.close()
        raise
    for number, values in uneven.rows:
        _note_length(number, values, dialect, notes)
    return spool


def _tolerant(file: TextFile, dialect: Dialect, notes: Notes, room: Room) -> Spool:
    spool = room.spool()
    try:
        with file.open(dialect.hint) as stream, _as_text(stream) as text:
            for columns in _chunks(text, dialect, notes, file.name, room):
                spool.append(columns)
                room.check(file.name, spool.num_rows, spool.width)
                room.tell(stream.done, stream.size)
            _note_bytes(stream, notes)
        if stream.broken:
            raise NotUtf8
    except NotUtf8:
        spool.close()
        raise
    return spool


def _as_text(stream: Utf8Stream) -> io.TextIOWrapper:
    return io.TextIOWrapper(stream, "utf-8", newline="")


def _chunks(text: io.TextIOWrapper, dialect: Dialect, notes: Notes, name: str, room: Room) -> Iterator[list[pa.Array]]:
    rows, cells = list[list[str]](), 0
    for number, values in enumerate(records(text, dialect), 1):
        if len(values) != dialect.width:
            _note_length(number, values, dialect, notes)
            room.check(name, 0, len(values))
        rows.append(values)
        cells += max(len(values), dialect.width)
        if len(rows) == BATCH_ROWS or cells >= CELLS:
            yield _columns(rows)
            rows, cells = [], 0
    if rows:
        yield _columns(rows)


def _columns(rows: list[list[str]]) -> list[pa.Array]:
    return [pa.array(column, pa.string()) for column in zip_longest(*rows, fillvalue="")]


def _note_length(number: int, values: list[str], dialect: Dialect, notes: Notes) -> None:
    if any(value.strip() for value in values) and len(values) != dialect.width:
        noun = "value" if len(values) == 1 else "values"
        example = f"Row {number} has {len(values):,} {noun}, expected {dialect.width:,}"
        notes["ragged_rows"].add(number, example)


def _note_bytes(stream: Utf8Stream, notes: Notes) -> None:
    if stream.nuls:
        notes["nul_characters"].add(count=stream.nuls)
    if stream.strays:
        notes["stray_bytes"].add(count=stream.strays)


def _empty_lines_at_end(path: Path) -> int:
    """Line breaks behind the last record, in any encoding; at most one too many."""
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - SAMPLE))
        tail = stream.read()
    breaks = tail[len(tail.rstrip(b"\r\n\0")) :].replace(b"\0", b"")
    return max(0, len(re.findall(rb"\r\n|\r|\n", breaks)) - 1)
