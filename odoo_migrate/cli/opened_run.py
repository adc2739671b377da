"""Open a run with a login at its server: signed in, looked over before anything is sent, and logged.

Everything that talks to Odoo is imported here, so commands import this module when they run.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from odoo_migrate.cli import options
from odoo_migrate.cli.cli_output import Output
from odoo_migrate.cli.progress_bars import Bars
from odoo_migrate.loading import runs
from odoo_migrate.loading.chunk_load import Count
from odoo_migrate.loading.run_load import RunResult, Watcher
from odoo_migrate.loading.runs import Run
from odoo_migrate.odoo import preflight
from odoo_migrate.odoo.client import Odoo
from odoo_migrate.odoo.credentials import Secret
from odoo_migrate.odoo.odoo_errors import Fault
from odoo_migrate.odoo.retries import Retry
from odoo_migrate.project.safe_files import inside
from odoo_migrate.stages.load_order import LoadStep

LOG_FILE = "log.txt"
logger = logging.getLogger("odoo_migrate")
# What is logged before there is a file has been printed already.
logger.addHandler(logging.NullHandler())


class Watch(Watcher):
    """Show the progress of a run, and log it."""

    def __init__(self, out: Output) -> None:
        """Draw nothing yet."""
        self._out = out
        self._bars: Bars | None = None
        self._done = self._total = 0
        self._name = ""

    @contextmanager
    def drawing(self) -> Iterator[None]:
        """Draw bars while the block runs."""
        with self._out.progress("records") as self._bars:
            yield
        self._bars = None

    def begins(self, step: LoadStep, records: int) -> None:
        """Draw the bar of a step."""
        name = step.mapping
        if step.second:  # a bar of its own: it would run backwards otherwise
            name = f"{step.mapping} (second pass)"
        self._begin(name, records)

    def advances(self, step: LoadStep, records: int, count: Count) -> None:
        """Move the bar on."""
        self._done += records
        if self._bars:
            self._bars.at(self._name, self._done, self._total)

    def looks_again(self, records: int) -> None:
        """Draw the bar of the last look at all records."""
        self._begin("looking at all of them again", records)

    def retried(self, retry: Retry) -> None:
        """Print a line before another try: the server is in trouble."""
        text = f"{retry.reason}; trying again in {retry.wait:.1f} s."
        logger.warning("try %d: %s", retry.number, text)
        if self._bars:
            self._bars.note(text)
        else:
            self._out.warn(text)

    def _begin(self, name: str, records: int) -> None:
        self._name, self._done, self._total = name, 0, records
        logger.info("%s: %d records", name, records)
        if self._bars and records:
            self._bars.at(name, 0, records)


@dataclass(frozen=True)
class OpenedRun:
    """Hold a run, a login at its server, and the display of its progress."""

    run: Run
    odoo: Odoo
    watch: Watch


@contextmanager
def opened(
    out: Output,
    root: Path,
    run_id: str,
    connection: options.Connection,
    *,
    looked_over: bool = True,
    password_first: bool = False,
) -> Iterator[OpenedRun]:
    """Open a run of the project in `root`, signed in at its server; nothing has been sent when this fails.

    Args:
        out: Where warnings and progress are printed.
        root: The project's directory.
        run_id: The run's name.
        connection: Where the server is, and how to sign in.
        looked_over: Whether the server is first checked for whether a load can work there.
        password_first: Whether a password goes before an API key, where both are set.

    Raises:
        RunProblem: The run cannot be used.
        FormatError: The project cannot be used.
        Unusable: There is no password.
        OdooError: Odoo cannot be reached or refuses the login.
    """
    run = runs.read(root, run_id)
    watch, log = Watch(out), inside(run.root, run.file(LOG_FILE))
    with (
        options.sign_in(connection, out, watch.retried, password_first=password_first) as odoo,
        logged(log, odoo.login.secret),
    ):
        logger.info("%s on %s, Odoo %s, as %s", odoo.database, odoo.url, odoo.version, odoo.username)
        if looked_over:
            # A model with a second pass is in the steps twice.
            models = dict.fromkeys(step.model for step in run.steps)
            preflight.check(odoo, run.project.settings, list(models))
        yield OpenedRun(run, odoo, watch)


@contextmanager
def logged(path: Path, secret: Secret) -> Iterator[None]:
    """Log to the file `path` while the block runs, without the secret; log the exception that ends the block too."""
    handler = logging.FileHandler(path, encoding="utf-8", errors="backslashreplace")
    handler.setFormatter(_Discreet(secret))
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    try:
        yield
    except BaseException as problem:
        logger.error("%s: %s%s", type(problem).__name__, problem, _traceback(problem))
        raise
    finally:
        logger.removeHandler(handler)
        handler.close()


def _traceback(problem: BaseException) -> str:
    """Return Odoo's own traceback, which its developers ask for."""
    if not isinstance(problem, Fault) or not problem.debug:
        return ""
    return f"\n{problem.debug}"


class _Discreet(logging.Formatter):
    """Format lines with the time in UTC, and never with the secret."""

    def __init__(self, secret: Secret) -> None:
        super().__init__("%(asctime)sZ %(levelname)s %(message)s", "%Y-%m-%dT%H:%M:%S")
        self.converter = time.gmtime
        self._secret = secret

    def format(self, record: logging.LogRecord) -> str:
        """Return the line with the secret hidden."""
        return self._secret.out_of(super().format(record))


def log_result(result: RunResult) -> None:
    """Log what a load did."""
    for one in result.steps:
        logger.info("%s: %s in %.1f s", one.step.mapping, vars(one.count), one.seconds)
    end = "stopped" if result.stopped else "ended"
    logger.info("%d writes, %d failed, %s", result.writes, result.failed, end)
