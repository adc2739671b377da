"""Writing a recipe file: the same recipe always gives the same text, and `load` gives the recipe back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import yaml

from engine.recipe.recipe_model import (
    FORMAT,
    HOW_FILLED,
    ColumnRecipe,
    FieldSpec,
    Lookup,
    Recipe,
    RecipeError,
    SheetRecipe,
    StepSpec,
    TargetRecipe,
    file_keys,
)

LONGEST_LINE = 110
_ANY_WIDTH = 2**31  # lines are broken here, not by YAML, which breaks long texts
_TAGS = {bool: "tag:yaml.org,2002:bool", int: "tag:yaml.org,2002:int"}
_TEXT = "tag:yaml.org,2002:str"
_TARGET_KEYS = ("id", "key", "when", "fields", "values")  # short ones first


class _Block(dict[str, Any]):
    """A map that is written with one entry a line, however short it is."""


def dump(recipe: Recipe) -> str:
    """Return the recipe as YAML text, with quotes only where YAML would read something else.

    Raises:
        RecipeError: The recipe has what a file cannot say: one model twice in a sheet, and in one role.
    """
    lookups = _Block()
    for lookup in recipe.lookups.values():
        lookups[lookup.name] = _lookup(lookup)
    written: dict[str, Any] = {"sheets": _sheets(recipe.sheets), "lookups": lookups}
    if recipe.timezone == Recipe().timezone:
        written["timezone"] = ""  # unlike the other settings, few recipes need one
    document = _Block({"recipe": FORMAT} | _said(recipe, **written))
    return str(yaml.serialize(_node(document), Dumper=yaml.SafeDumper, allow_unicode=True, width=_ANY_WIDTH))


def _said(part: Any, keys: Sequence[str] = (), **written: Any) -> dict[str, Any]:
    """Return what a part of the recipe says, by key.

    Args:
        part: One of the recipe's dataclasses.
        keys: Its keys in the order of writing; none for that of the class.
        written: What to write for some keys instead of the attribute itself.
    """
    entries = {key: written.get(key, getattr(part, key)) for key in keys or file_keys(type(part))}
    return _filled(entries)


def _filled(entries: Mapping[str, Any]) -> dict[str, Any]:
    """Return the entries that say something: false and empty ones are what a missing one means."""
    return {name: value for name, value in entries.items() if value not in ("", False, (), [], {})}


def _sheets(sheets: Iterable[SheetRecipe]) -> dict[str, Any]:
    """Return the sheets by name; as a list where several files have a sheet of one name."""
    by_name: dict[str, list[Any]] = {}
    for sheet in sheets:
        by_name.setdefault(sheet.name, []).append(_sheet(sheet))
    found = _Block(by_name)
    for name, same in by_name.items():
        if len(same) == 1:
            [found[name]] = same
    return found


def _sheet(sheet: SheetRecipe) -> dict[str, Any]:
    entries = [target.entry for target in sheet.targets]
    if len(set(entries)) < len(entries):
        raise RecipeError(f"The sheet '{sheet.name}' fills one model twice, which a recipe file cannot say.")
    main, short = sheet.main, _short_forms(sheet)
    columns = _Block()
    for title, column in sheet.columns.items():
        columns[title] = _column(column, short.get(title), main)
    targets = _Block()
    for target in sheet.targets:
        beside_columns = set(short.values()) if target is main else set[str]()
        targets[target.entry] = _target(target, beside_columns)
    return _Block(_said(sheet, rows=_steps(sheet.rows), targets=targets, columns=columns))


def _short_forms(sheet: SheetRecipe) -> dict[str, str]:
    """Return by title the field that is said beside the column: the first that it fills of the main target."""
    main = sheet.main
    if main is None:
        return {}
    short: dict[str, str] = {}
    for name, spec in main.fields.items():
        short.setdefault(spec.source, name)
    return short


def _column(column: ColumnRecipe, field: str | None, main: TargetRecipe | None) -> dict[str, Any]:
    steps = _steps(column.steps)
    if not field or main is None:
        return _filled({"steps": steps})
    return {"field": field} | _filled({"steps": steps}) | _said(main.fields[field], HOW_FILLED)


def _target(target: TargetRecipe, beside_columns: set[str]) -> dict[str, Any]:
    under_target = {name: _field(spec) for name, spec in target.fields.items() if name not in beside_columns}
    return _said(target, _TARGET_KEYS, fields=under_target)


def _field(spec: FieldSpec) -> dict[str, Any]:
    return {"source": spec.source} | _said(spec)


def _lookup(lookup: Lookup) -> dict[str, Any]:
    # Whether it creates records is always said: readers of a recipe want to know.
    return {"model": lookup.model, "create": lookup.create} | _said(lookup)


def _steps(steps: Iterable[StepSpec]) -> list[Any]:
    return list(map(_step, steps))


def _step(step: StepSpec) -> Any:
    params = {name: value for name, value in step.params.items() if value is not None}
    if not step.enabled:
        params["enabled"] = False
    if not params:
        return step.slug
    return {step.slug: params}


def _node(value: Any) -> yaml.Node:
    """Return `value` as YAML nodes: on one line where it fits, else one entry a line."""
    if isinstance(value, Mapping):
        return _map_node(value)
    if isinstance(value, (list, tuple)):
        nodes = list(map(_node, value))
        return yaml.SequenceNode("tag:yaml.org,2002:seq", nodes, flow_style=_fits(nodes))
    if type(value) in _TAGS:
        return yaml.ScalarNode(_TAGS[type(value)], str(value).lower())
    return yaml.ScalarNode(_TEXT, str(value), style=_style(str(value)))


def _map_node(value: Mapping[Any, Any]) -> yaml.MappingNode:
    pairs: list[tuple[yaml.Node, yaml.Node]] = []
    nodes: list[yaml.Node] = []
    for name, one in value.items():
        pair = (_node(str(name)), _node(one))
        pairs.append(pair)
        nodes += pair
    on_one_line = not isinstance(value, _Block) and _fits(nodes)
    return yaml.MappingNode("tag:yaml.org,2002:map", pairs, flow_style=on_one_line or not pairs)


def _style(text: str) -> str | None:
    """Return double quotes for text with line breaks or other controls, which keep them; else YAML's own choice."""
    if text.isprintable():
        return None
    return '"'


def _fits(nodes: Sequence[yaml.Node]) -> bool:
    for node in nodes:
        if isinstance(node, yaml.CollectionNode) and not node.flow_style:
            return False
    return sum(map(_width, nodes)) <= LONGEST_LINE


def _width(node: yaml.Node) -> int:
    """Return about how many characters a node takes on one line."""
    if isinstance(node, yaml.ScalarNode):
        return len(node.value) + 2
    if isinstance(node, yaml.SequenceNode):
        return 2 + sum(map(_width, node.value))
    return 2 + sum(_width(key) + _width(value) for key, value in node.value)
