"""Suggest what one sheet becomes: the model, the field of each column, the key, and the lines that its rows hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from operator import attrgetter

from engine.match import suggestion_reasons
from engine.match.additions.sheet_additions import completed
from engine.match.columns.usable_candidates import usable_candidates
from engine.match.described_models import DescribedModel, described_model
from engine.match.field_assignment import assign
from engine.match.field_candidates import FieldCandidate, field_worths
from engine.match.further.further_targets import with_further_records
from engine.match.left_out_sheets import left_out
from engine.match.match_evidence import ColumnEvidence, FieldSuggestion, SheetSuggestion, TargetSuggestion
from engine.match.model_ranking import ModelFit, chosen_model, lists_open_items, model_confidence, ranked_models
from engine.match.record_keys import key_of, line_pattern
from engine.match.relation_suggestions import Sibling, best_sibling, by_other_names, suggest_relation
from engine.match.sheet_to_match import SheetToMatch
from engine.match.value_scores import ColumnValues
from engine.match.weights import SHOWN_CANDIDATES, WEIGHTS, MatchWeights
from odoo_migrate.catalog import Catalog, OdooField

# A sheet of orders holds their lines where it says what was ordered and how much of it.
_WHAT_WAS_ORDERED = frozenset({"product_id/id", "name"})
_HOW_MUCH_OF_IT = frozenset({"product_uom_qty", "product_qty", "price_unit"})


def suggest_sheet(
    sheet_name: str,
    columns: Sequence[ColumnEvidence],
    catalog: Catalog,
    *,
    model: str | None = None,
    siblings: Sequence[Sibling] = (),
    namespace: str = "migr",
    weights: MatchWeights = WEIGHTS,
    lines: Sequence[str] = (),
) -> SheetSuggestion:
    """Return what a sheet becomes.

    Args:
        sheet_name: what its tab or its file is called.
        columns: what is known of its columns, in their order.
        catalog: the models of the version of Odoo.
        model: the sheet's model where that is decided already.
        siblings: the dataset's sheets by their keys, for columns that hold those.
        namespace: what external IDs begin with.
        weights: the numbers to compute with.
        lines: the texts above its table, such as the head of a report.

    Raises:
        KeyError: where the catalog lacks `model`.
    """
    values = list(map(ColumnValues.of, columns))
    sheet = SheetToMatch(sheet_name, values, catalog, siblings, namespace, weights, lines)
    fits = ranked_models(sheet)
    chosen, reason, confidence = model or "", "chosen by you", 1.0
    shown = _likeliest(fits, sheet)
    aside = None if lists_open_items(sheet) else left_out(sheet)
    if not chosen and aside is not None:
        shown, reason = [(one, dict(shown).get(one, 0.0)) for one in aside.models], aside.reason
    elif not chosen:
        chosen, reason = chosen_model(fits, sheet)
        confidence = model_confidence(chosen, fits, sheet) if chosen else 0.0
    if not chosen:
        return _without_model(reason, shown, sheet)
    target = _suggest_target(chosen, confidence, sheet)
    # The lines are looked for among all columns; those that they need more are then taken from the order.
    also = _suggest_lines(target, sheet)
    target = replace(target, columns=_without_lines(target, also), reason=reason, when=_first_rows(target, also, sheet))
    found = SheetSuggestion(**vars(target), sheet=sheet_name, candidates=shown, also=also)
    return completed(with_further_records(found, sheet), sheet)


def _likeliest(fits: Sequence[ModelFit], sheet: SheetToMatch) -> list[tuple[str, float]]:
    shown = []
    for fit in fits[:SHOWN_CANDIDATES]:
        if fit.points > 0:
            shown.append((fit.model, sheet.confidence(fit.points / sheet.weights.best_fit)))
    return shown


# One model


def _suggest_target(name: str, confidence: float, sheet: SheetToMatch) -> TargetSuggestion:
    """Return the fields and the key of a sheet that becomes a model."""
    model = described_model(name, sheet.catalog, sheet.weights)
    found = []
    for values, column in zip(sheet.columns, usable_candidates(model, sheet), strict=True):
        found.append(_with_references(values, column, sheet))
    # References raise candidates before the assignment: a column of another sheet's keys has the first claim.
    chosen = assign(field_worths(found, model, sheet))
    filled = {field: title for field, title in zip(chosen, sheet.titles, strict=True) if field}
    columns = []
    for values, column, field in zip(sheet.columns, found, chosen, strict=True):
        by_field = {candidate.field.name: candidate for candidate in column}
        if field:
            columns.append(_suggest_field(values, column, by_field[field], model, sheet))
        else:
            reason = suggestion_reasons.for_nothing(values, column, model.odoo, filled)
            columns.append(FieldSuggestion(values.column.title, None, 0.0, reason, _shown(column, sheet)))
    key = key_of(sheet.columns, filled, model, sheet.weights)
    pattern = key.pattern(sheet.namespace, model.records.id_word)
    return TargetSuggestion(name, confidence, key.titles, pattern, columns)


def _with_references(
    values: ColumnValues, column: Sequence[FieldCandidate], sheet: SheetToMatch
) -> list[FieldCandidate]:
    """Return a column's candidates with points for those that point to the sheet whose keys the values are."""
    raised = []
    for candidate in column:
        siblings = sheet.others(values)
        _, share = best_sibling(values, candidate.field, siblings, weights=sheet.weights)
        points = candidate.points
        if not share:
            _, share = by_other_names(values, candidate.field, siblings, sheet.weights)
            # A mail address is strange in a reference only as long as it leads nowhere.
            if share and values.share("email") >= sheet.weights.strange_values:
                points -= sheet.weights.emails_in_text
        raised.append(replace(candidate, points=points + sheet.weights.linked_values * share))
    return sorted(raised, key=attrgetter("points"), reverse=True)


def _suggest_field(
    values: ColumnValues,
    column: Sequence[FieldCandidate],
    chosen: FieldCandidate,
    model: DescribedModel,
    sheet: SheetToMatch,
) -> FieldSuggestion:
    relation = suggest_relation(values, chosen.field, sheet.catalog, sheet.others(values), sheet.weights)
    reason = suggestion_reasons.for_field(values, chosen, model.odoo)
    if relation.lookup is not None and relation.lookup.path:
        reason += f"; '{relation.lookup.path}' stands between the levels, each of which becomes a record"
    if relation.sibling:
        sibling = relation.sibling
        reason += f"; {suggestion_reasons.for_reference(sibling.sheet, sibling.key, relation.share)}"
    return FieldSuggestion(
        values.column.title,
        chosen.field.import_name,
        sheet.confidence(chosen.points),
        reason,
        _shown(column, sheet),
        relation.ref,
        relation.lookup,
        relation.separator,
        relation.needs,
        _is_essential(chosen.field, model),
    )


def _is_essential(field: OdooField, model: DescribedModel) -> bool:
    """Return whether a record of the model is none without the field, or something else."""
    # Of a field that must be filled Odoo takes its own default, such as another unit of measure.
    if field.required:
        return True
    return any(field.name in wanted for wanted in model.sheets.needs)


def _shown(column: Sequence[FieldCandidate], sheet: SheetToMatch) -> list[tuple[str, float]]:
    best = column[:SHOWN_CANDIDATES]
    return [(candidate.field.import_name, sheet.confidence(candidate.points)) for candidate in best]


def _without_model(reason: str, shown: Sequence[tuple[str, float]], sheet: SheetToMatch) -> SheetSuggestion:
    """Return a sheet that is left out, with the reason and the likeliest models."""
    no_field = "what the rows are is not known"
    columns = [FieldSuggestion(title, None, 0.0, no_field) for title in sheet.titles]
    return SheetSuggestion("", 0.0, sheet=sheet.name, candidates=shown, reason=reason, columns=columns)


# Orders and their lines


def _suggest_lines(target: TargetSuggestion, sheet: SheetToMatch) -> list[TargetSuggestion]:
    """Return the lines that an order's sheet holds, with the column that ties them to their order."""
    order = described_model(target.model, sheet.catalog, sheet.weights)
    if not order.line_model or not target.key:
        return []
    lines = _suggest_target(order.line_model, target.confidence, sheet)
    # A price or a name alone may be the order's own: a sheet holds lines when it says what and how much.
    filled = set(map(attrgetter("field"), lines.columns))
    if not filled & _WHAT_WAS_ORDERED or not filled & _HOW_MUCH_OF_IT:
        return []
    columns = []
    for of_line, of_order in zip(lines.columns, target.columns, strict=True):
        columns.append(_column_of_lines(of_line, of_order, target, order, sheet))
    id_word = described_model(lines.model, sheet.catalog, sheet.weights).records.id_word
    pattern = line_pattern(sheet.namespace, id_word, target.key[0])
    return [replace(lines, key=target.key, id=pattern, columns=columns)]


def _first_rows(target: TargetSuggestion, also: Sequence[TargetSuggestion], sheet: SheetToMatch) -> str:
    """Return a column that is filled in the first row of each order alone, where the order's cells are there alone.

    Only those rows make orders then; all rows are lines. "" where every row has the order's cells.
    """
    columns = {values.column.title: values.column for values in sheet.columns}
    key = columns.get(target.key[0]) if also and target.key else None
    if key is None or not key.distinct or key.distinct == key.filled:
        return ""
    own = [columns[one.title] for one in target.columns if one.field and one.title != key.title]
    if not any(column.filled == key.distinct < column.rows for column in own):
        return ""
    for column in (*own, *columns.values()):
        if column.filled == key.distinct:
            return column.title
    return ""


def _column_of_lines(
    of_line: FieldSuggestion,
    of_order: FieldSuggestion,
    target: TargetSuggestion,
    order: DescribedModel,
    sheet: SheetToMatch,
) -> FieldSuggestion:
    """Return what a column fills in the lines: the order's key names their order; what fits orders better is theirs."""
    link, title = order.line_link + "/id", of_line.title
    # The order's number is both the order's own name and what its lines point to.
    if title == target.key[0]:
        reason = f"'{title}' names the order that the line belongs to"
        sure, mapping = sheet.weights.order_key, sheet.mapping_name(target.model)
        return FieldSuggestion(title, link, sure, reason, [(link, sure)], ref=mapping)
    if of_line.field == link or (of_order.field and of_order.confidence >= of_line.confidence):
        reason = f"fills {of_order.field or 'nothing'} of {target.model}"
        return replace(of_line, field=None, confidence=0.0, reason=reason)
    return of_line


def _without_lines(target: TargetSuggestion, also: Sequence[TargetSuggestion]) -> list[FieldSuggestion]:
    """Return an order's columns without those that fill its lines; its key stays with both."""
    reasons: dict[str, str] = {}
    for lines in also:
        for column in lines.columns:
            if column.field and column.title not in target.key:
                reasons[column.title] = f"fills {column.field} of {lines.model}"
    columns = []
    for column in target.columns:
        if column.title in reasons:
            column = FieldSuggestion(column.title, None, 0.0, reasons[column.title], column.candidates)
        columns.append(column)
    return columns
