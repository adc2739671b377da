"""The command behind `make run`: everything that a portal on one's own machine needs, in one foreground process."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from migrator.environment import kept_secret
from migrator.middleware.health_check import PATH
from migrator.models import User

HOST = "127.0.0.1"
DEMO_USER = "demo"
GRACE_SECONDS = 10  # for a request or a batch of rows that is under way


class Command(BaseCommand):
    """Set up the database and the demo data, then run the web server and the worker."""

    help = "Sets up the database and demo data, then runs the web server and the worker until Ctrl-C."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--no-demo", action="store_true", help="without the demo data")

    def handle(self, *args: Any, port: int, no_demo: bool, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("This is for your own machine; unset ALLOWED_HOSTS and DEBUG, or use gunicorn.")
        _require_free(port)
        call_command("migrate", verbosity=0)
        call_command("createcachetable")
        password = ensure_demo_user(settings.VAR_DIR / "demo_password")
        if not no_demo:
            call_command("demo", owner=DEMO_USER)
        self._run(port, password)

    def _run(self, port: int, password: str) -> None:
        from django_q.status import Stat  # here: it brings in the database of the queue, which --help does not need

        processes = Processes([_web_server(port), [sys.executable, "manage.py", "qcluster"]])
        try:
            processes.wait(until=lambda: _answers(port) and bool(Stat.get_all()))
            if processes.running:
                self.stdout.write(_welcome(port, password))
                self.stdout.flush()
            processes.wait()
        finally:
            processes.stop()
        if not processes.asked:
            raise CommandError("The web server or the worker ended by itself; the lines above say why.")


class Processes:
    """Run several processes as one: they start together and end together, with one Ctrl-C.

    Each is in a group of its own, so that Ctrl-C reaches us alone and we end them in order.
    """

    def __init__(self, commands: Sequence[Sequence[str]]) -> None:
        """Start all commands."""
        self._asked = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask)
        # The commands are our own, not a user's.
        self._all = [subprocess.Popen(command, start_new_session=True) for command in commands]  # noqa: S603

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self._asked.set()

    @property
    def asked(self) -> bool:
        """Whether somebody wants all this to end."""
        return self._asked.is_set()

    @property
    def running(self) -> bool:
        """Whether all are alive, and nobody has asked to stop."""
        return not self.asked and all(process.poll() is None for process in self._all)

    def wait(self, until: Callable[[], bool] = lambda: False) -> None:
        """Return once `until()` holds, someone asks to stop, or one of the processes ends by itself."""
        while self.running and not until():
            self._asked.wait(0.2)

    def stop(self) -> None:
        """End all; what still runs after the grace period is killed, with its children."""
        for process in self._all:
            process.terminate()
        for process in self._all:
            try:
                process.wait(timeout=GRACE_SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def ensure_demo_user(password_file: Path) -> str:
    """Make the user with whom a newcomer signs in, unless it is there.

    It may do everything, the administration included: the machine is the newcomer's own.

    Returns:
        The password to print, "" where another one has been chosen since.
    """
    password = kept_secret(password_file, 9)
    user = User.objects.filter(username=DEMO_USER).first()
    if user is None:
        User.objects.create_superuser(DEMO_USER, password=password)
        return password
    return password if user.check_password(password) else ""


def _require_free(port: int) -> None:
    """Raise CommandError, in one sentence, where another program listens on the port."""
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((HOST, port))
        except OSError:
            raise CommandError(f"Port {port} is taken; choose another: make run PORT={port + 1}") from None


def _web_server(port: int) -> list[str]:
    where = ["--bind", f"{HOST}:{port}", "--workers", "1", "--log-level", "warning"]
    return [sys.executable, "-m", "gunicorn", *where, "migrator.wsgi"]


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://{HOST}:{port}{PATH}", timeout=5) as response:
            return bool(response.status == 200)
    except OSError:
        return False


def _welcome(port: int, password: str) -> str:
    known = f"password {password}" if password else "with the password that you have chosen"
    return f"\n  The portal is at http://{HOST}:{port}/\n  Sign in as {DEMO_USER}, {known}\n  Ctrl-C ends it.\n"
