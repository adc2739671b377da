"""What a check or an export has to say: problems that a page can link to, and the sum of the rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from engine.bundle.export_problems import ExportProblem


@dataclass(frozen=True)
class SheetRows:
    """The sum of one sheet: rows_in = rows_out + rejected + dropped. Cells are those of the rows that no step
    dropped.
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
    """A value of a lookup column: what it becomes ("" where nothing is known) and in how many rows it stands."""

    key: str
    external_id: str
    rows: int


@dataclass(frozen=True)
class LookupFacts:
    """A lookup table as the data uses it. `keys`: those without a target first, then the most frequent."""

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
        """`ids` and `rows` by key; at most `limit` keys are listed."""
        order = sorted(rows, key=lambda key: (ids.get(key, "") != "", -rows[key], key))
        keys = tuple(LookupKey(key, ids.get(key, ""), rows[key]) for key in order[:limit])
        return cls(table, model, creates, sum(not ids.get(key) for key in rows), len(rows), keys)


@dataclass(frozen=True)
class CheckReport:
    """What an export would do now: the problems, worst first, the sum of every sheet, the lookups."""

    problems: tuple[ExportProblem, ...]
    sheets: tuple[SheetRows, ...]
    lookups: tuple[LookupFacts, ...]

    @property
    def blocking(self) -> bool:
        return any(problem.severity == "blocking" for problem in self.problems)

    def as_json(self) -> dict[str, Any]:
        return {
            "problems": [problem.as_json() for problem in self.problems],
            "sheets": [asdict(sheet) for sheet in self.sheets],
            "lookups": [asdict(lookup) for lookup in self.lookups],
        }


@dataclass(frozen=True)
class BundleReport:
    """A finished bundle. `sha256`: of the ZIP; of MANIFEST.json where the project was written unpacked. `files`:
    (path, rows of data, None where it is no table) of every file, sorted.
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
            "sheets": [asdict(sheet) for sheet in self.sheets],
            "problems": [problem.as_json() for problem in self.problems],
        }
