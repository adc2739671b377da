"""Say in which order mappings are loaded: parents before children, else as they are listed.

Where mappings refer to each other in a circle, a column that Odoo can do without at first is put off: it is filled
when all the records are there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from graphlib import CycleError, TopologicalSorter
from heapq import heapify, heappop, heappush
from typing import NamedTuple


class MappingReference(NamedTuple):
    """Hold that records of mapping `child` refer to records of mapping `parent` through `column`.

    `required`: the parent must be known when the child is created. `in_tree`: it is the record's parent, and Odoo does
    much when that changes, so it is put off only where nothing else helps.
    """

    child: str
    parent: str
    column: str
    required: bool
    in_tree: bool = False


class PostponedColumns(NamedTuple):
    """Hold the columns of `mapping` that wait until all mappings of its `circle` are loaded."""

    mapping: str
    columns: tuple[str, ...]
    circle: tuple[str, ...]


class EndlessCircle(ValueError):
    """Report mappings that need each other from the start, so that no order can load them."""

    def __init__(self, circle: Sequence[str], references: Sequence[MappingReference]) -> None:
        """Keep the circle, and those of its references that cannot wait."""
        super().__init__(f"{', '.join(circle)} need each other in a circle")
        self.circle = tuple(circle)
        self.references = tuple(one for one in references if one.required)


def parents_first(
    mappings: Sequence[str], references: Iterable[MappingReference]
) -> tuple[tuple[str, ...], tuple[PostponedColumns, ...]]:
    """Return the mappings, each after all that it refers to, and the columns that had to be put off for it.

    Raises EndlessCircle.
    """
    # Records of one mapping that refer to each other are put in order within it, by their depth.
    left = [one for one in references if one.child != one.parent]
    order: list[str] = []
    put_off: list[PostponedColumns] = []
    waiting = list(mappings)
    while waiting:
        free = _free(waiting, left)
        order += free
        waiting = [name for name in waiting if name not in free]
        if waiting:
            opened = _opened(waiting, left)
            put_off.append(opened)
            left = _without(opened, left)
    return tuple(order), tuple(put_off)


def _without(opened: PostponedColumns, references: Iterable[MappingReference]) -> list[MappingReference]:
    """Return the references that still hold when the columns of `opened` are put off."""
    left = []
    for one in references:
        if one.child != opened.mapping or one.column not in opened.columns:
            left.append(one)
    return left


def _free(waiting: Sequence[str], references: Collection[MappingReference]) -> list[str]:
    """Return the mappings that no circle holds back: always the first listed whose parents have all gone."""
    sorter: TopologicalSorter[str] = TopologicalSorter(dict.fromkeys(waiting, ()))
    for one in references:
        if one.child in waiting and one.parent in waiting:
            sorter.add(one.child, one.parent)
    with suppress(CycleError):  # what no circle holds back can be taken all the same
        sorter.prepare()
    place = {name: number for number, name in enumerate(waiting)}
    # A heap of positions, since the sorter forgets the order in which mappings are listed.
    ready = [place[name] for name in sorter.get_ready()]
    heapify(ready)
    free = []
    while ready:
        name = waiting[heappop(ready)]
        free.append(name)
        sorter.done(name)
        for following in sorter.get_ready():
            heappush(ready, place[following])
    return free


def _opened(waiting: Sequence[str], references: Collection[MappingReference]) -> PostponedColumns:
    """Return the columns to load later so that one mapping of a circle can go first. Raises EndlessCircle."""
    circle = _circle(waiting, references)
    inside = [one for one in references if one.child in circle and one.parent in circle]
    # A record's parent is put off only where nothing else opens the circle.
    for allowed in (_can_wait_harmlessly, _can_wait):
        for name in circle:
            own = [one for one in inside if one.child == name]
            if all(map(allowed, own)):
                columns = dict.fromkeys(one.column for one in own)
                return PostponedColumns(name, tuple(columns), tuple(circle))
    raise EndlessCircle(circle, inside)


def _can_wait_harmlessly(reference: MappingReference) -> bool:
    return not reference.required and not reference.in_tree


def _can_wait(reference: MappingReference) -> bool:
    return not reference.required


def _circle(waiting: Sequence[str], references: Collection[MappingReference]) -> list[str]:
    """Return mappings that all refer to each other, and to no mapping that waits besides."""
    needed = {name: _reached(name, waiting, references) for name in waiting}
    for name in waiting:
        circle = needed[name]
        if all(name in needed[other] for other in circle):
            return [other for other in waiting if other in circle]
    raise AssertionError("where nothing is free, there is a circle")


def _reached(start: str, waiting: Collection[str], references: Collection[MappingReference]) -> set[str]:
    """Return what `start` refers to, directly or through others; in a circle, `start` itself."""
    found: set[str] = set()
    new = [start]
    while new:
        child = new.pop()
        for one in references:
            if one.child == child and one.parent in waiting and one.parent not in found:
                found.add(one.parent)
                new.append(one.parent)
    return found
