"""The order in which mappings are loaded: parents before children."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from engine.bundle.export_problems import ExportProblem, ProblemLocation, listed


@dataclass(frozen=True)
class Edge:
    """Records of mapping `child` refer to records of mapping `parent` through `field`. A `required` one must be
    known when the child is created.
    """

    child: str
    parent: str
    field: str
    required: bool


def ordered(mappings: Mapping[str, str], edges: Iterable[Edge]) -> tuple[tuple[str, ...], list[ExportProblem]]:
    """The mappings (name: what it is called in sentences), each after all that it refers to, else as given. Where
    mappings refer to each other in a circle, optional references give way (the loader fills them afterwards) and that
    is reported; a circle of required ones cannot be loaded.
    """
    open_edges = {edge for edge in edges if edge.child != edge.parent}
    order: list[str] = []
    problems: list[ExportProblem] = []
    waiting = list(mappings)
    while waiting:
        free = next((name for name in waiting if not any(e.child == name for e in open_edges)), None)
        if free is None:
            free, problem = _break(waiting, open_edges, mappings)
            problems.append(problem)
        order.append(free)
        waiting.remove(free)
        open_edges = {e for e in open_edges if e.parent != free and e.child != free}
    return tuple(order), problems


def _break(waiting: Sequence[str], edges: set[Edge], labels: Mapping[str, str]) -> tuple[str, ExportProblem]:
    """The mapping of a circle to load first although it refers to later ones."""
    hard = {edge for edge in edges if edge.required}
    bound = {edge.child for edge in hard}
    free = next((name for name in waiting if name not in bound and _in_circle(name, edges)), None)
    if free is not None:
        fields, names = _wording(free, edges, labels)
        message = f"{names} refer to each other; {fields} of {labels[free]} can be filled only after both are loaded."
        return free, ProblemLocation(model=free).warning("circle", message)
    free = next(name for name in waiting if _in_circle(name, hard))
    fields, names = _wording(free, hard, labels)
    message = f"{names} need each other in a circle (through {fields}), so none can be created first."
    return free, ProblemLocation(model=free).blocking("circle", message)


def _wording(name: str, edges: set[Edge], labels: Mapping[str, str]) -> tuple[str, str]:
    """The fields through which a mapping refers to others in its circle, and the mappings."""
    later = [edge for edge in edges if edge.child == name and name in _reached(edge.parent, edges)]
    circle = {name, *(edge.parent for edge in later)}
    return listed(sorted({edge.field for edge in later})), listed(sorted(labels[one] for one in circle))


def _in_circle(name: str, edges: set[Edge]) -> bool:
    return name in _reached(name, edges)


def _reached(start: str, edges: set[Edge]) -> set[str]:
    """The mappings that `start` refers to, directly or through others."""
    found: set[str] = set()
    new = {start}
    while new:
        new = {edge.parent for edge in edges if edge.child in new} - found
        found |= new
    return found
