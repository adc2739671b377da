"""A column of text under construction: entries are replaced without copying the others."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Integers = npt.NDArray[np.int64]


class Texts:
    """One text per entry, taken from parts that are put together only when all is known."""

    def __init__(self, texts: pa.StringArray) -> None:
        self._parts, self._size = [texts], len(texts)
        self._at: Integers = np.arange(len(texts), dtype=np.int64)

    def __len__(self) -> int:
        return len(self._at)

    def put(self, places: Integers, texts: pa.StringArray) -> None:
        """Replace the entries at `places`."""
        self._parts.append(texts)
        self._at[places] = self._size + np.arange(len(texts))
        self._size += len(texts)

    def some(self, places: Integers) -> pa.StringArray:
        """The entries at `places`."""
        pool, at = self.pooled()
        return pool.take(pa.array(at[places]))

    def whole(self) -> pa.StringArray:
        """All entries."""
        pool, at = self.pooled()
        return pool.take(pa.array(at))

    def pooled(self) -> tuple[pa.StringArray, Integers]:
        """Texts in no order, and for every entry the place of its own among them."""
        if len(self._parts) > 1:
            self._parts = [pa.concat_arrays(self._parts)]
        return self._parts[0], self._at
