"""The reader of text files: any separator, any common encoding, quoted line breaks, rows of uneven length.

Two ways lead to the same rows. pyarrow splits what is rectangular but for a few rows, which are put back where they
were; files with many uneven rows, or with quotes that are never closed, are read record by record.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pa_csv

from engine.readers.csv_dialect import detect
from engine.readers.csv_quote_watch import QuoteWatch, note_swallowed
from engine.readers.csv_records import Dialect, records, split_record
from engine.readers.file_content import FileContent, refusal_of
from engine.readers.file_reader import FileReader
from engine.readers.formula_guards import without_guards
from engine.readers.raw_sheet import BATCH_ROWS, Note, RawSheet, RowSpool, SheetNotes, empty_cells
from engine.readers.reading_context import ReadingContext
from engine.readers.refusals import EmptyFile, Unreadable, log
from engine.readers.text_encoding import Utf8Stream, from_head, legacy, other_readings

HEAD = 2**20  # bytes that show the encoding
SAMPLE = 2**17  # bytes that show the dialect
CELLS = 2**20  # of one batch, where rows are read one by one
BLOCK = 2 * 2**20  # bytes that pyarrow splits at a time
MOST_UNEVEN = 2000  # rows of another length that are put back; files with more are read record by record
_CONTROL = re.compile("[\x02-\x08\x0e-\x19\x1b\x7f]")


class NotRectangular(Exception):
    """Raise this for a file that has to be read record by record."""


class NotUtf8(Exception):
    """Raise this for a file that turned out not to be UTF-8."""


@dataclass(frozen=True)
class TextFile:
    """Hold a text file whose encoding is known; `mend`: some bytes of it are not what the encoding says."""

    path: Path
    name: str
    encoding: str
    mend: bool = False

    def open(self, skip: int = 0) -> Utf8Stream:
        """Open the file as UTF-8, behind its first `skip` bytes."""
        stream = Utf8Stream(self.path, self.encoding, self.mend)
        while skip > 0:
            skip -= len(stream.read(skip)) or skip
        return stream


def is_text(file: FileContent) -> bool:
    """Return whether the file is of no other known kind, which leaves text."""
    return not file.is_archive and not file.is_ole and refusal_of(file) is None


def read_delimited(path: Path, name: str, context: ReadingContext) -> list[RawSheet]:
    """Return the one sheet of a text file. Raises Unreadable."""
    with path.open("rb") as stream:
        encoding = from_head(stream.read(HEAD))
    if context.encoding and not (encoding and context.in_archive):
        return [_read(TextFile(path, name, context.encoding, mend=True), context)]
    if encoding:
        try:
            return [_read(TextFile(path, name, encoding), context)]
        except NotUtf8:
            log.info("%r is not UTF-8 throughout", name)
    likely = legacy(path)
    if encoding == "utf-8-sig" and likely == "utf-8":
        likely = encoding  # the byte order mark has to be left out in any case
    sheet = _read(TextFile(path, name, likely, mend=True), context)
    for other, words in other_readings(path, likely).items():
        sheet.notes.append(Note("letters_in_doubt", 1, [], [*words, other]))
    return [sheet]


def _read(file: TextFile, context: ReadingContext) -> RawSheet:
    with file.open() as stream:
        sample, complete = _sample(stream)
    _refuse_other_than_text(file.name, sample)
    dialect = detect(sample, complete)
    if not complete and not dialect.quote:
        dialect = replace(dialect, quote='"')  # values may be quoted further on only
    context.check_size(file.name, 0, dialect.width)
    spool, notes = _read_rows(file, dialect, context)
    spool.finish()
    spool.trim(max(spool.num_rows - _empty_lines_at_end(file.path), *spool.last_filled))
    if not any(spool.last_filled):
        raise EmptyFile(file.name)
    return RawSheet(
        file.name, Path(file.name).stem, spool, notes=list(notes.values()),
        encoding=file.encoding, delimiter=dialect.delimiter,
    )  # fmt: skip


def _read_rows(file: TextFile, dialect: Dialect, context: ReadingContext) -> tuple[RowSpool, SheetNotes]:
    """Return all rows, read the fast way where the file allows that."""
    if _is_splittable(dialect):
        notes = SheetNotes()
        try:
            return _split_by_arrow(file, dialect, notes, context), notes
        except NotRectangular:
            pass
    notes = SheetNotes()
    return _record_by_record(file, dialect, notes, context), notes


def _sample(stream: Utf8Stream) -> tuple[str, bool]:
    """Return the beginning of the text, and whether that is all of it."""
    found = b""
    while len(found) < SAMPLE and (chunk := stream.read(SAMPLE)):
        found += chunk
    return found[:SAMPLE].decode("utf-8", "ignore"), len(found) < SAMPLE


def _refuse_other_than_text(name: str, sample: str) -> None:
    controls = len(_CONTROL.findall(sample))
    # Old programs leave a few control characters behind; one in a hundred is no text.
    if controls > 8 and controls > len(sample) / 100:
        raise Unreadable(
            f"'{name}' is neither a spreadsheet nor a text file. Save it as an Excel workbook (.xlsx) or as CSV "
            "in the program that it comes from.",
            f"{controls} control characters in the first {len(sample)}",
        )


def _note_length(number: int, values: list[str], dialect: Dialect, notes: SheetNotes) -> None:
    if len(values) != dialect.width and any(map(str.strip, values)):
        noun = "value" if len(values) == 1 else "values"
        example = f"Row {number} has {len(values):,} {noun}, expected {dialect.width:,}"
        notes["ragged_rows"].add(number, example)


def _note_bytes(stream: Utf8Stream, notes: SheetNotes) -> None:
    if stream.nuls:
        notes["nul_characters"].add(count=stream.nuls)
    if stream.strays:
        notes["stray_bytes"].add(count=stream.strays)


def _empty_lines_at_end(path: Path) -> int:
    """Return how many line breaks follow the last record, in any encoding; at most one too many."""
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - SAMPLE))
        tail = stream.read()
    breaks = tail[len(tail.rstrip(b"\r\n\0")) :].replace(b"\0", b"")
    return max(0, len(re.findall(rb"\r\n|\r|\n", breaks)) - 1)


# --- Record by record -------------------------------------------------------------------------------------------


def _record_by_record(file: TextFile, dialect: Dialect, notes: SheetNotes, context: ReadingContext) -> RowSpool:
    spool = context.new_spool()
    try:
        with file.open(dialect.hint) as stream, io.TextIOWrapper(stream, "utf-8", newline="") as text:
            for columns in _record_batches(text, dialect, notes, file.name, context):
                spool.append(without_guards(columns, spool.num_rows, notes))
                context.check_size(file.name, spool.num_rows, spool.width)
                context.report_progress(stream.done, stream.size)
            _note_bytes(stream, notes)
        if stream.broken:
            raise NotUtf8
    except NotUtf8:
        spool.close()
        raise
    return spool


def _record_batches(
    text: io.TextIOWrapper, dialect: Dialect, notes: SheetNotes, name: str, context: ReadingContext
) -> Iterator[list[pa.Array]]:
    """Yield the columns of some records at a time, filled up with empty cells."""
    rows, cells = list[list[str]](), 0
    for number, values in enumerate(records(text, dialect, notes), 1):
        if len(values) != dialect.width:
            _note_length(number, values, dialect, notes)
            context.check_size(name, 0, len(values))
        rows.append(values)
        cells += max(len(values), dialect.width)
        if len(rows) == BATCH_ROWS or cells >= CELLS:
            yield _columns_of(rows)
            rows, cells = [], 0
    if rows:
        yield _columns_of(rows)


def _columns_of(rows: list[list[str]]) -> list[pa.Array]:
    return [pa.array(column, pa.string()) for column in zip_longest(*rows, fillvalue="")]


# --- Split by pyarrow -------------------------------------------------------------------------------------------


def _is_splittable(dialect: Dialect) -> bool:
    """Return whether pyarrow can split files of this dialect."""
    return len(dialect.delimiter.encode()) <= 1 and not dialect.escape


def _split_by_arrow(file: TextFile, dialect: Dialect, notes: SheetNotes, context: ReadingContext) -> RowSpool:
    uneven, spool = UnevenRows(dialect), context.new_spool()
    try:
        with file.open(dialect.hint) as stream:
            for columns in _split_batches(stream, dialect, uneven):
                note_swallowed(columns, spool.num_rows, dialect, notes)
                spool.append(without_guards(columns, spool.num_rows, notes))
                context.check_size(file.name, spool.num_rows, spool.width)
                context.report_progress(stream.done, stream.size)
            _note_bytes(stream, notes)
    except (NotRectangular, NotUtf8):
        spool.close()
        raise
    for number, values in uneven.rows:
        _note_length(number, values, dialect, notes)
    return spool


@dataclass
class UnevenRows:
    """Collect rows that have not as many values as the others: (number from 1, values).

    `waiting` are those that are not yet back among the others.
    """

    dialect: Dialect
    rows: list[tuple[int, list[str]]] = field(default_factory=list)
    waiting: list[tuple[int, list[str]]] = field(default_factory=list)
    too_many: bool = False

    def take(self, row: pa_csv.InvalidRow) -> str:
        """Take in a row for which pyarrow has no columns, as its handler of such rows."""
        # An odd number of quotes: the row was cut inside a quoted value, so the rows are not what they seem.
        is_cut = bool(self.dialect.quote) and row.text.count(self.dialect.quote) % 2 == 1
        self.too_many |= is_cut or len(self.rows) >= MOST_UNEVEN
        if not self.too_many:
            self.rows.append((row.number, split_record(row.text, self.dialect)))
            self.waiting.append(self.rows[-1])
        return "skip"


def _split_batches(stream: Utf8Stream, dialect: Dialect, uneven: UnevenRows) -> Iterator[list[pa.Array]]:
    """Yield the columns of all rows in order, `dialect.width` or more of them.

    Rows of another length are left in `uneven` as well. Raises NotRectangular and NotUtf8, after some batches even.
    """
    number, watch = 0, QuoteWatch(stream, dialect)
    try:
        for batch in _open_csv(watch, dialect, uneven):
            if stream.broken or watch.unruly or uneven.too_many:
                break
            columns = _with_uneven(batch.columns, number, uneven)
            number += len(columns[0])
            yield columns
    except pa.ArrowInvalid as problem:
        raise (NotUtf8 if stream.broken else NotRectangular) from problem
    if stream.broken:
        raise NotUtf8
    if uneven.too_many or watch.unruly or watch.ends_inside():
        raise NotRectangular
    if uneven.waiting:
        yield _uneven_columns([values for _, values in uneven.waiting], dialect.width)


def _open_csv(stream: QuoteWatch, dialect: Dialect, uneven: UnevenRows) -> pa_csv.CSVStreamingReader:
    names = list(map(str, range(dialect.width)))
    return pa_csv.open_csv(
        stream,
        # Uneven rows have to be handed over in order, hence without threads.
        pa_csv.ReadOptions(column_names=names, block_size=BLOCK, use_threads=False),
        pa_csv.ParseOptions(
            delimiter=dialect.delimiter or "\x1f",
            quote_char=dialect.quote or False,
            newlines_in_values=bool(dialect.quote),
            ignore_empty_lines=False,
            invalid_row_handler=uneven.take,
        ),
        pa_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()),
            check_utf8=False,  # the stream has checked it
            null_values=[],
            strings_can_be_null=False,
            quoted_strings_can_be_null=False,
        ),
    )


def _with_uneven(columns: list[pa.Array], before: int, uneven: UnevenRows) -> list[pa.Array]:
    """Return `columns`, which follow `before` rows, with the uneven rows inserted where they were."""
    size, start, parts = len(columns[0]), 0, list[list[pa.Array]]()
    while uneven.waiting and (stop := start + uneven.waiting[0][0] - before - 1) <= size:
        if stop > start:
            parts.append([column.slice(start, stop - start) for column in columns])
        _, values = uneven.waiting.pop(0)
        parts.append(_uneven_columns([values], len(columns)))
        before += stop - start + 1
        start = stop
    if not parts:
        return columns
    parts.append([column.slice(start) for column in columns])
    return _stacked(parts)


def _stacked(parts: list[list[pa.Array]]) -> list[pa.Array]:
    """Return parts of a table one below the other, the narrow ones filled up with empty cells."""
    width = max(map(len, parts))
    padded = [part + [empty_cells(len(part[0]))] * (width - len(part)) for part in parts]
    return [pa.concat_arrays(column) for column in zip(*padded, strict=True)]


def _uneven_columns(rows: list[list[str]], least: int) -> list[pa.Array]:
    columns = _columns_of(rows)
    return columns + [empty_cells(len(rows))] * (least - len(columns))


# Whatever is left counts as text, so every other kind of text is asked before.
READER = FileReader(
    ("csv", "tsv", "txt", "tab", "psv", "dat", "asc", "prn"),
    "a text file such as CSV",
    "CSV",
    is_text,
    read_delimited,
    order=90,
)
