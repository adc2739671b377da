"""Check the raw files of a project (`odoo-migrate source prepare`)."""

from __future__ import annotations

from pathlib import Path

import click

from odoo_migrate.cli import exit_statuses, options
from odoo_migrate.cli.cli_output import Output, many


@click.group()
def source() -> None:
    """Check the raw files of a project."""


@source.command(short_help="Check every raw file and stage its rows.")
@click.option("--accept-changes", is_flag=True, help="Take files that were changed by hand after the export.")
@options.common
def prepare(out: Output, root: Path, accept_changes: bool) -> int:
    """Check every raw file and stage its rows: data/raw/*.csv becomes data/staging/*.jsonl.

    Looks at encoding, titles, widths and NUL bytes, and holds rows and bytes against MANIFEST.json.

    \b
    Examples:
      odoo-migrate source prepare
      odoo-migrate source prepare --project customers --json
      odoo-migrate source prepare --accept-changes     after mending a cell by hand
    """
    from odoo_migrate.stages import prepare as stage

    with options.problems(root, "prepare") as problems:
        with out.progress("rows") as bars:
            prepared = stage.prepare(root, problems, bars.at, accept_changes=accept_changes)
        out.document["files"] = [{"file": one.file, "rows": one.rows} for one in prepared]
        # Also with problems: a file of which no row was read is often the wrong file.
        out.table(("File", "Rows"), [(one.file, one.rows) for one in prepared])
        out.problems(problems)
    if problems.errors:
        out.say(f"{many(problems.errors, 'problem')} to mend; then run this again.", "red")
        return exit_statuses.PROBLEMS
    out.say(f"{many(sum(one.rows for one in prepared), 'row')} prepared. Next: odoo-migrate transform execute", "green")
    return exit_statuses.GOOD
