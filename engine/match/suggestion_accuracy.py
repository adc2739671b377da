"""Measure how often suggestions are right, on title lists with known answers, and what a change of weights does to it.

A title list is a mapping of system, sheet, model and columns, each column with header, values and fields: a list of
right fields, or null where none fits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from statistics import mean, stdev
from typing import Any

from engine.match.additions.target_additions import fields_through_steps
from engine.match.match_evidence import ColumnEvidence, SheetSuggestion
from engine.match.sheet_suggestions import suggest_sheet
from engine.match.weights import WEIGHTS, MatchWeights, WeightDescription
from odoo_migrate.catalog import Catalog

TitleList = Mapping[str, Any]

# Where the bands of confidence begin whose reliability is shown; below 0.5 nothing is suggested.
_BANDS = (0.0, 0.6, 0.7, 0.8, 0.9)
# Confidence of a field that a column fills through a step, together with another one.
_THROUGH_STEP = 0.9
# Around a weight, as multiples of it; a weight of 0 is moved by the steps themselves.
_SWEEP = (0.0, 0.5, 0.75, 0.9, 1.1, 1.25, 1.5, 2.0)
_STEPS_FROM_ZERO = (-0.2, -0.1, -0.05, 0.05, 0.1, 0.2)


@dataclass(frozen=True)
class TitleAnswer:
    """Hold what was suggested for one title of a list, with the sheet's model given and with it found.

    `expected` are the right fields; None among them says that leaving the column out is right. `found_right` is false
    for all titles of a sheet whose model was found wrongly.
    """

    system: str
    sheet: str
    title: str
    expected: tuple[str | None, ...]
    suggested: str | None
    confidence: float
    found_right: bool

    @property
    def right(self) -> bool:
        """Return whether the suggestion with the model given is right."""
        return self.suggested in self.expected


@dataclass(frozen=True)
class ModelAnswer:
    """Hold what was suggested for one sheet whose model was not given."""

    system: str
    sheet: str
    expected: str
    suggested: str

    @property
    def right(self) -> bool:
        """Return whether the model is right."""
        return self.suggested == self.expected


@dataclass(frozen=True)
class Reliability:
    """Hold how many of the fields that were suggested with a confidence in a band are right."""

    least: float
    most: float
    suggested: int
    right: int


@dataclass(frozen=True)
class Accuracy:
    """Hold the answers for some title lists; figures are computed from them."""

    titles: Sequence[TitleAnswer]
    models: Sequence[ModelAnswer]

    @property
    def right(self) -> int:
        """Return how many titles got a right field, or rightly none, with the model given."""
        return _count(self.titles, "right")

    @property
    def right_with_model_found(self) -> int:
        """Return how many titles got a right field in a sheet whose model was found rightly."""
        return _count(self.titles, "found_right")

    @property
    def models_right(self) -> int:
        """Return for how many sheets the model was found rightly."""
        return _count(self.models, "right")

    @property
    def left_alone(self) -> int:
        """Return how many of the titles that no field fits got none."""
        return _count(self.without_field, "right")

    @property
    def without_field(self) -> list[TitleAnswer]:
        """Return the titles that no field fits."""
        return [answer for answer in self.titles if answer.expected == (None,)]

    @property
    def share_right(self) -> float:
        """Return the share of right titles, 0 for none."""
        return self.right / max(len(self.titles), 1)

    def reliability(self) -> list[Reliability]:
        """Return for each band of confidence how many suggestions are right."""
        bands = []
        for least, most in zip(_BANDS, (*_BANDS[1:], 1.0), strict=True):
            inside = []
            for answer in self.titles:
                if answer.suggested is not None and least <= answer.confidence < most:
                    inside.append(answer)
            bands.append(Reliability(least, most, len(inside), _count(inside, "right")))
        return bands

    def of_system(self, system: str) -> Accuracy:
        """Return the answers for one system's lists."""
        titles = [answer for answer in self.titles if answer.system == system]
        return Accuracy(titles, [answer for answer in self.models if answer.system == system])

    def systems(self) -> list[str]:
        """Return the systems in their order, each once."""
        return list(dict.fromkeys(map(attrgetter("system"), self.models)))


def _count(answers: Iterable[TitleAnswer | ModelAnswer], verdict: str) -> int:
    """Return how many answers have a property that is true."""
    return sum(map(attrgetter(verdict), answers))


def measure_accuracy(lists: Sequence[TitleList], catalog: Catalog, weights: MatchWeights = WEIGHTS) -> Accuracy:
    """Return the answers for title lists, in their order."""
    titles: list[TitleAnswer] = []
    models = []
    for sheet in lists:
        columns = [ColumnEvidence(column["header"], samples=column["values"]) for column in sheet["columns"]]
        given = suggest_sheet(sheet["sheet"], columns, catalog, model=sheet["model"], weights=weights)
        found = suggest_sheet(sheet["sheet"], columns, catalog, weights=weights)
        titles += _title_answers(sheet, given, found)
        models.append(ModelAnswer(sheet["system"], sheet["sheet"], sheet["model"], found.model))
    return Accuracy(titles, models)


def _title_answers(sheet: TitleList, given: SheetSuggestion, found: SheetSuggestion) -> list[TitleAnswer]:
    answers = []
    # Columns that steps make come after the sheet's own.
    of_given, of_found = (one.columns[: len(sheet["columns"])] for one in (given, found))
    by_step, found_by_step = fields_through_steps(given), fields_through_steps(found)
    for column, with_model, without in zip(sheet["columns"], of_given, of_found, strict=True):
        expected = tuple(column["fields"] or [None])
        suggested = with_model.field or by_step.get(with_model.title)
        # A field of another model is wrong, even if it is called the same.
        found_field = _field_name(without.field or found_by_step.get(without.title))
        found_right = found.model == sheet["model"] and found_field in expected
        answers.append(
            TitleAnswer(
                sheet["system"],
                sheet["sheet"],
                column["header"],
                expected,
                _field_name(suggested),
                with_model.confidence or _THROUGH_STEP,
                found_right,
            )
        )
    return answers


def _field_name(import_name: str | None) -> str | None:
    return import_name.removesuffix("/id") if import_name else None


# What a change of weights does


@dataclass(frozen=True)
class SystemChange:
    """Hold what a change of weights does to the right titles of one system's lists, the fold of a validation."""

    system: str
    titles: int
    before: int
    after: int
    found_before: int
    found_after: int

    @property
    def gain(self) -> float:
        """Return by how much the share of right titles rises, with the model given and found together."""
        gained = self.after - self.before + self.found_after - self.found_before
        # Each title is counted twice, with the model given and with it found.
        return gained / max(2 * self.titles, 1)


@dataclass(frozen=True)
class AccuracyChange:
    """Hold the accuracy before and after a change of weights."""

    before: Accuracy
    after: Accuracy

    # Systems are the folds: titles of one system are alike, so single titles would make any gain look certain.
    def by_system(self) -> list[SystemChange]:
        """Return the change for each system."""
        changes = []
        for system in self.before.systems():
            before, after = self.before.of_system(system), self.after.of_system(system)
            changes.append(
                SystemChange(
                    system,
                    len(before.titles),
                    before.right,
                    after.right,
                    before.right_with_model_found,
                    after.right_with_model_found,
                )
            )
        return changes

    def mean_gain(self) -> float:
        """Return the mean gain of the systems, each counting alike."""
        return mean(self._gains() or [0.0])

    def error_of_gain(self) -> float:
        """Return the standard error of the mean gain; a gain of less than two of them is noise."""
        gains = self._gains()
        if len(gains) < 2:
            return 0.0
        return stdev(gains) / len(gains) ** 0.5

    def _gains(self) -> list[float]:
        return [change.gain for change in self.by_system()]

    def changed_titles(self) -> list[tuple[TitleAnswer, TitleAnswer]]:
        """Return the titles whose suggestion differs, before and after."""
        changed = []
        for before, after in zip(self.before.titles, self.after.titles, strict=True):
            if (before.suggested, before.found_right) != (after.suggested, after.found_right):
                changed.append((before, after))
        return changed


@dataclass(frozen=True)
class WeightSweep:
    """Hold the accuracy for several values of one weight, its own value among them, in order."""

    name: str
    own: float
    accuracies: Mapping[float, Accuracy]

    def best_value(self, without: str = "") -> float:
        """Return the value with most right titles in all systems but one; of equal ones the nearest to its own."""

        # The nearest to its own: where nothing is gained, nothing should be changed.
        def rank(value: float) -> tuple[int, float]:
            accuracy = self.accuracies[value]
            left_out = accuracy.of_system(without)
            right = accuracy.right + accuracy.right_with_model_found
            return right - left_out.right - left_out.right_with_model_found, -abs(value - self.own)

        return max(self.accuracies, key=rank)

    def cross_validated(self) -> AccuracyChange:
        """Return what choosing the value by the other systems does to each system that had no part in the choice."""
        before = self.accuracies[self.own]
        titles: list[TitleAnswer] = []
        models: list[ModelAnswer] = []
        for system in before.systems():
            held_out = self.accuracies[self.best_value(without=system)].of_system(system)
            titles += held_out.titles
            models += held_out.models
        return AccuracyChange(_grouped(before), Accuracy(titles, models))


def _grouped(accuracy: Accuracy) -> Accuracy:
    """Return the same answers, those of each system together."""
    titles: list[TitleAnswer] = []
    models: list[ModelAnswer] = []
    for system in accuracy.systems():
        of_system = accuracy.of_system(system)
        titles += of_system.titles
        models += of_system.models
    return Accuracy(titles, models)


def sweep_weight(
    lists: Sequence[TitleList], catalog: Catalog, weight: WeightDescription, weights: MatchWeights = WEIGHTS
) -> WeightSweep:
    """Return the accuracy for a few values around a weight, within its sensible range."""
    own = weights.value(weight.name)
    values = {own}
    for factor in _SWEEP:
        values.add(round(own * factor, 4))
    if not own:
        values.update(_STEPS_FROM_ZERO)
    accuracies = {}
    for value in sorted(values):
        # Beyond the sensible range the weight would mean something else.
        if value != own and not weight.least <= value <= weight.most:
            continue
        accuracies[value] = measure_accuracy(lists, catalog, weights.changed({weight.name: value}))
    return WeightSweep(weight.name, own, accuracies)
