"""What a check or an export reports: the sum of the rows, the lookup tables as they are used, the files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from engine.bundle.export_problems import ExportProblem


@dataclass(frozen=True)
class SheetRows:
    """Hold the sum of one sheet: rows_in = rows_out + rejected + dropped.

    Cells are those of the rows that no step dropped.
    """

    sheet: str
    rows_in: int
    rows_out: int
    rejected: int
    dropped: int
    cells_changed: int
    cells_could_not: int


@dataclass(frozen=True)
class LookupKey:
    """Hold a value of a lookup column: what it becomes ("" where nothing is known) and how many rows have it."""

    key: str
    external_id: str
    rows: int


@dataclass(frozen=True)
class LookupFacts:
    """Hold a lookup table as the data uses it.

    Attributes:
        table: Its name.
        model: The model whose records it names.
        creates: Whether values without an entry become new records.
        unmatched: How many distinct values lead nowhere.
        distinct: How many distinct values there are.
        keys: The values, those that lead nowhere first, then the most frequent; there may be fewer than `distinct`.
    """

    table: str
    model: str
    creates: bool
    unmatched: int
    distinct: int
    keys: tuple[LookupKey, ...]

    @classmethod
    def of(
        cls, table: str, model: str, creates: bool, ids: Mapping[str, str], rows: Mapping[str, int], limit: int
    ) -> LookupFacts:
        """Return the facts of a table, given external IDs and numbers of rows by value; `limit` values are listed."""

        # What leads nowhere is what the user has to decide; of these the most frequent first.
        def order(key: str) -> tuple[bool, int, str]:
            leads_somewhere = ids.get(key, "") != ""
            return leads_somewhere, -rows[key], key

        keys = []
        for key in sorted(rows, key=order)[:limit]:
            keys.append(LookupKey(key, ids.get(key, ""), rows[key]))
        # Counted over all keys, also those that are not listed.
        unmatched = sum(not ids.get(key) for key in rows)
        return cls(table, model, creates, unmatched, len(rows), tuple(keys))


@dataclass(frozen=True)
class CheckReport:
    """Hold what an export would do now: the problems, worst first, the sum of every sheet, the lookups."""

    problems: tuple[ExportProblem, ...]
    sheets: tuple[SheetRows, ...]
    lookups: tuple[LookupFacts, ...]

    @property
    def blocking(self) -> bool:
        """Return whether nothing can be exported."""
        return any(problem.severity == "blocking" for problem in self.problems)

    @property
    def left_out(self) -> bool:
        """Return whether something that is not ready stays out of an export."""
        return any(problem.severity == "left_out" for problem in self.problems)

    def as_json(self) -> dict[str, Any]:
        """Return the report as commands and the API print it."""
        return {
            "problems": list(map(ExportProblem.as_json, self.problems)),
            "sheets": list(map(asdict, self.sheets)),
            "lookups": list(map(asdict, self.lookups)),
        }


@dataclass(frozen=True)
class BundleReport:
    """Describe a finished bundle.

    Attributes:
        sha256: Of the ZIP; of MANIFEST.json where the project was written unpacked.
        files: (path, rows of data; None where it is no table) of every file, sorted.
        sheets: The sum of every sheet.
        problems: What was found, worst first.
    """

    sha256: str
    files: tuple[tuple[str, int | None], ...]
    sheets: tuple[SheetRows, ...]
    problems: tuple[ExportProblem, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the report as commands and the API print it; where the bundle was written is not part of it."""
        return {
            "sha256": self.sha256,
            "files": [{"path": path, "rows": rows} for path, rows in self.files],
            "sheets": list(map(asdict, self.sheets)),
            "problems": list(map(ExportProblem.as_json, self.problems)),
        }
