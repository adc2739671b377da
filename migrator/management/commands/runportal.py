"""`make run`: everything that a portal on one's own machine needs, in one foreground process."""

from __future__ import annotations

import socket
import sys
import urllib.request
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django_q.status import Stat

from migrator import demo_user
from migrator.health import PATH
from migrator.processes import Processes

HOST = "127.0.0.1"


class Command(BaseCommand):
    help = "Sets up the database and demo data, then runs the web server and the worker until Ctrl-C."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--no-demo", action="store_true", help="without the demo data")

    def handle(self, *args: Any, port: int, no_demo: bool, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("This is for your own machine; unset ALLOWED_HOSTS and DEBUG, or use gunicorn.")
        _free(port)
        call_command("migrate", verbosity=0)
        call_command("createcachetable")
        password = demo_user.ensure(settings.VAR_DIR / "demo_password")
        if not no_demo:
            call_command("demo", owner=demo_user.NAME)
        self._run(port, password)

    def _run(self, port: int, password: str) -> None:
        processes = Processes([_web(port), [sys.executable, "manage.py", "qcluster"]])
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


def _free(port: int) -> None:
    """Raise CommandError, in one sentence, where another program listens on the port."""
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((HOST, port))
        except OSError:
            raise CommandError(f"Port {port} is taken; choose another: make run PORT={port + 1}") from None


def _web(port: int) -> list[str]:
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
    return f"\n  The portal is at http://{HOST}:{port}/\n  Sign in as {demo_user.NAME}, {known}\n  Ctrl-C ends it.\n"
