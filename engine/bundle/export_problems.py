"""What a check or an export has to say: problems that a page can link to, and the sum of the rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from odoo_migrate.catalog import Catalog

Severity = Literal["blocking", "row", "warning"]
Station = Literal["files", "mapping", "cleaning"]

MAX_EXAMPLES = 5
MAX_ROWS = 1000
_ORDER: dict[str, int] = {"blocking": 0, "row": 1, "warning": 2}


@dataclass(frozen=True)
class ExportProblem:
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


def sort_problems(problems: Iterable[ExportProblem], sheets: Sequence[tuple[str, str]]) -> tuple[ExportProblem, ...]:
    """Worst first, then in the order of the sheets (source, name) and as they were found."""
    place = {sheet: number for number, sheet in enumerate(sheets)}
    return tuple(sorted(problems, key=lambda p: (_ORDER[p.severity], place.get((p.source, p.sheet), len(place)))))


class ProblemsFound(ValueError):
    """Nothing was exported; the text is one sentence for the user, `problems` are all that was found."""

    def __init__(self, problems: Sequence[ExportProblem]) -> None:
        self.problems = tuple(problems)
        stopping = [p for p in self.problems if p.severity == "blocking"]
        stopping = stopping or [p for p in self.problems if p.severity == "row"]
        more = f" ({len(stopping) - 1:,} more)" if len(stopping) > 1 else ""
        where = f"{stopping[0].sheet}: " if stopping[0].sheet else ""
        super().__init__(f"Nothing was exported. {where}{stopping[0].message}{more}")


@dataclass
class ProblemCounter:
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


@dataclass(frozen=True)
class ProblemLocation:
    """A sheet, and the model that it fills where one is meant."""

    sheet: str = ""
    source: str = ""
    model: str = ""

    def blocking(self, kind: str, message: str, **more: Any) -> ExportProblem:
        return ExportProblem(kind, "blocking", message, self.sheet, self.source, **{"model": self.model, **more})

    def warning(self, kind: str, message: str, **more: Any) -> ExportProblem:
        return ExportProblem(kind, "warning", message, self.sheet, self.source, **{"model": self.model, **more})


def rows_word(count: int) -> str:
    """`1 row`, `12,000 rows`."""
    return "1 row" if count == 1 else f"{count:,} rows"


def listed(texts: list[str], limit: int = 5) -> str:
    """`'A', 'B' and 3 more`."""
    shown = ", ".join(f"'{text}'" for text in texts[:limit])
    return f"{shown} and {len(texts) - limit} more" if len(texts) > limit else shown


def model_label(model: str, models: Catalog) -> str:
    """Contact for res.partner; the technical name in quotes where this Odoo has no such model."""
    return models.model(model).label if model in models else f"'{model}'"


def mapping_label(name: str, model: str, label: str) -> str:
    """What the mapping `name` of a model is called: as its model, for a further one with what tells it apart, which
    odoo_migrate.names.mapping_name has put behind the model: Contact for res.partner, Contact (us) for res.partner.us.
    """
    apart = name.removeprefix(model).strip(".")
    return f"{label} ({apart})" if apart else label
