"""What `load rollback` would remove, and what it removed."""

from __future__ import annotations

import sys
from collections.abc import Mapping

import click

from odoo_migrate.cli import exit_statuses
from odoo_migrate.cli.cli_output import FEW, Output, many
from odoo_migrate.cli.session import Session
from odoo_migrate.loading import rollback
from odoo_migrate.loading.rollback import RollbackResult


def take_back(out: Output, session: Session, *, sure: bool) -> int:
    """Ask, remove, tell; the exit status. Raises Unusable where nobody can be asked."""
    planned = rollback.planned(session.run, session.odoo)
    if planned and not sure and not _confirmed(out, session, planned):
        out.document = {"run": session.run.id, "mappings": [], "kept": [], "files": []}
        out.say("Nothing was removed.")
        return exit_statuses.GOOD
    with out.progress("records") as bars:
        result = rollback.rollback(session.run, session.odoo, bars.at)
    return _tell(out, session.run.id, result)


def _confirmed(out: Output, session: Session, planned: Mapping[str, int]) -> bool:
    if not sys.stdin.isatty():
        raise exit_statuses.Unusable(
            "A rollback removes records, and nobody is here to be asked; say --yes if you are sure."
        )
    listed = ", ".join(f"{count:,} of {mapping}" for mapping, count in planned.items())
    place = f"{session.odoo.database} on {session.odoo.url}"
    count = many(sum(planned.values()), "record")
    return click.confirm(f"Remove {count} ({listed}) from {place}?", err=True)


def _tell(out: Output, run_id: str, result: RollbackResult) -> int:
    kept = result.kept
    out.document = {
        "run": run_id,
        "mappings": [
            {
                "mapping": one.mapping,
                "model": one.model,
                "removed": one.removed,
                "gone": one.gone,
                "kept": len(one.kept),
            }
            for one in result.mappings
        ],
        "kept": [vars(one) for one in kept],
        "files": result.files,
        "stopped": result.stopped,
    }
    lines = [(one.mapping, one.removed, one.gone, len(one.kept)) for one in result.mappings]
    out.table(("Model", "Removed", "Gone before", "Kept"), lines)
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
    removed = f"{many(result.removed, 'record')} removed" if result.removed else "Nothing to remove"
    out.say(f"{removed}; nothing that this run created is left in Odoo.", "green")
    return exit_statuses.GOOD
