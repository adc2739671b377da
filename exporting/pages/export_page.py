"""Bundles: the newest, the former ones, the schedule, and the commands that load one."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

from engine.bundle.load_commands import load_commands
from exporting import selectors
from exporting.downloads import bundle_name
from exporting.forms import ScheduleForm
from exporting.models import Export, ExportSchedule
from exporting.services import check_services
from migrator import stations
from migrator.models import Job
from migrator.stations import DONE, State
from odoo_migrate.project.project_files import REJECTED
from profiling.models import Dataset
from profiling.pages import of_dataset

SHOWN = 20


def page(user: Any, dataset: Dataset, form: ScheduleForm | None = None) -> dict[str, Any]:
    """What export.html needs. `form`: a schedule that was sent and is wrong."""
    exports = list(selectors.exports_of(dataset)[:SHOWN])
    latest = next((one for one in exports if one.ready), None)
    check = check_services.latest(dataset)
    return {
        **of_dataset(user, dataset, "export"),
        "latest": _latest(latest) if latest else None,
        "commands": load_commands(bundle_name(latest)) if latest else [],
        "stale": bool(latest and latest.created_at < dataset.updated_at),
        "blocking": sum(p["severity"] == "blocking" for p in check.report["problems"]) if check else 0,
        "job": exports[0].job if exports and not exports[0].ready else None,
        "exports": [_row(one) for one in exports if one.job is None or one.job.ended],
        "schedule": _schedule(user, dataset, form),
    }


def _latest(export: Export) -> dict[str, Any]:
    sheets = export.report.get("sheets", [])
    return {
        "id": export.pk, "created_at": export.created_at, "file_name": bundle_name(export), "size": export.size,
        "sha256": export.sha256, "sheets": [{**sheet, "name": sheet["sheet"]} for sheet in sheets],
        "files": export.report.get("files", []), "held_back": export.held_back,
        "cells_changed": sum(sheet["cells_changed"] for sheet in sheets), "rejected": _rejected(export),
    }  # fmt: skip


def _rejected(export: Export) -> list[dict[str, Any]]:
    held_back = [file for file in export.report.get("files", []) if file["path"].startswith(f"{REJECTED}/")]
    return [{"sheet": PurePosixPath(file["path"]).stem, "rows": file["rows"]} for file in held_back]


def _row(export: Export) -> dict[str, Any]:
    return {
        "id": export.pk, "created_at": export.created_at, "trigger": export.get_trigger_display(),
        "who": str(export.created_by or ""), "ready": export.ready, "size": export.size, "sha256": export.sha256,
        "rows_out": sum(sheet["rows_out"] for sheet in export.report.get("sheets", [])),
        "held_back": export.held_back, "problem": export.job.message if export.job else "",
    }  # fmt: skip


def _schedule(user: Any, dataset: Dataset, form: ScheduleForm | None) -> dict[str, Any]:
    found = ExportSchedule.objects.filter(dataset=dataset).first()
    return {
        "form": form or ScheduleForm.of(found, user.time_zone),
        "next_run": found.next_run if found else None,
        "last_run": found.last_run if found else None,
        "problem": found.problem if found else "",
        "set": found is not None,
    }


def state(dataset: Dataset) -> State:
    """The rail's word on Export."""
    newest = selectors.exports_of(dataset).first()
    if newest is None:
        return State()
    if newest.ready:
        return DONE if newest.created_at >= dataset.updated_at else State("changed since", "attention", "rotate-ccw")
    if newest.job is not None and newest.job.status == Job.Status.FAILED:
        return State("stopped", "problem", "circle-x", "The last export stopped")
    return State("building", icon="loader-circle")


stations.add("export", state)
