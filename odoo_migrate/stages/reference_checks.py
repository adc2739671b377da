"""Check cells that name other records: well-formed, leading to a record of the right kind, and coming to an end.

All of it as far as that can be known without asking a server.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

from odoo_migrate.catalog import Catalog
from odoo_migrate.project import project_definition
from odoo_migrate.project.problems import Level, Problem
from odoo_migrate.project.project_reader import Project
from odoo_migrate.rules import as_clause, shipped_records
from odoo_migrate.rules.hierarchies import comes_back, forbids_circles, own_parent
from odoo_migrate.rules.reference_rules import names_another_kind, names_nothing, wrong_references
from odoo_migrate.stages import record_graph
from odoo_migrate.stages.project_ids import Owner, ProjectIds
from odoo_migrate.stages.project_mappings import field_label
from odoo_migrate.stages.record_graph import RecordLinks

_REMEMBERED = 65_536  # cells of a column that are not judged again


@dataclass(frozen=True)
class ReferenceVerdict:
    """Hold what is wrong with a cell ("" where nothing is), and the records of the project that it names."""

    predicate: str = ""
    level: Level = "error"
    owners: tuple[Owner, ...] = ()


@dataclass(frozen=True)
class ReferenceTarget:
    """Hold what the cells of a column name: records of `model` ("": not known), one or `several`."""

    model: str
    several: bool


class ReferenceChecks:
    """Check cells against the records of the project and those that Odoo ships with.

    `whole`: `ids` holds all records of the project, so that one that is missing there is missing.
    """

    def __init__(self, found: Project, ids: ProjectIds, *, whole: bool) -> None:
        """Keep the records to look among."""
        self.found, self.ids, self.whole = found, ids, whole
        self.version = found.settings.odoo_version

    def of_column(self, target: ReferenceTarget) -> Callable[[str], ReferenceVerdict]:
        """Return what judges the cells of a column that are not empty."""

        @lru_cache(maxsize=_REMEMBERED)
        def judge(cell: str) -> ReferenceVerdict:
            return self._judge(cell, target)

        return judge

    def _judge(self, cell: str, target: ReferenceTarget) -> ReferenceVerdict:
        wrong = wrong_references(cell, several=target.several)
        if wrong:
            return ReferenceVerdict(wrong)
        owners: list[Owner] = []
        for one in cell.split(","):
            if self.ids.is_ours(one):
                owner = self.ids.find(one)
                if owner is not None:
                    owners.append(owner)
                wrong = self._own(one, owner, target)
                if wrong:
                    return ReferenceVerdict(wrong)
            # Records of another module than the project's can be known only where Odoo ships them.
            elif target.model and shipped_records.is_missing(one, target.model, self.version):
                return self._not_shipped(one, target.model)
        return ReferenceVerdict(owners=tuple(owners))

    def _own(self, one: str, owner: Owner | None, target: ReferenceTarget) -> str:
        if owner is None:
            if self.whole:
                return names_nothing(one, "the project")
            return ""  # it may be in a payload that could not be read
        model = self.found.mappings[owner.mapping].model
        if target.model in {"", model}:
            return ""
        return names_another_kind(one, model, target.model)

    def _not_shipped(self, one: str, model: str) -> ReferenceVerdict:
        wrong = names_nothing(one, f"Odoo {self.version.removesuffix('.0')}")
        if shipped_records.is_certain(model):
            return ReferenceVerdict(wrong)
        return ReferenceVerdict(f"{wrong}; check with --against-odoo", "warning")


class Hierarchy:
    """Hold the parents of all records of one model, whichever mappings they come from."""

    def __init__(self, found: Project, known: Catalog, model: str, ids: ProjectIds) -> None:
        """Number the records of the model."""
        self.found, self.known, self.ids = found, known, ids
        self.mappings = [name for name in ids.mappings if found.mappings[name].model == model]
        # The records of each mapping have the numbers that follow those of the mapping before it.
        starts = list(accumulate(map(ids.count, self.mappings), initial=0))
        self.count = starts[-1]
        self._starts = dict(zip(self.mappings, starts, strict=False))
        self.links = RecordLinks()

    def add(self, mapping: str, place: int, parent: Owner) -> None:
        """Note that the record at `place` of `mapping` has this parent."""
        # A parent of another model is reported as such, and is in no tree of this one.
        if parent.mapping in self._starts:
            self.links.add(self._starts[mapping] + place, self._starts[parent.mapping] + parent.place)

    def problems(self) -> Iterator[Problem]:
        """Yield one for every record of a circle."""
        depths = record_graph.depths(self.count, [self.links])
        for circle in record_graph.circles(depths, [self.links]):
            for number, parent in zip(circle, [*circle[1:], circle[0]], strict=True):
                yield self._problem(number, parent, circle)

    def _problem(self, number: int, parent: int, circle: Sequence[int]) -> Problem:
        name, row = self._owner(number)
        mapping = self.found.mappings[name]
        column = next(column for column in mapping.fields if forbids_circles(mapping.model, column))
        label = field_label(self.known, mapping, column)
        message = as_clause(own_parent(label))
        if len(circle) > 1:
            other, at = self._owner(parent)
            where = f"row {at}"
            if other != name:
                where += f" of {self._file(other)}"
            message = f"{comes_back(label)}: {where}, a circle of {len(circle)} records."
        return Problem(self._file(name), message, row=row, column=mapping.fields[column].source)

    def _file(self, mapping: str) -> str:
        return f"{project_definition.RAW}/{self.found.source(mapping)}"

    def _owner(self, number: int) -> tuple[str, int]:
        """Return the mapping and the row of a record."""
        mapping = next(name for name in reversed(self.mappings) if self._starts[name] <= number)
        return mapping, self.ids.row(mapping, number - self._starts[mapping])
