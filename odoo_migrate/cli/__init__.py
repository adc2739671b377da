"""Run odoo-migrate's commands; nothing below this package prints, and this package computes nothing.

What a command needs is imported when it runs, so that `odoo-migrate --help` answers at once.
"""

from __future__ import annotations

import click

from odoo_migrate.cli.catalog_command import catalog
from odoo_migrate.cli.load_group import load
from odoo_migrate.cli.options import CommandsInOrder
from odoo_migrate.cli.prepare_command import source
from odoo_migrate.cli.transform_command import transform
from odoo_migrate.cli.validate_command import validate

__all__ = ["main"]


@click.group(cls=CommandsInOrder, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="odoo-migrate", message="odoo-migrate %(version)s")
def main() -> None:
    """Load an odoo-migrate project, as the portal exports it, into Odoo.

    \b
    The whole way:
      unzip customers.zip -d customers && cd customers
      odoo-migrate source prepare
      odoo-migrate transform execute
      odoo-migrate validate check
      odoo-migrate load init --run-id customers
      odoo-migrate load run customers --url https://odoo.example.com --db prod --username admin --test
      odoo-migrate load run customers --url https://odoo.example.com --db prod --username admin

    Everything may be run again: what is done is not done twice.

    Exit status: 0 all went well, 1 problems in the data or rows that Odoo did not take, 2 wrong use or an unusable
    project, 3 Odoo refused or could not be reached, 130 interrupted.
    """


# In the order in which they are used, which is how the help lists them.
for group in (source, transform, validate, load, catalog):
    main.add_command(group)
