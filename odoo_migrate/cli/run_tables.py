"""How runs stand, as tables and sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from odoo_migrate.cli.cli_output import Output, many

if TYPE_CHECKING:
    from odoo_migrate.loading.run_status import Status

WORDS = {
    "new": "not begun",
    "interrupted": "not finished: interrupted, or still going on",
    "failed": "finished, but some records failed",
    "done": "finished, nothing failed",
    "rolled back": "rolled back",
}


def tell_all(out: Output, found: list[Status]) -> None:
    """One line a run."""
    out.document = {"runs": [as_json(one) for one in found]}
    if not found:
        out.say("There are no runs here; make one with: odoo-migrate load init")
        return
    titles = ("Run", "State", "Records", "Created", "Failed", "Server")
    out.table(titles, [(one.run, WORDS[one.state], *_sums(one), _server(one)) for one in found])


def tell_one(out: Output, found: Status) -> None:
    """One line a mapping, and what to do next."""
    out.document = as_json(found)
    lines = [(one.mapping, one.records, one.created, one.failed) for one in found.mappings]
    out.table(("Model", "Records", "Created by this run", "Failed"), lines)
    out.say(f"Run {found.run}: {WORDS[found.state]}.")
    if found.attempts:
        out.say(
            f"Loaded {many(found.attempts, 'time')}, into {_server(found)}, Odoo {found.server.get('version', '?')}."
        )
    if found.changed:
        out.say(f"Changed since the run was made: {', '.join(found.changed)}.", "yellow")
    out.say(_next(found))


def _next(found: Status) -> str:
    command = f"odoo-migrate load run {found.run}"
    if found.state == "failed":
        return f"The reasons stand in runs/{found.run}/failed. After mending: odoo-migrate load retry {found.run}"
    if found.changed:
        return "Next: odoo-migrate load init, for a run of the project as it is now"
    if found.state == "rolled back":
        return f"To load it again: {command}"
    if found.state == "new":
        return f"Next: {command} --test"
    return f"To go on: {command}" if found.state == "interrupted" else f"To compare with Odoo again: {command}"


def _sums(found: Status) -> tuple[int, int, int]:
    mappings = found.mappings
    return (
        sum(one.records for one in mappings),
        sum(one.created for one in mappings),
        sum(one.failed for one in mappings),
    )


def _server(found: Status) -> str:
    return f"{found.server['database']} on {found.server['url']}" if found.server else ""


def as_json(found: Status) -> dict[str, Any]:
    return {
        "run": found.run,
        "state": found.state,
        "attempts": found.attempts,
        "server": found.server,
        "mappings": [vars(one) for one in found.mappings],
        "changed": found.changed,
    }
