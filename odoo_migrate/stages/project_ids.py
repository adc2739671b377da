"""Which external IDs the project's payload holds: a million in a hundred megabytes, since only hashes are kept."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Collection
from typing import NamedTuple

from odoo_migrate.project.external_ids import Pattern
from odoo_migrate.project.payload import Payload, Record
from odoo_migrate.project.project_reader import Project

_BITS = 40  # of a code: the record's place, below the number of its mapping
_MASK = (1 << _BITS) - 1


class Owner(NamedTuple):
    """A record of the payload: its mapping, its place there, and the row it came from."""

    mapping: str
    place: int
    row: int


Repeated = Callable[[str, Record, Owner], None]  # (mapping, record, the earlier one with the same ID)


class ProjectIds:
    """The external IDs in the payload of `mappings` (default: all of the project). `repeated` is told of every record
    whose ID another has. Raises FormatError where a payload is missing or damaged.

    Hashes are Python's own, compared within this process only; that an ID which is not there has the hash of one of a
    million that are happens once in 18 million million times.
    """

    def __init__(
        self, found: Project, mappings: Collection[str] | None = None, repeated: Repeated = lambda *_: None
    ) -> None:
        self.mappings = tuple(name for name in found.mappings if mappings is None or name in mappings)
        self.namespaces = namespaces(found)
        self._codes: dict[int, int] = {}
        self._rows: list[array[int]] = []
        for number, name in enumerate(self.mappings):
            self._rows.append(array("Q"))
            self._read(number, name, Payload(found.root, name), repeated)

    def _read(self, number: int, name: str, payload: Payload, repeated: Repeated) -> None:
        rows, codes, start = self._rows[number], self._codes, number << _BITS
        for record in payload.records():
            rows.append(record.row)
            code = start | record.place
            known = codes.setdefault(hash(record.id), code)
            if known != code:
                repeated(name, record, self._owner(known))

    def _owner(self, code: int) -> Owner:
        number, place = code >> _BITS, code & _MASK
        return Owner(self.mappings[number], place, self._rows[number][place])

    def __len__(self) -> int:
        return len(self._codes)

    def find(self, external_id: str) -> Owner | None:
        """The record with this ID, None where the project has none."""
        code = self._codes.get(hash(external_id))
        return None if code is None else self._owner(code)

    def row(self, mapping: str, place: int) -> int:
        """The row that a record came from."""
        return self._rows[self.mappings.index(mapping)][place]

    def count(self, mapping: str) -> int:
        """How many records a mapping has."""
        return len(self._rows[self.mappings.index(mapping)])

    def is_ours(self, external_id: str) -> bool:
        """Whether the ID is in a namespace of the project, so that the project must have its record."""
        return external_id.partition(".")[0] in self.namespaces


def namespaces(found: Project) -> frozenset[str]:
    """The modules (what stands before the first dot) that the project's own external IDs belong to."""
    patterns = (Pattern.read(mapping.id) for mapping in found.mappings.values())
    return frozenset(pattern.literals[0].partition(".")[0] for pattern in patterns)
