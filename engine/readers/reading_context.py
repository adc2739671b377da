"""What a reader is given besides the file: limits, memory, a folder, and whom to tell how far it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from engine.readers.raw_sheet import MemoryBudget, RawSheet, RowSpool
from engine.readers.refusals import Interrupted, Unreadable, overloading

ProgressCallback = Callable[[int, int], None]  # (done, total); may raise to cancel


@dataclass(frozen=True)
class Limits:
    """Hold how much is read before a file is refused.

    Bytes are bytes; `cells` are rows x columns of one sheet, empty cells included; `ratio` is unpacked to packed size.
    """

    file_bytes: int = 512 * 2**20
    rows: int = 2_000_000
    columns: int = 2000
    cells: int = 100_000_000
    sheets: int = 250
    unpacked_bytes: int = 2 * 2**30
    ratio: int = 200


@dataclass
class ReadingContext:
    """Hold what the readers of one upload may use.

    Attributes:
        limits: how much may be read.
        folder: takes temporary files; whoever opened the upload removes it.
        read_file: returns the sheets of a file of any kind; an archive asks it for its members.
        progress: gets bytes, done and in all.
        in_archive: whether the file is a member of an archive.
        encoding: that a person chose for text files, "" to find it out.
        budget: the memory that all sheets of the upload share.
    """

    limits: Limits
    folder: Path
    read_file: Callable[[Path, str, ReadingContext], list[RawSheet]]
    progress: ProgressCallback | None = None
    in_archive: bool = False
    encoding: str = ""
    budget: MemoryBudget = field(default_factory=MemoryBudget)

    def for_members(self) -> ReadingContext:
        """Return the context for the members of an archive, which share folder and memory with it."""
        return replace(self, in_archive=True)

    def new_spool(self) -> RowSpool:
        """Return an empty spool for the rows of one sheet."""
        return RowSpool(self.folder, self.budget)

    def report_progress(self, done: int, total: int) -> None:
        """Report progress in bytes. Raises Interrupted with what the callback raised."""
        if self.progress:
            try:
                self.progress(min(done, total), total)
            except Exception as reason:
                raise Interrupted(reason) from reason

    def check_bytes(self, name: str, more: int) -> None:
        """Raise Unreadable where `name` would need `more` bytes than may be unpacked in all.

        A few bytes of a workbook can repeat a long text in a million cells.
        """
        if self.budget.stored + more > self.limits.unpacked_bytes:
            raise overloading(name, f"{self.budget.stored} bytes stored, {more} more")

    def check_sheets(self, name: str, count: int) -> None:
        """Raise Unreadable where `name` has too many sheets."""
        if count > self.limits.sheets:
            raise Unreadable(
                f"'{name}' has more than {self.limits.sheets:,} sheets, which is more than can be read at once."
            )

    def check_size(self, name: str, rows: int, columns: int) -> None:
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
