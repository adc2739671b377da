"""Measuring findings again on cleaned cells: what each has left after the steps of its sheet, and what is new."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from hashlib import sha256

from django.db import transaction
from django.utils import timezone

from engine.clean.measured_again import Measured, measure_again
from engine.detectors import DETECTORS
from engine.profile.profile_results import FindingFacts
from engine.recipe import RecipeError
from mapping import opened_sheet, selectors
from mapping.services import missing_record_services
from migrator import jobs
from migrator.models import User
from profiling.file_import import stored_findings
from profiling.models import Dataset, Finding, Sheet
from profiling.selectors import current_sheets

# Cleaning and profiling a sheet of this size take about a second.
AT_ONCE_ROWS = 20_000

Progress = Callable[[int, int], None]


def measure_stale(dataset: Dataset) -> None:
    """Measure the sheets whose steps have changed since, but for large ones."""
    for sheet in current_sheets(dataset).prefetch_related("row_steps", "transforms"):
        if sheet.rows <= AT_ONCE_ROWS and not is_measured(sheet):
            measure(sheet)


def measure_soon(sheets: Iterable[Sheet], *, at_once: bool = False, user: User | None = None) -> None:
    """Measure sheets now, large ones (unless `at_once`) as jobs that go on with safe fixes that show only then."""
    for sheet in sheets:
        if at_once or sheet.rows <= AT_ONCE_ROWS:
            measure(sheet)
        else:
            jobs.start(f"Measure {sheet.name} again", "mapping.tasks.measure_sheet", sheet.pk, user=user)


def is_measured(sheet: Sheet) -> bool:
    """Return whether a sheet's findings were measured with the steps that it has now."""
    return sheet.measured == _steps_key(sheet)


def _steps_key(sheet: Sheet) -> str:
    """Return what the measure depends on, "" for a sheet without steps, whose findings are as they were."""
    rows, columns = selectors.step_specs(sheet.row_steps.all()), selectors.column_recipes(sheet)
    if not sheet.working or not any((*rows, *columns.values())):
        return ""
    steps = repr((sheet.working.name, rows, columns, sheet.dataset.country, sheet.dataset.time_zone))
    return sha256(steps.encode()).hexdigest()


def measure(sheet: Sheet, progress: Progress | None = None) -> None:
    """Note what every finding of a sheet has left after its steps, and the findings that show only then."""
    # Whether rows of another sheet are missing is found elsewhere.
    own = Finding.objects.filter(sheet=sheet, cleaned=False).exclude(slug=missing_record_services.SLUG)
    key, raw = _steps_key(sheet), list(own)
    facts = [selectors.facts_of(finding) for finding in raw]
    measured: Measured | None = None
    # A recipe that does not fit its file says so where the sheet is cleaned; nothing is mended by it.
    if key:
        with suppress(RecipeError), opened_sheet.open_run(sheet) as run:
            measured = measure_again(run, facts, DETECTORS, today=timezone.localdate(), progress=progress)
    with transaction.atomic():
        for finding, one in zip(raw, facts, strict=True):
            finding.left = None if measured is None else measured.of(one)
        Finding.objects.bulk_update(raw, ["left"])
        _keep_new(sheet, [] if measured is None else measured.new(facts), len(raw))
        Sheet.objects.filter(pk=sheet.pk).update(measured=key)
    sheet.measured = key


def _keep_new(sheet: Sheet, found: list[FindingFacts], before: int) -> None:
    """Keep the findings that only cleaned cells show; one that was there before keeps its id and its dismissal."""
    known = {(one.slug, one.column): one for one in Finding.objects.filter(sheet=sheet, cleaned=True)}
    for finding in stored_findings(sheet, found, {}):
        finding.cleaned, finding.position = True, finding.position + before
        former = known.pop((finding.slug, finding.column), None)
        if former is not None:
            finding.pk, finding.dismissed_by_id = former.pk, former.dismissed_by_id
            finding.dismissed_at = former.dismissed_at
        finding.save()
    for gone in known.values():
        gone.delete()
