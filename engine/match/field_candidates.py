"""Find which fields of a model a column may be meant for, and how likely each is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from engine.match.described_models import DescribedModel, TitlePattern, described_model
from engine.match.match_files import load
from engine.match.relation_suggestions import same_model
from engine.match.sheet_to_match import RECORD_KEY_WORDS, SheetToMatch
from engine.match.title_dictionary import kinds
from engine.match.title_meaning import Reading, readings
from engine.match.value_scores import ColumnValues, expected_kind, value_points
from engine.sources.source_systems import SystemExport, plain_title
from odoo_migrate.catalog import OdooField

_USERS = "res.users"  # a user's number in another system is nothing to find them by


@dataclass(frozen=True)
class FieldCandidate:
    """Hold a field for a column, its points (they may pass 1), and the words of the title that say so.

    `group` is the group of fields that it belongs to, as `field_group` gives it. `ruled_out` says in words why the
    column must not fill the field, "" where it may.
    """

    field: OdooField
    points: float
    words: frozenset[str] = frozenset()
    group: str = ""
    ruled_out: str = ""


@dataclass(frozen=True)
class _ModelInSheet:
    """Hold a model that a sheet is read as."""

    model: DescribedModel
    sheet: SheetToMatch

    def known_export(self) -> SystemExport | None:
        """Return the export of a system that the sheet is, where its records or their lines are of the model."""
        source = self.sheet.source
        if source is None:
            return None
        if self.is_chief(source.model):
            return source.details
        order = described_model(source.model, self.sheet.catalog, self.sheet.weights)
        return source.details if order.line_model == self.model.odoo.name else None

    def is_chief(self, model: str) -> bool:
        """Return whether the model is one of an export's records, and not of their lines."""
        return same_model(model, self.model.odoo.name)

    def candidate(
        self, values: ColumnValues, field: OdooField, points: float, words: frozenset[str] = frozenset()
    ) -> FieldCandidate:
        """Return a candidate with the points of the title and of the values."""
        fit = value_points(values, expected_kind(self.model.odoo.name, field), self.sheet.weights)
        return FieldCandidate(field, points + fit, words, field_group(field.name))


def field_candidates(model: DescribedModel, sheet: SheetToMatch) -> list[list[FieldCandidate]]:
    """Return for each column its fields of at least `least_score` points, the best first."""
    context = _ModelInSheet(model, sheet)
    found = [_of_column(values, context) for values in sheet.columns]
    # All columns are read first: neighbours help by their own best candidates, not by what they were raised to.
    return [_with_neighbours(position, found, sheet.weights.neighbour) for position in range(len(found))]


def field_worths(
    found: Sequence[Sequence[FieldCandidate]], model: DescribedModel, sheet: SheetToMatch
) -> list[dict[str, float]]:
    """Return what each field is worth to each column, for the assignment.

    The field of the records' name is worth more than its points, since records without a name are worth little.
    """
    name_field, weights = model.records.name_field, sheet.weights
    best_name = 0.0
    for column in found:
        for candidate in column:
            if candidate.field.name == name_field and not candidate.ruled_out:
                best_name = max(best_name, candidate.points)
    least = max(weights.sure_name, best_name - weights.name_lag)
    worths = []
    for column in found:
        usable = [candidate for candidate in column if not candidate.ruled_out]
        of_column = {candidate.field.name: candidate.points for candidate in usable}
        if name_field in of_column and of_column[name_field] >= least:
            of_column[name_field] += weights.name_bonus
        worths.append(of_column)
    return worths


def _of_column(values: ColumnValues, context: _ModelInSheet) -> list[FieldCandidate]:
    title, weights = values.column.title, context.sheet.weights
    if values.column.is_untitled:
        return []
    export = context.known_export()
    if export is not None and export.knows(title):
        return _as_export_says(values, export, context)
    named = _field_by_import_name(title, context.model)
    if named:
        return [context.candidate(values, named, weights.import_name)]
    # "Company / Account" may be read as a whole; only a title that then fits nothing is taken apart at the slash.
    found = _best(_matches(title, values, context), weights.least_score)
    if found or "/" not in title:
        return found
    halves = []
    for half in title.split("/"):
        for candidate in _matches(half, values, context):
            halves.append(replace(candidate, points=candidate.points - weights.slashed_half))
    return _best(halves, weights.least_score)


def _as_export_says(values: ColumnValues, export: SystemExport, context: _ModelInSheet) -> list[FieldCandidate]:
    """Return the field that the export of a system has in a column, if the model has it and the values are no other."""
    says = export.fields if context.is_chief(export.model) else export.lines
    name = says.get(plain_title(values.column.title), "")
    field = context.model.odoo.fields.get(name)
    if field is None:
        return []
    weights = context.sheet.weights
    words = frozenset([plain_title(values.column.title)])
    return _best([context.candidate(values, field, weights.known_export, words)], weights.least_score)


def _best(found: Iterable[FieldCandidate], least: float) -> list[FieldCandidate]:
    """Return each field once, the best first."""
    best: dict[str, FieldCandidate] = {}
    for candidate in found:
        name = candidate.field.name
        if candidate.points >= least and (name not in best or best[name].points < candidate.points):
            best[name] = candidate
    return _sorted(best.values())


def _sorted(found: Iterable[FieldCandidate]) -> list[FieldCandidate]:
    return sorted(found, key=lambda candidate: (-candidate.points, candidate.field.name))


def _matches(title: str, values: ColumnValues, context: _ModelInSheet) -> Iterator[FieldCandidate]:
    weights, patterns = context.sheet.weights, context.model.titles
    # Titles a little too weak are kept until their values have been looked at.
    least = weights.least_score - weights.rescue_by_values
    for reading in readings(title):
        if patterns.rule_out(reading.words):
            continue
        for pattern in patterns.fulfilled_by(reading.all_words):
            points = _title_points(reading, pattern, context)
            if points >= least:
                yield context.candidate(values, pattern.field, points, pattern.words)


def _field_by_import_name(title: str, model: DescribedModel) -> OdooField | None:
    """Return the field of a title that is an import name of Odoo's own: `list_price`, `categ_id/id`."""
    name = title.strip().partition("/")[0]
    # Without an underscore it is an ordinary word; company_id is Odoo's own company, which other systems call so too.
    if "_" not in name or name == "company_id":
        return None
    return model.odoo.fields.get(name)


def _with_neighbours(position: int, found: Sequence[Sequence[FieldCandidate]], points: float) -> list[FieldCandidate]:
    """Return a column's candidates with points for those whose group a column beside it belongs to."""
    groups = set()
    for other in (position - 1, position + 1):
        if 0 <= other < len(found) and found[other] and _helps_neighbours(found[other][0].group):
            groups.add(found[other][0].group)
    helped = []
    for candidate in found[position]:
        if candidate.group in groups:
            candidate = replace(candidate, points=candidate.points + points)
        helped.append(candidate)
    return _sorted(helped)


# What a title is worth for a pattern


def _title_points(reading: Reading, pattern: TitlePattern, context: _ModelInSheet) -> float:
    """Return the points of a title that has a pattern's words: the pattern's, less what its other words cost."""
    if pattern.only_about and not context.sheet.is_about(pattern.only_about):
        return 0.0
    weights = context.sheet.weights
    cost = 0.0
    for word in reading.words - pattern.words:
        cost += _word_cost(word, pattern, context)
    cost += weights.unknown_word * len(reading.unknown - pattern.words) + weights.misspelt_word * reading.misspelt
    # Of "Customer No." and "Customer Name", the number is the safer way to find the customer.
    if pattern.field.relational and "name" in reading.words:
        cost += weights.record_by_name
    return pattern.points + weights.further_word * (len(pattern.words) - 1) - cost


def _word_cost(word: str, pattern: TitlePattern, context: _ModelInSheet) -> float:
    """Return the points that a word takes away that the field does not ask for."""
    patterns, group, weights = context.model.titles, field_group(pattern.field.name), context.sheet.weights
    if word in patterns.ignored_words or word in context.sheet.shared_words or word in _words_of_group(group):
        return 0.0
    if patterns.means_alone(word, pattern.field.name):
        return 0.0
    # "Customer number" names the customer as well as "Customer" does; in a plain field, a number is something else.
    if word in kinds()["neutral"] or (word in RECORD_KEY_WORDS and _points_to_record(pattern)):
        return weights.neutral_word
    if word in kinds()["aside"] or (word in kinds()["place"] and group in {"address", "reach"}):
        return weights.aside_word
    return weights.barrier_word if word in kinds()["barrier"] else weights.other_word


def _points_to_record(pattern: TitlePattern) -> bool:
    return pattern.field.relational and pattern.field.relation != _USERS


# Groups of fields that go together in sheets: addresses, ways to reach someone, prices, codes


def field_group(field: str) -> str:
    """Return the group of a field in groups.yml, "" for most."""
    return _groups_by_field().get(field, "")


@cache
def _groups_by_field() -> Mapping[str, str]:
    found: dict[str, str] = {}
    for group, entry in load("groups").items():
        found.update(dict.fromkeys(entry["fields"].split(), group))
    return found


@cache
def _words_of_group(group: str) -> frozenset[str]:
    """Return the words that say little in titles of a group's fields: "address" in "Address: City"."""
    return frozenset(load("groups")[group]["words"].split()) if group else frozenset()


def _helps_neighbours(group: str) -> bool:
    return bool(group) and bool(load("groups")[group]["beside"])
