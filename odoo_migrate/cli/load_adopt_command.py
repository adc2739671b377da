"""Give records that Odoo had before the project's external IDs (`odoo-migrate load adopt`)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from odoo_migrate.cli import exit_statuses, options
from odoo_migrate.cli.cli_output import FEW, Output, many
from odoo_migrate.cli.options import Connection

if TYPE_CHECKING:
    from odoo_migrate.loading.adoption import AdoptResult
    from odoo_migrate.loading.record_matching import RecordMatch

TITLES = ("Model", "Known before", "Adopted", "Doubtful", "New")


@click.command(short_help="Take over records that Odoo already has.")
@click.argument("run_id", metavar="ID")
@click.option(
    "--match",
    "matches",
    multiple=True,
    required=True,
    metavar="MODEL=FIELDS",
    help="Fields that tell records apart, the strongest first: res.partner=ref,vat,email. May be repeated.",
)
@click.option("--dry-run", is_flag=True, help="Only say what would be matched.")
@options.connection(required=True)
@options.common  # fmt: skip
def adopt(out: Output, root: Path, run_id: str, connection: Connection, matches: tuple[str, ...], dry_run: bool) -> int:
    """Give records that Odoo already has the project's external IDs.

    The load then updates them instead of creating them again. Only what matches without doubt is taken; doubtful
    matches are listed with both sides. No field of any record is touched.

    \b
    Examples:
      odoo-migrate load adopt customers --match res.partner=ref,vat,email --dry-run
      odoo-migrate load adopt customers --match res.partner=ref,vat --match res.partner.category=name
    """
    from odoo_migrate.cli.opened_run import opened
    from odoo_migrate.loading import adoption

    with opened(out, root, run_id, connection) as session:
        out.go_on = "What was adopted is known. To go on, give the same command again."
        with out.progress("records") as bars:

            def begins(mapping: str, records: int) -> None:
                # Nobody knows how far Odoo is with its search, so the bar only says what is looked for.
                bars.at(mapping, 0, records)

            result = adoption.adopt(session.run, session.odoo, matches, dry_run=dry_run, begins=begins)
        return _report(out, run_id, result)


def _report(out: Output, run_id: str, result: AdoptResult) -> int:
    """Print what was matched; return the exit status: doubtful matches are problems, for a person to look at."""
    out.document = {
        "run": run_id,
        "dry_run": result.dry_run,
        "mappings": [vars(one) for one in result.mappings],
        "doubtful": [_as_json(one) for one in result.doubtful],
        "files": result.files,
    }
    out.table(TITLES, [(one.mapping, one.knew, one.adopted, one.doubtful, one.new) for one in result.mappings])
    for one in result.doubtful[:FEW]:
        out.say(f"doubtful: {one.mapping}, row {one.row}, {one.id}: {one.reason}", "yellow")
    if len(result.doubtful) > FEW:
        out.say(f"... and {len(result.doubtful) - FEW:,} more")
    adopted = many(sum(one.adopted for one in result.mappings), "record")
    done = "adopted; no field was touched"
    if result.dry_run:
        done = "would get its ID in a real run"
    out.say(f"{adopted} {done}. All matches with both sides: {', '.join(result.files)}")
    _say_what_next(out, run_id, result)
    if result.doubtful:
        return exit_statuses.PROBLEMS
    return exit_statuses.GOOD


def _say_what_next(out: Output, run_id: str, result: AdoptResult) -> None:
    if result.dry_run:
        out.say("Nothing was written to Odoo.")
    elif result.doubtful:
        out.say(
            f"The doubtful ones have no ID yet: 'load run {run_id}' would create them anew. Settle them in Odoo or in "
            "the data and adopt again first.",
            "yellow",
        )
    else:
        out.say(f"Next: odoo-migrate load run {run_id}")


def _as_json(one: RecordMatch) -> dict[str, object]:
    return {"mapping": one.mapping, "row": one.row, "id": one.id, "reason": one.reason, "database_ids": list(one.found)}
