"""odoo-migrate load run and load retry."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from odoo_migrate.cli import exit_statuses, load_results, options
from odoo_migrate.cli.cli_output import Output
from odoo_migrate.cli.options import Connection

if TYPE_CHECKING:
    from odoo_migrate.loading.run_load import Options
    from odoo_migrate.loading.runs import Run

GO_ON = "What Odoo took is in the journal; to go on, give the same command again: {} …"
BATCH = click.IntRange(1, 10_000)


def how(command: Any) -> Any:
    """Add the options of sending."""
    for option in (
        click.option("--batch-size", type=BATCH, metavar="N",
                     help="Records a call; otherwise it adapts to how fast Odoo answers."),
        click.option("--connections", default=2, show_default=True, type=click.IntRange(1, 32), metavar="N",
                     help="Calls at the same time; each keeps one of Odoo's workers busy."),
        click.option("--clear-empty", is_flag=True,
                     help="Empty cells clear what Odoo holds; otherwise they leave it alone."),
    ):  # fmt: skip
        command = option(command)
    return command


@click.command(short_help="Send what is new or differs; --test stores nothing.")
@click.argument("run_id", metavar="ID")
@click.option("--test", "only_test", is_flag=True, help="Odoo tries every record and stores nothing.")
@how
@options.connection(required=True)
@options.common
def run(out: Output, root: Path, run_id: str, connection: Connection, only_test: bool, **how_to: Any) -> int:
    """Bring Odoo to hold what run ID holds: new records are created, those that differ updated, all others left alone.

    May be run again at any time, also after it was interrupted: what is there is not sent again. The password comes
    from ODOO_PASSWORD, an API key from ODOO_API_KEY, otherwise it is asked for.

    \b
    Examples:
      odoo-migrate load run customers --url https://odoo.example.com --db prod --username admin --test
      odoo-migrate load run customers --url https://odoo.example.com --db prod --username admin
      ODOO_URL=… ODOO_DB=… ODOO_USERNAME=… odoo-migrate load run customers --json
    """
    from odoo_migrate.cli import dry_run_output, session
    from odoo_migrate.loading import run_load

    with session.opened(out, root, run_id, connection, password_first=only_test) as opened:
        _refuse_changed(opened.run)
        if only_test:
            return dry_run_output.try_run(out, opened)
        out.go_on = GO_ON.format(f"odoo-migrate load run {run_id}")
        with opened.watch.drawing():
            result = run_load.load(opened.run, opened.odoo, _options(how_to), opened.watch)
        session.log_result(result)
        return load_results.tell(out, opened.run, result)


@click.command(short_help="Send again only what failed.")
@click.argument("run_id", metavar="ID")
@how
@options.connection(required=True)
@options.common
def retry(out: Output, root: Path, run_id: str, connection: Connection, **how_to: Any) -> int:
    """Send again only the records of run ID that failed, after they were mended in the data or in Odoo.

    Where the data was mended, prepare and transform it first.

    \b
    Examples:
      odoo-migrate load retry customers --url https://odoo.example.com --db prod --username admin
    """
    from odoo_migrate.cli import session
    from odoo_migrate.loading import retry_failed, runs
    from odoo_migrate.loading.journal import read_history
    from odoo_migrate.loading.run_load import RunResult

    found = runs.read(root, run_id)
    if not retry_failed.failed_ids(read_history(found.journal)):
        out.document = load_results.as_json(found, RunResult([])) | {"failures": []}
        out.say(f"Nothing of the run '{run_id}' failed, so there is nothing to send again.")
        if found.changed():
            out.say("Its data changed since; to send that, make a new run: odoo-migrate load init")
        return exit_statuses.GOOD
    with session.opened(out, root, run_id, connection) as opened:
        out.go_on = GO_ON.format(f"odoo-migrate load retry {run_id}")
        with opened.watch.drawing():
            result = retry_failed.retry(opened.run, opened.odoo, _options(how_to), opened.watch)
        session.log_result(result)
        return load_results.tell(out, opened.run, result)


def _options(how_to: dict[str, Any]) -> Options:
    from odoo_migrate.loading.run_load import Options

    return Options(**how_to)


def _refuse_changed(found: Run) -> None:
    changed = found.changed()
    if changed:
        raise exit_statuses.Unusable(
            f"{', '.join(changed)} changed since the run '{found.id}' was made; "
            "make a new one with 'odoo-migrate load init', or send what failed again with 'load retry'."
        )
