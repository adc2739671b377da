"""Hold what a sheet's rows are about, for the further records that hang below it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from engine.match.match_evidence import FieldSuggestion, SuggestedStep, TargetSuggestion
from engine.match.sheet_to_match import SheetToMatch
from engine.match.value_scores import ColumnValues
from engine.recipe import KEY_TITLE, StepSpec

PARENT_FIELD = "parent_id/id"


@dataclass(frozen=True)
class MainRecords:
    """Hold the chief target of a sheet of contacts: companies, customers, vendors.

    Attributes:
        target: how its fields are filled so far.
        sheet: the sheet's columns.
    """

    target: TargetSuggestion
    sheet: SheetToMatch

    @property
    def name_title(self) -> str:
        """Return the column that holds the records' name, "" for none."""
        for column in self.target.columns:
            if column.field == "name":
                return column.title
        return ""

    @property
    def key_title(self) -> str:
        """Return the one column that names the records, which may be added by the export."""
        return KEY_TITLE if KEY_TITLE in self.target.id else self.target.key[0]

    def values(self, title: str) -> ColumnValues:
        """Return the values of one of the sheet's columns."""
        return self.sheet.columns[self.sheet.titles.index(title)]

    def free_title(self, wanted: str) -> str:
        """Return a title for a column to be made, which no column of the sheet has."""
        title, number = wanted, 1
        while title in self.sheet.titles:
            number += 1
            title = f"{wanted} ({number})"
        return title

    def further(
        self,
        role: str,
        made: str,
        steps: Sequence[SuggestedStep],
        columns: Sequence[FieldSuggestion],
        confidence: float,
        reason: str,
        type_: str,
    ) -> TargetSuggestion:
        """Return a target of further records, one for each row in which the column `made` is filled."""
        return TargetSuggestion(
            self.target.model,
            confidence,
            self.target.key,
            self.pattern(role, made),
            [self.link(PARENT_FIELD), *columns],
            role,
            made,
            {"type": type_},
            steps,
            reason=reason,
        )

    def link(self, field: str) -> FieldSuggestion:
        """Return how a further record's field points to the record of its row."""
        reason = "the record of the same row"
        return FieldSuggestion(self.key_title, field, 1.0, reason, ref=self.target.model)

    def pattern(self, role: str, made: str) -> str:
        """Return the ID pattern: the main record's key, and what was made where one key has several rows."""
        pattern = f"{self.sheet.namespace}.{role}.{{{self.key_title}}}"
        if self.key_title == KEY_TITLE:
            return pattern
        key = self.values(self.key_title).column
        return pattern if key.distinct in (0, key.filled) else f"{pattern}.{{{made}}}"


def step(column: str, slug: str, **params: object) -> SuggestedStep:
    """Return a step with its parameters, for a column."""
    return SuggestedStep(column, StepSpec(slug, params))


def without_columns(target: TargetSuggestion, reasons: dict[str, str]) -> TargetSuggestion:
    """Return a target that fills nothing from some columns, given with the reason why."""
    columns = []
    for column in target.columns:
        if column.title in reasons and column.title not in target.key:
            column = FieldSuggestion(column.title, None, 0.0, reasons[column.title], column.candidates)
        columns.append(column)
    return replace(target, columns=columns)
