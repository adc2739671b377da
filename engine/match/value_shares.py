"""What a column's values say: which share of them is of a kind, and how well that suits a field."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache

from engine.match.match_evidence import ColumnEvidence
from engine.match.match_files import load
from engine.profile.value_kinds import is_amount, is_number, looks_like_email, says_something
from engine.values import countries, currencies
from engine.values.answer_words import yes_or_no
from engine.values.folding import fold

_MOST = 40  # samples looked at

_DATE = re.compile(
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}.*|\d{1,2}[-/. ]\w{2,10}[-/. ,]+\d{2,4}.*|\w{3,9} \d{1,2},? \d{4}.*|(19|20)\d{6}"
)
_TIME = re.compile(r"\d{1,2}:\d{2}(:\d{2})?( ?[ap]m)?", re.IGNORECASE)
_PHONE = re.compile(r"[+(\d][\d\s()./+-]{4,}\d( ?(x|ext\.?) ?\d+)?", re.IGNORECASE)
_URL = re.compile(r"(https?://|www\.)\S+|[\w-]+(\.[\w-]+)*\.[a-z]{2,}(/\S*)?", re.IGNORECASE)
_ZIP = re.compile(r"(?=.*\d)[A-Z0-9][A-Z0-9 -]{2,9}", re.IGNORECASE)
_VAT = re.compile(r"(?=(.*\d){5})[A-Z0-9][A-Z0-9 ./-]{6,22}", re.IGNORECASE)
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9 ]{10,34}", re.IGNORECASE)
_EAN = re.compile(r"\d{8}|\d{12,14}")
_HOUSE = re.compile(r"(?=.*\d)(?=.*[^\W\d_]{3}).{5,}", re.DOTALL)
_CENTS = re.compile(r".*\d[.,]\d{1,4}\D{0,4}")


def _date(text: str) -> bool:
    return bool(_DATE.fullmatch(text)) and not _PHONE_ONLY.fullmatch(text)


_PHONE_ONLY = re.compile(r"\d{3}[-. ]\d{3}[-. ]\d{4}")


@dataclass(frozen=True)
class Values:
    """The values of one column; shares are computed when first asked for."""

    column: ColumnEvidence
    samples: tuple[str, ...]
    _shares: dict[str, float] = field(default_factory=dict, compare=False)

    @classmethod
    def of(cls, column: ColumnEvidence) -> Values:
        said = [text.strip() for text in column.samples if says_something(text)]
        return cls(column, tuple(said[:_MOST]))

    def share(self, kind: str) -> float:
        """The part of the sampled values that is of a kind, 0 to 1; 0 where there is none."""
        if kind not in self._shares:
            self._shares[kind] = (
                self._count(kind) / len(self.samples) if self.samples else float(self.column.kind == kind)
            )
        return self._shares[kind]

    def _count(self, kind: str) -> int:
        test = _TESTS.get(kind)
        if test:
            return sum(bool(test(text)) for text in self.samples)
        words = _words()[kind]
        return sum(fold(text) in words for text in self.samples)

    def told(self) -> bool:
        """Whether there is any value to judge by."""
        return bool(self.samples) or (self.column.kind not in {"", "text"} and self.column.filled > 0)


_TESTS: Mapping[str, Callable[[str], object]] = {
    "email": looks_like_email,
    "phone": _PHONE.fullmatch,
    "url": _URL.fullmatch,
    "number": is_number,
    "money": is_amount,
    "percent": lambda text: is_number(text.rstrip("%").strip()),
    "amount": lambda text: _CENTS.fullmatch(text) and is_amount(text),
    "date": _date,
    "time": _TIME.fullmatch,
    "boolean": lambda text: yes_or_no(text) is not None,
    "word yes": lambda text: not text.isdigit() and len(text) > 1 and yes_or_no(text) is not None,
    "country": countries.iso_code,
    "currency": lambda text: len(text) <= 20 and currencies.possible(text),
    "postal_code": _ZIP.fullmatch,
    "vat": _VAT.fullmatch,
    "iban": _IBAN.fullmatch,
    "barcode": _EAN.fullmatch,
    "state": lambda text: len(text) <= 3 or not re.search(r"\d", text),
    "digits": str.isdigit,
    "house": _HOUSE.fullmatch,
}


@cache
def _words() -> Mapping[str, frozenset[str]]:
    return {kind: frozenset(fold(word) for word in text.split(",")) for kind, text in load("values").items()}
