"""Jobs: claimed once, ended once, whatever happens in between. A killed worker is tried in test_worker.py."""

from __future__ import annotations

import sqlite3
import threading
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from migrator import jobs
from migrator.jobs import Cancelled, JobProblem, Progress
from migrator.models import Job

pytestmark = pytest.mark.django_db


def works(progress: Progress, text: str) -> str:
    progress.stage("Looking")
    return f"Done with {text}."


def complains(progress: Progress) -> str:
    raise JobProblem("The file is empty.")


def breaks(progress: Progress) -> str:
    raise ZeroDivisionError("secret detail")


def is_cancelled(progress: Progress) -> str:
    Job.objects.filter(pk=progress.job_id).update(cancel_requested=True)
    progress.stage("Next")
    raise AssertionError("a cancelled job goes on")


def queued(task: str, *arguments: object) -> Job:
    return Job.objects.create(title="Test", task=f"tests.portal.test_jobs.{task}", arguments=list(arguments))


def ran(job: Job) -> Job:
    jobs.run(job.pk, job.attempt)
    job.refresh_from_db()
    return job


def test_a_job_that_works_says_what_it_did():
    job = ran(queued("works", "customers.csv"))
    assert (job.status, job.message, job.stage) == (Job.Status.DONE, "Done with customers.csv.", "Looking")
    assert job.finished_at is not None


def test_a_problem_in_the_data_reaches_the_user():
    job = ran(queued("complains"))
    assert (job.status, job.message) == (Job.Status.FAILED, "The file is empty.")


def test_a_fault_of_ours_is_logged_and_not_shown(caplog):
    job = ran(queued("breaks"))
    assert (job.status, job.message) == (Job.Status.FAILED, jobs.STOPPED)
    assert "secret detail" in caplog.text


def test_a_cancelled_job_stops_at_its_next_word():
    job = ran(queued("is_cancelled"))
    assert (job.status, job.message) == (Job.Status.CANCELLED, jobs.CANCELLED)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(not settings.ON_SQLITE, reason="only SQLite locks the whole database")
def test_a_locked_database_delays_a_job_and_does_not_lose_it():
    """Its task is delivered once: without a second try the job would wait for its turn for ever."""
    job = queued("works", "a")
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 50")
    other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    release = threading.Timer(1, other.rollback)
    release.start()
    try:
        assert ran(job).status == Job.Status.DONE
    finally:
        release.join()
        other.close()
        connection.close()


def test_a_second_delivery_does_nothing():
    job = ran(queued("works", "a"))
    Job.objects.filter(pk=job.pk).update(message="kept")
    assert ran(job).message == "kept"


def test_a_second_delivery_after_a_killed_worker_marks_the_job_failed():
    job = queued("works", "a")
    old = timezone.now() - timedelta(minutes=5)
    Job.objects.filter(pk=job.pk).update(status=Job.Status.RUNNING, heartbeat_at=old)
    assert (ran(job).status, job.message) == (Job.Status.FAILED, jobs.STOPPED)


def test_a_silent_worker_is_noticed_a_busy_one_is_left_alone():
    silent, busy = queued("works", "a"), queued("works", "b")
    now = timezone.now()
    Job.objects.filter(pk=silent.pk).update(status=Job.Status.RUNNING, heartbeat_at=now - timedelta(minutes=5))
    Job.objects.filter(pk=busy.pk).update(status=Job.Status.RUNNING, heartbeat_at=now)
    assert jobs.sweep() == 1
    silent.refresh_from_db()
    busy.refresh_from_db()
    assert (silent.status, busy.status) == (Job.Status.FAILED, Job.Status.RUNNING)


def test_a_waiting_job_that_is_cancelled_never_starts():
    job = queued("works", "a")
    jobs.cancel(job)
    assert ran(job).status == Job.Status.CANCELLED


def test_retry_runs_a_failed_job_again_and_only_such_a_one(django_capture_on_commit_callbacks):
    job = ran(queued("complains"))
    with django_capture_on_commit_callbacks() as queue:
        assert jobs.retry(job)
        assert not jobs.retry(job)
    assert len(queue) == 1
    assert (job.status, job.attempt) == (Job.Status.QUEUED, 2)


def test_a_late_delivery_of_an_earlier_attempt_does_nothing():
    job = ran(queued("complains"))
    jobs.retry(job)
    jobs.run(job.pk, 1)
    job.refresh_from_db()
    assert job.status == Job.Status.QUEUED


def test_here_and_now_problems_reach_the_caller():
    with pytest.raises(JobProblem):
        jobs.run_here("Test", complains)
    assert not Job.objects.exists()


def test_cancelled_is_not_taken_for_a_problem_of_the_data():
    assert not issubclass(Cancelled, JobProblem)


def test_titles_and_stages_are_cut_to_what_the_database_keeps():
    name = "漢" * 250
    job = jobs.start(f"Reading {name}", "tests.portal.test_jobs.works", name)
    Job.objects.filter(pk=job.pk).update(status=Job.Status.RUNNING)
    Progress(job.pk).stage(f"Reading {name}")
    job.refresh_from_db()
    assert (len(job.title), len(job.stage)) == (200, 100)


def test_looking_for_silent_workers_writes_nothing_where_there_are_none(django_assert_num_queries):
    with django_assert_num_queries(1):  # a look: a write would wait for every other one on SQLite
        assert jobs.sweep() == 0
