"""Find what has to stay out of a bundle so that the rest can go: targets that cannot work, and what needs them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from engine.bundle.export_problems import ExportProblem, ProblemLocation
from engine.bundle.mapped_fields import MappedField
from engine.bundle.mapped_targets import MappedTarget
from odoo_migrate.catalog import OdooField
from odoo_migrate.rules.required_fields import needed_at_once

# Records that these name are what the record is about: without them it would say something else.
_ABOUT = frozenset({"partner_id", "parent_id"})


@dataclass(frozen=True)
class PlannedTarget:
    """Hold a target with its sheet: the stem of the sheet's raw file, and where problems are."""

    target: MappedTarget
    file: str
    location: ProblemLocation


@dataclass(frozen=True)
class Unready:
    """Say what stays out.

    Attributes:
        mappings: Names of the mappings that cannot go, with those given.
        fields: By mapping name, the fields that go without, since what they name stays out.
        problems: A sentence for each mapping and field that was found here.
    """

    mappings: frozenset[str]
    fields: Mapping[str, frozenset[str]]
    problems: tuple[ExportProblem, ...]


def find_unready(targets: Sequence[PlannedTarget], unready: Mapping[str, str], tables: Collection[str]) -> Unready:
    """Return what stays out because mappings or lookup tables cannot be used.

    A record that cannot be made, or would mean something else, without what it refers to stays out with it; other
    records go without that one field, and a later load adds it.

    Args:
        targets: All that were planned.
        unready: Mappings that cannot go, by name what they are called in sentences.
        tables: Names of the lookup tables that cannot be used.
    """
    out = dict(unready)
    fields: dict[str, set[str]] = {}
    problems: list[ExportProblem] = []
    more = True
    # What is left out may be what others need, which are then left out as well.
    while more:
        more = False
        for one in targets:
            if one.target.name in out:
                continue
            reason = _reason(one, out, tables, _files(targets, out))
            if reason:
                out[one.target.name] = one.target.label
                problems.append(one.location.left_out("needs_left_out", reason, mapping=one.target.name))
                more = True
    for one in targets:
        if one.target.name not in out:
            for field in _naming(one.target, out):
                fields.setdefault(one.target.name, set()).add(field.name)
                problems.append(_goes_without(one, field, out[field.ref]))
    return Unready(frozenset(out), {name: frozenset(held) for name, held in fields.items()}, tuple(problems))


def is_about(field: OdooField) -> bool:
    """Return whether a record says something else, or nothing, without what this field names."""
    return field.name in _ABOUT


def as_left_out(problems: Iterable[ExportProblem], mapping: str) -> list[ExportProblem]:
    """Return the problems of a mapping as such that keep it out, instead of preventing the whole export."""
    found = []
    for problem in problems:
        if problem.severity == "blocking":
            problem = replace(problem, severity="left_out", mapping=mapping)
        found.append(problem)
    return found


def without_fields(target: MappedTarget, names: Collection[str]) -> MappedTarget:
    """Return the target without the fields of these names."""
    if not names:
        return target
    return replace(target, fields=tuple(field for field in target.fields if field.name not in names))


def _files(targets: Sequence[PlannedTarget], out: Collection[str]) -> dict[str, str]:
    """Return by mapping name the raw file, for the mappings that stay out."""
    return {one.target.name: one.file for one in targets if one.target.name in out}


def _reason(one: PlannedTarget, out: Mapping[str, str], tables: Collection[str], files: Mapping[str, str]) -> str:
    """Return why a target cannot go, a sentence; "" where it can."""
    for field in one.target.fields:
        if field.lookup in tables:
            return f"{one.target.label} stay out, since the lookup '{field.lookup}' of '{field.source}' cannot be used."
    for field in _naming(one.target, out):
        # Records of the same rows, such as the lines of an order, mean nothing without the first one.
        if files.get(field.ref) == one.file or _is_needed(one.target, field):
            return f"{one.target.label} stay out, since they refer to {out[field.ref]}, which is not ready."
    return ""


def _naming(target: MappedTarget, out: Mapping[str, str]) -> Iterator[MappedField]:
    """Yield the fields that refer to mappings that stay out."""
    for field in target.fields:
        if field.ref in out:
            yield field


def _is_needed(target: MappedTarget, field: MappedField) -> bool:
    return is_about(field.field) or needed_at_once(target.model, field.field, target.given)


def _goes_without(one: PlannedTarget, field: MappedField, called: str) -> ExportProblem:
    message = (
        f"'{field.source}' does not go to {field.field.label} yet, since {called} is not ready; export and load again "
        "when it is."
    )
    return one.location.left_out("field_left_out", message, field=field.name, column=field.source)
