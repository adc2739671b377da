"""The shape of a text: every letter becomes A or a, every digit 9, everything else stays.

A million values have few shapes. What depends on the shape alone (spaces, punctuation, case, length, whether it
can be an email address or a number) is computed once per shape, not once per value. Masks are made by one
`bytes.translate` over an Arrow buffer, so letters beyond ASCII stay as they are until a mask is shown.
"""

from __future__ import annotations

from string import ascii_lowercase, ascii_uppercase, digits

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_DIGITS = bytes.maketrans(b"0123456789", b"9" * 10)
_TABLE = bytes.maketrans(
    ascii_uppercase.encode() + ascii_lowercase.encode() + digits.encode(), b"A" * 26 + b"a" * 26 + b"9" * 10
)
# Titlecase letters (ǅ) count as capitals; letters of scripts without case as small ones.
_SCRIPTS = ((r"[\p{Lu}\p{Lt}]", "A"), (r"[\p{Ll}\p{Lm}\p{Lo}]", "a"), (r"\p{Nd}", "9"))


def offsets(values: pa.StringArray) -> np.ndarray:
    """Return the n + 1 byte offsets of a string array's values within its data buffer (int32)."""
    buffer = values.buffers()[1]
    if buffer is None:  # an array of no values need not have buffers
        return np.zeros(len(values) + 1, np.int32)
    return np.frombuffer(buffer, np.int32, len(values) + 1, values.offset * 4)


def data(values: pa.StringArray) -> np.ndarray:
    """Return the bytes of a string array's data buffer (uint8), which `offsets` point into."""
    buffer = values.buffers()[2]
    if buffer is None:
        return np.zeros(0, np.uint8)
    return np.frombuffer(buffer, np.uint8)


def masks(values: pa.StringArray) -> pa.StringArray:
    """Return the mask of every value: `Ab-12` -> `Aa-99`, as many bytes long as the value. No nulls in, none out."""
    return _translated(values, _TABLE)


def digit_masks(values: pa.StringArray) -> pa.StringArray:
    """Return every value with its digits as 9: `13-Nov-2022` -> `99-Nov-9999`."""
    return _translated(values, _DIGITS)


def _translated(values: pa.StringArray, table: bytes) -> pa.StringArray:
    bounds = offsets(values)
    first, last = int(bounds[0]), int(bounds[-1])
    translated = data(values)[first:last].tobytes().translate(table)
    return pa.StringArray.from_buffers(len(values), pa.py_buffer(bounds - bounds[0]), pa.py_buffer(translated))


def mask(text: str) -> str:
    """Return the mask of one text."""
    return text.encode().translate(_TABLE).decode()


def as_patterns(shapes: pa.StringArray) -> pa.StringArray:
    """Return masks as they are shown: letters and digits of every script become A, a and 9 as well."""
    # Null, for no shapes at all, is not False.
    if pc.all(pc.string_is_ascii(shapes)).as_py() is not False:
        return shapes
    for kind, shown in _SCRIPTS:
        shapes = pc.replace_substring_regex(shapes, kind, shown)
    return shapes
