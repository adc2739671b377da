"""What a test by Odoo's import wizard showed, for `load run --test`."""

from __future__ import annotations

from typing import Any

from odoo_migrate.cli import exit_statuses
from odoo_migrate.cli.cli_output import Output, many
from odoo_migrate.cli.options import problems as problems_of
from odoo_migrate.cli.session import Session
from odoo_migrate.loading import dry_run
from odoo_migrate.loading.dry_run import Tested
from odoo_migrate.loading.runs import Run

TITLES = ("Model", "Would go in", "Doubtful", "Not testable yet", "Refused")


def try_run(out: Output, session: Session) -> int:
    """Test all records; the exit status."""
    run = session.run
    out.go_on = "The test stored nothing."
    with problems_of(run.root, "test") as problems:
        with out.progress("records") as bars:
            found = dry_run.try_run(run, session.odoo, problems, bars.at)
        out.document = {"run": run.id, "test": True, "steps": [_as_json(one) for one in found]}
        out.table(TITLES, [(one.mapping, one.fine, one.doubtful, one.untestable, one.failed) for one in found])
        out.problems(problems)
    return _tell(out, run, found)


def _as_json(found: Tested) -> dict[str, Any]:
    counts = {name: getattr(found, name) for name in ("records", "fine", "doubtful", "untestable", "failed")}
    return {"mapping": found.mapping, "model": found.model, **counts, "left_out": dict(found.left_out)}


def _tell(out: Output, run: Run, found: list[Tested]) -> int:
    failed, records = sum(one.failed for one in found), sum(one.records for one in found)
    left_out = [f"{column} of {one.mapping}" for one in found for column in one.left_out]
    if left_out:
        out.say(f"Tried without what refers to records that are not in Odoo yet: {', '.join(left_out)}.")
    if failed:
        out.say(f"Odoo refuses {failed:,} of {many(records, 'record')}; nothing was stored.", "red")
        return exit_statuses.PROBLEMS
    waiting = sum(one.untestable for one in found)
    if waiting:
        out.say(f"{many(waiting, 'record')} can be tried only when what they refer to is in Odoo.")
    out.say(
        f"{many(records - waiting, 'record')} tried, nothing was stored. Next: odoo-migrate load run {run.id}", "green"
    )
    return exit_statuses.GOOD
