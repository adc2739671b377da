"""Make the calls that store records: how many each holds, and what to do when Odoo refuses some of it.

Measured on Odoo 18, contacts go fastest some 500 at a time and orders with lines far slower, so the number of records
follows the server: it doubles while answers are quick and shrinks when they are slow.

One bad record fails its whole call in Odoo: nothing of it is stored. So the records that the messages name are taken
out and the rest is sent again, until Odoo takes it; where no message names a record, the call is halved until one
record is alone. Odoo tries the records of a refused call one by one and names each that fails, but what was wrong with
the call as a whole it lays at its first record (18 and 19 do), which may be good: that one gets a second chance by
itself. Good records always go in.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from odoo_migrate.odoo import server_records as server
from odoo_migrate.odoo.client import Odoo
from odoo_migrate.odoo.odoo_errors import Fault
from odoo_migrate.project.payload import Record

FIRST, SMALLEST, LARGEST = 100, 10, 1000
SECONDS = 2.0  # what one answer should take


class BatchSize:
    """Say how many records the next call of a step holds; fed with every answer, from any thread."""

    def __init__(self, fixed: int | None = None) -> None:
        """Begin with the first size, or keep to a `fixed` one for ever."""
        self._fixed = fixed
        self._size = float(fixed or FIRST)
        self._lock = threading.Lock()

    @property
    def records(self) -> int:
        """Return the number of records."""
        return int(self._size)

    def took(self, records: int, seconds: float) -> None:
        """Learn that so many records took so long; small batches say too little to make the size grow."""
        if self._fixed or not records:
            return
        with self._lock:
            # A clock may show no time at all for a call that took some.
            fitting = records * SECONDS / max(seconds, 0.001)
            if fitting > self._size and records < self._size / 2:
                return
            # One odd answer (a busy server, a warm cache) changes the size by half or twice at most.
            fitting = min(max(fitting, self._size / 2), self._size * 2)
            self._size = min(max(fitting, SMALLEST), LARGEST)

    def was_too_slow(self) -> int:
        """Learn that the server gave no answer in time; return the size from now on."""
        if not self._fixed:
            with self._lock:
                # An answer that never came cost minutes: better far too small than lost again.
                self._size = max(self._size / 4, SMALLEST)
        return self.records


SEVERAL = 20  # records a call once the database stopped counting its errors; it stops at ten
UNEXPLAINED = "Odoo refused this record without saying why."


@dataclass(frozen=True)
class SentRow:
    """Hold a record and the cells that are sent of it, in the order of the call's columns."""

    record: Record
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Refusal:
    """Say why a record was not stored; `column` is an import column or ""."""

    record: Record
    column: str
    message: str


@dataclass
class SendOutcome:
    """Hold what came of sending.

    `ids` are the database IDs of what is stored, by external ID; `calls` stored something; `warnings` are Odoo's words.
    """

    ids: dict[str, int] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    calls: int = 0


class Sender:
    """Send records of one model with one set of columns."""

    def __init__(self, odoo: Odoo, model: str, columns: Sequence[str], context: Mapping[str, Any]) -> None:
        """Take the columns and the context of the calls."""
        self._odoo = odoo
        self._model = model
        self._columns = list(columns)
        self._context = dict(context)
        self._outcome = SendOutcome()

    def send(self, rows: Sequence[SentRow]) -> SendOutcome:
        """Store what can be stored of `rows`. Raises OdooError when the server is lost."""
        self._send(list(rows))
        return self._outcome

    def _send(self, rows: list[SentRow], *, again: bool = True) -> None:
        """Store what can be stored; with `again`, a first record named without a field gets its second chance."""
        while rows:
            answer = self._ask(rows)
            if isinstance(answer, Fault):
                self._halve(rows, answer.message, again=again)
                break
            if answer.ids:
                self._keep(rows, answer)
                break
            named = _named(answer, len(rows))
            if not named:
                self._halve(rows, _words(answer), again=again)
                break
            for place, message in named.items():
                if place == 0 and again and len(rows) > 1 and not message.field:
                    self._send(rows[:1], again=False)
                else:
                    self._refuse(rows[place], message.text, message.field)
            rows = [row for place, row in enumerate(rows) if place not in named]
            # What it did not look at any more may be full of errors too, so small calls are the quicker way.
            if _stopped_counting(answer) and len(rows) > SEVERAL:
                for start in range(0, len(rows), SEVERAL):
                    self._send(rows[start : start + SEVERAL], again=again)
                break

    def _ask(self, rows: Sequence[SentRow]) -> server.Answer | Fault:
        data = [[row.record.id, *row.cells] for row in rows]
        try:
            return server.load(self._odoo, self._model, ["id", *self._columns], data, self._context)
        except Fault as fault:
            return fault

    def _keep(self, rows: Sequence[SentRow], answer: server.Answer) -> None:
        ids = answer.ids or []
        if len(ids) != len(rows):
            raise Fault("answer", f"Odoo stored {len(ids)} records where {len(rows)} were sent to {self._model}.")
        self._outcome.calls += 1
        self._outcome.ids.update({row.record.id: found for row, found in zip(rows, ids, strict=True)})
        self._outcome.warnings += [message.text for message in answer.messages]

    def _halve(self, rows: list[SentRow], words: str, *, again: bool) -> None:
        if len(rows) == 1:
            self._refuse(rows[0], words or UNEXPLAINED, "")
            return
        middle = len(rows) // 2
        self._send(rows[:middle], again=again)
        self._send(rows[middle:], again=again)

    def _refuse(self, row: SentRow, words: str, name: str) -> None:
        self._outcome.refusals.append(Refusal(row.record, self._column(name), words))

    def _column(self, field: str) -> str:
        """Return the import column of a field that Odoo names, or the field itself where no column is its own."""
        for column in self._columns:
            if column.removesuffix("/id") == field:
                return column
        return field


def _named(answer: server.Answer, count: int) -> dict[int, server.Message]:
    """Return the first error of each record that an error names; one that names all of several names none."""
    named: dict[int, server.Message] = {}
    for message in answer.errors:
        every = count > 1 and message.first == 0 and message.last >= count - 1
        if message.first < 0 or every:
            continue
        for place in range(message.first, min(message.last, count - 1) + 1):
            named.setdefault(place, message)
    return named


def _words(answer: server.Answer) -> str:
    return " ".join(message.text for message in answer.errors)


def _stopped_counting(answer: server.Answer) -> bool:
    """Tell whether Odoo gave up after ten errors of the database, with a message that names no record."""
    return any(message.first < 0 for message in answer.messages)
