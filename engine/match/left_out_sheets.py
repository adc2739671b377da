"""Recognise sheets that bring no records: reports that only serve to check what other sheets bring."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from engine.match.match_files import load
from engine.match.sheet_to_match import SheetToMatch
from engine.match.title_meaning import readings
from engine.values.folding import fold
from engine.values.languages import words_by_key

_AGEING, _BALANCES, _PARTIES = "ageing", "account_balances", "party_balances"
# "1 - 30", "31-60 Tage", "> 90 days", "< 1 Month", "2 Months".
_AGE = re.compile(
    r"(?P<than>[<>≤≥]|over|über|ueber|plus de|más de|oltre|meer dan|mais de)?\s*\d{1,3}"
    r"(?P<range>\s*(-|–|to|bis|à|a|al|tot|até)\s*\d{1,3})?\s*"
    r"(?P<unit>days?|tagen?|jours?|días?|giorni|dagen|dias?|months?|monate?|mois|meses|mesi|maanden)?"
    r"\s*(overdue|überfällig|past due|and over|\+)?",
    re.IGNORECASE,
)
_FEWEST_AGES = 2
_HEAD_LINES = 4  # lines of a report's head that may name it; those below are notes
_OF_PARTIES = frozenset(["customer", "vendor", "partner", "contact", "invoice", "company", "account", "aging", "total"])
_OF_GOODS = frozenset(["product", "price", "sku", "barcode"])


@dataclass(frozen=True)
class LeftOut:
    """Hold why a sheet is left out, as a part of a sentence, and the models that somebody may yet want it for."""

    kind: str
    reason: str
    models: tuple[str, ...]


def left_out(sheet: SheetToMatch) -> LeftOut | None:
    """Return why a sheet brings no records; None where it may."""
    # An export that a system is known for is what it is, whatever it is called.
    if sheet.source is not None:
        return None
    kind = _by_columns(sheet) or _by_name(sheet)
    if not kind:
        return None
    entry = load("left_out_sheets")[kind]
    known = [model for model in entry["models"].split() if model in sheet.catalog]
    return LeftOut(kind, entry["reason"], tuple(known))


def lists_accounts(sheet: SheetToMatch) -> bool:
    """Return whether a list of balances has a column for the accounts' numbers and one for their names."""
    found = left_out(sheet)
    if found is None or found.kind != _BALANCES:
        return False
    coded = named = False
    for values in sheet.columns:
        if _means(values.column.title, frozenset(["account"])) and values.share("number") > sheet.weights.most_values:
            coded = True
        elif _means(values.column.title, frozenset(["designation", "name", "description"])):
            named = True
    return coded and named


def _by_name(sheet: SheetToMatch) -> str:
    """Return the kind of report that the sheet's name or the head above its table names, "" for none."""
    for text in (sheet.name, *sheet.lines[:_HEAD_LINES]):
        for kind, pattern in _names().items():
            if pattern.search(fold(text)):
                return kind
    return ""


@cache
def _names() -> dict[str, re.Pattern[str]]:
    """Return by kind of report a pattern of its names; balances of parties come before those of accounts."""
    found = {}
    for kind in (_AGEING, _PARTIES, *load("left_out_sheets")):
        words = sorted(map(fold, words_by_key("checking_reports")[kind]), key=len, reverse=True)
        found[kind] = re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})\b")
    return found


def _by_columns(sheet: SheetToMatch) -> str:
    """Return the kind of report that the columns make up, "" for none."""
    ages = [title for title in sheet.titles if _is_age(title)]
    if len(ages) >= _FEWEST_AGES and sheet.words & _OF_PARTIES and not sheet.words & _OF_GOODS:
        return _AGEING
    return _BALANCES if lists_balances(sheet) else ""


def _is_age(title: str) -> bool:
    found = _AGE.fullmatch(title.strip())
    return found is not None and any(found.groups())


def lists_balances(sheet: SheetToMatch) -> bool:
    """Return whether the rows are accounts with their debit and credit, and nothing says when or by what document."""
    words = frozenset[str]()
    for title in sheet.titles:
        words |= readings(title)[0].words
    if not {"debit", "credit"} <= words or not words & {"account", "ledger"}:
        return False
    dated = any(values.share("date") > sheet.weights.most_values for values in sheet.columns)
    return not dated and words.isdisjoint({"date", "document", "journal", "entry", "due", "reference", "invoice"})


def _means(title: str, words: frozenset[str]) -> bool:
    return any(reading.words & words for reading in readings(title))
