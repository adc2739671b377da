"""Writing a recipe file: the same recipe always gives the same text, and `load` gives the recipe back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

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

LONGEST_LINE = 110
_ANY_WIDTH = 2**31
_TAGS = {bool: "tag:yaml.org,2002:bool", int: "tag:yaml.org,2002:int"}
_TEXT = "tag:yaml.org,2002:str"


class _Block(dict[str, Any]):
    """A map that is written with one entry a line, however short it is."""


def dump(recipe: Recipe) -> str:
    """The recipe as YAML text, titles and values quoted only where YAML would read something else.

    Raises RecipeError where the recipe has what a file cannot say: one model twice in a sheet.
    """
    document = _filled(
        {
            "recipe": FORMAT,
            "odoo_version": recipe.odoo_version,
            "namespace": recipe.namespace,
            "country": recipe.country,
            "timezone": "" if recipe.timezone == Recipe().timezone else recipe.timezone,
            "company": recipe.company,
            "on_problem": recipe.on_problem,
            "sheets": _sheets(recipe.sheets),
            "lookups": _Block({lookup.name: _lookup(lookup) for lookup in recipe.lookups.values()}),
        }
    )
    text = yaml.serialize(_node(_Block(document)), Dumper=yaml.SafeDumper, allow_unicode=True, width=_ANY_WIDTH)
    return str(text)


def _filled(entries: Mapping[str, Any]) -> dict[str, Any]:
    """The entries that say something: false and empty ones are what a missing one means."""
    return {name: value for name, value in entries.items() if value not in ("", False, (), [], {})}


def _sheets(sheets: Iterable[SheetRecipe]) -> dict[str, Any]:
    """By name; a list where several files have a sheet of one name."""
    found: dict[str, list[Any]] = {}
    for sheet in sheets:
        found.setdefault(sheet.name, []).append(_sheet(sheet))
    return _Block({name: parts[0] if len(parts) == 1 else parts for name, parts in found.items()})


def _sheet(sheet: SheetRecipe) -> dict[str, Any]:
    models = [target.model for target in sheet.targets]
    if len(set(models)) < len(models):
        raise RecipeError(f"The sheet '{sheet.name}' fills one model twice, which a recipe file cannot say.")
    short = _short_forms(sheet)
    entries = {
        "source": sheet.source,
        "header": list(sheet.header),
        "file": sheet.file,
        "skip": sheet.skip,
        "rows": [_step(step) for step in sheet.rows],
        "targets": _Block({target.model: _target(target, set(short.values())) for target in sheet.targets}),
        "columns": _Block({t: _column(c, short.get(t), sheet.targets) for t, c in sheet.columns.items()}),
    }
    return _Block(_filled(entries))


def _short_forms(sheet: SheetRecipe) -> dict[str, str]:
    """Title → the field that stands beside the column: the first one it fills, where there is one target."""
    if len(sheet.targets) != 1:
        return {}
    short: dict[str, str] = {}
    for name, spec in sheet.targets[0].fields.items():
        short.setdefault(spec.source, name)
    return short


def _column(column: ColumnRecipe, field: str | None, targets: tuple[TargetRecipe, ...]) -> dict[str, Any]:
    how = _how(targets[0].fields[field]) if field else {}
    return _filled({"field": field or "", "steps": [_step(step) for step in column.steps], **how})


def _how(spec: FieldSpec) -> dict[str, str]:
    return {"lookup": spec.lookup, "ref": spec.ref, "separator": spec.separator}


def _target(target: TargetRecipe, beside_columns: set[str]) -> dict[str, Any]:
    fields = {name: spec for name, spec in target.fields.items() if name not in beside_columns}
    return _filled(
        {
            "id": target.id,
            "key": list(target.key),
            "when": target.when,
            "fields": {name: {"source": spec.source, **_filled(_how(spec))} for name, spec in fields.items()},
            "values": dict(target.values),
        }
    )


def _lookup(lookup: Lookup) -> dict[str, Any]:
    about = _filled({"id": lookup.id, "entries": dict(lookup.entries)})
    return {"model": lookup.model, "create": lookup.create, **about}


def _step(step: StepSpec) -> Any:
    params = {name: value for name, value in step.params.items() if value is not None}
    if not step.enabled:
        params["enabled"] = False
    return {step.slug: params} if params else step.slug


def _node(value: Any) -> yaml.Node:
    """`value` as YAML nodes: on one line where it fits, else one entry a line."""
    if isinstance(value, Mapping):
        pairs = [(_node(str(name)), _node(one)) for name, one in value.items()]
        flow = not isinstance(value, _Block) and _fits(node for pair in pairs for node in pair)
        return yaml.MappingNode("tag:yaml.org,2002:map", pairs, flow_style=flow or not pairs)
    if isinstance(value, (list, tuple)):
        nodes = [_node(one) for one in value]
        return yaml.SequenceNode("tag:yaml.org,2002:seq", nodes, flow_style=_fits(nodes))
    if type(value) in _TAGS:
        return yaml.ScalarNode(_TAGS[type(value)], str(value).lower())
    return yaml.ScalarNode(_TEXT, str(value), style=_style(str(value)))


def _style(text: str) -> str | None:
    """Text with line breaks or other controls in double quotes, which keep them; else as YAML likes it."""
    return None if text.isprintable() else '"'


def _fits(nodes: Iterable[yaml.Node]) -> bool:
    nodes = list(nodes)
    one_liners = all(not isinstance(node, yaml.CollectionNode) or node.flow_style for node in nodes)
    return one_liners and sum(map(_width, nodes)) <= LONGEST_LINE


def _width(node: yaml.Node) -> int:
    """About how many characters a node takes on one line."""
    if isinstance(node, yaml.ScalarNode):
        return len(node.value) + 2
    parts = node.value if isinstance(node, yaml.SequenceNode) else [one for pair in node.value for one in pair]
    return 2 + sum(map(_width, parts))
