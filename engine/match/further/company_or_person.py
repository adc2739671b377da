"""Say of every record whether it is a company, and name those whose row names a person alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from engine.match.further.main_records import MainRecords, step
from engine.match.match_evidence import FieldSuggestion, SuggestedStep, TargetSuggestion
from engine.match.title_meaning import readings
from engine.match.weights import CONTACT_PERSON
from engine.values import name_levels

KIND_FIELD = "is_company"
KIND_TITLE = "Is a company"
FULL_NAME_TITLE = "Full name"
_COMPANY = frozenset(["company"])
_NAME = frozenset(["name"])


def holds_companies_alone(title: str) -> bool:
    """Return whether a title says that its names are those of companies."""
    return any(reading.words >= _COMPANY for reading in readings(title))


def kind_params(main: MainRecords) -> dict[str, object]:
    """Return the parameters by which the step that takes out people also says what is a company."""
    if KIND_FIELD in main.target.values or any(column.field == KIND_FIELD for column in main.target.columns):
        return {}
    params: dict[str, object] = {"kind_into": main.free_title(KIND_TITLE)}
    if holds_companies_alone(main.name_title):
        params["all_companies"] = True
    sign = name_levels.separator(main.values(main.name_title).column.values, of_records=True)
    if sign:
        params["separator"] = sign
    return params


def with_kind(target: TargetSuggestion, steps: Sequence[SuggestedStep]) -> TargetSuggestion:
    """Return the chief target with the column that says what is a company, where one of `steps` makes it."""
    for one in steps:
        made = one.step.params.get("kind_into")
        if made:
            reason = "a name of its own beside a person's is a company's"
            column = FieldSuggestion(made, KIND_FIELD, CONTACT_PERSON, reason)
            return replace(target, columns=[*target.columns, column], steps=[*target.steps, one])
    return target


@dataclass(frozen=True)
class NamesElsewhere:
    """Hold the columns that name the records whose own name is empty: people in a list of companies."""

    columns: tuple[str, ...] = ()

    def steps(self, main: MainRecords) -> list[SuggestedStep]:
        """Return the steps that fill the empty names."""
        if not self.columns:
            return []
        if len(self.columns) == 1:
            return [step(main.name_title, "coalesce", columns=list(self.columns))]
        first, last = self.columns
        made = main.free_title(FULL_NAME_TITLE)
        joined = step(last, "name_join", first_column=first, into=made)
        return [joined, step(main.name_title, "coalesce", columns=[made])]


def names_elsewhere(main: MainRecords, people: Sequence[tuple[str, ...]]) -> NamesElsewhere:
    """Return the columns that hold the names which the records' own column lacks.

    These are a second column of names that is filled in just the other rows, else the first person of the rows.
    """
    own = main.values(main.name_title).column
    lacking = own.rows - own.filled
    if lacking <= 0 or not own.filled:
        return NamesElsewhere()
    for values in main.sheet.columns:
        column = values.column
        if column.title == own.title or not 0 < column.filled <= lacking:
            continue
        if any(reading.words == _NAME for reading in readings(column.title)):
            return NamesElsewhere((column.title,))
    return NamesElsewhere(people[0]) if people else NamesElsewhere()
