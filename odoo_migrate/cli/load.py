"""odoo-migrate load: runs, what they sent, and what came of it."""

from __future__ import annotations

from pathlib import Path

import click

from odoo_migrate.cli import exit_statuses, load_records, load_run, options, run_tables
from odoo_migrate.cli.cli_output import Output, many


@click.group(cls=options.InOrder)
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

    wanted = tuple(name.strip() for name in order.split(",") if name.strip())
    made = runs.init(root, order=wanted, run_id=run_id)
    records = {one.path: one.records or 0 for one in made.files}
    steps = [(step.mapping, step.model, step.second, records[made.payload(step.mapping).file]) for step in made.steps]
    out.document = {
        "run": made.id,
        "steps": [{"mapping": a, "model": b, "second_pass": c, "records": d} for a, b, c, d in steps],
        "notes": list(made.notes),
    }
    out.table(
        ("Step", "Mapping", "Records"),
        [(n, f"{one[0]} (second pass)" if one[2] else one[0], one[3]) for n, one in enumerate(steps, 1)],
    )
    for note in made.notes:
        out.say(note)
    total = sum(records.values())
    out.say(f"Run {made.id}: {many(total, 'record')} to load. Next: odoo-migrate load run {made.id} --test", "green")
    return exit_statuses.GOOD


@click.command(short_help="What a run has stored, what failed, what to do next.")
@click.argument("run_id", metavar="[ID]", default="")
@options.common
def status(out: Output, root: Path, run_id: str) -> int:
    """What run ID has stored, what failed, and what to do next; without ID, all runs of the project.

    \b
    Examples:
      odoo-migrate load status
      odoo-migrate load status customers --json
    """
    from odoo_migrate.loading import runs
    from odoo_migrate.loading.run_status import status as status_of

    names = [run_id] if run_id else runs.names(root)
    found = [status_of(runs.read(root, name)) for name in names]
    if run_id:
        run_tables.tell_one(out, found[0])
    else:
        run_tables.tell_all(out, found)
    return exit_statuses.PROBLEMS if any(one.state == "failed" for one in found) else exit_statuses.GOOD


for command in (load_run.run, status, load_run.retry, load_records.adopt, load_records.rollback):
    load.add_command(command)
