"""What stands in the columns that steps add: figures like a profile's, and their different texts.

A column that a step adds is in no upload, so that no profile knows it. Suggestions and pages need the same of it as of
the columns of the file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from engine.clean.sheet_cleaning import SheetRun
from engine.profile.column_kinds import kind_of
from engine.profile.profile_results import MAX_TOP, ColumnFacts
from engine.values.text_masks import as_patterns, masks
from engine.values.title_hints import says

MOST_SAMPLED = 300  # of the most frequent texts, to tell the column's kind and formats by
MOST_TEXTS = 20_000  # different ones kept, in order of appearance
LONGEST_KEY = 120  # characters; longer texts are descriptions
# An amount or a date may differ in every row, and still names nothing.
_NEVER_KEYS = frozenset(["money", "percent", "date", "datetime", "boolean", "list"])


@dataclass(frozen=True)
class MadeColumn:
    """Hold a column that a step adds: its figures, and its first different filled texts."""

    facts: ColumnFacts
    texts: tuple[str, ...]


def made_titles(run: SheetRun) -> list[str]:
    """Return the titles of the columns that the run's steps add, in order. Raises RecipeError."""
    return [title for title in run.titles if title not in run.working.source_titles]


def made_columns(run: SheetRun) -> dict[str, MadeColumn]:
    """Return what stands in the columns that the run's steps add, by title, from one pass over the rows.

    Raises:
        RecipeError: The recipe does not fit the sheet.
    """
    titles = made_titles(run)
    if not titles:
        return {}
    counted: dict[str, _Counted] = {title: _Counted() for title in titles}
    for batch in run.cells(titles):
        for title, cells in counted.items():
            cells.add(batch.column(title))
    found = {}
    for position, (title, cells) in enumerate(counted.items(), len(run.working.source_titles)):
        found[title] = cells.column(title, position, run.recipe.country)
    return found


class _Counted:
    """Count the different texts of a column."""

    def __init__(self) -> None:
        self.rows = 0
        self._texts = pa.table({"text": pa.array([], pa.string()), "times": pa.array([], pa.int64())})

    def add(self, cells: pa.Array) -> None:
        """Take in a batch."""
        self.rows += len(cells)
        counts = pc.value_counts(cells)
        part = pa.table({"text": counts.field(0), "times": counts.field(1)})
        both = pa.concat_tables([self._texts, part])
        merged = both.group_by("text", use_threads=False).aggregate([("times", "sum")])
        self._texts = merged.rename_columns(["text", "times"])

    def column(self, title: str, position: int, country: str) -> MadeColumn:
        """Return the figures of what was counted."""
        filled = pc.not_equal(pc.utf8_trim_whitespace(self._texts["text"]), "")
        texts = self._texts.filter(filled)
        ordered = texts.take(pa.array(np.argsort(-texts["times"].to_numpy(), kind="stable")))
        sample = _pairs(ordered.slice(0, MOST_SAMPLED))
        kind = kind_of(sample, says(title), country)
        cells = pc.sum(texts["times"]).as_py() or 0
        shortest, longest, mean = _lengths(texts)
        facts = ColumnFacts(
            title=title, position=position, kind=kind, filled=cells, distinct=len(texts),
            min_length=shortest, max_length=longest, mean_length=mean,
            top=sample[:MAX_TOP], patterns=_patterns(sample), minimum="", maximum="",
            could_be_key=self.rows == cells == len(texts) > 1 and kind not in _NEVER_KEYS and longest <= LONGEST_KEY,
        )  # fmt: skip
        return MadeColumn(facts, tuple(texts["text"].slice(0, MOST_TEXTS).to_pylist()))


def _pairs(table: pa.Table) -> list[tuple[str, int]]:
    return list(zip(table["text"].to_pylist(), table["times"].to_pylist(), strict=True))


def _lengths(texts: pa.Table) -> tuple[int, int, float]:
    """Return the characters of the shortest and the longest text, and of a filled cell on average."""
    if not len(texts):
        return 0, 0, 0.0
    lengths = pc.utf8_length(texts["text"]).to_numpy()
    mean = float(np.average(lengths, weights=texts["times"].to_numpy()))
    return int(lengths.min()), int(lengths.max()), round(mean, 2)


def _patterns(sample: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
    """Return the most frequent shapes of the sampled texts (`AAA-999`)."""
    shapes = as_patterns(masks(pa.array([text for text, _ in sample], pa.string())))
    counts: dict[str, int] = {}
    for shape, (_, count) in zip(shapes.to_pylist(), sample, strict=True):
        counts[shape] = counts.get(shape, 0) + count
    return sorted(counts.items(), key=_by_count)[:MAX_TOP]


def _by_count(counted: tuple[str, int]) -> tuple[int, str]:
    return -counted[1], counted[0]
