"""Which rows may go, now that all are known, and what to say about the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from engine.bundle.checked_sheets import CheckedSheet
from engine.bundle.cleaned_lines import Positions
from engine.bundle.column_rules import EMPTIES_A_REFERENCE
from engine.bundle.export_problems import MAX_EXAMPLES, MAX_ROWS, ExportProblem, Station, listed, rows_word
from engine.bundle.field_mappings import MappedField
from engine.bundle.record_links import HoldingBack, Records, Reference, circles, repeated
from engine.bundle.repeated_values import Repeats, repeated_values
from engine.bundle.target_mappings import MappedTarget


@dataclass(frozen=True)
class RowIssue:
    """Rows of a sheet, by position, that are wrong because of other rows. `why(cell)` is the reason, given the
    cell of `column`; `says` completes "12 rows: …".
    """

    kind: str
    column: str
    positions: Positions
    why: Callable[[str], str]
    says: str
    target: MappedTarget
    field: str = ""
    station: Station = "cleaning"

    def problem(self, survey: CheckedSheet) -> ExportProblem:
        place, count = survey.planned.location, len(self.positions)
        return ExportProblem(
            self.kind, "row", f"{rows_word(count)}: {self.says}.", place.sheet, place.source, self.column,
            self.target.model.name, self.field, station=self.station, count=count,
            examples=examples(survey, self.column, self.positions),
            rows=tuple(survey.rows[self.positions[:MAX_ROWS]].tolist()),
        )  # fmt: skip


def examples(survey: CheckedSheet, column: str, positions: Positions) -> tuple[str, ...]:
    """Some of the cells of `column` at `positions`."""
    if not len(positions):
        return ()
    cells = (row[column] for row in survey.spool.rows(positions[: 4 * MAX_EXAMPLES]))
    return tuple(dict.fromkeys(cell for cell in cells if cell))[:MAX_EXAMPLES]


def judge(surveys: Sequence[CheckedSheet]) -> list[list[RowIssue]]:
    """The issues of every sheet; the surveys' `bad` marks and `problems` are completed."""
    issues: list[list[RowIssue]] = [list(_repeated_keys(survey)) for survey in surveys]
    for one in repeated_values(surveys):
        issues[one.sheet].append(_repeated(one))
    records = _referenced(surveys)
    for number, survey in enumerate(surveys):
        issues[number] += _circles(survey, records)
        _mark(survey, issues[number])
    for number, issue in _references(surveys, records):
        issues[number].append(issue)
    for survey, found in zip(surveys, issues, strict=True):
        survey.problems += _in_part(survey, records)
        survey.problems += [issue.problem(survey) for issue in found if len(issue.positions)]
    return issues


def _referenced(surveys: Sequence[CheckedSheet]) -> dict[str, Records]:
    """The records of every mapping that some field refers to."""
    targets = [target for survey in surveys for target in survey.planned.targets]
    wanted = {field.ref for target in targets for field in target.fields if field.ref}
    facts = {name: facts for survey in surveys for name, facts in survey.facts.items()}
    return {one.name: Records(facts[one.name]) for one in targets if one.name in wanted and one.pattern}


def _mark(survey: CheckedSheet, issues: Sequence[RowIssue]) -> None:
    for issue in issues:
        survey.bad[issue.positions] = True


def _repeated_keys(survey: CheckedSheet) -> Iterator[RowIssue]:
    """Rows of one key whose mapped cells differ; where they agree they are one record, which is worth a word in a
    sheet of one target (in an order sheet it is what one expects).
    """
    alone = len(survey.planned.targets) == 1
    for target in survey.planned.targets:
        if target.pattern is None:
            continue
        agreeing, disputed = repeated(survey.facts[target.name])
        if alone and len(agreeing):
            survey.problems.append(_merged(survey, target, agreeing))
        if len(disputed):
            yield _disputed(target, disputed, alone)


def _repeated(found: Repeats) -> RowIssue:
    column = found.field.source
    says = f"another record has the same {found.field.field.label}, and Odoo takes each only once"
    return RowIssue(
        "value_repeats", column, found.positions, lambda cell: f"'{column}' ('{cell}'): {says}",
        f"'{column}': {says}", found.target, found.field.name,
    )  # fmt: skip


def _merged(survey: CheckedSheet, target: MappedTarget, rows: Positions) -> ExportProblem:
    key = target.key[0]
    message = f"{rows_word(len(rows))} repeat a '{key}' with the same values; each key becomes one record."
    return about_rows(survey, target, "key_repeats", message, rows)


def about_rows(survey: CheckedSheet, target: MappedTarget, kind: str, message: str, rows: Positions) -> ExportProblem:
    """A warning about rows, shown by their key."""
    return survey.planned.location.warning(
        kind, message, model=target.model.name, column=target.key[0], count=len(rows),
        examples=examples(survey, target.key[0], rows), rows=tuple(survey.rows[rows[:MAX_ROWS]].tolist()),
    )  # fmt: skip


def _disputed(target: MappedTarget, rows: Positions, alone: bool) -> RowIssue:
    key = target.key[0]
    if alone:
        says = "is repeated with different values"
        return RowIssue(
            "key_disputed", key, rows, lambda cell: f"'{key}' ('{cell}') {says}", f"a '{key}' {says}", target
        )
    says = f"do not agree in {listed(list(target.columns))}, so one {target.model.label} cannot be made of them"
    return RowIssue(
        "conflict", key, rows, lambda cell: f"the rows of '{key}' '{cell}' {says}", f"those of one '{key}' {says}",
        target,
    )  # fmt: skip


def _circles(survey: CheckedSheet, records: dict[str, Records]) -> Iterator[RowIssue]:
    for target in survey.planned.targets:
        for field in target.fields:
            if field.ref == target.name and field.ref in records and field.field.type == "many2one":
                own, around = circles(records[target.name], survey.facts[target.name].links[field.name])
                label = field.field.label
                yield _issue("own_parent", own, field, target, f"it is its own '{label}'")
                yield _issue("circle_of_rows", around, field, target, f"through '{label}' it comes back to itself")


def _issue(kind: str, rows: Positions, field: MappedField, target: MappedTarget, phrase: str) -> RowIssue:
    column = field.source
    return RowIssue(
        kind, column, np.unique(rows), lambda cell: f"'{column}' ('{cell}'): {phrase}", f"'{column}': {phrase}",
        target, field.name,
    )  # fmt: skip


def _references(surveys: Sequence[CheckedSheet], records: dict[str, Records]) -> Iterator[tuple[int, RowIssue]]:
    """(sheet number, issue) for references to nothing and to what is held back itself."""
    homes = {target.name: number for number, one in enumerate(surveys) for target in one.planned.targets}
    labels = {target.name: target.label for one in surveys for target in one.planned.targets}
    found = [
        (
            Reference(number, field.ref, homes[field.ref], survey.facts[target.name].links[field.name]),
            field,
            target,
        )
        for number, survey in enumerate(surveys)
        for target in survey.planned.targets
        for field in target.fields
        if field.ref in records
    ]
    spreading = HoldingBack([survey.bad for survey in surveys], records, homes)
    spreading.spread([reference for reference, _, _ in found])
    for reference, field, target in found:
        label = labels[field.ref]
        yield reference.sheet, _nowhere(reference, field, target, label)
        held_back = np.concatenate([np.empty(0, np.int32), *reference.held_back])
        yield reference.sheet, _issue("reference_held_back", held_back, field, target, f"its {label} is held back")


def _in_part(survey: CheckedSheet, records: dict[str, Records]) -> Iterator[ExportProblem]:
    """A word about records (orders) that go although some of the rows with their lines are held back."""
    targets = survey.planned.targets
    named = {field.ref for target in targets for field in target.fields if field.ref != target.name}
    for target in (target for target in targets if target.name in named and target.name in records):
        of_row = records[target.name].of_row
        rows = np.flatnonzero(survey.bad & (of_row >= 0) & np.isin(of_row, of_row[~survey.bad])).astype(np.int32)
        if len(rows):
            some = f"{rows_word(len(rows))} held back while other rows with the same '{target.key[0]}' are exported"
            message = f"{some}; not complete: {len(np.unique(of_row[rows])):,} {target.model.label}."
            yield about_rows(survey, target, "in_part", message, rows)


def _nowhere(reference: Reference, field: MappedField, target: MappedTarget, label: str) -> RowIssue:
    column = field.source

    def why(cell: str) -> str:
        if cell.strip().casefold() in EMPTIES_A_REFERENCE:
            return f"'{column}' is '{cell}', which would silently empty '{field.field.label}' in Odoo"
        return f"'{column}' ('{cell}') leads nowhere: there is no such {label}"

    says = f"'{column}' leads nowhere: there is no such {label}"
    return RowIssue("reference_nowhere", column, reference.nowhere, why, says, target, field.name)
