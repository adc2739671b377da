"""The journal of a run: what was meant before it was sent, what came of it after.

One JSON object a line in runs/<id>/journal.jsonl, appended and made durable before the next thing happens. A line
that a crash cut short is dropped when the journal is opened again: what it would have said is then asked of Odoo.

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
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Entry = dict[str, Any]


@dataclass(frozen=True)
class Failure:
    """A record that was not stored: the place it came from, the column where one is known, and the words."""

    mapping: str
    id: str
    row: int
    column: str
    message: str


@dataclass
class Intent:
    """Records of one call that was begun; `new` were not in Odoo before it."""

    mapping: str
    new: list[str]
    old: list[str]


@dataclass
class History:
    """What the entries of a journal add up to.

    `created`: mapping -> external ID -> database ID of records that this run created and that were not removed;
    `open`: calls that were begun and whose end is not known; `failed`: by (mapping, external ID);
    `unfinished`: external IDs created since the last attempt that ended whole; `adopted`: as `created`, of records that
    Odoo had before and that must never pass for ours.
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
        getattr(self, f"_{entry['kind']}", lambda _: None)(entry)

    def _attempt(self, entry: Entry) -> None:
        self.server, self.whole, self.taken_back = entry, False, False
        self.attempts += 1

    def _met(self, entry: Entry) -> None:
        self.server = entry

    def _intent(self, entry: Entry) -> None:
        self.batches = max(self.batches, entry["batch"])
        self.open[entry["batch"]] = Intent(entry["mapping"], entry["new"], entry["old"])

    def _done(self, entry: Entry) -> None:
        self.open.pop(entry["batch"], None)
        created = self.created.setdefault(entry["mapping"], {})
        for external_id in entry["created"]:
            created[external_id] = entry["ids"][external_id]
            self.unfinished.add(external_id)
        for external_id in entry["ids"]:
            self.failed.pop((entry["mapping"], external_id), None)

    def _refused(self, entry: Entry) -> None:
        self.open.pop(entry["batch"], None)

    def _failed(self, entry: Entry) -> None:
        failure = Failure(entry["mapping"], entry["id"], entry["row"], entry["column"], entry["message"])
        self.failed[failure.mapping, failure.id] = failure

    def _mended(self, entry: Entry) -> None:
        for external_id in entry["ids"]:
            self.failed.pop((entry["mapping"], external_id), None)

    def _removed(self, entry: Entry) -> None:
        self.taken_back = self.taken_back or bool(entry["ids"])
        created = self.created.get(entry["mapping"], {})
        for external_id in entry["ids"]:
            created.pop(external_id, None)
            self.unfinished.discard(external_id)

    def _adopting(self, entry: Entry) -> None:
        """From now on these IDs name records that were there before: no call that is still open created them."""
        for intent in self.open.values():
            if intent.mapping == entry["mapping"]:
                intent.new = [one for one in intent.new if one not in entry["ids"]]
        self._removed(entry)

    def _adopted(self, entry: Entry) -> None:
        self.adopted.setdefault(entry["mapping"], {}).update(entry["ids"])

    def _end(self, entry: Entry) -> None:
        self.whole = entry["whole"]
        if self.whole:
            self.unfinished.clear()


class Journal:
    """The journal of one run, open for reading its history and for appending. Safe to use from several threads."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.history = History()
        self._lock = threading.Lock()
        whole = 0
        for entry, end in _entries(path):
            self.history.take(entry)
            whole = end
        self._stream = path.open("ab")
        self._stream.truncate(whole)
        _sync_folder(path.parent)

    def close(self) -> None:
        self._stream.close()

    def attempt(self, server: Mapping[str, str]) -> None:
        self._write({"kind": "attempt", **server})

    def met(self, server: Mapping[str, str]) -> None:
        self._write({"kind": "met", **server})

    def intent(self, mapping: str, new: Sequence[str], old: Sequence[str]) -> int:
        """The number of the batch that is about to be sent."""
        with self._lock:
            batch = self.history.batches + 1
            self._append({"kind": "intent", "batch": batch, "mapping": mapping, "new": [*new], "old": [*old]})
        return batch

    def done(self, batch: int, mapping: str, ids: Mapping[str, int], created: Iterable[str]) -> None:
        entry = {"kind": "done", "batch": batch, "mapping": mapping, "ids": dict(ids), "created": [*created]}
        self._write(entry)

    def refused(self, batch: int) -> None:
        self._write({"kind": "refused", "batch": batch})

    def failed(self, failures: Sequence[Failure]) -> None:
        """Nothing is written for a failure that stands there already, word for word."""
        for one in failures:
            if self.history.failed.get((one.mapping, one.id)) != one:
                self._write({"kind": "failed", **vars(one)})

    def mended(self, mapping: str, ids: Sequence[str]) -> None:
        """These records failed before and are in Odoo now, without a write of ours."""
        self._write({"kind": "mended", "mapping": mapping, "ids": [*ids]})

    def adopting(self, mapping: str, ids: Mapping[str, int]) -> None:
        self._write({"kind": "adopting", "mapping": mapping, "ids": dict(ids)})

    def adopted(self, mapping: str, ids: Mapping[str, int]) -> None:
        self._write({"kind": "adopted", "mapping": mapping, "ids": dict(ids)})

    def removed(self, mapping: str, ids: Sequence[str]) -> None:
        self._write({"kind": "removed", "mapping": mapping, "ids": [*ids]})

    def end(self, *, whole: bool) -> None:
        self._write({"kind": "end", "whole": whole})

    def _write(self, entry: Entry) -> None:
        with self._lock:
            self._append(entry)

    def _append(self, entry: Entry) -> None:
        self._stream.write(json.dumps(entry, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
        self._stream.flush()
        os.fsync(self._stream.fileno())
        self.history.take(entry)


def read_history(path: Path) -> History:
    """What a journal says, without opening it for writing; an empty history where there is none yet."""
    history = History()
    for entry, _ in _entries(path):
        history.take(entry)
    return history


def _sync_folder(folder: Path) -> None:
    """Make the names in a folder survive a loss of power."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _entries(path: Path) -> Iterator[tuple[Entry, int]]:
    """(entry, offset of the byte after it) of every whole line, up to the first that is not."""
    if not path.exists():
        return
    end = 0
    with path.open("rb") as stream:
        for line in stream:
            if not line.endswith(b"\n"):
                return
            try:
                entry = json.loads(line)
            except ValueError:
                return
            end += len(line)
            yield entry, end
