"""Suggestions for one sheet: the model, the field of each column, the key, and the lines that its rows hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from engine.match import suggestion_reasons
from engine.match.field_assignment import assign
from engine.match.field_candidates import Candidate, candidates, worths
from engine.match.match_evidence import ColumnEvidence, FieldSuggestion, SheetSuggestion, TargetSuggestion
from engine.match.match_task import Task, rounded
from engine.match.model_choice import chief_of, confidence
from engine.match.model_knowledge import Known, known
from engine.match.model_scores import rank
from engine.match.order_lines import lines_of, without
from engine.match.record_keys import key_of
from engine.match.relation_suggestions import Linked, Sibling, best_sibling, linked
from engine.match.title_fit import Context, Surroundings
from engine.match.value_shares import Values
from odoo_migrate.catalog import Catalog

_SHOWN = 5
_BEST_FIT = 1.3  # about the highest score of a model
_LINKED = 0.2  # what keys of another sheet among the values add to a field that points there


def suggest_sheet(
    sheet_name: str,
    columns: Sequence[ColumnEvidence],
    catalog: Catalog,
    *,
    model: str | None = None,
    siblings: Sequence[Sibling] = (),
    namespace: str = "migr",
) -> SheetSuggestion:
    """What a sheet becomes. `model` where it is decided already; `siblings` for columns that hold other sheets' keys.

    Raises KeyError for a `model` that the catalog lacks.
    """
    task = Task(sheet_name, [Values.of(column) for column in columns], catalog, siblings, namespace)
    fits = rank(sheet_name, task.columns, catalog)
    chief, reason = (model, "chosen by you") if model else chief_of(fits, task)
    shown = [(fit.model, rounded(fit.score / _BEST_FIT)) for fit in fits[:_SHOWN] if fit.score > 0]
    if not chief:
        return SheetSuggestion("", 0.0, sheet=sheet_name, candidates=shown, reason=reason, columns=_nothing(task))
    sure = 1.0 if model else confidence(chief, fits, task)
    target = fill(chief, sure, task)
    also = lines_of(target, task, lambda lines: fill(lines, sure, task))
    target = replace(target, columns=without(target, also))
    return SheetSuggestion(**vars(target), sheet=sheet_name, candidates=shown, also=also, reason=reason)


def fill(model: str, sure: float, task: Task) -> TargetSuggestion:
    """The fields and the key of a sheet that becomes `model`."""
    one = known(model, task.catalog)
    around = Surroundings.of(task.name, [values.column.title for values in task.columns])
    context = Context(one, around)
    found = [_raised(*pair, task) for pair in zip(task.columns, candidates(task.columns, context), strict=True)]
    chosen = assign(worths(found, one.naming))
    filled = {name: values.column.title for values, name in zip(task.columns, chosen, strict=True) if name}
    columns = [
        _suggestion(values, column, name, filled, one, task)
        for values, column, name in zip(task.columns, found, chosen, strict=True)
    ]
    key = key_of(task.columns, filled, one)
    return TargetSuggestion(model, sure, key.titles, key.pattern(task.namespace, one.short), columns)


def _raised(values: Values, column: Sequence[Candidate], task: Task) -> list[Candidate]:
    """The column's candidates, those first that point to the sheet whose keys the values are."""
    shares = [best_sibling(values, candidate.field, task.others(values))[1] for candidate in column]
    raised = [replace(one, score=one.score + _LINKED * share) for one, share in zip(column, shares, strict=True)]
    return sorted(raised, key=lambda candidate: -candidate.score)


def _suggestion(
    values: Values, column: Sequence[Candidate], name: str | None, filled: Mapping[str, str], one: Known, task: Task
) -> FieldSuggestion:
    title = values.column.title
    shown = [(candidate.field.import_name, rounded(candidate.score)) for candidate in column[:_SHOWN]]
    chosen = next((candidate for candidate in column if candidate.field.name == name), None)
    if chosen is None:
        return FieldSuggestion(
            title, None, 0.0, suggestion_reasons.for_nothing(values, column, one.model, filled), shown
        )
    how = linked(values, chosen.field, task.catalog, task.others(values))
    reason, field = _reason(values, chosen, one, how), chosen.field.import_name
    return FieldSuggestion(
        title, field, rounded(chosen.score), reason, shown, how.ref, how.lookup, how.separator, how.needs
    )


def _reason(values: Values, chosen: Candidate, one: Known, how: Linked) -> str:
    said = suggestion_reasons.for_field(values, chosen, one.model)
    return (
        f"{said}; {suggestion_reasons.for_link(how.sibling.sheet, how.sibling.key, how.share)}" if how.sibling else said
    )


def _nothing(task: Task) -> list[FieldSuggestion]:
    reason = "what the rows are is not known"
    return [FieldSuggestion(values.column.title, None, 0.0, reason) for values in task.columns]
