"""Digits of many texts of one shape at once: texts of one mask have their digits at the same places."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from engine.values.text_masks import data, offsets

Digits = npt.NDArray[np.int64]


def digit_places(shape: str) -> list[int]:
    """Byte places of the digits in a mask."""
    return [place for place, byte in enumerate(shape.encode()) if byte == ord("9")]


def digits(texts: pa.StringArray, places: npt.NDArray[np.intp], columns: list[int]) -> Digits:
    """The digits at byte places `columns` of `texts[places]`, which all have one mask: (places x columns)."""
    bounds = offsets(texts)
    if len(places) == len(texts) and len(texts):  # they follow each other, and all are as long as the first one
        whole = data(texts)[bounds[0] : bounds[-1]].reshape(len(texts), -1)
        return whole[:, columns].astype(np.int64) - ord("0")
    starts = bounds[:-1][places].astype(np.int64)
    found: Digits = data(texts)[starts[:, None] + np.asarray(columns, np.int64)[None, :]].astype(np.int64)
    return found - ord("0")


def as_number(found: Digits) -> npt.NDArray[np.int64]:
    """Rows of at most 18 digits as whole numbers: [[1, 2], [0, 3]] -> [12, 3]."""
    numbers: npt.NDArray[np.int64] = found @ 10 ** np.arange(found.shape[1] - 1, -1, -1, dtype=np.int64)
    return numbers
