"""Load a run and report what the load did (`odoo-migrate load run`, `odoo-migrate load retry`)."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from odoo_migrate.cli import exit_statuses, options
from odoo_migrate.cli.cli_output import FEW, Output, grouped_by_shape, many, short
from odoo_migrate.cli.options import Connection

if TYPE_CHECKING:
    from collections.abc import Sequence

    from odoo_migrate.cli.cli_output import Alike
    from odoo_migrate.cli.opened_run import OpenedRun
    from odoo_migrate.loading.dry_run import Tested
    from odoo_migrate.loading.journal import Failure
    from odoo_migrate.loading.run_load import Options, RunResult, StepResult
    from odoo_migrate.loading.runs import Run

GO_ON = "What Odoo took is in the journal; to go on, give the same command again: {} …"
BATCH = click.IntRange(1, 10_000)
KEPT = 1000  # failures in the document
CONSEQUENCE = "It refers to"  # how reasons begin that are another record's
TITLES = ("Model", "Created", "Updated", "Unchanged", "Kept differently", "Failed")
TEST_TITLES = ("Model", "Would go in", "Doubtful", "Not testable yet", "Refused")


def sending_options(command: Any) -> Any:
    """Add the options of sending to a command."""
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
@sending_options
@options.connection(required=True)
@options.common
def run(out: Output, root: Path, run_id: str, connection: Connection, only_test: bool, **sending: Any) -> int:
    """Bring Odoo to hold what run ID holds.

    New records are created, those that differ updated, all others left alone. May be run again at any time, also after
    it was interrupted: what is there is not sent again. The password comes from ODOO_PASSWORD, an API key from
    ODOO_API_KEY, otherwise it is asked for.

    \b
    Examples:
      odoo-migrate load run customers --url https://odoo.example.com --db prod --username admin --test
      odoo-migrate load run customers --url https://odoo.example.com --db prod --username admin
      ODOO_URL=… ODOO_DB=… ODOO_USERNAME=… odoo-migrate load run customers --json
    """
    from odoo_migrate.cli.opened_run import log_result, opened
    from odoo_migrate.loading import run_load

    # Odoo's import wizard, which a test needs, takes no key.
    with opened(out, root, run_id, connection, password_first=only_test) as session:
        _refuse_changed(session.run)
        if only_test:
            return _test(out, session)
        out.go_on = GO_ON.format(f"odoo-migrate load run {run_id}")
        with session.watch.drawing():
            result = run_load.load(session.run, session.odoo, _options(sending), session.watch)
        log_result(result)
        return _report(out, session.run, result)


@click.command(short_help="Send again only what failed.")
@click.argument("run_id", metavar="ID")
@sending_options
@options.connection(required=True)
@options.common
def retry(out: Output, root: Path, run_id: str, connection: Connection, **sending: Any) -> int:
    """Send again only the records of run ID that failed, after they were mended in the data or in Odoo.

    Where the data was mended, prepare and transform it first.

    \b
    Examples:
      odoo-migrate load retry customers --url https://odoo.example.com --db prod --username admin
    """
    from odoo_migrate.cli.opened_run import log_result, opened
    from odoo_migrate.loading import run_load, runs
    from odoo_migrate.loading.journal import read_history
    from odoo_migrate.loading.run_status import failed_ids

    found = runs.read(root, run_id)
    # Decided by the journal alone: nobody should need a password to learn that there is nothing to do.
    if not failed_ids(read_history(found.journal)):
        out.document = _as_json(found, run_load.RunResult([])) | {"failures": []}
        out.say(f"Nothing of the run '{run_id}' failed, so there is nothing to send again.")
        if found.changed():
            out.say("Its data changed since; to send that, make a new run: odoo-migrate load init")
        return exit_statuses.GOOD
    with opened(out, root, run_id, connection) as session:
        out.go_on = GO_ON.format(f"odoo-migrate load retry {run_id}")
        with session.watch.drawing():
            result = run_load.retry(session.run, session.odoo, _options(sending), session.watch)
        log_result(result)
        return _report(out, session.run, result)


def _options(sending: dict[str, Any]) -> Options:
    from odoo_migrate.loading.run_load import Options

    return Options(**sending)


def _refuse_changed(found: Run) -> None:
    changed = found.changed()
    if changed:
        raise exit_statuses.Unusable(
            f"{', '.join(changed)} changed since the run '{found.id}' was made; "
            "make a new one with 'odoo-migrate load init', or send what failed again with 'load retry'."
        )


# --- A test by Odoo's import wizard


def _test(out: Output, session: OpenedRun) -> int:
    """Test all records; return the exit status."""
    from odoo_migrate.loading import dry_run

    run = session.run
    out.go_on = "The test stored nothing."
    # A list of its own beside that of `validate check`: the two are mended in different places.
    with options.problems(run.root, "test") as problems:
        with out.progress("records") as bars:
            found = dry_run.try_run(run, session.odoo, problems, bars.at)
        out.document = {"run": run.id, "test": True, "steps": [_test_as_json(one) for one in found]}
        out.table(TEST_TITLES, [(one.mapping, one.fine, one.doubtful, one.untestable, one.failed) for one in found])
        out.problems(problems)
    return _report_test(out, run, found)


def _test_as_json(found: Tested) -> dict[str, Any]:
    counts = {name: getattr(found, name) for name in ("records", "fine", "doubtful", "untestable", "failed")}
    return {"mapping": found.mapping, "model": found.model, **counts, "left_out": dict(found.left_out)}


def _report_test(out: Output, run: Run, found: list[Tested]) -> int:
    failed = sum(one.failed for one in found)
    records = sum(one.records for one in found)
    left_out: list[str] = []
    for one in found:
        left_out += [f"{column} of {one.mapping}" for column in one.left_out]
    if left_out:
        out.say(f"Tried without what refers to records that are not in Odoo yet: {', '.join(left_out)}.")
    if failed:
        out.say(f"Odoo refuses {failed:,} of {many(records, 'record')}; nothing was stored.", "red")
        return exit_statuses.PROBLEMS
    # A record that refers to a new one is common, not an error: the load itself brings the other first.
    waiting = sum(one.untestable for one in found)
    if waiting:
        out.say(f"{many(waiting, 'record')} can be tried only when what they refer to is in Odoo.")
    tried = many(records - waiting, "record")
    out.say(f"{tried} tried, nothing was stored. Next: odoo-migrate load run {run.id}", "green")
    return exit_statuses.GOOD


# --- What a load did


def _report(out: Output, run: Run, result: RunResult) -> int:
    """Print table, sentences and document of a load; return the exit status."""
    out.document |= _as_json(run, result)
    rows = [_row(one) for one in result.steps]
    if len(rows) > 1:
        rows.append(_sums(rows))
    out.table(TITLES, rows)
    # Odoo warns of every record anew, in the same words.
    warnings: set[str] = set()
    for one in result.steps:
        warnings.update(one.count.warnings)
    for warning in sorted(warnings):
        out.warn(f"Odoo warns: {warning}")
    if result.stopped:
        out.stopped()
        return exit_statuses.INTERRUPTED
    _report_writes(out, result)
    _report_unfinished(out, run, result)
    _report_kept_differently(out, run, result)
    return _report_failed(out, run, result)


def _sums(rows: Sequence[tuple[str | int, ...]]) -> tuple[str | int, ...]:
    """Return a last row with the sum of each column of numbers."""
    _, *columns = zip(*rows, strict=True)
    return ("Together", *(sum(map(int, column)) for column in columns))


def _row(result: StepResult) -> tuple[str | int, ...]:
    """Return the table row of a step, under its mapping, which bears the model's name."""
    step, count = result.step, result.count
    name = step.mapping
    if step.second:
        name = f"{step.mapping} (second pass)"
    return (name, count.created, count.updated, count.unchanged, count.kept, count.failed)


def _as_json(run: Run, result: RunResult) -> dict[str, Any]:
    return {
        "run": run.id,
        "steps": [_step_as_json(one) for one in result.steps],
        "writes": result.writes,
        "failed": result.failed,
        "stopped": result.stopped,
        "seconds": round(result.seconds, 3),  # floats as they come would differ in digits that mean nothing
        "failed_files": _reports(run, "failed"),
        "differences_files": _reports(run, "differences"),
    }


def _step_as_json(result: StepResult) -> dict[str, Any]:
    return {
        "mapping": result.step.mapping,
        "model": result.step.model,
        "second_pass": result.step.second,
        "created": result.count.created,
        "updated": result.count.updated,
        "unchanged": result.count.unchanged,
        "kept_differently": result.count.kept,
        "failed": result.count.failed,
        "seconds": round(result.seconds, 3),
    }


def _reports(run: Run, folder: str) -> list[str]:
    """Return the reports of a run in one of its folders, as paths in the project."""
    return sorted(path.relative_to(run.root).as_posix() for path in (run.folder / folder).glob("*.csv"))


def _report_unfinished(out: Output, run: Run, result: RunResult) -> None:
    """Say what a retry did not look at."""
    if result.changed:
        out.say(
            f"{result.changed[0]} has changed since the run was made. For records that did not fail but differ now, "
            "make a new run: odoo-migrate load init",
            "yellow",
        )
    elif not result.whole:
        out.say(f"The run itself was not finished; to go on: odoo-migrate load run {run.id}", "yellow")


def _report_writes(out: Output, result: RunResult) -> None:
    if result.writes:
        records = sum(one.count.created + one.count.updated for one in result.steps)
        took = "less than a second"
        if result.seconds >= 1:
            took = many(round(result.seconds), "second")
        out.say(f"{many(records, 'record')} written in {took}, in {many(result.writes, 'call')}.")
    elif result.failed:
        pass  # the sentences on failures say it all
    elif _kept(result):
        out.say("Nothing to write: nothing differs but what Odoo keeps differently.")
    else:
        out.say("Nothing to write: Odoo holds exactly this.")


def _kept(result: RunResult) -> int:
    return sum(one.count.kept for one in result.steps)


def _report_kept_differently(out: Output, run: Run, result: RunResult) -> None:
    kept = _kept(result)
    if kept:
        where = ", ".join(_reports(run, "differences"))
        out.say(f"Odoo keeps {many(kept, 'record')} differently than sent; both sides stand in {where}.", "yellow")


def _report_failed(out: Output, run: Run, result: RunResult) -> int:
    """Print why records failed, the most frequent reason first; return the exit status."""
    from odoo_migrate.loading.journal import read_history

    if not result.failed:
        out.document["failures"] = []
        return exit_statuses.GOOD
    failures = list(read_history(run.journal).failed.values())
    # A million failures belong in the file, not in a document that some program keeps in memory.
    out.document["failures"] = [vars(one) for one in islice(failures, KEPT)]
    reasons = grouped_by_shape(failures, _place, _message)
    # What failed only because of another record comes last: mending the other one mends it too.
    reasons.sort(key=_urgency)
    for one in reasons[:FEW]:
        place = ", ".join(filter(None, _place(one.first)))
        file = run.raw_files()[one.first.mapping]
        first = f"{file}, row {one.first.row}"
        if one.count > 1:
            first = f"first: {first}"
        out.say(f"failed: {many(one.count, 'record')} of {place} ({first}): {short(one.shape())}", "red")
    if len(reasons) > FEW:
        out.say(f"... and {len(reasons) - FEW:,} more reasons", "red")
    failed, where = many(result.failed, "record"), ", ".join(_reports(run, "failed"))
    out.say(f"{failed} failed; the reasons stand in {where}. After mending: odoo-migrate load retry {run.id}", "red")
    return exit_statuses.PROBLEMS


def _urgency(reason: Alike[Failure]) -> tuple[bool, int]:
    return reason.sentence.startswith(CONSEQUENCE), -reason.count


def _place(failure: Failure) -> tuple[str, str]:
    return failure.mapping, failure.column


def _message(failure: Failure) -> str:
    return failure.message
