"""The base of steps written in pandas: a column as a Series of text, over the same memory as the Arrow array.

This is the easiest way to write a step that compares or joins whole columns. pandas is imported when the first such
step runs: the commands that clean nothing should not wait for it.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING

import pyarrow as pa

from engine.steps.step import ColumnStep, Context, Outcome
from engine.steps.text_steps import EDGES

if TYPE_CHECKING:
    import pandas as pd


class SeriesStep(ColumnStep):
    """Make a Series of a column's Series: `series` never changes what it is given."""

    kernel = True

    def apply(self, values: pa.Array, context: Context) -> Outcome:
        """Call `series` with the column and those that the step reads."""
        others = {title: as_series(context.others[title]) for title in self.reads()}
        return self.outcome(values, as_array(self.series(as_series(values), others)))

    def outcome(self, values: pa.Array, made: pa.Array) -> Outcome:
        """Return what becomes of the column `values` and the Series that was made: by default that is the column."""
        return Outcome(made)

    @abstractmethod
    def series(self, column: pd.Series[str], others: Mapping[str, pd.Series[str]]) -> pd.Series[str]:
        """Return `column` converted; `others` are the columns that the step reads, cleaned, by title. Blanks are ""."""


def as_series(values: pa.Array) -> pd.Series[str]:
    """Return the array as an Arrow-backed Series, without a copy."""
    import pandas as pd

    return pd.Series(pd.arrays.ArrowExtensionArray(values))


def as_array(series: pd.Series[str]) -> pa.Array:
    """Return the Series' cells as one Arrow array of text."""
    made = pa.array(series.array, pa.string())
    # Some of pandas' operations give their answer in chunks.
    if isinstance(made, pa.ChunkedArray):
        return made.combine_chunks()
    return made


def blank(series: pd.Series[str]) -> pd.Series[bool]:
    """Return which cells hold nothing but spaces."""
    return series.str.strip(EDGES) == ""
