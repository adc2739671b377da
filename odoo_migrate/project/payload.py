"""Read and write the payload: every record of a mapping as a row of Odoo's import columns, ready for `load()`.

    data/payload/<mapping>.csv       `id`, then the mapping's fields
    data/payload/rows/<mapping>.txt  of every record, the row of the raw file that it came from (the first where
                                     several rows are one record)

Both files appear when they are complete; the rows come first, so that a payload without its rows is never seen.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

from odoo_migrate.project import csv_text
from odoo_migrate.project.project_reader import file_sha256
from odoo_migrate.project.safe_files import inside, replacing
from odoo_migrate.project.yaml_text import FormatError

DIRECTORY = "data/payload"
ID = "id"
MAX_ROW = 2**40  # no file has so many rows; int() of thousands of digits would take long


def payload_file(mapping: str) -> str:
    """Return the path in the project of a mapping's records."""
    return f"{DIRECTORY}/{mapping}.csv"


def rows_file(mapping: str) -> str:
    """Return the path in the project of the row numbers behind those records."""
    return f"{DIRECTORY}/rows/{mapping}.txt"


class Record(NamedTuple):
    """Hold a record: `place` counts from 0, `row` is that of the raw file, `values` are in the order of the fields."""

    place: int
    row: int
    id: str
    values: tuple[str, ...]


class Payload:
    """Read the payload of one mapping, from the start as often as it is asked for.

    All methods raise FormatError where the files are missing or damaged.
    """

    def __init__(self, root: Path, mapping: str) -> None:
        """Name the payload of a mapping in the project `root`; nothing is read yet."""
        self.root, self.mapping = root, mapping
        self.file = payload_file(mapping)

    @property
    def path(self) -> Path:
        """Return the file with the records."""
        path = inside(self.root, self.file)
        if not path.exists():
            raise FormatError("it is missing; run: odoo-migrate transform execute", self.file)
        return path

    def exists(self) -> bool:
        """Tell whether there is a payload."""
        return inside(self.root, self.file).exists()

    @cached_property
    def fields(self) -> tuple[str, ...]:
        """Return the import columns after `id`."""
        with self.path.open(encoding="utf-8", newline="") as stream:
            try:
                titles = next(csv.reader(stream, strict=True), [])
            except (csv.Error, UnicodeDecodeError) as problem:
                raise self._damaged(0) from problem
        if not titles or titles[0] != ID or len(set(titles)) < len(titles):
            raise FormatError("the first line must be 'id' and the names of fields, each once.", self.file, 1)
        return tuple(titles[1:])

    def sha256(self) -> str:
        """Return the SHA-256 of the bytes that will be sent."""
        return file_sha256(self.path)

    @cached_property
    def count(self) -> int:
        """Return the number of records."""
        with self._rows_path().open("rb") as stream:
            count = 0
            # One line a record, so counting line ends does: a million records take milliseconds.
            while chunk := stream.read(2**20):
                count += chunk.count(b"\n")
            return count

    def _rows_path(self) -> Path:
        path = inside(self.root, rows_file(self.mapping))
        if not path.exists():
            raise FormatError("it is missing; run: odoo-migrate transform execute", rows_file(self.mapping))
        return path

    def records(self) -> Iterator[Record]:
        """Yield all records in order; only some are in memory at a time."""
        width = len(self.fields) + 1
        with (
            self.path.open(encoding="utf-8", newline="") as stream,
            self._rows_path().open(encoding="ascii") as rows,
        ):
            reader = csv.reader(stream, strict=True)
            next(reader)
            yield from self._read(zip(reader, rows, strict=True), width)

    def _read(self, pairs: Iterable[tuple[list[str], str]], width: int) -> Iterator[Record]:
        place = 0
        try:
            # zip() raises ValueError where one of the two files is longer.
            for cells, row in pairs:
                number = int(row)
                if len(cells) != width or not 0 < number < MAX_ROW:
                    raise self._damaged(place)
                yield Record(place, number, cells[0], tuple(cells[1:]))
                place += 1
        except FormatError:  # a ValueError as well
            raise
        except (csv.Error, ValueError) as problem:
            raise self._damaged(place) from problem

    def _damaged(self, place: int) -> FormatError:
        """`place` of the record that cannot be read, or that only one of the two files has."""
        return FormatError(f"it is damaged at record {place + 1}; run: odoo-migrate transform execute", self.file)


class PayloadWriter:
    """Write a mapping's payload, as a context manager.

    Where the block raises, or after `discard`, no payload of the mapping is left, not even an older one.
    """

    def __init__(self, root: Path, mapping: str, fields: Sequence[str]) -> None:
        """Name the payload and its import columns; nothing is written yet."""
        self.root, self.mapping, self.fields = root, mapping, tuple(fields)
        self.count = 0
        self._discarded = False

    def __enter__(self) -> PayloadWriter:
        """Remove the older payload and open both files."""
        remove(self.root, self.mapping)
        self._stack = ExitStack()
        # Closed in reverse order: the rows take their place first.
        self._csv = self._stack.enter_context(replacing(self.root, payload_file(self.mapping)))
        self._rows = self._stack.enter_context(replacing(self.root, rows_file(self.mapping)))
        self._csv.write(csv_text.line([ID, *self.fields]).encode())
        return self

    def write(self, row: int, external_id: str, values: Sequence[str]) -> None:
        """Add the next record; its values are in the order of the fields."""
        self._csv.write(csv_text.line([external_id, *values]).encode())
        self._rows.write(b"%d\n" % row)
        self.count += 1

    def discard(self) -> None:
        """Keep nothing of the records, because they have errors."""
        self._discarded = True

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Put both files in place, or leave none."""
        if kind is None and self._discarded:
            kind, value = _Discarded, _Discarded()
        self._stack.__exit__(kind, value, trace)


class _Discarded(Exception):
    """Tell the files being written that they are not wanted."""


def remove(root: Path, mapping: str) -> None:
    """Take away the payload of a mapping, if there is one."""
    for name in (payload_file(mapping), rows_file(mapping)):
        inside(root, name).unlink(missing_ok=True)
