"""Rows as lines of CSV, as `odoo_migrate.project.csv_text` writes them, at the speed of whole columns.

Most columns hold nothing that needs quotes, and a look at their bytes tells; joining cells is then all there is to do.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

SPECIAL = (b'"', b",", b"\n", b"\r")
NEEDS_QUOTES = '[",\r\n]'
MAX_BYTES = 2**30  # of one array of lines; Arrow's limit is twice that


def csv_lines(columns: Sequence[pa.Array]) -> Iterator[pa.Array]:
    """The rows of `columns` (strings without nulls, at least one column) as one array of lines or, where cells are
    huge, several.
    """
    rows = len(columns[0])
    if rows > 1 and sum(column.nbytes for column in columns) > MAX_BYTES:
        half = rows // 2
        yield from csv_lines([column.slice(0, half) for column in columns])
        yield from csv_lines([column.slice(half) for column in columns])
        return
    cells = [_quoted(column) for column in columns]
    if len(cells) == 1:  # an empty line is no record
        cells[0] = pc.if_else(pc.equal(columns[0], ""), '""', cells[0])
    cells[-1] = pc.binary_join_element_wise(cells[-1], "\n", "")
    yield pc.binary_join_element_wise(*cells, ",")


def _quoted(column: pa.Array) -> pa.Array:
    """The cells with quotes where they need them."""
    content = bytes(text_of(column))
    if not any(one in content for one in SPECIAL):
        return column
    doubled = pc.replace_substring(column, '"', '""') if b'"' in content else column
    special = pc.match_substring_regex(column, NEEDS_QUOTES)
    return pc.if_else(special, pc.binary_join_element_wise('"', doubled, '"', ""), column)


def text_of(column: pa.Array) -> memoryview:
    """The bytes of all cells, one after the other, without copying them."""
    _, offsets, data = column.buffers()
    if data is None or not len(column):
        return memoryview(b"")
    kind = np.int64 if pa.types.is_large_string(column.type) else np.int32
    places = np.frombuffer(offsets, kind)
    return memoryview(data)[places[column.offset] : places[column.offset + len(column)]]
