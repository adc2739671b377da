"""Steps on rows of raw text: blank and total rows dropped, cells filled from above, the title rows chosen."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from engine.sheets.row_kinds import Mask, RowKinds
from engine.steps.empty_steps import is_blank
from engine.steps.step import Param, RowExample, RowStep, StepError


class RowDrop(RowStep):
    """A step that drops rows by their kind."""

    stage = "raw"

    @abstractmethod
    def dropped(self, kinds: RowKinds) -> Mask:
        """The rows of a batch to drop."""


class DropBlankRows(RowDrop):
    """Drops rows in which every cell is empty or holds spaces only."""

    slug = "drop_blank_rows"
    label = "Drop empty rows"
    help = "Leaves out rows in which every cell is empty."
    safe = True
    examples = (RowExample(("A", "B"), (("1", ""), ("", " "), ("", "2")), (("1", ""), ("", "2"))),)

    def dropped(self, kinds: RowKinds) -> Mask:
        return kinds.blank


class DropTotalRows(RowDrop):
    """Drops rows of totals and subtotals and, unless `footers` is off, notes below the table."""

    slug = "drop_total_rows"
    label = "Drop total rows"
    help = "Leaves out rows of totals and subtotals, and notes below the table."
    params = (Param("footers", "boolean", "Notes below the table too", default=True),)
    examples = (
        RowExample(
            ("Customer", "Amount"),
            (("Acme", "10"), ("Beta", "20"), ("Total", "30")),
            (("Acme", "10"), ("Beta", "20")),
        ),
    )
    footers: bool

    def dropped(self, kinds: RowKinds) -> Mask:
        return kinds.total | kinds.footer if self.footers else kinds.total


class FillDown(RowStep):
    """Puts the value above into empty cells of `columns`. It never fills past a total or into an empty row. Among
    a column's own steps it may stand without `columns` and fills that column.
    """

    slug = "fill_down"
    label = "Fill down"
    help = "Fills empty cells with the value above, as in a report that prints a customer only once; stops at totals."
    group = "empty"
    stage = "raw"
    params = (Param("columns", "columns", "Columns to fill", required=True),)
    examples = (
        RowExample(
            ("Customer", "No", "Amount"),
            (("C1", "1", "5"), ("", "2", "6"), ("Total C1", "", "11"), ("", "3", "7"), ("C2", "4", "8")),
            (("C1", "1", "5"), ("C1", "2", "6"), ("Total C1", "", "11"), ("", "3", "7"), ("C2", "4", "8")),
            {"columns": ["Customer"]},
        ),
    )
    columns: tuple[str, ...]

    def reads(self, titles: Sequence[str]) -> tuple[str, ...]:
        return self.columns


def filled_down(values: pa.Array, blank: Mask, stops: Mask, above: str) -> tuple[pa.Array, pa.Array]:
    """A batch of a column with its empty cells filled, and what each of its rows hands down to the next ("" for
    nothing). `above` is what the row before the batch handed down; nothing is handed past the rows in `stops`, and
    rows that are wholly `blank` stay so.
    """
    empty = is_blank(values).to_numpy(zero_copy_only=False)
    rows = np.arange(len(values))
    source = np.maximum.accumulate(np.where(~empty | stops, rows, -1))
    carried = pa.concat_arrays([pc.if_else(pa.array(stops), "", values), pa.array([above], pa.string())])
    handed = carried.take(pa.array(np.where(source < 0, len(values), source)))
    fill = empty & ~stops & ~blank & (pc.not_equal(handed, "")).to_numpy(zero_copy_only=False)
    return pc.if_else(pa.array(fill), handed, values), handed


class HeaderStep(RowStep):
    """A step that says where the table's titles are; it is in force before any row is read."""

    stage = "header"


class PromoteHeader(HeaderStep):
    """The titles stand on the source rows `rows`; the same as `header` in a recipe."""

    slug = "promote_header"
    label = "Choose the title rows"
    help = (
        "Says on which rows of the sheet the column titles stand; the rows above are left out. For recipes; on the "
        "pages, choose them beside the file."
    )
    params = (Param("rows", "words", "Rows of the sheet that hold the titles", required=True),)
    rows: tuple[str, ...]

    def validate(self) -> None:
        if not all(row.isascii() and row.isdigit() and 0 < int(row) < 10**7 for row in self.rows):
            raise StepError("The step promote_header needs the numbers of the title rows, such as 4 or 4, 5.")

    @property
    def numbers(self) -> tuple[int, ...]:
        """Source row numbers, in order."""
        return tuple(sorted({int(row) for row in self.rows}))


STEPS = (DropBlankRows, DropTotalRows, FillDown, PromoteHeader)
