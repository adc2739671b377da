"""A working file in which the names of groups are columns of the rows below them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from engine.sheets.sheet_outline import names_by_row, outline_of
from engine.sheets.working_file import ROW, WorkingFile


class GroupedFile(WorkingFile):
    """Read the working file at `path` with further columns in front: the groups that each row lies in.

    The file itself has all rows as before: names of groups and totals are left out by the step that asks for this.
    """

    def __init__(self, path: Path, added: Sequence[str]) -> None:
        """Take the titles of the new columns, the outermost group first; with one title, the innermost one counts."""
        super().__init__(path)
        self._source = self.titles
        self._added = tuple(added)
        self.titles = (*self._added, *self._source)

    @property
    def source_titles(self) -> tuple[str, ...]:
        """Return the titles of the columns that the file itself has."""
        return self._source

    @property
    def schema(self) -> pa.Schema:
        """Return ROW and all titles, with the sheet's facts as metadata."""
        fields = [(title, pa.string()) for title in self._added]
        return pa.schema([self._schema.field(ROW), *fields, *list(self._schema)[1:]], self._schema.metadata)

    def batches(self, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        """Yield all rows in order, the new columns among `columns` as well."""
        for batch in super().batches(self._of_source(columns)):
            yield self._with_groups(batch, columns)

    def page(self, start: int, count: int, columns: Sequence[str] | None = None) -> pa.Table:
        """Return `count` rows from position `start` (from 0) on, fewer at the end."""
        return self._table(super().page(start, count, self._of_source(columns)), columns)

    def take(self, positions: Sequence[int], columns: Sequence[str] | None = None) -> pa.Table:
        """Return the rows at these positions (from 0), in the order given. Raises IndexError outside the file."""
        return self._table(super().take(positions, self._of_source(columns)), columns)

    def _of_source(self, columns: Sequence[str] | None) -> list[str]:
        """Return those of the columns that the file has."""
        wanted = self.titles if columns is None else columns
        return [title for title in wanted if title not in self._added]

    def _table(self, table: pa.Table, columns: Sequence[str] | None) -> pa.Table:
        batches = [self._with_groups(batch, columns) for batch in table.combine_chunks().to_batches()]
        if batches:
            return pa.Table.from_batches(batches)
        wanted = self.titles if columns is None else columns
        return pa.schema(map(self.schema.field, [ROW, *wanted]), self._schema.metadata).empty_table()

    def _with_groups(self, batch: pa.RecordBatch, columns: Sequence[str] | None) -> pa.RecordBatch:
        """Return the batch with those of the new columns that are asked for, in the order asked for."""
        wanted = self.titles if columns is None else columns
        places = pa.array(np.searchsorted(self._rows, batch.column(ROW).to_numpy()))
        arrays = [batch.column(ROW)]
        for title in wanted:
            if title in self._names:
                arrays.append(self._names[title].take(places))
            else:
                arrays.append(batch.column(title))
        schema = pa.schema(map(self.schema.field, [ROW, *wanted]), batch.schema.metadata)
        return pa.RecordBatch.from_arrays(arrays, schema=schema)

    @cached_property
    def _rows(self) -> npt.NDArray[np.int32]:
        """The source row of each row."""
        outline = outline_of(self)
        if outline is None:
            first = self.shape_notes["shape"]["first_data_row"]
            return np.arange(first, first + self.num_rows, dtype=np.int32)
        return outline.rows

    @cached_property
    def _names(self) -> dict[str, pa.Array]:
        """The new columns of the whole sheet, by title."""
        outline = outline_of(self)
        names = names_by_row(outline, max(outline.levels, 1)) if outline else []
        # Inner groups first: with fewer titles than levels, the outer levels have none.
        columns = dict(zip(reversed(self._added), reversed(names), strict=False))
        found = {}
        for title in self._added:
            empty = np.full(self.num_rows, "", object)
            found[title] = pa.array(columns.get(title, empty), pa.string())
        return found


def grouped(working: WorkingFile, titles: Sequence[str]) -> WorkingFile:
    """Return the working file with columns for the names of groups; the same where it has them, or none is asked for.

    A title that the sheet has already is left to whoever checks the recipe.
    """
    if not titles or set(titles) & set(working.titles):
        return working
    return GroupedFile(working.path, titles)
