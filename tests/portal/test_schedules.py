"""When the next export is due, in the user's zone, over the days on which clocks change."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django.utils import timezone
from django_q.models import Schedule
from hypothesis import given
from hypothesis import strategies as st

from exporting.models import Export, ExportSchedule
from exporting.services import schedule_services
from exporting.services.schedule_services import next_run
from mapping.services import target_services
from migrator import jobs
from tests.factories import DatasetFactory
from tests.uploaded_files import add

BRUSSELS = ZoneInfo("Europe/Brussels")
MONDAY = [0]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def test_every_monday_at_six_means_six_on_the_wall():
    winter = next_run(weekdays=MONDAY, at=time(6), zone=BRUSSELS, after=at("2026-01-01T12:00+00:00"))
    summer = next_run(weekdays=MONDAY, at=time(6), zone=BRUSSELS, after=at("2026-07-01T12:00+00:00"))
    assert winter == at("2026-01-05T05:00+00:00")
    assert summer == at("2026-07-06T04:00+00:00")


def test_the_very_moment_is_not_due_again():
    moment = at("2026-01-05T05:00+00:00")
    assert next_run(weekdays=MONDAY, at=time(6), zone=BRUSSELS, after=moment) == moment + timedelta(days=7)


def test_no_weekday_means_every_day():
    due = next_run(weekdays=[], at=time(6), zone=BRUSSELS, after=at("2026-01-05T05:00+00:00"))
    assert due == at("2026-01-06T05:00+00:00")


def test_a_time_that_the_clocks_skip_runs_that_much_later():
    due = next_run(weekdays=[], at=time(2, 30), zone=BRUSSELS, after=at("2026-03-28T12:00+00:00"))
    assert due.astimezone(BRUSSELS).strftime("%d %H:%M") == "29 03:30"


def test_a_time_that_comes_twice_runs_once():
    first = next_run(weekdays=[], at=time(2, 30), zone=BRUSSELS, after=at("2026-10-24T12:00+00:00"))
    assert first == at("2026-10-25T00:30+00:00")
    assert next_run(weekdays=[], at=time(2, 30), zone=BRUSSELS, after=first) == at("2026-10-26T01:30+00:00")


@given(
    weekdays=st.lists(st.integers(0, 6), max_size=7),
    clock=st.times().map(lambda t: t.replace(second=0, microsecond=0)),
    zone=st.sampled_from(["Europe/Brussels", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]),
    after=st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)),  # noqa: DTZ001 - made aware below
)
def test_it_is_always_later_and_within_eight_days(weekdays, clock, zone, after):
    after = after.replace(tzinfo=UTC)
    due = next_run(weekdays=weekdays, at=clock, zone=ZoneInfo(zone), after=after)
    assert after < due <= after + timedelta(days=8)


@pytest.mark.django_db
def test_a_due_schedule_starts_one_export_and_moves_on():
    dataset = DatasetFactory()
    schedule = schedule_services.set_schedule(
        dataset=dataset, weekdays=MONDAY, at=time(6), time_zone="Europe/Brussels", user=dataset.owner
    )
    ExportSchedule.objects.filter(pk=schedule.pk).update(next_run=timezone.now() - timedelta(minutes=3))
    [export] = schedule_services.run_due()
    assert export.trigger == Export.Trigger.SCHEDULE
    assert schedule_services.run_due() == []
    schedule.refresh_from_db()
    assert schedule.next_run > timezone.now()
    assert schedule.last_run is not None


@pytest.mark.django_db
def test_two_ticks_at_once_start_one_export():
    dataset = DatasetFactory()
    schedule = schedule_services.set_schedule(
        dataset=dataset, weekdays=[], at=time(6), time_zone="UTC", user=dataset.owner
    )
    ExportSchedule.objects.filter(pk=schedule.pk).update(next_run=timezone.now() - timedelta(minutes=3))
    schedule.refresh_from_db()
    assert schedule_services._run(schedule) is not None
    assert schedule_services._run(schedule) is None  # the second tick still holds the row as it was


def due_export(dataset) -> Export:
    """The export that a schedule of the dataset starts, run to its end."""
    schedule = schedule_services.set_schedule(
        dataset=dataset, weekdays=[], at=time(6), time_zone="UTC", user=dataset.owner
    )
    ExportSchedule.objects.filter(pk=schedule.pk).update(next_run=timezone.now() - timedelta(minutes=3))
    [export] = schedule_services.run_due()
    jobs.run(export.job_id, 1)
    return Export.objects.select_related("job").get(pk=export.pk)


def mapped(text: str):
    dataset = DatasetFactory()
    add(dataset, "customers.csv", text)
    target_services.accept_all(sheet=dataset.sheets.get())
    return dataset


@pytest.mark.django_db(transaction=True)
def test_a_scheduled_export_takes_the_newest_file():
    dataset = mapped("Code,Name\nA1,Acme\n")
    add(dataset, "customers.csv", "Code,Name\nA1,Acme\nA2,Beta\n")
    export = due_export(dataset)
    assert export.ready
    assert export.report["sheets"][0]["rows_out"] == 2
    assert ExportSchedule.objects.get().problem == ""


@pytest.mark.django_db(transaction=True)
def test_a_drifted_file_stops_the_export_and_says_so():
    dataset = mapped("Code,Name\nA1,Acme\n")
    add(dataset, "customers.csv", "Code,Customer Name\nA1,Acme\n")
    export = due_export(dataset)
    assert not export.ready
    assert "'Name'" in export.job.message
    assert "Customer Name" in export.job.message
    assert ExportSchedule.objects.get().problem == export.job.message


@pytest.mark.django_db
def test_a_schedule_that_is_switched_off_never_runs():
    dataset = DatasetFactory()
    schedule = schedule_services.set_schedule(
        dataset=dataset, weekdays=[], at=time(6), time_zone="UTC", enabled=False, user=dataset.owner
    )
    assert schedule.next_run is None
    assert schedule_services.run_due() == []


@pytest.mark.django_db
def test_there_is_one_tick_however_often_the_database_is_migrated():
    Schedule.objects.update(next_run=timezone.now() + timedelta(seconds=30))
    [before] = Schedule.objects.all()
    for _ in range(2):
        call_command("migrate", verbosity=0)
    [tick] = Schedule.objects.all()
    assert (tick.pk, tick.next_run, tick.repeats, tick.minutes) == (before.pk, before.next_run, -1, 1)
