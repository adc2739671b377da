"""The worker as it runs in production: a process of its own that takes jobs from the queue."""

from datetime import timedelta

from migrator import jobs
from migrator.models import Job
from tests.worker import wait_for

NAP = "tests.worker_tasks.nap"


def ended(job: Job) -> bool:
    job.refresh_from_db()
    return job.ended


def test_a_worker_does_a_job_and_says_so(worker):
    job = jobs.start("A nap", NAP, 0)
    wait_for(lambda: ended(job))
    assert (job.status, job.message) == (Job.Status.DONE, "Slept 0 times.")


def test_redis_carries_jobs_too(redis_worker):
    job = jobs.start("A nap", NAP, 0)
    wait_for(lambda: ended(job))
    assert job.status == Job.Status.DONE


def test_a_killed_worker_leaves_a_failed_job_that_can_be_tried_again(worker, monkeypatch):
    monkeypatch.setattr(jobs, "STALE_AFTER", timedelta(seconds=2 * jobs.HEARTBEAT_SECONDS))
    job = jobs.start("A long nap", NAP, 600)
    wait_for(lambda: Job.objects.filter(pk=job.pk, done__gt=0).exists())
    worker.kill_task_process()
    wait_for(jobs.sweep)
    job.refresh_from_db()
    assert (job.status, job.message) == (Job.Status.FAILED, jobs.STOPPED)
    Job.objects.filter(pk=job.pk).update(arguments=[0])
    assert jobs.retry(job)
    wait_for(lambda: ended(job))
    assert (job.status, job.attempt) == (Job.Status.DONE, 2)


def test_a_running_job_stops_when_asked(worker):
    job = jobs.start("A long nap", NAP, 600)
    wait_for(lambda: Job.objects.filter(pk=job.pk, status=Job.Status.RUNNING).exists())
    jobs.cancel(job)
    wait_for(lambda: ended(job))
    assert (job.status, job.message) == (Job.Status.CANCELLED, jobs.CANCELLED)
