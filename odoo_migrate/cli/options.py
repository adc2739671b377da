"""Hold the options that commands share, and end every command with an exit status and at most one sentence."""

from __future__ import annotations

import functools
import os
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from odoo_migrate.cli import exit_statuses
from odoo_migrate.cli.cli_output import Output
from odoo_migrate.project.project_definition import SETTINGS_FILE
from odoo_migrate.project.safe_files import inside

if TYPE_CHECKING:
    from odoo_migrate.odoo.client import Odoo
    from odoo_migrate.odoo.retries import OnRetry, Retries
    from odoo_migrate.project.problems import Problems

Command = Callable[..., int]  # takes Output, the project's directory and its own options; gives the exit status
PATIENCE = 60  # seconds of waiting between tries, all together; a restart of Odoo takes less
ANSWER = 300  # seconds for an answer: a call of some hundred orders takes long on a busy server


class CommandsInOrder(click.Group):
    """List commands in the order in which they are used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names as they were added; click would sort them."""
        return list(self.commands)


def common(command: Command) -> Callable[..., None]:
    """Add --project and --json to a command, which gets the project's directory, and end it as `without_project`."""

    @click.option(
        "--project", "root", default=".", metavar="DIR", show_default=True, help="The unpacked project.",
        type=click.Path(file_okay=False, path_type=Path),
    )  # fmt: skip
    @without_project
    @functools.wraps(command)
    def wrapped(out: Output, root: Path, **given: Any) -> int:
        return _in_project(command, out, root, **given)

    return wrapped


def without_project(command: Command) -> Callable[..., None]:
    """Add --json to a command, and end it with an exit status, as `exit_statuses` lists them."""

    @click.option("--json", "as_json", is_flag=True, help="Print one JSON document; see docs/loader/json.md.")
    @functools.wraps(command)
    def wrapped(as_json: bool, **given: Any) -> None:
        out = Output(as_json=as_json)
        status = _ended(out, lambda: command(out, **given))
        out.finish()
        click.get_current_context().exit(status)

    return wrapped


def _in_project(command: Command, out: Output, root: Path, **given: Any) -> int:
    if not (root / SETTINGS_FILE).is_file():
        raise exit_statuses.Unusable(
            f"There is no project in '{root}': {SETTINGS_FILE} is missing. Go to the unpacked bundle, or name it with "
            "--project."
        )
    return command(out, root, **given)


def _ended(out: Output, work: Callable[[], int]) -> int:
    try:
        return work()
    except (KeyboardInterrupt, click.Abort):  # click turns Ctrl-C and Ctrl-D at a prompt into its own
        out.stopped()
        return exit_statuses.INTERRUPTED
    except click.ClickException:
        raise
    except Exception as problem:
        found = exit_statuses.turned(problem, out.go_on)
        if found is None:
            traceback.print_exc()
            found = (
                exit_statuses.OUR_MISTAKE,
                "This is a mistake of the program itself; please report it with the lines above.",
            )
        out.refuse(found[1])
        return found[0]


@dataclass(frozen=True)
class Connection:
    """Hold what --url and the other options of a connection said; the password is not shown."""

    url: str
    database: str
    username: str
    password: str | None
    password_file: Path | None
    timeout: float
    retry_for: float

    def require(self) -> None:
        """Raise a usage error for the first of url, db and username that nobody gave."""
        for value, option in ((self.url, "url"), (self.database, "db"), (self.username, "username")):
            if not value:
                raise click.UsageError(f"--against-odoo needs --{option} (or ODOO_{option.upper()}).")

    def __repr__(self) -> str:
        """Return a text without the password."""
        return f"Connection({self.url!r}, {self.database!r}, {self.username!r})"


def problems(root: Path, stage: str) -> Problems:
    """Return the problems of a stage, which are also written to data/problems/<stage>.csv of the project."""
    from odoo_migrate.project.problems import Problems

    return Problems(inside(root, f"data/problems/{stage}.csv"))


def connection(*, required: bool) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Add the options of a connection, which the command gets as one `connection`."""

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(command)
        def wrapped(*args: Any, **given: Any) -> Any:
            values = {entry.name: given.pop(entry.name) for entry in fields(Connection)}
            return command(*args, connection=Connection(**values), **given)

        for option in reversed(_connection_options(required)):
            wrapped = option(wrapped)
        return wrapped

    return decorate


def _connection_options(required: bool) -> list[Callable[[Callable[..., Any]], Callable[..., Any]]]:
    needed: dict[str, Any] = {"required": required, "show_envvar": True}
    file = click.Path(exists=True, dir_okay=False, path_type=Path)
    return [
        click.option("--url", envvar="ODOO_URL", metavar="URL", help="Address of the server.", **needed),
        click.option("--db", "database", envvar="ODOO_DB", metavar="NAME", help="Its database.", **needed),
        click.option("--username", envvar="ODOO_USERNAME", metavar="LOGIN", help="Who loads.", **needed),
        click.option("--password-file", type=file, metavar="FILE", help="A file with the password in its first line."),
        click.option("--password", metavar="TEXT", help="Works, but others on this machine can see it; better set "
                     "ODOO_PASSWORD or ODOO_API_KEY, or be asked."),
        click.option("--timeout", default=ANSWER, show_default=True, metavar="SECONDS",
                     type=click.FloatRange(min=1), help="How long to wait for an answer."),
        click.option("--retry-for", default=PATIENCE, show_default=True, metavar="SECONDS",
                     type=click.FloatRange(min=0), help="How long to try again where the server does not answer."),
    ]  # fmt: skip


def sign_in(given: Connection, out: Output, on_retry: OnRetry | None = None, *, password_first: bool = False) -> Odoo:
    """Return a login at the server, with a secret from the options, the environment or a prompt.

    Args:
        given: What the options said.
        out: Where a warning goes, as for a password that travels unencrypted.
        on_retry: Called before another try.
        password_first: Whether a password goes before an API key, where both are set.

    Raises:
        Unusable: There is no password.
        OdooError: Odoo cannot be reached or refuses the login.
    """
    from odoo_migrate.odoo.client import connect
    from odoo_migrate.odoo.credentials import find_secret
    from odoo_migrate.odoo.odoo_errors import Rejected
    from odoo_migrate.odoo.server_address import parsed

    if given.password:
        out.warn("--password can be seen in the list of processes and stays in the shell's history.")
    ask = functools.partial(_ask, given) if sys.stdin.isatty() else None
    try:
        secret, kind = find_secret(os.environ, given.password_file, ask, given.password, password_first=password_first)
    except Rejected as problem:
        raise exit_statuses.Unusable(str(problem)) from problem
    unsafe = parsed(given.url).warning
    if unsafe:
        out.warn(unsafe)
    return connect(
        given.url, given.database, given.username, secret, kind=kind, timeout=given.timeout,
        retries=_retries(given.retry_for), on_retry=on_retry,
    )  # fmt: skip


def _retries(seconds: float) -> Retries:
    """Return as many tries as fit, since each wait is drawn anew and may be short."""
    from odoo_migrate.odoo.retries import Retries

    if not seconds:
        return Retries(tries=1)
    return Retries(tries=6 + round(seconds / 10), total=seconds)


def _ask(given: Connection) -> str:
    return str(click.prompt(f"Password of {given.username} at {given.url}", hide_input=True, err=True))
