"""Tell how far a run is and what failed, from its files alone: no server is asked.

runs/<id>/failed/<mapping>.csv holds the records that were not stored, with Odoo's words and where they came from.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from odoo_migrate.loading.journal import Failure, History, read_history
from odoo_migrate.loading.runs import Run
from odoo_migrate.project import csv_text
from odoo_migrate.project.payload import Payload
from odoo_migrate.project.safe_files import inside, replacing

SERVER = ("url", "database", "version")


@dataclass(frozen=True)
class MappingStatus:
    """Count a mapping's records: all, `created` by this run, and `failed`, which are not in Odoo as they should be."""

    mapping: str
    model: str
    records: int
    created: int
    failed: int


@dataclass(frozen=True)
class RunStatus:
    """Describe a run.

    `state` is new (nothing was sent), interrupted (`load run` goes on), failed (ended, some records failed), done, or
    rolled back (after the last load, records that the run had created were removed). `changed` names files that are no
    longer what the run was made of.
    """

    run: str
    state: str
    attempts: int
    server: dict[str, str]
    mappings: list[MappingStatus]
    changed: list[str]


def status(run: Run) -> RunStatus:
    """Return how far a run is; raise FormatError where the payload is gone."""
    history = read_history(run.journal)
    models = {step.mapping: step.model for step in run.steps}
    failed = Counter(mapping for mapping, _ in history.failed)
    # As the manifest counted them: the payload itself may have been made anew since.
    records = {one.path: one.records or 0 for one in run.files}
    mappings: list[MappingStatus] = []
    for mapping in run.mappings:
        created = len(history.created.get(mapping, {}))
        count = records.get(run.payload(mapping).file, 0)
        mappings.append(MappingStatus(mapping, models[mapping], count, created, failed[mapping]))
    # The journal also has the user and the UUID of the database, which nobody needs to see.
    server = {name: str(value) for name, value in history.server.items() if name in SERVER}
    return RunStatus(run.id, _state(history), history.attempts, server, mappings, run.changed())


def _state(history: History) -> str:
    if history.taken_back:
        return "rolled back"
    if not history.attempts:
        return "new"
    if not history.whole:
        return "interrupted"
    if history.failed:
        return "failed"
    return "done"


MORE = ("source_file", "source_row", "field", "message")


def write_failed(
    root: Path, folder: str, failed: Iterable[Failure], payloads: Mapping[str, Payload], files: Mapping[str, str]
) -> None:
    """Write <folder>/<mapping>.csv for each mapping with failures, and remove those of others.

    `files` are the raw files by mapping.
    """
    by_mapping: dict[str, dict[str, Failure]] = {}
    for one in failed:
        by_mapping.setdefault(one.mapping, {})[one.id] = one
    for mapping, payload in payloads.items():
        name = f"{folder}/{mapping}.csv"
        if mapping in by_mapping:
            _write(root, name, by_mapping[mapping], payload, files[mapping])
        else:
            # What failed before and is mended now must not lie there as if it were still to do.
            inside(root, name).unlink(missing_ok=True)


def _write(root: Path, name: str, failed: Mapping[str, Failure], payload: Payload, file: str) -> None:
    with replacing(root, name) as stream:
        stream.write(csv_text.line(["id", *payload.fields, *MORE]).encode())
        # The values come from the payload as it is now: that is what a retry would send.
        for record in payload.records():
            if record.id in failed:
                why = failed[record.id]
                cells = [record.id, *record.values, file, str(record.row), why.column, why.message]
                stream.write(csv_text.line(cells).encode())


def failed_ids(history: History) -> dict[str, frozenset[str]]:
    """Return the external IDs that failed, by mapping."""
    # Of both passes: what failed in the second one is in Odoo, without the references that close a circle.
    found: dict[str, set[str]] = {}
    for mapping, external_id in history.failed:
        found.setdefault(mapping, set()).add(external_id)
    return {mapping: frozenset(ids) for mapping, ids in found.items()}
