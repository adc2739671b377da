"""Find what a run created, what of it Odoo still holds, and what people added to it since.

The journal's word is checked against Odoo before it counts. With a record that is removed, what somebody added to it
would go unseen. What Odoo makes with a record (a product's variants) has the creator of the record and a time of the
load; what its own jobs make has its robot as creator. All else is somebody's, but for what was archived: since 18, that
is what becomes of a bank account that is deleted.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from odoo_migrate.loading import runs
from odoo_migrate.loading.journal import History, read_history
from odoo_migrate.loading.run_server import same_database
from odoo_migrate.loading.runs import Run
from odoo_migrate.odoo import server_records as server
from odoo_migrate.odoo.client import Odoo
from odoo_migrate.odoo.odoo_errors import Fault

SEEN = {"active_test": False}  # archived records too
Claims = Mapping[tuple[str, int], str]


@dataclass(frozen=True)
class CreatedRecord:
    """Name a record that was created, by its external and its database ID."""

    id: str
    database_id: int


@dataclass
class RunRecords:
    """Sort the records that a run created by one mapping.

    `alive` are there and surely those, `gone` are not there any more (external IDs), and `strange` ones may be others'
    now, each with the reason.
    """

    alive: list[CreatedRecord] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    strange: list[tuple[CreatedRecord, str]] = field(default_factory=list)


def records_of_run(run: Run, odoo: Odoo, history: History | None = None) -> dict[str, RunRecords]:
    """Return what became of a run's records by mapping, children first; unended calls count by what Odoo holds."""
    history = history or read_history(run.journal)
    claims = _claims(run, history)
    models = {step.mapping: step.model for step in run.steps}
    found: dict[str, RunRecords] = {}
    for mapping in reversed(run.mappings):
        created = history.created.get(mapping, {})
        found[mapping] = _run_records(odoo, models[mapping], created, _begun(history, mapping), claims)
    return found


def _begun(history: History, mapping: str) -> list[str]:
    """Return the external IDs that calls with an unknown outcome were to create."""
    begun: list[str] = []
    for intent in history.open.values():
        if intent.mapping == mapping:
            begun += intent.new
    return begun


def _claims(run: Run, history: History) -> Claims:
    """Return why records are not this run's alone, by external and database ID: what other runs say."""
    claims: dict[tuple[str, int], str] = {}
    for name in runs.names(run.root):
        path = run.folder.parent / name / run.journal.name
        if name == run.id or not path.exists():
            continue
        # Runs against another database say nothing of this one, though they use the same external IDs.
        other = read_history(path)
        if not other.server or not same_database(history.server, other.server):
            continue
        for kind, its in (("created", other.created), ("adopted", other.adopted)):
            for ids in its.values():
                claims.update(dict.fromkeys(ids.items(), f"The run '{name}' {kind} this record, says its journal."))
    return claims


def _run_records(
    odoo: Odoo, model: str, created: Mapping[str, int], begun: Iterable[str], claims: Claims
) -> RunRecords:
    named = server.find(odoo, dict.fromkeys([*created, *begun]))
    ids: dict[str, int] = {}
    for one in begun:
        if one in named:
            ids[one] = named[one][1]
    ids.update(created)  # where both know a record, the journal's word counts
    alive, hidden = _alive(odoo, model, ids.values())
    records = RunRecords()
    for external_id, place in ids.items():
        # The order of the questions matters: each takes for granted what those before it found.
        entry, found_now = CreatedRecord(external_id, place), named.get(external_id)
        if place in hidden:
            records.strange.append((entry, "This user may not see this record."))
        elif found_now and found_now != (model, place):
            words = "In Odoo, '{0}' names another record now ({1[0]} {1[1]}); neither was touched."
            records.strange.append((entry, words.format(external_id, found_now)))
        elif place not in alive:
            records.gone.append(external_id)
        elif not found_now:
            words = "Somebody took its external ID away in Odoo, so it may serve another purpose now."
            records.strange.append((entry, words))
        elif (external_id, place) in claims:
            records.strange.append((entry, claims[external_id, place]))
        else:
            records.alive.append(entry)
    return records


def alive(odoo: Odoo, model: str, ids: Iterable[int]) -> set[int]:
    """Return those of the database IDs that Odoo lets us see."""
    seen: set[int] = set()
    for part in server.chunks(ids, server.CHUNK):
        seen.update(odoo.call(model, "search", [["id", "in", part]], context=SEEN))
    return seen


def _alive(odoo: Odoo, model: str, ids: Collection[int]) -> tuple[set[int], set[int]]:
    """Return the database IDs of records that are there, and of those that a rule hides from us."""
    seen = alive(odoo, model, ids)
    hidden: set[int] = set()
    for part in server.chunks((one for one in ids if one not in seen), server.CHUNK):
        try:
            # Reading leaves out what is gone, and refuses what is hidden.
            seen |= set(server.read(odoo, model, part, ["create_date"]))
        except Fault:
            hidden.update(part)
    return seen, hidden


ROBOT = 1  # the database ID of OdooBot
WHEN = "create_date"
_ASKED = (WHEN, "create_uid", "active")


@dataclass(frozen=True)
class LoadOrigin:
    """Tell what a load made from what was made afterwards.

    `creators` are the users who created the records, `last` is when the last of them was made: as Odoo writes it, in
    seconds, so that what one transaction made has one time.
    """

    creators: frozenset[int]
    last: str

    def made(self, row: Mapping[str, Any]) -> bool:
        """Tell whether a record came with the load or by itself, or was archived.

        `row` holds the fields that `origin_fields` names.
        """
        if not row.get("active", True):
            return True
        # Empty where the user is gone, or where the record was written into the database past Odoo.
        creator = row["create_uid"][0] if row["create_uid"] else ROBOT
        return creator == ROBOT or (creator in self.creators and row["create_date"] <= self.last)


def origin_of(odoo: Odoo, created: Mapping[str, Collection[int]]) -> LoadOrigin:
    """Return the load that created these records: database IDs by model, all of them there."""
    creators: set[int] = set()
    last = ""
    for model, ids in created.items():
        for part in server.chunks(ids, server.CHUNK):
            for row in server.read(odoo, model, part, (WHEN, "create_uid")).values():
                if row["create_uid"]:
                    creators.add(row["create_uid"])
                last = max(last, row[WHEN] or "")
    return LoadOrigin(frozenset(creators), last)


def origin_fields(odoo: Odoo, models: Collection[str]) -> dict[str, list[str]]:
    """Return the fields that say who created a record, when, and whether it is archived, by model.

    Models of which Odoo does not keep this are left out.
    """
    domain = [["name", "in", list(_ASKED)], ["model", "in", sorted(models)]]
    found: dict[str, list[str]] = {}
    for row in odoo.call("ir.model.fields", "search_read", domain, ["model", "name"]):
        found.setdefault(row["model"], []).append(row["name"])
    return {model: names for model, names in found.items() if WHEN in names}
