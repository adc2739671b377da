"""Follow references among records, as a graph of numbers: how deep each record is, and which are in a circle."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from itertools import accumulate

UNREACHED = -1


class RecordLinks:
    """Hold references from one record to another, both by number."""

    def __init__(self) -> None:
        """Start without any reference."""
        self.children, self.parents = array("q"), array("q")

    def add(self, child: int, parent: int) -> None:
        """Note that record `child` refers to record `parent`."""
        self.children.append(child)
        self.parents.append(parent)

    def __len__(self) -> int:
        """Return how many references there are."""
        return len(self.children)


def depths(count: int, links: Iterable[RecordLinks]) -> array[int]:
    """Return how deep each of `count` records is: 0 where it refers to none, else one more than the deepest it names.

    UNREACHED where that leads back to itself, or to one that does. Takes time linear in records and references.
    """
    links = list(links)
    waiting = array("q", bytes(8 * count))  # references of a record whose parent has no depth yet
    starts = array("q", bytes(8 * (count + 1)))  # of a record's children in `by_parent`
    for one in links:
        for child in one.children:
            waiting[child] += 1
        for parent in one.parents:
            starts[parent + 1] += 1
    starts = array("q", accumulate(starts))
    by_parent = _by_parent(starts, links)
    found = array("q", [UNREACHED]) * count
    ready = array("q", (number for number in range(count) if not waiting[number]))
    depth = 0
    while ready:
        following = array("q")
        for number in ready:
            found[number] = depth
            for child in by_parent[starts[number] : starts[number + 1]]:
                waiting[child] -= 1
                if not waiting[child]:
                    following.append(child)
        ready, depth = following, depth + 1
    return found


def _by_parent(starts: array[int], links: list[RecordLinks]) -> array[int]:
    """Return the children of all records, those of one parent side by side."""
    places = array("q", starts)
    children = array("q", bytes(8 * sum(map(len, links))))
    for one in links:
        for child, parent in zip(one.children, one.parents, strict=True):
            children[places[parent]] = child
            places[parent] += 1
    return children


def circle(found: array[int], links: Iterable[RecordLinks]) -> list[int]:
    """Return records that each refer to the next and the last to the first; [] where nothing leads back to itself.

    `found` are the depths.
    """
    return next(iter(circles(found, links)), [])


def circles(found: array[int], links: Iterable[RecordLinks]) -> list[list[int]]:
    """Return circles that share no record: all of them where a record refers to one other at most."""
    onward: dict[int, int] = {}  # among the unreached, each of which refers to another unreached one
    for one in links:
        for child, parent in zip(one.children, one.parents, strict=True):
            if found[child] == UNREACHED and found[parent] == UNREACHED:
                onward.setdefault(child, parent)
    seen: dict[int, int] = {}  # record -> the walk that reached it first
    rounds = []
    for start in sorted(onward):
        here = start
        while here not in seen:
            seen[here] = start
            here = onward[here]
        if seen[here] == start:
            rounds.append(_round(here, onward))
    return rounds


def _round(start: int, onward: dict[int, int]) -> list[int]:
    found = [start]
    while (here := onward[found[-1]]) != start:
        found.append(here)
    smallest = found.index(min(found))
    return found[smallest:] + found[:smallest]
