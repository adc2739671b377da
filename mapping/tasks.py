"""Background jobs of the worker: measure the findings of a large sheet again."""

from __future__ import annotations

from mapping.services import step_services
from migrator.jobs import Progress
from profiling.models import Sheet


def measure_sheet(progress: Progress, sheet_id: int) -> str:
    """Measure a sheet after its steps, go on with safe fixes that show only then; return one sentence for the user."""
    sheet = Sheet.objects.select_related("dataset").get(pk=sheet_id)
    added = step_services.go_on_fixing(sheet, progress)
    if added:
        return f"Measured. {added:,} more safe {'fix was' if added == 1 else 'fixes were'} added."
    return "Measured."
