"""The next item of an iterator, computed while the caller works on the one before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")


def read_ahead(items: Iterable[Item]) -> Iterator[Item]:
    """Yield the items in their order; a second thread computes the next one while the caller works on the last.

    It pays where both sides spend their time in Arrow, polars or zlib, which let go of Python's lock. What computing an
    item raises is raised where the item would have been. At most two items are in memory. Where the caller stops early,
    the item that is being computed is finished and thrown away.
    """
    iterator = iter(items)
    end = object()
    with ThreadPoolExecutor(1, "read-ahead") as thread:
        waiting = thread.submit(next, iterator, end)
        while True:
            item = waiting.result()
            if item is end:
                return
            waiting = thread.submit(next, iterator, end)
            yield item  # type: ignore[misc]  # it is no `end`
