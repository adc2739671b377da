"""Keep the journal of a run: what was meant before it was sent, what came of it after.

One JSON object a line in runs/<id>/journal.jsonl, appended and made durable before the next thing happens. A line that
a crash cut short is dropped when the journal is opened again: what it would have said is then asked of Odoo.

    attempt   url, database, uuid, version, payload      a process began to load
    met       the same                                   a process wrote to this database without loading
    intent    batch, mapping, new, old                   these records are about to be sent
    done      batch, mapping, ids, created               Odoo holds them (external ID -> database ID)
    failed    mapping, id, row, column, message          Odoo or this program refused a record
    refused   batch                                      nothing of this batch was stored
    mended    mapping, ids                               failed before, found to be in Odoo now
    removed   mapping, ids                               a rollback removed these records
    adopting  mapping, ids                               records that Odoo had already are about to get our external ID
    adopted   mapping, ids                               they have got it
    end       whole                                      the attempt ended; whole: nothing is left to do

No entry holds a password or a key.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from odoo_migrate.loading.runs import RunProblem

Entry = dict[str, Any]


@dataclass(frozen=True)
class Failure:
    """Describe a record that was not stored: where it came from, the column where one is known, and the words."""

    mapping: str
    id: str
    row: int
    column: str
    message: str
    second: bool = False  # in the second pass, when the record itself was in Odoo


@dataclass
class Intent:
    """Name the records of one call that was begun; `new` were not in Odoo before it."""

    mapping: str
    new: list[str]
    old: list[str]
    second: bool = False


@dataclass
class History:
    """Add up the entries of a journal.

    Attributes:
        server: The database, as the last process found it.
        attempts: How often a load was begun.
        whole: Whether the last attempt ended with nothing left to do.
        taken_back: Whether records were removed after the last load.
        created: The database IDs of records that this run created and that were not removed, by mapping and external
            ID.
        open: The calls that were begun and whose end is not known, by batch.
        failed: What failed, by mapping and external ID.
        unfinished: The external IDs created since the last attempt that ended whole.
        adopted: As `created`, of records that Odoo had before and that must never pass for ours.
        batches: The number of the last batch.
    """

    server: Entry = field(default_factory=dict)
    attempts: int = 0
    whole: bool = False
    taken_back: bool = False
    created: dict[str, dict[str, int]] = field(default_factory=dict)
    open: dict[int, Intent] = field(default_factory=dict)
    failed: dict[tuple[str, str], Failure] = field(default_factory=dict)
    unfinished: set[str] = field(default_factory=set)
    adopted: dict[str, dict[str, int]] = field(default_factory=dict)
    batches: int = 0

    def take(self, entry: Entry) -> None:
        """Add one entry; kinds that this version does not know are passed over."""
        method = getattr(self, f"_{entry['kind']}", None)
        if method is not None:  # a newer version of this program may have written further kinds
            method(entry)

    def _attempt(self, entry: Entry) -> None:
        self.server, self.whole, self.taken_back = entry, False, False
        self.attempts += 1

    def _met(self, entry: Entry) -> None:  # the entries of `note_server`
        self.server = entry

    def _intent(self, entry: Entry) -> None:
        self.batches = max(self.batches, entry["batch"])
        second = entry.get("second", False)
        self.open[entry["batch"]] = Intent(entry["mapping"], entry["new"], entry["old"], second)

    def _done(self, entry: Entry) -> None:
        self.open.pop(entry["batch"], None)
        created = self.created.setdefault(entry["mapping"], {})
        # Not all of `ids`: what Odoo had before, this run only updated, and no rollback may touch it.
        for external_id in entry["created"]:
            created[external_id] = entry["ids"][external_id]
            self.unfinished.add(external_id)
        self._mended(entry)

    def _refused(self, entry: Entry) -> None:
        self.open.pop(entry["batch"], None)

    def _failed(self, entry: Entry) -> None:
        words = entry["column"], entry["message"], entry.get("second", False)
        failure = Failure(entry["mapping"], entry["id"], entry["row"], *words)
        known = self.failed.get((failure.mapping, failure.id))
        if not (known and failure.second and not known.second):  # what failed first is mended first
            self.failed[failure.mapping, failure.id] = failure

    def _mended(self, entry: Entry) -> None:
        """Forget failures of the passes that the entry names: one pass says nothing of the other."""
        for external_id in entry["ids"]:
            known = self.failed.get((entry["mapping"], external_id))
            if known and known.second in entry.get("passes", [entry.get("second", False)]):
                del self.failed[entry["mapping"], external_id]

    def _removed(self, entry: Entry) -> None:
        # An adoption disowns records too, but takes nothing back.
        self.taken_back = self.taken_back or bool(entry["ids"])
        self._disown(entry)

    def _disown(self, entry: Entry) -> None:
        created = self.created.get(entry["mapping"], {})
        for external_id in entry["ids"]:
            created.pop(external_id, None)
            self.unfinished.discard(external_id)

    def _adopting(self, entry: Entry) -> None:
        """Note that these IDs name records that were there before: no open call created them."""
        for intent in self.open.values():
            if intent.mapping == entry["mapping"]:
                # Otherwise a rollback would take what the call was to create for created, and remove it.
                intent.new = [one for one in intent.new if one not in entry["ids"]]
        self._disown(entry)

    def _adopted(self, entry: Entry) -> None:
        self.adopted.setdefault(entry["mapping"], {}).update(entry["ids"])

    def _end(self, entry: Entry) -> None:
        self.whole = entry["whole"]
        if self.whole:
            self.unfinished.clear()


class Journal:
    """Hold the journal of one run, open for reading its history and for appending, from several threads.

    Opening it raises RunProblem where more than its end is damaged.
    """

    def __init__(self, path: Path) -> None:
        """Read the history, drop a last line that was cut short, and open the file for appending."""
        self.path = path
        self.history = History()
        self._lock = threading.Lock()
        whole = _read(path, self.history)
        self._stream = path.open("ab")
        self._stream.truncate(whole)
        # A file that was just made is lost with the power unless its folder is made durable too.
        _sync_folder(path.parent)

    def close(self) -> None:
        """Close the file."""
        self._stream.close()

    def attempt(self, server: Mapping[str, str]) -> None:
        """Note that a load begins in this database."""
        self._write({"kind": "attempt", **server})

    def note_server(self, server: Mapping[str, str]) -> None:
        """Record the database of a process that writes to it without loading."""
        self._write({"kind": "met", **server})

    def intent(self, mapping: str, new: Sequence[str], old: Sequence[str], *, second: bool = False) -> int:
        """Note what is about to be sent; return the number of the batch."""
        with self._lock:  # number and entry together: two threads may not take one number
            batch = self.history.batches + 1
            said = {"batch": batch, "mapping": mapping, "new": [*new], "old": [*old], "second": second}
            self._append({"kind": "intent", **said})
        return batch

    def done(self, batch: int, ids: Mapping[str, int], created: Iterable[str]) -> None:
        """Note that the batch is stored, with these database IDs."""
        intent = self.history.open[batch]
        said = {"batch": batch, "mapping": intent.mapping, "ids": dict(ids), "created": [*created]}
        self._write({"kind": "done", **said, "second": intent.second})

    def refused(self, batch: int) -> None:
        """Note that nothing of the batch was stored."""
        self._write({"kind": "refused", "batch": batch})

    def failed(self, failures: Sequence[Failure]) -> None:
        """Note failures, but for those that are noted already, word for word."""
        known = self.history.failed
        # A load that is repeated every night would otherwise fill the journal with the same failures.
        new = [one for one in failures if known.get((one.mapping, one.id)) != one]
        self._write(*({"kind": "failed", **vars(one)} for one in new))

    def mended(self, mapping: str, ids: Sequence[str], passes: Sequence[bool] = (False, True)) -> None:
        """Note that records which failed before now hold the right values, without our writing.

        `passes` says of which pass this is known: False the first, True the second.
        """
        self._write({"kind": "mended", "mapping": mapping, "ids": [*ids], "passes": [*passes]})

    def adopting(self, mapping: str, ids: Mapping[str, int]) -> None:
        """Note which records of Odoo are about to get external IDs."""
        self._write({"kind": "adopting", "mapping": mapping, "ids": dict(ids)})

    def adopted(self, mapping: str, ids: Mapping[str, int]) -> None:
        """Note that they have got them."""
        self._write({"kind": "adopted", "mapping": mapping, "ids": dict(ids)})

    def removed(self, mapping: str, ids: Sequence[str]) -> None:
        """Note that records are gone from Odoo."""
        self._write({"kind": "removed", "mapping": mapping, "ids": [*ids]})

    def end(self, *, whole: bool) -> None:
        """Note that the attempt ended."""
        self._write({"kind": "end", "whole": whole})

    def _write(self, *entries: Entry) -> None:
        if entries:
            with self._lock:
                self._append(*entries)

    def _append(self, *entries: Entry) -> None:
        lines = (json.dumps(entry, ensure_ascii=False, separators=(",", ":")) for entry in entries)
        self._stream.write("".join(f"{line}\n" for line in lines).encode())
        self._stream.flush()
        # What is meant must be on disk before it is sent: after a crash, no other trace of the call is left.
        os.fsync(self._stream.fileno())
        for entry in entries:
            self.history.take(entry)


def read_history(path: Path) -> History:
    """Return what a journal says, without opening it for writing; an empty history where there is none yet.

    Raises RunProblem where more than its end is damaged.
    """
    history = History()
    _read(path, history)
    return history


def _sync_folder(folder: Path) -> None:
    """Make the names in a folder survive a loss of power."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _read(path: Path, history: History) -> int:
    """Add the entries of a journal to `history`; return the bytes of its whole lines.

    A last line that a crash cut short or spoilt counts as not written.
    """
    if not path.exists():
        return 0
    whole, broken = 0, 0
    with path.open("rb") as stream:
        for number, line in enumerate(stream, 1):
            if broken:  # a line follows it, so no crash cut it short: somebody changed the file
                raise RunProblem(
                    f"runs/{path.parent.name}/{path.name} is damaged at line {broken}: what this run created is no "
                    "longer known. Bring the file back from a copy, or make a new run with 'odoo-migrate load init'."
                )
            if _taken(line, history):
                whole += len(line)
            else:
                broken = number
    return whole


def _taken(line: bytes, history: History) -> bool:
    """Tell whether the line is an entry; it is then part of the history."""
    if not line.endswith(b"\n"):
        return False
    try:
        history.take(json.loads(line))
    except (ValueError, KeyError, TypeError, AttributeError):
        return False
    return True
