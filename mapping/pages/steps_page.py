"""Cleaning steps on pages: as cards, by sheet, and the choice of a new one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse

from engine.steps import COLUMN_STEPS, ROW_STEPS
from mapping.forms import StepForm, params_in_words, step_choices
from mapping.models import RowStep, Transform
from mapping.pages import missing_columns_page
from migrator import stations
from migrator.stations import DONE, State
from profiling.models import Dataset, Finding, Sheet
from profiling.pages import next_station, of_dataset
from profiling.selectors import current_sheets

AnyStep = Transform | RowStep


def page(user: Any, dataset: Dataset, counts: Mapping[int, Any]) -> dict[str, Any]:
    """What steps.html needs. `counts`: by sheet id, a stored_cleaning.SheetCounts where it is known."""
    base = of_dataset(user, dataset, "cleaning")
    there = current_sheets(dataset).prefetch_related("transforms", "row_steps", "targets__mappings")
    sheets = [sheet for sheet in there if not sheet.skip and sheet.rows]
    groups = [_group(sheet, counts.get(sheet.pk)) for sheet in sheets]
    total = sum(len(g["row_steps"]) + sum(len(c["steps"]) for c in g["columns"]) for g in groups)
    return {
        **base,
        **next_station(base["rail"], dataset, "cleaning"),
        "groups": groups,
        "total": total,
        "gone": missing_columns_page.cards(sheets),
    }


def _group(sheet: Sheet, counts: Any) -> dict[str, Any]:
    by_column: dict[str, list[Transform]] = defaultdict(list)
    for step in sheet.transforms.all():
        by_column[step.column].append(step)
    columns = [
        {
            "position": sheet.titles.index(title),
            "title": title,
            "steps": cards(steps, sheet, counts.steps(title) if counts else ()),
        }
        for title, steps in by_column.items()
        if title in sheet.titles
    ]
    return {
        "sheet": sheet,
        "row_steps": _row_cards(sheet, counts),
        "columns": sorted(columns, key=lambda column: column["position"]),
        "changed": counts.changed if counts else 0,
        "could_not": counts.could_not if counts else 0,
        "add_row_url": reverse("row_step_add", args=[sheet.dataset_id, sheet.pk]),
    }


def _row_cards(sheet: Sheet, counts: Any) -> list[dict[str, Any]]:
    """The steps on rows, each with the rows that it leaves out."""
    steps = list(sheet.row_steps.all())
    removed = dict(counts.dropped) if counts else {}
    listed = cards(steps, sheet, ())
    for step, card in zip(steps, listed, strict=True):
        if step.enabled and counts:
            card |= {"changed": removed.pop(step.slug, 0), "result": "rows left out"}
    return listed


def cards(steps: Sequence[AnyStep], sheet: Sheet, counts: Sequence[tuple[str, int, int]]) -> list[dict[str, Any]]:
    """The steps of one column (or of the rows), as components/step.html shows them. `counts`: slug, changed and
    could not of every enabled step, in order.
    """
    waiting = list(counts)
    listed = []
    for place, step in enumerate(steps):
        count = waiting.pop(0) if step.enabled and waiting and waiting[0][0] == step.slug else None
        card = _card(step, place, len(steps), sheet)
        if count is not None:
            card |= {"changed": count[1], "could_not": count[2], "could_not_words": _could_not(count[2])}
        listed.append(card)
    return listed


def _card(step: AnyStep, place: int, total: int, sheet: Sheet) -> dict[str, Any]:
    known = COLUMN_STEPS.get(step.slug) or ROW_STEPS.get(step.slug)
    kind = "column" if isinstance(step, Transform) else "rows"
    at = [sheet.dataset_id, kind, step.pk]
    return {
        "id": f"{kind}-{step.pk}",
        "label": known.label if known else step.slug,
        "summary": params_in_words(known, step.params) if known else "",
        "enabled": step.enabled,
        "changed": None,
        "could_not": None,
        "problem": "" if known else "This step is no longer known; remove it, or switch it off.",
        "first": place == 0,
        "last": place == total - 1,
        "position": place,
        "toggle_url": reverse("step_toggle", args=at),
        "move_url": reverse("step_move", args=at),
        "edit_url": reverse("step_edit", args=at),
        "delete_url": reverse("step_delete", args=at),
    }


def _could_not(count: int) -> str:
    return f"Could not do it for {count:,} cell{'s' * (count != 1)}; they stay as they are." if count else ""


def choose(sheet: Sheet, column: str, action_url: str, target: str) -> dict[str, Any]:
    """What step_form.html needs to offer the steps."""
    fitting = set(
        Finding.objects.filter(sheet=sheet, column=column).exclude(fix_step="").values_list("fix_step", flat=True)
    )
    groups: list[dict[str, Any]] = [
        {"label": label, "steps": [{**step, "suggested": step["slug"] in fitting} for step in steps]}
        for label, steps in step_choices(rows=not column)
    ]
    groups.sort(key=lambda group: not any(step["suggested"] for step in group["steps"]))
    return {"groups": groups, "action_url": action_url, "target": target, "title": column or "rows"}


def parameters(
    form: StepForm, action_url: str, target: str, cancel_url: str, title: str, *, is_new: bool
) -> dict[str, Any]:
    """What step_form.html needs to ask for a step's parameters."""
    return {
        "form": form, "slug": form.step.slug, "step_label": form.step.label, "step_help": form.step.help,
        "action_url": action_url, "target": target, "cancel_url": cancel_url, "is_new": is_new,
        "title": title or "rows",
    }  # fmt: skip


def state(dataset: Dataset) -> State:
    """The rail's word on Cleaning: how many steps."""
    on = {"sheet__dataset": dataset, "sheet__skip": False, "sheet__missing": False, "enabled": True}
    steps = Transform.objects.filter(**on).count() + RowStep.objects.filter(**on).count()
    return State(f"{steps} step{'s' * (steps != 1)}", DONE.tone if steps else "") if steps else State()


stations.add("cleaning", state)
