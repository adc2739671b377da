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

from engine.detectors.wording import counted, either
from engine.profile.column_batch import ColumnBatch, Indices
from engine.profile.detector import CellTally, ColumnContext, ColumnDetector, RangeFacts
from engine.profile.digit_positions import numbers_at
from engine.profile.sheet_profile import FindingFacts, Fix
from engine.profile.value_kinds import says_something
from engine.values import NotRead, dates

ISO = "9999-9-9"
MEMO = 100_000  # different texts remembered
PAIRS = 20_000  # two numbers of two digits, and whether the year has a 29 February
UNKNOWN = -1
_TIME = re.compile(r"(?:(?<=9)T|[ ,]+)9{1,2}[:h]99.*$", re.DOTALL)
_SERIAL = re.compile(r"9{5}(?:[.,]9+)?")
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
    def iso(self) -> bool:
        """Return whether it is written as Odoo reads dates."""
        return self.style == ISO

    @property
    def iso_time(self) -> bool:
        """Return whether it is written as Odoo reads dates with a time."""
        return self.style in (ISO, f"{ISO} 9:9", f"{ISO} 9:9:9")

    def read_in(self) -> tuple[str, ...]:
        """Return the orders to read it in: "" where it needs none."""
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
    style = re.sub(r"[^\W\d_]{3,}", "Mon", re.sub("(?<!9)99(?!9)", "9", shape.strip()))
    found = _TIME.search(shape)
    return style, found.start() if found else None


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
        leap = (self.year % 4 == 0) & ((self.year % 100 != 0) | (self.year % 400 == 0))
        return np.asarray((self.one * 100 + self.two) * 2 + leap, np.int64)

    def days(self, order: str) -> Days:
        """Return the days in an order; "" is year, month, day."""
        if self.month:
            return self.year * 10000 + self.month * 100 + self.one
        month, day = (self.two, self.one) if order == "dmy" else (self.one, self.two)
        return self.year * 10000 + month * 100 + day


class DayReader:
    """Group the dates of a column by their form, shape by shape."""

    def __init__(self) -> None:
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
        pairs = fields.pairs()
        forms = self._by_pair.setdefault(shape, np.full(PAIRS, UNKNOWN, np.int32))
        unread = np.flatnonzero(forms[pairs] == UNKNOWN)
        new, first = np.unique(pairs[unread], return_index=True)
        examples = texts.take(pa.array(indices[unread[first]])).to_pylist()
        forms[new] = [self._read(text[:cut].strip(), style)[0] for text in examples]
        for form, here in self._by_form(forms[pairs]):
            orders = form.read_in() if form.readable else ()
            yield DayGroup(form, indices[here], {order: fields.days(order)[here] for order in orders})

    def _fields(self, texts: pa.StringArray, shape: str, style: str, indices: Indices) -> _Fields | None:
        """Return the numbers of dates with a year of four digits; None for other shapes."""
        if not shape.isascii():
            return None
        for pattern, order in _NUMBERS:
            found = pattern.fullmatch(shape)
            if not found:
                continue
            year, one, *two = [numbers_at(texts, indices, range(*found.span(number))) for number in order]
            if two:
                return _Fields(year, one, two[0])
            # The month has a name, the same in all texts of the shape: one of them is read.
            day = self._read(texts[int(indices[0])].as_py()[: len(shape)].strip(), style)[1].get("", 0)
            return _Fields(year, one, np.zeros_like(one), day // 100 % 100) if day else None
        return None

    def _each(self, texts: pa.StringArray, style: str, cut: int | None, indices: Indices) -> Iterator[DayGroup]:
        """Yield any other dates, each different one read."""
        chosen = texts.take(pa.array(indices))
        encoded = pc.dictionary_encode(chosen if cut is None else pc.utf8_slice_codeunits(chosen, 0, cut))
        text_of = encoded.indices.to_numpy(zero_copy_only=False)
        read = [self._read(text.strip(), style) for text in encoded.dictionary.to_pylist()]
        forms = np.array([number for number, _ in read])
        for form, here in self._by_form(forms[text_of]):
            days = {}
            for order in form.read_in() if form.readable else ():
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
            if len(self._by_text) >= MEMO:
                self._by_text.clear()
            found = self._by_text[text, style] = self._read_anew(text, style)
        return found

    def _read_anew(self, text: str, style: str) -> tuple[int, dict[str, int]]:
        orders = dates.orders(text)
        days = {}
        for order in orders or {""}:
            day = _day(text, order)
            if day:
                days[order] = day
        form = DateForm(style if days else "", orders, bool(days))
        return self._forms.setdefault(form, len(self._forms)), days


def _day(text: str, order: str) -> int:
    try:
        found: date = dates.read(text, order)
    except NotRead:
        return 0
    return found.year * 10000 + found.month * 100 + found.day


class Dates(ColumnDetector):
    """Find dates in several forms or in unclear order, stored as numbers or unlikely, and texts that are no dates."""

    kinds = frozenset(["date", "datetime"])

    def __init__(self, column: ColumnContext) -> None:
        super().__init__(column)
        self.today = int(column.today.strftime("%Y%m%d"))
        self.ahead = "later" in column.hints
        self.reader = DayReader()
        self.forms: dict[DateForm, CellTally] = {}
        self.unlikely: dict[str, CellTally] = {}  # by the order in which they lie in 1900 or the future
        self.range: dict[str, tuple[int, int]] = {}

    def look(self, cells: ColumnBatch) -> None:
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
            wrong = (days < 19010000) | ((days > self.today) & (not self.ahead))
            if wrong.any():
                self.unlikely.setdefault(order, CellTally()).add_at(cells, group.indices[wrong])

    def findings(self) -> Iterable[FindingFacts]:
        evidence = self._evidence()
        if evidence.both:
            yield self._both()
        elif not evidence.order and self._tally(_needs_order).count:
            yield self._unclear()
        else:
            yield from self._written(evidence.order)
        yield from self._serial(evidence.order)
        yield from self._unlikely(evidence.order)
        yield from self._unread()

    def _evidence(self) -> dates.OrderEvidence:
        """Return what the column says about the order: a few dates of each form are enough."""
        texts = (text for form, tally in self.forms.items() if form.orders for text in tally.examples)
        return dates.order_of(texts, times=self.column.kind == "datetime")

    def _tally(self, wanted: Callable[[DateForm], bool]) -> CellTally:
        return CellTally.merged(tally for form, tally in self.forms.items() if wanted(form))

    def _fix(self, order: str = "") -> Fix:
        step = "parse_datetime" if self.column.kind == "datetime" else "parse_date"
        return Fix(step, {"order": order} if order else {})

    def _both(self) -> FindingFacts:
        tally = self._tally(lambda form: len(form.orders) == 1)
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
        sure = all(form.readable and not _needs_order(form) and not form.serial for form in self.forms)
        kept = self.column.kind == "date" and not any(":" in form.style for form in self.forms)
        yield self.found("date_formats", tally, message, self._fix(order), safe=sure and kept)

    def _is_odd(self, form: DateForm) -> bool:
        right = form.iso_time if self.column.kind == "datetime" else form.iso
        return form.readable and not form.serial and not right

    def _serial(self, order: str) -> Iterable[FindingFacts]:
        tally = self._tally(lambda form: form.serial)
        count = tally.count
        if count:
            message = f"{counted(count, 'date is', 'dates are')} stored as {either(count, 'a number', 'numbers')}"
            yield self.found("serial_dates", tally, message, self._fix(order))

    def _unlikely(self, order: str) -> Iterable[FindingFacts]:
        tally = CellTally.merged(tally for read_in, tally in self.unlikely.items() if read_in in ("", order))
        if tally.count:
            message = f"{counted(tally.count, 'date is', 'dates are')} in 1900 or the future"
            yield self.found("unlikely_dates", tally, message, severity="problem")

    def _unread(self) -> Iterable[FindingFacts]:
        tally = self._tally(lambda form: not form.readable)
        count = tally.count
        if count:
            message = f"{counted(count, 'cell', 'cells')} cannot be read as {either(count, 'a date', 'dates')}"
            yield self.found("not_dates", tally, message, severity="problem")

    def facts(self) -> RangeFacts:
        evidence = self._evidence()
        extra = {"order": evidence.order}
        known = [days for order, days in self.range.items() if order in ("", evidence.order)]
        if not known or (not evidence.order and any(map(_needs_order, self.forms))):
            return RangeFacts(extra=extra)
        return RangeFacts(_iso(min(first for first, _ in known)), _iso(max(last for _, last in known)), extra)


def _needs_order(form: DateForm) -> bool:
    return len(form.orders) > 1


def _iso(day: int) -> str:
    return f"{day // 10000:04}-{day // 100 % 100:02}-{day % 100:02}"
