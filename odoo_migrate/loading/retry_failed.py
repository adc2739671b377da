"""Sending again only what failed, after it was mended in the data or in Odoo."""

from __future__ import annotations

from odoo_migrate.loading.journal import History, Journal, read_history
from odoo_migrate.loading.run_load import Only, Options, RunResult, Watcher, load
from odoo_migrate.loading.runs import Run, RunProblem, locked
from odoo_migrate.odoo.client import Odoo


def retry(run: Run, odoo: Odoo, options: Options, watcher: Watcher | None = None) -> RunResult:
    """Load the records of `run` that failed, as the payload has them now; one that the payload has no longer is not
    failed any more. Raises as `running.load`, and RunProblem where nothing failed.
    """
    failed = failed_ids(read_history(run.journal))
    if not failed:
        raise RunProblem(f"Nothing of the run '{run.id}' failed, so there is nothing to send again.")
    left = _in_payload(run, failed)
    _forget(run, failed, left)
    return load(run, odoo, options, watcher, only=left)


def failed_ids(history: History) -> dict[str, frozenset[str]]:
    """External IDs that failed, by mapping."""
    found: dict[str, set[str]] = {}
    for mapping, external_id in history.failed:
        found.setdefault(mapping, set()).add(external_id)
    return {mapping: frozenset(ids) for mapping, ids in found.items()}


def _in_payload(run: Run, failed: Only) -> dict[str, frozenset[str]]:
    return {
        mapping: frozenset(record.id for record in run.payload(mapping).records() if record.id in ids)
        for mapping, ids in failed.items()
    }


def _forget(run: Run, failed: Only, left: Only) -> None:
    gone = {mapping: sorted(ids - left[mapping]) for mapping, ids in failed.items()}
    with locked(run):
        journal = Journal(run.journal)
        for mapping, ids in gone.items():
            if ids:
                journal.mended(mapping, ids)
        journal.close()
