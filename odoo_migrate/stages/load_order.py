"""The order of a load: parents before children, from the references that the payload holds.

Where mappings or records refer to each other in a circle, a column that Odoo can do without at first is left out of
the first pass and filled in a second one, when all its records are there.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from odoo_migrate.project import project_files
from odoo_migrate.project.payload import Payload
from odoo_migrate.project.project_reader import Project
from odoo_migrate.rules import field_needs
from odoo_migrate.stages import record_graph
from odoo_migrate.stages.payload_references import References, references
from odoo_migrate.stages.project_ids import ProjectIds
from odoo_migrate.stages.record_graph import Links


class Cycle(ValueError):
    """Records need each other in a circle that no order can load; the text is one sentence for the user."""


@dataclass(frozen=True)
class Step:
    """One pass over the payload of `mapping`. `fields` are the import columns to send, without `id`. A `second` pass
    fills what had to wait in the first because mappings (or records) refer to each other in a circle. `own`: of the
    columns that refer to records of this project, the mappings that those belong to. `selves`: of those, the columns
    that refer to records of the same mapping, whose parents must go first.
    """

    mapping: str
    model: str
    fields: tuple[str, ...]
    second: bool = False
    own: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    selves: tuple[str, ...] = ()


def steps(found: Project, ids: ProjectIds | None = None) -> tuple[list[Step], list[str]]:
    """The steps of a load in their order, and notes for the user. `ids`: those of the payload, where they are at hand.
    Raises Cycle, and FormatError where a payload is missing.
    """
    ids = ids or ProjectIds(found)
    planner = _Planner(found)
    for name in found.mappings:
        planner.take(name, references(found, name, ids), Payload(found.root, name))
    return planner.steps()


def levels(payload: Payload, selves: Collection[str]) -> array[int]:
    """How deep each record of a payload stands in the references of columns `selves` to its own records: those of
    depth 0 go first, then those of depth 1, and so on. Records that lead back to themselves come last of all.
    """
    places = {hash(record.id): record.place for record in payload.records()}
    columns = [place for place, name in enumerate(payload.fields) if name in selves]
    links = Links()
    for record in payload.records():
        for column in columns:
            for one in record.values[column].split(","):
                parent = places.get(hash(one)) if one else None
                if parent is not None:
                    links.add(record.place, parent)
    found = record_graph.depths(payload.count, [links])
    last = max(found, default=0) + 1
    return array("q", (last if depth == record_graph.UNREACHED else depth for depth in found))


class _Planner:
    """Collects what mappings refer to, then orders them."""

    def __init__(self, found: Project) -> None:
        self.found = found
        self.catalog = field_needs.catalog_of(found)
        self.references: dict[str, References] = {}
        self.fields: dict[str, tuple[str, ...]] = {}
        self.later: dict[str, list[str]] = {name: [] for name in found.mappings}  # columns of the second pass
        self.notes: list[str] = []

    def take(self, name: str, found: References, payload: Payload) -> None:
        """Raises Cycle."""
        self.references[name], self.fields[name] = found, payload.fields
        accepted: list[Links] = []
        # Those that cannot wait first, so that of two columns in one circle the other one waits.
        for column in sorted(found.selves, key=lambda one: self._can_wait(name, one)):
            links = found.selves[column]
            depths = record_graph.depths(found.count, [*accepted, links])
            if record_graph.UNREACHED not in depths:
                accepted.append(links)
            elif self._can_wait(name, column):
                self.later[name].append(column)
                self.notes.append(
                    f"{name} is loaded in two passes: its records refer to each other in circles through '{column}', "
                    "which is filled in the second."
                )
            else:
                raise self._endless(name, column, record_graph.circle(depths, [*accepted, links]), payload)
        found.selves = {column: Links() for column in found.selves}  # the links themselves are not needed any more

    def _can_wait(self, name: str, column: str) -> bool:
        mapping = self.found.mappings[name]
        return not field_needs.hierarchical(mapping.model, column) and not self._required(name, column)

    def _required(self, name: str, column: str) -> bool:
        mapping = self.found.mappings[name]
        return field_needs.needed_at_once(self.catalog, mapping, column)

    def _endless(self, name: str, column: str, circle: Sequence[int], payload: Payload) -> Cycle:
        there = {record.place: record for record in payload.records() if record.place in set(circle)}
        record, file = there[circle[0]], f"{project_files.RAW}/{self.found.source(name)}"
        shown = f"'{record.id}' ({file}, row {record.row})"
        if len(circle) == 1:
            return Cycle(f"{shown} refers to itself through '{column}', which Odoo refuses.")
        others = ", ".join(f"'{there[place].id}'" for place in circle[1:6]) + (", …" if len(circle) > 6 else "")
        return Cycle(f"{shown} comes back to itself through '{column}' of {others}, which Odoo refuses.")

    def steps(self) -> tuple[list[Step], list[str]]:
        """Raises Cycle."""
        order = self._order()
        self._tell_other_order(order)
        first = [self._step(name, second=False) for name in order]
        return first + [self._step(name, second=True) for name in order if self.later[name]], self.notes

    def _step(self, name: str, *, second: bool) -> Step:
        fields = tuple(column for column in self.fields[name] if (column in self.later[name]) == second)
        own = {column: self.references[name].own[column] for column in fields if column in self.references[name].own}
        selves = () if second else tuple(column for column in fields if column in self.references[name].selves)
        return Step(name, self.found.mappings[name].model, fields, second, own, selves)

    def _order(self) -> list[str]:
        """Parents first, else as the project says; columns that close a circle are put off."""
        order: list[str] = []
        waiting = list(self.found.mappings)
        while waiting:
            free = next((name for name in waiting if not self._parents(name, waiting)), None) or self._opened(waiting)
            order.append(free)
            waiting.remove(free)
        return order

    def _parents(self, name: str, waiting: Collection[str]) -> set[str]:
        """The mappings among `waiting` that must be loaded before this one."""
        return {parent for _, parents in self._open(name) for parent in parents if parent in waiting and parent != name}

    def _open(self, name: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        """The columns of the first pass that refer to records of the project."""
        own = self.references[name].own
        return ((column, parents) for column, parents in own.items() if column not in self.later[name])

    def _opened(self, waiting: Sequence[str]) -> str:
        """A mapping of a circle that can go first, once some of its columns wait: rather any than that of the parent,
        since Odoo does much when a parent changes. Raises Cycle.
        """
        needed = {name: self._reached(name, waiting) for name in waiting}
        circle = next(
            [other for other in waiting if other in needed[name]]
            for name in waiting
            if all(name in needed[other] for other in needed[name])
        )
        closing = {name: self._closing(name, circle) for name in circle}
        for waits in (self._can_wait, lambda name, column: not self._required(name, column)):
            for name in circle:
                if all(waits(name, column) for column in closing[name]):
                    self._put_off(name, closing[name], circle)
                    return name
        raise Cycle(self._tight(circle))

    def _closing(self, name: str, circle: Collection[str]) -> list[str]:
        """The columns through which a mapping refers to others of its circle."""
        return [column for column, parents in self._open(name) if set(parents) & set(circle) - {name}]

    def _reached(self, name: str, waiting: Collection[str]) -> set[str]:
        """What must be loaded before `name`, and before that; in a circle, `name` itself."""
        found: set[str] = set()
        new = {name}
        while new:
            new = {parent for one in new for parent in self._parents(one, waiting)} - found
            found |= new
        return found

    def _put_off(self, name: str, columns: Sequence[str], circle: Sequence[str]) -> None:
        self.later[name] += columns
        others = ", ".join(other for other in circle if other != name)
        these = ", ".join(f"'{column}'" for column in columns)
        self.notes.append(
            f"{name} is loaded in two passes: it and {others} refer to each other, so {these} is filled in the second."
        )

    def _tight(self, circle: Sequence[str]) -> str:
        fields = [
            f"'{column}' of {name}"
            for name in circle
            for column in self._closing(name, circle)
            if self._required(name, column)
        ]
        return (
            f"{', '.join(circle)} need each other in a circle through {', '.join(fields)}, which Odoo wants filled "
            "from the start; no order can load them."
        )

    def _tell_other_order(self, order: Sequence[str]) -> None:
        if list(order) != list(self.found.mappings):
            self.notes.append(
                f"load_order in {project_files.SETTINGS_FILE} has records before others that they refer to; the "
                "order is "
                f"{', '.join(order)}."
            )
