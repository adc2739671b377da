"""How many records go in one call: as many as the server stores in a few seconds.

Measured on Odoo 18, contacts go fastest some 500 at a time and orders with lines far slower, so the number follows the
server: it doubles while answers are quick and shrinks when they are slow.
"""

from __future__ import annotations

import threading

FIRST, SMALLEST, LARGEST = 100, 10, 1000
SECONDS = 2.0  # what one answer should take


class BatchSize:
    """The size of the next batch of one step; fed with every answer, from any thread. `fixed` never changes."""

    def __init__(self, fixed: int | None = None) -> None:
        self._fixed = fixed
        self._size = float(fixed or FIRST)
        self._lock = threading.Lock()

    @property
    def records(self) -> int:
        return int(self._size)

    def took(self, records: int, seconds: float) -> None:
        """`records` were stored in `seconds`. Small batches say too little to make the size grow."""
        if self._fixed or not records:
            return
        with self._lock:
            fitting = records * SECONDS / max(seconds, 0.001)
            if fitting > self._size and records < self._size / 2:
                return
            fitting = min(max(fitting, self._size / 2), self._size * 2)
            self._size = min(max(fitting, SMALLEST), LARGEST)

    def was_too_slow(self) -> int:
        """The server gave no answer in time: the size from now on."""
        if not self._fixed:
            with self._lock:
                self._size = max(self._size / 4, SMALLEST)
        return self.records
