"""Collect what is wrong with a project; problems of the user's data are values with a place, not exceptions.

A table of a million rows may have a million problems. All of them go to a file, the first of each level are kept.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Literal, TextIO

from odoo_migrate.project.yaml_text import FormatError

KEPT = 1000  # problems of each level in memory
SHOWN = 80  # characters of a value in a sentence

Level = Literal["error", "warning"]


@dataclass(frozen=True)
class Problem:
    """Describe one thing that is wrong in a file.

    Attributes:
        file: Its path in the project.
        message: A sentence.
        line: The line of a configuration file, 0 where there is none.
        row: The row of a data file as a spreadsheet counts it (titles are row 1; a record with line breaks is one row),
            0 where there is none.
        column: The column's title, "" where there is none.
        value: What the cell holds.
        level: Whether it is an error or a warning.
    """

    file: str
    message: str
    line: int = 0
    row: int = 0
    column: str = ""
    value: str = ""
    level: Level = "error"

    @classmethod
    def of(cls, error: FormatError, level: Level = "error") -> Problem:
        """Return the problem of a file that cannot be used."""
        return cls(error.file, error.message, error.line, level=level)

    def text(self) -> str:
        """Return place and sentence, on one line."""
        place = [self.file]
        if self.line:
            place.append(f"line {self.line}")
        if self.row:
            place.append(f"row {self.row}")
        if self.column:
            place.append(f"column '{self.column}'")
        text = ", ".join(place)
        if self.value:
            text += f" ('{_short(self.value)}')"
        # A title or a value may hold line breaks.
        return " ".join(f"{text}: {self.message}".split())

    def as_json(self) -> dict[str, str | int]:
        """Return the problem as the JSON documents have it."""
        return asdict(self)


def _short(value: str) -> str:
    if len(value) <= SHOWN:
        return value
    return f"{value[: SHOWN - 1]}…"


_TITLES = ("level", "file", "line", "row", "column", "value", "message")


class Problems:
    """Count problems, keep the first of each level, and write all to a CSV file.

    The file is there only if there are any. Iterating gives those kept, in the order they were found. Close it, or use
    it as a context manager.
    """

    def __init__(self, path: Path | None = None) -> None:
        """Start with none, and remove the file `path` of an earlier time."""
        self.path = path
        self.errors = self.warnings = 0
        self.kept: list[Problem] = []
        self._stream: TextIO | None = None
        if path is not None:
            # What an earlier check found may be mended; an old list would say otherwise.
            path.unlink(missing_ok=True)

    def add(self, problem: Problem) -> None:
        """Count a problem and write it to the file."""
        if problem.level == "error":
            self.errors += 1
            of_level = self.errors
        else:
            self.warnings += 1
            of_level = self.warnings
        # Of each level by itself: a thousand warnings must not hide the first error.
        if of_level <= KEPT:
            self.kept.append(problem)
        if self.path is not None:
            self._write(self.path, problem)

    def _write(self, path: Path, problem: Problem) -> None:
        if self._stream is None:
            path.parent.mkdir(parents=True, exist_ok=True)
            # Half a character, as broken files have them, cannot be written as it is.
            self._stream = path.open("w", encoding="utf-8", newline="", errors="backslashreplace")
            self._writer = csv.writer(self._stream, lineterminator="\n")
            self._writer.writerow(_TITLES)
        self._writer.writerow([getattr(problem, title) or "" for title in _TITLES])

    def __iter__(self) -> Iterator[Problem]:
        """Yield the problems kept."""
        return iter(self.kept)

    def __len__(self) -> int:
        """Return the number of all problems, kept or not."""
        return self.errors + self.warnings

    def close(self) -> None:
        """Close the file."""
        if self._stream is not None:
            self._stream.close()

    def __enter__(self) -> Problems:
        """Return these problems."""
        return self

    def __exit__(self, kind: type[BaseException] | None, value: object, trace: TracebackType | None) -> None:
        """Close the file."""
        self.close()
