"""Suggestions for all sheets of a dataset, with what they tell about each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from engine.match.match_evidence import SheetEvidence, SheetSuggestion, TargetSuggestion
from engine.match.relation_suggestions import Sibling
from engine.match.sheet_suggestions import suggest_sheet
from engine.recipe import KEY_TITLE
from odoo_migrate.catalog import Catalog
from odoo_migrate.project.file_names import file_stem, mapping_name

_TEMPLATE, _VARIANT = "product.template", "product.product"


def suggest_dataset(
    sheets: Sequence[SheetEvidence],
    catalog: Catalog,
    *,
    models: Mapping[int, str] | None = None,
    namespace: str = "migr",
) -> list[SheetSuggestion]:
    """One suggestion per sheet, in their order. `models`: those decided already, by the sheet's place.

    Sheets are looked at alone first; then columns that hold another sheet's keys refer to it, and a sheet of
    products that orders refer to becomes product.product, which is what their lines want.
    """
    decided = dict(models or {})
    alone = _suggest(sheets, catalog, decided, [], namespace)
    chosen = {place: _model(place, alone, decided, catalog, sheets) for place in range(len(sheets))}
    siblings = _siblings(sheets, [replace(one, model=chosen[place]) for place, one in enumerate(alone)])
    firm = {place: model for place, model in chosen.items() if model and model != alone[place].model}
    found = _suggest(sheets, catalog, {**decided, **firm}, siblings, namespace)
    kept = [
        replace(one, confidence=alone[place].confidence, reason=alone[place].reason)
        if place in firm and place not in decided
        else one
        for place, one in enumerate(found)
    ]
    return _apart(kept, sheets)


def _suggest(
    sheets: Sequence[SheetEvidence],
    catalog: Catalog,
    models: Mapping[int, str],
    siblings: Sequence[Sibling],
    namespace: str,
) -> list[SheetSuggestion]:
    return [
        suggest_sheet(
            sheet.name, sheet.columns, catalog, model=models.get(place), siblings=siblings, namespace=namespace
        )
        for place, sheet in enumerate(sheets)
    ]


def _model(
    place: int,
    alone: Sequence[SheetSuggestion],
    decided: Mapping[int, str],
    catalog: Catalog,
    sheets: Sequence[SheetEvidence],
) -> str:
    """The sheet's model; products become variants where another sheet's lines want those."""
    model = alone[place].model
    if model != _TEMPLATE or place in decided:
        return model
    keys = _values(sheets[place], alone[place])
    wanting = (
        _wanted(other, sheet, catalog)
        for at, (other, sheet) in enumerate(zip(alone, sheets, strict=True))
        if at != place
    )
    return (
        _VARIANT
        if any(values is not None and (not values or not keys or values & keys) for values in wanting)
        else model
    )


def _wanted(one: SheetSuggestion, sheet: SheetEvidence, catalog: Catalog) -> frozenset[str] | None:
    """The values of the sheet's column that points to product.product; None where it has no such column."""
    for target in (one, *one.also):
        for column in target.columns:
            field = catalog.model(target.model).field(column.field) if column.field and target.model else None
            if field and field.relation == _VARIANT:
                return _column_values(sheet, column.title)
    return None


def _siblings(sheets: Sequence[SheetEvidence], found: Sequence[SheetSuggestion]) -> list[Sibling]:
    siblings: list[Sibling] = []
    taken: list[str] = []  # mapping names, in the order in which the bundle gives them
    for sheet, one in zip(sheets, found, strict=True):
        names = [_named(target.model, sheet, taken) for target in (one, *one.also) if target.model]
        if one.model and len(one.key) == 1 and KEY_TITLE not in one.id:
            siblings.append(Sibling(sheet.name, one.model, one.key[0], _values(sheet, one), names[0]))
    return siblings


def _named(model: str, sheet: SheetEvidence, taken: list[str]) -> str:
    taken.append(mapping_name(model, sheet.file or file_stem(sheet.name), taken))
    return taken[-1]


def _values(sheet: SheetEvidence, target: TargetSuggestion) -> frozenset[str]:
    return _column_values(sheet, target.key[0]) if target.key else frozenset()


def _column_values(sheet: SheetEvidence, title: str) -> frozenset[str]:
    column = next(column for column in sheet.columns if column.title == title)
    return frozenset(value.strip() for value in (column.values or column.samples) if value.strip())


def _apart(found: Sequence[SheetSuggestion], sheets: Sequence[SheetEvidence]) -> list[SheetSuggestion]:
    """Two sheets of one model whose keys overlap get IDs of their own: customer 10001 is not vendor 10001."""
    seen: dict[str, frozenset[str]] = {}
    result = []
    for sheet, one in zip(sheets, found, strict=True):
        keys = _values(sheet, one)
        if one.id and seen.get(one.id.partition("{")[0], frozenset()) & keys:
            word = file_stem(sheet.name)
            one = replace(one, id=one.id.replace(".{", f"_{word}.{{", 1))
        start = one.id.partition("{")[0]
        seen[start] = seen.get(start, frozenset()) | keys
        result.append(one)
    return result
