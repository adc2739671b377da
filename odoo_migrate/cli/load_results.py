"""What a load did, as a table and as sentences that somebody can act upon."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from odoo_migrate.cli import exit_statuses
from odoo_migrate.cli.cli_output import FEW, Output, many
from odoo_migrate.cli.grouped_sentences import short, told_once
from odoo_migrate.loading.journal import read_history

if TYPE_CHECKING:
    from odoo_migrate.loading.run_load import RunResult, StepResult
    from odoo_migrate.loading.runs import Run

KEPT = 1000  # failures in the document
CONSEQUENCE = "It refers to"  # how reasons begin that are another record's
TITLES = ("Model", "Created", "Updated", "Unchanged", "Kept differently", "Failed")


def tell(out: Output, run: Run, result: RunResult) -> int:
    """Table, sentences and document of a load; the exit status."""
    out.document |= as_json(run, result)
    rows = [row(one) for one in result.steps]
    if len(rows) > 1:
        totals = [sum(int(line[place]) for line in rows) for place in range(1, len(TITLES))]
        rows.append(("Together", *totals))
    out.table(TITLES, rows)
    for warning in sorted({text for one in result.steps for text in one.count.warnings}):
        out.warn(f"Odoo warns: {warning}")
    if result.stopped:
        out.stopped()
        return exit_statuses.INTERRUPTED
    _tell_writes(out, result)
    _tell_rest(out, run, result)
    _tell_kept(out, run, result)
    return _tell_failed(out, run, result)


def _tell_rest(out: Output, run: Run, result: RunResult) -> None:
    """After a retry: what it did not look at."""
    if result.changed:
        out.say(
            f"{result.changed[0]} has changed since the run was made. For records that did not fail but differ now, "
            "make a new run: odoo-migrate load init",
            "yellow",
        )
    elif not result.whole:
        out.say(f"The run itself was not finished; to go on: odoo-migrate load run {run.id}", "yellow")


def name(result: StepResult) -> str:
    """The step for people: its mapping, which bears the model's name."""
    return f"{result.step.mapping} (second pass)" if result.step.second else result.step.mapping


def row(result: StepResult) -> tuple[str | int, ...]:
    count = result.count
    return (name(result), count.created, count.updated, count.unchanged, count.kept, count.failed)


def as_json(run: Run, result: RunResult) -> dict[str, Any]:
    steps = [
        {
            "mapping": one.step.mapping,
            "model": one.step.model,
            "second_pass": one.step.second,
            "created": one.count.created,
            "updated": one.count.updated,
            "unchanged": one.count.unchanged,
            "kept_differently": one.count.kept,
            "failed": one.count.failed,
            "seconds": round(one.seconds, 3),
        }
        for one in result.steps
    ]
    return {
        "run": run.id,
        "steps": steps,
        "writes": result.writes,
        "failed": result.failed,
        "stopped": result.stopped,
        "seconds": round(result.seconds, 3),
        "failed_files": files(run, "failed"),
        "differences_files": files(run, "differences"),
    }


def files(run: Run, folder: str) -> list[str]:
    """Reports of a run, as paths in the project."""
    return sorted(path.relative_to(run.root).as_posix() for path in (run.folder / folder).glob("*.csv"))


def _tell_writes(out: Output, result: RunResult) -> None:
    if result.writes:
        records = sum(one.count.created + one.count.updated for one in result.steps)
        took = many(round(result.seconds), "second") if result.seconds >= 1 else "less than a second"
        out.say(f"{many(records, 'record')} written in {took}, in {many(result.writes, 'call')}.")
    elif not result.failed:
        kept = any(one.count.kept for one in result.steps)
        out.say(
            "Nothing to write: nothing differs but what Odoo keeps differently."
            if kept
            else "Nothing to write: Odoo holds exactly this."
        )


def _tell_kept(out: Output, run: Run, result: RunResult) -> None:
    kept = sum(one.count.kept for one in result.steps)
    if kept:
        where = ", ".join(files(run, "differences"))
        out.say(f"Odoo keeps {many(kept, 'record')} differently than sent; both sides stand in {where}.", "yellow")


def _tell_failed(out: Output, run: Run, result: RunResult) -> int:
    if not result.failed:
        out.document["failures"] = []
        return exit_statuses.GOOD
    where = ", ".join(files(run, "failed"))
    failures = read_history(run.journal).failed.values()
    out.document["failures"] = [vars(one) for one in islice(failures, KEPT)]
    reasons = told_once(failures, lambda one: (one.mapping, one.column), lambda one: one.message)
    reasons.sort(key=lambda one: (one.sentence.startswith(CONSEQUENCE), -one.count))
    for one in reasons[:FEW]:
        place = ", ".join(filter(None, (one.first.mapping, one.first.column)))
        file = run.raw_files()[one.first.mapping]
        first = f"{'first: ' if one.count > 1 else ''}{file}, row {one.first.row}"
        out.say(f"failed: {many(one.count, 'record')} of {place} ({first}): {short(one.shape())}", "red")
    if len(reasons) > FEW:
        out.say(f"... and {len(reasons) - FEW:,} more reasons", "red")
    failed = many(result.failed, "record")
    out.say(f"{failed} failed; the reasons stand in {where}. After mending: odoo-migrate load retry {run.id}", "red")
    return exit_statuses.PROBLEMS
