"""Find how dates are written, in which order, and which cannot be right.

A column's dates are read each different one once. Dates of three numbers with a full year are most dates. Which
orders they leave open depends on the first two numbers (and on leap years) alone, so only these few pairs are
read; the days themselves are arithmetic.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from engine.detectors.counted_words import counted, either
from engine.profile.column_batch import ColumnBatch, Indices
from engine.profile.column_kinds import says_something
from engine.profile.detector import CellTally, ColumnContext, ColumnDetector, RangeFacts
from engine.profile.masked_digits import numbers_at
from engine.profile.profile_results import FindingFacts, Fix
from engine.values import NotRead, dates

ISO = "9999-9-9"
MEMO = 100_000  # different texts remembered
PAIRS = 20_000  # two numbers of two digits, and whether the year has a 29 February
UNKNOWN = -1
ENOUGH = 2  # dates that show the order of all others: a single one may be a slip
RECENT = 30  # years back from today to which dates of two digits belong without a doubt, unless somebody was born then
FIRST_LIKELY = 19010000  # all days from 1 January 1901 on are greater
# The time of day, from which on texts of one shape are cut: days alone are compared.
_TIME = re.compile(r"(?:(?<=9)T|[ ,]+)9{1,2}[:h]99.*$", re.DOTALL)
# Days since 1900 as Excel stores them have five digits from 1927 to 2173.
_SERIAL = re.compile(r"9{5}(?:[.,]9+)?")
# Numbers with points between them, in a style.
_DOTTED = re.compile(r"9\. ?9\. ?9")
# Shapes of dates, and which of their numbers are the year and the others.
_NUMBERS = (
    (re.compile(r"(9{1,2})[^9\w]+(9{1,2})[^9\w]+(9{4})"), (3, 1, 2)),
    (re.compile(r"(9{4})[^9\w]+(9{1,2})[^9\w]+(9{1,2})"), (1, 2, 3)),
    (re.compile(r"(9{1,2})[^9]*[a-z]{3}[^9]*(9{4})", re.IGNORECASE), (2, 1)),
    (re.compile(r"[^9]*[a-z]{3}[^9]*(9{1,2})[^9]+(9{4})", re.IGNORECASE), (2, 1)),
)

Days = npt.NDArray[np.int64]  # 20221113; 0 for none


class DateForm(NamedTuple):
    """Hold what a date has in common with others of its column.

    `style` is how it is written, `orders` are those in which it can be read (none: it needs none), `readable` is
    whether it is a date at all.
    """

    style: str
    orders: frozenset[str]
    readable: bool

    @property
    def serial(self) -> bool:
        """Return whether this is a date stored as a number."""
        return self.readable and bool(_SERIAL.fullmatch(self.style))

    @property
    def short_year(self) -> bool:
        """Return whether the year has two digits, which leaves its century open."""
        return self.readable and not self.serial and not re.search("9{4}", self.style)

    @property
    def iso(self) -> bool:
        """Return whether it is written as Odoo reads dates."""
        return self.style == ISO

    @property
    def iso_time(self) -> bool:
        """Return whether it is written as Odoo reads dates with a time."""
        return self.style in (ISO, f"{ISO} 9:9", f"{ISO} 9:9:9")

    def readings(self) -> tuple[str, ...]:
        """Return the orders to read it in: "" alone where it needs none, nothing where it is no date."""
        if not self.readable:
            return ()
        # Sorted, so that what is found does not depend on the order of a set.
        return tuple(sorted(self.orders)) or ("",)


class DayGroup(NamedTuple):
    """Hold the indices of dates of one form, and the day of each in every order that it can be read in."""

    form: DateForm
    indices: Indices
    days: Mapping[str, Days]


def style_of(shape: str) -> tuple[str, int | None]:
    """Return how dates of a shape (digits as 9) are written, and where their time of day begins (None: nowhere).

    One or two digits are the same style, and so are the names of all months.
    """
    short_numbers = re.sub("(?<!9)99(?!9)", "9", shape.strip())
    style = re.sub(r"[^\W\d_]{3,}", "Mon", short_numbers)
    found = _TIME.search(shape)
    if found:
        return style, found.start()
    return style, None


class _Fields(NamedTuple):
    """Hold the numbers of dates of one shape: the year, and two more in the order in which they are written.

    `month` is that of dates with the name of a month, whose day is `one`; else 0.
    """

    year: Days
    one: Days
    two: Days
    month: int = 0

    def pairs(self) -> Days:
        """Return what decides in which orders a date can be read, as a number below PAIRS."""
        # 29 February is a day in leap years alone: the same pair can be a date or none.
        leap = (self.year % 4 == 0) & ((self.year % 100 != 0) | (self.year % 400 == 0))
        return np.asarray((self.one * 100 + self.two) * 2 + leap, np.int64)

    def days(self, order: str) -> Days:
        """Return the days in an order; "" is year, month, day."""
        if self.month:
            return self.year * 10000 + self.month * 100 + self.one
        if order == "dmy":
            return self.year * 10000 + self.two * 100 + self.one
        return self.year * 10000 + self.one * 100 + self.two


class DayReader:
    """Group the dates of a column by their form, shape by shape; years of two digits below `pivot` are of today's."""

    def __init__(self, pivot: int) -> None:
        self._pivot = pivot
        self._forms: dict[DateForm, int] = {}  # each form with its number
        self._by_text: dict[tuple[str, str], tuple[int, dict[str, int]]] = {}
        self._by_pair: dict[str, npt.NDArray[np.int32]] = {}  # for each shape the form of every pair of numbers

    def groups(self, texts: pa.StringArray, shape: str, indices: Indices) -> Iterator[DayGroup]:
        """Yield the texts at `indices`, which all have one shape (digits as 9), by form."""
        style, cut = style_of(shape)
        fields = self._fields(texts, shape[:cut], style, indices)
        if fields is None:
            yield from self._each(texts, style, cut, indices)
            return
        # A million dates have a few hundred pairs at most: one example of each new pair is read.
        pairs = fields.pairs()
        forms = self._by_pair.setdefault(shape, np.full(PAIRS, UNKNOWN, np.int32))
        unread = np.flatnonzero(forms[pairs] == UNKNOWN)
        new, first = np.unique(pairs[unread], return_index=True)
        examples = texts.take(pa.array(indices[unread[first]])).to_pylist()
        forms[new] = [self._read(text[:cut].strip(), style)[0] for text in examples]
        for form, here in self._by_form(forms[pairs]):
            days = {order: fields.days(order)[here] for order in form.readings()}
            yield DayGroup(form, indices[here], days)

    def _fields(self, texts: pa.StringArray, shape: str, style: str, indices: Indices) -> _Fields | None:
        """Return the numbers of dates with a year of four digits; None for other shapes."""
        if not shape.isascii():  # positions of digits are counted in bytes
            return None
        for pattern, order in _NUMBERS:
            found = pattern.fullmatch(shape)
            if not found:
                continue
            year, one, *two = [numbers_at(texts, indices, range(*found.span(number))) for number in order]
            if two:
                return _Fields(year, one, two[0])
            # The month has a name, the same in all texts of the shape: one of them is read.
            example = texts[int(indices[0])].as_py()[: len(shape)]
            _, days = self._read(example.strip(), style)
            if "" not in days:
                return None
            return _Fields(year, one, np.zeros_like(one), days[""] // 100 % 100)
        return None

    def _each(self, texts: pa.StringArray, style: str, cut: int | None, indices: Indices) -> Iterator[DayGroup]:
        """Yield any other dates, each different one read."""
        chosen = texts.take(pa.array(indices))
        if cut is not None:
            chosen = pc.utf8_slice_codeunits(chosen, 0, cut)
        encoded = pc.dictionary_encode(chosen)
        text_of = encoded.indices.to_numpy(zero_copy_only=False)
        read = [self._read(text.strip(), style) for text in encoded.dictionary.to_pylist()]
        forms = np.array([number for number, _ in read])
        for form, here in self._by_form(forms[text_of]):
            days = {}
            for order in form.readings():
                in_order = np.array([by_order.get(order, 0) for _, by_order in read])
                days[order] = in_order[text_of][here]
            yield DayGroup(form, indices[here], days)

    def _by_form(self, numbers: npt.NDArray[np.int32]) -> Iterator[tuple[DateForm, npt.NDArray[np.bool_]]]:
        """Yield the forms that occur, each with the flags of its dates."""
        forms = list(self._forms)
        for number in np.flatnonzero(np.bincount(numbers)).tolist():
            yield forms[number], numbers == number

    def _read(self, text: str, style: str) -> tuple[int, dict[str, int]]:
        """Return the number of a text's form, and its day in every order that it can be read in.

        `text` has no time of day.
        """
        found = self._by_text.get((text, style))
        if found is None:
            # Few columns have so many different dates; to forget them all now and then keeps memory bounded.
            if len(self._by_text) >= MEMO:
                self._by_text.clear()
            found = self._by_text[text, style] = self._read_anew(text, style)
        return found

    def _read_anew(self, text: str, style: str) -> tuple[int, dict[str, int]]:
        orders = dates.orders(text)
        days = {}
        for order in orders or {""}:
            day = _day(text, order, self._pivot)
            if day:
                days[order] = day
        if not days:
            style = ""  # what cannot be read is one form, however it is written
        form = DateForm(style, orders, bool(days))
        return self._forms.setdefault(form, len(self._forms)), days


def _day(text: str, order: str, pivot: int) -> int:
    """Return the day of a text in one order; 0 where it is none."""
    try:
        found: date = dates.read(text, order, pivot=pivot)
    except NotRead:
        return 0
    return found.year * 10000 + found.month * 100 + found.day


class Dates(ColumnDetector):
    """Find dates in several forms or in unclear order, stored as numbers or unlikely, and texts that are no dates."""

    kinds = frozenset(["date", "datetime"])

    def __init__(self, column: ColumnContext) -> None:
        super().__init__(column)
        self.today = int(column.today.strftime("%Y%m%d"))
        # A due date, an expiry date: days in the future are what such a column is for.
        self.ahead = "later" in column.hints
        # Nobody was born in the future: of two digits, this year's are the last ones of this century.
        self.pivot = dates.PIVOT
        if "birth" in column.hints:
            self.pivot = column.today.year % 100 + 1
        self.reader = DayReader(self.pivot)
        self.forms: dict[DateForm, CellTally] = {}
        self.unlikely: dict[str, CellTally] = {}  # by the order in which they lie in 1900 or the future
        self.range: dict[str, tuple[int, int]] = {}
        self.open_century = False

    def look(self, cells: ColumnBatch) -> None:
        """Group the dates by shape and form; words for empty and formula errors are left out."""
        for shape, indices in cells.groups(cells.filled):
            if says_something(shape):
                for group in self.reader.groups(cells.base, shape, indices):
                    self._take(cells, group)

    def _take(self, cells: ColumnBatch, group: DayGroup) -> None:
        self.forms.setdefault(group.form, CellTally()).add_at(cells, group.indices)
        for order, days in group.days.items():
            first, last = int(days.min()), int(days.max())
            before = self.range.get(order, (first, last))
            self.range[order] = min(first, before[0]), max(last, before[1])
            # 1900 is what programs write for a date that they do not have.
            self.open_century |= group.form.short_year and self._open(first, last)
            wrong = (days < FIRST_LIKELY) | ((days > self.today) & (not self.ahead))
            if wrong.any():
                self.unlikely.setdefault(order, CellTally()).add_at(cells, group.indices[wrong])

    def _open(self, first: int, last: int) -> bool:
        """Return whether days with years of two digits may be of another century than the one they are read in."""
        year = self.column.today.year
        if "birth" in self.column.hints:
            # Who was born in 58 is no child of the future; 05 may be 1905 or 2005.
            return last // 10000 >= year - year % 100
        return first // 10000 < year - RECENT or last // 10000 > year + RECENT

    def findings(self) -> Iterable[FindingFacts]:
        """Yield why the order of day and month is unclear, or else how dates are written; then wrong dates."""
        evidence = self._evidence()
        order = self._order(evidence)
        if evidence.both:
            yield self._both()
        elif not order and self._tally(_needs_order).count:
            yield self._unclear()
        else:
            yield from self._written(order)
        yield from self._short_years(order)
        yield from self._serial(order)
        yield from self._unlikely(order)
        yield from self._unread()

    def _order(self, evidence: dates.OrderEvidence) -> str:
        """Return the order that the dates show; with points between the numbers the day comes first everywhere."""
        if evidence.order or evidence.both:
            return evidence.order
        open_forms = [form for form in self.forms if _needs_order(form)]
        if open_forms and all(_DOTTED.match(form.style) for form in open_forms):
            return "dmy"
        return ""

    def _evidence(self) -> dates.OrderEvidence:
        """Return what the column says about the order: a few dates of each form are enough."""
        texts: list[str] = []
        for form, tally in self.forms.items():
            if form.orders:
                texts += tally.examples
        return dates.order_of(texts, times=self.column.kind == "datetime")

    def _tally(self, wanted: Callable[[DateForm], bool]) -> CellTally:
        return CellTally.merged(tally for form, tally in self.forms.items() if wanted(form))

    def _fix(self, order: str = "") -> Fix:
        params: dict[str, str | int] = {}
        if order:
            params["order"] = order
        if self.pivot != dates.PIVOT and any(form.short_year for form in self.forms):
            params["pivot"] = self.pivot
        if self.column.kind == "datetime":
            return Fix("parse_datetime", params)
        return Fix("parse_date", params)

    def _both(self) -> FindingFacts:
        tally = self._tally(_shows_order)
        return self.found("both_orders", tally, "Both orders are present", self._fix(), severity="problem")

    def _unclear(self) -> FindingFacts:
        tally = self._tally(_needs_order)
        message = f"{counted(tally.count, 'date', 'dates')} could be day/month or month/day"
        return self.found("unclear_order", tally, message, self._fix(), severity="problem")

    def _written(self, order: str) -> Iterable[FindingFacts]:
        tally = self._tally(self._is_odd)
        if not tally.count:
            return
        ways = {form.style for form in self.forms if form.readable and not form.serial}
        message = f"Dates are written {len(ways)} ways"
        if len(ways) == 1:
            example = tally.examples[0].strip()
            message = f"{counted(tally.count, 'date is', 'dates are')} written like {example}, which Odoo cannot read"
        yield self.found("date_formats", tally, message, self._fix(order), certain=self._is_certain(order))

    def _is_certain(self, order: str) -> bool:
        """Return whether every date can be read in one way only in the column's order, and none loses its time."""
        if self.open_century:
            return False
        for form in self.forms:
            if not form.readable:
                continue  # it stays as it is, and is a finding of its own
            if _needs_order(form) and not (order in form.orders and self._is_shown(form)):
                return False
            if self.column.kind == "date" and ":" in form.style:
                return False
        return True

    def _is_shown(self, form: DateForm) -> bool:
        """Return whether dates of this form have the day first beyond doubt, or enough others like them show it."""
        if _DOTTED.match(form.style):
            return True
        # A date with slashes among dates with points may come from another country.
        alike = self._tally(lambda other: _shows_order(other) and _sign(other) == _sign(form))
        return alike.count >= ENOUGH

    def _is_odd(self, form: DateForm) -> bool:
        """Return whether dates of this form are no text that Odoo reads; numbers are a finding of their own."""
        if not form.readable or form.serial:
            return False
        if self.column.kind == "datetime":
            return not form.iso_time
        return not form.iso

    def _short_years(self, order: str) -> Iterable[FindingFacts]:
        """Yield the dates whose century is a guess, with the first year that is taken for one of the 1900s."""
        if not self.open_century:
            return
        tally = self._tally(_has_short_year)
        count = tally.count
        dated = f"{counted(count, 'date has', 'dates have')} a year of two digits"
        message = f"{dated}: from {self.pivot:02} on it is taken for one of the 1900s"
        yield self.found("open_century", tally, message, self._fix(order))

    def _serial(self, order: str) -> Iterable[FindingFacts]:
        tally = self._tally(_is_serial)
        count = tally.count
        if count:
            message = f"{counted(count, 'date is', 'dates are')} stored as {either(count, 'a number', 'numbers')}"
            certain = self._is_certain(order) and not self._evidence().both
            yield self.found("serial_dates", tally, message, self._fix(order), certain=certain)

    def _unlikely(self, order: str) -> Iterable[FindingFacts]:
        tally = CellTally.merged(tally for read_in, tally in self.unlikely.items() if read_in in ("", order))
        if tally.count:
            message = f"{counted(tally.count, 'date is', 'dates are')} in 1900 or the future"
            yield self.found("unlikely_dates", tally, message, severity="problem")

    def _unread(self) -> Iterable[FindingFacts]:
        tally = self._tally(_is_unreadable)
        count = tally.count
        if count:
            message = f"{counted(count, 'cell', 'cells')} cannot be read as {either(count, 'a date', 'dates')}"
            yield self.found("not_dates", tally, message, severity="problem")

    def facts(self) -> RangeFacts:
        """Return the order of day and month, and the range unless dates without a known order would change it."""
        shown = self._order(self._evidence())
        extra = {"order": shown}
        known = [days for order, days in self.range.items() if order in ("", shown)]
        if not known or (not shown and any(map(_needs_order, self.forms))):
            return RangeFacts(extra=extra)
        firsts, lasts = zip(*known, strict=True)
        return RangeFacts(_iso(min(firsts)), _iso(max(lasts)), extra)


def _needs_order(form: DateForm) -> bool:
    return len(form.orders) > 1


def _sign(form: DateForm) -> str:
    """Return what stands between the numbers of a date."""
    return form.style.strip("9")[:1]


def _shows_order(form: DateForm) -> bool:
    return len(form.orders) == 1


def _has_short_year(form: DateForm) -> bool:
    return form.short_year


def _is_serial(form: DateForm) -> bool:
    return form.serial


def _is_unreadable(form: DateForm) -> bool:
    return not form.readable


def _iso(day: int) -> str:
    return f"{day // 10000:04}-{day // 100 % 100:02}-{day % 100:02}"
