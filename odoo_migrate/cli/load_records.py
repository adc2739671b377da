"""odoo-migrate load adopt and load rollback: records that Odoo had before, and those that a run created."""

from __future__ import annotations

from pathlib import Path

import click

from odoo_migrate.cli import options
from odoo_migrate.cli.cli_output import Output
from odoo_migrate.cli.options import Connection


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
    """Give records that Odoo already has the project's external IDs, so that the load updates them instead of
    creating them again. Only what matches without doubt is taken; doubtful matches are listed with both sides. No
    field of any record is touched.

    \b
    Examples:
      odoo-migrate load adopt customers --match res.partner=ref,vat,email --dry-run
      odoo-migrate load adopt customers --match res.partner=ref,vat --match res.partner.category=name
    """
    from odoo_migrate.cli import adopt_output, session
    from odoo_migrate.loading import adoption

    with session.opened(out, root, run_id, connection) as opened:
        out.go_on = "What was adopted is known. To go on, give the same command again."
        with out.progress("records") as bars:
            result = adoption.adopt(
                opened.run, opened.odoo, matches, dry_run=dry_run, told=lambda name, total: bars.at(name, 0, total)
            )
        return adopt_output.tell(out, run_id, result)


@click.command(short_help="Remove what a run created; asks first.")
@click.argument("run_id", metavar="ID")
@click.option("--yes", is_flag=True, help="Do not ask.")
@options.connection(required=True)
@options.common
def rollback(out: Output, root: Path, run_id: str, connection: Connection, yes: bool) -> int:
    """Remove the records that run ID created, children first. What it only updated stays as it is, and what Odoo
    refuses to remove is listed with the reason.

    \b
    Examples:
      odoo-migrate load rollback customers --url https://odoo.example.com --db prod --username admin
      odoo-migrate load rollback customers --yes --json
    """
    from odoo_migrate.cli import rollback_output, session

    with session.opened(out, root, run_id, connection, looked_over=False) as opened:
        out.go_on = "What was removed is noted. To go on, give the same command again."
        return rollback_output.take_back(out, opened, sure=yes)
