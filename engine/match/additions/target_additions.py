"""Hold what is added to a target: a column that a step makes, and the field that it fills."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from engine.match.match_evidence import FieldSuggestion, SheetSuggestion, SuggestedStep, TargetSuggestion
from engine.match.sheet_to_match import SheetToMatch
from engine.recipe import StepSpec

_JOINING = frozenset(["name_join", "map_into_column"])
_SURE = 0.9  # what steps and constants say follows from columns that were chosen already


@dataclass(frozen=True)
class Addition:
    """Hold constants, steps, and the suggestions for columns that these steps make.

    `used` are the columns that go to a field through a step, each with the reason why it fills none by itself.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    steps: Sequence[SuggestedStep] = ()
    columns: Sequence[FieldSuggestion] = ()
    used: Mapping[str, str] = field(default_factory=dict)


def with_addition(target: SheetSuggestion, addition: Addition) -> SheetSuggestion:
    """Return a target with an addition; columns that are used through a step fill no field by themselves."""
    columns = []
    for column in target.columns:
        if column.title in addition.used:
            column = replace(column, field=None, confidence=0.0, reason=addition.used[column.title])
        columns.append(column)
    return replace(
        target,
        columns=[*columns, *addition.columns],
        values={**addition.values, **target.values},
        steps=[*target.steps, *addition.steps],
    )


def made_column(title: str, field_name: str, reason: str, confidence: float = _SURE) -> FieldSuggestion:
    """Return the suggestion for a column that a step makes."""
    return FieldSuggestion(title, field_name, confidence, reason, [(field_name, confidence)])


def step_on(column: str, slug: str, **params: Any) -> SuggestedStep:
    """Return a step on a column, with the parameters that are given."""
    return SuggestedStep(column, StepSpec(slug, params))


def free_title(title: str, sheet: SheetToMatch) -> str:
    """Return a title for a new column that no column of the sheet has."""
    wanted, number = title, 2
    while wanted in sheet.titles:
        wanted, number = f"{title} {number}", number + 1
    return wanted


def filled_fields(target: TargetSuggestion) -> dict[str, str]:
    """Return the titles of the columns that fill a field, by the field."""
    found = {}
    for column in target.columns:
        if column.field:
            found[column.field.removesuffix("/id")] = column.title
    return found


def fields_through_steps(target: TargetSuggestion) -> dict[str, str]:
    """Return the fields that columns fill through a step that joins or reads them, by the columns' titles."""
    made = {column.title: column.field for column in target.columns if column.field}
    found: dict[str, str] = {}
    for suggested in target.steps:
        if suggested.step.slug not in _JOINING:
            continue
        texts = list(_texts(suggested.step.params.values()))
        for title in texts:
            if title in made:
                # Of several fields, a column's own comes first.
                for used in (suggested.column, *texts):
                    found.setdefault(used, made[title] or "")
    return found


def made_titles(target: TargetSuggestion) -> frozenset[str]:
    """Return the titles of the columns that the target's own steps make."""
    found = set[str]()
    for suggested in target.steps:
        for name, value in suggested.step.params.items():
            if name.endswith("into") and isinstance(value, str):
                found.add(value)
    return frozenset(found)


def _texts(values: Iterable[Any]) -> Iterable[str]:
    for value in values:
        if isinstance(value, str):
            yield value
        elif isinstance(value, (list, tuple)):
            yield from value
