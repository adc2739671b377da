"""The findings of a dataset, by sheet: what can be mended, what needs an eye, what is done."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import Any

from django.urls import reverse

from engine.steps import HEADER_STEPS
from engine.values.characters import ENCODING_NAMES
from mapping.models import RowStep, Transform
from mapping.selectors import known_step
from mapping.services import measure_services, step_services
from migrator import stations
from migrator.models import Job
from migrator.stations import DONE, State
from profiling.models import ColumnProfile, Dataset, Finding, Sheet
from profiling.pages import next_station, of_dataset
from profiling.selectors import current_sheets, open_findings


class Fixed:
    """Hold which steps a dataset's recipe has, looked up once for a whole page; `finding in fixed` asks it."""

    def __init__(self, dataset: Dataset) -> None:
        """Look the steps up."""
        on = {"sheet__dataset": dataset, "enabled": True}
        self._columns = set(Transform.objects.filter(**on).values_list("sheet", "column", "slug"))
        self._rows = set(RowStep.objects.filter(**on).values_list("sheet", "slug"))

    def __contains__(self, finding: Finding) -> bool:
        """Tell whether nothing is left of a finding; one that was not measured again counts by its step."""
        if finding.left is not None:
            return finding.left == 0
        return self.has_step(finding)

    def has_step(self, finding: Finding) -> bool:
        """Return whether the recipe has the finding's step."""
        if not finding.fix_step:
            return False
        on_column = (finding.sheet_id, finding.column, finding.fix_step) in self._columns
        return on_column or (finding.sheet_id, finding.fix_step) in self._rows


def page(user: Any, dataset: Dataset) -> dict[str, Any]:
    """Return what findings.html needs."""
    measure_services.measure_stale(dataset)
    base = of_dataset(user, dataset, "findings")
    sheets = [sheet for sheet in current_sheets(dataset) if not sheet.skip]
    found, fixed = list(open_findings(dataset)), Fixed(dataset)
    waiting = [finding for finding in found if finding not in fixed]
    safe = step_services.safe_findings(dataset)
    return {
        **base,
        **next_station(base["rail"], dataset, "findings"),
        "groups": _groups(sheets, found, fixed),
        "total": len(waiting),
        **_sizes(sheets),
        "safe_count": len(safe),
        "safe_cells": sum(finding.count for finding in safe),
        "clean": _clean_shares(sheets, waiting),
        "dismissed": _dismissed(dataset),
        "job": _reading_job(dataset),
    }


def _sizes(sheets: Sequence[Sheet]) -> dict[str, int]:
    """Return how many rows and cells were looked at."""
    rows = cells = 0
    for sheet in sheets:
        rows += sheet.rows
        cells += sheet.rows * len(sheet.titles)
    return {"rows": rows, "cells": cells}


def as_card(finding: Finding, *, fixed: bool, tried: bool = False) -> dict[str, Any]:
    """Return what components/finding.html needs; `tried`: its step is there and did not mend all."""
    dataset_id, sheet_id = finding.sheet.dataset_id, finding.sheet_id
    return {
        "id": finding.pk, "message": finding.message, "column": finding.column, "count": finding.count,
        "unit": "cells" if finding.column else "rows", "examples": finding.examples, "severity": finding.severity,
        "fixed": fixed, "fix_label": fix_label(finding), "means": what_is_left(finding, tried=tried),
        "rows_url": _rows_url(finding), "preview_url": _preview_url(finding),
        "fix_url": reverse("finding_fix", args=[dataset_id, finding.pk]),
        "dismiss_url": reverse("finding_dismiss", args=[dataset_id, finding.pk]),
        "sheet_id": sheet_id,
    }  # fmt: skip


def what_is_left(finding: Finding, *, tried: bool) -> str:
    """Return a sentence about cells or rows that steps did not mend, "" for a finding that is mended or as it was."""
    if not finding.left or (finding.left == finding.count and not tried):
        return ""
    things = "cells" if finding.column else "rows"
    verb = "is" if finding.left == 1 else "are"
    return f"{finding.left:,} of {finding.count:,} {things} {verb} left after the steps."


def fix_label(finding: Finding) -> str:
    """Return what the button says: the step's label, "" where nothing is left to do by a step."""
    if "encoding" in finding.fix_params:
        return f"Read as {ENCODING_NAMES.get(finding.fix_params['encoding'], '')}"
    if finding.fix_step in HEADER_STEPS:
        return _titles_label(finding)
    step = known_step(finding.fix_step)
    if step is None:  # a step that this version of the portal no longer has
        return ""
    return step.label


def _titles_label(finding: Finding) -> str:
    """Return what the button says that takes other title rows; "" for those that are in force already."""
    rows = finding.fix_params.get("rows", [])
    if finding.severity == Finding.Severity.INFO:
        return ""
    if rows == ["0"]:
        return "It is data"
    return f"Use row{'s' * (len(rows) > 1)} {' and '.join(rows)} as titles"


def _groups(sheets: Sequence[Sheet], found: Iterable[Finding], fixed: Fixed) -> list[dict[str, Any]]:
    by_sheet: dict[int, list[Finding]] = defaultdict(list)
    for finding in found:
        by_sheet[finding.sheet_id].append(finding)
    return [_group(sheet, by_sheet[sheet.pk], fixed) for sheet in sheets if by_sheet[sheet.pk]]


def _group(sheet: Sheet, found: Sequence[Finding], fixed: Fixed) -> dict[str, Any]:
    """Return a sheet's findings: those that a step mends, those that need an eye, those that are mended."""
    group: dict[str, Any] = {"sheet": sheet, "to_fix": [], "to_see": [], "fixed": []}
    for finding in found:
        if finding in fixed:
            group["fixed"].append(as_card(finding, fixed=True))
        elif fix_label(finding) and not fixed.has_step(finding):
            group["to_fix"].append(as_card(finding, fixed=False))
        else:
            group["to_see"].append(as_card(finding, fixed=False, tried=fixed.has_step(finding)))
    return group


def _clean_shares(sheets: Sequence[Sheet], waiting: Iterable[Finding]) -> list[tuple[str, float]]:
    """Return the share of cells without an open finding by column title, the worst columns first."""
    marked: dict[tuple[int, str], int] = defaultdict(int)
    for finding in waiting:
        if finding.column and finding.severity != Finding.Severity.INFO:
            # The findings of a column mark the same cells, as a rule: the largest counts, not their sum.
            here = finding.sheet_id, finding.column
            marked[here] = max(marked[here], finding.count)
    shares = []
    for column in ColumnProfile.objects.filter(sheet__in=sheets, filled__gt=0):
        here = column.sheet_id, column.title
        if here in marked:
            shares.append((column.title, max(0.0, 1 - marked[here] / column.filled)))
    return sorted(shares, key=itemgetter(1))


def _dismissed(dataset: Dataset) -> list[dict[str, Any]]:
    aside = Finding.objects.filter(
        sheet__dataset=dataset, sheet__missing=False, dismissed_at__isnull=False
    ).select_related("dismissed_by")
    return [{"id": one.pk, "message": one.message, "who": str(one.dismissed_by or "")} for one in aside]


def _reading_job(dataset: Dataset) -> Job | None:
    running = Job.objects.filter(files__dataset=dataset, status__in=[Job.Status.QUEUED, Job.Status.RUNNING])
    return running.first()


def _rows_url(finding: Finding) -> str:
    """Return the address of the grid at the first row that the finding is about."""
    grid = reverse("sheet_grid", args=[finding.sheet.dataset_id, finding.sheet_id])
    if not finding.rows:
        return grid
    return f"{grid}?row={finding.rows[0]}"


def _preview_url(finding: Finding) -> str:
    """Return the address of the column's panel with the fix tried; for whole rows, of the grid."""
    titles = finding.sheet.titles
    if finding.column not in titles:
        return _rows_url(finding)
    position = titles.index(finding.column)
    panel = reverse("column_panel", args=[finding.sheet.dataset_id, finding.sheet_id, position])
    return f"{panel}?try={finding.pk}"


def state(dataset: Dataset) -> State:
    """Return what the rail says beside Findings; it is on every page, so the database counts."""
    count = step_services.unmended(open_findings(dataset)).exclude(severity=Finding.Severity.INFO).count()
    if not count and not current_sheets(dataset).exists():
        return State()  # nothing was found because nothing was read yet
    if not count:
        return DONE
    return State(str(count), "attention", "", f"{count} finding{'s' * (count > 1)} to look at")


stations.add("findings", state)
