"""The findings of a dataset, by sheet: what can be mended, what needs an eye, what is done."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.urls import reverse

from engine.steps import COLUMN_STEPS, HEADER_STEPS, ROW_STEPS
from mapping.models import RowStep, Transform
from mapping.services import step_services
from migrator import stations
from migrator.models import Job
from migrator.stations import DONE, State
from profiling.models import ColumnProfile, Dataset, Finding, Sheet
from profiling.pages import next_station, of_dataset
from profiling.selectors import current_sheets, open_findings


class Fixed:
    """Which steps a dataset's recipe holds, looked up once for a whole page."""

    def __init__(self, dataset: Dataset) -> None:
        on = {"sheet__dataset": dataset, "enabled": True}
        self._columns = set(Transform.objects.filter(**on).values_list("sheet", "column", "slug"))
        self._rows = {(step.sheet_id, step.slug) for step in RowStep.objects.filter(**on)}

    def __contains__(self, finding: Finding) -> bool:
        if not finding.fix_step:
            return False
        here = (finding.sheet_id, finding.column, finding.fix_step) in self._columns
        return here or (finding.sheet_id, finding.fix_step) in self._rows


def page(user: Any, dataset: Dataset) -> dict[str, Any]:
    """What findings.html needs."""
    base = of_dataset(user, dataset, "findings")
    sheets = [sheet for sheet in current_sheets(dataset) if not sheet.skip]
    found, fixed = list(open_findings(dataset)), Fixed(dataset)
    safe = list(step_services.safe_findings(dataset))
    return {
        **base,
        **next_station(base["rail"], dataset, "findings"),
        "groups": _groups(sheets, found, fixed),
        "total": sum(finding not in fixed for finding in found),
        "rows": sum(sheet.rows for sheet in sheets),
        "cells": sum(sheet.rows * len(sheet.titles) for sheet in sheets),
        "safe_count": len(safe),
        "safe_cells": sum(finding.count for finding in safe),
        "clean": _clean(sheets, [finding for finding in found if finding not in fixed]),
        "dismissed": _dismissed(dataset),
        "job": _job(dataset),
    }


def as_card(finding: Finding, *, fixed: bool) -> dict[str, Any]:
    """What components/finding.html needs."""
    dataset_id, sheet_id = finding.sheet.dataset_id, finding.sheet_id
    return {
        "id": finding.pk, "message": finding.message, "column": finding.column, "count": finding.count,
        "unit": "cells" if finding.column else "rows", "examples": finding.examples, "severity": finding.severity,
        "fixed": fixed, "fix_label": fix_label(finding),
        "rows_url": _rows_url(finding), "preview_url": _preview_url(finding),
        "fix_url": reverse("finding_fix", args=[dataset_id, finding.pk]),
        "dismiss_url": reverse("finding_dismiss", args=[dataset_id, finding.pk]),
        "sheet_id": sheet_id,
    }  # fmt: skip


def fix_label(finding: Finding) -> str:
    """What the button says: the step's label, "" where nothing is left to do by a step."""
    if finding.fix_step in HEADER_STEPS:
        return ""
    step = COLUMN_STEPS.get(finding.fix_step) or ROW_STEPS.get(finding.fix_step)
    return step.label if step else ""


def _groups(sheets: Sequence[Sheet], found: Iterable[Finding], fixed: Fixed) -> list[dict[str, Any]]:
    by_sheet: dict[int, list[Finding]] = defaultdict(list)
    for finding in found:
        by_sheet[finding.sheet_id].append(finding)
    return [_group(sheet, by_sheet[sheet.pk], fixed) for sheet in sheets if by_sheet[sheet.pk]]


def _group(sheet: Sheet, found: Sequence[Finding], fixed: Fixed) -> dict[str, Any]:
    waiting = [finding for finding in found if finding not in fixed]
    return {
        "sheet": sheet,
        "to_fix": [as_card(f, fixed=False) for f in waiting if fix_label(f)],
        "to_see": [as_card(f, fixed=False) for f in waiting if not fix_label(f)],
        "fixed": [as_card(f, fixed=True) for f in found if f in fixed],
    }


def _clean(sheets: Sequence[Sheet], waiting: Iterable[Finding]) -> list[tuple[str, float]]:
    """The share of cells without an open finding, the worst columns first."""
    marked: dict[tuple[int, str], int] = defaultdict(int)
    for finding in waiting:
        if finding.column and finding.severity != Finding.Severity.INFO:
            marked[finding.sheet_id, finding.column] = max(marked[finding.sheet_id, finding.column], finding.count)
    filled = {
        (column.sheet_id, column.title): column.filled
        for column in ColumnProfile.objects.filter(sheet__in=sheets, filled__gt=0)
    }
    shares = [
        (title, max(0.0, 1 - marked[sheet, title] / count))
        for (sheet, title), count in filled.items()
        if (sheet, title) in marked
    ]
    return sorted(shares, key=lambda pair: pair[1])


def _dismissed(dataset: Dataset) -> list[dict[str, Any]]:
    aside = Finding.objects.filter(
        sheet__dataset=dataset, sheet__missing=False, dismissed_at__isnull=False
    ).select_related("dismissed_by")
    return [{"id": f.pk, "message": f.message, "who": str(f.dismissed_by or "")} for f in aside]


def _job(dataset: Dataset) -> Job | None:
    running = Job.objects.filter(files__dataset=dataset, status__in=[Job.Status.QUEUED, Job.Status.RUNNING])
    return running.first()


def _rows_url(finding: Finding) -> str:
    grid = reverse("sheet_grid", args=[finding.sheet.dataset_id, finding.sheet_id])
    return f"{grid}?row={finding.rows[0]}" if finding.rows else grid


def _preview_url(finding: Finding) -> str:
    position = _position(finding)
    if position is None:
        return _rows_url(finding)
    panel = reverse("column_panel", args=[finding.sheet.dataset_id, finding.sheet_id, position])
    return f"{panel}?try={finding.pk}"


def _position(finding: Finding) -> int | None:
    titles = finding.sheet.titles
    return titles.index(finding.column) if finding.column in titles else None


def state(dataset: Dataset) -> State:
    """The rail's word on Findings: it stands on every page, so the database counts."""
    count = step_services.unfixed(open_findings(dataset)).exclude(severity=Finding.Severity.INFO).count()
    if not count:
        return DONE if current_sheets(dataset).exists() else State()
    return State(str(count), "attention", "", f"{count} finding{'s' * (count > 1)} to look at")


stations.add("findings", state)
