"""Times, ratios and how they are printed."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


def seconds(*works: Callable[[], Any], repeat: int = 3) -> tuple[float, ...]:
    """Return for each work the median of its runs, in seconds of the clock on the wall.

    The works take turns, so that whatever else the machine does meets all of them alike.
    """
    runs: list[list[float]] = [[] for _ in works]
    for _ in range(repeat):
        for work, taken in zip(works, runs, strict=True):
            start = time.perf_counter()
            work()
            taken.append(time.perf_counter() - start)
    return tuple(statistics.median(taken) for taken in runs)


@dataclass(frozen=True)
class Line:
    """Hold one figure beside what to reach: `limit` is the largest good `value`, or the smallest with `at_least`."""

    what: str
    measured: str
    value: float
    unit: str
    limit: float
    at_least: bool = False

    @property
    def reached(self) -> bool:
        """Tell whether the figure is good enough."""
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    def __str__(self) -> str:
        """Return the line as it is printed."""
        reach = f"{'≥' if self.at_least else '≤'} {self.limit:g}{self.unit}"
        word = "reached" if self.reached else "MISSED"
        return f"{self.what:<34} {self.value:>9.4g}{self.unit:<3} {reach:<10} {word:<8} {self.measured}"


def slower(what: str, ours: float, yardstick: str, theirs: float, limit: float) -> Line:
    """Compare with a yardstick that we may take `limit` times as long as."""
    return Line(what, f"{duration(ours)}; {yardstick} {duration(theirs)}", ours / theirs, "×", limit)


def faster(what: str, ours: float, yardstick: str, theirs: float, limit: float) -> Line:
    """Compare with a yardstick that we must be `limit` times as fast as."""
    return Line(what, f"{duration(ours)}; {yardstick} {duration(theirs)}", theirs / ours, "×", limit, at_least=True)


def duration(time_taken: float) -> str:
    """Return a time in seconds or, below a tenth, in milliseconds."""
    return f"{time_taken:.2f} s" if time_taken >= 0.1 else f"{time_taken * 1000:.1f} ms"
