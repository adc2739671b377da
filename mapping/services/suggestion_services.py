"""Keep what `engine.match` suggests; what a person has decided is never overwritten."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from engine.detectors.counted_words import listed
from engine.match import FieldSuggestion, SheetSuggestion, SuggestedStep, TargetSuggestion, suggest_dataset
from engine.recipe import KEY_TITLE, target_entry
from mapping import selectors, suggestion_evidence
from mapping.models import Mapping, SheetTarget, UnmappedSheet
from mapping.services import choice_services, missing_record_services, relation_services
from odoo_migrate import catalog
from profiling.models import Dataset, Sheet


def suggest(*, dataset: Dataset, models: dict[int, str] | None = None) -> list[tuple[Sheet, SheetSuggestion]]:
    """Suggest a model and fields for every sheet, and keep it. `models`: as `suggestions` takes them.

    Returns what was suggested, sheet by sheet.
    """
    pairs = suggestions(dataset=dataset, models=models)
    keep(pairs)
    missing_record_services.keep_findings(dataset)
    choice_services.keep_findings(dataset, [sheet for sheet, _ in pairs])
    return pairs


def suggestions(*, dataset: Dataset, models: dict[int, str] | None = None) -> list[tuple[Sheet, SheetSuggestion]]:
    """Return what every sheet looks like; `models` are, by the sheet's id, those decided besides the chosen ones.

    Reads the working files: nothing that should happen while others wait to write.
    """
    sheets = suggestion_evidence.sheets_to_map(dataset)
    decided = {}  # by the sheet's position, since the matchers know no records
    for position, sheet in enumerate(sheets):
        model = _decided(sheet, models or {})
        if model:
            decided[position] = model
    evidence = [suggestion_evidence.of_sheet(sheet) for sheet in sheets]
    found = suggest_dataset(
        evidence, catalog.load(dataset.odoo_version),
        models=decided, namespace=dataset.namespace,
    )  # fmt: skip
    return list(zip(sheets, found, strict=True))


def keep(pairs: Iterable[tuple[Sheet, SheetSuggestion]]) -> None:
    """Keep suggestions beside what a person has decided."""
    with transaction.atomic():
        for sheet, suggestion in pairs:
            _keep(sheet, suggestion)


def forget_gone(dataset: Dataset) -> None:
    """Take back the suggestions for columns that no step adds any more."""
    for sheet in suggestion_evidence.sheets_to_map(dataset):
        suggested = Mapping.objects.filter(target__sheet=sheet, state=Mapping.State.SUGGESTED)
        there = {*selectors.all_titles(sheet), *selectors.titles_of_suggestions(sheet), KEY_TITLE}
        suggested.exclude(column__in=there).delete()


def _decided(sheet: Sheet, models: dict[int, str]) -> str:
    if sheet.pk in models:
        return models[sheet.pk]
    chosen = SheetTarget.objects.filter(sheet=sheet, chosen=True, role="").first()
    if chosen is None:
        return ""
    return chosen.model


def _keep(sheet: Sheet, suggestion: SheetSuggestion) -> None:
    _keep_reason(sheet, suggestion)
    wanted = [target for target in (suggestion, *suggestion.also) if target.model]
    entries = {target_entry(target.model, target.role) for target in wanted}
    for target in SheetTarget.objects.filter(sheet=sheet, chosen=False, left_out=False):
        if target.entry not in entries:
            target.delete()
    for position, one in enumerate(wanted):
        _keep_target(sheet, position, one, one.reason or suggestion.reason)


def _keep_reason(sheet: Sheet, suggestion: SheetSuggestion) -> None:
    """Keep why a sheet has no model, and which are likeliest; forget it where it has one."""
    if suggestion.model:
        UnmappedSheet.objects.filter(sheet=sheet).delete()
        return
    known = {"reason": suggestion.reason, "candidates": list(map(list, suggestion.candidates))}
    UnmappedSheet.objects.update_or_create(sheet=sheet, defaults=known)


def _keep_target(sheet: Sheet, position: int, suggestion: TargetSuggestion, reason: str) -> None:
    target, made = SheetTarget.objects.get_or_create(sheet=sheet, model=suggestion.model, role=suggestion.role)
    target.records = suggestion.records
    if made or not target.chosen:
        target.position, target.confidence, target.reason = position, suggestion.confidence, reason
        target.id_pattern, target.when = suggestion.id, suggestion.when
        # Columns make up a key only where the ID pattern uses it.
        target.key = list(suggestion.key) if "{Migration Key}" in suggestion.id else []
        target.values, target.steps = dict(suggestion.values), list(map(_step_as_json, suggestion.steps))
    target.save()
    decided = set(
        Mapping.objects.filter(target=target).exclude(state=Mapping.State.SUGGESTED).values_list("column", flat=True)
    )
    # Former suggestions make room for the new ones; what a person accepted or left out stays.
    Mapping.objects.filter(target=target, state=Mapping.State.SUGGESTED).delete()
    for column in suggestion.columns:
        if column.title not in decided:
            _keep_mapping(target, column)
    for title, parts in selectors.split_columns(target.sheet).items():
        if title not in decided:
            reason = f"its parts are in {listed(parts)}"
            Mapping.objects.create(target=target, column=title, reason=reason)


def _step_as_json(suggested: SuggestedStep) -> dict[str, Any]:
    return {"column": suggested.column, "slug": suggested.step.slug, "params": dict(suggested.step.params)}


def _keep_mapping(target: SheetTarget, column: FieldSuggestion) -> None:
    if column.lookup is not None:
        relation_services.keep_table(target.sheet.dataset, column.lookup)
    # What no single column can fill is said, and not offered: "Accept" would promise what an export cannot keep.
    field = column.field if column.field and column.loadable else ""
    reason = column.reason
    if column.needs and column.field:
        reason = f"{reason}. {column.needs}"
    lookup = column.lookup.name if column.lookup else _decided_table(target, column)
    Mapping.objects.create(
        target=target, column=column.title, field=field, confidence=column.confidence, reason=reason,
        candidates=list(map(list, column.candidates)), ref=column.ref, separator=column.separator,
        lookup=lookup, waits=column.waits,
    )  # fmt: skip


def _decided_table(target: SheetTarget, column: FieldSuggestion) -> str:
    """Return the table in which a person has said what the column's values are, of records that Odoo has by itself."""
    field = catalog.load(target.sheet.dataset.odoo_version).model(target.model).field(column.field or "")
    if field is None or not field.relational or column.ref:
        return ""
    return relation_services.decided_table(target.sheet.dataset, field.relation)
