"""Let Odoo try every record and store none, for `load run --test`.

Its import wizard undoes each call, so a record that was tried is gone before another can refer to it. References to
records that this project brings are therefore looked up in the project, and left out of what is sent where Odoo does
not have the record yet. A record that cannot do without such a reference cannot be tried, which is reported.

The wizard reads numbers more kindly than `load` does; `validate check` is strict about those.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from odoo_migrate import catalog
from odoo_migrate.loading.record_calls import Refusal, Sender, SentRow
from odoo_migrate.loading.run_server import write_context
from odoo_migrate.loading.runs import Run
from odoo_migrate.loading.sent_columns import columns_of_new, filled_by_odoo, grouped, refuse_unknown
from odoo_migrate.odoo import import_wizard
from odoo_migrate.odoo import server_records as server
from odoo_migrate.odoo.client import Odoo
from odoo_migrate.odoo.odoo_errors import Fault
from odoo_migrate.odoo.server_records import KnownIds
from odoo_migrate.project.payload import Record
from odoo_migrate.project.problems import Problem, Problems
from odoo_migrate.rules import required_fields
from odoo_migrate.stages.load_order import LoadStep
from odoo_migrate.stages.stage_progress import StageProgress, silent

CHUNK = 500  # records in one call of the wizard
# A moment without seconds, which `load` reads and the wizard does not.
_WITHOUT_SECONDS = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d")
UNTESTABLE = "It cannot be tested before the record that '{column}' refers to is in Odoo: {value}."
LEFT_OUT = "Tried without {columns}, whose records are not in Odoo yet, Odoo says: {words}"


@dataclass
class Tested:
    """Count what the test of one mapping showed, in records.

    Odoo refused the `doubtful` ones, maybe only because references were left out. `left_out` counts the cells from
    which references were left out, by column.
    """

    mapping: str
    model: str
    records: int = 0
    failed: int = 0
    doubtful: int = 0
    untestable: int = 0
    left_out: Counter[str] = field(default_factory=Counter)

    @property
    def fine(self) -> int:
        """Return the number of records that Odoo would take."""
        return self.records - self.failed - self.doubtful - self.untestable


@dataclass(frozen=True)
class Trial:
    """Hold a record as it is tried; `left_out` are indices of columns from which references were taken."""

    record: Record
    left_out: tuple[int, ...]


def try_run(run: Run, odoo: Odoo, problems: Problems, progress: StageProgress = silent) -> list[Tested]:
    """Try every record of a run; what Odoo says becomes problems with the row of the raw file.

    Nothing is stored, but sequences of Odoo may have counted on.

    Raises:
        OdooError: Odoo cannot be reached; Rejected for a login by API key.
        FormatError: A file of the project cannot be used.
        RunProblem: Odoo lacks a field.
    """
    known, ids = KnownIds(), PayloadIds(run)
    tested: list[Tested] = []
    with import_wizard.WebSession(odoo) as session:
        for step in run.steps:
            if not step.second:  # a second pass only adds references to records that were tried already
                tested.append(Tester(run, session, step, known, ids).go(problems, progress))
    return tested


class PayloadIds:
    """Keep the external IDs of each mapping's records, read when first asked for."""

    def __init__(self, run: Run) -> None:
        """Start with none."""
        self._run = run
        self._ids: dict[str, frozenset[str]] = {}

    def has(self, mappings: Sequence[str], external_id: str) -> bool:
        """Tell whether one of these mappings brings the record."""
        return any(external_id in self._of(mapping) for mapping in mappings)

    def _of(self, mapping: str) -> frozenset[str]:
        if mapping not in self._ids:
            self._ids[mapping] = frozenset(record.id for record in self._run.payload(mapping).records())
        return self._ids[mapping]


class Tester:
    """Try the records of one mapping, with all columns of its payload."""

    def __init__(
        self, run: Run, session: import_wizard.WebSession, step: LoadStep, known: KnownIds, ids: PayloadIds
    ) -> None:
        """Take a mapping by its first step."""
        self._run, self._session, self._step, self._known, self._ids = run, session, step, known, ids
        self._payload = run.payload(step.mapping)
        self._fields = self._payload.fields
        self._names = [name.removesuffix("/id") for name in self._fields]
        self._context = write_context(session.odoo, run.project.settings)
        self._own = self._own_references()
        self._found = Tested(step.mapping, step.model)

    def _own_references(self) -> dict[int, tuple[str, ...]]:
        """Return, by column index, the mappings that a column refers to, for columns that refer to this project."""
        own: dict[int, tuple[str, ...]] = {}
        for place, name in enumerate(self._fields):
            mappings = self._referred(name)
            if mappings:
                own[place] = mappings
        return own

    def _referred(self, column: str) -> tuple[str, ...]:
        """Return the mappings of this project that a column refers to, in whichever pass it is sent."""
        mappings: dict[str, None] = {}
        for step in self._run.steps:
            if step.mapping == self._step.mapping:
                mappings.update(dict.fromkeys(step.own.get(column, ())))
        return tuple(mappings)

    @cached_property
    def _described(self) -> Mapping[str, server.ServerField]:
        fields = server.server_fields(self._session.odoo, self._step.model)
        refuse_unknown(self._step.model, self._names, fields)
        return fields

    @cached_property
    def _filled(self) -> frozenset[int]:
        given = server.defaults(self._session.odoo, self._step.model, self._names, self._context)
        return filled_by_odoo(self._fields, self._described, given)

    @cached_property
    def _needed(self) -> frozenset[int]:
        """Return the column indices of the project's references that a record cannot do without."""
        needed: set[str] = set()
        # Odoo does not mark the product of a line as required, and refuses an ordinary line without one.
        if self._step.model in required_fields.LINES_OF_PRODUCTS:
            needed.add("product_id")
        for name in self._names:
            if self._described[name].required or self._refuses_empty(name):
                needed.add(name)
        return frozenset(place for place in self._own if self._names[place] in needed)

    def _refuses_empty(self, name: str) -> bool:
        """Tell whether Odoo refuses a record without a field, by the rules that no server tells."""
        known = catalog.load(self._run.project.settings.odoo_version)
        if self._step.model not in known:
            return False
        model = known.model(self._step.model)
        entry = model.fields.get(name)
        return bool(entry and required_fields.refuses_empty(model, entry, self._names))

    def go(self, problems: Problems, progress: StageProgress) -> Tested:
        """Try all records and return the counts."""
        records, total = self._payload.records(), self._payload.count
        for chunk in server.chunks(records, CHUNK):
            self._found.records += len(chunk)
            self._chunk(chunk, problems)
            progress(self._step.mapping, self._found.records, total)
        return self._found

    def _chunk(self, chunk: Sequence[Record], problems: Problems) -> None:
        self._known.learn(self._session.odoo, self._references(chunk))
        trials: list[tuple[tuple[int, ...], Trial]] = []
        for record in chunk:
            trial = self._trial(record, problems)
            if trial:
                columns = columns_of_new(trial.record.values, self._filled, clear_empty=False)
                trials.append((columns, trial))
        # One call has one set of columns, as in a load.
        for places, group in grouped(trials).items():
            self._try(places, group, problems)

    def _references(self, chunk: Sequence[Record]) -> Iterator[str]:
        """Yield the external IDs of this project to which the records refer."""
        for record in chunk:
            for place in self._own:
                if record.values[place]:
                    yield from record.values[place].split(",")

    def _trial(self, record: Record, problems: Problems) -> Trial | None:
        """Return the record without references to what is not there yet; None where it cannot do without."""
        values = list(record.values)
        left_out: list[int] = []
        for place, mappings in self._own.items():
            if not record.values[place]:
                continue
            parts = record.values[place].split(",")
            kept = [one for one in parts if not self._is_to_come(one, mappings)]
            if len(kept) < len(parts):
                values[place] = ",".join(kept)
                left_out.append(place)
        for place in left_out:
            if place in self._needed and not values[place]:
                self._found.untestable += 1
                message = UNTESTABLE.format(column=self._fields[place], value=record.values[place])
                problems.add(self._problem(record, self._fields[place], message, "warning"))
                return None
        self._found.left_out.update(self._fields[place] for place in left_out)
        return Trial(record._replace(values=tuple(values)), tuple(left_out))

    def _is_to_come(self, external_id: str, mappings: Sequence[str]) -> bool:
        """Tell whether a load of this project would bring the record, and Odoo does not have it yet."""
        return self._known.get(external_id) is None and self._ids.has(mappings, external_id)

    def _try(self, places: Sequence[int], trials: Sequence[Trial], problems: Problems) -> None:
        columns = [self._fields[place] for place in places]
        trier = Trier(self._session, self._step.model, columns, self._context, self._described)
        by_id: dict[str, Trial] = {}
        rows: list[SentRow] = []
        for trial in trials:
            by_id[trial.record.id] = trial
            cells = tuple(trial.record.values[place] for place in places)
            rows.append(SentRow(trial.record, cells))
        for refusal in trier.tried(rows):
            self._refused(by_id[refusal.record.id], refusal, problems)

    def _refused(self, trial: Trial, refusal: Refusal, problems: Problems) -> None:
        words = refusal.message.strip()
        # Where Odoo names a column that was sent as it is, what was left out has nothing to do with it.
        named = refusal.column in self._fields and self._fields.index(refusal.column) not in trial.left_out
        if not trial.left_out or named:
            self._found.failed += 1
            problems.add(self._problem(trial.record, refusal.column, words, "error"))
            return
        self._found.doubtful += 1
        columns = ", ".join(self._fields[place] for place in trial.left_out)
        message = LEFT_OUT.format(columns=columns, words=words)
        problems.add(self._problem(trial.record, refusal.column, message, "warning"))

    def _problem(self, record: Record, column: str, message: str, level: Any) -> Problem:
        value = ""
        if column in self._fields:  # Odoo may name a field that is no column
            value = record.values[self._fields.index(column)]
        file = self._run.raw_files()[self._step.mapping]
        return Problem(file, message, row=record.row, column=column, value=value, level=level)


class Trier(Sender):
    """Send to the wizard instead of `load`; find the bad records among the good ones in the same way."""

    def __init__(
        self,
        session: import_wizard.WebSession,
        model: str,
        columns: Sequence[str],
        context: Mapping[str, Any],
        described: Mapping[str, server.ServerField],
    ) -> None:
        """Take a session of the wizard, and the columns of the calls."""
        super().__init__(session.odoo, model, columns, context)
        self._session = session
        self._moments = [place for place, name in enumerate(columns) if _type(described, name) == "datetime"]
        # What Odoo said of records that pass alone, as the second of two with one barcode. Of the first of a call it
        # says nothing: since 18 it is blamed for whatever is wrong with the others.
        self._together: dict[str, str] = {}

    def tried(self, rows: Sequence[SentRow]) -> list[Refusal]:
        """Return which records Odoo would not take, and why."""
        refusals = list(self.send(rows).refusals)
        for row in rows:
            words = self._together.get(row.record.id)
            if words is not None and row.record.id in self._outcome.ids:
                refusals.append(Refusal(row.record, "", words))
        return refusals

    def _ask(self, rows: Sequence[SentRow]) -> server.Answer | Fault:
        data = [[row.record.id, *self._written(row)] for row in rows]
        try:
            said = import_wizard.dry_run(self._session, self._model, ["id", *self._columns], data, self._context)
        except Fault as fault:
            return fault
        if len(rows) == 1:  # what names no row can only mean this one
            said = [replace(message, first=0, last=0) for message in said]
        errors = [message for message in said if message.error]
        for message in errors:
            if not message.field and 0 < message.first < len(rows):
                self._together.setdefault(rows[message.first].record.id, message.text)
        if errors:
            return server.Answer(None, said)
        # Nothing is stored, so there are no database IDs; any numbers say that the records pass.
        return server.Answer(list(range(len(rows))), said)

    def _written(self, row: SentRow) -> list[str]:
        """Return the cells as the wizard wants them: with seconds where `load` does without."""
        cells = list(row.cells)
        for place in self._moments:
            if _WITHOUT_SECONDS.fullmatch(cells[place]):
                cells[place] += ":00"
        return cells


def _type(described: Mapping[str, server.ServerField], column: str) -> str:
    """Return the type of a column's field; "" for a column such as `parent_id/id`, whose name has an ending."""
    if column not in described:
        return ""
    return described[column].type
