"""Give records that Odoo already has the project's external IDs, so that a load updates them and creates none twice.

Only records of `ir.model.data` are created; nothing else in Odoo is touched. What was given before is simply known when
adopting again, so it can be broken off anywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

from odoo_migrate.loading import record_matching
from odoo_migrate.loading.journal import Journal
from odoo_migrate.loading.record_matching import RecordMatch
from odoo_migrate.loading.run_server import check_server, write_context
from odoo_migrate.loading.runs import Run, RunProblem, locked
from odoo_migrate.odoo import server_records as server
from odoo_migrate.odoo.client import Odoo
from odoo_migrate.odoo.odoo_errors import Fault, Rejected, Unreachable
from odoo_migrate.odoo.preflight import may
from odoo_migrate.project import csv_text
from odoo_migrate.project.payload import Record
from odoo_migrate.project.safe_files import replacing

BATCH = 500  # external IDs in one call
TEXTS = {"char", "text"}
TITLES = ("verdict", "id", "source_row", "field", "value", "database_ids", "names")

Matches = Mapping[str, tuple[str, ...]]  # fields by mapping
Begins = Callable[[str, int], None]  # learns of a mapping and its number of records


def _ignore(mapping: str, records: int) -> None:
    """Take what a caller has no use for."""


@dataclass
class Adoption:
    """Count what was found for one mapping.

    `adopted` got their ID now (or would, in a dry run), `doubtful` need a person, `new` are not in Odoo, and of those
    that Odoo `knew` it had the external ID before.
    """

    mapping: str
    model: str
    adopted: int = 0
    doubtful: int = 0
    new: int = 0
    knew: int = 0


@dataclass
class AdoptResult:
    """Hold what an adoption did; a person has to look at the `doubtful`; `files` are reports in the project."""

    mappings: list[Adoption]
    doubtful: list[RecordMatch]
    files: list[str] = field(default_factory=list)
    dry_run: bool = False


def parsed(run: Run, odoo: Odoo, texts: Sequence[str]) -> Matches:
    """Return the fields to match by, by mapping, from texts such as `res.partner=ref,vat,email`.

    The name is that of a model, for all its mappings, or of a mapping. Raises RunProblem.
    """
    found: dict[str, tuple[str, ...]] = {}
    for text in texts:
        name, _, listed = text.partition("=")
        columns = _listed(listed)
        if not columns:
            raise RunProblem(f"'{text}' names no field; write for example --match res.partner=ref,vat,email.")
        models = _models_named(run, name.strip())
        if not models:
            raise RunProblem(f"This project has no mapping and no model '{name.strip()}' to match.")
        for column in columns:
            _check(run, odoo, models, column)
        for mapping in models:
            if mapping in found:
                raise RunProblem(f"--match names {mapping} twice; list all its fields at once.")
            # One mapping of a model may load fewer fields than another.
            loaded = run.payload(mapping).fields
            found[mapping] = tuple(column for column in columns if column in loaded)
    # A mapping that loads none of the fields has nothing to match by, though another of its model has.
    return {mapping: columns for mapping, columns in found.items() if columns}


def _listed(text: str) -> list[str]:
    """Return the field names of a list such as "ref, vat", each once."""
    columns: dict[str, None] = {}
    for part in text.split(","):
        column = part.strip()
        if column:
            columns[column] = None
    return list(columns)


def _models_named(run: Run, name: str) -> dict[str, str]:
    """Return the model by mapping, of the mappings that a name means: itself, or all of a model."""
    models: dict[str, str] = {}
    for step in run.steps:
        if name in (step.mapping, step.model):
            models[step.mapping] = step.model
    return models


def _check(run: Run, odoo: Odoo, models: Mapping[str, str], column: str) -> None:
    mappings: list[str] = []
    relational = column.endswith("/id")
    for mapping in models:
        fields = run.payload(mapping).fields
        if column in fields:
            mappings.append(mapping)
        # Somebody who writes `country_id` means the column `country_id/id`.
        if f"{column}/id" in fields:
            relational = True
    if relational:
        raise RunProblem(f"'{column}' refers to other records, which do not tell records apart; match by text.")
    if not mappings:
        raise RunProblem(f"{' and '.join(models)} load no field '{column}', so there is nothing to match by.")
    known = server.server_fields(odoo, models[mappings[0]])
    if column not in known:
        raise RunProblem(f"{models[mappings[0]]} has no field '{column}' in this Odoo.")
    if known[column].type not in TEXTS:
        raise RunProblem(f"'{column}' is a field of type {known[column].type}; match by fields that hold text.")


def adopt(
    run: Run,
    odoo: Odoo,
    matches: Sequence[str],
    *,
    dry_run: bool = False,
    begins: Begins = _ignore,
) -> AdoptResult:
    """Match what Odoo does not know yet, and give each record that is matched without doubt its external ID.

    May be called again, whatever is raised.

    Args:
        run: The run whose payload is matched.
        odoo: The login.
        matches: The fields to match by, as `parsed` reads them.
        dry_run: Whether nothing is written to Odoo.
        begins: Called with a mapping and its number of records before it is matched.

    Raises:
        RunProblem: The run cannot be used, or the fields make no sense.
        FormatError: A file of the project cannot be used.
        OdooError: Odoo cannot be reached or refuses the user.
    """
    changed = run.changed()
    if changed:
        raise RunProblem(f"{changed[0]} changed since this run was made; make a new run with 'odoo-migrate load init'.")
    if not may(odoo, "ir.model.data", "create"):
        raise Rejected(
            f'The user "{odoo.username}" has no right to create external IDs (Administration: Access Rights).'
        )
    wanted = parsed(run, odoo, matches)
    with locked(run):
        journal = Journal(run.journal)
        try:
            identity = check_server(journal, odoo)
            if not dry_run and not journal.history.server:
                # From here on the run belongs to this database, though nothing was loaded yet.
                journal.note_server(identity)
            return _Adopting(run, odoo, wanted, journal, dry_run).go(begins)
        finally:
            journal.close()


class _Adopting:
    """Adopt the records of one run."""

    def __init__(self, run: Run, odoo: Odoo, matches: Matches, journal: Journal, dry_run: bool) -> None:
        self._run, self._odoo, self._matches, self._journal = run, odoo, matches, journal
        self._dry_run = dry_run
        self._models = {one.mapping: one.model for one in run.steps}
        # An archived record is still the one that the payload means; a new one would be its double.
        self._context = {**write_context(odoo, run.project.settings), "active_test": False}
        self._result = AdoptResult([], [], dry_run=dry_run)

    def go(self, begins: Begins) -> AdoptResult:
        by_model: dict[str, list[str]] = {}
        for mapping in self._matches:
            by_model.setdefault(self._models[mapping], []).append(mapping)
        for model, mappings in by_model.items():
            self._model(model, mappings, begins)
        return self._result

    def _model(self, model: str, mappings: Sequence[str], begins: Begins) -> None:
        """Adopt records of all mappings of a model at once: none may take what another takes too."""
        matched: dict[str, list[RecordMatch]] = {}
        known: dict[str, list[RecordMatch]] = {}
        together: list[RecordMatch] = []
        for mapping in mappings:
            begins(mapping, self._run.payload(mapping).count)
            matched[mapping], known[mapping] = self._unknown(mapping)
            record_matching.Matcher(self._odoo, model, self._matches[mapping], self._context).match(matched[mapping])
            together += matched[mapping]
        record_matching.doubt_shared(together)
        record_matching.doubt_taken(self._odoo, model, together, self._ours(model))
        try:
            if not self._dry_run:
                for mapping in mappings:
                    self._give_all(model, [one for one in matched[mapping] if one.kind == "adopted"])
        finally:
            # Also where the server was lost half-way: a person wants to see how far it came.
            for mapping in mappings:
                self._report(model, mapping, matched[mapping], known[mapping])

    def _unknown(self, mapping: str) -> tuple[list[RecordMatch], list[RecordMatch]]:
        """Return the records that Odoo does not know by their ID, and those that it does."""
        before = self._journal.history.adopted.get(mapping, {})
        unknown: list[RecordMatch] = []
        known: list[RecordMatch] = []
        for records in server.chunks(self._run.payload(mapping).records(), server.CHUNK):
            found = server.find(self._odoo, [one.id for one in records])
            for one, values in self._with_values(mapping, records):
                match = RecordMatch(mapping, one.id, one.row, values)
                if one.id not in found:
                    unknown.append(match)
                    continue
                # What an earlier adoption gave is listed again, so that the report is whole.
                if before.get(one.id) == found[one.id][1]:
                    match.kind, match.found, match.reason = "adopted", (found[one.id][1],), "Adopted before."
                known.append(match)
        return unknown, known

    def _with_values(self, mapping: str, records: Sequence[Record]) -> Iterator[tuple[Record, tuple[str, ...]]]:
        """Yield each record with its values of the fields to match by."""
        fields = self._run.payload(mapping).fields
        places = [fields.index(column) for column in self._matches[mapping]]
        for one in records:
            yield one, tuple(one.values[place] for place in places)

    def _ours(self, model: str) -> Callable[[str], bool]:
        """Return what tells whether an external ID is of this project, by its namespace or its payload."""
        ids: set[str] = set()
        for mapping, its_model in self._models.items():
            if its_model == model:
                ids.update(one.id for one in self._run.payload(mapping).records())
        namespace = f"{self._run.project.settings.namespace}."

        def is_ours(external_id: str) -> bool:
            return external_id.startswith(namespace) or external_id in ids

        return is_ours

    # --- Giving ------------------------------------------------------------------------------------------------
    def _give_all(self, model: str, matched: Sequence[RecordMatch]) -> None:
        for batch in server.chunks(matched, BATCH):
            self._give(model, batch)

    def _give(self, model: str, batch: Sequence[RecordMatch]) -> None:
        """Give external IDs in one call, which the journal knows of before.

        What Odoo had already must never pass for something that this run created, whatever happens to us or to the
        answer.
        """
        mapping = batch[0].mapping
        ids = {one.id: one.found[0] for one in batch}
        self._journal.adopting(mapping, ids)
        refused: Fault | None = None
        try:
            names = [_name(one, model) for one in batch]
            self._odoo.call("ir.model.data", "create", names, retry=False)
        except Fault as fault:
            refused = fault
        except Unreachable as lost:
            # The answer is lost, not always the work: what Odoo holds now says which.
            if not lost.maybe_done or not self._all_given(model, ids):
                raise
        if refused is None:
            self._journal.adopted(mapping, ids)
        elif len(batch) == 1:
            batch[0].doubt(f"Odoo refused the external ID: {refused.message}")
        else:
            # Odoo does not say which one it refuses; halving finds it in a few calls.
            middle = len(batch) // 2
            self._give(model, batch[:middle])
            self._give(model, batch[middle:])

    def _all_given(self, model: str, ids: Mapping[str, int]) -> bool:
        return server.find(self._odoo, ids) == {one: (model, place) for one, place in ids.items()}

    # --- Reporting ---------------------------------------------------------------------------------------------
    def _report(self, model: str, mapping: str, matched: Sequence[RecordMatch], known: Sequence[RecordMatch]) -> None:
        by_kind: dict[str, list[RecordMatch]] = {"adopted": [], "doubtful": [], "new": []}
        for one in matched:
            by_kind[one.kind].append(one)
        counts = {kind: len(of_kind) for kind, of_kind in by_kind.items()}
        self._result.mappings.append(Adoption(mapping, model, **counts, knew=len(known)))
        self._result.doubtful += by_kind["doubtful"]
        listed = list(matched)
        listed += [one for one in known if one.kind == "adopted"]
        listed.sort(key=attrgetter("row"))
        name = self._run.file(f"adopted/{mapping}.csv")
        self._result.files.append(name)
        columns = self._matches[mapping]
        titles = list(TITLES)
        for column in columns:
            titles += [column, f"{column} in Odoo"]  # side by side, for whoever has to decide
        titles.append("reason")
        with replacing(self._run.root, name) as stream:
            stream.write(csv_text.line(titles).encode())
            for one in listed:
                stream.write(csv_text.line(_cells(one, columns)).encode())


def _name(match: RecordMatch, model: str) -> dict[str, Any]:
    module, name = server.split_id(match.id)
    # As Odoo's own import makes them.
    return {"module": module, "name": name, "model": model, "res_id": match.found[0], "noupdate": False}


def _cells(match: RecordMatch, columns: Sequence[str]) -> list[str]:
    cells = [match.kind, match.id, str(match.row), match.column, match.value]
    cells += [" | ".join(map(str, match.found)), " | ".join(one.name for one in match.candidates)]
    for column, ours in zip(columns, match.values, strict=True):
        theirs = [one.values[column] for one in match.candidates]
        cells += [ours, " | ".join(theirs)]
    return [*cells, match.reason]
