"""Decide which rows go into the bundle, and say why the others are held back."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import polars as pl

from engine.bundle.checked_sheets import CheckedSheet
from engine.bundle.cleaned_lines import Positions
from engine.bundle.export_problems import (
    MAX_EXAMPLES,
    MAX_ROWS,
    ExportProblem,
    Station,
    field_label,
    listed,
    rows_word,
)
from engine.bundle.mapped_fields import MappedField
from engine.bundle.mapped_targets import MappedTarget
from engine.bundle.row_hashes import ReferenceKeys, RowHashes, hashes
from engine.bundle.whole_data_checks import (
    ConflictingRecords,
    HeldBackSpread,
    ParentLinks,
    Records,
    Reference,
    Repeats,
    circles,
    conflicting_records,
    repeated,
    repeated_values,
)
from odoo_migrate.project.project_definition import split_keys
from odoo_migrate.rules.hierarchies import comes_back, forbids_circles, own_parent
from odoo_migrate.rules.reference_rules import KEY_DISPUTED, filled_differently, no_such_record
from odoo_migrate.rules.required_fields import needed_at_once
from odoo_migrate.rules.unique_values import not_unique


@dataclass(frozen=True)
class RowIssue:
    """Hold rows of a sheet that are wrong because of other rows.

    Attributes:
        kind: A short name of what is wrong.
        column: Title of the column that it shows in.
        positions: Of the rows.
        why: Gives the reason, given the cell of `column`.
        says: Completes "12 rows: …".
        target: What the rows are records of.
        field: Odoo's name of the field, "" where it does not apply.
        station: The part of the portal that mends it.
    """

    kind: str
    column: str
    positions: Positions
    why: Callable[[str], str]
    says: str
    target: MappedTarget
    field: str = ""
    station: Station = "cleaning"

    def problem(self, checked: CheckedSheet) -> ExportProblem:
        """Return what to say about the rows."""
        location, count = checked.mapped.location, len(self.positions)
        return ExportProblem(
            self.kind, "row", f"{rows_word(count)}: {self.says}.", location.sheet, location.source, self.column,
            self.target.model.name, self.field, station=self.station, count=count,
            examples=examples(checked, self.column, self.positions),
            rows=tuple(checked.rows[self.positions[:MAX_ROWS]].tolist()),
        )  # fmt: skip


def examples(checked: CheckedSheet, column: str, positions: Positions) -> tuple[str, ...]:
    """Return some of the cells of `column` at `positions`."""
    if not len(positions):
        return ()
    # Cells may repeat, so that more rows are looked at than examples are wanted.
    found: dict[str, None] = {}
    for row in checked.lines.rows(positions[: 4 * MAX_EXAMPLES]):
        if row[column]:
            found[row[column]] = None
    return tuple(found)[:MAX_EXAMPLES]


def judge(sheets: Sequence[CheckedSheet]) -> list[list[RowIssue]]:
    """Return the issues of every sheet, and complete the sheets' `bad` marks and `problems`.

    Rows that are wrong themselves are marked first, since what refers to them is then held back too.
    """
    issues: list[list[RowIssue]] = [list(_repeated_keys(checked)) for checked in sheets]
    for one in repeated_values(sheets):
        issues[one.sheet].append(_repeated(one))
    for odds in conflicting_records(sheets):
        issues[odds.sheet].append(_conflicting(odds))
    records = _referenced(sheets)
    for number, issue in _circles(sheets, records):
        issues[number].append(issue)
    # Only now, since all the above looks at every row, also at those that are wrong for another reason.
    for checked, found in zip(sheets, issues, strict=True):
        _mark(checked, found)
    for number, issue in _references(sheets, records):
        issues[number].append(issue)
    for checked, found in zip(sheets, issues, strict=True):
        checked.problems += _in_part(checked, records)
        for issue in found:
            if len(issue.positions):
                checked.problems.append(issue.problem(checked))
    return issues


def _referenced(sheets: Sequence[CheckedSheet]) -> dict[str, Records]:
    """Return the records of every mapping that some field refers to."""
    wanted: set[str] = set()
    for checked in sheets:
        for target in checked.mapped.targets:
            wanted.update(field.ref for field in target.fields if field.ref)
    found = {}
    for checked in sheets:
        for target in checked.mapped.targets:
            if target.name in wanted and target.pattern:
                found[target.name] = Records(checked.hashes[target.name])
    return found


def _mark(checked: CheckedSheet, issues: Sequence[RowIssue]) -> None:
    for issue in issues:
        checked.bad[issue.positions] = True


def _repeated_keys(checked: CheckedSheet) -> Iterator[RowIssue]:
    """Yield rows of one key whose mapped cells differ.

    Where they agree they are one record, which is reported in a sheet of one target; in an order sheet it is what one
    expects.
    """
    # Further records of the same rows do not change what the rows are about.
    alone = sum(not target.role for target in checked.mapped.targets) == 1
    for target in checked.mapped.targets:
        if target.pattern is None:
            continue
        agreeing, disputed = repeated(checked.hashes[target.name])
        if alone and not target.role and len(agreeing):
            checked.problems.append(_merged(checked, target, agreeing))
        if len(disputed):
            yield _disputed(target, disputed, alone)


def _issue(kind: str, column: str, rows: Positions, phrase: str, target: MappedTarget, field: str) -> RowIssue:
    """Return an issue with the same reason in every row, beside the row's own cell."""

    def why(cell: str) -> str:
        return f"'{column}' ('{cell}'): {phrase}"

    # A cell with several keys may have led to its row more than once.
    return RowIssue(kind, column, np.unique(rows), why, f"'{column}': {phrase}", target, field)


def _repeated(found: Repeats) -> RowIssue:
    phrase = not_unique(found.field.field.label)
    return _issue("value_repeats", found.field.source, found.positions, phrase, found.target, found.field.name)


def _conflicting(found: ConflictingRecords) -> RowIssue:
    label = field_label(found.field, found.target.model)
    phrase = f"a row of another mapping {filled_differently(label)}"
    return _issue("record_at_odds", found.target.key[0], found.positions, phrase, found.target, found.field)


def _merged(checked: CheckedSheet, target: MappedTarget, rows: Positions) -> ExportProblem:
    key = target.key[0]
    message = f"{rows_word(len(rows))} repeat a '{key}' with the same values; each key becomes one record."
    return about_rows(checked, target, "key_repeats", message, rows)


def about_rows(checked: CheckedSheet, target: MappedTarget, kind: str, message: str, rows: Positions) -> ExportProblem:
    """Return a warning about rows, shown by their key."""
    return checked.mapped.location.warning(
        kind, message, model=target.model.name, column=target.key[0], count=len(rows),
        examples=examples(checked, target.key[0], rows), rows=tuple(checked.rows[rows[:MAX_ROWS]].tolist()),
    )  # fmt: skip


def _disputed(target: MappedTarget, rows: Positions, alone: bool) -> RowIssue:
    """Return the issue of rows of one key that differ; `alone`: the sheet fills nothing else."""
    key = target.key[0]
    if alone:
        return _key_disputed(target, rows)
    says = f"do not agree in {listed(list(target.columns))}, so one {target.model.label} cannot be made of them"

    def why(cell: str) -> str:
        return f"the rows of '{key}' '{cell}' {says}"

    return RowIssue("conflict", key, rows, why, f"those of one '{key}' {says}", target)


def _key_disputed(target: MappedTarget, rows: Positions) -> RowIssue:
    key = target.key[0]

    def why(cell: str) -> str:
        return f"'{key}' ('{cell}') {KEY_DISPUTED}"

    return RowIssue("key_disputed", key, rows, why, f"a '{key}' {KEY_DISPUTED}", target)


# --- records that are their own ancestors


def _circles(sheets: Sequence[CheckedSheet], records: dict[str, Records]) -> Iterator[tuple[int, RowIssue]]:
    """Yield (sheet number, issue) for records that form a circle, through whichever mappings."""
    # A circle runs through one field of one model, but through any of the mappings that fill it.
    columns: dict[tuple[str, str], list[_ParentColumn]] = {}
    for column in _parent_columns(sheets, records):
        columns.setdefault((column.target.model.name, column.field), []).append(column)
    for those in columns.values():
        parents = [ParentLinks(one.target.name, one.parent, one.links) for one in those]
        found = circles(_numbered(parents, sheets, records), parents)
        for one, (own, around) in zip(those, found, strict=True):
            yield one.sheet, one.issue("own_parent", own, own_parent(one.label))
            yield one.sheet, one.issue("circle_of_rows", around, comes_back(one.label))


def _numbered(
    parents: Sequence[ParentLinks], sheets: Sequence[CheckedSheet], records: Mapping[str, Records]
) -> dict[str, Records]:
    """Return the records of all mappings of `parents`; those that no field refers to are numbered here."""
    hashes_of: dict[str, RowHashes] = {}
    for checked in sheets:
        hashes_of.update(checked.hashes)
    found: dict[str, Records] = {}
    for one in parents:
        for name in (one.child, one.parent):
            if name in records:
                found[name] = records[name]
            elif name not in found:
                found[name] = Records(hashes_of[name])
    return found


def _parent_columns(sheets: Sequence[CheckedSheet], records: Container[str]) -> Iterator[_ParentColumn]:
    for number, checked in enumerate(sheets):
        for target in checked.mapped.targets:
            for field in target.fields:
                if field.ref in records and _must_end(field, target):
                    links = checked.hashes[target.name].links[field.name]
                    yield _ParentColumn(number, target, field.name, field.source, field.ref, links)
            yield from _constant_parents(number, checked, target, sheets)


class _ParentColumn(NamedTuple):
    """Hold a column or constant that fills a field in which records may not form a circle.

    `column` is the column to blame, `parent` the mapping whose records it names.
    """

    sheet: int
    target: MappedTarget
    field: str
    column: str
    parent: str
    links: ReferenceKeys

    @property
    def label(self) -> str:
        """Return what the field is called."""
        return field_label(self.field, self.target.model)

    def issue(self, kind: str, rows: Positions, phrase: str) -> RowIssue:
        """Return the issue of rows whose records form a circle."""
        return _issue(kind, self.column, rows, phrase, self.target, self.field)


def _constant_parents(
    number: int, checked: CheckedSheet, target: MappedTarget, sheets: Sequence[CheckedSheet]
) -> Iterator[_ParentColumn]:
    """Yield the constants that name a record of the project as the parent of all records of a mapping."""
    for name, value in target.values.items():
        if target.pattern is None or not forbids_circles(target.model.name, name):
            continue
        wanted = hashes(pl.Series([value], dtype=pl.String))[0]
        for other in sheets:
            for owner in other.mapped.targets:
                facts = other.hashes[owner.name]
                places = np.flatnonzero(facts.inside & (facts.ids == wanted))
                # Every record has the constant as its parent, that record itself as well.
                if owner.model.name == target.model.name and len(places):
                    rows = np.flatnonzero(checked.hashes[target.name].inside).astype(np.int32)
                    links = ReferenceKeys(rows, np.repeat(facts.keys[places[:1]], len(rows)))
                    yield _ParentColumn(number, target, name, target.key[0], owner.name, links)


def _must_end(field: MappedField, target: MappedTarget) -> bool:
    """Return whether Odoo refuses circles through a field, or no order could load them."""
    if field.field.type != "many2one" or field.field.relation != target.model.name or target.pattern is None:
        return False
    if forbids_circles(target.model.name, field.name):
        return True
    return field.ref == target.name and needed_at_once(target.model, field.field, target.given)


# --- references


def _references(sheets: Sequence[CheckedSheet], records: dict[str, Records]) -> Iterator[tuple[int, RowIssue]]:
    """Yield (sheet number, issue) for references to missing records and to records held back."""
    homes: dict[str, int] = {}
    labels: dict[str, str] = {}
    for number, checked in enumerate(sheets):
        for target in checked.mapped.targets:
            homes[target.name], labels[target.name] = number, target.label
    found, references = [], []
    for number, checked in enumerate(sheets):
        for target in checked.mapped.targets:
            for field in target.fields:
                if field.ref in records:
                    links = checked.hashes[target.name].links[field.name]
                    reference = Reference(number, field.ref, homes[field.ref], links)
                    references.append(reference)
                    found.append((reference, field, target))
    spreading = HeldBackSpread([checked.bad for checked in sheets], records, homes)
    spreading.spread(references)
    for reference, field, target in found:
        label = labels[field.ref]
        yield reference.sheet, _nowhere(reference, field, target, label)
        held_back = np.concatenate([np.empty(0, np.int32), *reference.held_back])
        phrase = f"its {label} is held back"
        yield reference.sheet, _issue("reference_held_back", field.source, held_back, phrase, target, field.name)


def _in_part(checked: CheckedSheet, records: dict[str, Records]) -> Iterator[ExportProblem]:
    """Yield a warning of records (orders) that are exported although some rows with their lines are held back."""
    named: set[str] = set()
    for target in checked.mapped.targets:
        named.update(field.ref for field in target.fields if field.ref != target.name)
    for target in checked.mapped.targets:
        if target.name not in named or target.name not in records:
            continue
        of_row = records[target.name].of_row
        # Rows that are held back, of records that some other row still makes.
        rows = np.flatnonzero(checked.bad & (of_row >= 0) & np.isin(of_row, of_row[~checked.bad])).astype(np.int32)
        if len(rows):
            some = f"{rows_word(len(rows))} held back while other rows with the same '{target.key[0]}' are exported"
            message = f"{some}; not complete: {len(np.unique(of_row[rows])):,} {target.model.label}."
            yield about_rows(checked, target, "in_part", message, rows)


def _nowhere(reference: Reference, field: MappedField, target: MappedTarget, label: str) -> RowIssue:
    column = field.source

    def why(cell: str) -> str:
        keys = split_keys(cell, field.separator)
        return f"'{column}' ('{cell}') {no_such_record(keys, field.field.label, label)}"

    says = f"'{column}' {no_such_record([], field.field.label, label)}"
    return RowIssue("reference_nowhere", column, reference.nowhere, why, says, target, field.name)
