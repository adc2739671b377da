"""What else an order's rows hold: its lines, and which column goes where."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from engine.match.match_evidence import FieldSuggestion, TargetSuggestion
from engine.match.match_task import Task
from engine.match.model_knowledge import Known, known
from engine.match.record_keys import line_pattern

_WHAT = frozenset({"product_id/id", "name"})
_HOW_MUCH = frozenset({"product_uom_qty", "product_qty", "price_unit"})


def lines_of(target: TargetSuggestion, task: Task, fill: Callable[[str], TargetSuggestion]) -> list[TargetSuggestion]:
    """The lines whose columns stand in an order's sheet, with the column that ties them to their order."""
    chief = known(target.model, task.catalog)
    if not chief.lines or not target.key:
        return []
    lines = fill(chief.lines["model"])
    filled = {column.field for column in lines.columns}
    if not filled & _WHAT or not filled & _HOW_MUCH:
        return []
    tied = [_tied(column, target, chief, task) for column in lines.columns]
    short = known(lines.model, task.catalog).short
    return [replace(lines, key=target.key, id=line_pattern(task.namespace, short, target.key[0]), columns=tied)]


def without(target: TargetSuggestion, also: Sequence[TargetSuggestion]) -> list[FieldSuggestion]:
    """The chief's columns without those that fit its lines better."""
    lines = {column.title: (other.model, column) for other in also for column in other.columns if column.field}
    return [
        _left_to(column, *lines[column.title], target) if column.title in lines else column for column in target.columns
    ]


def _tied(column: FieldSuggestion, target: TargetSuggestion, chief: Known, task: Task) -> FieldSuggestion:
    """A line's column: the order's key names its order; what fits the order better stays there."""
    link = chief.lines["link"] + "/id"
    if column.title == target.key[0]:
        reason = f"'{column.title}' names the order that the line belongs to"
        return FieldSuggestion(column.title, link, 0.95, reason, [(link, 0.95)], ref=task.mapping(target.model))
    own = next(other for other in target.columns if other.title == column.title)
    if column.field == link or (own.field and own.confidence >= column.confidence):
        return replace(column, field=None, confidence=0.0, reason=f"fills {own.field or 'nothing'} of {target.model}")
    return column


def _left_to(own: FieldSuggestion, model: str, line: FieldSuggestion, target: TargetSuggestion) -> FieldSuggestion:
    if own.title in target.key:
        return own
    reason = f"fills {line.field} of {model}"
    return FieldSuggestion(own.title, None, 0.0, reason, own.candidates)
