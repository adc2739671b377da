"""Cells of a workbook, some thousand at a time: first what they hold, then what they show, then rows of text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from engine.readers.number_formats import NumberFormat, compiled
from engine.readers.reader import Notes, Room, damaged
from engine.readers.row_spool import BATCH_CELLS, BATCH_ROWS, Spool
from engine.readers.text_column import Integers, Texts
from engine.readers.workbook_numbers import dates, iso, plain
from engine.values.text_masks import offsets

TEXT, NUMBER, BOOLEAN, ERROR, DATE = range(5)  # what a cell holds; DATE is a date written as ISO text
LAST_ROW = 2**20  # of a sheet, in every program
_FEW = 20  # examples that are looked at


@dataclass(frozen=True)
class Cells:
    """`rows` from 1, `columns` from 0, what they hold (TEXT …), their style's place in the workbook's list, and
    their texts: first as stored, later as shown. One entry per cell.
    """

    rows: Integers
    columns: Integers
    holds: Integers
    styles: Integers
    texts: Texts


@dataclass(frozen=True)
class Showing:
    """How a workbook shows its cells: the number format code of every style, and where its dates begin."""

    codes: Sequence[str]
    date1904: bool = False

    @cached_property
    def _formats(self) -> tuple[list[NumberFormat], Integers]:
        """The different formats, and the place of each style's format among them; -1 for an unknown style."""
        different = {code: place for place, code in enumerate(dict.fromkeys(self.codes))}
        form_of = [*(different[code] for code in self.codes), -1]
        return [compiled(code) for code in different], np.array(form_of, np.int64)

    def show(self, cells: Cells, notes: Notes) -> None:
        """Turn the stored texts of the cells into those that they show."""
        for holds, show in ((NUMBER, self._numbers), (BOOLEAN, _booleans), (ERROR, _errors), (DATE, _iso_dates)):
            places = np.flatnonzero(cells.holds == holds)
            if len(places):
                show(cells, places, notes)

    def _numbers(self, cells: Cells, places: Integers, notes: Notes) -> None:
        texts = plain(cells.texts.some(places))
        cells.texts.put(places, texts)
        formats, form_of = self._formats
        styles = cells.styles[places]
        used = form_of[np.where(styles < len(self.codes), styles, -1)]
        for form in np.unique(used[used >= 0]):
            if not formats[form].plain:
                mine = np.flatnonzero(used == form)
                shown = self._formatted(formats[form], texts.take(pa.array(mine)), cells.rows[places[mine]], notes)
                cells.texts.put(places[mine], shown)

    def _formatted(self, form: NumberFormat, texts: pa.StringArray, rows: Integers, notes: Notes) -> pa.StringArray:
        if form.kind != "number":
            return dates(texts, form.kind, self.date1904)
        shown, hidden = form.shown(texts)
        more = np.flatnonzero(np.asarray(hidden))
        if len(more):
            examples = shown.take(pa.array(more[:_FEW])).to_pylist()
            notes["hidden_digits"].add_all(rows[more].tolist(), examples)
        return shown


def _booleans(cells: Cells, places: Integers, notes: Notes) -> None:
    yes = pc.is_in(cells.texts.some(places), pa.array(["1", "true", "TRUE"]))
    cells.texts.put(places, pc.if_else(yes, "TRUE", "FALSE"))


def _errors(cells: Cells, places: Integers, notes: Notes) -> None:
    notes["formula_errors"].add_all(cells.rows[places].tolist(), cells.texts.some(places[:_FEW]).to_pylist())


def _iso_dates(cells: Cells, places: Integers, notes: Notes) -> None:
    cells.texts.put(places, pa.array([iso(text) for text in cells.texts.some(places).to_pylist()], pa.string()))


class Grid:
    """Puts cells that come row by row into a spool, with the empty cells between them."""

    def __init__(self, name: str, room: Room) -> None:
        self.spool: Spool = room.spool()
        self._name, self._room = name, room

    def add(self, cells: Cells) -> None:
        """Raises Unreadable beyond the limits, and where rows come twice or out of order."""
        pool, at = cells.texts.pooled()
        sizes = np.diff(offsets(pool))[at]
        filled = np.flatnonzero(sizes)
        if not len(filled):
            return
        self._room.check_bytes(self._name, int(sizes.sum(dtype=np.int64)))
        rows, columns = cells.rows[filled], cells.columns[filled]
        last = int(rows[-1])
        if (np.diff(rows) < 0).any() or rows[0] <= self.spool.num_rows or last > LAST_ROW or columns.min() < 0:
            raise damaged(self._name, f"row {rows[0]} after row {self.spool.num_rows}, last {last}")
        width = max(int(columns.max()) + 1, self.spool.width)
        self._room.check(self._name, last, width)
        self.spool.blank(int(rows[0]) - 1 - self.spool.num_rows)
        self._fill(rows, columns, at[filled], pa.concat_arrays([pool, pa.array([""], pa.string())]), width)

    def _fill(self, rows: Integers, columns: Integers, at: Integers, pool: pa.StringArray, width: int) -> None:
        """Some rows at a time: a sheet may hold two cells a million rows apart."""
        size = min(BATCH_ROWS, max(1, BATCH_CELLS // width))
        while (first := self.spool.num_rows + 1) <= rows[-1]:
            stop = min(first + size - 1, int(rows[-1]))
            start, end = np.searchsorted(rows, [first, stop + 1])
            places = np.full((width, stop - first + 1), len(pool) - 1)
            places[columns[start:end], rows[start:end] - first] = at[start:end]
            self.spool.append([pool.take(pa.array(places[column])) for column in range(width)])
