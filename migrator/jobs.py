"""Background work on django-q2: start, claim, report progress, cancel, retry, notice a dead worker.

django-q2 delivers a task whose worker was killed a second time. A job row is therefore claimed by one conditional
UPDATE; whoever finds it claimed already marks it failed instead of doing half of it again. A worker that is gone
leaves its job "running" with an old heartbeat: `sweep` marks such jobs failed, and the page offers Retry.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.db import DatabaseError, OperationalError, close_old_connections, connection, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.text import Truncator
from django_q.tasks import async_task

from migrator.models import STAGE_CHARS, TITLE_CHARS, Job, User

log = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 3
WRITE_SECONDS = 120  # how long a job's beginning and end are tried to be written
# Longer than two writers in turn may wait on SQLite, so that a heartbeat in the queue is not taken for a dead worker.
STALE_AFTER = timedelta(seconds=45)
STOPPED = "This stopped unexpectedly and nothing was changed. You can try again."
CANCELLED = "Cancelled. Nothing was changed."


class Cancelled(Exception):
    """Leave a job, out of its progress callable, because the user has asked it to stop."""


class JobProblem(Exception):
    """Say in one sentence for the user why the work cannot be done: the reason is in the data, not in the portal."""


class Progress:
    """Note how far a job is; its function calls `progress(done, total)` and `progress.stage(name)` between batches.

    The job's record is written at most once a second; then Cancelled is raised where the user has asked for it.
    """

    def __init__(self, job_id: int) -> None:
        """Report on this job."""
        self.job_id = job_id
        self._written = 0.0

    def stage(self, name: str) -> None:
        """Begin a new stage, whose total is not known yet."""
        self._write(stage=Truncator(name).chars(STAGE_CHARS), done=0, total=0)

    def __call__(self, done: int, total: int) -> None:
        """Note that `done` of `total` units of the stage are done."""
        if time.monotonic() - self._written >= 1:
            self._write(done=done, total=total)

    def _write(self, **values: Any) -> None:
        self._written = time.monotonic()
        running = Job.objects.filter(pk=self.job_id, status=Job.Status.RUNNING)
        running.update(heartbeat_at=timezone.now(), **values)
        if running.filter(cancel_requested=True).exists():
            raise Cancelled


def start(title: str, task: str, *arguments: Any, user: User | None = None) -> Job:
    """Create a job for `task` (dotted path of `f(progress, *arguments)`) and queue it once this is committed."""
    job = Job.objects.create(
        title=Truncator(title).chars(TITLE_CHARS), task=task, arguments=list(arguments), created_by=user
    )
    _enqueue(job)
    return job


def retry(job: Job) -> bool:
    """Queue a failed or cancelled job again; return False where it had not ended so (someone else was faster)."""
    again = Job.objects.filter(pk=job.pk, status__in=[Job.Status.FAILED, Job.Status.CANCELLED]).update(
        status=Job.Status.QUEUED, attempt=F("attempt") + 1, cancel_requested=False, message="", stage="",
        done=0, total=0, started_at=None, finished_at=None, heartbeat_at=None,
    )  # fmt: skip
    if again:
        job.refresh_from_db()
        _enqueue(job)
    return bool(again)


def cancel(job: Job) -> None:
    """Ask a job to stop: a waiting one never starts, a running one stops at its next batch."""
    Job.objects.filter(pk=job.pk, status=Job.Status.QUEUED).update(
        status=Job.Status.CANCELLED, message=CANCELLED, finished_at=timezone.now()
    )
    Job.objects.filter(pk=job.pk, status=Job.Status.RUNNING).update(cancel_requested=True)


def sweep() -> int:
    """Mark running jobs whose worker has gone silent as failed, and return how many there were."""
    silent = Job.objects.filter(status=Job.Status.RUNNING, heartbeat_at__lt=timezone.now() - STALE_AFTER)
    if not silent.exists():  # every look at a running job asks: on SQLite an UPDATE would wait for whoever writes
        return 0
    count = silent.update(status=Job.Status.FAILED, message=STOPPED, finished_at=timezone.now())
    if count:
        log.error("%s running job(s) had lost their worker and were marked failed", count)
    return count


def run(job_id: int, attempt: int) -> None:
    """Do the job's work once, as django-q2's task, and record how it ended whatever happens."""
    if not _persistent(lambda: _claim(job_id, attempt)):
        return
    job = Job.objects.get(pk=job_id)
    ending: dict[str, Any] = {"status": Job.Status.FAILED, "message": STOPPED}
    try:
        with _heartbeat(job_id):
            message = import_string(job.task)(Progress(job_id), *job.arguments)
        ending = {"status": Job.Status.DONE, "message": message or ""}
    except Cancelled:
        ending = {"status": Job.Status.CANCELLED, "message": CANCELLED}
    except JobProblem as problem:
        log.warning("job %s (%s): %s", job_id, job.title, problem)
        ending = {"status": Job.Status.FAILED, "message": str(problem)}
    except Exception:
        # The boundary of a job: whatever went wrong is ours, logged whole, and said plainly on the page.
        log.exception("job %s (%s) failed", job_id, job.title)
    finally:
        mine = Job.objects.filter(pk=job_id, attempt=attempt, status=Job.Status.RUNNING)
        _persistent(lambda: mine.update(finished_at=timezone.now(), **ending))


def run_here(title: str, task: Callable[..., str | None], *arguments: Any) -> Job:
    """Do the work in this process, for commands; exceptions reach the caller, and then no job stays."""
    path = f"{task.__module__}.{task.__qualname__}"
    job = Job.objects.create(title=Truncator(title).chars(TITLE_CHARS), task=path, arguments=list(arguments))
    _claim(job.pk, job.attempt)
    try:
        message = task(Progress(job.pk), *arguments) or ""
    except BaseException:
        job.delete()
        raise
    Job.objects.filter(pk=job.pk).update(finished_at=timezone.now(), status=Job.Status.DONE, message=message)
    job.refresh_from_db()
    return job


def _enqueue(job: Job) -> None:
    transaction.on_commit(lambda: async_task("migrator.jobs.run", job.pk, job.attempt, task_name=job.title[:90]))


def _claim(job_id: int, attempt: int) -> bool:
    """Take the job if it is still waiting; a second delivery of a running one means its worker was killed."""
    now = timezone.now()
    mine = Job.objects.filter(pk=job_id, attempt=attempt)
    if mine.filter(status=Job.Status.QUEUED).update(status=Job.Status.RUNNING, started_at=now, heartbeat_at=now):
        return True
    if mine.filter(status=Job.Status.RUNNING, heartbeat_at__lt=now - STALE_AFTER).update(
        status=Job.Status.FAILED, message=STOPPED, finished_at=now
    ):
        log.error("job %s was delivered a second time: its worker must have been killed", job_id)
    return False


def _persistent(write: Callable[[], int]) -> int:
    """Return what `write` returns, tried again while the database does not answer.

    A delivered task comes only once: a claim that is lost would leave its job waiting for ever, and an ending that
    is lost would make it look stopped.
    """
    until = time.monotonic() + WRITE_SECONDS
    while True:
        try:
            return write()
        except OperationalError:
            if time.monotonic() > until:
                raise
            log.warning("the database did not take a job's state; trying again", exc_info=True)
            time.sleep(0.5)
            close_old_connections()


@contextmanager
def _heartbeat(job_id: int) -> Iterator[None]:
    """Keep the job's heartbeat young while the block runs, however long its batches are."""
    stop = threading.Event()
    beat = threading.Thread(target=_beat, args=(job_id, stop), name=f"heartbeat-{job_id}", daemon=True)
    beat.start()
    try:
        yield
    finally:
        stop.set()
        beat.join()


def _beat(job_id: int, stop: threading.Event) -> None:
    try:
        while not stop.wait(HEARTBEAT_SECONDS):
            close_old_connections()
            try:
                Job.objects.filter(pk=job_id, status=Job.Status.RUNNING).update(heartbeat_at=timezone.now())
            except DatabaseError:
                # A beat may be missed (somebody writes for long, the server restarts); the work goes on.
                log.warning("job %s: a heartbeat could not be written", job_id, exc_info=True)
    finally:
        connection.close()
