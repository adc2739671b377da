"""Remove the records that a run created (`odoo-migrate load rollback`)."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from odoo_migrate.cli import exit_statuses, options
from odoo_migrate.cli.cli_output import FEW, Output, many
from odoo_migrate.cli.options import Connection

if TYPE_CHECKING:
    from odoo_migrate.cli.opened_run import OpenedRun
    from odoo_migrate.loading.rollback import Removal, RollbackResult

TITLES = ("Model", "Removed", "Gone before", "Kept")


@click.command(short_help="Remove what a run created; asks first.")
@click.argument("run_id", metavar="ID")
@click.option("--yes", is_flag=True, help="Do not ask.")
@options.connection(required=True)
@options.common
def rollback(out: Output, root: Path, run_id: str, connection: Connection, yes: bool) -> int:
    """Remove the records that run ID created, children first.

    What it only updated stays as it is, and what Odoo refuses to remove is listed with the reason.

    \b
    Examples:
      odoo-migrate load rollback customers --url https://odoo.example.com --db prod --username admin
      odoo-migrate load rollback customers --yes --json
    """
    from odoo_migrate.cli.opened_run import opened

    # What a load needs (languages, a company) need not be there to take one back.
    with opened(out, root, run_id, connection, looked_over=False) as session:
        out.go_on = "What was removed is noted. To go on, give the same command again."
        return _roll_back(out, session, sure=yes)


def _roll_back(out: Output, session: OpenedRun, *, sure: bool) -> int:
    """Ask, remove, report; return the exit status. Raises Unusable where nobody can be asked."""
    from odoo_migrate.loading.rollback import planned, rollback

    # Asked of the server and not of the journal: records may be gone since.
    removable = planned(session.run, session.odoo)
    if removable and not sure and not _confirmed(out, session, removable):
        out.document = {"run": session.run.id, "mappings": [], "kept": [], "files": []}
        out.say("Nothing was removed.")
        return exit_statuses.GOOD
    # Also where nothing is left: what is gone since is noted then, and an old report goes.
    with out.progress("records") as bars:
        result = rollback(session.run, session.odoo, bars.at)
    return _report(out, session.run.id, result)


def _confirmed(out: Output, session: OpenedRun, removable: Mapping[str, int]) -> bool:
    if not sys.stdin.isatty():  # in a script, a question would wait for ever or take the next line for its answer
        raise exit_statuses.Unusable(
            "A rollback removes records, and nobody is here to be asked; say --yes if you are sure."
        )
    listed = ", ".join(f"{count:,} of {mapping}" for mapping, count in removable.items())
    place = f"{session.odoo.database} on {session.odoo.url}"
    count = many(sum(removable.values()), "record")
    return click.confirm(f"Remove {count} ({listed}) from {place}?", err=True)


def _as_json(removal: Removal) -> dict[str, object]:
    return {
        "mapping": removal.mapping,
        "model": removal.model,
        "removed": removal.removed,
        "gone": removal.gone,
        "kept": len(removal.kept),
    }


def _report(out: Output, run_id: str, result: RollbackResult) -> int:
    kept = result.kept
    out.document = {
        "run": run_id,
        "mappings": [_as_json(one) for one in result.mappings],
        "kept": [vars(one) for one in kept],
        "files": result.files,
        "stopped": result.stopped,
    }
    out.table(TITLES, [(one.mapping, one.removed, one.gone, len(one.kept)) for one in result.mappings])
    for one in kept[:FEW]:
        out.say(f"kept: {one.id}: {one.message}", "yellow")
    if len(kept) > FEW:
        out.say(f"... and {len(kept) - FEW:,} more")
    if result.stopped:
        out.stopped()
        return exit_statuses.INTERRUPTED
    if kept:
        out.say(f"{many(result.removed, 'record')} removed, {len(kept):,} kept; see {', '.join(result.files)}", "red")
        return exit_statuses.PROBLEMS
    removed = "Nothing to remove"
    if result.removed:
        removed = f"{many(result.removed, 'record')} removed"
    out.say(f"{removed}; nothing that this run created is left in Odoo.", "green")
    return exit_statuses.GOOD
