"""Cleaning steps on pages: as cards, by sheet, and the choice of a new one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse

from mapping.forms import StepForm, params_in_words, step_choices
from mapping.models import AnyStep, RowStep, Transform
from mapping.opened_sheet import NOT_COUNTED, SheetCounts
from mapping.pages import missing_columns_page
from mapping.selectors import all_titles, known_step
from migrator import stations
from migrator.stations import DONE, State
from profiling.models import Dataset, Finding, Sheet
from profiling.pages import next_station, of_dataset
from profiling.selectors import current_sheets


def page(user: Any, dataset: Dataset, counts: Mapping[int, SheetCounts]) -> dict[str, Any]:
    """Return what steps.html needs; `counts` is by the sheet's id, for the sheets that were counted."""
    base = of_dataset(user, dataset, "cleaning")
    current = current_sheets(dataset).prefetch_related("transforms", "row_steps", "targets__mappings")
    sheets = [sheet for sheet in current if not sheet.skip and sheet.rows]
    groups = [_group(sheet, counts.get(sheet.pk, NOT_COUNTED)) for sheet in sheets]
    return {
        **base,
        **next_station(base["rail"], dataset, "cleaning"),
        "groups": groups,
        "total": sum(map(_steps_in, groups)),
        "gone": missing_columns_page.cards(sheets),
    }


def _steps_in(group: dict[str, Any]) -> int:
    count = len(group["row_steps"])
    for column in group["columns"]:
        count += len(column["steps"])
    return count


def _group(sheet: Sheet, counts: SheetCounts) -> dict[str, Any]:
    return {
        "sheet": sheet,
        "row_steps": _row_cards(sheet, counts),
        "columns": _columns(sheet, counts),
        "changed": counts.changed,
        "could_not": counts.could_not,
        "add_row_url": reverse("row_step_add", args=[sheet.dataset_id, sheet.pk]),
    }


def _columns(sheet: Sheet, counts: SheetCounts) -> list[dict[str, Any]]:
    """Return the columns that have steps, in the order of the sheet."""
    by_column: dict[str, list[Transform]] = defaultdict(list)
    for step in sheet.transforms.all():
        by_column[step.column].append(step)
    columns = []
    for position, title in enumerate(all_titles(sheet)):
        if title in by_column:
            steps = cards(by_column[title], sheet, counts.steps(title))
            columns.append({"position": position, "title": title, "steps": steps})
    return columns


def _row_cards(sheet: Sheet, counts: SheetCounts) -> list[dict[str, Any]]:
    """Return the steps on rows, each with the rows that it leaves out once they were counted."""
    steps = list(sheet.row_steps.all())
    left_out = dict(counts.dropped)
    listed = cards(steps, sheet, ())
    for step, card in zip(steps, listed, strict=True):
        if step.enabled and counts is not NOT_COUNTED:
            # Rows are counted by the step's slug: of two equal steps, the first is shown with all of them.
            card |= {"changed": left_out.pop(step.slug, 0), "result": "rows left out"}
    return listed


def cards(steps: Sequence[AnyStep], sheet: Sheet, counts: Sequence[tuple[str, int, int]]) -> list[dict[str, Any]]:
    """Return the steps of one column (or of the rows), as components/step.html shows them.

    Args:
        steps: in the order in which they run.
        sheet: the sheet that they clean.
        counts: slug, changed cells and cells that could not be converted of every enabled step, in that order; ()
            where nothing was counted.
    """
    waiting = list(counts)
    listed = []
    for position, step in enumerate(steps):
        card = _card(step, position, len(steps), sheet)
        # Steps that are switched off were not counted, and counts of an older recipe may lack the newest ones.
        if step.enabled and waiting and waiting[0][0] == step.slug:
            _, changed, could_not = waiting.pop(0)
            card |= {"changed": changed, "could_not": could_not, "could_not_words": _could_not(could_not)}
        listed.append(card)
    return listed


def _card(step: AnyStep, position: int, total: int, sheet: Sheet) -> dict[str, Any]:
    known = known_step(step.slug)
    if known is None:  # the recipe comes from another version of the portal
        words = {
            "label": step.slug, "summary": "",
            "problem": "This step is no longer known; remove it, or switch it off.",
        }  # fmt: skip
    else:
        words = {"label": known.label, "summary": params_in_words(known, step.params), "problem": ""}
    kind = "column" if isinstance(step, Transform) else "rows"
    at = [sheet.dataset_id, kind, step.pk]
    return {
        "id": f"{kind}-{step.pk}",
        **words,
        "enabled": step.enabled,
        "changed": None,
        "could_not": None,
        "first": position == 0,
        "last": position == total - 1,
        "position": position,
        "toggle_url": reverse("step_toggle", args=at),
        "move_url": reverse("step_move", args=at),
        "edit_url": reverse("step_edit", args=at),
        "delete_url": reverse("step_delete", args=at),
    }


def _could_not(count: int) -> str:
    if not count:
        return ""
    return f"Could not do it for {count:,} cell{'s' * (count != 1)}; they stay as they are."


def choose(sheet: Sheet, column: str, action_url: str, target: str) -> dict[str, Any]:
    """Return what step_form.html needs to offer the steps; groups with a step that a finding wants come first."""
    findings = Finding.objects.filter(sheet=sheet, column=column).exclude(fix_step="")
    wanted = set(findings.values_list("fix_step", flat=True))
    suggested: list[dict[str, Any]] = []
    others: list[dict[str, Any]] = []
    for label, steps in step_choices(rows=not column):
        listed = [{**step, "suggested": step["slug"] in wanted} for step in steps]
        group = {"label": label, "steps": listed}
        if wanted.isdisjoint(step["slug"] for step in steps):
            others.append(group)
        else:
            suggested.append(group)
    return {"groups": [*suggested, *others], "action_url": action_url, "target": target, "title": column or "rows"}


def parameters(
    form: StepForm, action_url: str, target: str, cancel_url: str, title: str, *, is_new: bool
) -> dict[str, Any]:
    """Return what step_form.html needs to ask for a step's parameters."""
    return {
        "form": form, "slug": form.step.slug, "step_label": form.step.label, "step_help": form.step.help,
        "action_url": action_url, "target": target, "cancel_url": cancel_url, "is_new": is_new,
        "title": title or "rows",
    }  # fmt: skip


def state(dataset: Dataset) -> State:
    """Return what the rail says beside Cleaning: how many steps there are."""
    on = {"sheet__dataset": dataset, "sheet__skip": False, "sheet__missing": False, "enabled": True}
    # Both kinds at once: the list of datasets asks this for each of them.
    on_columns, on_rows = (kind.objects.filter(**on).order_by().values("pk") for kind in (Transform, RowStep))
    steps = on_columns.union(on_rows, all=True).count()
    if not steps:
        return State()  # clean data needs no steps: nothing is asked for here
    return State(f"{steps} step{'s' * (steps != 1)}", DONE.tone)


stations.add("cleaning", state)
