"""Reading a recipe file without trust: every complaint names the line and, where a name is unknown, the nearest.

Titles, values and parameters stay the text that the user wrote, `NO`, `1`, `on` and dates included; only where
a number, a yes or no, or a list belongs is one read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal, NamedTuple, TypeVar

import yaml

from engine import steps as cleaning_steps
from engine.recipe.recipe_model import (
    COLUMN_KEYS,
    FORMAT,
    HOW_FILLED,
    TOP_KEYS,
    ColumnRecipe,
    FieldSpec,
    Lookup,
    Recipe,
    RecipeError,
    SheetRecipe,
    StepSpec,
    TargetRecipe,
    file_keys,
    main_target,
)
from engine.steps.step_parameters import ParamType
from engine.values.countries import UnknownCountry, checked_code
from odoo_migrate.project import yaml_text
from odoo_migrate.project.external_ids import NAMESPACE, NAMESPACE_WORDS
from odoo_migrate.project.nearest_names import nearest
from odoo_migrate.project.project_reader import MODEL_NAME
from odoo_migrate.project.yaml_text import FormatError, Value
from odoo_migrate.rules.time_zones import wrong_time_zone

MAX_CHARACTERS = 2_000_000
MAX_DEPTH = 12

_NAMESPACE = re.compile(NAMESPACE)
_STEM = re.compile(r"[A-Za-z0-9_-]{1,100}")
# `res.partner`, or `res.partner (contact)` for a further record of the same row.
_TARGET_ENTRY = re.compile(r"(?P<model>\S+)(?: \((?P<role>[a-z][a-z0-9_]{0,29})\))?")
_STEM_WORDS = "letters, digits, _ and -"
_YES_NO = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
_WHOLE = re.compile(r"-?[1-9][0-9]*|0")
_LONGEST_NUMBER = 18  # digits; more do not fit into what steps calculate with

Entry = TypeVar("Entry")


class _Column(NamedTuple):
    """An entry of `columns`: its steps and, in the short form, the field it fills."""

    value: Value
    steps: ColumnRecipe
    field: str
    spec: FieldSpec


def load(text: str) -> Recipe:
    """Return the recipe in a YAML text.

    Raises:
        RecipeError: Anything is not understood; one sentence with the line.
    """
    if len(text) > MAX_CHARACTERS:
        raise RecipeError(f"The recipe is longer than {MAX_CHARACTERS:,} characters.")
    try:
        return _recipe(yaml_text.read_text(text, "Recipe", MAX_DEPTH))
    except FormatError as problem:
        raise RecipeError(str(problem)) from problem


def _recipe(document: Value) -> Recipe:
    said = _said(document, TOP_KEYS)
    said.pop("recipe", None)
    return Recipe(**said)


# --- what a map says


def _said(value: Value, keys: Sequence[str]) -> dict[str, Any]:
    """Return what a map says, by key; a key that is not there is left out, so that the default of its class holds."""
    found = _known(value, keys)
    return {key: _READ[key](found[key]) for key in keys if key in found}


def _known(value: Value, keys: Sequence[str]) -> dict[str, Value]:
    """Return the entries of a map (none, where it is left empty) whose keys must be among `keys`."""
    if _nothing(value):
        return {}
    found = value.entries()
    for key_node, _ in value.node.value:
        key = Value(key_node, value.file)  # which knows its own line, unlike the text
        if key.text() not in keys:
            raise key.error(f"unknown key '{key.text()}'; {_nearest(key.text(), keys)}")
    return found


def _nearest(name: str, names: Sequence[str]) -> str:
    near = nearest(name, names)
    if near:
        return f"did you mean '{near}'?"
    return f"known here are {', '.join(names)}."


# --- settings


def _format(value: Value) -> str:
    if value.text() != str(FORMAT):
        raise value.error(f"this recipe has format {value.text()}; {FORMAT} is known.")
    return value.text()


def _version(value: Value) -> str:
    if not re.fullmatch(r"\d{1,3}(\.0)?", value.text()):
        raise value.error(f"'{value.text()}' is no version of Odoo; write it like 18.0.")
    return f"{value.text().removesuffix('.0')}.0"


def _namespace(value: Value) -> str:
    return _named(value, "namespace", _NAMESPACE, NAMESPACE_WORDS) or Recipe().namespace


def _country(value: Value) -> str:
    if not value.text_or_nothing():
        return ""
    try:
        return checked_code(value.text())
    except UnknownCountry as problem:
        raise value.error(str(problem)) from None


def _timezone(value: Value) -> str:
    message = wrong_time_zone(value.text())
    if message:
        raise value.error(message[0].lower() + message[1:])  # behind the line and the key
    return value.text()


def _on_problem(value: Value) -> Literal["reject", "stop"]:
    match value.text():
        case "reject":
            return "reject"
        case "stop":
            return "stop"
    raise value.error(f"on_problem is reject or stop, not '{value.text()}'.")


# --- sheets


def _sheets(value: Value) -> tuple[SheetRecipe, ...]:
    sheets = []
    for name, part in value.entries().items():
        if isinstance(part.node, yaml.SequenceNode):  # several files have a sheet of this name
            sheets += [_sheet(name, one) for one in _elements(part)]
        else:
            sheets.append(_sheet(name, part))
    return tuple(sheets)


def _sheet(name: str, value: Value) -> SheetRecipe:
    said = _said(value, file_keys(SheetRecipe))
    columns: dict[str, _Column] = said.pop("columns", {})
    targets: list[TargetRecipe] = said.pop("targets", [])
    return SheetRecipe(
        name,
        **said,
        targets=_with_short_forms(targets, columns),
        columns={title: column.steps for title, column in columns.items()},
    )


def _header(value: Value) -> tuple[int, ...]:
    texts = (value.text(),) if isinstance(value.node, yaml.ScalarNode) else value.texts()
    for text in texts:
        if not _WHOLE.fullmatch(text) or not 0 < int(text) < 10**7:
            raise value.error("header is a list of row numbers, such as [1].")
    return tuple(map(int, texts))


def _file_stem(value: Value) -> str:
    return _named(value, "file", _STEM, _STEM_WORDS)


def _columns(value: Value) -> dict[str, _Column]:
    return _by_name(value, _column)


def _column(value: Value) -> _Column:
    said = _said(value, COLUMN_KEYS)
    for key in HOW_FILLED:
        if key in said and "field" not in said:
            raise value.error(f"'{key}' says how a field is filled; name the field too.")
    steps, field = ColumnRecipe(said.pop("steps", ())), said.pop("field", "")
    return _Column(value, steps, field, _filled_by(value, {"source": "", **said}))


def _with_short_forms(targets: list[TargetRecipe], columns: Mapping[str, _Column]) -> tuple[TargetRecipe, ...]:
    """Return the targets, with the fields that are said beside columns put into the main one."""
    main = main_target(targets)
    fields: dict[str, FieldSpec] = {}
    for title, column in columns.items():
        if not column.field:
            continue
        if main is None:
            raise column.value.error(
                "'field' beside a column needs exactly one target; with several, fields stand under each."
            )
        if column.field in fields or column.field in main.fields:
            raise column.value.error(f"the field {column.field} is filled by two columns.")
        fields[column.field] = replace(column.spec, source=title)
    if main is None or not fields:
        return tuple(targets)
    whole = replace(main, fields={**fields, **main.fields})
    return tuple(whole if target is main else target for target in targets)


# --- targets and lookups


def _targets(value: Value) -> list[TargetRecipe]:
    targets = []
    for name, entry in _entries(value).items():
        targets.append(_target(name, entry))
    return targets


def _target(name: str, value: Value) -> TargetRecipe:
    parts = _TARGET_ENTRY.fullmatch(name)
    if parts is None or not MODEL_NAME.fullmatch(parts["model"]):
        raise value.error(f"'{name}' is no model of Odoo; write it like res.partner, or res.partner (contact).")
    return TargetRecipe(parts["model"], role=parts["role"] or "", **_said(value, file_keys(TargetRecipe)))


def _fields(value: Value) -> dict[str, FieldSpec]:
    return _by_name(value, _field)


def _field(value: Value) -> FieldSpec:
    said = _said(value, file_keys(FieldSpec))
    if "source" not in said:
        raise value.error("a field says which column fills it: { source: Title }.")
    said["source"] = value.entries()["source"].text()  # a column may be called null
    return _filled_by(value, said)


def _filled_by(value: Value, said: Mapping[str, Any]) -> FieldSpec:
    if "lookup" in said and "ref" in said:
        raise value.error("a field is translated by a lookup or refers to a record, not both.")
    return FieldSpec(**said)


def _lookup_name(value: Value) -> str:
    return _named(value, "lookup", _STEM, _STEM_WORDS)


def _lookups(value: Value) -> dict[str, Lookup]:
    return {name: _lookup(name, entry) for name, entry in _entries(value).items()}


def _lookup(name: str, value: Value) -> Lookup:
    if not _STEM.fullmatch(name):
        raise value.error(f"the lookup '{name}' becomes a file name: letters, digits, _ and - only.")
    said = _said(value, file_keys(Lookup))
    if not MODEL_NAME.fullmatch(said.get("model", "")):
        raise value.error(f"the lookup '{name}' needs the model whose records it names, such as res.partner.category.")
    return Lookup(name, **said)


# --- steps


def _steps(value: Value) -> tuple[StepSpec, ...]:
    if not isinstance(value.node, yaml.SequenceNode):
        raise value.error("steps are a list, such as [trim, lowercase].")
    return tuple(map(_step, _elements(value)))


def _step(value: Value) -> StepSpec:
    """Return a bare slug or {slug: {parameter: value}}. A slug that no step has is kept, to be shown as broken."""
    if isinstance(value.node, yaml.ScalarNode):
        return StepSpec(value.text())
    entries = value.entries()
    if len(entries) != 1:
        raise value.error("a step is a name or { name: { parameter: value } }.")
    ((slug, given),) = entries.items()
    params = _entries(given)
    enabled = "enabled" not in params or _yes_no(params.pop("enabled"))
    types = _types(slug)
    return StepSpec(slug, {name: _param(one, types.get(name)) for name, one in params.items()}, enabled)


def _types(slug: str) -> dict[str, ParamType]:
    """Return the type of every parameter of a step, none for a step that there is not."""
    step = cleaning_steps.COLUMN_STEPS.get(slug) or cleaning_steps.ROW_STEPS.get(slug)
    if step is None:
        return {}
    return {param.name: param.type for param in step.params}


def _param(value: Value, type_: ParamType | None) -> Any:
    """Return a parameter as its step wants it; what does not fit is left for the step to complain about."""
    if isinstance(value.node, yaml.SequenceNode):
        return [_param(one, type_) for one in _elements(value)]
    if isinstance(value.node, yaml.MappingNode):
        type_of_entries: ParamType | None = "text" if type_ else None
        return {name: _param(entry, type_of_entries) for name, entry in value.entries().items()}
    text = value.text()
    unquoted = isinstance(value.node, yaml.ScalarNode) and value.node.style is None
    guess = type_ is None and unquoted  # the parameter of an unknown step
    if (type_ == "integer" or guess) and _WHOLE.fullmatch(text) and len(text) <= _LONGEST_NUMBER:
        return int(text)
    if type_ == "boolean" or (guess and text in ("true", "false")):
        return _YES_NO.get(text.lower(), text)
    return text


# --- forms


def _nothing(value: Value) -> bool:
    scalar = isinstance(value.node, yaml.ScalarNode)
    return scalar and value.text_or_nothing() == "" and value.node.value in ("", "~", "null")


def _entries(value: Value) -> dict[str, Value]:
    if _nothing(value):
        return {}
    return value.entries()


def _text(value: Value) -> str:
    """Return the text; "" where it says null (a title `Null` is a text)."""
    if _nothing(value):
        return ""
    return value.text()


def _by_name(value: Value, read: Callable[[Value], Entry]) -> dict[str, Entry]:
    return {name: read(entry) for name, entry in _entries(value).items()}


def _elements(value: Value) -> Iterator[Value]:
    for node in value.node.value:
        yield Value(node, value.file)


def _texts_by_name(value: Value) -> dict[str, str]:
    return _by_name(value, Value.text)


def _named(value: Value, key: str, allowed: re.Pattern[str], what: str) -> str:
    text = _text(value)
    if text and not allowed.fullmatch(text):
        raise value.error(f"'{text}' cannot be the {key}; use {what}.")
    return text


def _yes_no(value: Value) -> bool:
    if value.text().lower() not in _YES_NO:
        raise value.error(f"true or false is expected here, not '{value.text()}'.")
    return _YES_NO[value.text().lower()]


# How the value of each key is read; the classes of the recipe say which keys there are and what a missing one means.
_READ: Mapping[str, Callable[[Value], Any]] = {
    # of the whole recipe
    "recipe": _format,
    "odoo_version": _version,
    "namespace": _namespace,
    "country": _country,
    "timezone": _timezone,
    "company": _text,
    "on_problem": _on_problem,
    "sheets": _sheets,
    "lookups": _lookups,
    # of a sheet
    "header": _header,
    "file": _file_stem,
    "skip": _yes_no,
    "rows": _steps,
    "targets": _targets,
    "columns": _columns,
    # of a column, which may also say how a field is filled
    "steps": _steps,
    "field": _text,
    # of a target
    "id": _text,
    "fields": _fields,
    "values": _texts_by_name,
    "key": Value.texts,
    "when": _text,
    # of a field; `source` of a sheet too
    "source": _text,
    "lookup": _lookup_name,
    "ref": _text,
    "separator": _text,
    # of a lookup
    "model": _text,
    "create": _yes_no,
    "entries": _texts_by_name,
    "path": _text,
}
