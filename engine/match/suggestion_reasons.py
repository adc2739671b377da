"""Say why a model or a field was suggested, or none, in sentences that a person understands."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cache

from engine.match.field_candidates import FieldCandidate
from engine.match.match_files import load
from engine.match.relation_suggestions import same_model
from engine.match.sheet_to_match import SheetToMatch
from engine.match.title_meaning import readings
from engine.match.title_tokens import pieces
from engine.match.value_scores import ColumnValues, expected_kind
from odoo_migrate.catalog import OdooField, OdooModel

# How sentences call values of a kind; other kinds are not worth a sentence.
_NAMES_OF_KINDS = {
    "email": "email addresses", "phone": "phone numbers", "url": "web addresses", "money": "numbers", "date": "dates",
    "boolean": "yes or no", "country": "countries", "currency": "currencies", "postal_code": "postal codes",
    "vat": "possible tax numbers", "iban": "IBANs", "barcode": "as long as barcodes", "unit": "units",
    "language": "languages", "gender": "genders", "marital": "marital states", "percent": "numbers",
    "salutation": "forms of address", "active": "words for active or not", "product_kind": "kinds of product",
    "employment": "kinds of employment", "priority": "priorities", "address_type": "kinds of address",
}  # fmt: skip
# Which kinds of the profile are counted for a kind, where they are more than the kind itself.
_PROFILED_KINDS = {
    "money": {"money", "number", "percent"},
    "date": {"date", "datetime"},
    "percent": {"percent", "number"},
}
_ALL = 0.999  # share from which on "all" is said, so that 1,999 of 2,000 are not called so


def for_model(fields: Sequence[str | None], model: str, sheet: SheetToMatch, *, named: bool) -> str:
    """Return why a sheet is of a model; `fields` are its columns' fields, `named` whether the sheet's name fits."""
    filled = len(fields) - list(fields).count(None)
    reason = f"{filled} of {len(fields)} titles name fields of {sheet.catalog.model(model).label}"
    if named:
        reason += f", and the sheet's name '{sheet.name}' fits"
    source = sheet.source
    # An export whose rows are something else would only make the reason doubtful.
    if source and same_model(source.model, model):
        reason += f"; {source.sentence}"
    return reason


def for_lacking(model: str, lacks: Collection[str], sheet: SheetToMatch) -> str:
    """Return why a sheet is left out though it looks like a model: one of these fields is needed, and none filled."""
    odoo = sheet.catalog.model(model)
    wanted = [_label(odoo.fields[name]) for name in sorted(lacks) if name in odoo.fields]
    return f"it looks like {odoo.label}, but no column says {' or '.join(wanted[:2])}"


def for_field(values: ColumnValues, candidate: FieldCandidate, model: OdooModel) -> str:
    """Return a reason such as "title 'Ph #' means phone; 118 of 120 values are phone numbers"."""
    reason = _for_title(values.column.title, candidate)
    counted = _counted(values, expected_kind(model.name, candidate.field))
    return f"{reason}; {counted}" if counted else reason


def for_reference(sheet: str, key: str, share: float) -> str:
    """Return what the values have in common with another sheet's key."""
    part = "all" if share > _ALL else f"{share:.0%} of the"
    return f"{part} values are in '{key}' of the sheet '{sheet}'"


def for_nothing(
    values: ColumnValues, candidates: Sequence[FieldCandidate], model: OdooModel, filled: Mapping[str, str]
) -> str:
    """Return why a column gets no field; `filled` holds by field the title that fills it."""
    title = values.column.title
    if values.column.is_untitled:
        return "the column has no title, and nothing else says what it holds"
    if candidates and candidates[0].ruled_out:
        return candidates[0].ruled_out
    if candidates and candidates[0].field.name in filled:
        best = candidates[0].field
        other = filled[best.name]
        if _words(title) & {"firstname", "lastname"}:
            return f"Odoo keeps first and last name in one field, which '{other}' fills; join the columns first"
        return f"'{other}' fills {_label(best)} already"
    meaning = _meaning_without_field(title)
    if meaning:
        return f"title '{title}' stands for {meaning}; {model.label} has no field for that"
    return f"nothing in {model.label} fits '{title}'"


def _for_title(title: str, candidate: FieldCandidate) -> str:
    if not candidate.words:
        return f"title '{title}' is Odoo's own name of the field"
    meaning = _label(candidate.field)
    if pieces(title) == pieces(meaning):
        return f"title '{title}' is what Odoo calls it"
    # VAT and IBAN keep their capitals.
    if not meaning.isupper():
        meaning = meaning.lower()
    return f"title '{title}' means {meaning}"


def _counted(values: ColumnValues, kind: str) -> str:
    """Return how many values are of a kind, as a clause; "" where that says nothing."""
    called = _NAMES_OF_KINDS.get(kind)
    if not called or not values.can_be_judged():
        return ""
    column = values.column
    # The profile counted all cells, which says more than the samples.
    if column.of_kind and column.filled and column.kind in _PROFILED_KINDS.get(kind, {kind}):
        return _count_clause(column.of_kind, column.filled, "values", called)
    count = round(values.share(kind) * len(values.samples))
    return _count_clause(count, len(values.samples), "sampled values", called) if count else ""


def _count_clause(count: int, total: int, what: str, called: str) -> str:
    part = f"all {total:,}" if count == total and total > 1 else f"{count:,} of {total:,}"
    return f"{part} {what} are {called}"


def _label(field: OdooField) -> str:
    return field.label.replace("\xa0", " ")


def _words(title: str) -> frozenset[str]:
    return frozenset[str]().union(*(reading.words for reading in readings(title)))


def _meaning_without_field(title: str) -> str:
    """Return what the title means that Odoo has no field for: the meaning of most words that it has, "" for none."""
    words = _words(title)
    best = (0, "")
    for meant, text in _meanings_without_field():
        if meant <= words:
            best = max(best, (len(meant), text))
    return best[1]


@cache
def _meanings_without_field() -> Sequence[tuple[frozenset[str], str]]:
    return [(frozenset(words.split()), text) for words, text in load("titles_without_field").items()]
