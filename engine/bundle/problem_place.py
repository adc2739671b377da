"""Where in a recipe something stands, so that a problem can say it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engine.bundle.bundle_report import Problem


@dataclass(frozen=True)
class Place:
    """A sheet, and the model that it fills where one is meant."""

    sheet: str = ""
    source: str = ""
    model: str = ""

    def blocking(self, kind: str, message: str, **more: Any) -> Problem:
        return Problem(kind, "blocking", message, self.sheet, self.source, **{"model": self.model, **more})

    def warning(self, kind: str, message: str, **more: Any) -> Problem:
        return Problem(kind, "warning", message, self.sheet, self.source, **{"model": self.model, **more})


def rows_word(count: int) -> str:
    """`1 row`, `12,000 rows`."""
    return "1 row" if count == 1 else f"{count:,} rows"


def listed(texts: list[str], limit: int = 5) -> str:
    """`'A', 'B' and 3 more`."""
    shown = ", ".join(f"'{text}'" for text in texts[:limit])
    return f"{shown} and {len(texts) - limit} more" if len(texts) > limit else shown
