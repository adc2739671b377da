"""Plan the order of a load: parents before children, from the references that the payload holds.

Where mappings or records refer to each other in a circle, a column that Odoo can do without at first is left out of
the first pass and filled in a second one, when all its records are there.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial

from odoo_migrate.project import project_definition
from odoo_migrate.project.payload import Payload
from odoo_migrate.project.project_reader import Project
from odoo_migrate.rules.hierarchies import forbids_circles
from odoo_migrate.rules.mapping_order import EndlessCircle, MappingReference, PostponedColumns, parents_first
from odoo_migrate.rules.required_fields import needed_at_once
from odoo_migrate.stages import record_graph
from odoo_migrate.stages.project_ids import Owner, ProjectIds
from odoo_migrate.stages.project_mappings import catalog_of, field_of, given_fields
from odoo_migrate.stages.record_graph import RecordLinks

_REMEMBERED = 65_536  # cells whose records are not looked for again
_SHOWN_RECORDS = 5  # of a circle, besides the one that is blamed


class Cycle(ValueError):
    """Report records that need each other in a circle, which no order can load, in one sentence for the user."""


@dataclass(frozen=True)
class LoadStep:
    """Hold one pass over the payload of `mapping`.

    Attributes:
        fields: the import columns to send, without `id`.
        second: it fills what had to wait in the first pass because mappings (or records) refer to each other in a
            circle.
        own: of the columns that refer to records of this project, the mappings that those belong to.
        selves: of those, the columns that refer to records of the same mapping, whose parents must go first.
    """

    mapping: str
    model: str
    fields: tuple[str, ...]
    second: bool = False
    own: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    selves: tuple[str, ...] = ()


def steps(found: Project, ids: ProjectIds | None = None) -> tuple[list[LoadStep], list[str]]:
    """Return the steps of a load in their order, and notes for the user.

    `ids`: those of the payload, where they are at hand. Raises Cycle, and FormatError where a payload is missing.
    """
    ids = ids or ProjectIds(found)
    planner = _Planner(found)
    for name in found.mappings:
        planner.add(name, read_references(found, name, ids), Payload(found.root, name))
    return planner.steps()


def levels(payload: Payload, selves: Collection[str]) -> array[int]:
    """Return how deep each record of a payload is in the references of columns `selves` to its own records.

    Those of depth 0 go first, then those of depth 1, and so on. Records that lead back to themselves come last of all.
    """
    # Hashes instead of texts, as `ProjectIds` keeps them.
    places = {hash(record.id): record.place for record in payload.records()}
    columns = [place for place, name in enumerate(payload.fields) if name in selves]
    links = RecordLinks()
    for record in payload.records():
        for column in columns:
            cell = record.values[column]
            if not cell:
                continue
            for one in cell.split(","):
                parent = places.get(hash(one))
                if parent is not None:
                    links.add(record.place, parent)
    found = record_graph.depths(payload.count, [links])
    last = max(found, default=0) + 1
    for place, depth in enumerate(found):
        if depth == record_graph.UNREACHED:
            found[place] = last
    return found


@dataclass
class PayloadReferences:
    """Hold what the records of one mapping refer to, as its payload says it.

    `own`: by column, the mappings whose records it names, in the project's order; `selves`: the links among the
    mapping's records by column; `count`: its records.
    """

    own: dict[str, tuple[str, ...]] = field(default_factory=dict)
    selves: dict[str, RecordLinks] = field(default_factory=dict)
    count: int = 0


def read_references(found: Project, mapping: str, ids: ProjectIds) -> PayloadReferences:
    """Read what the payload of a mapping refers to. Raises FormatError."""
    content = Payload(found.root, mapping)
    places = [(place, name) for place, name in enumerate(content.fields) if name.endswith("/id")]
    owners: dict[str, set[str]] = {name: set() for _, name in places}
    selves = {name: RecordLinks() for _, name in places}
    result = PayloadReferences()
    find = _finder(ids)
    for record in content.records():
        result.count += 1
        for place, name in places:
            cell = record.values[place]
            if not cell:
                continue
            for owner in find(cell):
                owners[name].add(owner.mapping)
                if owner.mapping == mapping:
                    selves[name].add(record.place, owner.place)
    for _, name in places:
        if owners[name]:
            result.own[name] = tuple(one for one in found.mappings if one in owners[name])
        if len(selves[name]):
            result.selves[name] = selves[name]
    return result


def _finder(ids: ProjectIds) -> Callable[[str], tuple[Owner, ...]]:
    """Return what finds the records of the project that a cell names; most cells come many times."""

    @lru_cache(maxsize=_REMEMBERED)
    def find(cell: str) -> tuple[Owner, ...]:
        owners = []
        for one in cell.split(","):
            owner = ids.find(one) if ids.is_ours(one) else None
            if owner is not None:
                owners.append(owner)
        return tuple(owners)

    return find


class _Planner:
    """Collect what mappings refer to, then order them."""

    def __init__(self, found: Project) -> None:
        self.found = found
        self.catalog = catalog_of(found)
        self.references: dict[str, PayloadReferences] = {}
        self.fields: dict[str, tuple[str, ...]] = {}
        self.later: dict[str, list[str]] = {name: [] for name in found.mappings}  # columns of the second pass
        self.notes: list[str] = []

    def add(self, name: str, found: PayloadReferences, payload: Payload) -> None:
        """Decide which of the columns that refer to the mapping's own records must wait. Raises Cycle."""
        self.references[name], self.fields[name] = found, payload.fields
        accepted: list[RecordLinks] = []
        # Those that cannot wait first, so that of two columns in one circle the other one waits.
        for column in sorted(found.selves, key=partial(self._can_wait, name)):
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
        # Only which columns they are is asked from now on; the links of a million records take 16 megabytes.
        found.selves = {column: RecordLinks() for column in found.selves}

    def steps(self) -> tuple[list[LoadStep], list[str]]:
        """Return the steps in their order, and notes for the user. Raises Cycle."""
        try:
            order, put_off = parents_first(list(self.found.mappings), list(self._references()))
        except EndlessCircle as endless:
            raise Cycle(_without_order(endless)) from endless
        for one in put_off:
            self.later[one.mapping] += one.columns
            self.notes.append(_two_passes(one))
        self._note_other_order(order)
        planned = [self._step(name, second=False) for name in order]
        for name in order:
            if self.later[name]:
                planned.append(self._step(name, second=True))
        return planned, self.notes

    def _references(self) -> Iterator[MappingReference]:
        """Yield what the columns of the first pass refer to."""
        for name, found in self.references.items():
            model = self.found.mappings[name].model
            for column, parents in found.own.items():
                if column in self.later[name]:
                    continue
                required, in_tree = self._required(name, column), forbids_circles(model, column)
                for parent in parents:
                    yield MappingReference(name, parent, column, required, in_tree)

    def _can_wait(self, name: str, column: str) -> bool:
        # No second pass could fill a circle of parents: Odoo refuses it however it comes about.
        in_tree = forbids_circles(self.found.mappings[name].model, column)
        return not in_tree and not self._required(name, column)

    def _required(self, name: str, column: str) -> bool:
        mapping = self.found.mappings[name]
        field = field_of(self.catalog, mapping, column)
        if field is None:
            return False
        return needed_at_once(self.catalog.model(mapping.model), field, given_fields(mapping))

    def _endless(self, name: str, column: str, circle: Sequence[int], payload: Payload) -> Cycle:
        there = {}
        for record in payload.records():
            if record.place in circle:
                there[record.place] = record
        record, file = there[circle[0]], f"{project_definition.RAW}/{self.found.source(name)}"
        shown = f"'{record.id}' ({file}, row {record.row})"
        if len(circle) == 1:
            return Cycle(f"{shown} refers to itself through '{column}', which Odoo refuses.")
        others = ", ".join(f"'{there[place].id}'" for place in circle[1 : 1 + _SHOWN_RECORDS])
        if len(circle) > 1 + _SHOWN_RECORDS:
            others += ", …"
        return Cycle(f"{shown} comes back to itself through '{column}' of {others}, which Odoo refuses.")

    def _step(self, name: str, *, second: bool) -> LoadStep:
        references, later = self.references[name], self.later[name]
        fields = tuple(column for column in self.fields[name] if (column in later) == second)
        own, selves = {}, []
        for column in fields:
            if column in references.own:
                own[column] = references.own[column]
            # In the second pass all records are there, whatever their order.
            if column in references.selves and not second:
                selves.append(column)
        return LoadStep(name, self.found.mappings[name].model, fields, second, own, tuple(selves))

    def _note_other_order(self, order: Sequence[str]) -> None:
        if list(order) != list(self.found.mappings):
            self.notes.append(
                f"load_order in {project_definition.SETTINGS_FILE} has records before others that they refer to; the "
                "order is "
                f"{', '.join(order)}."
            )


def _two_passes(one: PostponedColumns) -> str:
    others = ", ".join(name for name in one.circle if name != one.mapping)
    columns = ", ".join(map(_quoted, one.columns))
    passes = f"{one.mapping} is loaded in two passes: it and {others} refer to each other"
    return f"{passes}, so {columns} is filled in the second."


def _quoted(column: str) -> str:
    return f"'{column}'"


def _without_order(endless: EndlessCircle) -> str:
    fields = dict.fromkeys(f"'{one.column}' of {one.child}" for one in endless.references)
    need = f"{', '.join(endless.circle)} need each other in a circle through {', '.join(fields)}"
    return f"{need}, which Odoo wants filled from the start; no order can load them."
