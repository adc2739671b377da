"""Rows that were held back, corrected in Excel and uploaded again: they replace the rows that they correct.

An export writes such rows with their source row number and the reason before the sheet's own columns. An upload with
these two titles is no new sheet but a correction of one, laid over its working file; the upload that it corrects
stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from engine.readers import Unreadable
from engine.sheets.working_file import ROW, WorkingFile, rewrite_working_file

SOURCE_ROW = "Source row"
REASON = "Reason"
TITLES = (SOURCE_ROW, REASON)


def is_correction(titles: Sequence[str]) -> bool:
    """Return whether a table with these titles holds corrected rows."""
    return tuple(titles[:2]) == TITLES


def corrected_titles(titles: Sequence[str], sheet: Sequence[str]) -> list[str]:
    """Return the columns of the correction that are columns of the sheet, if it has all of them; else none."""
    known = set(sheet)
    common = [title for title in titles[2:] if title in known]
    return common if set(common) == known else []


def read_correction(working: WorkingFile, titles: Sequence[str]) -> dict[int, dict[str, str]]:
    """Return the cells of every corrected row by its source row number.

    Raises Unreadable for what is no row number.
    """
    rows: dict[int, dict[str, str]] = {}
    for batch in working.batches([SOURCE_ROW, *titles]):
        for line in batch.to_pylist():
            cells = {title: line[title] for title in titles}
            # Excel keeps blank lines below a table.
            if any(cells.values()):
                rows[_row_number(line[SOURCE_ROW])] = cells
    return rows


def _row_number(text: str) -> int:
    if not text.strip().isdecimal():
        raise Unreadable(f"'{text}' in the column '{SOURCE_ROW}' is no row number; leave that column as it was.")
    return int(text)


def correct(working: WorkingFile, rows: Mapping[int, Mapping[str, str]], path: Path) -> WorkingFile:
    """Write a copy of `working` to `path` in which `rows` replace those with their numbers.

    Raises Unreadable where the sheet has no such row.
    """
    found: set[int] = set()
    corrected = rewrite_working_file(working, path, _corrected_batches(working, rows, found))
    unknown = sorted(set(rows) - found)
    if unknown:
        path.unlink()
        raise Unreadable(f"The corrections name row {unknown[0]}, which the sheet does not have.")
    return corrected


def _corrected_batches(
    working: WorkingFile, rows: Mapping[int, Mapping[str, str]], found: set[int]
) -> Iterator[pa.RecordBatch]:
    """Yield all batches, corrected; the row numbers that occur in them go to `found`."""
    numbers = np.fromiter(rows, np.int32, len(rows))
    for batch in working.batches():
        here = np.flatnonzero(np.isin(batch.column(ROW).to_numpy(), numbers))
        if not len(here):
            yield batch
            continue
        corrected = batch.column(ROW).take(pa.array(here)).to_pylist()
        found.update(corrected)
        cells = map(rows.__getitem__, corrected)
        yield _with_rows(batch, dict(zip(here.tolist(), cells, strict=True)))


def _with_rows(batch: pa.RecordBatch, rows: Mapping[int, Mapping[str, str]]) -> pa.RecordBatch:
    """Return the batch with other cells in some rows, which are given by their positions in the batch."""
    columns = [batch.column(ROW)]
    for title in batch.schema.names[1:]:
        cells = batch.column(title).to_pylist()
        # A column that the correction lacks keeps its cells.
        for place, row in rows.items():
            cells[place] = row.get(title, cells[place])
        columns.append(pa.array(cells, pa.string()))
    return pa.RecordBatch.from_arrays(columns, schema=batch.schema)
