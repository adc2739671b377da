"""Bundles: the newest, the former ones, the schedule, and the commands that load one."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

from exporting import selectors
from exporting.downloads import bundle_name
from exporting.forms import ScheduleForm
from exporting.models import Export, ExportSchedule
from exporting.pages.check_page import sums
from exporting.pages.shell_lines import load_commands
from exporting.services import check_services
from migrator import stations
from migrator.models import Job
from migrator.stations import DONE, State
from odoo_migrate.project.project_definition import REJECTED
from profiling.models import Dataset
from profiling.pages import of_dataset

SHOWN = 20  # former exports; who exports every day looks at the last weeks


def page(user: Any, dataset: Dataset, form: ScheduleForm | None = None) -> dict[str, Any]:
    """Return what export.html needs; `form` is a schedule that was sent and is wrong."""
    exports = list(selectors.exports_of(dataset)[:SHOWN])
    # An export without a job was built by a command, at once.
    ended = [export for export in exports if export.job is None or export.job.ended]
    return {
        **of_dataset(user, dataset, "export"),
        **_newest_bundle(dataset, _newest_ready(exports)),
        "blocking": _blocking(dataset),
        "job": _unfinished_job(exports),
        "exports": [_row(export) for export in ended],
        "schedule": _schedule(user, dataset, form),
    }


def _newest_ready(exports: list[Export]) -> Export | None:
    for export in exports:
        if export.ready:
            return export
    return None


def _unfinished_job(exports: list[Export]) -> Job | None:
    """Return the job of the newest export while that has no bundle: still at work, or stopped."""
    if not exports or exports[0].ready:
        return None
    return exports[0].job


def _newest_bundle(dataset: Dataset, export: Export | None) -> dict[str, Any]:
    """Return what the page says of the newest bundle, and the commands that load it."""
    if export is None:
        return {"latest": None, "commands": [], "stale": False}
    commands = load_commands(bundle_name(export))
    return {"latest": _latest(export), "commands": commands, "stale": export.created_at < dataset.updated_at}


def _latest(export: Export) -> dict[str, Any]:
    sheets = sums(export.report)
    return {
        "id": export.pk, "created_at": export.created_at, "file_name": bundle_name(export), "size": export.size,
        "sha256": export.sha256, "sheets": sheets,
        "files": export.report.get("files", []), "held_back": export.held_back,
        "cells_changed": sum(sheet["cells_changed"] for sheet in sheets), "rejected": _rejected(export),
    }  # fmt: skip


def _rejected(export: Export) -> list[dict[str, Any]]:
    """Return the sheets some of whose rows were held back, with how many."""
    rejected = []
    for file in export.report.get("files", []):
        if file["path"].startswith(f"{REJECTED}/"):
            rejected.append({"sheet": PurePosixPath(file["path"]).stem, "rows": file["rows"]})
    return rejected


def _blocking(dataset: Dataset) -> int:
    """Return how many problems keep the dataset from being exported, as far as it was checked."""
    check = check_services.latest(dataset)
    if check is None:
        return 0
    severities = [problem["severity"] for problem in check.report["problems"]]
    return severities.count("blocking")


def _row(export: Export) -> dict[str, Any]:
    return {
        "id": export.pk, "created_at": export.created_at, "trigger": export.get_trigger_display(),
        "who": str(export.created_by or ""), "ready": export.ready, "size": export.size, "sha256": export.sha256,
        "rows_out": sum(sheet["rows_out"] for sheet in export.report.get("sheets", [])),
        "held_back": export.held_back, "problem": export.job.message if export.job else "",
    }  # fmt: skip


def _schedule(user: Any, dataset: Dataset, form: ScheduleForm | None) -> dict[str, Any]:
    found = ExportSchedule.objects.filter(dataset=dataset).first()
    form = form or ScheduleForm.of(found, user.time_zone)
    if found is None:
        return {"form": form, "next_run": None, "last_run": None, "problem": "", "set": False}
    return {
        "form": form,
        "next_run": found.next_run,
        "last_run": found.last_run,
        "problem": found.problem,
        "set": True,
    }


def state(dataset: Dataset) -> State:
    """Return what the rail says beside Export."""
    newest = selectors.exports_of(dataset).first()
    if newest is None:
        return State()
    if newest.ready and newest.created_at >= dataset.updated_at:
        return DONE
    if newest.ready:
        return State("changed since", "attention", "rotate-ccw")
    if newest.job is not None and newest.job.status == Job.Status.FAILED:
        return State("stopped", "problem", "circle-x", "The last export stopped")
    return State("building", icon="loader-circle")


stations.add("export", state)
