"""Keys and external IDs of whole columns, as 64-bit hashes: a million records fit into a few megabytes.

What an ID looks like is decided in `odoo_migrate.project.external_ids` alone; here the same rendering runs on columns,
and only what is not ASCII goes through it cell by cell. Hashes are compared within one run, never stored.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from odoo_migrate.project.external_ids import ALLOWED, KEY_SEPARATOR, MAX_LENGTH, Pattern, rendered

Hashes = npt.NDArray[np.uint64]
Marks = npt.NDArray[np.bool_]


def hashes(cells: pl.Series) -> Hashes:
    """One hash per cell; equal cells have equal hashes in every column and batch of this process."""
    return cells.hash().to_numpy()


def key_text(frame: pl.DataFrame, columns: Sequence[str]) -> pl.Series:
    """The cells of a key as one text."""
    return frame.select(pl.concat_str(columns, separator=KEY_SEPARATOR)).to_series()


def key_hashes(frame: pl.DataFrame, columns: Sequence[str]) -> Hashes:
    """The hash of every row's key; for a key of one column it is the hash of its cell."""
    return hashes(key_text(frame, columns))


def content_hashes(frame: pl.DataFrame, columns: Sequence[str]) -> Hashes:
    """The hash of all these cells of every row."""
    if not columns:
        return np.zeros(len(frame), dtype=np.uint64)
    return frame.select(columns).hash_rows().to_numpy()


def incomplete(frame: pl.DataFrame, columns: Sequence[str]) -> Marks:
    """Rows in which a cell of the key is empty."""
    blank = [pl.col(title).str.strip_chars() == "" for title in columns]
    return frame.select(pl.any_horizontal(blank)).to_series().to_numpy()


def rendered_column(cells: pl.Series) -> pl.Series:
    """`odoo_migrate.project.external_ids.rendered` of every cell."""
    fast = cells.str.replace_all(f"[^{ALLOWED}]+", "_").str.strip_chars("_")
    foreign = cells.filter(cells.str.len_bytes() != cells.str.len_chars()).unique().to_list()
    if not foreign:
        return fast
    slow = {cell: rendered(cell) for cell in foreign}
    found = cells.replace_strict(slow, default=None, return_dtype=pl.String)
    return found.fill_null(fast)


class Identity:
    """The IDs of a batch before keys are told apart. `hashes`: alike for rows that would have one ID. `marked`:
    rows whose ID carries a digest of its key in any case, because it is too long or holds no ASCII. `faithful`:
    the IDs hold the keys as they stand, so that different keys cannot have one ID.
    """

    def __init__(self, frame: pl.DataFrame, pattern: Pattern) -> None:
        parts = [rendered_column(frame[title]) for title in pattern.placeholders]
        base = _joined(parts, pattern.literals)
        cells = frame[pattern.placeholders[0]]
        self.faithful = len(parts) == 1 and bool((parts[0] == cells).all())
        nameless = pl.DataFrame(parts, schema=[str(n) for n in range(len(parts))]).select(
            pl.any_horizontal(pl.all() == "")
        )
        marks = (base.str.len_chars() > MAX_LENGTH) | nameless.to_series()
        self.marked: Marks = marks.to_numpy()
        self.hashes: Hashes = hashes(base)
        if self.marked.any():
            self.hashes = np.where(self.marked, key_hashes(frame, pattern.placeholders), self.hashes)


def _joined(parts: Sequence[pl.Series], literals: Sequence[str]) -> pl.Series:
    pieces: list[Any] = [pl.lit(literals[0])]
    for number, literal in enumerate(literals[1:]):
        pieces += [pl.col(str(number)), pl.lit(literal)]
    frame = pl.DataFrame(list(parts), schema=[str(number) for number in range(len(parts))])
    return frame.select(pl.concat_str(pieces)).to_series()
