"""Findings about dates: how they are written, in which order, and which cannot be right."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from engine.detectors.day_groups import DateForm, DayGroup, DayReader
from engine.detectors.detector import CellTally, ColumnContext, ColumnDetector, RangeFacts
from engine.detectors.wording import counted, either
from engine.profile.column_batch import ColumnBatch
from engine.profile.sheet_profile import FindingFacts, Fix
from engine.profile.value_kinds import says_something
from engine.values import dates


class Dates(ColumnDetector):
    """All that one look at a column of dates, with or without times, tells."""

    kinds = frozenset(["date", "datetime"])

    def __init__(self, column: ColumnContext) -> None:
        super().__init__(column)
        self.today = int(column.today.strftime("%Y%m%d"))
        self.ahead = "later" in column.hints
        self.reader = DayReader()
        self.sorts: dict[DateForm, CellTally] = {}
        self.unlikely: dict[str, CellTally] = {}  # by the order in which a date lies in 1900 or the future
        self.range: dict[str, tuple[int, int]] = {}

    def look(self, cells: ColumnBatch) -> None:
        for shape, indices in cells.groups(cells.filled):
            if says_something(shape):
                for part in self.reader.parts(cells.base, shape, indices):
                    self._take(cells, part)

    def _take(self, cells: ColumnBatch, part: DayGroup) -> None:
        self.sorts.setdefault(part.sort, CellTally()).add_at(cells, part.indices)
        for order, days in part.days.items():
            first, last = int(days.min()), int(days.max())
            before = self.range.get(order, (first, last))
            self.range[order] = min(first, before[0]), max(last, before[1])
            wrong = (days < 19010000) | ((days > self.today) & (not self.ahead))
            if wrong.any():
                self.unlikely.setdefault(order, CellTally()).add_at(cells, part.indices[wrong])

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
        """What the column says about the order: a few dates of each sort say it all."""
        texts = (text for sort, tally in self.sorts.items() if sort.orders for text in tally.examples)
        return dates.order_of(texts, times=self.column.kind == "datetime")

    def _tally(self, wanted: Callable[[DateForm], bool]) -> CellTally:
        return CellTally.merged(tally for sort, tally in self.sorts.items() if wanted(sort))

    def _fix(self, order: str = "") -> Fix:
        step = "parse_datetime" if self.column.kind == "datetime" else "parse_date"
        return Fix(step, {"order": order} if order else {})

    def _both(self) -> FindingFacts:
        tally = self._tally(lambda sort: len(sort.orders) == 1)
        return self.found("both_orders", tally, "Both orders are present", self._fix(), severity="problem")

    def _unclear(self) -> FindingFacts:
        tally = self._tally(_needs_order)
        message = f"{counted(tally.count, 'date', 'dates')} could be day/month or month/day"
        return self.found("unclear_order", tally, message, self._fix(), severity="problem")

    def _written(self, order: str) -> Iterable[FindingFacts]:
        tally = self._tally(self._is_odd)
        if not tally.count:
            return
        ways = {sort.style for sort in self.sorts if sort.readable and not sort.serial}
        message = f"Dates are written {len(ways)} ways"
        if len(ways) == 1:
            example = tally.examples[0].strip()
            message = f"{counted(tally.count, 'date is', 'dates are')} written like {example}, which Odoo cannot read"
        sure = all(sort.readable and not _needs_order(sort) and not sort.serial for sort in self.sorts)
        kept = self.column.kind == "date" and not any(":" in sort.style for sort in self.sorts)
        yield self.found("date_formats", tally, message, self._fix(order), safe=sure and kept)

    def _is_odd(self, sort: DateForm) -> bool:
        right = sort.iso_time if self.column.kind == "datetime" else sort.iso
        return sort.readable and not sort.serial and not right

    def _serial(self, order: str) -> Iterable[FindingFacts]:
        tally = self._tally(lambda sort: sort.serial)
        if count := tally.count:
            message = f"{counted(count, 'date is', 'dates are')} stored as {either(count, 'a number', 'numbers')}"
            yield self.found("serial_dates", tally, message, self._fix(order))

    def _unlikely(self, order: str) -> Iterable[FindingFacts]:
        tally = CellTally.merged(tally for known, tally in self.unlikely.items() if known in ("", order))
        if tally.count:
            message = f"{counted(tally.count, 'date is', 'dates are')} in 1900 or the future"
            yield self.found("unlikely_dates", tally, message, severity="problem")

    def _unread(self) -> Iterable[FindingFacts]:
        tally = self._tally(lambda sort: not sort.readable)
        if count := tally.count:
            message = f"{counted(count, 'cell', 'cells')} cannot be read as {either(count, 'a date', 'dates')}"
            yield self.found("not_dates", tally, message, severity="problem")

    def facts(self) -> RangeFacts:
        evidence = self._evidence()
        extra = {"order": evidence.order}
        known = [days for order, days in self.range.items() if order in ("", evidence.order)]
        if not known or (not evidence.order and any(map(_needs_order, self.sorts))):
            return RangeFacts(extra=extra)
        return RangeFacts(_iso(min(first for first, _ in known)), _iso(max(last for _, last in known)), extra)


def _needs_order(sort: DateForm) -> bool:
    return len(sort.orders) > 1


def _iso(day: int) -> str:
    return f"{day // 10000:04}-{day // 100 % 100:02}-{day % 100:02}"


DETECTORS: tuple[type[ColumnDetector], ...] = (Dates,)
