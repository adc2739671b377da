"""Whole-column helpers for steps that change few cells: Arrow decides which, Python converts only those.

Arrow's own case folding, normal forms and character classes differ from Python's beyond ASCII, so a kernel
is trusted with ASCII alone and everything else is converted by the same function a reader would expect.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

JOINT = "\\|"  # between the cells of a row's key; in the cells every backslash is doubled


def cell_bytes(values: pa.Array) -> bytes:
    """Return all cells of a string column, one after the other, in UTF-8."""
    _, offsets, data = values.buffers()
    if data is None or not len(values):
        return b""
    # The array may be a slice of a longer buffer.
    first, last = np.frombuffer(offsets, np.int32)[[values.offset, values.offset + len(values)]]
    return bytes(data.slice(first, last - first).to_pybytes())


def convert_where(values: pa.Array, mask: pa.Array, convert: Callable[[str], str]) -> pa.Array:
    """Return `values` with `convert` applied once to each distinct cell that `mask` (bool) marks."""
    chosen = values.filter(mask)
    if not len(chosen):
        return values
    # Cells repeat: 20,000 cities of a million addresses are converted 20,000 times.
    encoded = chosen.dictionary_encode()
    after = pa.array([convert(text) for text in encoded.dictionary.to_pylist()], pa.string())
    return pc.replace_with_mask(values, mask, after.take(encoded.indices))


def ascii_or(values: pa.Array, kernel: Callable[[pa.Array], pa.Array], convert: Callable[[str], str]) -> pa.Array:
    """Apply `kernel` to the cells of pure ASCII, `convert` to the others."""
    if cell_bytes(values).isascii():
        return kernel(values)
    # The kernel runs over all cells all the same: that costs less than taking the column apart.
    beyond = pc.invert(pc.string_is_ascii(values))
    beyond_converted = convert_where(values, beyond, convert)
    return pc.if_else(beyond, beyond_converted, kernel(values))


def beyond_ascii(values: pa.Array, convert: Callable[[str], str]) -> pa.Array:
    """Apply `convert` to the cells that hold a character beyond ASCII; the others stay."""
    return ascii_or(values, lambda same: same, convert)


# First bytes of the letters from À to ſ and of Cyrillic, whose cases Arrow knows as Python does, but for a few.
_PLAIN_CASES = bytes(range(0xC0)) + bytes((*range(0xC2, 0xC6), *range(0xD0, 0xD4)))


def change_case(
    values: pa.Array, kernel: Callable[[pa.Array], pa.Array], convert: Callable[[str], str], unlike: str
) -> pa.Array:
    """Apply `convert` (str.lower or str.upper) to every cell, by Arrow's faster `kernel` where both do the same.

    They differ on the letters in `unlike`, and may differ on those of scripts that were not compared.
    """
    text = cell_bytes(values)
    unlike_here = [letter for letter in unlike if letter.encode() in text]
    if unlike_here or text.translate(None, _PLAIN_CASES):  # translating deletes the plain ones; is anything left?
        return ascii_or(values, kernel, convert)
    return kernel(values)


def joined(columns: Sequence[pa.Array]) -> pa.Array:
    """Return one text for each row of some columns, which only equal rows share."""
    if len(columns) == 1:
        return columns[0]
    # Without doubling, the cells `a\|b` and `c` would make the same key as `a` and `b\|c`.
    told_apart = [pc.replace_substring(column, "\\", "\\\\") for column in columns]
    return pc.binary_join_element_wise(*told_apart, JOINT)
