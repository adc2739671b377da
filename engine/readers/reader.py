"""What every reader takes and gives: limits, sheets of text, notes about what was met, and the one refusal."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

import pyarrow as pa

from engine.readers.row_spool import Budget, Spool

log = logging.getLogger("engine.readers")

Progress = Callable[[int, int], None]  # (done, total); may raise to cancel
MAX_NOTE_ROWS = 1000
MAX_NOTE_EXAMPLES = 5


class Unreadable(Exception):
    """The file cannot be read. `str()` is one sentence for the user; `detail` is for the log."""

    def __init__(self, sentence: str, detail: str = "") -> None:
        super().__init__(sentence)
        self.detail = detail


def damaged(name: str, detail: str) -> Unreadable:
    """The refusal of a file that is broken."""
    return Unreadable(
        f"'{name}' is damaged or was not uploaded completely. Open it in the program that it comes from, save it again "
        "and upload the new file.",
        detail,
    )


def overloading(name: str, detail: str) -> Unreadable:
    """The refusal of a file that is made to fill memory and disks."""
    return Unreadable(
        f"'{name}' unpacks to far more data than its size lets expect. It was refused, because such files are made to "
        "overload computers.",
        detail,
    )


class NotATable(Unreadable):
    """The file is of a kind that never holds a table, such as a PDF or a picture."""


class Empty(Unreadable):
    """There is nothing in the file."""

    def __init__(self, name: str) -> None:
        super().__init__(f"'{name}' is empty: there is no data in it.")


class Interrupted(BaseException):
    """Carries what `progress` raised past all that handles damaged files."""

    def __init__(self, reason: BaseException) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Limits:
    """How much is read before a file is refused. Bytes are bytes; `ratio` is unpacked to packed size."""

    file_bytes: int = 512 * 2**20
    rows: int = 2_000_000
    columns: int = 2000
    cells: int = 100_000_000  # rows x columns of one sheet, empty cells included
    sheets: int = 250
    unpacked_bytes: int = 2 * 2**30
    ratio: int = 200


@dataclass
class Room:
    """What one source may use: limits, a folder for temporary files, memory, and whom to tell how far it is."""

    limits: Limits
    folder: Path
    progress: Progress | None = None
    budget: Budget = field(default_factory=Budget)

    def spool(self) -> Spool:
        return Spool(self.folder, self.budget)

    def tell(self, done: int, total: int) -> None:
        """Report progress in bytes."""
        if self.progress:
            try:
                self.progress(min(done, total), total)
            except Exception as reason:
                raise Interrupted(reason) from reason

    def check_bytes(self, name: str, more: int) -> None:
        """Raise Unreadable where `name` would need `more` bytes than may be unpacked in all: a few bytes of a
        workbook can repeat a long text in a million cells."""
        if self.budget.stored + more > self.limits.unpacked_bytes:
            raise overloading(name, f"{self.budget.stored} bytes stored, {more} more")

    def check_sheets(self, name: str, count: int) -> None:
        """Raise Unreadable where `name` has too many sheets."""
        if count > self.limits.sheets:
            raise Unreadable(
                f"'{name}' has more than {self.limits.sheets:,} sheets, which is more than can be read at once."
            )

    def check(self, name: str, rows: int, columns: int) -> None:
        """Raise Unreadable where a sheet of `name` outgrows the limits."""
        for count, limit, what in (
            (columns, self.limits.columns, "columns"),
            (rows, self.limits.rows, "rows"),
            (rows * columns, self.limits.cells, "cells"),
        ):
            if count > limit:
                raise Unreadable(
                    f"'{name}' has more than {limit:,} {what}, which is more than can be read. "
                    "Remove what you do not need, or split it into several files.",
                    f"{rows} rows, {columns} columns",
                )


class Range(NamedTuple):
    """A merged range. Rows are source row numbers (from 1), columns are positions (from 0), both ends included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass
class Note:
    """Something met while reading: how often, in which source rows (the first 1,000), with up to 5 examples."""

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


class Notes(dict[str, Note]):
    """The notes of one sheet by slug."""

    def __missing__(self, slug: str) -> Note:
        self[slug] = Note(slug)
        return self[slug]


@dataclass
class RawSheet:
    """One sheet as it was read: every source row in order, every cell text.

    `file` is the name of the uploaded file, or of the member of an archive; `hidden` covers "very hidden" too.
    `encoding` and `delimiter` are set for text files. `last_filled[c]` is the last source row in which column
    `c` holds anything, 0 for none.
    """

    file: str
    name: str
    spool: Spool
    hidden: bool = False
    merged: list[Range] = field(default_factory=list)
    date1904: bool = False
    notes: list[Note] = field(default_factory=list)
    encoding: str = ""
    delimiter: str = ""

    @property
    def columns(self) -> int:
        return self.spool.width

    @property
    def num_rows(self) -> int:
        return self.spool.num_rows

    @property
    def last_filled(self) -> tuple[int, ...]:
        return tuple(self.spool.last_filled)

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Batches of at most 65,536 rows with the string columns "0", "1", …; no nulls."""
        return self.spool.batches()

    def head(self, count: int) -> list[list[str]]:
        """The first `count` rows as lists of `columns` texts."""
        return self.rows(1, count)

    def rows(self, first: int, count: int) -> list[list[str]]:
        """`count` rows from source row `first` (from 1) on, fewer at the end, as lists of `columns` texts."""
        found, before = list[list[str]](), 0
        for batch in self.batches():
            start = max(0, first - 1 - before + len(found))
            part = batch.slice(min(start, batch.num_rows), count - len(found))
            found += [list(row) for row in zip(*(column.to_pylist() for column in part.columns), strict=True)]
            before += batch.num_rows
            if len(found) >= count:
                break
        return found


@dataclass
class Source:
    """An opened upload: its sheets that hold anything. Leaving the context removes the temporary files."""

    sheets: list[RawSheet]
    folder: Path

    @property
    def encoding(self) -> str:
        """Encoding of a text file, "" for workbooks."""
        return self.sheets[0].encoding

    @property
    def delimiter(self) -> str:
        """Delimiter of a text file, "" for workbooks and for files of one column."""
        return self.sheets[0].delimiter

    def close(self) -> None:
        for sheet in self.sheets:
            sheet.spool.close()
        with suppress(FileNotFoundError):
            shutil.rmtree(self.folder)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
