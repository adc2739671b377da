"""Turn staged rows into the values of Odoo's import columns, as a mapping says."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from html.entities import html5
from typing import NamedTuple

from odoo_migrate.project.problems import Problem, Problems
from odoo_migrate.project.project_definition import FieldEntry, ModelMapping, split_keys
from odoo_migrate.rules import as_sentence
from odoo_migrate.stages.staged_rows import StagedRow

_REMEMBERED = 65_536  # cells of a column

# Only known elements: in "Ann <ann@example.com>" nothing is markup.
_ELEMENTS = (
    "a|abbr|article|b|blockquote|body|br|center|code|dd|del|div|dl|dt|em|figure|font|footer|form|h[1-6]|head|header|hr|"
    "html|i|iframe|img|input|ins|label|li|link|main|meta|nav|ol|p|pre|s|script|section|small|span|strike|strong|style|"
    "sub|sup|table|tbody|td|tfoot|th|thead|title|tr|tt|u|ul|video"
)
_TAG = re.compile(rf"</?(?:{_ELEMENTS})(?:\s[^<>]*)?/?>|<!--|<!DOCTYPE", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#[0-9]+;|#[xX][0-9A-Fa-f]+;|([A-Za-z][A-Za-z0-9]*;))")
_SPECIAL = re.compile("[<>&\r\n]")
_BREAK = re.compile("\r\n|\r|\n")


class KeyFinder(NamedTuple):
    """Hold how the keys of a field are translated.

    `find` returns the external ID of a key, "" where there is none; `nowhere` returns what is then wrong with the key.
    """

    find: Callable[[str], str]
    nowhere: Callable[[str], str]


class UnknownKeys(Exception):
    """Report keys of a cell that name no record."""

    def __init__(self, keys: list[str]) -> None:
        """Keep the keys."""
        super().__init__()
        self.keys = keys


class Filling:
    """Fill the fields of `mapping`.

    `finders`: for each field with a lookup or a ref, what finds its external IDs; `html_fields`: the fields that Odoo
    keeps as HTML. `escaped` counts, by field, the cells that became HTML.
    """

    def __init__(
        self,
        mapping: ModelMapping,
        file: str,
        finders: Mapping[str, KeyFinder],
        html_fields: frozenset[str],
        problems: Problems,
    ) -> None:
        """Find what fills each column."""
        self.fields = tuple(mapping.fields)
        self.escaped: dict[str, int] = {}
        self._entries, self._file, self._problems = tuple(mapping.fields.values()), file, problems
        self._constants = [self._constant(name, entry, html_fields) for name, entry in mapping.fields.items()]
        self._sources = [(place, entry.source) for place, entry in enumerate(self._entries) if entry.value is None]
        self._finders: list[tuple[int, Callable[[str], str], Callable[[str], str]]] = []
        self._html: list[tuple[int, str]] = []
        for place, (name, entry) in enumerate(mapping.fields.items()):
            if name in finders:
                find, nowhere = finders[name]
                self._finders.append((place, nowhere, _translator(find, entry.separator)))
            if name in html_fields and entry.value is None:
                self._html.append((place, name))

    def _constant(self, name: str, entry: FieldEntry, html_fields: frozenset[str]) -> str:
        value = entry.value or ""
        if name in html_fields:
            return as_html(value)
        return value

    def values(self, row: StagedRow) -> list[str]:
        """Return the values in the order of `fields`; keys that name no record become problems, and are left out."""
        cells, values = row.cells, self._constants.copy()
        for place, title in self._sources:
            values[place] = cells[title]
        for place, nowhere, translate in self._finders:
            if values[place]:
                try:
                    values[place] = translate(values[place])
                except UnknownKeys as unknown:
                    self._add_unknown(unknown.keys, nowhere, place, row)
                    values[place] = ""
        for place, name in self._html:
            text = as_html(values[place])
            if text != values[place]:
                self.escaped[name] = self.escaped.get(name, 0) + 1
                values[place] = text
        return values

    def _add_unknown(self, keys: list[str], nowhere: Callable[[str], str], place: int, row: StagedRow) -> None:
        for key in keys:
            column, message = self._entries[place].source, as_sentence(nowhere(key))
            self._problems.add(Problem(self._file, message, row=row.row, column=column, value=key))


def _translator(find: Callable[[str], str], separator: str) -> Callable[[str], str]:
    # Tags, countries and parents repeat from row to row.
    @lru_cache(maxsize=_REMEMBERED)
    def translate(cell: str) -> str:
        keys = split_keys(cell, separator)
        ids = [find(key) for key in keys]
        if not all(ids):
            raise UnknownKeys([key for key, one in zip(keys, ids, strict=True) if not one])
        return ",".join(ids)  # without spaces: Odoo fails the row otherwise

    return translate


def is_markup(text: str) -> bool:
    """Return whether the text is HTML already."""
    if _TAG.search(text):
        return True
    for entity in _ENTITY.finditer(text):
        name = entity[1]  # None where it has a number instead
        if name is None or name in html5:
            return True
    return False


def as_html(text: str) -> str:
    """Return the text so that a browser shows it unchanged; HTML stays as it is.

    In a field that Odoo keeps as HTML, plain `a < b` would lose its end, and line breaks would vanish.
    """
    if not _SPECIAL.search(text) or is_markup(text):
        return text
    return _BREAK.sub("<br>", html.escape(text, quote=False))
