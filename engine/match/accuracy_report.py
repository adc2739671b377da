"""Report how often suggestions are right, and what a change of weights does to that, as plain values for JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any

from engine.match.suggestion_accuracy import (
    Accuracy,
    AccuracyChange,
    ModelAnswer,
    TitleAnswer,
    TitleList,
    measure_accuracy,
    sweep_weight,
)
from engine.match.weights import WEIGHTS, described_weight, weight_descriptions
from odoo_migrate.catalog import Catalog


def measured(changes: Mapping[str, float], lists: Sequence[TitleList], odoo: Catalog) -> dict[str, Any]:
    """Return the figures, and with changed weights those with and without the change."""
    changed = WEIGHTS.changed(changes)
    before = measure_accuracy(lists, odoo)
    if not changes:
        return {**figures(before), "sheets": sheets_as_json(before)}
    change = AccuracyChange(before, measure_accuracy(lists, odoo, changed))
    return {"weights": changes, "before": figures(before), "after": figures(change.after), **comparison(change)}


def swept(name: str, changes: Mapping[str, float], lists: Sequence[TitleList], odoo: Catalog) -> dict[str, Any]:
    """Return the figures for values around a weight, and what choosing among them gains where it was not measured."""
    weight = described_weight(name)
    sweep = sweep_weight(lists, odoo, weight, WEIGHTS.changed(changes))
    before = sweep.accuracies[sweep.own]
    values = []
    for value, accuracy in sweep.accuracies.items():
        change = AccuracyChange(before, accuracy)
        entry = {"value": value, **figures(accuracy), "mean_gain": _rounded(change.mean_gain())}
        values.append({**entry, "error_of_gain": _rounded(change.error_of_gain())})
    return {
        "weight": name,
        "meaning": weight.meaning,
        "own": sweep.own,
        "best": sweep.best_value(),
        "values": values,
        "cross_validated": comparison(sweep.cross_validated()),
    }


def weights_as_json() -> list[dict[str, Any]]:
    """Return the name, value, range and meaning of every weight."""
    return list(map(vars, weight_descriptions()))


def figures(accuracy: Accuracy) -> dict[str, Any]:
    """Return how often the suggestions were right, in all and by their confidence."""
    return {
        "titles": len(accuracy.titles),
        "right": accuracy.right,
        "share": _rounded(accuracy.share_right),
        "right_with_model_found": accuracy.right_with_model_found,
        "models": len(accuracy.models),
        "models_right": accuracy.models_right,
        "without_field": len(accuracy.without_field),
        "left_alone": accuracy.left_alone,
        "reliability": list(map(vars, accuracy.reliability())),
    }


def comparison(change: AccuracyChange) -> dict[str, Any]:
    """Return what a change does to each system, whether that is more than noise, and to which titles."""
    titles = []
    for before, after in change.changed_titles():
        titles.append(
            {
                "system": before.system,
                "sheet": before.sheet,
                "header": before.title,
                "before": before.suggested,
                "after": after.suggested,
                "expected": list(before.expected),
            }
        )
    systems = [{**vars(one), "gain": _rounded(one.gain)} for one in change.by_system()]
    return {
        "systems": systems,
        "mean_gain": _rounded(change.mean_gain()),
        "error_of_gain": _rounded(change.error_of_gain()),
        "changed": titles,
    }


def sheets_as_json(accuracy: Accuracy) -> list[dict[str, Any]]:
    """Return for each sheet its model and its wrong titles."""
    groups = groupby(accuracy.titles, key=attrgetter("system", "sheet"))
    sheets = []
    for model, (_, answers) in zip(accuracy.models, groups, strict=True):
        sheets.append(_sheet_as_json(model, list(answers)))
    return sheets


def _sheet_as_json(model: ModelAnswer, answers: list[TitleAnswer]) -> dict[str, Any]:
    wrong = []
    for answer in answers:
        if not answer.right:
            wrong.append({"header": answer.title, "got": answer.suggested, "expected": list(answer.expected)})
    return {
        "system": model.system,
        "sheet": model.sheet,
        "model": model.expected,
        "got": model.suggested,
        "model_right": model.right,
        "titles": len(answers),
        "right": len(answers) - len(wrong),
        "wrong": wrong,
    }


def _rounded(share: float) -> float:
    return round(share, 4)
