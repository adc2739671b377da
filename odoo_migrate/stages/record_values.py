"""From a staged row to the values of Odoo's import columns, as a mapping says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

from odoo_migrate.project import project_files
from odoo_migrate.project.problems import Problem, Problems
from odoo_migrate.project.project_files import FieldEntry, ModelMapping, split_keys
from odoo_migrate.stages.html_text import as_html
from odoo_migrate.stages.staged_rows import Row

Find = Callable[[str], str]  # the external ID of a key, "" where there is none
_REMEMBERED = 65_536  # cells of a column


class Missing(Exception):
    """Keys of a cell that lead nowhere."""

    def __init__(self, keys: list[str]) -> None:
        super().__init__()
        self.keys = keys


class Filling:
    """Fills the fields of `mapping`. `find`: for each field with a lookup or a ref, what finds its external IDs;
    `html`: the fields that Odoo keeps as HTML. `escaped` counts, by field, the cells that became HTML.
    """

    def __init__(
        self, mapping: ModelMapping, file: str, find: Mapping[str, Find], html: frozenset[str], problems: Problems
    ) -> None:
        self.fields = tuple(mapping.fields)
        self.escaped: dict[str, int] = {}
        self._entries, self._file, self._problems = tuple(mapping.fields.values()), file, problems
        self._constants = [self._constant(name, entry, html) for name, entry in mapping.fields.items()]
        self._sources = [(place, entry.source) for place, entry in enumerate(self._entries) if entry.value is None]
        self._finders = [
            (place, _translated(find[name], mapping.fields[name].separator))
            for place, name in enumerate(self.fields)
            if name in find
        ]
        self._html = [
            (place, name)
            for place, name in enumerate(self.fields)
            if name in html and self._entries[place].value is None
        ]

    def _constant(self, name: str, entry: FieldEntry, html: frozenset[str]) -> str:
        value = entry.value or ""
        return as_html(value) if name in html else value

    def values(self, row: Row) -> list[str]:
        """In the order of `fields`. Keys that lead nowhere become problems, and are left out."""
        cells, values = row.cells, self._constants.copy()
        for place, title in self._sources:
            values[place] = cells[title]
        for place, translated in self._finders:
            if values[place]:
                values[place] = self._found(place, translated, values[place], row)
        for place, name in self._html:
            text = as_html(values[place])
            if text != values[place]:
                self.escaped[name] = self.escaped.get(name, 0) + 1
                values[place] = text
        return values

    def _found(self, place: int, translated: Callable[[str], str], cell: str, row: Row) -> str:
        try:
            return translated(cell)
        except Missing as missing:
            for key in missing.keys:
                column, message = self._entries[place].source, self._nowhere(place)
                self._problems.add(Problem(self._file, message, row=row.row, column=column, value=key))
            return ""

    def _nowhere(self, place: int) -> str:
        entry, field = self._entries[place], self.fields[place]
        if entry.lookup:
            return f"{project_files.LOOKUPS}/{entry.lookup}.csv does not have this key, which '{field}' needs."
        return f"the project has no record of '{entry.ref}' with this key, which '{field}' refers to."


def _translated(find: Find, separator: str) -> Callable[[str], str]:
    @lru_cache(maxsize=_REMEMBERED)
    def translated(cell: str) -> str:
        keys = split_keys(cell, separator)
        ids = [find(key) for key in keys]
        if not all(ids):
            raise Missing([key for key, one in zip(keys, ids, strict=True) if not one])
        return ",".join(ids)  # without spaces: Odoo fails the row otherwise

    return translated
