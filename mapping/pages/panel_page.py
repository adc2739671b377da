"""One column beside the grid: its profile, findings, steps, and the column before and after."""

from __future__ import annotations

from typing import Any

from engine.clean.column_preview import ColumnPreview, preview_column
from mapping import stored_cleaning
from mapping.models import Mapping, Transform
from mapping.pages import findings_page as finding_page
from mapping.pages.steps_page import cards
from odoo_migrate import catalog
from profiling.models import ColumnProfile, Finding, Sheet
from profiling.pages import of_dataset

PREVIEW_ROWS = 8


def page(user: Any, sheet: Sheet, title: str, trial: str = "") -> dict[str, Any]:
    """What column_panel.html needs where it stands alone. Raises RecipeError."""
    return {**of_dataset(user, sheet.dataset, "cleaning", sheet), **beside(sheet, title, trial)}


def beside(sheet: Sheet, title: str, trial: str = "") -> dict[str, Any]:
    """What column_panel.html needs besides what its page shows. `trial`: id of a finding whose fix is shown as if it
    were there already. Raises RecipeError.
    """
    profile = ColumnProfile.objects.filter(sheet=sheet, title=title).first() or ColumnProfile(sheet=sheet, title=title)
    steps = list(Transform.objects.filter(sheet=sheet, column=title))
    with stored_cleaning.open_run(sheet) as run:
        preview = preview_column(run, title, limit=PREVIEW_ROWS) if steps else None
    tried = _tried(sheet, title, trial)
    return {
        "column": _column(sheet, profile, title),
        "field": _field(sheet, title),
        "tiles": _tiles(sheet, profile),
        "findings": _findings(sheet, title),
        "steps": cards(steps, sheet, preview.steps if preview else ()),
        "counts": _counts(preview) if preview else None,
        "preview": preview.rows if preview else [],
        "trial": tried,
    }


def _column(sheet: Sheet, profile: ColumnProfile, title: str) -> dict[str, Any]:
    return {
        "position": sheet.titles.index(title), "title": title, "kind": profile.kind or "text", "rows": sheet.rows,
        "filled": profile.filled, "distinct": profile.distinct, "could_be_key": profile.could_be_key,
        "minimum": profile.minimum, "maximum": profile.maximum, "top": [tuple(pair) for pair in profile.top],
        "patterns": [tuple(pair) for pair in profile.patterns],
    }  # fmt: skip


def _field(sheet: Sheet, title: str) -> dict[str, Any] | None:
    mapping = (
        Mapping.objects.filter(target__sheet=sheet, column=title)
        .exclude(field="")
        .exclude(state=Mapping.State.LEFT_OUT)
        .select_related("target")
        .order_by("state", "pk")
        .first()
    )
    models = catalog.load(sheet.dataset.odoo_version)
    if mapping is None or mapping.target.model not in models:
        return None
    model = models.model(mapping.target.model)
    field = model.field(mapping.field)
    if field is None:
        return None
    article = "an" if model.label[:1].lower() in "aeiou" else "a"
    return {
        "label": field.label, "name": field.import_name, "record": f"{article} {model.label.lower()}",
        "confidence": mapping.confidence if mapping.state == Mapping.State.SUGGESTED else None,
    }  # fmt: skip


def _tiles(sheet: Sheet, profile: ColumnProfile) -> list[dict[str, Any]]:
    wrong = sum(
        finding.count
        for finding in Finding.objects.filter(
            sheet=sheet, column=profile.title, severity=Finding.Severity.PROBLEM, dismissed_at=None
        )
    )
    tiles = [
        {"value": profile.filled, "label": f"filled of {sheet.rows:,}"},
        {"value": profile.distinct, "label": "different"},
    ]
    return [*tiles, {"value": wrong, "label": "need your eye", "tone": "attention"}] if wrong else tiles


def _findings(sheet: Sheet, title: str) -> list[dict[str, Any]]:
    fixed = finding_page.Fixed(sheet.dataset)
    found = Finding.objects.filter(sheet=sheet, column=title, dismissed_at=None).select_related("sheet__dataset")
    return [finding_page.as_card(finding, fixed=finding in fixed) for finding in found]


def _counts(preview: ColumnPreview) -> dict[str, int]:
    return {"changed": preview.changed, "same": preview.unchanged, "could_not": preview.could_not}


def _tried(sheet: Sheet, title: str, trial: str) -> dict[str, Any] | None:
    """The column as it would be with a finding's fix, next to the recipe as it is."""
    if not trial.isdecimal() or len(trial) > 18:
        return None
    finding = Finding.objects.filter(pk=int(trial), sheet=sheet, column=title).exclude(fix_step="").first()
    if finding is None:
        return None
    with stored_cleaning.open_run(sheet, (finding.column, finding.fix_step, finding.fix_params)) as run:
        preview = preview_column(run, title, limit=PREVIEW_ROWS)
    card = finding_page.as_card(finding, fixed=False)
    return {"finding": card, "counts": _counts(preview), "rows": preview.rows}
