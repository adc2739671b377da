"""Leave references for a person to decide that would cost many records."""

from __future__ import annotations

from django.db import transaction

from engine.bundle.unresolved_references import UnresolvedReference, unresolved_references
from engine.recipe import RecipeError
from mapping.bundle_inputs import bundle_sheets
from mapping.models import Mapping
from mapping.selectors import recipe_of
from mapping.services.step_services import changed
from migrator.models import User
from profiling.models import Dataset


def leave_unresolved(*, dataset: Dataset, user: User | None = None) -> dict[int, dict[str, str]]:
    """Put accepted references that would hold back many rows back among the suggestions.

    Returns why, by the sheet's id and the column. Where the recipe does not fit the files, nothing changes: the export
    says what is wrong.
    """
    try:
        with bundle_sheets(dataset) as sheets:
            found = unresolved_references(sheets, recipe_of(dataset))
    except RecipeError:
        return {}
    left: dict[int, dict[str, str]] = {}
    with transaction.atomic():
        for one in found:
            for mapping in _accepted(dataset, one):
                mapping.state = Mapping.State.SUGGESTED
                mapping.reason = f"{mapping.reason}; not accepted by itself: {one.reason}"
                mapping.save(update_fields=["state", "reason"])
                left.setdefault(mapping.target.sheet_id, {})[mapping.column] = one.reason
                changed(mapping.target.sheet, user, f"{mapping.column} waits for a decision: {one.reason}")
    return left


def _accepted(dataset: Dataset, one: UnresolvedReference) -> list[Mapping]:
    """Return the accepted mappings that a reference is about."""
    named = Mapping.objects.filter(
        target__sheet__dataset=dataset, target__sheet__name=one.sheet, column=one.column, field=one.field,
        state=Mapping.State.ACCEPTED,
    )  # fmt: skip
    found = []
    for mapping in named.select_related("target__sheet__source", "target__sheet__dataset"):
        if (mapping.target.sheet.source_name, mapping.target.entry) == (one.source, one.entry):
            found.append(mapping)
    return found
