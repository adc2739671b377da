"""Dates and times as people write them.

`01/03/2012` is a day in January or in March. Whoever reads a column first asks `order_of` what the column as a
whole says; a text that can be read in two ways is not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache

from engine.values import NotRead, date_formats, months, times_of_day
from engine.values.folding import fold

ORDERS = {"dmy": "day/month/year", "mdy": "month/day/year", "ymd": "year/month/day"}

PIVOT = 69
"""Years of two digits: 69 to 99 are 1969 to 1999, 00 to 68 are 2000 to 2068 (as POSIX has it)."""

_EXAMPLES = 5
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_ISO_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?:Z|[-+][0-9]{2}:[0-9]{2})?"
)
_NUMERIC = re.compile(r"([0-9]{1,4}) ?([-/. ]) ?([0-9]{1,2}) ?\2 ?([0-9]{1,4})\.?")
_YEAR_FIRST = re.compile(r"[0-9]{4}-")
_COMPACT = re.compile(r"((?:19|20)[0-9]{2})([0-9]{2})([0-9]{2})")
_NUMBER = re.compile(r"[-+]?[0-9]+(?:[.,][0-9]+)?")
_YEAR = re.compile(r"[12][0-9]{3}")
_NAMED = re.compile(r"[^\W_]+(?:[ .,/'’-]+[^\W_]+)*[.,]?")
_WORDS = re.compile(r"[0-9]+|[^\W\d_]+")
_WEEKDAY = re.compile(r"([^\W\d_]+)(?:-[^\W\d_]+)?[.,]* (?=\S)")
_FILLERS = frozenset(
    ["st", "nd", "rd", "th", "er", "ere", "o", "a", "de", "del", "di", "of", "the", "den", "der", "le", "el", "il"]
)

# Five digits begin in 1927 and this is the end of 2099: what is smaller or larger is some other number.
_SERIAL = re.compile(r"([0-9]{5})(?:[.,]([0-9]+))?")
_LAST_SERIAL = 73050
_FIRST_1900, _FIRST_1904 = date(1899, 12, 30), date(1904, 1, 1)


@dataclass
class OrderEvidence:
    """How many distinct values can only be read day first, month first or year first (`99-12-31`), and how many
    with the day or the month first; five examples of each.
    """

    day_first: int = 0
    month_first: int = 0
    year_first: int = 0
    either: int = 0
    day_examples: list[str] = field(default_factory=list)
    month_examples: list[str] = field(default_factory=list)
    year_examples: list[str] = field(default_factory=list)
    either_examples: list[str] = field(default_factory=list)

    @property
    def both(self) -> bool:
        """Two orders are present."""
        return (self.day_first > 0) + (self.month_first > 0) + (self.year_first > 0) > 1

    @property
    def order(self) -> str:
        """The order that the column's dates agree on; "" where nothing tells or two are present."""
        if self.both:
            return ""
        if self.year_first:
            return "ymd"
        return "dmy" if self.day_first else "mdy" if self.month_first else ""


def order_of(distinct: Iterable[str], *, times: bool = True) -> OrderEvidence:
    """What a column's distinct values say about the order of day, month and year; other texts say nothing.

    `times` False leaves out cells with a time of day other than midnight.
    """
    found = OrderEvidence()
    groups: dict[frozenset[str], list[str]] = {
        frozenset(["dmy"]): found.day_examples,
        frozenset(["mdy"]): found.month_examples,
        frozenset(["ymd"]): found.year_examples,
        frozenset(["dmy", "mdy"]): found.either_examples,
    }
    counts = dict.fromkeys(groups, 0)
    for text in distinct:
        if not _YEAR_FIRST.match(text) and (fitting := orders(text, times=times)):
            counts[fitting] += 1
            if counts[fitting] <= _EXAMPLES:
                groups[fitting].append(text)
    found.day_first, found.month_first, found.year_first, found.either = counts.values()
    return found


def orders(text: str, *, times: bool = True) -> frozenset[str]:
    """The orders in which a date in numbers can be read: {"dmy"}, {"mdy"}, {"ymd"} or {"dmy", "mdy"}. Empty for
    what needs no order (ISO, a month's name, `05/05/2020`) and for what is no date.
    """
    try:
        day, moment = times_of_day.split(_plain(text))
    except NotRead:
        return frozenset()
    return _day_orders(day) if times or not times_of_day.late(moment) else frozenset()


@lru_cache(maxsize=65536)
def _day_orders(day: str) -> frozenset[str]:
    numeric = _NUMERIC.fullmatch(_without_weekday(day))
    return _telling(_readings(numeric, PIVOT)) if numeric else frozenset()


def read(
    text: str, order: str = "", formats: Sequence[str] = (), *, excel_1904: bool = False, pivot: int = PIVOT
) -> date:
    """A `date`, or a `datetime` where the text has a time of day (aware where it has an offset). Raises NotRead.

    `order` is the column's order, "" if unknown: then a date that can be read in two ways is not read. `formats`
    (see dateformats) are tried in turn, and nothing else but ISO dates. Serials count from 1900 unless
    `excel_1904`; years of two digits below `pivot` are of this century. `1990` is a year, no date.
    """
    if len(text) == 10 and (iso := _ISO.fullmatch(text)):
        return _date(*iso.groups())
    if len(text) > 10 and _ISO_TIME.fullmatch(text):
        try:
            return datetime.fromisoformat(text)
        except ValueError as problem:
            raise NotRead("there is no such day or time") from problem
    return _read(text, order, tuple(formats), excel_1904, pivot)


def _read(text: str, order: str, formats: tuple[str, ...], excel_1904: bool, pivot: int) -> date:
    plain = _plain(text)
    for given in formats:
        if found := date_formats.read(plain, given, pivot):
            return found
    day, moment = times_of_day.split(plain)
    if formats and not _ISO.fullmatch(day):
        raise NotRead(f"it is not written as {' or '.join(formats)}")
    return times_of_day.joined(_day(day, order, excel_1904, pivot), moment)


@lru_cache(maxsize=65536)
def _day(text: str, order: str, excel_1904: bool, pivot: int) -> date:
    return _from_number(text, excel_1904) if _NUMBER.fullmatch(text) else _from_words(text, order, pivot)


def _plain(text: str) -> str:
    return " ".join(text.split())


def _without_weekday(text: str) -> str:
    found = _WEEKDAY.match(text)
    return text[found.end() :] if found and months.is_weekday(found[1]) else text


def _from_number(text: str, excel_1904: bool) -> date:
    """Serial numbers of spreadsheets and `20211001`."""
    if compact := _COMPACT.fullmatch(text):
        return _date(*compact.groups())
    serial = _SERIAL.fullmatch(text)
    first, last = (_FIRST_1904, _LAST_SERIAL - 1462) if excel_1904 else (_FIRST_1900, _LAST_SERIAL)
    if not serial or not 10000 <= int(serial[1]) <= last:
        raise NotRead("it is a year, not a whole date" if _YEAR.fullmatch(text) else "it is a number, not a date")
    day = first + timedelta(days=int(serial[1]))
    seconds = round(float(f"0.{serial[2] or 0}") * 86400)
    return datetime(day.year, day.month, day.day) + timedelta(seconds=seconds) if seconds else day  # noqa: DTZ001


def _from_words(text: str, order: str, pivot: int) -> date:
    day = _without_weekday(text)
    if numeric := _NUMERIC.fullmatch(day):
        return _from_numeric(numeric, order, pivot)
    for words in (day, text):  # `mar` is mardi and March
        if _NAMED.fullmatch(words) and (named := _from_named(words, order, pivot)):
            return named
    raise NotRead("it is not a date")


def _from_numeric(numeric: re.Match[str], order: str, pivot: int) -> date:
    readings = _readings(numeric, pivot)
    if not readings:
        raise NotRead("there is no such day")
    if "" in readings:
        return readings[""]
    telling = _telling(readings)
    if order == "ymd" and order not in readings:
        order = ""  # it speaks of years of two digits; this year stands last in full
    if order and order not in readings:
        raise NotRead(f"it does not fit the order {ORDERS[order]}")
    if not order and len(telling) > 1:
        raise NotRead("it could be day/month or month/day: choose")
    return readings[order] if order else readings[min(telling or readings)]


def _readings(numeric: re.Match[str], pivot: int) -> dict[str, date]:
    """The days that three numbers can mean, by order; "" where the year stands first in full."""
    first, _, middle, last = numeric.groups()
    if len(first) > 2:
        return _valid({"": (first, middle, last)}, pivot)
    found = _valid({"dmy": (last, middle, first), "mdy": (last, first, middle)}, pivot)
    if len(first) == len(middle) == len(last):
        found |= _valid({"ymd": (first, middle, last)}, pivot)
    return found


def _valid(parts: dict[str, tuple[str, str, str]], pivot: int) -> dict[str, date]:
    found = {}
    for order, (year, month, day) in parts.items():
        with suppress(NotRead):
            found[order] = _date(year, month, day, pivot=pivot)
    return found


def _telling(readings: dict[str, date]) -> frozenset[str]:
    """The orders that a date's readings leave open; empty where they come to the same day. Year first counts
    only where nothing else fits: `10-11-12` is hardly ever meant so.
    """
    usual = {order: day for order, day in readings.items() if order in ("dmy", "mdy")}
    if not usual:
        return frozenset(readings) - {""}
    return frozenset(usual) if len(set(usual.values())) == len(usual) else frozenset()


def _from_named(text: str, order: str, pivot: int) -> date | None:
    """`13-Nov-2022`, `November 13th, 2022`, `1er mars 2021`, `2022 Nov 13`; None for other words."""
    words = [word for word in _WORDS.findall(text) if fold(word) not in _FILLERS]
    named = [(place, number) for place, word in enumerate(words) if (number := months.month(word))]
    if len(words) == 2 and len(named) == 1:
        raise NotRead("it is a month, not a whole date")
    if len(words) != 3 or len(named) != 1 or named[0][0] == 2:
        return None
    month = str(named[0][1])
    first, last = (word for word in words if not months.month(word))
    if not (first + last).isdecimal():
        return None
    year_first = len(first) == 4 or (order == "ymd" and named[0][0] == 1 and len(first) == len(last) == 2)
    return _date(first, month, last, pivot=pivot) if year_first else _date(last, month, first, pivot=pivot)


def _date(year: str, month: str, day: str, *, pivot: int = PIVOT) -> date:
    """Raises NotRead where there is no such day."""
    if len(year) not in (2, 4) or len(day) > 2 or (year.startswith("00") and len(year) == 4):
        raise NotRead("there is no such day")
    full = int(year) + (0 if len(year) == 4 else 2000 if int(year) < pivot else 1900)
    try:
        return date(full, int(month), int(day))
    except ValueError as problem:
        raise NotRead("there is no such day") from problem
