"""Turn suggestions into a recipe's targets, as accepting all of them does."""

from __future__ import annotations

from engine.match import SheetSuggestion, TargetSuggestion
from engine.recipe import KEY_TITLE, FieldSpec, Lookup, TargetRecipe


def target(suggestion: TargetSuggestion) -> TargetRecipe:
    """Return the target with every suggested field that can be loaded, the ID pattern and what makes up its key."""
    fields = {
        column.field: FieldSpec(column.title, column.lookup.name if column.lookup else "", column.ref, column.separator)
        for column in suggestion.columns
        if column.field and column.loadable
    }
    key = tuple(suggestion.key) if f"{{{KEY_TITLE}}}" in suggestion.id else ()
    return TargetRecipe(suggestion.model, suggestion.id, fields, key=key)


def targets(suggestion: SheetSuggestion) -> tuple[TargetRecipe, ...]:
    """Return all targets of a sheet, its chief first; () where no model was found."""
    return tuple(target(one) for one in (suggestion, *suggestion.also) if one.model)


def lookups(suggestion: SheetSuggestion) -> dict[str, Lookup]:
    """Return the lookup tables that the sheet's suggestions use, by name."""
    found = [
        column.lookup
        for one in (suggestion, *suggestion.also)
        for column in one.columns
        if column.loadable and column.lookup
    ]
    return {lookup.name: lookup for lookup in found}
