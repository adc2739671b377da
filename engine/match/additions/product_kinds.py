"""Suggest the steps that say which products are services, and whose stock is kept."""

from __future__ import annotations

from collections.abc import Iterable

from engine.match.additions.target_additions import Addition, filled_fields, free_title, made_column, step_on
from engine.match.match_evidence import FieldSuggestion, SuggestedStep, TargetSuggestion
from engine.match.sheet_to_match import SheetToMatch
from engine.match.title_meaning import readings
from engine.match.value_scores import ColumnValues
from engine.values.folding import fold
from engine.values.languages import words_by_key
from odoo_migrate.catalog import OdooField

_STOCKED, _CONSUMED, _SERVICE = "stocked", "consumed", "service"
# What each kind is called in the fields of Odoo 16 and 17, and of 18 on.
_DETAILED = {_STOCKED: "product", _CONSUMED: "consu", _SERVICE: "service"}
_TYPES = {_STOCKED: "consu", _CONSUMED: "consu", _SERVICE: "service"}
_KEPT = {_STOCKED: "1", _CONSUMED: "0", _SERVICE: "0"}
_TIME = ("Hours", "Days")  # units of services
_MADE = "Product kind"
_KEPT_TITLE = "Is stocked"


def product_kind(target: TargetSuggestion, sheet: SheetToMatch) -> Addition:
    """Return the steps: by words for kinds, else by units of time, else by columns that goods alone fill."""
    filled = filled_fields(target)
    columns = {values.column.title: values for values in sheet.columns}
    odoo = sheet.catalog.model(target.model)
    field = "detailed_type" if "detailed_type" in odoo.fields else "type"
    storable = "is_storable" if "is_storable" in odoo.fields and "is_storable" not in filled else ""
    if field in filled:
        return _by_words(columns[filled[field]], odoo.fields[field], storable, sheet)
    if "uom_id" in filled:
        return _by_units(columns[filled["uom_id"]], field, storable, sheet)
    return _by_assets(field, storable, sheet)


def _by_words(values: ColumnValues, choices: OdooField, storable: str, sheet: SheetToMatch) -> Addition:
    """Return the steps that put Odoo's kinds in place of a column's words; nothing where a word is not known."""
    kinds = {text: _kinds_by_word().get(fold(text), "") for text in values.column.values or values.samples}
    if not kinds or not all(kinds.values()) or _are_choices(kinds, choices):
        return Addition()
    return _mapped(values.column.title, kinds, choices.name, storable, sheet)


def _are_choices(texts: Iterable[str], field: OdooField) -> bool:
    """Return whether Odoo takes all texts as they are: it knows its choices and their labels in any case."""
    known = {part.casefold() for choice in field.selection for part in choice}
    return all(text.strip().casefold() in known for text in texts)


def _by_units(values: ColumnValues, field: str, storable: str, sheet: SheetToMatch) -> Addition:
    """Return the steps that take for services what is counted in hours and days, where other things are not."""
    times = {fold(word.rstrip(".")) for name in _TIME for word in words_by_key("units")[name]}
    kept = _kept_column(sheet)
    goods = _STOCKED if kept else _CONSUMED
    kinds = {}
    for text in values.column.values or values.samples:
        kinds[text] = _SERVICE if fold(text.strip().rstrip(".")) in times else goods
    if len(set(kinds.values())) < 2 and not kept:
        return Addition()
    return _mapped(values.column.title, kinds, field, storable, sheet)


def _by_assets(field: str, storable: str, sheet: SheetToMatch) -> Addition:
    """Return the steps that keep the stock of products with an account for it; the others are services."""
    kept = _kept_column(sheet)
    if not storable or kept is None or kept.column.filled == kept.column.rows:
        return Addition()
    title = free_title(_KEPT_TITLE, sheet)
    kind = free_title(_MADE, sheet)
    reason = f"'{kept.column.title}' is filled for goods in stock alone"
    steps = [
        step_on(kept.column.title, "mark_filled", into=title),
        step_on(kept.column.title, "mark_filled", into=kind),
        step_on(kind, "map_values", pairs={"1": _TYPES[_STOCKED], "0": _TYPES[_SERVICE]}),
    ]
    return Addition(steps=steps, columns=[made_column(title, storable, reason), made_column(kind, field, reason)])


def _mapped(title: str, kinds: dict[str, str], field: str, storable: str, sheet: SheetToMatch) -> Addition:
    """Return the steps that write Odoo's words for the cells to a column for each field."""
    wanted = {field: _DETAILED if field == "detailed_type" else _TYPES}
    if storable:
        wanted[storable] = _KEPT
    steps: list[SuggestedStep] = []
    columns: list[FieldSuggestion] = []
    for name, words in wanted.items():
        made = free_title(_MADE if name == field else _KEPT_TITLE, sheet)
        pairs = {text.strip(): words[kind] for text, kind in sorted(kinds.items())}
        steps.append(step_on(title, "map_into_column", pairs=pairs, into=made))
        columns.append(made_column(made, name, f"'{title}' tells services from goods"))
    return Addition(
        steps=steps, columns=columns, used={title: f"tells the kind, in '{_MADE}'"} if _is_kind(title) else {}
    )


def _is_kind(title: str) -> bool:
    """Return whether a title means a kind of product, and no unit that fills a field of its own."""
    return all("unit" not in reading.words for reading in readings(title))


def _kept_column(sheet: SheetToMatch) -> ColumnValues | None:
    """Return the column of the stock's account, or of the quantity on hand, that goods alone have."""
    for words in ({"asset", "account"}, {"on", "hand", "quantity"}):
        for values in sheet.columns:
            found = readings(values.column.title)[0].all_words
            if values.column.filled and words <= found:
                return values
    return None


def _kinds_by_word() -> dict[str, str]:
    return {fold(word): kind for kind, words in words_by_key("product_kinds").items() for word in words}
