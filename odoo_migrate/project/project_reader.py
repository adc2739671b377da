"""Read an odoo-migrate project without trust.

Sizes are bounded, YAML has no surprises, and complaints name file and line in one sentence that a person can act on.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from odoo_migrate.project import csv_text, project_definition, yaml_text
from odoo_migrate.project.external_ids import BadPattern, Pattern
from odoo_migrate.project.project_definition import (
    FieldEntry,
    IdPatterns,
    Manifest,
    ManifestFile,
    ModelMapping,
    Settings,
    SourceEntry,
)
from odoo_migrate.project.safe_files import inside
from odoo_migrate.project.yaml_text import FormatError, Value

MAX_LOOKUP_BYTES = 256 * 2**20  # some million keys; more is no table that somebody looked through

# The schemas hold these patterns too, for editors that check a file while it is written; a test keeps them equal.
MAPPING_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
TABLE_NAME = re.compile(r"[A-Za-z0-9_-]+")
RAW_NAME = re.compile(r"[A-Za-z0-9_-]+\.csv")
FIELD_NAME = re.compile(r"[A-Za-z0-9_]+(/id)?")
MODEL_NAME = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)*")


@dataclass(frozen=True)
class Project:
    """Hold a project's configuration, checked to be consistent; `mappings` are by name, in load order."""

    root: Path
    settings: Settings
    mappings: Mapping[str, ModelMapping]

    def source(self, mapping: str) -> str:
        """Return the name of the raw file with the rows of a mapping."""
        for file, names in self.settings.sources.items():
            if mapping in names:
                return file
        raise KeyError(mapping)

    def raw_file(self, mapping: str) -> Path:
        """Return the file with the rows of a mapping; raise FormatError where it lies outside the project."""
        return inside(self.root, f"{project_definition.RAW}/{self.source(mapping)}")

    def lookup(self, table: str) -> dict[str, str]:
        """Return the external ID by key of one lookup table; raise FormatError where it cannot be used."""
        shown = f"{project_definition.LOOKUPS}/{table}.csv"
        return read_lookup(inside(self.root, shown), shown)


def read_project(root: Path) -> Project:
    """Return the project in a directory; raise FormatError for the first thing that is not as it should be."""
    settings = read_settings(inside(root, project_definition.SETTINGS_FILE))
    patterns = read_ids(inside(root, project_definition.IDS_FILE)).patterns
    mappings = {}
    for name in settings.load_order:
        shown = f"{project_definition.MAPPINGS}/{name}.yml"
        mappings[name] = read_mapping(inside(root, shown), name)
        # The pattern is in both files for the reader's sake; IDs made from the wrong one would double the records.
        if patterns.get(name) != mappings[name].id:
            raise FormatError(f"the id pattern differs from the one in {project_definition.IDS_FILE}.", shown)
    _check_references(root, mappings)
    return Project(root, settings, mappings)


def read_settings(path: Path, shown: str = project_definition.SETTINGS_FILE) -> Settings:
    """Read config/project.yml; raise FormatError where it cannot be used."""
    document = yaml_text.read(path, shown)
    names = ("format", "namespace", "odoo_version", "timezone", "company", "sources", "load_order")
    found = document.record(names)
    _check_format(found["format"].text(), shown)
    order: list[str] = []
    for name in found["load_order"].texts():
        order.append(_named(MAPPING_NAME, name, found["load_order"]))
    settings = Settings(
        namespace=found["namespace"].text(),
        odoo_version=found["odoo_version"].text(),
        timezone=found["timezone"].text(),
        company=found["company"].text_or_nothing(),
        sources={_named(RAW_NAME, file, at): at.texts() for file, at in found["sources"].entries().items()},
        load_order=tuple(order),
    )
    _check_order(settings, found["load_order"])
    return settings


def _check_format(given: str, shown: str) -> None:
    if given != str(project_definition.FORMAT):
        raise FormatError(
            f"this project has format {given}; this program knows format {project_definition.FORMAT}.", shown
        )


def _named(allowed: re.Pattern[str], name: str, value: Value) -> str:
    """Return a name that is allowed; names become file names, so nothing but a plain name may pass."""
    if not allowed.fullmatch(name):
        raise value.error(f"'{name}' is not a name that can stand here.")
    return name


def _check_order(settings: Settings, value: Value) -> None:
    in_sources: list[str] = []
    for names in settings.sources.values():
        in_sources += names
    in_sources.sort()
    for name in in_sources:
        if in_sources.count(name) > 1:
            raise value.error(f"'{name}' reads two sources; a mapping reads one.")
    if sorted(settings.load_order) != in_sources:
        odd = sorted(set(settings.load_order) ^ set(in_sources)) or ["a name twice"]
        raise value.error(f"load_order and sources must hold the same mappings; look at {', '.join(odd)}.")


def read_ids(path: Path, shown: str = project_definition.IDS_FILE) -> IdPatterns:
    """Read config/ids.yml; raise FormatError where it cannot be used."""
    found = yaml_text.read(path, shown).record(("default_namespace", "patterns"))
    patterns = {name: _pattern(value) for name, value in found["patterns"].entries().items()}
    return IdPatterns(found["default_namespace"].text(), patterns)


def _pattern(value: Value) -> str:
    try:
        return Pattern.read(value.text()).text
    except BadPattern as problem:
        raise value.error(str(problem)) from problem


def read_mapping(path: Path, name: str) -> ModelMapping:
    """Read config/mappings/<name>.yml; raise FormatError where it cannot be used."""
    found = yaml_text.read(path, f"{project_definition.MAPPINGS}/{name}.yml").record(
        ("model", "id", "fields"), ("when",)
    )
    return ModelMapping(
        name=name,
        model=_named(MODEL_NAME, found["model"].text(), found["model"]),
        id=_pattern(found["id"]),
        fields={field: _entry(field, value) for field, value in found["fields"].entries().items()},
        when=_text(found, "when"),
    )


def _entry(field: str, value: Value) -> FieldEntry:
    _named(FIELD_NAME, field, value)
    found = value.record((), ("source", "value", "lookup", "ref", "separator"))
    if ("source" in found) == ("value" in found):
        raise value.error(f"'{field}' needs either a source or a value.")
    if "lookup" in found and "ref" in found:
        raise value.error(f"'{field}' has both a lookup and a ref; it can have one.")
    _check_entry(field, value, found)
    # Tables and mappings are files: their names may not lead anywhere else.
    for name, allowed in (("lookup", TABLE_NAME), ("ref", MAPPING_NAME)):
        if name in found:
            _named(allowed, found[name].text(), value)
    constant: str | None = None
    if "value" in found:  # an empty constant is one, too
        constant = found["value"].text()
    return FieldEntry(
        source=_text(found, "source"),
        value=constant,
        lookup=_text(found, "lookup"),
        ref=_text(found, "ref"),
        separator=_text(found, "separator"),
    )


def _text(found: Mapping[str, Value], name: str) -> str:
    if name not in found:
        return ""
    return found[name].text()


def _check_entry(field: str, value: Value, found: Mapping[str, Value]) -> None:
    translated = "lookup" in found or "ref" in found
    if translated and "value" in found:
        raise value.error(f"'{field}' has a value, which is taken as it stands: no lookup or ref goes with it.")
    if translated and not field.endswith("/id"):
        raise value.error(f"'{field}' is filled with external IDs, so its name must be '{field}/id'.")
    if "separator" in found and not translated:
        raise value.error(f"'{field}' has a separator, which goes only with a lookup or a ref.")


def _check_references(root: Path, mappings: Mapping[str, ModelMapping]) -> None:
    for mapping in mappings.values():
        shown = f"{project_definition.MAPPINGS}/{mapping.name}.yml"
        for field, entry in mapping.fields.items():
            if entry.lookup and not (root / project_definition.LOOKUPS / f"{entry.lookup}.csv").is_file():
                raise FormatError(f"'{field}' uses the lookup '{entry.lookup}', which has no file.", shown)
            if entry.ref and entry.ref not in mappings:
                raise FormatError(f"'{field}' refers to '{entry.ref}', which is no mapping here.", shown)
            if entry.ref and len(Pattern.read(mappings[entry.ref].id).placeholders) != 1:
                raise FormatError(f"'{field}' refers to '{entry.ref}', whose ID takes several columns.", shown)


def read_lookup(path: Path, shown: str) -> dict[str, str]:
    """Return the external ID by key; raise FormatError for a repeated key, an empty cell or other damage."""
    content = yaml_text.decoded(yaml_text.read_bytes(path, shown, MAX_LOOKUP_BYTES), shown)
    table: dict[str, str] = {}
    for line, (key, external_id) in csv_text.records(content, shown, project_definition.LOOKUP_TITLES):
        if not key or not external_id:
            raise FormatError("a cell is empty.", shown, line)
        if key in table:
            raise FormatError(f"'{key}' stands here a second time.", shown, line)
        table[key] = external_id
    return table


def read_manifest(path: Path, shown: str = project_definition.MANIFEST_FILE) -> Manifest:
    """Read MANIFEST.json; raise FormatError where it cannot be used."""
    content = yaml_text.decoded(yaml_text.read_bytes(path, shown), shown)
    try:
        return _manifest(json.loads(content), shown)
    except json.JSONDecodeError as problem:
        raise FormatError(f"this is not valid JSON ({problem.msg}).", shown, problem.lineno) from problem
    except (KeyError, TypeError, AttributeError, RecursionError) as problem:
        raise FormatError("its content is not that of a manifest.", shown) from problem


def _manifest(content: Any, shown: str) -> Manifest:
    _check_format(str(content["format"]), shown)
    sources = [SourceEntry(str(one["name"]), str(one["sha256"])) for one in content["sources"]]
    return Manifest(sources, [_manifest_file(one) for one in content["files"]])


def _manifest_file(one: Any) -> ManifestFile:
    rows = one["rows"]
    if rows is not None and type(rows) is not int:  # True is an int for isinstance
        raise TypeError("rows is a number")
    return ManifestFile(str(one["path"]), str(one["sha256"]), rows)


def changed_files(root: Path) -> Iterator[str]:
    """Yield the paths of exported files that are gone or have other bytes; raise FormatError."""
    for one in read_manifest(inside(root, project_definition.MANIFEST_FILE)).files:
        if not unchanged(root, one):
            yield one.path


def unchanged(root: Path, file: ManifestFile) -> bool:
    """Tell whether a file of the project still has its exported bytes."""
    try:
        path = inside(root, file.path)
    except FormatError:
        return False
    return path.is_file() and file_sha256(path) == file.sha256


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, as hex digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
