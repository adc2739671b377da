"""Rows of a report that hold the name of a group alone, and the rows of totals that name a group.

The name stands alone on its row; below it are the rows of the group, then "Total for …", another word with the name,
the name again beside amounts, or nothing at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from engine.sheets.report_rows import ReportRows
from engine.sheets.row_kinds import Mask
from engine.sheets.title_rows import look_of
from engine.values.currencies import possible
from engine.values.folding import fold
from engine.values.languages import pattern

MOST_NAMES = 20_000  # rows that may be names of groups
_MOST_SHARE = 0.7  # of the rows of a report: where more may be names, it is a list of names
_PREFIX = re.compile(r"([^\W\d_][\w .-]{1,30}):\s*(?=\S)")


@dataclass(frozen=True)
class GroupName:
    """Hold a row that holds the name of a group alone.

    Attributes:
        row: its position.
        position: the column of its first cell.
        indent: the spaces before it.
        text: the name, out of one or two cells.
    """

    row: int
    position: int
    indent: int
    text: str


def group_names(rows: ReportRows) -> list[GroupName]:
    """Return the rows that may hold the name of a group alone, in order; [] where there are none, or too many."""
    if rows.width < 2:
        return []
    perhaps = rows.body & ~rows.records & (rows.count > 0) & (rows.first <= rows.start + 1)
    # A number and a name, in front of where rows of data begin.
    perhaps |= rows.body & (rows.count == 2) & (rows.first < rows.start)
    if not perhaps.any():
        return []
    perhaps &= ~_amounts_alone(rows, perhaps)
    places = np.flatnonzero(perhaps)
    if not len(places) or len(places) > min(MOST_NAMES, _MOST_SHARE * rows.body.sum()):
        return []
    found = []
    for row in places.tolist():
        name = _group_name(rows, row)
        if name is not None:
            found.append(name)
    return found


def _amounts_alone(rows: ReportRows, perhaps: Mask) -> Mask:
    """Return the rows that hold nothing but an amount in a column of amounts."""
    alone = np.zeros(len(perhaps), bool)
    if not perhaps.any():
        return alone
    for position in rows.amount_columns:
        if position > rows.start:
            alone |= rows.filled[position] & (rows.first == position)
    return alone


def _group_name(rows: ReportRows, row: int) -> GroupName | None:
    cells = rows.texts(row)
    first, last = min(cells), max(cells)
    texts = list(cells.values())
    # A second cell that holds an amount or a date makes it a row of data with gaps.
    if len(texts) > 1 and (last in rows.amount_columns or last > first + 2 or look_of(texts[-1]) != "text"):
        return None
    if not any(map(str.isalnum, "".join(texts))):
        return None
    return GroupName(row, first, rows.indent(row, first), " ".join(texts))


def common_prefix(names: Iterable[str]) -> str:
    """Return the word before a colon with which all names begin ("Customer: 10002 Acme"), "" for none."""
    found = set()
    for name in names:
        begins = _PREFIX.match(name)
        found.add(begins[1].strip() if begins else "")
    return found.pop() if len(found) == 1 else ""


def without_prefix(name: str, prefix: str) -> str:
    """Return a name without the word that it begins with, if all do."""
    if not prefix:
        return name
    return _PREFIX.sub("", name, count=1)


def keys_of_name(name: str) -> set[str]:
    """Return what a total may call a group: its name, its number, its name without the number."""
    bare = _PREFIX.sub("", name, count=1)
    keys = {fold(name), fold(bare)}
    number, _, rest = bare.partition(" ")
    if rest and any(map(str.isdigit, number)):
        keys |= {fold(number), fold(rest.lstrip(" -–:·"))}
    return keys - {""}


@dataclass(frozen=True)
class TotalLabel:
    """Hold the words of a row that may be a total.

    Attributes:
        row: its position.
        text: its words.
        has_word: whether one of them says that it is a total.
        is_named: whether they say what it sums up.
        keys: what the group may be called that it sums up; empty where it names none.
    """

    row: int
    text: str
    has_word: bool
    is_named: bool
    keys: frozenset[str]


def total_labels(rows: ReportRows, names: Iterable[GroupName]) -> list[TotalLabel]:
    """Return the rows with amounts whose words say that they are totals, or repeat the name of a group."""
    known: set[str] = set()
    for name in names:
        known |= keys_of_name(name.text)
    found = []
    for row in _with_label_and_amounts(rows):
        words = []
        for position, text in rows.texts(row).items():
            # A currency beside the amount is no part of the label.
            if rows.amounts(position).words[row] and not possible(text):
                words.append(text)
        label = total_label(row, " ".join(words))
        if label.has_word or label.keys & known:
            found.append(label)
    return found


def _with_label_and_amounts(rows: ReportRows) -> list[int]:
    """Return the rows with one or two cells of words at their begin and amounts only behind."""
    words = np.zeros(len(rows.codes), np.int32)
    labelled = np.zeros(len(rows.codes), bool)
    wordy = np.asarray(~rows.body)  # totals that are known by their words are looked at as well
    perhaps = (rows.body | wordy) & (rows.count > 0)
    for position, filled in enumerate(rows.filled):
        amounts = rows.amounts(position)
        words += amounts.words & perhaps
        if position <= rows.start + 2:
            labelled |= amounts.words & (rows.first == position)
        perhaps &= ~filled | (words <= 2)
    chosen = perhaps & labelled & (words > 0) & (rows.count > words)
    places = np.flatnonzero(chosen)
    return places[_may_be_totals(rows, places)].tolist() if len(places) > MOST_NAMES else places.tolist()


def _may_be_totals(rows: ReportRows, places: np.ndarray) -> Mask:
    """Return those of many rows whose first cell has a word for totals."""
    found = np.zeros(len(places), bool)
    for position in range(min(rows.start + 3, len(rows.columns))):
        texts = rows.columns[position].take(pa.array(places))
        found |= np.asarray(pc.match_substring_regex(texts, rf"(?i){_words()}").to_numpy(zero_copy_only=False), bool)
    return found


def total_label(row: int, text: str) -> TotalLabel:
    """Return what a label says of the group that it may sum up."""
    keys = {fold(text)}
    begins, ends = _begins().match(text), _ends().search(text)
    rest = ""
    if begins:
        named = text[begins.end() :].strip(" :–-*=")
        rest = _after().sub("", named, count=1)
        keys |= keys_of_name(named) | keys_of_name(rest)
    elif ends:
        rest = text[: ends.start()].strip(" :–-*=")
        keys |= keys_of_name(rest)
    return TotalLabel(row, text, bool(begins or ends), bool(rest) or not (begins or ends), frozenset(keys - {""}))


@cache
def _words() -> str:
    return (
        f"(?:{'|'.join((pattern('grand_totals'), pattern('subtotals'), pattern('totals'), pattern('total_endings')))})"
    )


@cache
def _begins() -> re.Pattern[str]:
    tags = ("grand_totals", "subtotals", "totals", "carried_totals")
    # Nothing but stars is a total, too: the more, the more it sums up.
    return re.compile(rf"(?i)[\s*=]*(?:{'|'.join(map(pattern, tags))})(?![^\W_])|[*Σ]+$")


@cache
def _ends() -> re.Pattern[str]:
    return re.compile(rf"(?i)(?<=\s){pattern('total_endings')}[\s:*]*$")


@cache
def _after() -> re.Pattern[str]:
    return re.compile(rf"(?i)^(?:{pattern('after_totals')}\b[\s:]*)+")
