"""Check the configuration files against their JSON Schemas: every deviation, in words, with its line.

The schemas hold what is expected as their `description`, so that people and programs read the same words.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import resources
from operator import attrgetter
from pathlib import Path
from typing import Any, NamedTuple

import jsonschema
import yaml

from odoo_migrate import catalog
from odoo_migrate.project import yaml_text
from odoo_migrate.project.problems import Problem
from odoo_migrate.project.safe_files import inside
from odoo_migrate.project.yaml_text import FormatError, Value


class Document(NamedTuple):
    """Hold a configuration file as plain values (scalars are text, null is None), with the line of each."""

    content: Any
    lines: dict[tuple[str | int, ...], int]


def read_document(root: Path, name: str) -> Document:
    """Read a YAML file of the project; raise FormatError where it cannot be read."""
    lines: dict[tuple[str | int, ...], int] = {}
    value = yaml_text.read(inside(root, name), name)
    return Document(_plain(value, (), lines), lines)


def _plain(value: Value, path: tuple[str | int, ...], lines: dict[tuple[str | int, ...], int]) -> Any:
    lines.setdefault(path, value.line)
    if isinstance(value.node, yaml.MappingNode):
        # The line of the key and not of its value, which may begin below it.
        for key, _ in value.node.value:
            if key.id == "scalar":
                lines[(*path, key.value)] = key.start_mark.line + 1
        return {key: _plain(one, (*path, key), lines) for key, one in value.entries().items()}
    if isinstance(value.node, yaml.SequenceNode):
        items: list[Any] = []
        for place, node in enumerate(value.node.value):
            items.append(_plain(Value(node, value.file), (*path, place), lines))
        return items
    if value.is_nothing():
        return None
    return value.text()


def yaml_problems(root: Path, name: str, schema: str) -> list[Problem]:
    """Return what is wrong with a YAML file, by line."""
    try:
        document = read_document(root, name)
    except FormatError as problem:
        return [Problem.of(problem)]
    # Several rules of a schema may find the same fault.
    found: set[Problem] = set()
    for path, message in _deviations(document.content, schema):
        found.add(Problem(name, message, _line(document, path)))
    return sorted(found, key=attrgetter("line", "message"))


def json_problems(root: Path, name: str, schema: str) -> list[Problem]:
    """Return what is wrong with a JSON file."""
    try:
        content = json.loads(yaml_text.decoded(yaml_text.read_bytes(inside(root, name), name), name))
    except FormatError as problem:
        return [Problem.of(problem)]
    except json.JSONDecodeError as problem:
        return [Problem(name, f"this is not valid JSON ({problem.msg}).", problem.lineno)]
    except (RecursionError, ValueError):
        return [Problem(name, "its content cannot be read.")]
    return [Problem(name, f"{_shown(path)}{message}") for path, message in _deviations(content, schema)]


def _shown(path: Sequence[str | int]) -> str:
    if not path:
        return ""
    return f"{'.'.join(map(str, path))}: "


def _line(document: Document, path: tuple[str | int, ...]) -> int:
    """Return the line of the value at a path, or of the value that should have held it."""
    while path not in document.lines:
        path = path[:-1]
    return document.lines[path]


def read_schema(name: str) -> dict[str, Any]:
    """Return the schema of a kind of file, such as "project", with what the catalog says of Odoo's versions."""
    text = resources.files(__package__).joinpath("schema", f"{name}.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    if name == "project":
        # The catalog alone lists the versions, so that a further one needs no change here.
        version = schema["properties"]["odoo_version"]
        version["enum"] = list(catalog.VERSIONS)
        *others, last = (f'"{one}"' for one in catalog.VERSIONS)
        version["description"] += f"{', '.join(others)} or {last}"
    return schema


@cache
def _validator(schema: str) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(read_schema(schema))


def _deviations(content: Any, schema: str) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield the path of each value that is not as the schema wants it, with a sentence in our own words."""
    # The library's own words quote the schema, which nobody who writes a project has seen.
    for error in _validator(schema).iter_errors(content):
        path, schema_part = tuple(error.absolute_path), dict(error.schema)
        expected = str(schema_part.get("description", error.message))
        if error.validator == "additionalProperties":
            known = schema_part["properties"]
            for name in error.instance:
                if name not in known:
                    yield (*path, name), f"'{name}' is not known here; expected are {', '.join(known)}."
        elif error.validator == "required":
            for name in schema_part["required"]:
                if name not in error.instance:
                    yield path, f"'{name}' is missing."
        elif error.validator == "oneOf":
            yield path, f"'{path[-1]}' needs either a source or a value."
        elif "propertyNames" in error.absolute_schema_path:
            yield (*path, str(error.instance)), f"'{error.instance}' stands here, but {expected}."
        else:
            yield path, f"{_given(error.instance)}{expected}."


def _given(instance: Any) -> str:
    if not isinstance(instance, str):  # a list or a map is too long to repeat
        return ""
    return f"'{instance}' stands here, but "
