"""Find dates where nobody expects them, and days and moments that are written as bare numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime

import numpy as np
import pyarrow.compute as pc

from engine.detectors.counted_words import cells_of, counted, either
from engine.profile.column_batch import ColumnBatch, Flags
from engine.profile.column_kinds import says_something
from engine.profile.detector import ColumnContext, ColumnDetector
from engine.profile.profile_results import FindingFacts, Fix
from engine.values import NotRead, chosen_date_formats, dates, months

MOSTLY = 0.9  # share of the sample that has to be written one way
FIRST_YEAR, YEARS_AHEAD = 1900, 15  # in which days of people and businesses lie
MANY = 0.5  # share of cells from which on dates among codes are no accident of a spreadsheet
# How spreadsheets show a code that they took for a date: 2024-03-01, 1-Mar, 01. Mrz, Mar-24, 3/1/2024.
CODE_AS_DATE = (
    r"^\s*(?:[0-9]{4}-[0-9]{2}-[0-9]{2}(?: 00:00:00)?|[0-9]{1,2}\.? ?-?[A-Z]?\p{L}{2,4}\.?(?:[- ][0-9]{2,4})?"
    r"|[A-Z]?\p{L}{2,3}\.?[- ][0-9]{2})\s*$"
)
_WORD = re.compile(r"[^\W\d_]+")
COMPACT = ("DDMMYY", "MMDDYY", "YYMMDD", "YYYYMMDD", "DDMMYYYY", "MMDDYYYY")


class CodesAsDates(ColumnDetector):
    """Find cells among codes that a spreadsheet turned into dates: MAR1, 3-1 and 1-2 are no codes any more."""

    kinds = frozenset(["code"])

    def __init__(self, column: ColumnContext) -> None:
        super().__init__(column)
        self.cells = self.impossible = 0

    def look(self, cells: ColumnBatch) -> None:
        """Count the cells that are dates, and those that are written like dates but are none."""
        self.cells += cells.count(cells.filled)
        formed = pc.match_substring_regex(cells.base, CODE_AS_DATE).to_numpy(zero_copy_only=False)
        flags: Flags = np.asarray(formed, np.bool_)
        if flags.any():
            wrong = cells.judged(flags, _is_code_as_date)
            self.tally.add(cells, wrong)
            self.impossible += cells.count(flags & ~wrong)

    def findings(self) -> Iterable[FindingFacts]:
        """Return the cells, unless codes of this form are what the column holds: 2024-03-01 beside 2024-03-117."""
        count = self.tally.count
        if not count or self.impossible or count > MANY * self.cells:
            return
        what = f"{counted(count, 'code looks', 'codes look')} like {either(count, 'a date', 'dates')}"
        message = f"{what}; a spreadsheet may have made {either(count, 'it one', 'them so')}"
        yield self.found("codes_as_dates", self.tally, message, severity="problem")


def _is_code_as_date(text: str) -> bool:
    """Return whether a text is a day or a month, written as spreadsheets show them and not as people write codes."""
    found = _WORD.search(text)
    if found is None:
        try:
            dates.read(text.strip())
        except NotRead:
            return False
        return True
    # Spreadsheets write Mar and mrt; MAR-24 in capitals is what somebody typed.
    return not found[0].isupper() and months.month(found[0]) is not None


class CompactDates(ColumnDetector):
    """Find dates without separators (310126), where the title says date."""

    kinds = frozenset(["code", "number", "postal_code"])

    def __init__(self, column: ColumnContext) -> None:
        super().__init__(column)
        self.formats = fitting_formats(column)

    @classmethod
    def wanted(cls, column: ColumnContext) -> bool:
        """Return whether the title says date and the numbers are days in some order."""
        says_date = not column.hints.isdisjoint({"date", "birth"})
        return column.kind in cls.kinds and says_date and bool(fitting_formats(column))

    def look(self, cells: ColumnBatch) -> None:
        self.tally.add(cells, cells.shaped("^\\s*[0-9]+\\s*$"))

    def findings(self) -> Iterable[FindingFacts]:
        count = self.tally.count
        if not count:
            return
        example = self.tally.examples[0].strip()
        message = f"{counted(count, 'date is', 'dates are')} written without separators, such as {example}"
        if len(self.formats) > 1:
            message += f": as {' or '.join(self.formats)}"
        fix = Fix("parse_date", {"formats": self.formats[:1], "pivot": _pivot(self.column)})
        yield self.found("compact_dates", self.tally, message, fix)


def fitting_formats(column: ColumnContext) -> list[str]:
    """Return the formats without separators that nearly all texts of a column have, the likeliest first."""
    return [one for one in COMPACT if _share_read(column, one) >= MOSTLY]


def _pivot(column: ColumnContext) -> int:
    """Return below which years of two digits are of this century: nobody was born in the future."""
    if "birth" in column.hints:
        return column.today.year % 100 + 1
    return dates.PIVOT


def _share_read(column: ColumnContext, given: str) -> float:
    """Return the share of a column's different texts that are moments of our time in a format."""
    texts = [text.strip() for text, _ in column.sample if says_something(text)]
    last, pivot = column.today.year + YEARS_AHEAD, _pivot(column)
    read = [text for text in texts if _reads(text, given, last, pivot)]
    return len(read) / max(1, len(texts))


def _reads(text: str, given: str, last: int, pivot: int) -> bool:
    try:
        found = chosen_date_formats.read(text, given, pivot)
    except NotRead:
        return False
    return found is not None and FIRST_YEAR <= found.year <= last


class CountedMoments(ColumnDetector):
    """Find moments that are counted in seconds or milliseconds since 1970, where the title says date."""

    kinds = frozenset(["code", "number", "phone", "money"])

    def __init__(self, column: ColumnContext) -> None:
        super().__init__(column)
        self.format = counted_in(column)

    @classmethod
    def wanted(cls, column: ColumnContext) -> bool:
        return column.kind in cls.kinds and "date" in column.hints and counted_in(column) != ""

    def look(self, cells: ColumnBatch) -> None:
        self.tally.add(cells, cells.shaped("^\\s*[0-9]+\\s*$"))

    def findings(self) -> Iterable[FindingFacts]:
        """Return the moments, with the day that the first of them is."""
        count = self.tally.count
        if not count:
            return
        example = self.tally.examples[0].strip()
        day = chosen_date_formats.read(example, self.format, dates.PIVOT)
        times = counted(count, "time is", "times are")
        message = f"{times} counted in {self.format}, such as {example}"
        if isinstance(day, datetime):
            message += f" ({day.astimezone(UTC):%Y-%m-%d %H:%M} UTC)"
        yield self.found("counted_moments", self.tally, message, Fix("parse_datetime", {"formats": [self.format]}))


def counted_in(column: ColumnContext) -> str:
    """Return in what a column's moments are counted, "" where its numbers are no moments of our time."""
    for given in chosen_date_formats.COUNTED:
        if _share_read(column, given) >= MOSTLY:
            return given
    return ""


class RareDateForms(ColumnDetector):
    """Find the few dates of a column that are written unlike all others."""

    kinds = frozenset(["date", "datetime"])
    rare = 0.05  # share of the cells at most

    def __init__(self, column: ColumnContext) -> None:
        super().__init__(column)
        self.forms: dict[str, int] = {}
        self.usual = _usual_form(column)

    def look(self, cells: ColumnBatch) -> None:
        """Count the dates of each form, and flag those of another than the usual one."""
        for shape, indices in cells.groups(cells.filled):
            if not says_something(shape):
                continue
            form = _form(shape)
            flags = np.zeros(len(cells.base), np.bool_)
            flags[indices] = True
            self.forms[form] = self.forms.get(form, 0) + cells.count(flags)
            if form != self.usual:
                self.tally.add(cells, flags)

    def findings(self) -> Iterable[FindingFacts]:
        count, total = self.tally.count, sum(self.forms.values())
        if not 0 < count <= self.rare * total:
            return
        example = self.tally.examples[0].strip()
        dated = f"{cells_of('date', count)} {either(count, 'is', 'are')} written unlike the others"
        yield self.found("rare_date_forms", self.tally, f"{dated}, such as {example}")


def _usual_form(column: ColumnContext) -> str:
    """Return the form that most dates of the sample have."""
    times: dict[str, int] = {}
    for text, count in column.sample:
        if says_something(text):
            form = _form(re.sub("[0-9]", "9", text))
            times[form] = times.get(form, 0) + count
    return max(times, key=times.__getitem__, default="")


def _form(shape: str) -> str:
    """Return how a date is written, whatever the number of its digits and the name of its month."""
    short = re.sub("(?<!9)99(?!9)", "9", shape.strip())
    return re.sub(r"[^\W\d_]{3,}", "Mon", short)
