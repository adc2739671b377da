"""Steps that make columns of columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import pyarrow as pa

from engine.steps.pandas_step import SeriesStep
from engine.steps.pattern_steps import CELL_SECONDS, SLOW_CELLS, TOO_SLOW, compiled
from engine.steps.reading_step import by_row
from engine.steps.step import ColumnStep, Context, Example, Outcome
from engine.steps.step_parameters import Param, StepError
from engine.steps.text_steps import EDGES
from engine.values import NotRead

if TYPE_CHECKING:
    import pandas as pd


class SplitColumn(ColumnStep):
    """Copy the parts of a cell to new columns; the last one takes what is left. The column itself stays.

    With `pattern` the parts are what its groups find, one for each column; cells that it does not fit are listed.
    """

    slug = "split_column"
    label = "Split into columns"
    help = "Copies the parts of a text, such as 'Boston, MA', into columns of their own; the column itself stays."
    group = "value"
    phase = "parts"
    kernel = True
    params = (
        Param("separator", "text", "What stands between the parts", default=","),
        Param(
            "pattern", "text", "Or a pattern of the whole text",
            help="For those who know patterns: what stands in each ( ) goes to a column of its own: (\\d+) (.+)",
        ),
        Param("into", "new_columns", "New columns", required=True, help="Their names, one a line."),
    )  # fmt: skip
    examples = (
        Example(
            ("Boston, MA", "Rome", "a,b,c", ""),
            ("Boston, MA", "Rome", "a,b,c", ""),
            {"into": ["City", "State"]},
            added={"City": ("Boston", "Rome", "a", ""), "State": ("MA", "", "b,c", "")},
        ),
        Example(
            ("12 x 30 cm", "wide", ""),
            ("12 x 30 cm", "wide", ""),
            {"pattern": r"(\d+) x (\d+) cm", "into": ["Width", "Length"]},
            (1,),
            added={"Width": ("12", "", ""), "Length": ("30", "", "")},
        ),
    )
    separator: str
    pattern: str | None
    into: tuple[str, ...]

    def validate(self) -> None:
        """Compile the pattern, which needs a group for every column. Raises StepError."""
        if not self.pattern:
            return
        self._pattern = compiled(self.slug, self.pattern)
        if self._pattern.groups != len(self.into):
            raise StepError(
                f"The pattern has {self._pattern.groups} parts in ( ), and there are {len(self.into)} new columns."
            )

    def replaces(self, title: str) -> tuple[str, ...]:
        """Return the column itself; what a pattern leaves out of its groups is in the column alone."""
        return () if self.pattern else (title,)

    def apply(self, values: pa.Array, context: Context) -> Outcome:
        """Split each distinct cell once."""
        if self.pattern:
            return by_row([values], self._by_pattern(), self.into)
        encoded = values.dictionary_encode()
        parts = [self._parts(text) for text in encoded.dictionary.to_pylist()]
        added = {}
        for place, title in enumerate(self.into):
            cells = [row[place] for row in parts]
            added[title] = pa.array(cells, pa.string()).take(encoded.indices)
        return Outcome(values, added=added)

    def _parts(self, text: str) -> list[str]:
        """Return as many parts as there are new columns."""
        parts = [text]
        if self.separator:
            parts = text.split(self.separator, len(self.into) - 1)
        parts = [part.strip(EDGES) for part in parts]
        # A cell with fewer parts than there are columns leaves the last ones empty.
        return parts + [""] * (len(self.into) - len(parts))

    def _by_pattern(self) -> Callable[[str], tuple[str, ...]]:
        """Return the function that takes a text apart; after some slow texts it answers without trying."""
        slow = 0

        def parts(text: str) -> tuple[str, ...]:
            nonlocal slow
            if slow >= SLOW_CELLS:
                raise NotRead(TOO_SLOW)
            try:
                found = self._pattern.fullmatch(text.strip(EDGES), timeout=CELL_SECONDS)
            except TimeoutError:
                slow += 1
                raise NotRead(TOO_SLOW) from None
            if found is None:
                raise NotRead("the pattern does not fit it")
            return (text, *[group or "" for group in found.groups()])

        return parts


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
