"""Read off a server what its version of Odoo can store (`odoo-migrate catalog make`)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from odoo_migrate.cli import exit_statuses, options
from odoo_migrate.cli.cli_output import Output, many
from odoo_migrate.cli.options import Connection


@click.group()
def catalog() -> None:
    """Make the files that tell what a version of Odoo can store."""


@catalog.command(short_help="Read models, fields and Odoo's own records off a server.")
@click.option("--model", "models", multiple=True, metavar="MODEL", help="A model to take besides. May be repeated.")
@click.option(
    "--out",
    "folder",
    required=True,
    metavar="DIR",
    help="Where the two files go.",
    type=click.Path(file_okay=False, path_type=Path),
)
@options.connection(required=True)
@options.without_project
def make(out: Output, connection: Connection, models: tuple[str, ...], folder: Path) -> int:
    """Read models, fields and the records that Odoo ships with off a server, and write the catalog of its version.

    Take a fresh database without demonstration data that has the modules installed whose models are wanted, and an
    administrator. Nothing is written to it. The models are those of the catalogs that there are, as far as the server
    has them.

    \b
    Examples:
      odoo-migrate catalog make --url http://localhost:8069 --db fresh --username admin --out odoo_migrate/catalog
      odoo-migrate catalog make --url … --db … --username … --out /tmp/catalog --model fleet.vehicle
    """
    from odoo_migrate.catalog import catalog_files
    from odoo_migrate.odoo import server_catalog

    with options.sign_in(connection, out) as odoo, out.progress("done") as bars:
        wanted = {*server_catalog.known_models(), *models}
        fields = server_catalog.read_models(odoo, wanted, bars.at)
        records = server_catalog.read_reference(odoo, bars.at)
        version = server_catalog.version_of(odoo)
    # Models of other catalogs may be missing, those that somebody named may not.
    missing = sorted(set(models) - set(fields["models"]))
    if missing:
        raise exit_statuses.Unusable(f"This server has no model {' and no '.join(missing)}; nothing was written.")
    files = [
        catalog_files.write(folder, "odoo", version, fields),
        catalog_files.write(folder, "reference", version, records),
    ]
    _report(out, version, files, fields["models"])
    return exit_statuses.GOOD


def _report(out: Output, version: str, files: list[Path], models: dict[str, Any]) -> None:
    readonly: list[str] = []
    count = 0
    for model, content in models.items():
        count += len(content["fields"])
        readonly += [f"{model}.{name}" for name, field in content["fields"].items() if field.get("readonly")]
    out.document = {
        "odoo_version": version,
        "files": [str(path) for path in files],
        "models": len(models),
        "fields": count,
        "readonly": readonly,
    }
    out.say(f"Odoo {version.removesuffix('.0')}: {many(len(models), 'model')}, {many(count, 'field')}.")
    out.say(f"{many(len(readonly), 'field')} of them are marked read-only, and an import can fill them all the same.")
    out.say(f"Written: {', '.join(map(str, files))}", "green")
