"""Reading a recipe file without trust: every complaint names the line and, where a name is unknown, the nearest.

Titles, values and parameters stay the text that the user wrote, `NO`, `1`, `on` and dates included; only where
a number, a yes or no, or a list belongs is one read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

import yaml

from engine.recipe.recipe_model import (
    FORMAT,
    ColumnRecipe,
    FieldSpec,
    Lookup,
    Recipe,
    RecipeError,
    SheetRecipe,
    StepSpec,
    TargetRecipe,
)
from engine.steps import COLUMN_STEPS, ROW_STEPS
from engine.steps.step_parameters import ParamType
from engine.values.countries import UnknownCountry, checked_code
from odoo_migrate.project import yaml_text
from odoo_migrate.project.external_ids import NAMESPACE, NAMESPACE_WORDS
from odoo_migrate.project.nearest_names import nearest
from odoo_migrate.project.yaml_text import FormatError, Value

MAX_CHARACTERS = 2_000_000
MAX_DEPTH = 12

_TOP = ("recipe", "odoo_version", "namespace", "country", "timezone", "company", "on_problem", "sheets", "lookups")
_SHEET = ("source", "header", "file", "skip", "rows", "targets", "columns")
_TARGET = ("id", "fields", "values", "key", "when")
_FIELD = ("source", "lookup", "ref", "separator")
_COLUMN = ("field", "steps", "lookup", "ref", "separator")
_LOOKUP = ("model", "create", "id", "entries")

_NAMESPACE = re.compile(NAMESPACE)
_STEM = re.compile(r"[A-Za-z0-9_-]{1,100}")
_MODEL = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)*")
_YES_NO = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
_WHOLE = re.compile(r"-?[1-9][0-9]*|0")


class _Column(NamedTuple):
    """An entry of `columns`: its steps and, in the short form, the field it fills."""

    value: Value
    steps: ColumnRecipe
    field: str
    spec: FieldSpec


def load(text: str) -> Recipe:
    """The recipe in a YAML text. Raises RecipeError, one sentence with the line, for anything not understood."""
    if len(text) > MAX_CHARACTERS:
        raise RecipeError(f"The recipe is longer than {MAX_CHARACTERS:,} characters.")
    try:
        return _recipe(yaml_text.read_text(text, "Recipe", MAX_DEPTH))
    except FormatError as problem:
        raise RecipeError(str(problem)) from problem


def _recipe(document: Value) -> Recipe:
    found = _known(document, _TOP)
    if "recipe" in found and found["recipe"].text() != str(FORMAT):
        raise found["recipe"].error(f"this recipe has format {found['recipe'].text()}; {FORMAT} is known.")
    default = Recipe()
    return Recipe(
        odoo_version=_version(found["odoo_version"]) if "odoo_version" in found else default.odoo_version,
        namespace=_named(found, "namespace", _NAMESPACE, NAMESPACE_WORDS) or default.namespace,
        country=_country(found["country"]) if "country" in found else default.country,
        timezone=_timezone(found["timezone"]) if "timezone" in found else default.timezone,
        company=_text(found, "company"),
        on_problem=_on_problem(found["on_problem"]) if "on_problem" in found else default.on_problem,
        sheets=tuple(_sheets(found["sheets"])) if "sheets" in found else (),
        lookups={name: _lookup(name, value) for name, value in _entries(found, "lookups").items()},
    )


# --- settings


def _version(value: Value) -> str:
    if not re.fullmatch(r"\d{1,3}(\.0)?", value.text()):
        raise value.error(f"'{value.text()}' is no version of Odoo; write it like 18.0.")
    return value.text() if value.text().endswith(".0") else f"{value.text()}.0"


def _country(value: Value) -> str:
    try:
        return checked_code(value.text()) if value.text_or_nothing() else ""
    except UnknownCountry as problem:
        raise value.error(str(problem)) from None


def _timezone(value: Value) -> str:
    try:
        return ZoneInfo(value.text()).key
    except (KeyError, ValueError, OSError):
        raise value.error(f"there is no time zone '{value.text()}'; write it like Europe/Brussels.") from None


def _on_problem(value: Value) -> Literal["reject", "stop"]:
    match value.text():
        case "reject":
            return "reject"
        case "stop":
            return "stop"
    raise value.error(f"on_problem is reject or stop, not '{value.text()}'.")


# --- sheets


def _sheets(value: Value) -> Iterator[SheetRecipe]:
    for name, part in value.entries().items():
        if not isinstance(part.node, yaml.SequenceNode):
            yield _sheet(name, part)
            continue
        for node in part.node.value:  # two files have a sheet of this name
            yield _sheet(name, Value(node, part.file))


def _sheet(name: str, value: Value) -> SheetRecipe:
    found = _known(value, _SHEET)
    columns = {title: _column(entry) for title, entry in _entries(found, "columns").items()}
    targets = [_target(model, entry) for model, entry in _entries(found, "targets").items()]
    return SheetRecipe(
        name=name,
        source=_text(found, "source"),
        header=_header(found["header"]) if "header" in found else (),
        file=_named(found, "file", _STEM, "letters, digits, _ and -"),
        skip=_yes_no(found["skip"]) if "skip" in found else False,
        rows=tuple(_steps(found["rows"])) if "rows" in found else (),
        targets=_with_short_forms(targets, columns),
        columns={title: column.steps for title, column in columns.items()},
    )


def _header(value: Value) -> tuple[int, ...]:
    texts = value.texts() if isinstance(value.node, yaml.SequenceNode) else (value.text(),)
    if not all(_WHOLE.fullmatch(text) and 0 < int(text) < 10**7 for text in texts):
        raise value.error("header is a list of row numbers, such as [1].")
    return tuple(int(text) for text in texts)


def _column(value: Value) -> _Column:
    found = _known(value, _COLUMN)
    for name in ("lookup", "ref", "separator"):
        if name in found and "field" not in found:
            raise value.error(f"'{name}' says how a field is filled; name the field too.")
    steps = ColumnRecipe(tuple(_steps(found["steps"])) if "steps" in found else ())
    return _Column(value, steps, _text(found, "field"), _filled_by("", value, found))


def _with_short_forms(targets: list[TargetRecipe], columns: Mapping[str, _Column]) -> tuple[TargetRecipe, ...]:
    """The targets, with the fields that stand beside the columns put into the only one."""
    short = {title: column for title, column in columns.items() if column.field}
    if not short:
        return tuple(targets)
    if len(targets) != 1:
        raise next(iter(short.values())).value.error(
            "'field' beside a column needs exactly one target; with several, fields stand under each."
        )
    fields: dict[str, FieldSpec] = {}
    for title, column in short.items():
        if column.field in fields or column.field in targets[0].fields:
            raise column.value.error(f"the field {column.field} is filled by two columns.")
        fields[column.field] = FieldSpec(title, *_how(column.spec))
    only = targets[0]
    return (TargetRecipe(only.model, only.id, {**fields, **only.fields}, only.values, only.key, only.when),)


def _how(spec: FieldSpec) -> tuple[str, str, str]:
    return spec.lookup, spec.ref, spec.separator


# --- targets and lookups


def _target(model: str, value: Value) -> TargetRecipe:
    if not _MODEL.fullmatch(model):
        raise value.error(f"'{model}' is no model of Odoo; write it like res.partner.")
    found = _known(value, _TARGET)
    return TargetRecipe(
        model=model,
        id=_text(found, "id"),
        fields={name: _field(entry) for name, entry in _entries(found, "fields").items()},
        values={name: entry.text() for name, entry in _entries(found, "values").items()},
        key=found["key"].texts() if "key" in found else (),
        when=_text(found, "when"),
    )


def _field(value: Value) -> FieldSpec:
    found = _known(value, _FIELD)
    if "source" not in found:
        raise value.error("a field says which column fills it: { source: Title }.")
    return _filled_by(found["source"].text(), value, found)


def _filled_by(source: str, value: Value, found: Mapping[str, Value]) -> FieldSpec:
    if "lookup" in found and "ref" in found:
        raise value.error("a field is translated by a lookup or refers to a record, not both.")
    lookup = _named(found, "lookup", _STEM, "letters, digits, _ and -")
    return FieldSpec(source, lookup, _text(found, "ref"), _text(found, "separator"))


def _lookup(name: str, value: Value) -> Lookup:
    if not _STEM.fullmatch(name):
        raise value.error(f"the lookup '{name}' becomes a file name: letters, digits, _ and - only.")
    found = _known(value, _LOOKUP)
    if not _MODEL.fullmatch(_text(found, "model")):
        raise value.error(f"the lookup '{name}' needs the model whose records it names, such as res.partner.category.")
    return Lookup(
        name=name,
        model=found["model"].text(),
        create=_yes_no(found["create"]) if "create" in found else False,
        id=_text(found, "id"),
        entries={key: entry.text() for key, entry in _entries(found, "entries").items()},
    )


# --- steps


def _steps(value: Value) -> Iterator[StepSpec]:
    if not isinstance(value.node, yaml.SequenceNode):
        raise value.error("steps are a list, such as [trim, lowercase].")
    for node in value.node.value:
        yield _step(Value(node, value.file))


def _step(value: Value) -> StepSpec:
    """A bare slug or {slug: {parameter: value}}. A slug that no step has is kept, to be shown as broken."""
    if isinstance(value.node, yaml.ScalarNode):
        return StepSpec(value.text())
    entries = value.entries()
    if len(entries) != 1:
        raise value.error("a step is a name or { name: { parameter: value } }.")
    ((slug, given),) = entries.items()
    params = {} if _nothing(given) else given.entries()
    enabled = _yes_no(params.pop("enabled")) if "enabled" in params else True
    types = _types(slug)
    return StepSpec(slug, {name: _param(one, types.get(name)) for name, one in params.items()}, enabled)


def _types(slug: str) -> dict[str, ParamType]:
    step = COLUMN_STEPS.get(slug) or ROW_STEPS.get(slug)
    return {param.name: param.type for param in step.params} if step else {}


def _param(value: Value, type_: ParamType | None) -> Any:
    """A parameter as its step wants it; what does not fit is left for the step to complain about."""
    if isinstance(value.node, yaml.SequenceNode):
        return [_param(Value(node, value.file), type_) for node in value.node.value]
    if isinstance(value.node, yaml.MappingNode):
        return {name: _param(entry, "text" if type_ else None) for name, entry in value.entries().items()}
    text = value.text()
    unquoted = isinstance(value.node, yaml.ScalarNode) and value.node.style is None
    guess = type_ is None and unquoted  # the parameter of an unknown step
    if (type_ == "integer" or guess) and _WHOLE.fullmatch(text) and len(text) < 19:
        return int(text)
    if type_ == "boolean" or (guess and text in ("true", "false")):
        return _YES_NO.get(text.lower(), text)
    return text


# --- forms


def _known(value: Value, names: Sequence[str]) -> dict[str, Value]:
    """The entries of a map (none, where it is left empty) whose keys must be among `names`."""
    if _nothing(value):
        return {}
    found = value.entries()
    for key_node, _ in value.node.value:
        key = Value(key_node, value.file)
        if key.text() not in names:
            raise key.error(f"unknown key '{key.text()}'; {_nearest(key.text(), names)}")
    return found


def _nearest(name: str, names: Sequence[str]) -> str:
    near = nearest(name, names)
    return f"did you mean '{near}'?" if near else f"known here are {', '.join(names)}."


def _nothing(value: Value) -> bool:
    scalar = isinstance(value.node, yaml.ScalarNode)
    return scalar and value.text_or_nothing() == "" and value.node.value in ("", "~", "null")


def _entries(found: Mapping[str, Value], name: str) -> dict[str, Value]:
    return {} if name not in found or _nothing(found[name]) else found[name].entries()


def _text(found: Mapping[str, Value], name: str) -> str:
    """The text; "" where it is missing or says null (a title `Null` stays one)."""
    return "" if name not in found or _nothing(found[name]) else found[name].text()


def _named(found: Mapping[str, Value], name: str, allowed: re.Pattern[str], what: str) -> str:
    text = _text(found, name)
    if text and not allowed.fullmatch(text):
        raise found[name].error(f"'{text}' cannot be the {name}; use {what}.")
    return text


def _yes_no(value: Value) -> bool:
    if value.text().lower() not in _YES_NO:
        raise value.error(f"true or false is expected here, not '{value.text()}'.")
    return _YES_NO[value.text().lower()]
