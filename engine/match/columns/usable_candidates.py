"""Take fields away from columns that must not fill them, whatever their titles say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from operator import attrgetter

from engine.match.columns.address_groups import other_addresses
from engine.match.columns.name_columns import company_name_title, people_beside_a_company
from engine.match.described_models import DescribedModel
from engine.match.field_candidates import FieldCandidate, field_candidates
from engine.match.left_out_sheets import lists_balances
from engine.match.record_keys import is_running_number
from engine.match.relation_suggestions import best_sibling, by_other_names
from engine.match.sheet_to_match import SheetToMatch
from engine.match.value_scores import ColumnValues
from odoo_migrate.catalog import OdooField

Candidates = list[list[FieldCandidate]]  # per column, the best first

_EMPTY = "the column is empty, so there is nothing to bring"
_OPENING_BALANCES = dict.fromkeys(
    ("opening_balance", "opening_debit", "opening_credit"),
    "balances are booked by an opening entry, not with the accounts",
)
_RUNNING = "it only counts the rows, so the next file numbers other records so"
_UNKNOWN_MAIL = "no sheet lists partners with these mail addresses"
_SAME_VALUE = "all its cells are alike, so it names no record"


def usable_candidates(model: DescribedModel, sheet: SheetToMatch) -> Candidates:
    """Return for each column the fields that it may fill, and those that it must not, which say why."""
    found = []
    for values, column in zip(sheet.columns, field_candidates(model, sheet), strict=True):
        found.append([_judged(candidate, values, model, sheet) for candidate in column])
    if lists_balances(sheet):
        found = _ruled_out(found, [_OPENING_BALANCES] * len(found))
    found = _ruled_out(found, other_addresses(found, sheet))
    company = company_name_title(found, model, sheet)
    if company:
        found = _ruled_out(found, people_beside_a_company(found, company, sheet))
        found = _with_sure_name(found, company, model, sheet)
    return found


def _judged(
    candidate: FieldCandidate, values: ColumnValues, model: DescribedModel, sheet: SheetToMatch
) -> FieldCandidate:
    """Return a candidate, ruled out where the column is empty or says the same in every row."""
    field, column = candidate.field, values.column
    if is_running_number(column):
        return replace(candidate, ruled_out=_RUNNING)
    naming = field.name in (model.records.name_field, *model.records.key_fields)
    if column.is_empty and (naming or field.required or column.is_empty_for_long):
        return replace(candidate, ruled_out=_EMPTY)
    if field.relation == "res.partner" and _names_nobody(values, field, sheet):
        return replace(candidate, ruled_out=_UNKNOWN_MAIL)
    if column.is_constant and field.name == model.records.name_field:
        return replace(candidate, ruled_out=_SAME_VALUE)
    return candidate


def _names_nobody(values: ColumnValues, field: OdooField, sheet: SheetToMatch) -> bool:
    """Return whether a column holds mail addresses by which no sheet of the dataset knows its partners."""
    if values.share("email") < sheet.weights.most_values:
        return False
    siblings = sheet.others(values)
    by_key, _ = best_sibling(values, field, siblings, weights=sheet.weights)
    named, _ = by_other_names(values, field, siblings, sheet.weights)
    return by_key is None and named is None


def _with_sure_name(found: Candidates, title: str, model: DescribedModel, sheet: SheetToMatch) -> Candidates:
    """Return the candidates with the name for the column of this title, however weakly the title alone says so."""
    raised = []
    for other, column in zip(sheet.titles, found, strict=True):
        candidates = column
        if other == title:
            candidates = [_at_least(one, model.records.name_field, sheet.weights.company_name) for one in column]
        raised.append(sorted(candidates, key=attrgetter("points"), reverse=True))
    return raised


def _at_least(candidate: FieldCandidate, field: str, points: float) -> FieldCandidate:
    if candidate.field.name != field:
        return candidate
    return replace(candidate, points=max(candidate.points, points))


def _ruled_out(found: Sequence[Sequence[FieldCandidate]], reasons: Sequence[Mapping[str, str]]) -> Candidates:
    """Return the candidates with the reasons why some fields, by their names, are not for a column."""
    judged = []
    for column, of_column in zip(found, reasons, strict=True):
        kept = []
        for candidate in column:
            reason = candidate.ruled_out or of_column.get(candidate.field.name, "")
            kept.append(replace(candidate, ruled_out=reason))
        judged.append(kept)
    return judged
