"""One column beside the grid: its profile, findings, steps, and the column before and after."""

from __future__ import annotations

from typing import Any

from django.db.models import Sum

from engine.clean.column_preview import ColumnPreview, preview_column
from mapping import opened_sheet
from mapping.models import Mapping, Transform
from mapping.pages import findings_page, further_records
from mapping.pages.steps_page import cards
from mapping.selectors import all_titles, odoo_field
from odoo_migrate import catalog
from profiling.models import ColumnProfile, Finding, Sheet
from profiling.pages import of_dataset

PREVIEW_ROWS = 8
ID_DIGITS = 18  # the largest number that a database takes as an ID has 19


def page(user: Any, sheet: Sheet, title: str, trial: str = "") -> dict[str, Any]:
    """Return what column_panel.html needs on a page without the grid. Raises RecipeError."""
    return {**of_dataset(user, sheet.dataset, "cleaning", sheet), **beside(sheet, title, trial)}


def beside(sheet: Sheet, title: str, trial: str = "") -> dict[str, Any]:
    """Return what column_panel.html needs besides what its page shows. Raises RecipeError.

    Args:
        sheet: the sheet that has the column.
        title: the column's title.
        trial: the id of a finding whose fix is shown as if it were in the recipe already, "" for none.
    """
    profile = opened_sheet.column_profiles(sheet).get(title) or ColumnProfile(sheet=sheet, title=title)
    steps = list(Transform.objects.filter(sheet=sheet, column=title))
    shown: dict[str, Any] = {"steps": [], "counts": None, "preview": []}
    with opened_sheet.open_run(sheet) as run:
        if steps:  # without any the column stays as it is, and there is no difference to show
            preview = preview_column(run, title, limit=PREVIEW_ROWS)
            shown = {
                "steps": cards(steps, sheet, preview.steps), "counts": _counts(preview), "preview": preview.rows,
            }  # fmt: skip
    tried = _tried(sheet, title, trial)
    return {
        "column": _column(sheet, profile, title),
        "field": _field(sheet, title),
        "tiles": _tiles(sheet, profile),
        "findings": _findings(sheet, title),
        "trial": tried,
        **shown,
    }


def _column(sheet: Sheet, profile: ColumnProfile, title: str) -> dict[str, Any]:
    return {
        "position": all_titles(sheet).index(title), "title": title, "kind": profile.kind or "text", "rows": sheet.rows,
        "filled": profile.filled, "distinct": profile.distinct, "could_be_key": profile.could_be_key,
        "minimum": profile.minimum, "maximum": profile.maximum, "top": list(map(tuple, profile.top)),
        "patterns": list(map(tuple, profile.patterns)),
    }  # fmt: skip


def _field(sheet: Sheet, title: str) -> dict[str, Any] | None:
    """Return the field that the column becomes, accepted ones before suggested ones."""
    mappings = Mapping.objects.filter(target__sheet=sheet, column=title).exclude(field="")
    decided = mappings.exclude(state=Mapping.State.LEFT_OUT).select_related("target").order_by("state", "pk")
    mapping = decided.first()
    models = catalog.load(sheet.dataset.odoo_version)
    field = odoo_field(models, mapping) if mapping else None
    if mapping is None or field is None:
        return None
    label = further_records.one(mapping.target) or models.model(mapping.target.model).label
    article = "an" if label[:1].lower() in "aeiou" else "a"
    confidence = None  # what a person has decided is certain
    if mapping.state == Mapping.State.SUGGESTED:
        confidence = mapping.confidence
    return {
        "label": field.label, "name": field.import_name, "record": f"{article} {label.lower()}",
        "confidence": confidence,
    }  # fmt: skip


def _tiles(sheet: Sheet, profile: ColumnProfile) -> list[dict[str, Any]]:
    problems = Finding.objects.filter(
        sheet=sheet, column=profile.title, severity=Finding.Severity.PROBLEM, dismissed_at=None
    )
    wrong = problems.aggregate(cells=Sum("count"))["cells"]
    tiles = [
        {"value": profile.filled, "label": f"filled of {sheet.rows:,}"},
        {"value": profile.distinct, "label": "different"},
    ]
    if wrong:
        tiles.append({"value": wrong, "label": "need your eye", "tone": "attention"})
    return tiles


def _findings(sheet: Sheet, title: str) -> list[dict[str, Any]]:
    fixed = findings_page.Fixed(sheet.dataset)
    found = Finding.objects.filter(sheet=sheet, column=title, dismissed_at=None).select_related("sheet__dataset")
    return [findings_page.as_card(finding, fixed=finding in fixed) for finding in found]


def _counts(preview: ColumnPreview) -> dict[str, int]:
    return {"changed": preview.changed, "same": preview.unchanged, "could_not": preview.could_not}


def _tried(sheet: Sheet, title: str, trial: str) -> dict[str, Any] | None:
    """Return the column as it would be with a finding's fix, next to the recipe as it is."""
    if not trial.isdecimal() or len(trial) > ID_DIGITS:
        return None
    finding = Finding.objects.filter(pk=int(trial), sheet=sheet, column=title).exclude(fix_step="").first()
    if finding is None:
        return None
    with opened_sheet.open_run(sheet, (finding.column, finding.fix_step, finding.fix_params)) as run:
        preview = preview_column(run, title, limit=PREVIEW_ROWS)
    card = findings_page.as_card(finding, fixed=False)
    return {"finding": card, "counts": _counts(preview), "rows": preview.rows}
