"""Check the configuration files against their JSON Schemas: every deviation, in words, with its line.

The schemas hold what is expected as their `description`, so that people and programs read the same words.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

import jsonschema
import yaml

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
        lines.update({(*path, key.value): key.start_mark.line + 1 for key, _ in value.node.value if key.id == "scalar"})
        return {key: _plain(one, (*path, key), lines) for key, one in value.entries().items()}
    if isinstance(value.node, yaml.SequenceNode):
        items = (Value(node, value.file) for node in value.node.value)
        return [_plain(one, (*path, place), lines) for place, one in enumerate(items)]
    return None if value.is_nothing() else value.text()


def yaml_problems(root: Path, name: str, schema: str) -> list[Problem]:
    """Return what is wrong with a YAML file, by line."""
    try:
        document = read_document(root, name)
    except FormatError as problem:
        return [Problem.of(problem)]
    found = [Problem(name, message, _line(document, path)) for path, message in _deviations(document.content, schema)]
    return sorted(set(found), key=lambda one: (one.line, one.message))


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
    return f"{'.'.join(map(str, path))}: " if path else ""


def _line(document: Document, path: tuple[str | int, ...]) -> int:
    """Return the line of the value at a path, or of the value that should have held it."""
    while path not in document.lines:
        path = path[:-1]
    return document.lines[path]


@cache
def _validator(schema: str) -> jsonschema.Draft202012Validator:
    text = resources.files(__package__).joinpath("schema", f"{schema}.json").read_text(encoding="utf-8")
    return jsonschema.Draft202012Validator(json.loads(text))


def _deviations(content: Any, schema: str) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield the path of each value that is not as the schema wants it, with a sentence in our own words."""
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
    return f"'{instance}' stands here, but " if isinstance(instance, str) else ""
