"""Starting exports, building bundles, deleting them."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from django.core.files import File
from django.db import transaction

from engine import recipe as recipes
from engine.bundle import BundleReport, ExportProblem, SheetRows, build
from engine.recipe import RecipeError
from exporting.models import Export
from mapping.bundle_inputs import bundle_sheets
from mapping.selectors import recipe_of
from migrator import jobs
from migrator.models import User, record
from profiling.models import Dataset, Sheet
from profiling.stored_files import removed_on_error

BUILD_TASK = "exporting.tasks.build_bundle"

Report = Callable[[int, int], None]


def start_export(*, dataset: Dataset, user: User | None = None, trigger: str = Export.Trigger.PAGE) -> Export:
    """Begin to build a bundle in the background; the export's job tells how far that is."""
    with transaction.atomic():
        export = new_export(dataset=dataset, user=user, trigger=trigger)
        export.job = jobs.start(f"Exporting {dataset.name}", BUILD_TASK, export.pk, user=user)
        export.save(update_fields=["job"])
    return export


def new_export(*, dataset: Dataset, user: User | None = None, trigger: str) -> Export:
    """Return an export that is still to be built."""
    export = Export.objects.create(dataset=dataset, created_by=user, trigger=trigger)
    record(user, "export.start", f"Exported '{dataset.name}'", dataset=dataset.pk, trigger=trigger)
    return export


def build_export(export: Export, progress: Report | None = None, *, strict: bool = False) -> BundleReport:
    """Build the bundle and keep it on the export. Raises RecipeError or ProblemsFound; then nothing is kept.

    `strict`: whether a sheet that is not ready prevents the export, instead of being left out.
    """
    require_all_sheets(export.dataset)
    recipe = recipe_of(export.dataset)
    with (
        tempfile.TemporaryDirectory(prefix="data-migrator-") as directory,
        bundle_sheets(export.dataset) as sheets,
    ):
        path = Path(directory, "bundle.zip")
        report = build(sheets, recipe, path, progress=progress, strict=strict)
        _keep(export, path, report, recipes.dump(recipe))
    return report


def build_by_id(progress: Report, export_id: int, strict: bool = False) -> str:
    """Build the bundle of the export with this id, for a job in this process."""
    build_export(Export.objects.select_related("dataset").get(pk=export_id), progress, strict=strict)
    return ""


def _keep(export: Export, path: Path, report: BundleReport, recipe: str) -> None:
    export.sha256, export.size, export.recipe = report.sha256, path.stat().st_size, recipe
    export.report = report.as_json()
    with removed_on_error() as stored, transaction.atomic(), path.open("rb") as stream:
        if not Export.objects.select_for_update().filter(pk=export.pk).exists():
            raise jobs.Cancelled  # somebody has deleted it meanwhile: saving would bring it back
        export.bundle.save("export.zip", File(stream), save=False)
        stored.append(export.bundle)
        export.save()


def require_all_sheets(dataset: Dataset) -> None:
    """Raise RecipeError where a sheet that is to become records is no longer in the newest file."""
    gone = Sheet.objects.filter(dataset=dataset, missing=True, skip=False, targets__isnull=False).distinct()
    for sheet in gone.select_related("source"):
        raise RecipeError(
            f"The newest {sheet.source.name} no longer has the sheet '{sheet.name}'; upload a file that has it, or "
            "leave the sheet out."
        )


def report_of(export: Export) -> dict[str, Any]:
    """Return an export's report with its keys in the order of `BundleReport.as_json`; PostgreSQL keeps none."""
    known = export.report
    return {
        "sha256": known["sha256"],
        "files": _all_in_order(known["files"], ["path", "rows"]),
        "sheets": _all_in_order(known["sheets"], _names(SheetRows)),
        "problems": _all_in_order(known["problems"], _names(ExportProblem)),
    }


def _all_in_order(records: Sequence[dict[str, Any]], order: Sequence[str]) -> list[dict[str, Any]]:
    return [_in_order(values, order) for values in records]


def _names(record: type[SheetRows] | type[ExportProblem]) -> list[str]:
    return [field.name for field in fields(record)]


def _in_order(values: dict[str, Any], order: Sequence[str]) -> dict[str, Any]:
    # A report of a former version of the portal lacks what was added to it since.
    return {name: values[name] for name in order if name in values}


def delete_export(*, export: Export, user: User | None) -> None:
    """Remove an export and its bundle; one that is being built stops."""
    if export.job is not None:
        jobs.cancel(export.job)
    record(user, "export.delete", f"Deleted {export}", dataset=export.dataset_id)
    export.delete()
