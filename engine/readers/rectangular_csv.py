"""The fast way through a text file: pyarrow splits it, and rows of another length are put back where they were."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.csv as pa_csv

from engine.readers.dialect import Dialect
from engine.readers.row_spool import empty_cells
from engine.readers.text_stream import Utf8Stream

BLOCK = 2 * 2**20
MOST = 2000  # rows of another length that are put back; files with more are read record by record


class NotRectangular(Exception):
    """The file has to be read record by record."""


class NotUtf8(Exception):
    """The file turned out not to be UTF-8."""


def suits(dialect: Dialect) -> bool:
    """pyarrow can split files of this dialect."""
    return len(dialect.delimiter.encode()) <= 1 and not dialect.escape


@dataclass
class Uneven:
    """Rows that have not as many values as the others: (number from 1, values)."""

    dialect: Dialect
    rows: list[tuple[int, list[str]]] = field(default_factory=list)
    waiting: list[tuple[int, list[str]]] = field(default_factory=list)
    too_many: bool = False

    def take(self, row: pa_csv.InvalidRow) -> str:
        """pyarrow's handler of rows that it cannot place."""
        quote = self.dialect.quote
        self.too_many |= len(self.rows) >= MOST or bool(quote and row.text.count(quote) % 2)
        if not self.too_many:
            self.rows.append((row.number, self.dialect.split(row.text)))
            self.waiting.append(self.rows[-1])
        return "skip"


def batches(stream: Utf8Stream, dialect: Dialect, uneven: Uneven) -> Iterator[list[pa.Array]]:
    """Columns of all rows in order, `dialect.width` or more of them. Rows of another length are left in `uneven`.

    Raises NotRectangular and NotUtf8, after some batches even.
    """
    number, columns = 0, list[pa.Array]()
    try:
        for batch in _open(stream, dialect, uneven):
            if stream.broken or uneven.too_many:
                break
            columns = _merged(batch.columns, number, uneven)
            number += len(columns[0]) if columns else 0
            yield columns
    except pa.ArrowInvalid as problem:
        raise (NotUtf8 if stream.broken else NotRectangular) from problem
    if stream.broken:
        raise NotUtf8
    if uneven.too_many or _ends_in_lines(columns):
        raise NotRectangular
    if uneven.waiting:
        yield _columns([values for _, values in uneven.waiting], dialect.width)


def _ends_in_lines(columns: list[pa.Array]) -> bool:
    """The last row has a line break in a cell: its quote may have been opened by mistake, and never closed."""
    last = (column[-1].as_py() for column in columns if len(column))
    return any("\n" in text or "\r" in text for text in last)


def _open(stream: Utf8Stream, dialect: Dialect, uneven: Uneven) -> pa_csv.CSVStreamingReader:
    names = [str(place) for place in range(dialect.width)]
    return pa_csv.open_csv(
        stream,
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
            check_utf8=False,
            null_values=[],
            strings_can_be_null=False,
            quoted_strings_can_be_null=False,
        ),
    )


def _merged(columns: list[pa.Array], before: int, uneven: Uneven) -> list[pa.Array]:
    """`columns`, which follow `before` rows, with the uneven rows among them in their places."""
    size, start, parts = len(columns[0]), 0, list[list[pa.Array]]()
    while uneven.waiting and (stop := start + uneven.waiting[0][0] - before - 1) <= size:
        if stop > start:
            parts.append([column.slice(start, stop - start) for column in columns])
        parts.append(_columns([uneven.waiting.pop(0)[1]], len(columns)))
        before, start = before + (stop - start) + 1, stop
    if not parts:
        return columns
    parts.append([column.slice(start) for column in columns])
    width = max(len(part) for part in parts)
    padded = [part + [empty_cells(len(part[0]))] * (width - len(part)) for part in parts]
    return [pa.concat_arrays([part[place] for part in padded]) for place in range(width)]


def _columns(rows: list[list[str]], least: int) -> list[pa.Array]:
    width = max(least, *(len(row) for row in rows))
    return [pa.array([row[place] if place < len(row) else "" for row in rows], pa.string()) for place in range(width)]
