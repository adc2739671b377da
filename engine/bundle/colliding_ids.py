"""Find records that share an external ID: give them suffixes within a mapping, refuse them between mappings."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, compress

import numpy as np
import polars as pl

from engine.bundle.bundle_plan import BundlePlan
from engine.bundle.checked_sheets import CheckedSheet, keys_in_rows
from engine.bundle.cleaned_lines import Positions
from engine.bundle.export_problems import MAX_EXAMPLES, ExportProblem, ProblemLocation, listed, rows_word
from engine.bundle.lookup_tables import CreatedRecords
from engine.bundle.mapped_targets import MappedTarget
from engine.bundle.row_hashes import Hashes, Marks, RowHashes, hashes
from engine.bundle.row_verdicts import about_rows
from odoo_migrate.project.external_ids import MAX_LENGTH, Pattern, external_ids
from odoo_migrate.rules.reference_rules import names_another_kind, names_nothing

_NO_ROWS: Positions = np.empty(0, np.int32)


def identity_problems(plan: BundlePlan, checked: Sequence[CheckedSheet]) -> Iterator[ExportProblem]:
    """Yield the problems of external IDs to show before the export, without those of rows held back."""
    for sheet in checked:
        for target in sheet.mapped.targets:
            if target.pattern is not None:
                yield from _within(sheet, target, target.pattern)
    # All IDs are sorted for this, which a bundle of one mapping can do without.
    if _needs_comparison(plan):
        owners = _owners(plan, checked)
        for first, second in combinations(owners, 2):
            yield from _between(first, second)
        yield from _entries(plan, owners, checked)
        yield from _constants(plan, owners)


def _needs_comparison(plan: BundlePlan) -> bool:
    """Return whether IDs can clash or lead nowhere: there are several mappings, lookup entries or constants."""
    if len(list(plan.targets)) + len(plan.created) > 1:
        return True
    for table in plan.tables.values():
        if table.entries:
            return True
    return any(target.values for _, target in plan.targets)


def _owners(plan: BundlePlan, checked: Sequence[CheckedSheet]) -> list[_Owner]:
    owners = []
    for sheet in checked:
        for target in sheet.mapped.targets:
            if target.pattern is not None:
                owners.append(_Owner.of(sheet, target))
    for created in plan.created:
        owners.append(_Owner.of_created(created, sorted(keys_in_rows(checked, created.table.name))))
    return owners


# --- within one mapping


def _within(checked: CheckedSheet, target: MappedTarget, pattern: Pattern) -> Iterator[ExportProblem]:
    facts = checked.hashes[target.name]
    going = facts.inside & ~checked.bad
    alike = _NO_ROWS
    if not facts.faithful:  # else different keys have different IDs, and nothing need be sorted
        alike = _alike(facts, going & ~facts.marked)
    if len(alike):
        shown = _shown(checked, pattern, alike)
        message = f"{len(alike):,} rows have keys that give one ID; each key gets a suffix: {listed(shown)}."
        yield about_rows(checked, target, "ids_alike", message, alike)
    marked = np.flatnonzero(going & facts.marked).astype(np.int32)
    if len(marked):
        shown = _shown(checked, pattern, marked)
        message = (
            f"{rows_word(len(marked))}: the key is too long for an ID of {MAX_LENGTH} characters or has no "
            f"Latin letters; it is written as a short code: {listed(shown)}."
        )
        yield about_rows(checked, target, "ids_coded", message, marked)


def _alike(facts: RowHashes, going: Marks) -> Positions:
    """Return the rows of different keys with one ID, those of one ID together."""
    rows = np.flatnonzero(going)
    # In the order of the IDs, rows of one ID are neighbours.
    order = rows[np.argsort(facts.ids[rows], kind="stable")]
    ids, keys = facts.ids[order], facts.keys[order]
    clash = np.flatnonzero((ids[1:] == ids[:-1]) & (keys[1:] != keys[:-1]))
    return order[np.isin(ids, ids[clash])].astype(np.int32)


def _shown(checked: CheckedSheet, pattern: Pattern, rows: Positions) -> list[str]:
    """Return some of the IDs as they will be."""
    # Rows may repeat a key, so that more are looked at than are shown.
    sample = checked.lines.rows(rows[: 4 * MAX_EXAMPLES])
    keys: dict[tuple[str, ...], None] = {}
    for row in sample:
        keys[tuple(row[title] for title in pattern.placeholders)] = None
    ids = external_ids(pattern, keys)
    return list(ids.values())[:MAX_EXAMPLES]


# --- between mappings


@dataclass(frozen=True)
class _Owner:
    """Hold a mapping's records: distinct ID hashes, in order, with the hash of the key of each.

    `held_back`: the ID hashes of rows that do not go. `is_created`: whether a lookup table creates them.
    """

    name: str
    label: str
    model: str
    fields: frozenset[str]
    ids: Hashes
    keys: Hashes
    held_back: Hashes
    is_created: bool = False

    @classmethod
    def of(cls, checked: CheckedSheet, target: MappedTarget) -> _Owner:
        """Return the records that a target makes of the rows not held back."""
        facts = checked.hashes[target.name]
        rows = np.flatnonzero(facts.inside & ~checked.bad)
        ids, first = np.unique(facts.ids[rows], return_index=True)
        fields = frozenset(field.field.name for field in target.fields)
        held_back = facts.ids[facts.inside & checked.bad]
        return cls(target.name, target.label, target.model.name, fields, ids, facts.keys[rows][first], held_back)

    @classmethod
    def of_created(cls, created: CreatedRecords, names: Sequence[str]) -> _Owner:
        """Return the records that a lookup table creates for some cells."""
        # Several ways to write the levels of a name are one record.
        ids = {created.table.name_of_record(key): own for key, own in created.table.created(names).items()}
        own, keys = _text_hashes(ids.values()), _text_hashes(ids)
        order = np.argsort(own)
        field = frozenset({created.field})
        ids_and_keys = own[order], keys[order], own[:0]
        return cls(created.name, created.label, created.table.model, field, *ids_and_keys, is_created=True)


def _text_hashes(texts: Iterable[str]) -> Hashes:
    return hashes(pl.Series(list(texts), dtype=pl.String))


def _between(first: _Owner, second: _Owner) -> Iterator[ExportProblem]:
    common, here, there = np.intersect1d(first.ids, second.ids, assume_unique=True, return_indices=True)
    if not len(common):
        return
    names = f"{first.label} and {second.label}"
    others = int((first.keys[here] != second.keys[there]).sum())
    if first.model != second.model or others:
        message = f"{len(common):,} external IDs are in both {names}, for different records; give each a pattern."
        # Records that a lookup creates are needed by others, so that the mapping of a sheet has to give way.
        yielding = first if second.is_created else second
        location = ProblemLocation(model=second.model)
        yield location.blocking("ids_shared", message, count=len(common), mapping=yielding.name)
        return
    both = sorted(first.fields & second.fields)
    if both:
        message = f"{len(common):,} records are in both {names}; the later one decides about {listed(both)}."
        yield ProblemLocation(model=second.model).warning("record_twice", message, count=len(common))


def _entries(plan: BundlePlan, owners: Sequence[_Owner], checked: Sequence[CheckedSheet]) -> Iterator[ExportProblem]:
    """Yield lookups with an entry that names a record of this project which is not there."""
    ours = _namespaces(plan)
    for name, table in plan.tables.items():
        # An entry that no row uses is kept for later uploads and harms nothing.
        used = keys_in_rows(checked, name)
        named = {one for key, one in table.entries.items() if key in used}
        gone = _gone(named, table.model, owners, ours)
        for one in gone.copy():
            other = _other_kind(one, table.model, owners)
            if other:
                gone.remove(one)
                message = f"The lookup '{name}' {names_another_kind(one, other, table.model)}."
                yield ProblemLocation(model=table.model).blocking("entry_nowhere", message, lookup=name)
        if gone:
            message = f"The lookup '{name}' points to records that are not in this migration: {listed(gone)}."
            yield ProblemLocation(model=table.model).blocking("entry_nowhere", message, lookup=name, count=len(gone))


def _constants(plan: BundlePlan, owners: Sequence[_Owner]) -> Iterator[ExportProblem]:
    """Yield constants that name a record of this project which is not there."""
    ours = _namespaces(plan)
    for sheet, target in plan.targets:
        for name, value in target.values.items():
            field = target.model.field(name)
            if field is None or not field.relational:
                continue
            gone = _gone(value.split(","), field.relation, owners, ours)
            if gone:
                other = _other_kind(gone[0], field.relation, owners)
                wrong = names_nothing(gone[0], "the project")
                if other:
                    wrong = names_another_kind(gone[0], other, field.relation)
                message = f"The constant '{value}' for '{field.label}' {wrong}."
                location = replace(sheet.location, model=target.model.name)
                yield location.blocking("bad_constant", message, field=name, mapping=target.name)


def _other_kind(external_id: str, wanted: str, owners: Sequence[_Owner]) -> str:
    """Return the model of the record with this ID if it is not `wanted`, even if its row is held back; else ""."""
    own = _text_hashes([external_id])
    for owner in owners:
        there = np.isin(own, owner.ids).all() or np.isin(own, owner.held_back).all()
        if there and owner.model != wanted:
            return owner.model
    return ""


def _namespaces(plan: BundlePlan) -> set[str]:
    """Return the modules whose records the project must have."""
    modules = {plan.recipe.namespace}
    patterns = [target.pattern for _, target in plan.targets]
    patterns += [one.table.pattern for one in plan.created]
    for pattern in patterns:
        if pattern is not None:
            modules.add(pattern.literals[0].partition(".")[0])
    return modules


def _gone(ids: Iterable[str], model: str, owners: Sequence[_Owner], namespaces: Container[str]) -> list[str]:
    """Return those of `ids` that belong to the project, but are not among its records of `model`."""
    own = sorted({one for one in ids if one.partition(".")[0] in namespaces})
    there = [np.empty(0, np.uint64)]  # there may be no mapping of that model
    for owner in owners:
        if owner.model == model:
            there.append(owner.ids)
    known = np.isin(_text_hashes(own), np.concatenate(there))
    return list(compress(own, ~known))
