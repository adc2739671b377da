"""Define the files of an odoo-migrate project, once, and write each to the letter.

Whoever writes a project and the loader that runs it both use this format: records and writing are here, reading in
`project_reader`, external IDs in `external_ids`.

    config/project.yml             Settings
    config/ids.yml                 IdPatterns
    config/mappings/<mapping>.yml  ModelMapping
    config/lookups/<table>.csv     source_key,external_id
    data/raw/<file>.csv            cleaned rows under the source's own titles
    data/rejected/<file>.csv       rows held back: source row, reason, then the row as it was
    CLEANING.md                    for a person
    MANIFEST.json                  Manifest
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

from odoo_migrate.project import csv_text
from odoo_migrate.project.yaml_text import one_line_list, plain, quoted

FORMAT = 1
SETTINGS_FILE = "config/project.yml"
IDS_FILE = "config/ids.yml"
MAPPINGS = "config/mappings"
LOOKUPS = "config/lookups"
RAW = "data/raw"
REJECTED = "data/rejected"
CLEANING_FILE = "CLEANING.md"
MANIFEST_FILE = "MANIFEST.json"
LOOKUP_TITLES = ("source_key", "external_id")
RECORD_TITLE = "Name"  # the one column of the raw file behind a lookup that creates records


@dataclass(frozen=True)
class Settings:
    """Hold config/project.yml.

    Attributes:
        namespace: What all external IDs of the project begin with.
        odoo_version: The version it is for, such as "18.0".
        timezone: The time zone of its times, as "Europe/Brussels".
        company: The external ID of the company that the records belong to, or "".
        sources: The mappings that read each raw file.
        load_order: The names of all mappings, parents before children.
    """

    namespace: str
    odoo_version: str
    timezone: str
    company: str
    sources: Mapping[str, Sequence[str]]
    load_order: Sequence[str]

    def text(self) -> str:
        """Return the content of the file."""
        # Sorted, so that the same project is always the same bytes.
        sources = {file: one_line_list(names) for file, names in sorted(self.sources.items())}
        company = "null"
        if self.company:
            company = quoted(self.company)
        lines = [
            f"format: {FORMAT}",
            f"namespace: {plain(self.namespace)}",
            f"odoo_version: {quoted(self.odoo_version)}",  # without quotes, YAML would read a number
            f"timezone: {plain(self.timezone)}",
            f"company: {company}",
            *_map("sources", sources),
            f"load_order: {one_line_list(self.load_order)}",
        ]
        return "\n".join(lines) + "\n"


@dataclass(frozen=True)
class IdPatterns:
    """Hold config/ids.yml: the external ID pattern of every mapping, by the mapping's name."""

    default_namespace: str
    patterns: Mapping[str, str]

    def text(self) -> str:
        """Return the content of the file."""
        patterns = {name: quoted(pattern) for name, pattern in sorted(self.patterns.items())}
        lines = [f"default_namespace: {plain(self.default_namespace)}", *_map("patterns", patterns)]
        return "\n".join(lines) + "\n"


@dataclass(frozen=True)
class FieldEntry:
    """Say how one Odoo field is filled: from the column `source`, or with the constant `value`.

    `lookup` names a table, `ref` a mapping; `separator` parts a cell that holds several keys; `comment` is for a reader
    only.
    """

    source: str = ""
    value: str | None = None
    lookup: str = ""
    ref: str = ""
    separator: str = ""
    comment: str = field(default="", compare=False)

    def text(self) -> str:
        """Return the entry as one line of the mapping file."""
        # A constant may be empty, which clears the field; a source never is.
        parts = [f"source: {quoted(self.source)}"]
        if self.value is not None:
            parts = [f"value: {quoted(self.value)}"]
        if self.lookup:
            parts.append(f"lookup: {plain(self.lookup)}")
        if self.ref:
            parts.append(f"ref: {plain(self.ref)}")
        if self.separator:
            parts.append(f"separator: {quoted(self.separator)}")
        entry = f"{{ {', '.join(parts)} }}"
        if not self.comment:
            return entry
        return f"{entry}  # {self.comment}"


@dataclass(frozen=True)
class ModelMapping:
    """Hold config/mappings/<name>.yml.

    `fields` are by import name (`country_id/id`), in the order of the columns. `when` names a column: only rows in
    which it is not empty are records of this mapping; "" takes every row.
    """

    name: str
    model: str
    id: str
    fields: Mapping[str, FieldEntry]
    when: str = ""

    def text(self) -> str:
        """Return the content of the file."""
        lines = [f"model: {plain(self.model)}", f"id: {quoted(self.id)}"]
        if self.when:
            lines.append(f"when: {quoted(self.when)}")
        lines += _map("fields", {name: entry.text() for name, entry in self.fields.items()})
        return "\n".join(lines) + "\n"


def _map(name: str, entries: Mapping[str, str]) -> list[str]:
    """Return the lines of a map whose values are written already."""
    if not entries:
        return [f"{name}: {{}}"]
    return [f"{name}:"] + [f"  {plain(key)}: {value}" for key, value in entries.items()]


def lookup_text(table: Mapping[str, str]) -> str:
    """Return the content of config/lookups/<table>.csv, sorted by key."""
    return csv_text.text(LOOKUP_TITLES, sorted(table.items()))


def split_keys(cell: str, separator: str) -> list[str]:
    """Return the distinct keys of a cell in their order; without a separator the whole cell is the key."""
    if not cell:
        return []
    if not separator:
        return [cell]
    keys: dict[str, None] = {}
    for part in cell.split(separator):
        key = part.strip()
        if key:
            keys[key] = None
    return list(keys)


@dataclass(frozen=True)
class ManifestFile:
    """Name a file of the project with the SHA-256 of its bytes; `rows` of a CSV file, None for any other."""

    path: str
    sha256: str
    rows: int | None


@dataclass(frozen=True)
class SourceEntry:
    """Name an uploaded file that the project was made from."""

    name: str
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """Hold MANIFEST.json: every other file of the project, and the uploads behind them."""

    sources: Sequence[SourceEntry]
    files: Sequence[ManifestFile]

    def text(self) -> str:
        """Return the content of the file."""
        sources: list[dict[str, Any]] = []
        for source in sorted(self.sources, key=attrgetter("name", "sha256")):
            sources.append({"name": source.name, "sha256": source.sha256})
        files: list[dict[str, Any]] = []
        for file in sorted(self.files, key=attrgetter("path")):
            files.append({"path": file.path, "rows": file.rows, "sha256": file.sha256})
        content = {"format": FORMAT, "sources": sources, "files": files}
        return json.dumps(content, indent=2, ensure_ascii=False) + "\n"
