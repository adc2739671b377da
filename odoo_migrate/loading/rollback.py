"""Taking back a run."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from odoo_migrate.loading.created_records import (
    SEEN,
    CreatedRecord,
    LoadOrigin,
    RunRecords,
    alive,
    found,
    load_of,
    telling,
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
    """Removes records of one model."""

    def __init__(self, odoo: Odoo, model: str, context: Mapping[str, Any]) -> None:
        self._odoo, self._model, self._context = odoo, model, context

    def unlink(self, entries: Sequence[CreatedRecord]) -> Iterator[tuple[list[CreatedRecord], str | None]]:
        """Remove what Odoo lets go, halving calls that it refuses; gives, as it goes on, records with None where they
        are gone and with Odoo's words where they stay. Raises OdooError when the server is lost.
        """
        refused = self._try(entries)
        # Records go with others, and a repeated call finds its work done: what counts is what is there.
        there = alive(self._odoo, self._model, [one.database_id for one in entries])
        left = [one for one in entries if one.database_id in there]
        gone = [one for one in entries if one.database_id not in there]
        if gone:
            yield gone, None
        if not left:
            return
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
            self._odoo.call(self._model, "unlink", [one.database_id for one in entries], context=self._context)
        except Fault as fault:
            return fault
        return None


def depths(odoo: Odoo, step: LoadStep, entries: Sequence[CreatedRecord]) -> dict[int, int]:
    """How many of `entries` stand above each, by database ID, as Odoo holds them now; those that refer to each other in
    a circle count as on top.
    """
    names = [column.removesuffix("/id") for column in step.selves]
    ours = {one.database_id for one in entries}
    rows = server.read(odoo, step.model, ours, names, SEEN) if names and ours else {}
    parents = {place: {one for name in names for one in _ids(row[name])} & ours for place, row in rows.items()}
    found: dict[int, int] = {}
    waiting = parents
    while waiting:
        ready = [place for place, above in waiting.items() if above.isdisjoint(waiting)]
        found.update({place: 1 + max((found.get(one, 0) for one in waiting[place]), default=-1) for place in ready})
        waiting = {place: above for place, above in waiting.items() if place not in found}
        if not ready:
            break
    return found


def _ids(stored: Any) -> list[int]:
    if isinstance(stored, list):
        return stored
    return [stored] if stored else []


def spared(
    odoo: Odoo, model: str, ids: Sequence[int], ours: Mapping[str, Collection[int]], load: LoadOrigin
) -> dict[int, str]:
    """Records whose removal would take others with it that are to stay (all but `ours`: database IDs by model), by
    database ID, with the reason. Parts of a record, such as its lines, go with it; what bears an external ID of its
    own, stands below it in the same tree, or was added by somebody after `load`, does not.
    """
    found: dict[int, str] = {}
    trees: dict[int, int] = {}  # what stands right above, within the model
    ties = _ties(odoo, model) if ids else []
    names = telling(odoo, {other for other, _, vanish in ties if vanish}) if ties else {}
    for other, name, vanish in ties:
        for part in server.chunks(ids, server.CHUNK):
            rows = _below(odoo, other, name, part, names.get(other, ()))
            below = {place: row[name][0] for place, row in rows.items()}
            strangers = [one for one in below if one not in ours.get(other, ())]
            known = _named(odoo, other, strangers)
            for one in strangers:
                which = f"'{known[one]}'" if one in known else f"{other} {one}"
                if not vanish:
                    found.setdefault(below[one], ORPHANED.format(which))
                elif other == model or one in known:
                    found.setdefault(below[one], f"Odoo would remove {which} with it, which is to stay.")
                elif other in names and not load.made(rows[one]):
                    found.setdefault(below[one], ADDED.format(other, one))
            trees.update(below if other == model else {})
    _spread(found, trees)
    return found


def _below(odoo: Odoo, model: str, name: str, ids: Sequence[int], more: Sequence[str]) -> dict[int, dict[str, Any]]:
    """The records whose field `name` refers to one of `ids`, by database ID, with that field and `more`."""
    try:
        rows = odoo.call(model, "search_read", [[name, "in", ids]], [name, *more], context=SEEN)
    except Fault as fault:
        if fault.name == ACCESS_ERROR:
            return {}  # what this user may not read, no load of this user's brought
        raise
    return {row["id"]: row for row in rows}


def _spread(found: dict[int, str], trees: Mapping[int, int]) -> None:
    """What stays keeps all that stands above it."""
    for one in list(found):
        above = trees.get(one)
        while above is not None and above not in found:
            found[above] = found[one]
            above = trees.get(above)


def _ties(odoo: Odoo, model: str) -> list[tuple[str, str, bool]]:
    """Model and field of all records that vanish (True) with one of `model`, or are of the same model and lose what
    they belong to (False): Odoo empties the company of a contact whose company goes. Those of wizards vanish anyway.
    """
    domain = [["relation", "=", model], ["ttype", "=", "many2one"], ["store", "=", True]]
    lasting = ["model_id.transient", "=", False]
    asked = [*domain, ["on_delete", "in", ["cascade", "set null"]], lasting]
    rows = odoo.call("ir.model.fields", "search_read", asked, ["model", "name", "on_delete"])
    ties = ((row["model"], row["name"], row["on_delete"] == "cascade") for row in rows)
    return sorted((other, name, vanish) for other, name, vanish in ties if vanish or other == model)


def _named(odoo: Odoo, model: str, ids: Collection[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for part in server.chunks(ids, server.CHUNK):
        domain = [["model", "=", model], ["res_id", "in", part]]
        for row in odoo.call("ir.model.data", "search_read", domain, ["module", "name", "res_id"]):
            found[row["res_id"]] = f"{row['module']}.{row['name']}"
    return found


TITLES = ("id", "database_id", "message")
Told = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Kept:
    """A record that stays in Odoo, and why: Odoo's words, or ours."""

    mapping: str
    id: str
    database_id: int
    message: str


@dataclass
class Removal:
    """Of what a run created by one mapping: `removed` now, `gone` before, `kept` in Odoo."""

    mapping: str
    model: str
    removed: int = 0
    gone: int = 0
    kept: list[Kept] = field(default_factory=list)


@dataclass
class RollbackResult:
    """`mappings` in the order in which they were removed; `files` the reports, as paths in the project; `stopped` where
    somebody interrupted it.
    """

    mappings: list[Removal]
    files: list[str] = field(default_factory=list)
    stopped: bool = False

    @property
    def removed(self) -> int:
        return sum(one.removed for one in self.mappings)

    @property
    def kept(self) -> list[Kept]:
        return [kept for one in self.mappings for kept in one.kept]


def planned(run: Run, odoo: Odoo) -> dict[str, int]:
    """How many records a rollback would try to remove, by mapping, children first. Nothing is written anywhere. Raises
    RunProblem where the run was loaded into another database, Rejected where the user may not remove such records.
    """
    check_server(run.journal, odoo)
    _check_rights(run, odoo)
    return {mapping: len(one.alive) for mapping, one in found(run, odoo).items() if one.alive}


def rollback(run: Run, odoo: Odoo, told: Told = lambda mapping, done, total: None) -> RollbackResult:
    """Remove what `run` created. `told` is called with a mapping, its records that were dealt with, and all of them.
    Raises as `planned`, and OdooError when the server is lost; may then be called again.
    """
    with locked(run):
        journal = Journal(run.journal)
        try:
            check_server(journal, odoo)
            _check_rights(run, odoo)
            # Odoo may still be at work on a call that a killed process sent: what is not there yet stays open.
            settle(journal, odoo, for_good=False)
            return _Rollback(run, odoo, journal, told).go()
        finally:
            journal.close()


def _check_rights(run: Run, odoo: Odoo) -> None:
    models = list(dict.fromkeys(step.model for step in run.steps))
    refuse_missing(odoo, run.project.settings, models)
    forbidden = [model for model in models if not may(odoo, model, "unlink")]
    if forbidden:
        raise Rejected(f'The user "{odoo.username}" has no right to remove {", ".join(forbidden)}.')


class _Rollback:
    def __init__(self, run: Run, odoo: Odoo, journal: Journal, told: Told) -> None:
        self._run, self._odoo, self._journal, self._told = run, odoo, journal, told
        self._steps = {step.mapping: step for step in run.steps if not step.second}
        # In circles no order is right: what was refused may go when what it was needed by is gone.
        self._circles = any(step.second for step in run.steps)
        self._context = write_context(odoo, run.project.settings)
        self._removals: dict[str, Removal] = {}
        self._load = LoadOrigin(frozenset(), "")
        self._staying: dict[str, set[int]] = {}  # what others need, by mapping: Odoo is not even asked to remove it

    def go(self) -> RollbackResult:
        result = RollbackResult([])
        met = found(self._run, self._odoo, self._journal.history)
        for mapping, one in met.items():
            self._removals[mapping] = self._begun(mapping, one)
        self._load = load_of(self._odoo, self._going("", met))
        result.mappings = list(self._removals.values())
        try:
            self._remove_all(met)
        except KeyboardInterrupt:
            result.stopped = True
        finally:
            result.files = self._report()
        return result

    def _begun(self, mapping: str, met: RunRecords) -> Removal:
        removal = Removal(mapping, self._steps[mapping].model, gone=len(met.gone))
        if met.gone:
            self._journal.removed(mapping, met.gone)
        removal.kept = [Kept(mapping, one.id, one.database_id, message) for one, message in met.strange]
        return removal

    def _remove_all(self, met: Mapping[str, RunRecords]) -> None:
        refused = {mapping: self._remove(mapping, one.alive, met) for mapping, one in met.items()}
        while self._circles and any(refused.values()):
            again = {mapping: self._remove(mapping, left, met) for mapping, left in refused.items()}
            if again == refused:
                return
            refused = again

    def _remove(
        self, mapping: str, entries: Sequence[CreatedRecord], met: Mapping[str, RunRecords]
    ) -> list[CreatedRecord]:
        """Remove records of one mapping, children first; those that stay."""
        step, removal = self._steps[mapping], self._removals[mapping]
        again = {one.id for one in entries}
        removal.kept = [one for one in removal.kept if one.id not in again]
        deep = depths(self._odoo, step, entries)
        entries = sorted(entries, key=lambda one: -deep.get(one.database_id, 0))
        ids = [one.database_id for one in entries]
        words = spared(self._odoo, step.model, ids, self._going(mapping, met), self._load)
        self._staying[mapping] = set(words)
        stay = [one for one in entries if one.database_id in words]
        removal.kept += [Kept(mapping, one.id, one.database_id, words[one.database_id]) for one in stay]
        return stay + self._unlink(removal, [one for one in entries if one.database_id not in words], len(stay))

    def _going(self, mapping: str, met: Mapping[str, RunRecords]) -> dict[str, set[int]]:
        """Database IDs of what may go along with records of `mapping`, by model."""
        going: dict[str, set[int]] = {}
        for name, one in met.items():
            staying = self._staying.get(name, set()) if name != mapping else set()
            ids = {entry.database_id for entry in one.alive} - staying
            going.setdefault(self._steps[name].model, set()).update(ids)
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
                    removal.kept += [Kept(removal.mapping, one.id, one.database_id, words) for one in gone]
            size.took(len(batch), time.monotonic() - before)
            self._told(removal.mapping, done + start, total)
        return refused

    def _report(self) -> list[str]:
        """runs/<id>/rollback/<mapping>.csv where something stays; older reports go."""
        files: list[str] = []
        for mapping, removal in self._removals.items():
            name = self._run.file(f"rollback/{mapping}.csv")
            if not removal.kept:
                inside(self._run.root, name).unlink(missing_ok=True)
                continue
            files.append(name)
            rows: Iterable[list[str]] = ([one.id, str(one.database_id), one.message] for one in removal.kept)
            with replacing(self._run.root, name) as stream:
                stream.write(csv_text.text(TITLES, rows).encode())
        return files
