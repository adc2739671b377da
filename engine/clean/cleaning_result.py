"""What cleaning a sheet gives: batches of rows before and after, and how much was changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pyarrow as pa


@dataclass(frozen=True)
class CleanedBatch:
    """Rows that remain, in source order. `before`: ROW and the source columns, raw. `after`: ROW and all titles,
    cleaned. `could_not`: by title, which cells some step could not convert (bool; only titles with such cells).
    `reasons`: by title, the text that such a cell still holds → why, in plain words.
    """

    before: pa.RecordBatch
    after: pa.RecordBatch
    could_not: Mapping[str, pa.BooleanArray] = field(default_factory=dict)
    reasons: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass
class ColumnReport:
    """`steps`: (slug, cells changed, cells that it could not convert) in their order. `changed`: cells that differ
    from the source in the end; `could_not`: cells that some step could not convert. Rows that remain are counted.
    """

    steps: list[tuple[str, int, int]] = field(default_factory=list)
    changed: int = 0
    could_not: int = 0


@dataclass
class SheetReport:
    """`rows_in`: rows of the working file; `dropped`: by the slug of the step that dropped them; `columns`: by
    title, added ones too. rows_in = rows that remain + all dropped. Complete when the batches are exhausted.
    """

    rows_in: int = 0
    dropped: dict[str, int] = field(default_factory=dict)
    columns: dict[str, ColumnReport] = field(default_factory=dict)

    @property
    def rows_out(self) -> int:
        """Rows that remain."""
        return self.rows_in - sum(self.dropped.values())
