"""Take back a run: remove the records that it created from Odoo, children first.

What the run only updated, or adopted, stays. So does what no longer is what the journal says, and what Odoo refuses to
remove; both are reported. Every batch is journaled, so a rollback that was broken off can be begun again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from odoo_migrate.loading.created_records import (
    SEEN,
    CreatedRecord,
    LoadOrigin,
    RunRecords,
    alive,
    origin_fields,
    origin_of,
    records_of_run,
)
from odoo_migrate.loading.journal import Journal
from odoo_migrate.loading.record_calls import BatchSize
from odoo_migrate.loading.run_server import check_server, settle, write_context
from odoo_migrate.loading.runs import Run, locked
from odoo_migrate.odoo import server_records as server
from odoo_migrate.odoo.client import Odoo
from odoo_migrate.odoo.odoo_errors import Fault, Rejected
from odoo_migrate.odoo.preflight import may, refuse_missing
from odoo_migrate.project import csv_text
from odoo_migrate.project.safe_files import inside, replacing
from odoo_migrate.stages.load_order import LoadStep

ACCESS_ERROR = "odoo.exceptions.AccessError"
LEFT = "Odoo said that it removed this record, and still has it."

ORPHANED = "{0} refers to this record, is to stay, and would lose what it belongs to."
ADDED = "Odoo would remove {0} {1} with it, which somebody added after the load."


class Unlinker:
    """Remove records of one model."""

    def __init__(self, odoo: Odoo, model: str, context: Mapping[str, Any]) -> None:
        """Take the model and the context of the calls."""
        self._odoo, self._model, self._context = odoo, model, context

    def unlink(self, entries: Sequence[CreatedRecord]) -> Iterator[tuple[list[CreatedRecord], str | None]]:
        """Remove what Odoo lets go, halving calls that it refuses.

        Yields, as it goes on, records with None where they are gone and with Odoo's words where they stay. Raises
        OdooError when the server is lost.
        """
        refused = self._try(entries)
        # Records go with others, and a repeated call finds its work done: what counts is what is there.
        there = alive(self._odoo, self._model, _database_ids(entries))
        left: list[CreatedRecord] = []
        gone: list[CreatedRecord] = []
        for one in entries:
            if one.database_id in there:
                left.append(one)
            else:
                gone.append(one)
        if gone:
            yield gone, None
        if not left:
            return
        # From here on nothing can be said of the call as a whole: some of it stays.
        if refused is None:
            yield left, LEFT
        elif gone:
            yield from self.unlink(left)
        elif len(left) == 1:
            yield left, " ".join(refused.message.split())
        else:
            middle = len(left) // 2
            yield from self.unlink(left[:middle])
            yield from self.unlink(left[middle:])

    def _try(self, entries: Sequence[CreatedRecord]) -> Fault | None:
        try:
            self._odoo.call(self._model, "unlink", _database_ids(entries), context=self._context)
        except Fault as fault:
            return fault
        return None


def _database_ids(entries: Iterable[CreatedRecord]) -> list[int]:
    return [one.database_id for one in entries]


def depths(odoo: Odoo, step: LoadStep, entries: Sequence[CreatedRecord]) -> dict[int, int]:
    """Return how many ancestors each of the records has, by database ID, as Odoo holds them now.

    Those that refer to each other in a circle count as on top.
    """
    names = [column.removesuffix("/id") for column in step.selves]
    ours = set(_database_ids(entries))
    if not names or not ours:
        return {}
    waiting: dict[int, set[int]] = {}
    for database_id, row in server.read(odoo, step.model, ours, names, SEEN).items():
        parents: set[int] = set()
        for name in names:
            parents.update(_ids(row[name]))
        waiting[database_id] = parents & ours
    found: dict[int, int] = {}
    while waiting:
        ready = [one for one, parents in waiting.items() if parents.isdisjoint(waiting)]
        if not ready:  # what is left refers to each other in a circle
            break
        for one in ready:
            above = [found.get(parent, 0) for parent in waiting[one]]
            found[one] = 1 + max(above, default=-1)
        for one in ready:
            del waiting[one]
    return found


def _ids(stored: Any) -> list[int]:
    """Return the database IDs in a relational field, which holds several, one, or False."""
    if isinstance(stored, list):
        return stored
    if stored:
        return [stored]
    return []


def reasons_to_keep(
    odoo: Odoo, model: str, ids: Sequence[int], ours: Mapping[str, Collection[int]], load: LoadOrigin
) -> dict[int, str]:
    """Return records whose removal would take others with it that are to stay, with the reason, by database ID.

    All may go but `ours` (database IDs by model). Parts of a record, such as its lines, go with it; what has an
    external ID of its own, is below it in the same tree, or was added by somebody after the load, does not.
    """
    if not ids:
        return {}
    ties = _ties(odoo, model)
    if not ties:
        return {}
    origins = origin_fields(odoo, {tie.model for tie in ties if tie.vanishes})
    reasons: dict[int, str] = {}
    parents: dict[int, int] = {}  # of records within the model
    for tie in ties:
        fields = origins.get(tie.model)
        for part in server.chunks(ids, server.CHUNK):
            rows = _below(odoo, tie.model, tie.field, part, fields or ())
            above = {one: row[tie.field][0] for one, row in rows.items()}
            strangers = [one for one in above if one not in ours.get(tie.model, ())]
            known = _named(odoo, tie.model, strangers)
            for one in strangers:
                # Without the fields that say who made it, it counts as a part of the record.
                added = fields is not None and not load.made(rows[one])
                reason = _reason(tie, one, known.get(one, ""), within=tie.model == model, added=added)
                if reason:
                    reasons.setdefault(above[one], reason)
            if tie.model == model:
                parents.update(above)
    _keep_ancestors(reasons, parents)
    return reasons


def _reason(tie: _Tie, one: int, external_id: str, *, within: bool, added: bool) -> str:
    """Return why a record keeps the one that it refers to; "" where it may go along with it."""
    which = f"{tie.model} {one}"
    if external_id:
        which = f"'{external_id}'"
    if not tie.vanishes:
        return ORPHANED.format(which)
    if within or external_id:
        return f"Odoo would remove {which} with it, which is to stay."
    if added:
        return ADDED.format(tie.model, one)
    return ""


def _below(odoo: Odoo, model: str, name: str, ids: Sequence[int], more: Sequence[str]) -> dict[int, dict[str, Any]]:
    """Return the records whose field `name` refers to one of `ids`, by database ID, with that field and `more`."""
    try:
        rows = odoo.call(model, "search_read", [[name, "in", ids]], [name, *more], context=SEEN)
    except Fault as fault:
        if fault.name == ACCESS_ERROR:
            return {}  # what this user may not read, no load of this user's brought
        raise
    return {row["id"]: row for row in rows}


def _keep_ancestors(found: dict[int, str], trees: Mapping[int, int]) -> None:
    """Keep the ancestors of every record that stays."""
    for one in list(found):
        above = trees.get(one)
        while above is not None and above not in found:
            found[above] = found[one]
            above = trees.get(above)


class _Tie(NamedTuple):
    """Name a field that refers to records which may be removed, and whether its own record vanishes with them."""

    model: str
    field: str
    vanishes: bool


def _ties(odoo: Odoo, model: str) -> list[_Tie]:
    """Return the fields through which other records would be deleted with a record of `model`, or lose it.

    Those that would lose it are of the same model: Odoo empties the company of a contact whose company goes. Records
    of wizards vanish anyway and do not count.
    """
    domain = [["relation", "=", model], ["ttype", "=", "many2one"], ["store", "=", True]]
    lasting = ["model_id.transient", "=", False]
    asked = [*domain, ["on_delete", "in", ["cascade", "set null"]], lasting]
    rows = odoo.call("ir.model.fields", "search_read", asked, ["model", "name", "on_delete"])
    ties: list[_Tie] = []
    for row in rows:
        tie = _Tie(row["model"], row["name"], row["on_delete"] == "cascade")
        if tie.vanishes or tie.model == model:
            ties.append(tie)
    return sorted(ties)  # in one order, so that the same reason is given each time


def _named(odoo: Odoo, model: str, ids: Collection[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for part in server.chunks(ids, server.CHUNK):
        domain = [["model", "=", model], ["res_id", "in", part]]
        for row in odoo.call("ir.model.data", "search_read", domain, ["module", "name", "res_id"]):
            found[row["res_id"]] = f"{row['module']}.{row['name']}"
    return found


TITLES = ("id", "database_id", "message")
RollbackProgress = Callable[[str, int, int], None]


def _ignore(mapping: str, done: int, total: int) -> None:
    """Take what a caller has no use for."""


@dataclass(frozen=True)
class Kept:
    """Name a record that stays in Odoo, and why: in Odoo's words, or ours."""

    mapping: str
    id: str
    database_id: int
    message: str


@dataclass
class Removal:
    """Count the records that a run created by one mapping: `removed` now, `gone` before, `kept` in Odoo."""

    mapping: str
    model: str
    removed: int = 0
    gone: int = 0
    kept: list[Kept] = field(default_factory=list)


@dataclass
class RollbackResult:
    """Hold what a rollback did.

    `mappings` are in the order in which they were removed; `files` are the reports, as paths in the project; `stopped`
    says that somebody interrupted it.
    """

    mappings: list[Removal]
    files: list[str] = field(default_factory=list)
    stopped: bool = False

    @property
    def removed(self) -> int:
        """Return the number of records that were removed."""
        return sum(one.removed for one in self.mappings)

    @property
    def kept(self) -> list[Kept]:
        """Return all records that stay."""
        kept: list[Kept] = []
        for one in self.mappings:
            kept += one.kept
        return kept


def planned(run: Run, odoo: Odoo) -> dict[str, int]:
    """Return how many records a rollback would try to remove, by mapping, children first; nothing is written.

    Raises:
        RunProblem: The run was loaded into another database.
        Rejected: The user may not remove such records.
    """
    check_server(run.journal, odoo)
    _check_rights(run, odoo)
    removable: dict[str, int] = {}
    for mapping, one in records_of_run(run, odoo).items():
        if one.alive:
            removable[mapping] = len(one.alive)
    return removable


def rollback(run: Run, odoo: Odoo, progress: RollbackProgress = _ignore) -> RollbackResult:
    """Remove what a run created; may be called again, whatever is raised.

    `progress` is called with a mapping, its records that were dealt with, and all of them. Raises as `planned`, and
    OdooError when the server is lost.
    """
    with locked(run):
        journal = Journal(run.journal)
        try:
            check_server(journal, odoo)
            _check_rights(run, odoo)
            # Odoo may still be at work on a call that a killed process sent: what is not there yet stays open.
            settle(journal, odoo, for_good=False)
            return _Rollback(run, odoo, journal, progress).go()
        finally:
            journal.close()


def _check_rights(run: Run, odoo: Odoo) -> None:
    """Raise Rejected where the user may not remove records of all models: half a rollback helps nobody."""
    models: dict[str, None] = {}
    for step in run.steps:
        models[step.model] = None
    refuse_missing(odoo, run.project.settings, models)
    forbidden = [model for model in models if not may(odoo, model, "unlink")]
    if forbidden:
        raise Rejected(f'The user "{odoo.username}" has no right to remove {", ".join(forbidden)}.')


class _Rollback:
    """Remove what one run created."""

    def __init__(self, run: Run, odoo: Odoo, journal: Journal, progress: RollbackProgress) -> None:
        self._run, self._odoo, self._journal, self._progress = run, odoo, journal, progress
        self._steps: dict[str, LoadStep] = {}
        # In circles no order is right: what was refused may go when what it was needed by is gone.
        self._circles = False
        for step in run.steps:
            if step.second:
                self._circles = True
            else:
                self._steps[step.mapping] = step
        self._context = write_context(odoo, run.project.settings)
        self._removals: dict[str, Removal] = {}
        self._load = LoadOrigin(frozenset(), "")
        # What others need, by mapping: Odoo is not even asked to remove it.
        self._staying: dict[str, set[int]] = {}

    def go(self) -> RollbackResult:
        result = RollbackResult([])
        by_mapping = records_of_run(self._run, self._odoo, self._journal.history)
        for mapping, one in by_mapping.items():
            self._removals[mapping] = self._begun(mapping, one)
        self._load = origin_of(self._odoo, self._going("", by_mapping))
        result.mappings = list(self._removals.values())
        try:
            self._remove_all(by_mapping)
        except KeyboardInterrupt:
            result.stopped = True
        finally:
            result.files = self._report()
        return result

    def _begun(self, mapping: str, records: RunRecords) -> Removal:
        removal = Removal(mapping, self._steps[mapping].model, gone=len(records.gone))
        if records.gone:
            self._journal.removed(mapping, records.gone)
        for one, message in records.strange:
            removal.kept.append(Kept(mapping, one.id, one.database_id, message))
        return removal

    def _remove_all(self, by_mapping: Mapping[str, RunRecords]) -> None:
        refused = self._round({mapping: one.alive for mapping, one in by_mapping.items()}, by_mapping)
        while self._circles and any(refused.values()):
            again = self._round(refused, by_mapping)
            if again == refused:
                return  # a whole round removed nothing more
            refused = again

    def _round(
        self, entries: Mapping[str, Sequence[CreatedRecord]], by_mapping: Mapping[str, RunRecords]
    ) -> dict[str, list[CreatedRecord]]:
        """Try to remove records of each mapping in turn; return those that stay."""
        left: dict[str, list[CreatedRecord]] = {}
        for mapping, of_mapping in entries.items():
            left[mapping] = self._remove(mapping, of_mapping, by_mapping)
        return left

    def _remove(
        self, mapping: str, entries: Sequence[CreatedRecord], by_mapping: Mapping[str, RunRecords]
    ) -> list[CreatedRecord]:
        """Remove records of one mapping, children first; return those that stay."""
        step, removal = self._steps[mapping], self._removals[mapping]
        # What was kept in an earlier round is tried once more, and counts by what comes of it now.
        again = {one.id for one in entries}
        removal.kept = [one for one in removal.kept if one.id not in again]
        deep = depths(self._odoo, step, entries)

        def depth(entry: CreatedRecord) -> int:
            return deep.get(entry.database_id, 0)

        # Odoo refuses a parent that has children still.
        entries = sorted(entries, key=depth, reverse=True)
        ids = _database_ids(entries)
        words = reasons_to_keep(self._odoo, step.model, ids, self._going(mapping, by_mapping), self._load)
        self._staying[mapping] = set(words)
        stay: list[CreatedRecord] = []
        go: list[CreatedRecord] = []
        for one in entries:
            if one.database_id in words:
                stay.append(one)
                removal.kept.append(Kept(mapping, one.id, one.database_id, words[one.database_id]))
            else:
                go.append(one)
        return stay + self._unlink(removal, go, len(stay))

    def _going(self, mapping: str, by_mapping: Mapping[str, RunRecords]) -> dict[str, set[int]]:
        """Return the database IDs of records that may be removed along with those of a mapping, by model."""
        going: dict[str, set[int]] = {}
        for name, one in by_mapping.items():
            staying: set[int] = set()
            if name != mapping:  # which records of this mapping stay is being decided anew
                staying = self._staying.get(name, set())
            # Several mappings may load one model.
            ids = going.setdefault(self._steps[name].model, set())
            ids.update(set(_database_ids(one.alive)) - staying)
        return going

    def _unlink(self, removal: Removal, entries: Sequence[CreatedRecord], done: int) -> list[CreatedRecord]:
        size, start, total = BatchSize(), 0, done + len(entries)
        refused: list[CreatedRecord] = []
        unlinker = Unlinker(self._odoo, removal.model, self._context)
        while start < len(entries):
            batch = entries[start : start + size.records]
            start += len(batch)
            before = time.monotonic()
            for gone, words in unlinker.unlink(batch):
                if words is None:
                    self._journal.removed(removal.mapping, [one.id for one in gone])
                    removal.removed += len(gone)
                else:
                    refused += gone
                    for one in gone:
                        removal.kept.append(Kept(removal.mapping, one.id, one.database_id, words))
            size.took(len(batch), time.monotonic() - before)
            self._progress(removal.mapping, done + start, total)
        return refused

    def _report(self) -> list[str]:
        """Write runs/<id>/rollback/<mapping>.csv where something stays, and remove older reports."""
        files: list[str] = []
        for mapping, removal in self._removals.items():
            name = self._run.file(f"rollback/{mapping}.csv")
            if not removal.kept:
                # A report of an earlier rollback would say what is no longer so.
                inside(self._run.root, name).unlink(missing_ok=True)
                continue
            files.append(name)
            rows = [[one.id, str(one.database_id), one.message] for one in removal.kept]
            with replacing(self._run.root, name) as stream:
                stream.write(csv_text.text(TITLES, rows).encode())
        return files
