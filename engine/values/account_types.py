"""Say what type an account has: by the word for it, by its name, or by its code in a national chart of accounts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

from engine.values import NotRead
from engine.values.folding import fold
from engine.values.languages import words_by_key

# Accounts of these types are told by their names, since most systems keep them among other assets and debts.
_WITHIN = {
    "asset_receivable": frozenset(["asset_current"]),
    "liability_payable": frozenset(["liability_current"]),
}
_LEAST_NAMED = 3  # accounts whose names tell their type, to choose a chart by
_AGREEING = 0.8  # share of those that must agree with the chart


@dataclass(frozen=True)
class AccountChart:
    """Hold a chart: the type by the digits that codes begin with, and how long codes are (0: any length)."""

    name: str
    types: Mapping[str, str]
    length: int = 0

    def type_of(self, code: str) -> str:
        """Return the type of a code, "" where the chart does not say it."""
        digits = code.strip()
        # Longer numbers than the chart's are those of customers and suppliers.
        if not digits.isdigit() or (self.length and len(digits) != self.length):
            return ""
        for end in range(len(digits), 0, -1):
            if digits[:end] in self.types:
                return self.types[digits[:end]]
        return ""


def by_word(text: str) -> str:
    """Return the type that a word means: `CURRLIAB` -> "liability_current". Raises NotRead."""
    found = _types_by_word().get(_plain(text))
    if found is None:
        raise NotRead("it is no kind of account that is known")
    return found


def by_name(name: str, known: str = "") -> str:
    """Return the type of an account by how its name begins, "" where that tells nothing.

    Args:
        name: the account's name.
        known: its type as far as it is known; then only a closer one within it is returned.
    """
    plain = _plain(name)
    for account_type, pattern in _names().items():
        if known and known not in _WITHIN.get(account_type, ()):
            continue
        if pattern.match(plain):
            return account_type
    return ""


@cache
def charts() -> Mapping[str, AccountChart]:
    """Return the national charts by their names."""
    text = resources.files(__package__).joinpath("account_ranges.yml").read_text(encoding="utf-8")
    return {name: _chart(name, entry) for name, entry in yaml.safe_load(text).items()}


def chart_of(accounts: Iterable[tuple[str, str]], texts: Iterable[str] = ()) -> str:
    """Return the chart that accounts are of, "" where none is certain.

    Args:
        accounts: their codes and names.
        texts: what else is said about them; one may name the chart.
    """
    for text in texts:
        for name in charts():
            if len(name) > 2 and name.casefold() in text.casefold().replace(" ", ""):
                return name
    named = []
    for code, name in accounts:
        account_type = by_name(name)
        if account_type:
            named.append((code, account_type))
    if len(named) < _LEAST_NAMED:
        return ""
    agreeing = {name: _agreeing(chart, named) for name, chart in charts().items()}
    best = max(agreeing, key=agreeing.__getitem__)
    others = [count for name, count in agreeing.items() if name != best]
    if agreeing[best] < _AGREEING * len(named) or max(others) == agreeing[best]:
        return ""
    return best


def _agreeing(chart: AccountChart, named: Iterable[tuple[str, str]]) -> int:
    return sum(chart.type_of(code) == account_type for code, account_type in named)


def _chart(name: str, entry: Mapping[str, Any]) -> AccountChart:
    types: dict[str, str] = {}
    for account_type, ranges in entry.items():
        if account_type == "length":
            continue
        for part in str(ranges).split(","):
            first, _, last = part.strip().partition("-")
            for number in range(int(first), int(last or first) + 1):
                types[str(number).zfill(len(first))] = account_type
    return AccountChart(name, types, int(entry.get("length", 0)))


@cache
def _types_by_word() -> Mapping[str, str]:
    found: dict[str, str] = {}
    for account_type, words in words_by_key("account_type_words").items():
        found[account_type.replace("_", " ")] = account_type
        for word in words:
            found.setdefault(_plain(word), account_type)
    return found


@cache
def _names() -> Mapping[str, re.Pattern[str]]:
    found = {}
    for account_type, words in words_by_key("account_names").items():
        beginnings = "|".join(map(re.escape, sorted(map(_plain, words), key=len, reverse=True)))
        found[account_type] = re.compile(rf"(?:{beginnings})\b")
    return found


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", " ", fold(text)).strip()
