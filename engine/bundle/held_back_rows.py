"""Rows that are held back, in a form that can be corrected and uploaded again.

Each has its source row and the reason, then its cells as they were uploaded, so that the same recipe can be
applied again. An empty cell that cleaning filled (from the row above, say) has the filled text: alone in a file
the row could not be filled any more. Columns that steps add are left out, since the steps will add them again; the
place of a line among the rows of its parent is kept, so that the line keeps its name.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from engine.bundle.added_columns import LineNumber
from engine.bundle.bundle_plan import PlannedSheet
from engine.bundle.cleaned_spool import Positions
from engine.bundle.row_verdicts import RowIssue
from engine.bundle.survey import Survey
from engine.sheets.corrections import TITLES

Note = tuple[Positions, list[str]]


def titles(sheet: PlannedSheet) -> list[str]:
    """The titles of the file, the bridge's own first."""
    taken = set(_columns(sheet))
    own = [title if title not in taken else f"{title} (held back)" for title in TITLES]
    return [*own, *_columns(sheet)]


def _columns(sheet: PlannedSheet) -> list[str]:
    numbers = {one.title for one in sheet.columns.added if isinstance(one, LineNumber)}
    own = numbers | set(sheet.sheet.working.titles)
    return [title for title in sheet.columns.titles if title in own]


def held_back_columns(
    survey: Survey, issues: Sequence[RowIssue], positions: Positions, cleaned: pa.Table, notes: Note
) -> list[pa.Array]:
    """The columns of the file for the rows at `positions`. `cleaned`: their cleaned cells, `notes`: what is wrong with
    the rows themselves.
    """
    rows = survey.rows[positions]
    source = [title for title in _columns(survey.planned) if title in survey.planned.sheet.working.titles]
    raw = survey.planned.sheet.working.find(rows.tolist(), source)
    why = _reasons(issues, positions, cleaned, notes)
    cells = []
    for title in _columns(survey.planned):
        cell = _one(cleaned[title])
        cells.append(_filled(_one(raw[title]), cell) if title in source else cell)
    return [pa.array(rows).cast(pa.string()), pa.array(why, pa.string()), *cells]


def _one(column: pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)


def _filled(raw: pa.Array, cleaned: pa.Array) -> pa.Array:
    return pc.if_else(pc.equal(raw, ""), cleaned, raw)


def _reasons(
    issues: Sequence[RowIssue], positions: Positions, cleaned: pa.Table, notes: Note
) -> npt.NDArray[np.object_]:
    """Why each row is held back: what is wrong with itself, then what other rows make wrong of it."""
    reasons = np.full(len(positions), "", dtype=object)
    reasons[np.searchsorted(positions, notes[0])] = notes[1]
    for issue in issues:
        first, last = np.searchsorted(issue.positions, (positions[0], positions[-1] + 1))
        places = np.searchsorted(positions, issue.positions[first:last])
        cells = cleaned[issue.column].take(pa.array(places)).to_pylist()
        for place, cell in zip(places.tolist(), cells, strict=True):
            reasons[place] = f"{reasons[place]}; {issue.why(cell)}" if reasons[place] else issue.why(cell)
    return reasons
