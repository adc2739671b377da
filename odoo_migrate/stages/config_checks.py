"""Check the configuration as a whole: each file against its schema, then the files against each other.

All that is wrong is reported, not the first thing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from odoo_migrate.project import csv_text, project_definition, project_reader, schemas, yaml_text
from odoo_migrate.project.external_ids import Pattern
from odoo_migrate.project.problems import Problem, Problems
from odoo_migrate.project.project_definition import ModelMapping
from odoo_migrate.project.project_reader import Project
from odoo_migrate.project.safe_files import inside
from odoo_migrate.project.schemas import Document
from odoo_migrate.project.yaml_text import FormatError
from odoo_migrate.rules import as_sentence
from odoo_migrate.rules.reference_rules import wrong_reference
from odoo_migrate.rules.time_zones import wrong_time_zone


def read(root: Path, problems: Problems) -> Project | None:
    """Return the project, None where it cannot be used. All that is wrong goes to `problems`."""
    before = problems.errors
    _add(problems, schemas.yaml_problems(root, project_definition.SETTINGS_FILE, "project"))
    _add(problems, schemas.yaml_problems(root, project_definition.IDS_FILE, "ids"))
    for name in _mapping_files(root):
        _add(problems, schemas.yaml_problems(root, f"{project_definition.MAPPINGS}/{name}.yml", "mapping"))
    if (root / project_definition.MANIFEST_FILE).exists():
        _add(problems, schemas.json_problems(root, project_definition.MANIFEST_FILE, "manifest"))
    # Files that break their schema cannot be compared with each other.
    if problems.errors == before:
        _add(problems, _disagreements(root))
    if problems.errors > before:
        return None
    try:
        return project_reader.read_project(root)
    except FormatError as problem:  # whatever no check above has found
        problems.add(Problem.of(problem))
        return None


def _add(problems: Problems, found: Iterator[Problem] | list[Problem]) -> None:
    for one in found:
        problems.add(one)


def _mapping_files(root: Path) -> list[str]:
    return sorted(path.name.removesuffix(".yml") for path in (root / project_definition.MAPPINGS).glob("*.yml"))


def _disagreements(root: Path) -> Iterator[Problem]:
    """Yield contradictions between files that are each valid by themselves."""
    document = schemas.read_document(root, project_definition.SETTINGS_FILE)
    content = document.content
    yield from _order(document)
    yield from _time_zone(content["timezone"], document)
    named, there = set(content["load_order"]), set(_mapping_files(root))
    for name in sorted(named - there):
        message = f"'{name}' has no file {project_definition.MAPPINGS}/{name}.yml."
        yield Problem(project_definition.SETTINGS_FILE, message, document.lines["load_order",])
    for name in sorted(there - named):
        message = f"load_order in {project_definition.SETTINGS_FILE} does not name this mapping, so it is not loaded."
        yield Problem(f"{project_definition.MAPPINGS}/{name}.yml", message, level="warning")
    mappings: dict[str, ModelMapping] = {}
    for name in sorted(named & there):
        try:
            mappings[name] = project_reader.read_mapping(
                inside(root, f"{project_definition.MAPPINGS}/{name}.yml"), name
            )
        except FormatError as problem:
            yield Problem.of(problem)
    yield from _patterns(root, mappings)
    for name, mapping in mappings.items():
        # A mapping that could not be read would seem to be missing where others refer to it.
        if len(mappings) == len(named & there):
            yield from _entries(root, name, mapping, mappings)
    yield from _lookups(root)


def _order(document: Document) -> Iterator[Problem]:
    def problem(message: str, *path: str) -> Problem:
        return Problem(project_definition.SETTINGS_FILE, message, document.lines[path])

    content = document.content
    in_sources = Counter(name for names in content["sources"].values() for name in names)
    ordered = Counter(content["load_order"])
    for name, count in in_sources.items():
        if count > 1:
            yield problem(f"'{name}' reads {count} sources; a mapping reads one.", "sources")
        if name not in ordered:
            yield problem(f"load_order lacks '{name}', which sources name.", "load_order")
    for name, count in ordered.items():
        if count > 1:
            yield problem(f"'{name}' stands here {count} times.", "load_order")
        if name not in in_sources:
            yield problem(f"no source is read by '{name}'.", "load_order")


def _time_zone(name: str, document: Document) -> Iterator[Problem]:
    message = wrong_time_zone(name)
    if message:
        yield Problem(project_definition.SETTINGS_FILE, message, document.lines["timezone",])


def _patterns(root: Path, mappings: dict[str, ModelMapping]) -> Iterator[Problem]:
    document = schemas.read_document(root, project_definition.IDS_FILE)
    patterns = document.content["patterns"]
    for name, mapping in mappings.items():
        if name not in patterns:
            yield Problem(project_definition.IDS_FILE, f"'{name}' has no pattern here.", document.lines["patterns",])
        elif patterns[name] != mapping.id:
            message = f"this is not the pattern of {project_definition.MAPPINGS}/{name}.yml ('{mapping.id}')."
            yield Problem(project_definition.IDS_FILE, message, document.lines["patterns", name])
    try:
        project_reader.read_ids(inside(root, project_definition.IDS_FILE))
    except FormatError as problem:
        yield Problem.of(problem)


def _entries(root: Path, name: str, mapping: ModelMapping, mappings: dict[str, ModelMapping]) -> Iterator[Problem]:
    shown = f"{project_definition.MAPPINGS}/{name}.yml"
    lines = schemas.read_document(root, shown).lines
    for field, entry in mapping.fields.items():
        line = lines["fields", field]
        if entry.lookup and not (root / project_definition.LOOKUPS / f"{entry.lookup}.csv").is_file():
            message = f"'{field}' uses the lookup '{entry.lookup}', which has no file in {project_definition.LOOKUPS}."
            yield Problem(shown, message, line)
        if entry.ref and entry.ref not in mappings:
            yield Problem(shown, f"'{field}' refers to '{entry.ref}', which is no mapping of this project.", line)
        elif entry.ref and len(Pattern.read(mappings[entry.ref].id).placeholders) > 1:
            message = f"'{field}' refers to '{entry.ref}', whose ID takes several columns; a cell can name only one."
            yield Problem(shown, message, line)


def _lookups(root: Path) -> Iterator[Problem]:
    for path in sorted((root / project_definition.LOOKUPS).glob("*.csv")):
        shown = f"{project_definition.LOOKUPS}/{path.name}"
        try:
            data = yaml_text.read_bytes(inside(root, shown), shown, project_reader.MAX_LOOKUP_BYTES)
            yield from _lookup(shown, yaml_text.decoded(data, shown))
        except FormatError as problem:
            yield Problem.of(problem)


def _lookup(shown: str, content: str) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for line, (key, external_id) in csv_text.records(content, shown, project_definition.LOOKUP_TITLES):
        if not key or not external_id:
            title = project_definition.LOOKUP_TITLES[bool(key)]
            yield Problem(shown, "a cell is empty.", line, column=title)
        elif first.setdefault(key, line) != line:
            yield Problem(shown, f"this key stands in line {first[key]} too.", line, value=key)
        elif wrong := wrong_reference(external_id):
            column = project_definition.LOOKUP_TITLES[1]
            yield Problem(shown, as_sentence(wrong), line, column=column, value=external_id)


def lines_of(root: Path, name: str) -> Callable[[str], int]:
    """Return what returns the line of a field in the file of mapping `name`, 0 where it has none."""
    lines = schemas.read_document(root, f"{project_definition.MAPPINGS}/{name}.yml").lines
    return lambda field: lines.get(("fields", field), 0)
