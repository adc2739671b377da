"""Text that a program wrote as a formula, so that spreadsheets keep its zeros: ="00123" is shown as 00123."""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from engine.readers.raw_sheet import SheetNotes

_BEGIN = '="'
_GUARD = r'^="(?P<text>(?:[^"]|"")*)"$'
_EXAMPLES = 20  # that are looked at for a note


def without_guards(columns: list[pa.Array], before: int, notes: SheetNotes) -> list[pa.Array]:
    """Return the columns of some rows, which follow `before` others, with the text instead of such formulas."""
    found, rows, examples = list[pa.Array](), list[int](), list[str]()
    for column in columns:
        guarded = _guarded_cells(column)
        if guarded is not None:
            cells = column.filter(guarded)
            texts = pc.extract_regex(cells, _GUARD).field("text")
            column = pc.replace_with_mask(column, guarded, pc.replace_substring(texts, '""', '"'))
            rows += (np.flatnonzero(np.asarray(guarded)) + before + 1).tolist()
            examples += cells[:_EXAMPLES].to_pylist()
        found.append(column)
    if rows:
        notes["formula_guards"].add_all(sorted(rows), examples)
    return found


def without_guard(text: str, row: int, notes: SheetNotes) -> str:
    """Return one cell of a row without such a formula around it."""
    guarded = re.fullmatch(_GUARD, text) if text.startswith(_BEGIN) else None
    if guarded is None:
        return text
    notes["formula_guards"].add(row, text)
    return guarded["text"].replace('""', '"')


def _guarded_cells(column: pa.StringArray) -> pa.BooleanArray | None:
    """Return which cells are such formulas, None for none."""
    if not pc.any(pc.starts_with(column, _BEGIN)).as_py():
        return None
    guarded = pc.match_substring_regex(column, _GUARD)
    return guarded if pc.any(guarded).as_py() else None
