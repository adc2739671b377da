"""How far a run is, from its files alone: no server is asked."""

from __future__ import annotations

from dataclasses import dataclass

from odoo_migrate.loading.journal import read_history
from odoo_migrate.loading.runs import Run

SERVER = ("url", "database", "version")


@dataclass(frozen=True)
class MappingStatus:
    """`records` in the payload; of them `created` by this run, `failed` and not in Odoo as they should be."""

    mapping: str
    model: str
    records: int
    created: int
    failed: int


@dataclass(frozen=True)
class Status:
    """`state`: new (nothing was sent), interrupted (`load run` goes on), failed (ended, some records failed), done, or
    rolled back (after the last load, records that the run had created were removed). `changed`: files that are no
    longer what the run was made of.
    """

    run: str
    state: str
    attempts: int
    server: dict[str, str]
    mappings: list[MappingStatus]
    changed: list[str]


def status(run: Run) -> Status:
    """Raises FormatError where the payload is gone."""
    history = read_history(run.journal)
    models = {step.mapping: step.model for step in run.steps}
    failed = [mapping for mapping, _ in history.failed]
    records = {one.path: one.records or 0 for one in run.files}
    mappings = [
        MappingStatus(
            mapping=mapping,
            model=models[mapping],
            records=records.get(run.payload(mapping).file, 0),
            created=len(history.created.get(mapping, {})),
            failed=failed.count(mapping),
        )
        for mapping in run.mappings
    ]
    server = {name: str(value) for name, value in history.server.items() if name in SERVER}
    state = "rolled back" if history.taken_back else _state(history.attempts, history.whole, failed)
    return Status(run.id, state, history.attempts, server, mappings, run.changed())


def _state(attempts: int, whole: bool, failed: list[str]) -> str:
    if not attempts:
        return "new"
    if not whole:
        return "interrupted"
    return "failed" if failed else "done"
