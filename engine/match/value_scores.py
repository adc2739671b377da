"""Judge a column's values: which share of them is of a kind, and what that says about a field."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache

from engine.match.match_evidence import ColumnEvidence
from engine.match.match_files import load
from engine.match.weights import MOST_SAMPLES, MatchWeights
from engine.profile.column_kinds import is_amount, is_number, looks_like_email, says_something
from engine.values import countries, currencies
from engine.values.folding import fold
from engine.values.languages import words_by_key
from engine.values.yes_no_words import yes_or_no
from odoo_migrate.catalog import OdooField

# Kinds of values

_DATE = re.compile(
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}.*|\d{1,2}[-/. ]\w{2,10}[-/. ,]+\d{2,4}.*|\w{3,9} \d{1,2},? \d{4}.*|(19|20)\d{6}"
)
_AMERICAN_PHONE = re.compile(r"\d{3}[-. ]\d{3}[-. ]\d{4}")
_TIME = re.compile(r"\d{1,2}:\d{2}(:\d{2})?( ?[ap]m)?", re.IGNORECASE)
_PHONE = re.compile(r"[+(\d][\d\s()./+-]{4,}\d( ?(x|ext\.?) ?\d+)?", re.IGNORECASE)
_URL = re.compile(r"(https?://|www\.)\S+|[\w-]+(\.[\w-]+)*\.[a-z]{2,}(/\S*)?", re.IGNORECASE)
_ZIP = re.compile(r"(?=.*\d)[A-Z0-9][A-Z0-9 -]{2,9}", re.IGNORECASE)
_VAT = re.compile(r"(?=(.*\d){5})[A-Z0-9][A-Z0-9 ./-]{6,22}", re.IGNORECASE)
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9 ]{10,34}", re.IGNORECASE)
_EAN = re.compile(r"\d{8}|\d{12,14}")
_HOUSE = re.compile(r"(?=.*\d)(?=.*[^\W\d_]{3}).{5,}", re.DOTALL)
_CENTS = re.compile(r".*\d[.,]\d{1,4}\D{0,4}")
_LONGEST_CURRENCY = 20  # letters; longer texts are not looked up
_LONGEST_STATE_CODE = 3  # letters and digits, as in "03" or "NSW"


def _is_percentage(text: str) -> bool:
    return is_number(text.rstrip("%").strip())


def _is_amount_with_decimals(text: str) -> bool:
    return bool(_CENTS.fullmatch(text)) and is_amount(text)


def _is_date(text: str) -> bool:
    if not _DATE.fullmatch(text) or _AMERICAN_PHONE.fullmatch(text):
        return False
    # "12.345,67" has the dots of a date, and is an amount.
    return text.isdigit() or not is_amount(text)


def _is_answer(text: str) -> bool:
    return yes_or_no(text) is not None


def _is_word_for_answer(text: str) -> bool:
    """Return whether a text means yes or no and can hardly mean anything else, as 1 or "y" could."""
    return not text.isdigit() and len(text) > 1 and _is_answer(text)


def _is_currency(text: str) -> bool:
    return len(text) <= _LONGEST_CURRENCY and bool(currencies.possible(text))


def _may_be_state(text: str) -> bool:
    return len(text) <= _LONGEST_STATE_CODE or not re.search(r"\d", text)


_TESTS: Mapping[str, Callable[[str], object]] = {
    "email": looks_like_email,
    "phone": _PHONE.fullmatch,
    "url": _URL.fullmatch,
    "number": is_number,
    "money": is_amount,
    "percent": _is_percentage,
    "amount": _is_amount_with_decimals,
    "date": _is_date,
    "time": _TIME.fullmatch,
    "boolean": _is_answer,
    "word yes": _is_word_for_answer,
    "country": countries.iso_code,
    "currency": _is_currency,
    "postal_code": _ZIP.fullmatch,
    "vat": _VAT.fullmatch,
    "iban": _IBAN.fullmatch,
    "barcode": _EAN.fullmatch,
    "state": _may_be_state,
    "digits": str.isdigit,
    "house": _HOUSE.fullmatch,
}


@cache
def _words_of_kind(kind: str) -> frozenset[str]:
    words = set(words_by_key("closed_sets")[kind])
    if kind == "product_kind":
        words.update(*words_by_key("product_kinds").values())
    return frozenset(map(fold, words))


@dataclass(frozen=True)
class ColumnValues:
    """Hold the values of one column, `samples` without blanks; shares are computed when first asked for."""

    column: ColumnEvidence
    samples: tuple[str, ...]
    _shares: dict[str, float] = field(default_factory=dict, compare=False)

    @classmethod
    def of(cls, column: ColumnEvidence) -> ColumnValues:
        """Take the first samples of a column that say something ("n/a" does not)."""
        samples = [text.strip() for text in column.samples if says_something(text)]
        return cls(column, tuple(samples[:MOST_SAMPLES]))

    def share(self, kind: str) -> float:
        """Return the part of the sampled values that is of a kind, 0 to 1.

        Without samples, the column's own kind counts as 1 and every other as 0.
        """
        if kind not in self._shares:
            if self.samples:
                self._shares[kind] = self._count(kind) / len(self.samples)
            else:
                self._shares[kind] = float(self.column.kind == kind)
        return self._shares[kind]

    def _count(self, kind: str) -> int:
        test = _TESTS.get(kind)
        if test:
            return sum(bool(test(text)) for text in self.samples)
        words = _words_of_kind(kind)
        return sum(fold(text) in words for text in self.samples)

    def can_be_judged(self) -> bool:
        """Return whether there is any value, or a kind found by the profile, to judge by."""
        return bool(self.samples) or (self.column.kind not in {"", "text"} and self.column.filled > 0)


# Kinds that fields want

_KIND_BY_TYPE = {
    "integer": "money", "float": "money", "monetary": "money", "date": "date", "datetime": "date", "boolean": "boolean",
}  # fmt: skip
_KIND_BY_RELATION = {
    "res.country": "country", "res.country.state": "state", "res.currency": "currency", "uom.uom": "unit",
    "res.partner.bank": "iban",
}  # fmt: skip
# Fields with these closed sets of words share their titles with other fields ("Title", "Type", "Status").
_AMBIGUOUS_KINDS = ("active", "salutation", "product_kind", "address_type")


def expected_kind(model: str, field: OdooField) -> str:
    """Return the kind of values a field wants: one of the profile's, a closed set of words, or "text"."""
    kinds = _kinds_by_field()
    by_name = kinds.get(f"{model}.{field.name}") or kinds.get(field.name)
    return by_name or _KIND_BY_RELATION.get(field.relation) or _KIND_BY_TYPE.get(field.type, "text")


@cache
def _kinds_by_field() -> Mapping[str, str]:
    found: dict[str, str] = {}
    for kind, fields in load("expected_values").items():
        found.update(dict.fromkeys(fields.split(), kind))
    return found


def value_points(values: ColumnValues, kind: str, weights: MatchWeights) -> float:
    """Return the points that a column's values add to a field that wants a kind; 0 where there are none."""
    if not values.can_be_judged():
        return weights.unproven_choice if kind in _AMBIGUOUS_KINDS else 0.0
    effect = weights.value_effects.get(kind)
    if effect is None:
        return _text_points(values, kind, weights)
    share = values.share(kind)
    if kind == "active":
        share = max(share, values.share("boolean"))
    if share >= weights.most_values:
        return effect.most
    return effect.some if share >= weights.some_values else effect.few


def _text_points(values: ColumnValues, kind: str, weights: MatchWeights) -> float:
    """Return the points for a field of text or of records, whose values should not plainly be something else."""
    strange = {
        "date": weights.dates_in_text,
        "word yes": weights.answers_in_text,
        "amount": weights.amounts_in_text,
        "email": weights.emails_in_text,
    }
    points = 0.0
    for other, loss in strange.items():
        if values.share(other) >= weights.strange_values:
            points = min(points, loss)
    if kind == "place" and values.share("house") >= weights.most_values:
        points += weights.house_numbers
    if kind in {"place", "title"} and values.share("digits") >= weights.strange_values:
        points += weights.digits_as_street if kind == "place" else weights.digits_as_name
    return points
