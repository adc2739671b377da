"""Rank the models that a sheet's rows may be, and choose one.

The likeliest model is the one whose fields the titles and values name best, and that the sheet's name names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import sqrt
from operator import attrgetter

from engine.match import suggestion_reasons
from engine.match.columns.usable_candidates import usable_candidates
from engine.match.described_models import DescribedModel, described_model, model_files
from engine.match.field_assignment import assign
from engine.match.field_candidates import FieldCandidate, field_worths
from engine.match.relation_suggestions import same_model
from engine.match.sheet_to_match import SheetToMatch
from engine.match.title_dictionary import kinds
from engine.match.title_meaning import readings
from odoo_migrate.catalog import Catalog

# Either kind of product explains the same sheets, so they are no rivals.
_SAME_RECORDS = {"product.template": "product.product", "product.product": "product.template"}

Candidates = Sequence[Sequence[FieldCandidate]]  # per column, the best first


@dataclass(frozen=True)
class ModelFit:
    """Hold how well a model explains a sheet.

    `name_share` is the part of the sheet's name that speaks of the model, 0 to 1; `fields` the field that each column
    would get, or None. `lacks` are the fields of which the model needs one and no column fills any.
    """

    model: str
    points: float
    name_share: float
    fields: Sequence[str | None]
    lacks: frozenset[str] = frozenset()

    @property
    def filled(self) -> int:
        """Return how many columns would get a field."""
        return len(self.fields) - list(self.fields).count(None)


# Ranking


def ranked_models(sheet: SheetToMatch) -> list[ModelFit]:
    """Return how the described models fit a sheet, the likeliest first."""
    tried: dict[str, DescribedModel] = {}
    name_shares: dict[str, float] = {}
    for name in (*model_files(), *_models_labelled(sheet.name, sheet.catalog)):
        if name not in sheet.catalog:
            continue
        model = described_model(name, sheet.catalog, sheet.weights)
        share = _name_share(model, sheet)
        if share or not model.sheets.only_by_name:
            tried[name], name_shares[name] = model, share
    found = {name: usable_candidates(model, sheet) for name, model in tried.items()}
    shares = _column_shares(found, len(sheet.columns))
    fits = []
    for name, model in tried.items():
        fits.append(_fit(model, sheet, found[name], shares, name_shares[name]))
    return sorted(fits, key=attrgetter("points"), reverse=True)


def _models_labelled(name: str, catalog: Catalog) -> Iterator[str]:
    """Yield the models beyond those described whose label is what the sheet is called ("Contract Types")."""
    meanings = {reading.all_words for reading in readings(name)}
    for model, label in _label_words(catalog).items():
        if label in meanings and model not in model_files():
            yield model


@cache
def _label_words(catalog: Catalog) -> Mapping[str, frozenset[str]]:
    return {model: readings(catalog.model(model).label)[0].all_words for model in catalog.names()}


def _column_shares(found: Mapping[str, Candidates], columns: int) -> list[float]:
    """Return how much each column counts in the points of a model.

    A column that few models know tells more; one that no model knows tells nothing.
    """
    knowing = [0] * columns
    for of_model in found.values():
        for column, candidates in enumerate(of_model):
            knowing[column] += bool(candidates)
    # The square root: a title that ten models know still says something, and more than a tenth.
    shares = [0.0] * columns
    for column, models in enumerate(knowing):
        if models:
            shares[column] = 1 / sqrt(models)
    return shares


def _fit(
    model: DescribedModel, sheet: SheetToMatch, found: Candidates, shares: Sequence[float], name_share: float
) -> ModelFit:
    weights = sheet.weights
    chosen = assign(field_worths(found, model, sheet))
    explained = 0.0
    for share, column, name in zip(shares, found, chosen, strict=True):
        # Halves of a name, and people beside a company, are joined or become records of their own.
        explained += share * _points(column, name or model.records.name_field)
    points = explained / (sum(shares) or 1.0) + weights.sheet_name * name_share
    typical = model.sheets.typical_fields
    if typical and typical.isdisjoint(set(chosen)):
        points -= weights.no_typical_field
    if _is_of_other_trade(model, sheet):
        points -= weights.other_trade
    if sheet.source and same_model(sheet.source.model, model.odoo.name):
        points += weights.recognised_export
    return ModelFit(model.odoo.name, points, name_share, chosen, model.sheets.lacking(set(filter(None, chosen))))


def _points(column: Sequence[FieldCandidate], name: str | None) -> float:
    for candidate in column:
        if candidate.field.name == name:
            return min(1.0, candidate.points)
    return 0.0


def _is_of_other_trade(model: DescribedModel, sheet: SheetToMatch) -> bool:
    """Return whether the sheet's words name another trade: vendors, where the model holds customers' orders."""
    required = model.sheets.required_words
    if required and required.isdisjoint(sheet.words):
        return True
    return any(sheet.is_about(party) for party in model.sheets.opposing_words)


def _name_share(model: DescribedModel, sheet: SheetToMatch) -> float:
    """Return the share of a sheet's name that names the model, 0 to 1."""
    best = 0.0
    for reading in readings(sheet.name):
        telling = reading.words - kinds()["neutral"] - kinds()["aside"]
        for words in model.sheets.names:
            if words and words <= reading.words:
                unknown = sheet.weights.unknown_name_word * len(reading.unknown)
                best = max(best, len(words) / (len(telling | words) + unknown))
    return best


# Choosing


def chosen_model(fits: Sequence[ModelFit], sheet: SheetToMatch) -> tuple[str, str]:
    """Return the model of a sheet, "" for none, and the reason."""
    weights = sheet.weights
    nothing = "", "the titles say too little about what the rows are"
    if not fits or fits[0].points < weights.least_fit:
        return nothing
    best = _best_without_lack(fits, weights.lacking_lag)
    if best.lacks:
        return "", suggestion_reasons.for_lacking(best.model, best.lacks, sheet)
    # A single column with a field is what nearly every sheet has of nearly every model.
    if best.filled < weights.fewest_fields and not best.name_share:
        return nothing
    if best.model == "account.move" and lists_open_items(sheet):
        return "res.partner", "the rows say who owes what; the customers can be loaded, the invoices lack their lines"
    parent_model = described_model(best.model, sheet.catalog, weights).parent_model
    for fit in fits:
        if fit.model == parent_model and _describes_orders(fit, best, of_lines="line" in readings(sheet.name)[0].words):
            best = fit
            break
    reason = suggestion_reasons.for_model(best.fields, best.model, sheet, named=bool(best.name_share))
    return best.model, reason


def _best_without_lack(fits: Sequence[ModelFit], lag: float) -> ModelFit:
    """Return the best model that lacks nothing, if it is not far behind; else the best one, which lacks something."""
    for fit in fits:
        if fit.points < fits[0].points - lag:
            break
        if not fit.lacks:
            return fit
    return fits[0]


def model_confidence(model: str, fits: Sequence[ModelFit], sheet: SheetToMatch) -> float:
    """Return how sure a model is: how much it and its lines explain, and how far the next one is behind."""
    weights = sheet.weights
    line_model = described_model(model, sheet.catalog, weights).line_model
    own = {model, line_model, _SAME_RECORDS.get(model, "")}
    points = rival = 0.0
    # The fits are in order, so the first of either kind is the best of it.
    for fit in reversed(fits):
        if fit.model in own:
            points = fit.points
        else:
            rival = fit.points
    lead = min(points - rival, weights.greatest_lead)
    if lead < 0:
        return weights.outdone_model
    return sheet.confidence(min(points / weights.full_fit, 1.0) * (weights.no_lead + lead))


def _describes_orders(order: ModelFit, line: ModelFit, *, of_lines: bool) -> bool:
    """Return whether a sheet of lines holds an order's customer too, which the lines have no use for."""
    own = set()
    for name, of_line in zip(order.fields, line.fields, strict=True):
        if name and not of_line:
            own.add(name)
    # A sheet that is called after lines holds orders only where it says when they were made, too.
    wanted = {"partner_id", "date_order"} if of_lines else {"partner_id"}
    return wanted <= own


def lists_open_items(sheet: SheetToMatch) -> bool:
    """Return whether invoices are listed by customer, number and name, with what is open.

    Then it is the customers that can be loaded, for the invoices lack their lines.
    """
    numbered = named = counted = False
    for title in sheet.titles:
        for reading in readings(title):
            of_party = not reading.words.isdisjoint({"customer", "vendor"})
            numbered |= of_party and "number" in reading.words
            named |= of_party and "name" in reading.words
            counted |= {"open", "amount"} <= reading.words
    return numbered and named and counted
