"""Problems that a check or an export finds, with where they are, and the words that their sentences share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from odoo_migrate.catalog import Catalog, OdooModel

Severity = Literal["blocking", "left_out", "row", "warning"]
Station = Literal["files", "mapping", "cleaning"]

MAX_EXAMPLES = 5  # enough to see what is meant, few enough for a line on a page
MAX_ROWS = 1000  # of one problem: nobody reads on, and a report of a million rows stays small
_WORST_FIRST: dict[str, int] = {"blocking": 0, "left_out": 1, "row": 2, "warning": 3}


@dataclass(frozen=True)
class ExportProblem:
    """Hold one problem or note to show before an export.

    Attributes:
        kind: A short name of what is wrong, for tests and for styling.
        severity: "blocking" (nothing can be exported), "left_out" (the sheet, or the records that it says, is not ready
            and stays out of the export), "row" (the rows stay wrong: they are held back, or the export stops, as the
            user chose) or "warning" (exported as it is).
        message: A sentence for the user.
        sheet: Name of the sheet; this and the five that follow say where, "" where it does not apply.
        source: Name of its file.
        column: Title of the column.
        model: Odoo's name of the model.
        field: Odoo's name of the field.
        lookup: Name of the lookup table.
        station: The part of the portal that mends it.
        count: How many cells, rows, keys or columns `message` means.
        examples: Texts of the file, at most MAX_EXAMPLES.
        rows: Source row numbers, at most MAX_ROWS.
        mapping: Name of the mapping in the bundle.
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
    mapping: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return the problem as plain JSON, in the order of the attributes."""
        return {**asdict(self), "examples": list(self.examples), "rows": list(self.rows)}


@dataclass(frozen=True)
class ProblemLocation:
    """Hold a sheet, and the model that it fills where one is meant; all "" for the whole bundle."""

    sheet: str = ""
    source: str = ""
    model: str = ""

    def blocking(self, kind: str, message: str, **more: Any) -> ExportProblem:
        """Return a problem here that prevents the export; `more` are other attributes of ExportProblem."""
        return self._problem(kind, "blocking", message, more)

    def left_out(self, kind: str, message: str, **more: Any) -> ExportProblem:
        """Return a problem that keeps what is here out of the export; `more` are attributes of ExportProblem."""
        return self._problem(kind, "left_out", message, more)

    def warning(self, kind: str, message: str, **more: Any) -> ExportProblem:
        """Return a problem here that does not prevent the export; `more` are other attributes of ExportProblem."""
        return self._problem(kind, "warning", message, more)

    def _problem(self, kind: str, severity: Severity, message: str, more: dict[str, Any]) -> ExportProblem:
        return ExportProblem(kind, severity, message, self.sheet, self.source, **{"model": self.model, **more})


@dataclass
class ProblemCounter:
    """Count one kind of problem over the batches of a sheet."""

    count: int = 0
    examples: dict[str, None] = field(default_factory=dict)
    rows: list[int] = field(default_factory=list)

    def add(self, rows: Sequence[int], examples: Iterable[str]) -> None:
        """Take note of a batch: the source row numbers of all cases, and some of their texts."""
        self.count += len(rows)
        self.rows += rows[: MAX_ROWS - len(self.rows)]
        for text in examples:
            # A dictionary keeps each text once, in the order in which they were found.
            if len(self.examples) < MAX_EXAMPLES:
                self.examples[text] = None


class ProblemsFound(ValueError):
    """Report that nothing was exported; the text is one sentence for the user."""

    def __init__(self, problems: Sequence[ExportProblem], stopping: Sequence[ExportProblem]) -> None:
        """Take all that was found, worst first, and those of it that stopped the export: the first is named."""
        self.problems = tuple(problems)
        first, others = stopping[0], len(stopping) - 1
        message = first.message
        if first.sheet:
            message = f"{first.sheet}: {message}"
        if others:
            message = f"{message} ({others:,} more)"
        super().__init__(f"Nothing was exported. {message}")


def sort_problems(problems: Iterable[ExportProblem], sheets: Sequence[tuple[str, str]]) -> tuple[ExportProblem, ...]:
    """Return the problems worst first, then in the order of the sheets (source, name) and as they were found."""
    numbers = dict(zip(sheets, range(len(sheets)), strict=True))

    def order(problem: ExportProblem) -> tuple[int, int]:
        sheet = numbers.get((problem.source, problem.sheet), len(numbers))  # what is of no sheet comes last
        return _WORST_FIRST[problem.severity], sheet

    return tuple(sorted(problems, key=order))


# --- words


def rows_word(count: int) -> str:
    """Return `1 row` or `12,000 rows`."""
    if count == 1:
        return "1 row"
    return f"{count:,} rows"


def listed(texts: list[str], limit: int = 5) -> str:
    """Return `'A', 'B' and 3 more`."""
    shown = ", ".join(f"'{text}'" for text in texts[:limit])
    if len(texts) > limit:
        return f"{shown} and {len(texts) - limit} more"
    return shown


def model_label(model: str, models: Catalog) -> str:
    """Return Contact for res.partner; the technical name in quotes where this Odoo has no such model."""
    if model not in models:
        return f"'{model}'"
    return models.model(model).label


def field_label(name: str, model: OdooModel) -> str:
    """Return Phone for phone; the technical name where the model has no such field."""
    field = model.field(name)
    if field is None:
        return name
    return field.label
