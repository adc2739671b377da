"""Turn the source's columns into Odoo's (`odoo-migrate transform execute`)."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

import click

from odoo_migrate.cli import exit_statuses, options
from odoo_migrate.cli.cli_output import Output, many

if TYPE_CHECKING:
    from odoo_migrate.stages.transform import Transformed


@click.group()
def transform() -> None:
    """Turn the source's columns into Odoo's."""


@transform.command(short_help="Make the payload from rows, mappings and lookups.")
@click.argument("mappings", nargs=-1, metavar="[MAPPING]...")
@options.common
def execute(out: Output, root: Path, mappings: tuple[str, ...]) -> int:
    """Make the payload in Odoo's import columns.

    Staged rows, mappings, lookups and references become data/payload/*.csv. MAPPING is a file such as
    config/mappings/res.partner.yml, or its name; none means all of them. Every problem is listed. A mapping with
    problems leaves no payload behind.

    \b
    Examples:
      odoo-migrate transform execute
      odoo-migrate transform execute config/mappings/res.partner.yml
      odoo-migrate transform execute --json
    """
    from odoo_migrate.project.project_reader import read_project
    from odoo_migrate.stages import transform as stage

    found = read_project(root)
    wanted = [_named(name, found.mappings) for name in mappings] or None
    with options.problems(root, "transform") as problems:
        with out.progress("rows") as bars:
            done = stage.transform(found, wanted, problems, bars.at)
        out.document["mappings"] = [_as_json(one) for one in done]
        out.table(("Mapping", "Rows", "Records"), [(one.mapping, one.rows, one.records) for one in done])
        for one in done:
            for note in one.notes:
                out.say(f"{one.mapping}: {note}")
        out.problems(problems)
    if problems.errors:
        out.say(f"{many(problems.errors, 'problem')} to mend; then run this again.", "red")
        return exit_statuses.PROBLEMS
    out.say(f"{many(sum(one.records for one in done), 'record')} ready. Next: odoo-migrate validate check", "green")
    return exit_statuses.GOOD


def _as_json(one: Transformed) -> dict[str, object]:
    return {"mapping": one.mapping, "rows": one.rows, "records": one.records, "notes": list(one.notes)}


def _named(given: str, known: Collection[str]) -> str:
    """Return the mapping that a file or a name means."""
    # The shell completes paths, so a path is what people have.
    name = PurePath(given).name.removesuffix(".yml")
    if name not in known:
        raise exit_statuses.Unusable(f"There is no mapping '{given}' in this project.")
    return name
