"""Steps that make columns of columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pyarrow as pa

from engine.steps.pandas_step import SeriesStep
from engine.steps.step import ColumnStep, Context, Example, Outcome
from engine.steps.step_parameters import Param
from engine.steps.text_steps import EDGES

if TYPE_CHECKING:
    import pandas as pd


class SplitColumn(ColumnStep):
    """Copy the parts of a cell to new columns; the last one takes what is left. The column itself stays."""

    slug = "split_column"
    label = "Split into columns"
    help = "Copies the parts of a text, such as 'Boston, MA', into columns of their own; the column itself stays."
    group = "value"
    phase = "parts"
    kernel = True
    splits = True
    params = (
        Param("separator", "text", "What stands between the parts", default=","),
        Param("into", "new_columns", "New columns", required=True),
    )
    examples = (
        Example(
            ("Boston, MA", "Rome", "a,b,c", ""),
            ("Boston, MA", "Rome", "a,b,c", ""),
            {"into": ["City", "State"]},
            added={"City": ("Boston", "Rome", "a", ""), "State": ("MA", "", "b,c", "")},
        ),
    )
    separator: str
    into: tuple[str, ...]

    def apply(self, values: pa.Array, context: Context) -> Outcome:
        """Split each distinct cell once."""
        encoded = values.dictionary_encode()
        parts = [self._parts(text) for text in encoded.dictionary.to_pylist()]
        added = {}
        for place, title in enumerate(self.into):
            cells = [row[place] for row in parts]
            added[title] = pa.array(cells, pa.string()).take(encoded.indices)
        return Outcome(values, added=added)

    def _parts(self, text: str) -> list[str]:
        """Return as many parts as there are new columns."""
        parts = [part.strip(EDGES) for part in text.split(self.separator, len(self.into) - 1)]
        # A cell with fewer parts than there are columns leaves the last ones empty.
        return parts + [""] * (len(self.into) - len(parts))


class CombineColumns(SeriesStep):
    """Join this column and `columns`, empty cells left out, into the new column `into`."""

    slug = "combine_columns"
    label = "Join columns"
    help = "Joins this column and others, such as street and number, in a new column; the columns themselves stay."
    group = "value"
    params = (
        Param("columns", "columns", "Columns that follow", required=True),
        Param("separator", "text", "What stands between them", default=" "),
        Param("into", "new_column", "New column", required=True),
    )
    examples = (
        Example(
            ("Main St", "", "Elm"),
            ("Main St", "", "Elm"),
            {"columns": ["No"], "into": "Address"},
            others={"No": ("5", "7", "")},
            added={"Address": ("Main St 5", "7", "Elm")},
        ),
    )
    columns: tuple[str, ...]
    separator: str
    into: str

    def outcome(self, values: pa.Array, made: pa.Array) -> Outcome:
        """Keep the column, and add what was made as a new one."""
        return Outcome(values, added={self.into: made})

    def series(self, column: pd.Series[str], others: Mapping[str, pd.Series[str]]) -> pd.Series[str]:
        """Join column after column, the separator only where both sides hold something."""
        for title in self.columns:
            both = (column != "") & (others[title] != "")
            # Mapping gives Python objects; without the cast, the sum would be a column of them too.
            column = column + both.map({True: self.separator, False: ""}).astype(column.dtype) + others[title]
        return column


STEPS = (SplitColumn, CombineColumns)
