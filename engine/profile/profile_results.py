"""Hold what a profile says: figures per column, and findings with the step that mends each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Severity = Literal["problem", "attention", "info"]

KINDS = (
    "text", "email", "phone", "number", "money", "percent", "date", "datetime",
    "boolean", "code", "country", "state", "url", "postal_code", "list",
)  # fmt: skip
MAX_EXAMPLES = 5
MAX_ROWS = 1000
MAX_TOP = 10


@dataclass(frozen=True)
class Fix:
    """Name a cleaning step by its slug, with the parameters that fit the column."""

    step: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class FindingFacts:
    """Hold something a person should know about a column or about the sheet.

    Attributes:
        slug: Names the kind of finding.
        column: The title of the column; None for the sheet.
        count: How many cells or rows are concerned.
        message: One sentence for a person.
        examples: Up to five texts exactly as they are in the file.
        rows: The first 1,000 of the source row numbers concerned, in ascending order.
        fix: The step that mends it, if there is one.
        safe: Whether the fix cannot change what a cell means under its title, and cannot make a right cell wrong.
        severity: How bad it is.
        means: The kind of values of which all that the fix touches can be read in one way only; "" where not. The fix
            is safe where the title, or the field that the column fills, says that the column is of this kind.
    """

    slug: str
    column: str | None
    count: int
    message: str
    examples: list[str] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    fix: Fix | None = None
    safe: bool = False
    severity: Severity = "attention"
    means: str = ""


@dataclass(frozen=True)
class ColumnFacts:
    """Hold the figures of one column over the data rows; blank, total and footer rows are left out of all of them.

    Attributes:
        title: The column's title.
        position: Its position in the sheet, from 0 on.
        kind: One of KINDS.
        filled: Cells that hold more than spaces.
        distinct: Their different texts exactly as they are (an estimate only where `extra["distinct_estimated"]`).
        min_length: Characters of the shortest filled text.
        max_length: Characters of the longest.
        mean_length: Characters on average, to two decimals.
        top: The ten most frequent texts with their counts.
        patterns: The ten most frequent shapes (`AAA-999`) with their counts.
        minimum: A plain number or an ISO date, "" for kinds without an order or where it is unclear how to read them.
        maximum: The same of the largest or last one.
        could_be_key: Whether it is filled in every row, and nowhere twice.
        extra: Further figures by name, as the detectors of its kind give them.
    """

    title: str
    position: int
    kind: str
    filled: int
    distinct: int
    min_length: int
    max_length: int
    mean_length: float
    top: list[tuple[str, int]]
    patterns: list[tuple[str, int]]
    minimum: str
    maximum: str
    could_be_key: bool
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class SheetProfile:
    """Hold the profile of a sheet.

    `rows` is the number of data rows of the working file, blank, total and footer rows included.
    """

    rows: int
    columns: list[ColumnFacts]
    findings: list[FindingFacts]
