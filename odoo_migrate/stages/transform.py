"""Make the payload for `transform execute`: staged rows, mappings and lookups become Odoo's import columns."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from odoo_migrate.project import payload, project_definition
from odoo_migrate.project.payload import PayloadWriter
from odoo_migrate.project.problems import Problem, Problems
from odoo_migrate.project.project_definition import ModelMapping
from odoo_migrate.project.project_reader import Project
from odoo_migrate.project.yaml_text import FormatError
from odoo_migrate.rules.reference_rules import no_such_record, not_in_lookup
from odoo_migrate.stages import payload_stamps
from odoo_migrate.stages.project_mappings import catalog_of, field_label, field_of, records_label
from odoo_migrate.stages.record_identities import Identities
from odoo_migrate.stages.record_values import Filling, KeyFinder
from odoo_migrate.stages.stage_progress import EVERY, StageProgress, silent
from odoo_migrate.stages.staged_rows import Staged


@dataclass(frozen=True)
class Transformed:
    """Hold what a mapping's payload is: `rows` of the source became `records`. `notes` are sentences for the user."""

    mapping: str
    records: int
    rows: int
    notes: tuple[str, ...] = ()


def transform(
    found: Project, mappings: Sequence[str] | None, problems: Problems, progress: StageProgress = silent
) -> list[Transformed]:
    """Write the payload of `mappings` (None: of all), in load order.

    What is wrong goes to `problems`; a mapping with an error has no payload afterwards. Raises FormatError for an Odoo
    version that is not known.
    """
    wanted = [name for name in found.settings.load_order if mappings is None or name in mappings]
    work = _Work(found, wanted, problems, progress)
    return list(work.run())


class _Work:
    """Hold what is shared while mappings are transformed one after the other."""

    def __init__(self, found: Project, wanted: Sequence[str], problems: Problems, progress: StageProgress) -> None:
        self.found, self.wanted, self.problems, self.progress = found, wanted, problems, progress
        self.catalog = catalog_of(found)
        self._identities: dict[str, Identities] = {}
        self._lookups: dict[str, dict[str, str]] = {}
        self._wrong: dict[str, int] = {}  # errors of a mapping's keys, found when it was first referred to
        self._said: set[str] = set()

    def run(self) -> Iterator[Transformed]:
        for place, name in enumerate(self.wanted):
            mapping = self.found.mappings[name]
            try:
                done = self._transform(mapping)
            except FormatError as problem:
                payload_stamps.remove(self.found.root, name)
                payload.remove(self.found.root, name)
                self._add_once(problem)
            else:
                if done is not None:
                    yield done
            following = [self.found.mappings[later] for later in self.wanted[place + 1 :]]
            self._release(following)

    def _add_once(self, problem: FormatError) -> None:
        """Add a problem once, even if several mappings come upon it."""
        if str(problem) not in self._said:
            self._said.add(str(problem))
            self.problems.add(Problem.of(problem))
        self._said.add(str(problem))

    def _release(self, later: Collection[ModelMapping]) -> None:
        """Forget what none of the mappings still to come needs."""
        needed, tables = set(), set()
        for mapping in later:
            needed.add(mapping.name)
            for entry in mapping.fields.values():
                needed.add(entry.ref)
                tables.add(entry.lookup)
        for name in self._identities.keys() - needed:
            del self._identities[name]
        for name in self._lookups.keys() - tables:
            del self._lookups[name]

    def _transform(self, mapping: ModelMapping) -> Transformed | None:
        root = self.found.root
        payload_stamps.remove(root, mapping.name)  # so that an interrupted run leaves no payload that seems current
        own = self._records(mapping.name)
        before = self.problems.errors
        file = f"{project_definition.RAW}/{self.found.source(mapping.name)}"
        filling = Filling(mapping, file, self._finders(mapping), self._html(mapping), self.problems)
        with PayloadWriter(root, mapping.name, filling.fields) as writer:
            for row in own.records():
                writer.write(row.row, own.id(own.key(row)), filling.values(row))
                if not writer.count % EVERY:
                    self._report(own, own.staged.rows * writer.count // len(own))
            if self.problems.errors > before or self._wrong[mapping.name]:
                writer.discard()
        self.progress(mapping.name, 2 * own.staged.rows, 2 * own.staged.rows)
        if self.problems.errors > before or self._wrong[mapping.name]:
            return None
        payload_stamps.write(self.found, mapping)
        return Transformed(mapping.name, writer.count, own.rows, tuple(_notes(mapping, filling.escaped)))

    def _report(self, own: Identities, written: int) -> None:
        self.progress(own.mapping.name, own.staged.rows + written, 2 * own.staged.rows)

    def _records(self, name: str) -> Identities:
        if name in self._identities:
            return self._identities[name]
        staged = Staged(self.found.root, self.found.source(name))
        own = self.problems
        if name not in self.wanted:
            own = Problems()  # nobody asked about a mapping that is only referred to
        before = own.errors

        def report(done: int) -> None:
            # Finding the records is the first half of the work, writing them the second.
            self.progress(name, done, 2 * staged.rows)

        self._identities[name] = Identities(self.found.mappings[name], staged, own, report)
        self._wrong[name] = own.errors - before
        return self._identities[name]

    def _finders(self, mapping: ModelMapping) -> dict[str, KeyFinder]:
        """Return what translates the keys of each field that refers to records."""
        finders: dict[str, KeyFinder] = {}
        for name, entry in mapping.fields.items():
            label = field_label(self.catalog, mapping, name)
            if entry.lookup:
                field = field_of(self.catalog, mapping, name)
                model = field.relation if field is not None else ""
                nowhere = partial(_not_in_lookup, field=label, table=entry.lookup, model=model)
                finders[name] = KeyFinder(self._lookup(entry.lookup), nowhere)
            elif entry.ref:
                records = records_label(self.catalog, self.found.mappings[entry.ref])
                nowhere = partial(_no_such_record, field=label, label=records)
                finders[name] = KeyFinder(self._records(entry.ref).find, nowhere)
        return finders

    def _lookup(self, table: str) -> Callable[[str], str]:
        if table not in self._lookups:
            self._lookups[table] = self.found.lookup(table)
        found = self._lookups[table]
        return lambda key: found.get(key, "")

    def _html(self, mapping: ModelMapping) -> frozenset[str]:
        """Return the mapping's fields that Odoo keeps as HTML."""
        if mapping.model not in self.catalog:
            return frozenset()
        found = set()
        for name in mapping.fields:
            field = field_of(self.catalog, mapping, name)
            if field is not None and field.type == "html":
                found.add(name)
        return frozenset(found)


def _not_in_lookup(key: str, field: str, table: str, model: str) -> str:
    return not_in_lookup([key], field, table, model)


def _no_such_record(key: str, field: str, label: str) -> str:
    return no_such_record([key], field, label)


def _notes(mapping: ModelMapping, escaped: Mapping[str, int]) -> Iterator[str]:
    for name, count in escaped.items():
        cells = f"{count:,} cells are"
        if count == 1:
            cells = "1 cell is"
        yield (
            f"{mapping.name}: {cells} plain text, but Odoo keeps '{name}' as HTML; line breaks became <br>, and "
            "<, > and & are written so that Odoo shows them as they stand."
        )
