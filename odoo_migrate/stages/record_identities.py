"""Find the records of a mapping: which staged rows are one record, and which external ID each has.

What an ID looks like is decided in `external_ids` alone. But that wants all keys at once, and a million keys with
their IDs fill half a gigabyte. So here keys are known by their hashes (eight bytes), every ID is made when it is
needed, and only the few keys whose IDs depend on other keys are kept as they are.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

from odoo_migrate.project import project_definition
from odoo_migrate.project.external_ids import KEY_SEPARATOR, Key, Pattern, external_ids, is_empty
from odoo_migrate.project.problems import Problem, Problems
from odoo_migrate.project.project_definition import ModelMapping
from odoo_migrate.project.yaml_text import FormatError
from odoo_migrate.rules import as_sentence
from odoo_migrate.rules.reference_rules import KEY_DISPUTED, NO_ID
from odoo_migrate.stages.project_mappings import columns
from odoo_migrate.stages.stage_progress import EVERY
from odoo_migrate.stages.staged_rows import Staged, StagedRow


def _no_report(done: int) -> None:
    """Do nothing with the number of rows that are done."""


class Identities:
    """Hold the records of `mapping` among the staged rows of its source.

    Rows without a key, and rows of one key that do not agree in the mapped columns, go to `problems`. `rows`: how many
    rows belong to the mapping.

    Hashes are Python's own and compared within this process only. Two keys with one hash, which a million keys have
    with a chance of one in ten million, would be taken for rows that do not agree.
    """

    def __init__(
        self,
        mapping: ModelMapping,
        staged: Staged,
        problems: Problems,
        report: Callable[[int], None] = _no_report,
    ) -> None:
        """Read the staged rows once."""
        self.mapping, self.staged = mapping, staged
        self.pattern = Pattern.read(mapping.id)
        self.rows = 0
        self._file = f"{project_definition.RAW}/{staged.raw}"
        titles = [title for title, _ in columns(mapping)]
        self._columns = list(dict.fromkeys(titles))
        self._places: dict[int, int] = {}  # by the hash of the key
        self._offsets, self._contents, self._alone = array("Q"), array("q"), array("q")
        self._survey(problems, report)
        self._exceptions = self._ids_with_suffix()
        del self._contents, self._alone

    def __len__(self) -> int:
        """Return how many records there are."""
        return len(self._offsets)

    def key(self, row: StagedRow) -> Key:
        """Return the key of a row."""
        return tuple(row.cells[title] for title in self.pattern.placeholders)

    def id(self, key: Key) -> str:
        """Return the external ID of a record that is there."""
        return self._exceptions.get(key) or self.pattern.alone(key)

    def find(self, cell: str) -> str:
        """Return the external ID of the record whose key is `cell`; "" where there is none."""
        return self.id((cell,)) if hash(cell) in self._places else ""

    def records(self) -> Iterator[StagedRow]:
        """Yield the first row of every record."""
        offsets = iter(self._offsets)
        wanted = next(offsets, -1)
        for row in self.staged:
            if row.offset == wanted:
                yield row
                wanted = next(offsets, -1)

    def _survey(self, problems: Problems, report: Callable[[int], None]) -> None:
        when, titles = self.mapping.when, self._columns
        checked = False
        for number, row in enumerate(self.staged, 1):
            if not checked:
                checked = self._check_titles(row)
            if not number % EVERY:
                report(number)
            if when and is_empty(row.cells[when]):
                continue
            self.rows += 1
            key = self.key(row)
            if any(map(is_empty, key)):
                self._add_empty(key, row, problems)
            else:
                content = [row.cells[title] for title in titles]
                self._take(row, key, hash(tuple(content)), problems)

    def _take(self, row: StagedRow, key: Key, content: int, problems: Problems) -> None:
        place = self._places.setdefault(hash(KEY_SEPARATOR.join(key)), len(self._offsets))
        if place == len(self._offsets):
            self._offsets.append(row.offset)
            self._contents.append(content)
            self._alone.append(hash(self.pattern.alone(key)))
        elif self._contents[place] != content:
            self._add_disputed(self.staged.at(self._offsets[place]), row, problems)

    def _check_titles(self, row: StagedRow) -> bool:
        for title, purpose in columns(self.mapping):
            if title not in row.cells:
                shown = f"{project_definition.MAPPINGS}/{self.mapping.name}.yml"
                raise FormatError(f"{purpose} needs the column '{title}', which {self._file} does not have.", shown)
        return True

    def _add_empty(self, key: Key, row: StagedRow, problems: Problems) -> None:
        empties = list(map(is_empty, key))
        title = self.pattern.placeholders[empties.index(True)]
        problems.add(Problem(self._file, as_sentence(NO_ID), row=row.row, column=title))

    def _add_disputed(self, first: StagedRow, row: StagedRow, problems: Problems) -> None:
        key = self.pattern.placeholders[0]
        for title in self._columns:
            theirs = first.cells[title]
            if row.cells[title] != theirs:
                message = f"this {KEY_DISPUTED}: row {first.row} has '{theirs}' in '{title}', not '{row.cells[title]}'."
                problems.add(Problem(self._file, message, row=row.row, column=key, value=row.cells[key]))

    def _ids_with_suffix(self) -> dict[Key, str]:
        """Return the IDs of the keys that would share one with another key.

        All keys that could take each other's ID are given to `external_ids`; what is left out has an ID that none of
        these can ever have.
        """
        # Sorted, keys that would share an ID are neighbours: a set of all would take twice the memory.
        ordered = sorted(self._alone)
        wanted = {one for one, other in pairwise(ordered) if one == other}
        del ordered
        found: dict[Key, Any] = {}
        while wanted:
            new = [key for key in self._keys_alone(wanted) if key not in found]
            found.update(dict.fromkeys(new))
            # What one of these may be called instead could be the name of another key again.
            wanted = set()
            for key in new:
                wanted.update(map(hash, self.pattern.choices(key)))
        return external_ids(self.pattern, found)

    def _keys_alone(self, wanted: set[int]) -> list[Key]:
        """Return the keys whose ID would be one of `wanted` (hashes) if they were alone."""
        found = []
        for one, offset in zip(self._alone, self._offsets, strict=True):
            if one in wanted:
                found.append(self.key(self.staged.at(offset)))
        return found
