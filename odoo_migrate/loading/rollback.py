"""Taking back a run: the records that it created are removed from Odoo, children first.

What the run only updated, or adopted, stays. So does what no longer is what the journal says, and what Odoo refuses
to remove; both are reported. Every batch is journaled, so a rollback that was broken off can be begun again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from odoo_migrate.loading.batch_size import BatchSize
from odoo_migrate.loading.created_by_run import Entry, Found, found
from odoo_migrate.loading.journal import Journal
from odoo_migrate.loading.later_additions import Load, load_of
from odoo_migrate.loading.record_removal import Unlinker, depths, spared
from odoo_migrate.loading.run_load import check_server, settle, write_context
from odoo_migrate.loading.runs import Run, locked
from odoo_migrate.odoo.client import Odoo
from odoo_migrate.odoo.odoo_errors import Rejected
from odoo_migrate.odoo.preflight import may, refuse_missing
from odoo_migrate.project import csv_text
from odoo_migrate.project.safe_files import inside, replacing

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
        self._load = Load(frozenset(), "")
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

    def _begun(self, mapping: str, met: Found) -> Removal:
        removal = Removal(mapping, self._steps[mapping].model, gone=len(met.gone))
        if met.gone:
            self._journal.removed(mapping, met.gone)
        removal.kept = [Kept(mapping, one.id, one.database_id, message) for one, message in met.strange]
        return removal

    def _remove_all(self, met: Mapping[str, Found]) -> None:
        refused = {mapping: self._remove(mapping, one.alive, met) for mapping, one in met.items()}
        while self._circles and any(refused.values()):
            again = {mapping: self._remove(mapping, left, met) for mapping, left in refused.items()}
            if again == refused:
                return
            refused = again

    def _remove(self, mapping: str, entries: Sequence[Entry], met: Mapping[str, Found]) -> list[Entry]:
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

    def _going(self, mapping: str, met: Mapping[str, Found]) -> dict[str, set[int]]:
        """Database IDs of what may go along with records of `mapping`, by model."""
        going: dict[str, set[int]] = {}
        for name, one in met.items():
            staying = self._staying.get(name, set()) if name != mapping else set()
            ids = {entry.database_id for entry in one.alive} - staying
            going.setdefault(self._steps[name].model, set()).update(ids)
        return going

    def _unlink(self, removal: Removal, entries: Sequence[Entry], done: int) -> list[Entry]:
        size, start, total = BatchSize(), 0, done + len(entries)
        refused: list[Entry] = []
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
