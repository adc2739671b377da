"""Load a chunk of records: ask what Odoo holds, find what must be sent, send it, and look at what came of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from odoo_migrate.loading.journal import Failure, Journal
from odoo_migrate.loading.record_calls import BatchSize, Sender, SendOutcome, SentRow
from odoo_migrate.loading.run_server import given_defaults
from odoo_migrate.loading.sent_columns import SharedAddress, columns_of_new, filled_by_odoo, grouped, refuse_unknown
from odoo_migrate.loading.values_in_odoo import Comparer, Difference, Differences, shown
from odoo_migrate.odoo import server_records as server
from odoo_migrate.odoo.client import Odoo
from odoo_migrate.odoo.odoo_errors import Unreachable
from odoo_migrate.odoo.server_records import KnownIds
from odoo_migrate.project.payload import Record
from odoo_migrate.stages.load_order import LoadStep

FOREIGN = "In Odoo, '{0}' names a record of another model ({1}); give this mapping another ID pattern."
HIDDEN = "Odoo has this record and does not let this user read it; it may belong to another company."

Columns = tuple[int, ...]  # indices of import columns among those of the step


@dataclass
class Count:
    """Count what became of records.

    Odoo keeps a value of the `kept` ones differently; they are counted in `created`, `updated` or `unchanged` as well.
    `calls` are writes that stored something.
    """

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    failed: int = 0
    kept: int = 0
    calls: int = 0
    warnings: list[str] = field(default_factory=list)

    def add(self, other: Count) -> None:
        """Add the numbers of another count."""
        for name in ("created", "updated", "unchanged", "failed", "kept", "calls"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.warnings += other.warnings

    @property
    def records(self) -> int:
        """Return the number of records that were dealt with."""
        return self.created + self.updated + self.unchanged + self.failed


@dataclass(frozen=True)
class Site:
    """Hold what all chunks of a run share; `stop` is set when no further call may begin."""

    journal: Journal
    differences: Differences
    known: KnownIds
    context: Mapping[str, Any]
    timezone: str
    clear_empty: bool
    resumed: frozenset[str]  # created by this run before it was interrupted
    stop: threading.Event


class Stopped(Exception):
    """Say that the run was asked to stop; what was begun is finished and journaled, and `count` says what it was."""

    def __init__(self, count: Count) -> None:
        """Take the count of what was done."""
        super().__init__()
        self.count = count


class ChunkLoader:
    """Load chunks of one step, from several threads, each with an Odoo of its own."""

    def __init__(
        self, site: Site, step: LoadStep, places: Sequence[int], odoo: Odoo, size: BatchSize, *, fresh: bool = False
    ) -> None:
        """Ask Odoo for the step's fields and defaults.

        Args:
            site: What all chunks of the run share.
            step: The step that is loaded.
            places: Where the step's fields are among the payload's.
            odoo: The login that is asked.
            size: How many records go in one call.
            fresh: Whether Odoo has no record of this step.

        Raises:
            RunProblem: Odoo lacks a field.
        """
        self.site, self.step, self.size = site, step, size
        self._fresh = fresh
        self._places = tuple(places)
        self._names = [name.removesuffix("/id") for name in step.fields]
        fields = server.server_fields(odoo, step.model)
        refuse_unknown(step.model, self._names, fields)
        self._comparer = Comparer(fields, site.timezone, site.known.get)
        defaults: Mapping[str, Any] = {}
        if not step.second:  # a second pass creates nothing, so no default can be lost
            defaults = server.defaults(odoo, step.model, self._names, site.context)
        self._filled = filled_by_odoo(step.fields, fields, defaults)
        self._shared = SharedAddress(step, odoo.major)
        self._context = {**site.context, **given_defaults(step.model, fields)}
        self._relational = [place for place, name in enumerate(step.fields) if name.endswith("/id")]

    def load(self, odoo: Odoo, records: Iterable[Record]) -> Count:
        """Bring Odoo to hold `records`; only what is new or differs is sent. Raises OdooError or Stopped."""
        count = Count()
        chunk, stored = self._compared(odoo, records, count)
        work = self._work(self._without_failed(odoo, chunk, count), stored, count)
        for columns, rows in grouped(work).items():
            self._send_all(odoo, columns, rows, stored, count)
        return count

    def look(self, odoo: Odoo, records: Iterable[Record]) -> Count:
        """Write nothing, and report what differs from `records` in Odoo as a difference; raise OdooError."""
        count = Count()
        chunk, stored = self._compared(odoo, records, count)
        self.site.known.learn(odoo, _references(chunk, self._relational))
        for record in chunk:
            values = stored.get(record.id)
            if not values:
                continue
            differing = self._differing(record, values, count)
            self._note(record, differing, values)
            count.kept += bool(differing)
        return count

    def _compared(
        self, odoo: Odoo, records: Iterable[Record], count: Count
    ) -> tuple[list[Record], dict[str, dict[str, Any]]]:
        """Return the records with the step's values only, and the values that Odoo holds by external ID.

        Records whose ID another model has, or that this user may not read, fail and are left out.
        """
        chunk = [self._of_step(record) for record in records]
        found = self._found(odoo, chunk)
        ids: dict[str, int] = {}
        for external_id, (model, database_id) in found.items():
            if model == self.step.model:
                ids[external_id] = database_id
        values, hidden = self._read(odoo, list(ids.values()))
        failures: list[Failure] = []
        left: list[Record] = []
        for record in chunk:
            if record.id in found and record.id not in ids:
                failures.append(self._failure(record, "id", FOREIGN.format(record.id, found[record.id][0])))
            elif ids.get(record.id) in hidden:
                failures.append(self._failure(record, "", HIDDEN))
            else:
                left.append(record)
        self._fail(failures, count)
        # An ID may outlive its record: Odoo then creates it again.
        alive: dict[str, int] = {}
        stored: dict[str, dict[str, Any]] = {}
        for external_id, database_id in ids.items():
            if database_id in values:
                alive[external_id] = database_id
                stored[external_id] = values[database_id]
        self.site.known.remember(alive)
        return left, stored

    def _found(self, odoo: Odoo, chunk: Sequence[Record]) -> Mapping[str, tuple[str, int]]:
        if self._fresh:  # the whole namespace is unknown to Odoo, which saves a call for every chunk
            return {}
        return server.find(odoo, [record.id for record in chunk])

    def _of_step(self, record: Record) -> Record:
        return record._replace(values=_at(record.values, self._places))

    # --- What Odoo holds ---------------------------------------------------------------------------------------
    def _read(self, odoo: Odoo, ids: Sequence[int]) -> tuple[dict[int, dict[str, Any]], set[int]]:
        return server.read_visible(odoo, self.step.model, ids, self._names, self.site.context)

    def _without_failed(self, odoo: Odoo, chunk: list[Record], count: Count) -> list[Record]:
        """Return the records whose references are all in Odoo; the others would fail their whole call."""
        self.site.known.learn(odoo, _references(chunk, self._relational))
        failures: list[Failure] = []
        left: list[Record] = []
        for record in chunk:
            failure = self._missing(record)
            if failure is None:
                left.append(record)
            else:
                failures.append(failure)
        self._fail(failures, count)
        return left

    def _missing(self, record: Record) -> Failure | None:
        """Return the failure of a record that refers to a record missing in Odoo."""
        for place in self._relational:
            for external_id in _parts(record.values[place]):
                if self.site.known.get(external_id) is None:
                    column = self.step.fields[place]
                    return self._failure(record, column, self._why_missing(column, external_id))
        return None

    def _why_missing(self, column: str, external_id: str) -> str:
        failed = self.site.journal.history.failed
        for mapping in self.step.own.get(column, ()):
            if (mapping, external_id) in failed:
                return f"It refers to '{external_id}', which failed itself; mend that record first."
        return f"It refers to '{external_id}', which is not in Odoo."

    def _failure(self, record: Record, column: str, message: str) -> Failure:
        return Failure(self.step.mapping, record.id, record.row, column, message, self.step.second)

    def _fail(self, failures: Sequence[Failure], count: Count) -> None:
        self.site.journal.failed(failures)
        count.failed += len(failures)

    # --- What must be sent -------------------------------------------------------------------------------------
    def _work(
        self, chunk: Sequence[Record], stored: Mapping[str, dict[str, Any]], count: Count
    ) -> list[tuple[Columns, Record]]:
        """Return which columns of which records are to be sent; what Odoo holds already is counted."""
        work: list[tuple[Columns, Record]] = []
        same: list[str] = []
        for record in chunk:
            if record.id in stored:
                differing = self._differing(record, stored[record.id], count)
                if differing:
                    work.append((differing, record))
                else:
                    same.append(record.id)
            elif not self.step.second:
                columns = columns_of_new(record.values, self._filled, clear_empty=self.site.clear_empty)
                work.append((columns, record))
        self._count_same(same, count)
        return work

    def _count_same(self, ids: Sequence[str], count: Count) -> None:
        # Created by this run before it was interrupted: for the user it is this run that created them.
        resumed = len(self.site.resumed.intersection(ids))
        count.created += resumed
        count.unchanged += len(ids) - resumed
        failed = self.site.journal.history.failed
        mended = [one for one in ids if (self.step.mapping, one) in failed]
        if mended:
            self.site.journal.mended(self.step.mapping, mended, [self.step.second])

    def _differing(self, record: Record, values: Mapping[str, Any], count: Count) -> Columns:
        """Return the columns in which Odoo holds something else, but for what it keeps differently anyway."""
        differing = self._unlike(record, values)
        left: list[int] = []
        for place in differing:
            # Sent again, Odoo would change it in the same way again, on every run.
            if not self.site.differences.is_known(self._difference(record, place, values)):
                left.append(place)
        own, _ = self._own(record, left)
        self._note(record, sorted(set(left).difference(own)), values)
        count.kept += not own and bool(differing)
        return own

    def _unlike(self, record: Record, values: Mapping[str, Any]) -> list[int]:
        """Return the indices of the columns of which Odoo holds something else."""
        unlike: list[int] = []
        for place, text in enumerate(record.values):
            if not text and not self.site.clear_empty:
                continue
            if not self._comparer.same(self.step.fields[place], text, values[self._names[place]]):
                unlike.append(place)
        return unlike

    def _note(self, record: Record, places: Iterable[int], values: Mapping[str, Any]) -> None:
        """Remember that Odoo keeps these columns differently."""
        self.site.differences.add([self._difference(record, place, values) for place in places])

    def _difference(self, record: Record, place: int, values: Mapping[str, Any]) -> Difference:
        stored = shown(values[self._names[place]])
        return Difference(
            self.step.mapping, record.id, record.row, self.step.fields[place], record.values[place], stored
        )

    # --- Sending -----------------------------------------------------------------------------------------------
    def _send_all(
        self, odoo: Odoo, columns: Columns, records: Sequence[Record], stored: Mapping[str, Any], count: Count
    ) -> None:
        start = 0
        while start < len(records):
            if self.site.stop.is_set():
                raise Stopped(count)
            batch = records[start : start + self.size.records]
            created = [one.id for one in batch if one.id not in stored]
            try:
                outcome = self._send(odoo, columns, batch, created)
            except Unreachable as lost:
                if lost.maybe_done and self.size.was_too_slow() < len(batch):
                    continue  # in smaller batches: this one may be too much for one answer
                raise
            start += len(batch)
            new = outcome.ids.keys() - stored.keys()
            count.created += len(new)
            count.updated += len(outcome.ids) - len(new)
            self._look(odoo, [record for record in batch if record.id in outcome.ids], count)
            count.calls += outcome.calls
            count.warnings += outcome.warnings
            self._fail([self._failure(one.record, one.column, one.message) for one in outcome.refusals], count)

    def _send(self, odoo: Odoo, columns: Columns, batch: Sequence[Record], new: Sequence[str]) -> SendOutcome:
        """Send one batch, with its intent in the journal before and its end after."""
        created = set(new)
        # After a crash, the journal tells which of these Odoo had before: those are never taken back.
        old = [record.id for record in batch if record.id not in created]
        number = self.site.journal.intent(self.step.mapping, new, old, second=self.step.second)
        sender = Sender(odoo, self.step.model, _at(self.step.fields, columns), self._context)
        rows = [SentRow(record, _at(record.values, columns)) for record in batch]
        before = time.monotonic()
        outcome = sender.send(rows)
        self.size.took(len(outcome.ids), time.monotonic() - before)
        if outcome.ids:
            ours = [one for one in outcome.ids if one in created]
            self.site.journal.done(number, outcome.ids, ours)
        else:
            self.site.journal.refused(number)
        self.site.known.remember(outcome.ids)
        return outcome

    # --- Looking -----------------------------------------------------------------------------------------------
    def _look(self, odoo: Odoo, records: Sequence[Record], count: Count) -> None:
        """Read back what was stored, and send once more what differs.

        Odoo overwrites some values only while others come with them. What differs even then is Odoo's own doing, and
        reported.
        """
        again = self._unlike_in_odoo(odoo, records)
        own = [self._own(record, places) for record, places, _ in again]
        for columns, batch in grouped(own).items():
            if not columns:  # all that differs is an address that only its company may change
                continue
            outcome = self._send(odoo, columns, batch, [])
            count.calls += outcome.calls
            count.warnings += [refusal.message for refusal in outcome.refusals]
        if again:
            left = self._unlike_in_odoo(odoo, [record for record, _, _ in again])
            count.kept += len(left)
            for record, places, values in left:
                self._note(record, places, values)

    def _own(self, record: Record, places: Sequence[int]) -> tuple[Columns, Record]:
        """Return those of the column indices that may be sent without changing other records, with their record."""
        shared = self._shared.among(record, places)
        return tuple(place for place in places if place not in shared), record

    def _unlike_in_odoo(
        self, odoo: Odoo, records: Sequence[Record]
    ) -> list[tuple[Record, list[int], Mapping[str, Any]]]:
        """Return the records of which Odoo holds something else, with the columns and what it holds."""
        ids: dict[str, int] = {}
        for record in records:
            database_id = self.site.known.get(record.id)
            if database_id is not None:
                ids[record.id] = database_id
        held, _ = self._read(odoo, list(ids.values()))
        found: list[tuple[Record, list[int], Mapping[str, Any]]] = []
        for record in records:
            values = held.get(ids.get(record.id, 0))
            if values is None:
                continue
            unlike = self._unlike(record, values)
            if unlike:
                found.append((record, unlike, values))
        return found


def _references(chunk: Iterable[Record], places: Sequence[int]) -> Iterable[str]:
    for record in chunk:
        for place in places:
            yield from _parts(record.values[place])


def _parts(cell: str) -> list[str]:
    """Return the external IDs of a cell."""
    if not cell:
        return []
    return cell.split(",")


def _at(texts: Sequence[str], places: Iterable[int]) -> tuple[str, ...]:
    """Return the texts at these indices, in the order of the indices."""
    return tuple(texts[place] for place in places)
