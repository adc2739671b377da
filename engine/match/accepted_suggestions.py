"""Turn suggestions into the parts of a recipe, as accepting all of them does."""

from __future__ import annotations

from engine.match.match_evidence import FieldSuggestion, SheetSuggestion, TargetSuggestion
from engine.recipe import KEY_TITLE, ColumnRecipe, FieldSpec, Lookup, StepSpec, TargetRecipe
from odoo_migrate.catalog import Catalog, OdooField

# Confidence from which on a suggested field says what a column holds.
LIKELY = 0.8


def likely_fields(suggestion: SheetSuggestion, catalog: Catalog) -> dict[str, list[OdooField]]:
    """Return by title the fields that columns most likely fill, before anybody has accepted one."""
    found: dict[str, list[OdooField]] = {}
    for one in (suggestion, *suggestion.also):
        for column in one.columns:
            if column.field and column.loadable and column.confidence >= LIKELY:
                field = catalog.model(one.model).field(column.field)
                if field is not None:
                    found.setdefault(column.title, []).append(field)
    return found


def accepted_targets(suggestion: SheetSuggestion) -> tuple[TargetRecipe, ...]:
    """Return all targets of a sheet, its chief one first; () where no model was found."""
    return tuple(accepted_target(one) for one in (suggestion, *suggestion.also) if one.model)


def accepted_target(suggestion: TargetSuggestion) -> TargetRecipe:
    """Return the target with every suggested field that can be loaded, the ID pattern and what makes up its key."""
    fields = {}
    for column in suggestion.columns:
        if column.field and column.loadable and not column.waits:
            fields[column.field] = _field_spec(column)
    # Columns make up a key only where the ID pattern uses it.
    key = tuple(suggestion.key) if f"{{{KEY_TITLE}}}" in suggestion.id else ()
    return TargetRecipe(
        suggestion.model, suggestion.id, fields, suggestion.values, key, suggestion.when, suggestion.role
    )


def accepted_steps(suggestion: SheetSuggestion) -> dict[str, ColumnRecipe]:
    """Return the steps that make the columns which the targets need, by the column that they stand on."""
    steps: dict[str, list[StepSpec]] = {}
    for one in (suggestion, *suggestion.also):
        for needed in one.steps:
            on_column = steps.setdefault(needed.column, [])
            # Two targets may be filled from one made column.
            if needed.step not in on_column:
                on_column.append(needed.step)
    return {title: ColumnRecipe(tuple(listed)) for title, listed in steps.items()}


def _field_spec(column: FieldSuggestion) -> FieldSpec:
    table = column.lookup.name if column.lookup else ""
    return FieldSpec(column.title, table, column.ref, column.separator)


def accepted_lookups(suggestion: SheetSuggestion) -> dict[str, Lookup]:
    """Return the lookup tables that the sheet's suggestions use, by name."""
    found = {}
    for one in (suggestion, *suggestion.also):
        for column in one.columns:
            if column.loadable and column.lookup and not column.waits:
                found[column.lookup.name] = column.lookup
    return found
