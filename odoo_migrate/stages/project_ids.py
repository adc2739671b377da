"""Hold the external IDs of the project's payload, and find those that two records share.

A million of them take a hundred megabytes, since only hashes are kept.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple

from odoo_migrate.catalog import Catalog
from odoo_migrate.project import project_definition
from odoo_migrate.project.external_ids import Pattern
from odoo_migrate.project.payload import Payload, Record, payload_file
from odoo_migrate.project.problems import Level, Problem, Problems
from odoo_migrate.project.project_reader import Project
from odoo_migrate.rules.reference_rules import ONE_RECORD, filled_differently
from odoo_migrate.stages.project_mappings import field_label

# One number for both keeps a record at 8 bytes besides its hash; 2 to the 40 records are enough for any mapping.
_BITS = 40  # of a code: the record's position, below the number of its mapping
_MASK = (1 << _BITS) - 1


class Owner(NamedTuple):
    """Hold a record of the payload: its mapping, its position there, and the row it came from."""

    mapping: str
    place: int
    row: int


Repeated = Callable[[str, Record, Owner], None]  # (mapping, record, the earlier one with the same ID)


class ProjectIds:
    """Hold the external IDs in the payload of `mappings` (default: all of the project).

    `repeated` is called for every record whose ID another has. Raises FormatError where a payload cannot be read.

    Hashes are Python's own, compared within this process only; that an ID which is not there has the hash of one of a
    million that are happens once in 18 million million times.
    """

    def __init__(
        self, found: Project, mappings: Collection[str] | None = None, repeated: Repeated | None = None
    ) -> None:
        """Read the IDs of all these payloads."""
        self.mappings = tuple(name for name in found.mappings if mappings is None or name in mappings)
        self.namespaces = namespaces(found)
        self._codes: dict[int, int] = {}
        self._rows: list[array[int]] = []
        for number, name in enumerate(self.mappings):
            self._rows.append(array("Q"))
            self._read(number, name, Payload(found.root, name), repeated)

    def _read(self, number: int, name: str, payload: Payload, repeated: Repeated | None) -> None:
        rows, codes, start = self._rows[number], self._codes, number << _BITS
        for record in payload.records():
            rows.append(record.row)
            code = start | record.place
            known = codes.setdefault(hash(record.id), code)
            if known != code and repeated is not None:
                repeated(name, record, self._owner(known))

    def _owner(self, code: int) -> Owner:
        number, place = code >> _BITS, code & _MASK
        return Owner(self.mappings[number], place, self._rows[number][place])

    def __len__(self) -> int:
        """Return how many IDs there are."""
        return len(self._codes)

    def find(self, external_id: str) -> Owner | None:
        """Return the record with this ID, None where the project has none."""
        code = self._codes.get(hash(external_id))
        if code is None:
            return None
        return self._owner(code)

    def row(self, mapping: str, place: int) -> int:
        """Return the row that a record came from."""
        return self._rows[self.mappings.index(mapping)][place]

    def count(self, mapping: str) -> int:
        """Return how many records a mapping has."""
        return len(self._rows[self.mappings.index(mapping)])

    def is_ours(self, external_id: str) -> bool:
        """Return whether the ID is in a namespace of the project, so that the project must have its record."""
        return external_id.partition(".")[0] in self.namespaces


def namespaces(found: Project) -> frozenset[str]:
    """Return the modules (what is before the first dot) that the project's own external IDs belong to."""
    modules = set()
    for mapping in found.mappings.values():
        pattern = Pattern.read(mapping.id)
        modules.add(pattern.literals[0].partition(".")[0])
    return frozenset(modules)


class _Filling(NamedTuple):
    """Hold a record by the hashes of its values, 0 where it has none."""

    mapping: str
    row: int
    values: array[int]


class RepeatedIds:
    """Report records that share an external ID: of two that fill a column differently the last would win silently.

    Those of two mappings of one model are reported by `finish`, which reads the earlier record again: to keep only the
    later ones, as hashes, bounds the memory.
    """

    def __init__(self, found: Project, known: Catalog, problems: Problems) -> None:
        """Start without any record."""
        self._found, self._known, self._problems = found, known, problems
        self._later: dict[str, dict[int, list[_Filling]]] = {}  # by mapping and position of the first with that ID

    def __call__(self, mapping: str, record: Record, first: Owner) -> None:
        """Take a record whose ID an earlier one, `first`, has."""
        model, theirs = self._found.mappings[mapping].model, self._found.mappings[first.mapping].model
        # Two sheets may fill one record, as long as they do not fill a column differently.
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
        """Report what several mappings of one model share. Raises FormatError where a payload is damaged."""
        for mapping, places in self._later.items():
            for record in Payload(self._found.root, mapping).records():
                if record.place in places:
                    self._compare(record.id, [_filling(mapping, record), *places.pop(record.place)])

    def _compare(self, external_id: str, fillings: Sequence[_Filling]) -> None:
        for number, one in enumerate(fillings[1:], 1):
            other, column = self._first_that_differs(fillings[:number], one)
            where = f"row {other.row} of {self._file(other.mapping)}"
            if column:
                message = f"{where} {filled_differently(self._label(one.mapping, column))}."
                self._add(one.mapping, one.row, external_id, message, "error")
            else:
                message = f"{where} {ONE_RECORD}."
                self._add(one.mapping, one.row, external_id, message, "warning")

    def _first_that_differs(self, earlier: Sequence[_Filling], one: _Filling) -> tuple[_Filling, str]:
        """Return the first of the earlier records that differs, and the column; the very first and "" if none does."""
        for other in earlier:
            column = self._differing(other, one)
            if column:
                return other, column
        return earlier[0], ""

    def _differing(self, one: _Filling, other: _Filling) -> str:
        """Return the first column that both fill, and differently; "" where there is none."""
        theirs = dict(zip(self._found.mappings[other.mapping].fields, other.values, strict=True))
        ours = zip(self._found.mappings[one.mapping].fields, one.values, strict=True)
        for name, value in ours:
            their_value = theirs.get(name)
            if value and their_value and their_value != value:
                return name
        return ""

    def _label(self, mapping: str, column: str) -> str:
        return field_label(self._known, self._found.mappings[mapping], column)

    def _file(self, mapping: str) -> str:
        return f"{project_definition.RAW}/{self._found.source(mapping)}"

    def _add(self, mapping: str, row: int, external_id: str, message: str, level: Level) -> None:
        self._problems.add(Problem(self._file(mapping), message, row=row, column="id", value=external_id, level=level))


def _filling(mapping: str, record: Record) -> _Filling:
    # The hash of an empty text is 0.
    return _Filling(mapping, record.row, array("q", map(hash, record.values)))
