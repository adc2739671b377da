"""Reading the days of a column, each different one once, and sorting them by what they have in common.

Dates of three numbers with a full year are most dates. Which orders they leave open depends on the first two
numbers (and on leap years) alone, so only these few pairs are read; the days themselves are arithmetic.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from engine.profile.digit_positions import numbers_at
from engine.values import NotRead, dates

ISO = "9999-9-9"
MEMO = 100_000  # different days remembered
PAIRS = 20_000
UNKNOWN = -1
_TIME = re.compile(r"(?:(?<=9)T|[ ,]+)9{1,2}[:h]99.*$", re.DOTALL)
_SERIAL = re.compile(r"9{5}(?:[.,]9+)?")
# NumberShapes, and which of their numbers are the year and the others.
_NUMBERS = (
    (re.compile(r"(9{1,2})[^9\w]+(9{1,2})[^9\w]+(9{4})"), (3, 1, 2)),
    (re.compile(r"(9{4})[^9\w]+(9{1,2})[^9\w]+(9{1,2})"), (1, 2, 3)),
    (re.compile(r"(9{1,2})[^9]*[a-z]{3}[^9]*(9{4})", re.IGNORECASE), (2, 1)),
    (re.compile(r"[^9]*[a-z]{3}[^9]*(9{1,2})[^9]+(9{4})", re.IGNORECASE), (2, 1)),
)

Indices = npt.NDArray[np.intp]
Days = npt.NDArray[np.int64]  # 20221113; 0 for none


class DateForm(NamedTuple):
    """What a date has in common with others of its column: how it is written (`style`), the orders in which it can
    be read (empty if it needs none), and whether it is a date at all.
    """

    style: str
    orders: frozenset[str]
    readable: bool

    @property
    def serial(self) -> bool:
        """A date stored as a number."""
        return self.readable and bool(_SERIAL.fullmatch(self.style))

    @property
    def iso(self) -> bool:
        """NumberShape as Odoo reads dates."""
        return self.style == ISO

    @property
    def iso_time(self) -> bool:
        """NumberShape as Odoo reads a date with a time."""
        return self.style in (ISO, f"{ISO} 9:9", f"{ISO} 9:9:9")

    def read_in(self) -> tuple[str, ...]:
        """The orders to read it in: "" where it needs none."""
        return tuple(sorted(self.orders)) or ("",)


class DayGroup(NamedTuple):
    """Dates of one sort: their indices, and the day that each is in every order that it can be read in."""

    sort: DateForm
    indices: Indices
    days: Mapping[str, Days]


def style_of(shape: str) -> tuple[str, int | None]:
    """How dates of a shape (digits as 9) are written, and where their time of day begins (None: there is none).

    One or two digits are the same style, and so are the names of all months.
    """
    style = re.sub(r"[^\W\d_]{3,}", "Mon", re.sub("(?<!9)99(?!9)", "9", shape.strip()))
    found = _TIME.search(shape)
    return style, found.start() if found else None


class _Fields(NamedTuple):
    """The numbers of dates of one shape: the year, and two more in the order in which they stand. `month` is that
    of dates with the name of a month, whose day is `one`; else 0.
    """

    year: Days
    one: Days
    two: Days
    month: int = 0

    def pairs(self) -> Days:
        """What decides in which orders a date can be read, as a number below PAIRS."""
        leap = (self.year % 4 == 0) & ((self.year % 100 != 0) | (self.year % 400 == 0))
        return np.asarray((self.one * 100 + self.two) * 2 + leap, np.int64)

    def days(self, order: str) -> Days:
        """The days in an order; "" is year, month, day."""
        month, day = (self.two, self.one) if order == "dmy" else (self.one, self.two)
        return self.year * 10000 + (self.month * 100 + self.one if self.month else month * 100 + day)


class DayReader:
    """Sorts the dates of a column, shape by shape."""

    def __init__(self) -> None:
        self._sorts: dict[DateForm, int] = {}
        self._by_pair: dict[str, npt.NDArray[np.int32]] = {}
        self._by_text: dict[tuple[str, str], tuple[int, dict[str, int]]] = {}

    def parts(self, texts: pa.StringArray, shape: str, indices: Indices) -> Iterator[DayGroup]:
        """The texts at `indices`, which all have one shape (digits as 9), by sort."""
        style, cut = style_of(shape)
        fields = self._fields(texts, shape[:cut], style, indices)
        if fields is None:
            yield from self._each(texts, style, cut, indices)
            return
        pairs = fields.pairs()
        sorts = self._by_pair.setdefault(shape, np.full(PAIRS, UNKNOWN, np.int32))
        unknown = np.flatnonzero(sorts[pairs] == UNKNOWN)
        new, first = np.unique(pairs[unknown], return_index=True)
        examples = texts.take(pa.array(indices[unknown[first]])).to_pylist()
        sorts[new] = [self._read(text[:cut].strip(), style)[0] for text in examples]
        for sort, here in self._by_sort(sorts[pairs]):
            days = {order: fields.days(order)[here] for order in sort.read_in()} if sort.readable else {}
            yield DayGroup(sort, indices[here], days)

    def _fields(self, texts: pa.StringArray, shape: str, style: str, indices: Indices) -> _Fields | None:
        """The numbers of dates with a year of four digits; None for other shapes."""
        if not shape.isascii():
            return None
        for pattern, order in _NUMBERS:
            if found := pattern.fullmatch(shape):
                year, one, *two = (numbers_at(texts, indices, range(*found.span(n))) for n in order)
                if two:
                    return _Fields(year, one, two[0])
                day = self._read(texts[int(indices[0])].as_py()[: len(shape)].strip(), style)[1].get("", 0)
                return _Fields(year, one, np.zeros_like(one), day // 100 % 100) if day else None
        return None

    def _each(self, texts: pa.StringArray, style: str, cut: int | None, indices: Indices) -> Iterator[DayGroup]:
        """Any other dates, each different one read."""
        chosen = texts.take(pa.array(indices))
        encoded = pc.dictionary_encode(chosen if cut is None else pc.utf8_slice_codeunits(chosen, 0, cut))
        of = encoded.indices.to_numpy(zero_copy_only=False)
        read = [self._read(text.strip(), style) for text in encoded.dictionary.to_pylist()]
        for sort, here in self._by_sort(np.array([number for number, _ in read])[of]):
            orders = sort.read_in() if sort.readable else ()
            days = {order: np.array([known.get(order, 0) for _, known in read])[of][here] for order in orders}
            yield DayGroup(sort, indices[here], days)

    def _by_sort(self, numbers: npt.NDArray[np.int32]) -> Iterator[tuple[DateForm, npt.NDArray[np.bool_]]]:
        """The sorts that are met, each with the flags of its dates."""
        sorts = list(self._sorts)
        for number in np.flatnonzero(np.bincount(numbers)).tolist():
            yield sorts[number], numbers == number

    def _read(self, text: str, style: str) -> tuple[int, dict[str, int]]:
        """The number of a text's sort, and its day in every order that it can be read in. `text` has no time."""
        known = self._by_text.get((text, style))
        if known is None:
            if len(self._by_text) >= MEMO:
                self._by_text.clear()
            orders = dates.orders(text)
            days = {order: day for order in (orders or {""}) if (day := _day(text, order))}
            sort = DateForm(style if days else "", orders, bool(days))
            number = self._sorts.setdefault(sort, len(self._sorts))
            known = self._by_text[text, style] = number, days
        return known


def _day(text: str, order: str) -> int:
    try:
        found: date = dates.read(text, order)
    except NotRead:
        return 0
    return found.year * 10000 + found.month * 100 + found.day
