"""The check before export, kept until the recipe or the files change."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from engine.bundle import check
from exporting.models import Check
from exporting.services.export_services import require_all_sheets
from mapping.bundle_inputs import bundle_sheets
from mapping.selectors import recipe_of
from migrator import jobs
from migrator.models import User
from profiling.models import Dataset
from profiling.selectors import current_sheets

CHECK_TASK = "exporting.tasks.check_dataset"

Report = Callable[[int, int], None]


def ensure(dataset: Dataset, *, user: User | None = None) -> Check:
    """Return the dataset's check, made fresh: at once where there are few rows, else by a job that it points to.

    Raises RecipeError where the recipe does not fit the files.
    """
    found, _ = Check.objects.select_related("job").get_or_create(dataset=dataset)
    found.dataset = dataset
    if found.fresh or _under_way(found):
        return found
    rows = current_sheets(dataset).filter(skip=False).aggregate(rows=Sum("rows"))["rows"] or 0
    if rows <= settings.CHECK_AT_ONCE_ROWS:
        return run(dataset)
    with transaction.atomic():
        found.job = jobs.start(f"Checking {dataset.name}", CHECK_TASK, dataset.pk, user=user)
        found.save(update_fields=["job"])
    return found


def run(dataset: Dataset, progress: Report | None = None) -> Check:
    """Check the dataset as it is now and keep the result. Raises RecipeError."""
    revision = dataset.revision  # before the work: what changes meanwhile makes the result stale
    require_all_sheets(dataset)
    with bundle_sheets(dataset) as sheets:
        report = check(sheets, recipe_of(dataset), progress=progress)
    found, _ = Check.objects.update_or_create(
        dataset=dataset,
        defaults={"revision": revision, "report": report.as_json(), "checked_at": timezone.now()},
    )
    found.dataset = dataset
    return found


def latest(dataset: Dataset) -> Check | None:
    """Return the last check if it is still true, without checking anything."""
    found = Check.objects.select_related("job").filter(dataset=dataset, revision=dataset.revision).first()
    return found if found is not None and found.checked_at else None


def _under_way(found: Check) -> bool:
    return found.job is not None and not found.job.ended
