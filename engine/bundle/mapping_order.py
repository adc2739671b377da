"""Order the mappings of a bundle, and say where they refer to each other in a circle."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from engine.bundle.export_problems import ExportProblem, ProblemLocation, listed
from odoo_migrate.rules.load_sequence import EndlessCircle, MappingReference, PutOff, parents_first


def ordered(
    mappings: Mapping[str, str], references: Iterable[MappingReference]
) -> tuple[tuple[str, ...], list[ExportProblem]]:
    """Return the mappings (name: what it is called in sentences), parents first, and what is to be said about it.

    Where mappings refer to each other in a circle, optional references give way (the loader fills them afterwards) and
    that is reported; a circle of required ones cannot be loaded. The columns of `references` are labels of fields.
    """
    try:
        order, put_off = parents_first(list(mappings), references)
    except EndlessCircle as endless:
        return tuple(mappings), [_blocked(endless, mappings)]
    return order, [_given_way(one, mappings) for one in put_off]


def _given_way(one: PutOff, labels: Mapping[str, str]) -> ExportProblem:
    fields, names = listed(sorted(one.columns)), _names(one.circle, labels)
    later = f"{fields} of {labels[one.mapping]} can be filled only after both are loaded"
    return ProblemLocation(model=one.mapping).warning("circle", f"{names} refer to each other; {later}.")


def _blocked(endless: EndlessCircle, labels: Mapping[str, str]) -> ExportProblem:
    fields = listed(sorted({one.column for one in endless.references}))
    names = _names(endless.circle, labels)
    message = f"{names} need each other in a circle (through {fields}), so none can be created first."
    return ProblemLocation(model=endless.circle[0]).blocking("circle", message)


def _names(circle: Iterable[str], labels: Mapping[str, str]) -> str:
    return listed(sorted(labels[name] for name in circle))
