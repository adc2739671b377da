"""Background jobs of the worker: build a bundle, check a dataset, start the exports that are due."""

from __future__ import annotations

from engine.bundle import ProblemsFound
from engine.recipe import RecipeError
from exporting.models import Export
from exporting.services import check_services, export_services, schedule_services
from migrator import jobs
from migrator.jobs import JobProblem, Progress
from profiling.models import Dataset


def build_bundle(progress: Progress, export_id: int) -> str:
    """Build an export's bundle, and return one sentence for the user."""
    export = Export.objects.select_related("dataset").get(pk=export_id)
    try:
        export_services.build_export(export, progress)
    except (RecipeError, ProblemsFound) as why:
        schedule_services.note_ending(export, str(why))
        raise JobProblem(str(why)) from why
    schedule_services.note_ending(export, "")  # a schedule shows its last run only
    if export.held_back:
        return f"Ready. {export.held_back:,} rows were held back; they are in the bundle with the reason."
    return "Ready. Every row is in the bundle."


def check_dataset(progress: Progress, dataset_id: int) -> str:
    """Check a dataset, and return one sentence for the user."""
    dataset = Dataset.objects.get(pk=dataset_id)
    try:
        check_services.run(dataset, progress)
    except RecipeError as why:
        raise JobProblem(str(why)) from why
    return "Checked."


def tick() -> None:
    """Start what is due, and notice jobs whose worker is gone; it is called once a minute."""
    jobs.sweep()
    schedule_services.run_due()
