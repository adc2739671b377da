"""Records that are their own ancestor: Odoo refuses them, whichever mappings of a model they come from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate

from odoo_migrate.project import project_files
from odoo_migrate.project.problems import Problem
from odoo_migrate.project.project_reader import Project
from odoo_migrate.rules import field_needs
from odoo_migrate.stages import record_graph
from odoo_migrate.stages.project_ids import Owner, ProjectIds
from odoo_migrate.stages.record_graph import Links


class Hierarchy:
    """The parents of all records of one model."""

    def __init__(self, found: Project, model: str, ids: ProjectIds) -> None:
        self.found, self.ids = found, ids
        self.mappings = [name for name in ids.mappings if found.mappings[name].model == model]
        starts = list(accumulate((ids.count(name) for name in self.mappings), initial=0))
        self.count = starts[-1]
        self._starts = dict(zip(self.mappings, starts, strict=False))
        self.links = Links()

    def add(self, mapping: str, place: int, parent: Owner) -> None:
        """The record at `place` of `mapping` has this parent."""
        if parent.mapping in self._starts:
            self.links.add(self._starts[mapping] + place, self._starts[parent.mapping] + parent.place)

    def problems(self) -> Iterator[Problem]:
        """One for every record of a circle."""
        depths = record_graph.depths(self.count, [self.links])
        for circle in record_graph.circles(depths, [self.links]):
            for number, parent in zip(circle, [*circle[1:], circle[0]], strict=True):
                yield self._problem(number, parent, circle)

    def _problem(self, number: int, parent: int, circle: Sequence[int]) -> Problem:
        mapping, row = self._place(number)
        entry = next(
            entry for name, entry in self.found.mappings[mapping].fields.items() if self._is_parent(mapping, name)
        )
        file = f"{project_files.RAW}/{self.found.source(mapping)}"
        message = "this record is its own parent, which Odoo refuses."
        if len(circle) > 1:
            other, at = self._place(parent)
            shown = f"row {at}" if other == mapping else f"{project_files.RAW}/{self.found.source(other)}, row {at}"
            message = f"its parent ({shown}) comes back to it, a circle of {len(circle)} records; Odoo refuses that."
        return Problem(file, message, row=row, column=entry.source)

    def _is_parent(self, mapping: str, name: str) -> bool:
        return field_needs.hierarchical(self.found.mappings[mapping].model, name)

    def _place(self, number: int) -> tuple[str, int]:
        """(mapping, row) of a record."""
        mapping = next(name for name in reversed(self.mappings) if self._starts[name] <= number)
        return mapping, self.ids.row(mapping, number - self._starts[mapping])
