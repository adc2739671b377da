"""What a profile says: figures per column, and findings with the step that mends each."""

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
    """A cleaning step by its slug, with the parameters that fit the column."""

    step: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class FindingFacts:
    """Something a person should know about a column, or about the sheet (`column` is None).

    `count` cells or rows are concerned, `rows` holds the first 1,000 of their source row numbers in ascending
    order, `examples` up to five texts as they stand in the file. `safe`: the fix cannot lose anything and
    guesses nothing.
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


@dataclass(frozen=True)
class ColumnFacts:
    """Figures of one column over the data rows; blank, total and footer rows are left out of all of them.

    `filled` cells hold more than spaces, `distinct` counts their different texts exactly as they stand (an
    estimate only where `extra["distinct_estimated"]`), lengths are in characters. `top` and `patterns` are the
    ten most frequent texts and shapes (`AAA-999`) with their counts. `minimum` and `maximum` are plain numbers
    or ISO dates, "" for kinds without an order or where it is not known how to read them.
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
    """`rows` is the number of data rows of the working file, blank, total and footer rows included."""

    rows: int
    columns: list[ColumnFacts]
    findings: list[FindingFacts]
