"""Hold the command group odoo-migrate load, with load init and load status."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from odoo_migrate.cli import exit_statuses, options
from odoo_migrate.cli.cli_output import Output, many
from odoo_migrate.cli.load_adopt_command import adopt
from odoo_migrate.cli.load_rollback_command import rollback
from odoo_migrate.cli.load_run_command import retry, run

if TYPE_CHECKING:
    from odoo_migrate.loading.run_status import RunStatus
    from odoo_migrate.loading.runs import Run

# What the states of a run are called for people.
WORDS = {
    "new": "not begun",
    "interrupted": "not finished: interrupted, or still going on",
    "failed": "finished, but some records failed",
    "done": "finished, nothing failed",
    "rolled back": "rolled back",
}


@click.group(cls=options.CommandsInOrder)
def load() -> None:
    """Load into Odoo: runs, and what came of them."""


@load.command(short_help="Make a run: find the order, note what will be sent.")
@click.option("--order", default="", metavar="LIST", help='Mappings or models, in the order to load them: "a,b".')
@click.option("--run-id", default="", metavar="ID", help="The run's name; otherwise date and time.")
@options.common
def init(out: Output, root: Path, order: str, run_id: str) -> int:
    """Make a run: find the order (parents first) and note the hash of everything that will be sent.

    \b
    Examples:
      odoo-migrate load init
      odoo-migrate load init --run-id customers
      odoo-migrate load init --order "res.partner.category,res.partner"
    """
    from odoo_migrate.loading import runs

    names = (name.strip() for name in order.split(","))
    wanted = tuple(filter(None, names))
    made = runs.init(root, order=wanted, run_id=run_id)
    steps = _steps(made)
    out.document = {"run": made.id, "steps": steps, "notes": list(made.notes)}
    # Counted from 1: people say "the third step".
    rows = [(number, _title(step), step["records"]) for number, step in enumerate(steps, 1)]
    out.table(("Step", "Mapping", "Records"), rows)
    for note in made.notes:
        out.say(note)
    total = sum(one.records or 0 for one in made.files)
    out.say(f"Run {made.id}: {many(total, 'record')} to load. Next: odoo-migrate load run {made.id} --test", "green")
    return exit_statuses.GOOD


def _steps(made: Run) -> list[dict[str, Any]]:
    """Return the steps of a run as the document has them."""
    records = {one.path: one.records or 0 for one in made.files}
    steps: list[dict[str, Any]] = []
    for step in made.steps:
        count = records[made.payload(step.mapping).file]
        steps.append({"mapping": step.mapping, "model": step.model, "second_pass": step.second, "records": count})
    return steps


def _title(step: dict[str, Any]) -> str:
    # Of a second pass, the same records are sent again, with the references that close a circle.
    if step["second_pass"]:
        return f"{step['mapping']} (second pass)"
    return str(step["mapping"])


@click.command(short_help="What a run has stored, what failed, what to do next.")
@click.argument("run_id", metavar="[ID]", default="")
@options.common
def status(out: Output, root: Path, run_id: str) -> int:
    """Show what run ID has stored, what failed, and what to do next; without ID, all runs of the project.

    \b
    Examples:
      odoo-migrate load status
      odoo-migrate load status customers --json
    """
    from odoo_migrate.loading import runs
    from odoo_migrate.loading.run_status import status as status_of

    # From the files alone, so that it works beside a load that is going on.
    if run_id:
        found = [status_of(runs.read(root, run_id))]
        _show_one(out, found[0])
    else:
        found = [status_of(runs.read(root, name)) for name in runs.names(root)]
        _show_all(out, found)
    # Scripts ask this way whether a night's load left something to do.
    for one in found:
        if one.state == "failed":
            return exit_statuses.PROBLEMS
    return exit_statuses.GOOD


def _show_all(out: Output, found: list[RunStatus]) -> None:
    """Print one line a run."""
    out.document = {"runs": [_as_json(one) for one in found]}
    if not found:
        out.say("There are no runs here; make one with: odoo-migrate load init")
        return
    titles = ("Run", "State", "Records", "Created", "Failed", "Server")
    out.table(titles, [(one.run, WORDS[one.state], *_sums(one), _server(one)) for one in found])


def _show_one(out: Output, found: RunStatus) -> None:
    """Print one line a mapping, and what to do next."""
    out.document = _as_json(found)
    lines = [(one.mapping, one.records, one.created, one.failed) for one in found.mappings]
    out.table(("Model", "Records", "Created by this run", "Failed"), lines)
    out.say(f"Run {found.run}: {WORDS[found.state]}.")
    if found.attempts:
        out.say(
            f"Loaded {many(found.attempts, 'time')}, into {_server(found)}, Odoo {found.server.get('version', '?')}."
        )
    if found.changed:
        out.say(f"Changed since the run was made: {', '.join(found.changed)}.", "yellow")
    out.say(_next(found))


def _next(found: RunStatus) -> str:
    """Return what to do next; what failed is more pressing than what changed."""
    command = f"odoo-migrate load run {found.run}"
    if found.state == "failed":
        return f"The reasons stand in runs/{found.run}/failed. After mending: odoo-migrate load retry {found.run}"
    if found.changed:
        return "Next: odoo-migrate load init, for a run of the project as it is now"
    if found.state == "rolled back":
        return f"To load it again: {command}"
    if found.state == "new":
        return f"Next: {command} --test"
    if found.state == "interrupted":
        return f"To go on: {command}"
    return f"To compare with Odoo again: {command}"


def _sums(found: RunStatus) -> tuple[int, int, int]:
    """Return the records, those created and those failed of all mappings."""
    records = created = failed = 0
    for one in found.mappings:
        records += one.records
        created += one.created
        failed += one.failed
    return records, created, failed


def _server(found: RunStatus) -> str:
    if not found.server:  # nothing was sent yet
        return ""
    return f"{found.server['database']} on {found.server['url']}"


def _as_json(found: RunStatus) -> dict[str, Any]:
    return {
        "run": found.run,
        "state": found.state,
        "attempts": found.attempts,
        "server": found.server,
        "mappings": [vars(one) for one in found.mappings],
        "changed": found.changed,
    }


# After init, in the order in which they are used: status follows run.
for command in (run, status, retry, adopt, rollback):
    load.add_command(command)
