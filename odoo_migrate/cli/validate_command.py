"""Find what Odoo would refuse or store wrongly (`odoo-migrate validate check`)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from odoo_migrate.cli import exit_statuses, options
from odoo_migrate.cli.cli_output import Output, many

if TYPE_CHECKING:
    from odoo_migrate.project.problems import Problems


@click.group()
def validate() -> None:
    """Find what Odoo would refuse or store wrongly."""


@validate.command(short_help="Check configuration, payload and references.")
@click.option("--against-odoo", is_flag=True, help="Ask the server too: modules, fields, languages, lookups' targets.")
@options.connection(required=False)
@options.common
def check(out: Output, root: Path, against_odoo: bool, connection: options.Connection) -> int:
    """Check the configuration, the payload and everything that refers to something.

    Without --against-odoo nothing but the files is needed: fields and types come from the catalog of the project's Odoo
    version.

    \b
    Examples:
      odoo-migrate validate check
      odoo-migrate validate check --against-odoo --url https://odoo.example.com --db prod --username admin
      odoo-migrate validate check --json
    """
    from odoo_migrate.stages import validate as stage

    if against_odoo:
        connection.require()  # before the files are read, which may take a minute
    with options.problems(root, "validate") as problems:
        try:
            with out.progress("records") as bars:
                stage.check(root, problems, bars.at)
            if against_odoo:
                _ask_odoo(out, root, connection, problems)
        finally:
            # What the files showed counts also where the server cannot be asked.
            out.problems(problems)
    if problems.errors:
        out.say(f"{many(problems.errors, 'problem')} to mend; then transform and check again.", "red")
        return exit_statuses.PROBLEMS
    well = "Everything fits."
    if problems.warnings:
        well = f"No errors, {many(problems.warnings, 'warning')} to know about."
    out.say(f"{well} Next: odoo-migrate load init", "green")
    return exit_statuses.GOOD


def _ask_odoo(out: Output, root: Path, connection: options.Connection, problems: Problems) -> None:
    from odoo_migrate.loading import checks_against_odoo as against_odoo
    from odoo_migrate.project.project_reader import read_project
    from odoo_migrate.project.yaml_text import FormatError

    try:
        found = read_project(root)
    except FormatError:  # every fault of the files is among the problems already
        out.warn("Odoo was not asked: the project cannot be read, as the problems say.")
        return
    with options.sign_in(connection, out) as odoo, out.progress("records") as bars:
        asked = against_odoo.check(found, odoo, problems, bars.at)
    out.document["odoo"] = [vars(one) for one in asked]
    out.table(("Model", "Records", "In Odoo already"), [(one.mapping, one.records, one.known) for one in asked])
