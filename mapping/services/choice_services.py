"""Findings about cells that are none of the choices of the field that their column fills."""

from __future__ import annotations

from collections.abc import Iterable

from engine.detectors.field_choices import SLUG, find_other_choices
from engine.profile.profile_results import FindingFacts
from engine.recipe import RecipeError
from engine.steps.step_parameters import StepError
from mapping.models import Mapping
from mapping.opened_sheet import open_run
from mapping.services.kept_findings import keep_finding
from odoo_migrate import catalog
from odoo_migrate.catalog import OdooField
from profiling.models import Dataset, Finding, Sheet


def keep_findings(dataset: Dataset, sheets: Iterable[Sheet]) -> None:
    """Say anew for every column of these sheets that fills a field of choices which of its cells are none of them."""
    for sheet in sheets:
        seen = set()
        for mapping, field in _of_choices(dataset, sheet):
            if mapping.column in seen or mapping.column not in sheet.titles:
                continue
            seen.add(mapping.column)
            keep_finding(sheet, SLUG, mapping.column, _facts(sheet, mapping, field))
        Finding.objects.filter(sheet=sheet, slug=SLUG).exclude(column__in=seen).delete()


def _of_choices(dataset: Dataset, sheet: Sheet) -> list[tuple[Mapping, OdooField]]:
    known = catalog.load(dataset.odoo_version)
    mappings = Mapping.objects.filter(target__sheet=sheet).exclude(state=Mapping.State.LEFT_OUT).exclude(field="")
    found = []
    for mapping in mappings.select_related("target").order_by("pk"):
        # The dataset may have moved to a version without the model.
        if mapping.target.model not in known:
            continue
        field = known.model(mapping.target.model).field(mapping.field)
        if field and field.type == "selection" and field.selection:
            found.append((mapping, field))
    return found


def _facts(sheet: Sheet, mapping: Mapping, field: OdooField) -> FindingFacts | None:
    decided = mapping.state == Mapping.State.ACCEPTED
    try:
        with open_run(sheet) as run:
            parts = ((part.rows.to_numpy(), part.result.values) for part in run.column(mapping.column))
            return find_other_choices(parts, mapping.column, field.selection, decided=decided)
    except (RecipeError, StepError):  # a step that does not fit the file is shown where the steps are
        return None
