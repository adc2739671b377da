"""Why a field was suggested, or none: sentences that a person understands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from engine.match.field_candidates import Candidate
from engine.match.match_files import load
from engine.match.title_meaning import readings
from engine.match.title_tokens import pieces
from engine.match.value_fit import expected
from engine.match.value_shares import Values
from odoo_migrate.catalog import OdooField, OdooModel

_CALLED = {
    "email": "email addresses", "phone": "phone numbers", "url": "web addresses", "money": "numbers", "date": "dates",
    "boolean": "yes or no", "country": "countries", "currency": "currencies", "postal_code": "postal codes",
    "vat": "possible tax numbers", "iban": "IBANs", "barcode": "as long as barcodes", "unit": "units",
    "language": "languages", "gender": "genders", "marital": "marital states", "percent": "numbers",
    "salutation": "forms of address", "active": "words for active or not", "product kind": "kinds of product",
    "employment": "kinds of employment", "priority": "priorities", "address type": "kinds of address",
}  # fmt: skip
_PROFILED = {"money": {"money", "number", "percent"}, "date": {"date", "datetime"}, "percent": {"percent", "number"}}


def for_field(values: Values, candidate: Candidate, model: OdooModel) -> str:
    """ "title 'Ph #' means phone; 118 of 120 values are phone numbers"."""
    said = _title(values.column.title, candidate)
    counted = _counted(values, expected(model.name, candidate.field))
    return f"{said}; {counted}" if counted else said


def for_link(sheet: str, key: str, share: float) -> str:
    """What the values have in common with another sheet's key."""
    part = "all" if share > 0.999 else f"{share:.0%} of the"
    return f"{part} values are in '{key}' of the sheet '{sheet}'"


def for_nothing(values: Values, candidates: Sequence[Candidate], model: OdooModel, taken: Mapping[str, str]) -> str:
    """Why a column gets no field. `taken`: field → the title that fills it."""
    title = values.column.title
    if _words(title) & {"firstname", "lastname"} and candidates and candidates[0].field.name in taken:
        other = taken[candidates[0].field.name]
        return f"Odoo keeps first and last name in one field, which '{other}' fills; join the columns first"
    if candidates and candidates[0].field.name in taken:
        return f"'{taken[candidates[0].field.name]}' fills {_label(candidates[0].field)} already"
    lacking = _lacking(title)
    if lacking:
        return f"title '{title}' stands for {lacking}; {model.label} has no field for that"
    return f"nothing in {model.label} fits '{title}'"


def _title(title: str, candidate: Candidate) -> str:
    if not candidate.words:
        return f"title '{title}' is Odoo's own name of the field"
    meaning = _label(candidate.field)
    if pieces(title) == pieces(meaning):
        return f"title '{title}' is what Odoo calls it"
    return f"title '{title}' means {meaning.lower() if not meaning.isupper() else meaning}"


def _counted(values: Values, kind: str) -> str:
    called = _CALLED.get(kind)
    if not called or not values.told():
        return ""
    column = values.column
    if column.of_kind and column.filled and column.kind in _PROFILED.get(kind, {kind}):
        return _share(column.of_kind, column.filled, "values", called)
    count = round(values.share(kind) * len(values.samples))
    return _share(count, len(values.samples), "sampled values", called) if count else ""


def _share(count: int, total: int, what: str, called: str) -> str:
    return f"{f'all {total:,}' if count == total and total > 1 else f'{count:,} of {total:,}'} {what} are {called}"


def _label(field: OdooField) -> str:
    return field.label.replace("\xa0", " ")


def _words(title: str) -> frozenset[str]:
    return frozenset(word for reading in readings(title) for word in reading.words)


def _lacking(title: str) -> str:
    """What the title means that Odoo has no place for: the meaning of most words that it fulfils, "" for none."""
    words = _words(title)
    found = [(len(meant), text) for meant, text in _nothings() if meant <= words]
    return max(found, default=(0, ""))[1]


@cache
def _nothings() -> Sequence[tuple[frozenset[str], str]]:
    return [(frozenset(words.split()), text) for words, text in load("nothing").items()]
