"""Steps on empty cells: what counts as empty, and what fills it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from engine.steps.pandas_step import SeriesStep, blank
from engine.steps.step import ColumnStep, Context, Example, Outcome
from engine.steps.step_parameters import Param
from engine.steps.text_steps import EDGES

if TYPE_CHECKING:
    import pandas as pd

# `NA` is not among them: Namibia, and sodium.
EMPTY_WORDS = ("N/A", "n.a.", "-", "--", "none", "null", "#N/A", "TBD", "k.A.")


def is_blank(values: pa.Array) -> pa.Array:
    """Return which cells hold nothing but spaces (bool)."""
    return pc.equal(pc.utf8_trim(values, EDGES), "")


class ClearEmptyWords(ColumnStep):
    """Empty cells that hold one of `words` and nothing else, in any case."""

    slug = "empty_words"
    label = "Empty the words that mean nothing"
    help = "Empties cells that say N/A, none or TBD; look at the list of words, since NA can be Namibia."
    group = "empty"
    phase = "empty"
    safe = True
    params = (Param("words", "words", "Words that mean empty", default=EMPTY_WORDS),)
    examples = (
        Example(("N/A", "n/a ", "-", "NA", "Nonesuch", ""), ("", "", "", "NA", "Nonesuch", "")),
        Example(("unbekannt", "-"), ("", "-"), {"words": ["Unbekannt"]}),
    )
    words: tuple[str, ...]

    def validate(self) -> None:
        """Hold the words as cells are compared with them: without spaces around, folded."""
        self._empty = frozenset(word.strip(EDGES).casefold() for word in self.words)
        self._longest = max(map(len, self._empty), default=0)

    def apply(self, values: pa.Array, context: Context) -> Outcome:
        """Look at each distinct text that is no longer than the longest word."""
        # Case folding never makes a text shorter, so a longer one is none of the words. Of a million phone numbers that
        # leaves a few hundred to look at.
        trimmed = pc.utf8_trim(values, EDGES)
        short = pc.less_equal(pc.utf8_length(trimmed), self._longest)
        texts = pc.unique(trimmed.filter(short)).to_pylist()
        words = [text for text in texts if text.casefold() in self._empty]
        if not words:
            return Outcome(values)
        return Outcome(pc.if_else(pc.is_in(trimmed, pa.array(words, pa.string())), "", values))


class DefaultIfEmpty(ColumnStep):
    """Put `value` into empty cells, and into those that hold only spaces."""

    slug = "default_if_empty"
    label = "Fill empty cells"
    help = "Puts the same text into every empty cell."
    group = "empty"
    kernel = True
    # Not safe: afterwards nobody can tell which cells were empty.
    params = (Param("value", "text", "Text", required=True),)
    examples = (Example(("", "BE", "  "), ("US", "BE", "US"), {"value": "US"}),)
    value: str

    def apply(self, values: pa.Array, context: Context) -> Outcome:
        return Outcome(pc.if_else(is_blank(values), self.value, values))


class Coalesce(SeriesStep):
    """Fill empty cells with the first filled one of `columns`, in their order."""

    slug = "coalesce"
    label = "Fill empty cells from other columns"
    help = "Fills empty cells with what another column holds in the same row."
    group = "empty"
    params = (Param("columns", "columns", "Columns to take from, the best first", required=True),)
    examples = (
        Example(
            ("1", "", "", ""),
            ("1", "2", "3", ""),
            {"columns": ["Mobile", "Fax"]},
            others={"Mobile": ("9", "2", " ", ""), "Fax": ("8", "7", "3", "")},
        ),
    )
    columns: tuple[str, ...]

    def series(self, column: pd.Series[str], others: Mapping[str, pd.Series[str]]) -> pd.Series[str]:
        """Fill from one column after the other, so that the first filled one counts."""
        for title in self.columns:
            # A cell of spaces in the other column fills nothing.
            column = column.mask(blank(column) & ~blank(others[title]), others[title])
        return column


class MarkFilled(SeriesStep):
    """Write 1 to a new column where this column or one of `columns` is filled, and 0 where none is."""

    slug = "mark_filled"
    label = "Mark rows where it is filled"
    help = "Writes 1 into a new column where this column or another one is filled, else 0."
    group = "empty"
    params = (
        Param("columns", "columns", "Further columns, of which one is enough", default=()),
        Param("into", "new_column", "New column", required=True),
    )
    examples = (
        Example(
            ("30", "", ""),
            ("30", "", ""),
            {"columns": ["Sales account"], "into": "Customer"},
            others={"Sales account": ("200", "200", " ")},
            added={"Customer": ("1", "1", "0")},
        ),
    )
    columns: tuple[str, ...]
    into: str

    def outcome(self, values: pa.Array, made: pa.Array) -> Outcome:
        """Keep the column, and add what was made as a new one."""
        return Outcome(values, added={self.into: made})

    def series(self, column: pd.Series[str], others: Mapping[str, pd.Series[str]]) -> pd.Series[str]:
        """Look at one column after the other."""
        filled = ~blank(column)
        for title in self.columns:
            filled = filled | ~blank(others[title])
        return filled.map({True: "1", False: "0"}).astype(column.dtype)


STEPS = (ClearEmptyWords, DefaultIfEmpty, Coalesce, MarkFilled)
