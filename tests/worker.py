"""A real worker process for tests: the same command that runs in production, on the test database."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent


def environment(**more: str) -> dict[str, str]:
    """The variables with which another process sees the test's database, files, cache and secret."""
    production = {"DEBUG", "ALLOWED_HOSTS", "HTTPS"}
    inherited = {name: value for name, value in os.environ.items() if name not in production}
    return inherited | {
        "DATABASE_URL": database_url(),
        "MEDIA_ROOT": str(settings.MEDIA_ROOT),
        "VAR_DIR": str(settings.VAR_DIR),
        "SECRET_KEY": settings.SECRET_KEY,
        **more,
    }


def database_url() -> str:
    """The test database that this process is connected to."""
    its = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{its['NAME']}"
    return f"postgres://{its['USER']}:{its['PASSWORD']}@{its['HOST']}:{its['PORT']}/{its['NAME']}"


class Worker:
    """`manage.py qcluster` in a process group of its own."""

    def __init__(self, log: Path, **variables: str) -> None:
        self.log = log
        self.variables = variables
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; what is queued already is picked up too. Returns once it is running."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "qcluster"],
                env=environment(**self.variables), cwd=ROOT, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        wait_for(lambda: b"running." in self.log.read_bytes() or self.process.poll() is not None)
        assert self.process.poll() is None, self.log.read_text()

    def stop(self) -> None:
        """End it as Ctrl-C does: at once if idle, after the running task otherwise."""
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=60)
            except subprocess.TimeoutExpired:
                self.kill()

    def kill(self) -> None:
        """End all of it without a warning, as a machine does that loses its power."""
        assert self.process
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def kill_task_process(self) -> None:
        """End only the process that executes tasks, as the kernel does when memory runs out."""
        assert self.process
        [sentinel] = children(self.process.pid)
        os.kill(min(children(sentinel)), signal.SIGKILL)  # workers are started before the cluster's other helpers


def children(parent: int) -> list[int]:
    """Process ids of the direct children of a process, as /proc knows them."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            after_name = stat.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended while we were looking
        if int(after_name[1]) == parent:
            found.append(int(stat.parent.name))
    return found


def wait_for(condition: Callable[[], object], seconds: float = 120) -> None:
    """Return once `condition()` holds; fail after `seconds`, which are a safety net, not an expectation."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)
