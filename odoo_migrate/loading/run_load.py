"""Load a run from its first step to its last, over several connections.

Every `load run` compares all records with what Odoo holds and sends what is new or differs; so it can be broken off
anywhere and begun again. The journal tells what was created by this run and what failed.

Odoo changes some records while it stores others: a contact's address follows its company's, a company without an
address takes its first contact's. So where records were written in more than one round, all are looked at again at
the end, mended once, and what Odoo then still keeps otherwise is reported.
"""

from __future__ import annotations

import functools
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from odoo_migrate.loading import run_status
from odoo_migrate.loading.chunk_load import ChunkLoader, Count, Site
from odoo_migrate.loading.connections import Connections
from odoo_migrate.loading.journal import Journal, read_history
from odoo_migrate.loading.record_calls import BatchSize
from odoo_migrate.loading.run_server import check_server, settle, write_context
from odoo_migrate.loading.run_status import failed_ids
from odoo_migrate.loading.runs import Run, RunProblem, locked, refuse_outdated
from odoo_migrate.loading.values_in_odoo import Differences
from odoo_migrate.odoo import server_records as server
from odoo_migrate.odoo.client import Odoo
from odoo_migrate.odoo.server_records import KnownIds
from odoo_migrate.project.payload import Record
from odoo_migrate.rules.time_zones import wrong_time_zone
from odoo_migrate.stages import load_order
from odoo_migrate.stages.load_order import LoadStep

LARGEST_CHUNK, SMALLEST_CHUNK = 1000, 100  # records that are compared at once


Only = Mapping[str, frozenset[str]]  # external IDs by mapping


@dataclass(frozen=True)
class Options:
    """Say how records are sent.

    `batch_size` None adapts to the server's answers; with `clear_empty`, empty cells clear what Odoo holds.
    """

    connections: int = 2
    batch_size: int | None = None
    clear_empty: bool = False


@dataclass
class StepResult:
    """Count what became of the records of one step."""

    step: LoadStep
    count: Count = field(default_factory=Count)
    seconds: float = 0.0


@dataclass
class RunResult:
    """Hold what a load did.

    Attributes:
        steps: What became of the records of each step.
        failed: How many records are not in Odoo as they should be, of this and of earlier attempts.
        stopped: Whether somebody interrupted it.
        whole: Whether the run was gone through to its end, by this attempt or an earlier one.
        changed: After a retry, what is no longer as it was when the run was made, so that other records may differ as
            well.
        seconds: How long it took.
    """

    steps: list[StepResult]
    failed: int = 0
    stopped: bool = False
    whole: bool = False
    changed: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def writes(self) -> int:
        """Return the number of calls that stored something."""
        return sum(one.count.calls for one in self.steps)


class Watcher:
    """Receive the progress of a run; this base class ignores it."""

    def begins(self, step: LoadStep, records: int) -> None:
        """Learn that a step of so many records begins."""

    def advances(self, step: LoadStep, records: int, count: Count) -> None:
        """Learn that so many more records are done, and what became of them."""

    def looks_again(self, records: int) -> None:
        """Learn that all steps are over, and that so many records are looked at again."""


def _check_timezone(name: str) -> None:
    if name and wrong_time_zone(name):
        raise RunProblem(f"config/project.yml names the time zone '{name}', which does not exist.")


def load(
    run: Run, odoo: Odoo, options: Options, watcher: Watcher | None = None, *, only: Only | None = None
) -> RunResult:
    """Load a run, or `only` these records of it.

    Whatever is raised, what was done is in the journal and `load` may be called again.

    Raises:
        RunProblem: The run cannot be used.
        FormatError: A file of the project cannot be used.
        OdooError: The server is lost.
    """
    refuse_outdated(run.project)
    changed: list[str] = []
    if only is None:  # what failed is sent as the payload has it now; that is what a retry is for
        changed = run.changed()
    if changed:
        raise RunProblem(
            f"{changed[0]} changed since this run was made; make a new run with 'odoo-migrate load init', or send "
            f"only what failed with 'odoo-migrate load retry {run.id}'."
        )
    with locked(run):
        journal = Journal(run.journal)
        try:
            return _Load(run, odoo, options, watcher or Watcher(), journal, only).go()
        finally:
            journal.close()


class _Load:
    def __init__(
        self, run: Run, odoo: Odoo, options: Options, watcher: Watcher, journal: Journal, only: Only | None
    ) -> None:
        self.run, self.odoo, self.options, self.watcher = run, odoo, options, watcher
        self.journal, self.only = journal, only
        self.identity = check_server(journal, odoo)
        # A user without rights to the settings cannot see the UUID.
        database = self.identity["uuid"] or f"{odoo.url} {odoo.database}"
        history = journal.history
        # What a killed process was about to create may be in Odoo: it is this run's, not found by it.
        begun: set[str] = set()
        for intent in history.open.values():
            begun.update(intent.new)
        settings = run.project.settings
        _check_timezone(settings.timezone)
        self.site = Site(
            journal=journal,
            differences=Differences(run.root, database),
            known=KnownIds(),
            context=write_context(odoo, settings),
            timezone=settings.timezone,
            clear_empty=options.clear_empty,
            resumed=frozenset(history.unfinished | begun),
            stop=threading.Event(),
        )
        self.payloads = {mapping: run.payload(mapping) for mapping in run.mappings}
        self.rounds = 0

    def go(self) -> RunResult:
        before = time.monotonic()
        whole = self.only is None or self.journal.history.whole  # sending what failed does not make up for the rest
        result = RunResult([StepResult(step) for step in self.run.steps])
        self.journal.attempt(self.identity)
        try:
            settle(self.journal, self.odoo, for_good=False)
            with Connections(self.odoo, self.options.connections, self.site.stop) as self.connections:
                for one in result.steps:
                    self._step(one)
                self._look_again(result)
            settle(self.journal, self.odoo, for_good=True)
            self.journal.end(whole=whole)
        except KeyboardInterrupt:
            result.stopped = True
        finally:
            # Also where the server is lost: the files say what a later run has to do.
            self._report()
        result.whole = self.journal.history.whole
        if self.only is not None:
            result.changed = self.run.changed()
        result.failed = len(self.journal.history.failed)
        result.seconds = time.monotonic() - before
        return result

    def _step(self, result: StepResult) -> None:
        step, before = result.step, time.monotonic()
        loader = self._loader(step, fresh=self._is_fresh(step))
        total = self._total(step)
        self.watcher.begins(step, total)
        for records in self._levels(step):
            written = result.count.calls

            def done(count: Count, met: int) -> None:
                result.count.add(count)
                self.watcher.advances(step, met, result.count)

            self.connections.work(loader.load, server.chunks(records, self._chunk_size(total)), done)
            self.rounds += result.count.calls > written
        result.seconds = time.monotonic() - before

    def _is_fresh(self, step: LoadStep) -> bool:
        """Tell whether Odoo has none of the records of this step, so that it need not be asked for each."""
        namespace = self.run.project.mappings[step.mapping].id.partition(".")[0]
        return not step.second and not server.any_named(self.odoo, namespace)

    def _loader(self, step: LoadStep, *, fresh: bool = False) -> ChunkLoader:
        fields = self.payloads[step.mapping].fields
        if not set(step.fields) <= set(fields):
            raise RunProblem(f"The mapping {step.mapping} has other fields now; make a new run with 'load init'.")
        places = [fields.index(name) for name in step.fields]
        return ChunkLoader(self.site, step, places, self.odoo, BatchSize(self.options.batch_size), fresh=fresh)

    def _total(self, step: LoadStep) -> int:
        if self.only is not None:
            return len(self.only.get(step.mapping, ()))
        return self.payloads[step.mapping].count

    def _chunk_size(self, total: int) -> int:
        """Return a size that is small enough for every connection to have work until the end."""
        return min(max(total // (self.options.connections * 4), SMALLEST_CHUNK), LARGEST_CHUNK)

    def _levels(self, step: LoadStep) -> Iterator[Iterator[Record]]:
        """Yield the step's records, parents first: no two of one level refer to each other."""
        payload = self.payloads[step.mapping]
        if not step.selves:
            yield self._wanted(step, payload.records())
            return
        depths = load_order.levels(payload, step.selves)
        for depth in range(max(depths, default=-1) + 1):
            # The file is read once for each level, so that no more than a chunk is in memory.
            yield self._wanted(step, (one for one in payload.records() if depths[one.place] == depth))

    def _wanted(self, step: LoadStep, records: Iterable[Record]) -> Iterator[Record]:
        if self.only is None:
            return iter(records)
        wanted = self.only.get(step.mapping, frozenset())
        return (record for record in records if record.id in wanted)

    def _look_again(self, result: RunResult) -> None:
        if self.rounds < 2:  # nothing was stored after something else, so nothing can have changed it
            return
        records = 0
        for one in result.steps:
            if not one.step.second:  # the records of a second pass are those of the first
                records += self._total(one.step)
        self.watcher.looks_again(records)
        mended = 0
        for one in result.steps:
            mended += self._again(one, ChunkLoader.load)
        if not mended:
            return
        # Mending may have changed others again; a third round could go on for ever, so this one only reports.
        for one in result.steps:
            self._again(one, ChunkLoader.look)

    def _again(self, result: StepResult, method: Callable[[ChunkLoader, Odoo, Iterable[Record]], Count]) -> int:
        """Walk a step's records once more; the number of writes."""
        writes = kept = 0
        loader = self._loader(result.step)
        failed = self.journal.history.failed

        def done(count: Count, met: int) -> None:
            nonlocal writes, kept
            writes += count.calls
            kept += count.kept
            result.count.calls += count.calls

        for records in self._levels(result.step):
            good = (one for one in records if (result.step.mapping, one.id) not in failed)
            work = functools.partial(method, loader)
            self.connections.work(work, server.chunks(good, LARGEST_CHUNK), done)
        result.count.kept = max(result.count.kept, kept)
        return writes

    def _report(self) -> None:
        failed = self.journal.history.failed.values()
        folder = self.run.file("failed")
        run_status.write_failed(self.run.root, folder, failed, self.payloads, self.run.raw_files())
        self.site.differences.write_reports(self.run.root, self.run.file("differences"), self.run.mappings)


def retry(run: Run, odoo: Odoo, options: Options, watcher: Watcher | None = None) -> RunResult:
    """Load the records of a run that failed, as the payload has them now.

    One that the payload has no longer is not failed any more. Raises as `load`, and RunProblem where nothing failed.
    """
    failed = failed_ids(read_history(run.journal))
    if not failed:
        raise RunProblem(f"Nothing of the run '{run.id}' failed, so there is nothing to send again.")
    left = _in_payload(run, failed)
    _forget(run, failed, left)
    return load(run, odoo, options, watcher, only=left)


def _in_payload(run: Run, failed: Only) -> dict[str, frozenset[str]]:
    """Return the failed external IDs that are still in the payload, by mapping."""
    left: dict[str, frozenset[str]] = {}
    for mapping, ids in failed.items():
        records = run.payload(mapping).records()
        left[mapping] = frozenset(record.id for record in records if record.id in ids)
    return left


def _forget(run: Run, failed: Only, left: Only) -> None:
    """Note that failed records are no longer in the project, so that nobody waits for them."""
    with locked(run):
        journal = Journal(run.journal)
        for mapping, ids in failed.items():
            gone = sorted(ids - left[mapping])
            if gone:
                journal.mended(mapping, gone)
        journal.close()
