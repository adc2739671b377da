"""What `load adopt` matched, as a table and sentences."""

from __future__ import annotations

from odoo_migrate.cli import exit_statuses
from odoo_migrate.cli.cli_output import FEW, Output, many
from odoo_migrate.loading.adoption import AdoptResult
from odoo_migrate.loading.record_matching import Verdict

TITLES = ("Model", "Known before", "Adopted", "Doubtful", "New")


def tell(out: Output, run_id: str, result: AdoptResult) -> int:
    """The exit status: doubtful matches are problems, for a person to look at."""
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
    done = "would get its ID in a real run" if result.dry_run else "adopted; no field was touched"
    out.say(f"{adopted} {done}. All matches with both sides: {', '.join(result.files)}")
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
    return exit_statuses.PROBLEMS if result.doubtful else exit_statuses.GOOD


def _as_json(one: Verdict) -> dict[str, object]:
    return {"mapping": one.mapping, "row": one.row, "id": one.id, "reason": one.reason, "database_ids": list(one.found)}
