"""Read the digits of many texts of one shape at once: texts of one mask have their digits at the same positions."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from engine.values.text_masks import data, offsets

Digits = npt.NDArray[np.int64]
MOST_DIGITS = 18  # what fits 64 bits


def digit_positions(shape: str) -> list[int]:
    """Return the byte positions of the digits in a mask."""
    return [found.start() for found in re.finditer(b"9", shape.encode())]


def digits(texts: pa.StringArray, indices: npt.NDArray[np.intp], positions: Sequence[int]) -> Digits:
    """Return the digits at these byte positions of `texts[indices]`, which all have one mask: (indices x positions)."""
    columns = np.stack(_columns(texts, indices, positions), axis=1)
    return columns.astype(np.int64) - ord("0")


def numbers_at(texts: pa.StringArray, indices: npt.NDArray[np.intp], positions: Sequence[int]) -> Digits:
    """Return the whole numbers that at most 18 digits make at these byte positions of `texts[indices]`.

    All the texts have one mask. `["x1-2", "x0-3"]` at 1 and 3: `[12, 3]`.
    """
    numbers = np.zeros(len(indices), np.int64)
    for column in _columns(texts, indices, positions):
        numbers *= 10
        numbers += column
    # The bytes were added up as they are: take off what "0" in every position makes.
    return numbers - ord("0") * int("1" * len(positions) or "0")


def _columns(
    texts: pa.StringArray, indices: npt.NDArray[np.intp], positions: Sequence[int]
) -> list[npt.NDArray[np.uint8]]:
    """Return for each position the bytes of all texts."""
    bounds, held = offsets(texts), data(texts)
    if len(indices) == len(texts) and len(texts):  # they follow each other, and all are as long as the first one
        whole = held[bounds[0] : bounds[-1]].reshape(len(texts), -1)
        return [whole[:, position] for position in positions]
    starts = bounds[:-1][indices].astype(np.intp)
    return [held[starts + position] for position in positions]
