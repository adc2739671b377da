"""Records that share an external ID: where two would fill one column differently, the last would win silently."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import NamedTuple

from odoo_migrate.project import project_files
from odoo_migrate.project.payload import Payload, Record, payload_file
from odoo_migrate.project.problems import Level, Problem, Problems
from odoo_migrate.project.project_reader import Project
from odoo_migrate.stages.project_ids import Owner


class _Filling(NamedTuple):
    """A record by the hashes of its values, 0 where it has none."""

    mapping: str
    row: int
    values: array[int]


class RepeatedIds:
    """Tells of records that share an external ID. Those of two mappings of one model are told by `finish`, when the
    earlier record has been read again: to keep only the later ones, as hashes, bounds the memory.
    """

    def __init__(self, found: Project, problems: Problems) -> None:
        self._found, self._problems = found, problems
        self._later: dict[str, dict[int, list[_Filling]]] = {}  # by mapping and place of the first with that ID

    def __call__(self, mapping: str, record: Record, first: Owner) -> None:
        model, theirs = self._found.mappings[mapping].model, self._found.mappings[first.mapping].model
        if mapping != first.mapping and model == theirs:
            places = self._later.setdefault(first.mapping, {})
            places.setdefault(first.place, []).append(_filling(mapping, record))
        elif mapping == first.mapping:
            message = (
                f"row {first.row} has the same external ID ({payload_file(mapping)}); the last would win silently."
            )
            self._add(mapping, record.row, record.id, message, "error")
        else:
            message = (
                f"row {first.row} of {self._file(first.mapping)} has the same external ID, but is a record of "
                f"{theirs}, not of {model}."
            )
            self._add(mapping, record.row, record.id, message, "error")

    def finish(self) -> None:
        """Tell of what several mappings of one model share. Raises FormatError where a payload is damaged."""
        for mapping, places in self._later.items():
            for record in Payload(self._found.root, mapping).records():
                if record.place in places:
                    self._told(record.id, [_filling(mapping, record), *places.pop(record.place)])

    def _told(self, external_id: str, fillings: Sequence[_Filling]) -> None:
        for number, one in enumerate(fillings[1:], 1):
            at_odds = ((other, column) for other in fillings[:number] if (column := self._differing(other, one)))
            other, column = next(at_odds, (fillings[0], ""))
            where = f"row {other.row} of {self._file(other.mapping)}"
            if column:
                message = (
                    f"{where} has the same external ID and another value for '{column}'; one would overwrite the other "
                    "silently."
                )
                self._add(one.mapping, one.row, external_id, message, "error")
            else:
                message = f"{where} has the same external ID; both fill one record of Odoo."
                self._add(one.mapping, one.row, external_id, message, "warning")

    def _differing(self, one: _Filling, other: _Filling) -> str:
        """The first column that both fill, and differently; "" where there is none."""
        theirs = dict(zip(self._found.mappings[other.mapping].fields, other.values, strict=True))
        ours = zip(self._found.mappings[one.mapping].fields, one.values, strict=True)
        return next((name for name, value in ours if value and theirs.get(name) and theirs[name] != value), "")

    def _file(self, mapping: str) -> str:
        return f"{project_files.RAW}/{self._found.source(mapping)}"

    def _add(self, mapping: str, row: int, external_id: str, message: str, level: Level) -> None:
        self._problems.add(Problem(self._file(mapping), message, row=row, column="id", value=external_id, level=level))


def _filling(mapping: str, record: Record) -> _Filling:
    return _Filling(mapping, record.row, array("q", (hash(value) for value in record.values)))
