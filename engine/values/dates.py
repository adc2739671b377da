"""Dates, with or without a time of day, as people write them.

`01/03/2012` is a day in January or in March. Whoever reads a column first asks `order_of` what the column as a
whole shows; a text that can be read in two ways is not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import cache, lru_cache

from engine.values import NotRead, chosen_date_formats, months
from engine.values.folding import fold
from engine.values.languages import folded_words, pattern

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

# Five digits begin in 1927 and this is the end of 2099: what is smaller or larger is some other number.
_SERIAL = re.compile(r"([0-9]{5})(?:[.,]([0-9]+))?")
_LAST_SERIAL = 73050
_FIRST_1900, _FIRST_1904 = date(1899, 12, 30), date(1904, 1, 1)


@dataclass
class OrderEvidence:
    """Count the distinct values that can only be read day, month or year first (`99-12-31`), and the undecided ones.

    `either` counts those that can be read with the day or the month first. Five examples of each are kept.
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
        """Tell whether values of two orders are present."""
        return (self.day_first > 0) + (self.month_first > 0) + (self.year_first > 0) > 1

    @property
    def order(self) -> str:
        """Return the order that the column's dates agree on, "" where nothing shows it or two are present."""
        if self.both:
            return ""
        if self.year_first:
            return "ymd"
        if self.day_first:
            return "dmy"
        if self.month_first:
            return "mdy"
        return ""


def order_of(distinct: Iterable[str], *, times: bool = True) -> OrderEvidence:
    """Return what a column's distinct values show of the order of day, month and year; other texts show nothing.

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
        if _YEAR_FIRST.match(text):  # ISO, which shows no order: most cells in most columns
            continue
        fitting = orders(text, times=times)
        if not fitting:
            continue
        counts[fitting] += 1
        if counts[fitting] <= _EXAMPLES:
            groups[fitting].append(text)
    found.day_first, found.month_first, found.year_first, found.either = counts.values()
    return found


def orders(text: str, *, times: bool = True) -> frozenset[str]:
    """Return the orders in which a date in numbers can be read: {"dmy"}, {"mdy"}, {"ymd"} or {"dmy", "mdy"}.

    Empty for what needs no order (ISO, a month's name, `05/05/2020`) and for what is no date. `times` False leaves out
    dates with a time of day other than midnight.
    """
    try:
        day, moment = _split(_plain(text))
    except NotRead:
        return frozenset()
    if has_time(moment) and not times:
        return frozenset()
    return _day_orders(day)


@lru_cache(maxsize=65536)
def _day_orders(day: str) -> frozenset[str]:
    numeric = _NUMERIC.fullmatch(_without_weekday(day))
    if not numeric:
        return frozenset()
    return _telling(_readings(numeric, PIVOT))


def read(
    text: str, order: str = "", formats: Sequence[str] = (), *, excel_1904: bool = False, pivot: int = PIVOT
) -> date:
    """Return a `date`, or a `datetime` where the text has a time of day (aware where it has an offset).

    Args:
        text: A cell, with or without spaces around.
        order: The column's order, "" if unknown: then a date that can be read in two ways is not read.
        formats: Formats as `date_formats` has them; where there are any, nothing else is read but ISO dates.
        excel_1904: Whether serial numbers of days count from 1904 instead of 1900.
        pivot: Years of two digits below it are of this century.

    Raises:
        NotRead: it is no date, part of one (`1990` is a year), or one that can be read in two ways.
    """
    # The forms of most exports, read before anything else is tried.
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
        found = chosen_date_formats.read(plain, given, pivot)
        if found:
            return found
    day, moment = _split(plain)
    if formats and not _ISO.fullmatch(day):
        raise NotRead(f"it is not written as {' or '.join(formats)}")
    return _joined(_day(day, order, excel_1904, pivot), moment)


# Few days come with many times, so the day alone is what is remembered.
@lru_cache(maxsize=65536)
def _day(text: str, order: str, excel_1904: bool, pivot: int) -> date:
    if _NUMBER.fullmatch(text):
        return _from_number(text, excel_1904)
    return _from_words(text, order, pivot)


def _plain(text: str) -> str:
    return " ".join(text.split())


def _without_weekday(text: str) -> str:
    found = _WEEKDAY.match(text)
    if found and months.is_weekday(found[1]):
        return text[found.end() :]
    return text


def _from_number(text: str, excel_1904: bool) -> date:
    """Read serial numbers of spreadsheets and `20211001`."""
    compact = _COMPACT.fullmatch(text)
    if compact:
        return _date(*compact.groups())
    serial = _SERIAL.fullmatch(text)
    # Excel takes 1900 for a leap year, so its days from March 1900 on count from 30 December 1899.
    first, last = _FIRST_1900, _LAST_SERIAL
    if excel_1904:
        first, last = _FIRST_1904, _LAST_SERIAL - (_FIRST_1904 - _FIRST_1900).days
    if not serial or not 10000 <= int(serial[1]) <= last:
        if _YEAR.fullmatch(text):
            raise NotRead("it is a year, not a whole date")
        raise NotRead("it is a number, not a date")
    day = first + timedelta(days=int(serial[1]))
    seconds = round(float(f"0.{serial[2] or 0}") * 86400)
    if not seconds:
        return day
    midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - a serial number has no zone
    return midnight + timedelta(seconds=seconds)


def _from_words(text: str, order: str, pivot: int) -> date:
    day = _without_weekday(text)
    numeric = _NUMERIC.fullmatch(day)
    if numeric:
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
        order = ""  # it holds for years of two digits; here the last number is a year in full
    if order and order not in readings:
        raise NotRead(f"it does not fit the order {ORDERS[order]}")
    if not order and len(telling) > 1:
        raise NotRead("it could be day/month or month/day: choose")
    return readings[order or min(telling or readings)]


def _readings(numeric: re.Match[str], pivot: int) -> dict[str, date]:
    """Return the days that three numbers can mean, by order; the order is "" where a year in full comes first."""
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
    """Return the orders that a date's readings leave open; none where they come to the same day.

    Year first counts only where nothing else fits: `10-11-12` is hardly ever meant so.
    """
    usual = {order: day for order, day in readings.items() if order in ("dmy", "mdy")}
    if not usual:
        return frozenset(readings) - {""}
    if len(set(usual.values())) < len(usual):
        return frozenset()
    return frozenset(usual)


@cache
def _time_of_day() -> re.Pattern[str]:
    """Return the pattern of a text that ends with a time of day; `day` is what comes before it."""
    return re.compile(
        rf"(?P<day>.*[^ ,])(?:(?<=[0-9])[Tt](?=[0-9])|,? (?:{pattern('before_times')} )?)"
        r"(?P<hour>[0-9]{1,2})[:h](?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]+))?)?"
        rf"(?: ?(?P<half>[AaPp])\.? ?[Mm]\.?)?(?: ?(?:{pattern('after_times')}|h))?"
        r"(?: ?(?P<utc>[Zz]|UTC|GMT)?(?P<offset>[-+][0-9]{2}(?::?[0-9]{2})?)?)"
    )


def _from_named(text: str, order: str, pivot: int) -> date | None:
    """Read `13-Nov-2022`, `November 13th, 2022`, `1er mars 2021`, `2022 Nov 13`; None for other words."""
    fillers = folded_words("date_fillers") | folded_words("ordinal_endings")
    words = [word for word in _WORDS.findall(text) if fold(word) not in fillers]
    named = [place for place, word in enumerate(words) if months.month(word)]
    if len(words) == 2 and len(named) == 1:
        raise NotRead("it is a month, not a whole date")
    # A month comes first or between day and year, never last.
    if len(words) != 3 or len(named) != 1 or named[0] == 2:
        return None
    month = str(months.month(words.pop(named[0])))
    first, last = words
    if not (first + last).isdecimal():
        return None
    # `22 Nov 13` begins with the year only in a column that has it first.
    year_first = len(first) == 4 or (order == "ymd" and named[0] == 1 and len(first) == len(last) == 2)
    if year_first:
        first, last = last, first
    return _date(last, month, first, pivot=pivot)


def _date(year: str, month: str, day: str, *, pivot: int = PIVOT) -> date:
    """Return a day from its digits. Raises NotRead where there is no such day."""
    if len(year) not in (2, 4) or len(day) > 2 or (year.startswith("00") and len(year) == 4):
        raise NotRead("there is no such day")
    try:
        return date(chosen_date_formats.full_year(year, pivot), int(month), int(day))
    except ValueError as problem:
        raise NotRead("there is no such day") from problem


# --- the time of day behind a date


def has_time(moment: time | None) -> bool:
    """Tell whether there is a time of day that a date without a time would lose: any but midnight."""
    return moment is not None and moment.replace(tzinfo=None) != time(0)


def _split(text: str) -> tuple[str, time | None]:
    """Take the time off: `2021-10-01T19:34:00.000Z` -> "2021-10-01", 19:34 UTC; None where there is no time.

    `text` has single plain spaces. A time with Z or an offset is aware. Raises NotRead for 25:00.
    """
    # Most dates have no time; to look for these two costs less than the pattern.
    if ":" not in text and "h" not in text:
        return text, None
    found = _time_of_day().fullmatch(text)
    if not found:
        return text, None
    hour, half = int(found["hour"]), found["half"]
    if half:
        if not 1 <= hour <= 12:
            raise NotRead("there is no such time of day")
        hour = chosen_date_formats.hour_of_day(hour, half)
    # Seconds have any number of decimals; datetime knows six.
    micro = int(f"{found['fraction'] or ''}000000"[:6])
    try:
        moment = time(hour, int(found["minute"]), int(found["second"] or 0), micro, _zone(found))
    except ValueError as problem:
        raise NotRead("there is no such time of day") from problem
    return found["day"], moment


def _joined(day: date, moment: time | None) -> date:
    """Return the day with its time, or the day alone. Raises NotRead where the day had a time already."""
    if moment is None:
        return day
    if isinstance(day, datetime):
        raise NotRead("it is not a date")
    return datetime.combine(day, moment)


def _zone(found: re.Match[str]) -> timezone | None:
    if not found["offset"] and not found["utc"]:
        return None
    if not found["offset"]:
        return UTC
    digits = found["offset"][1:].replace(":", "").ljust(4, "0")
    ahead = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    if found["offset"][0] == "-":
        ahead = -ahead
    return timezone(ahead)
