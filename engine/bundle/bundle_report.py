"""What a check or an export has to say: problems that a page can link to, and the sum of the rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Severity = Literal["blocking", "row", "warning"]
Station = Literal["files", "mapping", "cleaning"]

MAX_EXAMPLES = 5
MAX_ROWS = 1000
_ORDER: dict[str, int] = {"blocking": 0, "row": 1, "warning": 2}


@dataclass(frozen=True)
class Problem:
    """One thing to know before an export.

    `severity`: "blocking" (nothing can be exported), "row" (the rows stay wrong: they are held back, or the export
    stops, as the user chose), "warning" (exported as it is). `count` cells, rows, keys or columns are meant by
    `message`; `examples` (at most 5) are texts of the file, `rows` (at most 1000) source row numbers. `sheet`,
    `source`, `column`, `model`, `field` and `lookup` say where, "" where it does not apply; `station` is the part
    of the portal that mends it.
    """

    kind: str
    severity: Severity
    message: str
    sheet: str = ""
    source: str = ""
    column: str = ""
    model: str = ""
    field: str = ""
    lookup: str = ""
    station: Station = "mapping"
    count: int = 1
    examples: tuple[str, ...] = ()
    rows: tuple[int, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "examples": list(self.examples), "rows": list(self.rows)}


def sort_problems(problems: Iterable[Problem], sheets: Sequence[tuple[str, str]]) -> tuple[Problem, ...]:
    """Worst first, then in the order of the sheets (source, name) and as they were found."""
    place = {sheet: number for number, sheet in enumerate(sheets)}
    return tuple(sorted(problems, key=lambda p: (_ORDER[p.severity], place.get((p.source, p.sheet), len(place)))))


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

    problems: tuple[Problem, ...]
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
    problems: tuple[Problem, ...]


class ProblemsFound(ValueError):
    """Nothing was exported; the text is one sentence for the user, `problems` are all that was found."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        stopping = [p for p in self.problems if p.severity == "blocking"]
        stopping = stopping or [p for p in self.problems if p.severity == "row"]
        more = f" ({len(stopping) - 1:,} more)" if len(stopping) > 1 else ""
        where = f"{stopping[0].sheet}: " if stopping[0].sheet else ""
        super().__init__(f"Nothing was exported. {where}{stopping[0].message}{more}")


@dataclass
class Tally:
    """Counts one kind of problem over the batches of a sheet."""

    count: int = 0
    examples: dict[str, None] = field(default_factory=dict)
    rows: list[int] = field(default_factory=list)

    def add(self, rows: Sequence[int], examples: Iterable[str]) -> None:
        """`rows`: source row numbers of all cases, `examples` some of their texts."""
        self.count += len(rows)
        self.rows += rows[: MAX_ROWS - len(self.rows)]
        for text in examples:
            if len(self.examples) < MAX_EXAMPLES:
                self.examples[text] = None
