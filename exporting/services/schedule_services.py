"""When a scheduled export is next due: wall-clock time in the user's zone, whatever the season.

django-q2's cron knows one zone for all, so one tick a minute asks which schedules are due.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from exporting.models import Export, ExportSchedule
from exporting.services import export_services
from migrator.models import User, record
from profiling.models import Dataset


def next_run(*, weekdays: Sequence[int], at: time, zone: ZoneInfo, after: datetime) -> datetime:
    """Return the first moment, in UTC, at which a clock in `zone` shows `at` on one of the weekdays.

    A time that the clocks skip in spring runs as much later as they skip; one that comes twice in autumn runs the
    first time.

    Args:
        weekdays: 0 is Monday; none means every day.
        at: what the clock on the wall shows.
        zone: where that clock hangs.
        after: an aware moment; the result is later.
    """
    # Day by day in the zone's own calendar: hours added in UTC would be off after the clocks change.
    day = after.astimezone(zone).date()
    while True:
        if not weekdays or day.weekday() in weekdays:
            moment = _moment(day, at, zone)
            if moment > after:
                return moment
        day += timedelta(days=1)


def _moment(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at, tzinfo=zone).astimezone(ZoneInfo("UTC"))


def set_schedule(
    *, dataset: Dataset, weekdays: Sequence[int], at: time, time_zone: str, enabled: bool = True, user: User | None
) -> ExportSchedule:
    """Export the dataset on these days at this time from now on. Raises ValidationError."""
    schedule = ExportSchedule.objects.filter(dataset=dataset).first() or ExportSchedule(dataset=dataset)
    schedule.weekdays, schedule.at, schedule.time_zone = sorted(set(weekdays)), at, time_zone
    # What went wrong before may be mended by the new settings.
    schedule.enabled, schedule.problem, schedule.created_by = enabled, "", user
    schedule.full_clean(exclude=["weekdays"])
    schedule.next_run = _next(schedule) if enabled else None
    with transaction.atomic():
        schedule.save()
        record(user, "schedule.set", f"Set the schedule of '{dataset.name}'", dataset=dataset.pk)
    return schedule


def remove_schedule(*, dataset: Dataset, user: User | None) -> None:
    """Stop exporting the dataset by itself."""
    ExportSchedule.objects.filter(dataset=dataset).delete()
    record(user, "schedule.remove", f"Removed the schedule of '{dataset.name}'", dataset=dataset.pk)


def run_due() -> list[Export]:
    """Start the exports that are due, each once however late the tick comes or however many ticks there are."""
    due = ExportSchedule.objects.filter(enabled=True, next_run__lte=timezone.now()).select_related("dataset")
    started = []
    for schedule in due:
        export = _run(schedule)
        if export is not None:
            started.append(export)
    return started


def _run(schedule: ExportSchedule) -> Export | None:
    now = timezone.now()
    with transaction.atomic():
        # The conditional UPDATE is the claim: a second tick finds another next_run.
        mine = ExportSchedule.objects.filter(pk=schedule.pk, next_run=schedule.next_run).update(
            next_run=_next(schedule), last_run=now
        )
        if not mine:
            return None
        return export_services.start_export(
            dataset=schedule.dataset, user=schedule.created_by, trigger=Export.Trigger.SCHEDULE
        )


def note_ending(export: Export, problem: str) -> None:
    """Show on the schedule how its last export ended; "" where all went well."""
    if export.trigger == Export.Trigger.SCHEDULE:
        ExportSchedule.objects.filter(dataset=export.dataset_id).update(problem=problem)


def _next(schedule: ExportSchedule) -> datetime:
    return next_run(weekdays=schedule.weekdays, at=schedule.at, zone=ZoneInfo(schedule.time_zone), after=timezone.now())
