"""Find names in levels: `Acme:Roof` is a job of the customer Acme, `Pipes:Elbow` an item of the category Pipes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from engine.match.described_models import described_model
from engine.match.further.main_records import PARENT_FIELD, MainRecords, step
from engine.match.match_evidence import FieldSuggestion, SuggestedStep, TargetSuggestion
from engine.match.relation_suggestions import table_of
from engine.match.weights import NAMES_IN_LEVELS
from engine.recipe import KEY_TITLE, Lookup, target_entry
from engine.values import name_levels

ROLE = "parent"
_OWN, _PARENT, _PARENT_NAME = "Own name", "Parent", "Parent's name"
_CATEGORY_FIELD = "categ_id/id"


@dataclass(frozen=True)
class NamesInLevels:
    """Hold what a column of names says of the records above its own.

    Attributes:
        title: the column.
        sign: what stands between the levels.
        missing: names that stand above others and in no row of their own.
        all_below: whether something stands above each of the names.
    """

    title: str
    sign: str
    missing: Collection[str]
    all_below: bool = False

    @classmethod
    def of(cls, main: MainRecords) -> NamesInLevels | None:
        """Return what the records' names say, None where they have no levels."""
        title = main.name_title
        if title not in main.sheet.titles:
            return None
        names = {name.strip() for name in main.values(title).column.values} - {""}
        sign = name_levels.separator(names, of_records=True)
        if not sign:
            return None
        above = {_above(name, sign) for name in names}
        return cls(title, sign, above - names - {""}, "" not in above)

    @property
    def parents_can_be_made(self) -> bool:
        """Return whether all missing names are of the highest level, so that a name is all they need."""
        return bool(self.missing) and not any(self.sign in name for name in self.missing)


def _above(name: str, sign: str) -> str:
    above, _, own = name.rpartition(sign)
    return above.strip() if own.strip() else ""


def with_parents(target: TargetSuggestion, main: MainRecords) -> tuple[TargetSuggestion, list[TargetSuggestion]]:
    """Return the chief target with each record below the one whose name stands above its own, and what it needs.

    That is a further target where some of those records are in no row.
    """
    found = NamesInLevels.of(main)
    if found is None or any(column.field == PARENT_FIELD for column in target.columns):
        return target, []
    key = _key_by_name(target, found, main)
    if key is None:
        return target, []
    ref, further = main.sheet.mapping_name(target.model), list[TargetSuggestion]()
    made = main.free_title(_PARENT)
    if found.parents_can_be_made:
        ref = target_entry(target.model, ROLE)
        further = [_parents(key, found, main, made)]
    reason = f"'{found.sign}' stands between a name and the one above it"
    parent = FieldSuggestion(made, PARENT_FIELD, NAMES_IN_LEVELS, reason, ref=ref)
    return _with_own_names(key, found, main, parent, _levels(main, found)), further


def with_categories(target: TargetSuggestion, main: MainRecords) -> TargetSuggestion:
    """Return a target of products whose names begin with their category, where no other column names that."""
    found = NamesInLevels.of(main)
    fields = main.sheet.catalog.model(target.model).fields
    # A product without a category would be held back, so that all names must begin with one.
    if found is None or not found.all_below or "categ_id" not in fields:
        return target
    if any(column.field == _CATEGORY_FIELD for column in target.columns):
        return target
    category = fields["categ_id"].relation
    lookup = Lookup(table_of(category), category, create=True, path=found.sign)
    reason = f"'{found.sign}' stands between an item and what it belongs to"
    parent = FieldSuggestion(main.free_title(_PARENT), _CATEGORY_FIELD, NAMES_IN_LEVELS, reason, lookup=lookup)
    return _with_own_names(target, found, main, parent, _levels(main, replace(found, missing=())))


def _key_by_name(target: TargetSuggestion, found: NamesInLevels, main: MainRecords) -> TargetSuggestion | None:
    """Return the target with the whole name as its key; None where another column is, which names say nothing of."""
    if target.key == (found.title,) and KEY_TITLE not in target.id:
        return target
    column = main.values(found.title).column
    if not target.key or target.key[0] != found.title or column.distinct not in (0, column.filled):
        return None
    id_word = described_model(target.model, main.sheet.catalog, main.sheet.weights).records.id_word
    return replace(target, key=(found.title,), id=f"{main.sheet.namespace}.{id_word}.{{{found.title}}}")


def _parents(target: TargetSuggestion, found: NamesInLevels, main: MainRecords, made: str) -> TargetSuggestion:
    """Return the records that names stand below; those that are rows too get the same ID, and are the same."""
    shown = sorted(found.missing)[0]
    reason = f"'{shown}' stands above other names in '{found.title}', and has no row of its own"
    name = FieldSuggestion(main.free_title(_PARENT_NAME), "name", NAMES_IN_LEVELS, reason)
    pattern = target.id.replace(f"{{{found.title}}}", f"{{{made}}}")
    return TargetSuggestion(
        target.model, NAMES_IN_LEVELS, (made,), pattern, [name], ROLE, made,
        steps=[_levels(main, found)], reason=reason,
    )  # fmt: skip


def _levels(main: MainRecords, found: NamesInLevels) -> SuggestedStep:
    params = {"separator": found.sign, "own_into": main.free_title(_OWN), "parent_into": main.free_title(_PARENT)}
    if found.parents_can_be_made:
        params["parent_name_into"] = main.free_title(_PARENT_NAME)
    return step(found.title, "split_levels", **params)


def _with_own_names(
    target: TargetSuggestion, found: NamesInLevels, main: MainRecords, parent: FieldSuggestion, levels: SuggestedStep
) -> TargetSuggestion:
    """Return the target named by the last level alone, with the column that says what stands above."""
    reason = "its last level is the name, what stands above it another record"
    columns = []
    for column in target.columns:
        if column.title == found.title:
            column = FieldSuggestion(column.title, None, 0.0, reason, column.candidates)
        columns.append(column)
    own = FieldSuggestion(main.free_title(_OWN), "name", NAMES_IN_LEVELS, "the last level of the name")
    return replace(target, columns=[*columns, own, parent], steps=[*target.steps, levels])
