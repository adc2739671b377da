"""Suggest the step that gives accounts their type: by a column with words for it, or by their codes."""

from __future__ import annotations

from engine.match.additions.target_additions import Addition, filled_fields, free_title, made_column, step_on
from engine.match.match_evidence import TargetSuggestion
from engine.match.sheet_to_match import SheetToMatch
from engine.match.value_scores import ColumnValues
from engine.values import NotRead, account_types

_FIELD = "account_type"
_MADE = "Account type"


def account_kind(target: TargetSuggestion, sheet: SheetToMatch) -> Addition:
    """Return the step that writes Odoo's account types."""
    filled = filled_fields(target)
    columns = {values.column.title: values for values in sheet.columns}
    named = {"name_column": filled["name"]} if "name" in filled else {}
    if _FIELD in filled:
        if not _has_foreign_words(columns[filled[_FIELD]]):
            return Addition()
        return Addition(steps=[step_on(filled[_FIELD], "account_type", **named)])
    if "code" not in filled or "name" not in filled:
        return Addition()
    codes, names = columns[filled["code"]], columns[filled["name"]]
    # Values in the order of the rows, as far as no two are alike: codes never are, names hardly ever.
    chart = account_types.chart_of(zip(codes.samples, names.samples, strict=False), (sheet.name, *sheet.lines))
    if not chart:
        return Addition()
    made = free_title(_MADE, sheet)
    step = step_on(filled["code"], "account_type_from_code", chart=chart, into=made, **named)
    reason = f"the codes are those of the chart {chart}"
    return Addition(steps=[step], columns=[made_column(made, _FIELD, reason)])


def _has_foreign_words(values: ColumnValues) -> bool:
    """Return whether the column holds words of other systems, and some of them are known."""
    known = 0
    for text in values.samples:
        try:
            known += account_types.by_word(text) != text
        except NotRead:
            continue
    return known > 0
