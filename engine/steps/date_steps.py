"""Steps on dates and times. They write dates as Odoo reads them: `2021-10-01`, `2021-10-01 19:34:00`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from engine.steps.reading_step import ReadingStep
from engine.steps.step import Context, Example
from engine.steps.step_parameters import Param, StepError
from engine.values import NotRead, chosen_date_formats, dates
from odoo_migrate.rules.time_zones import wrong_time_zone

ORDER = Param(
    "order",
    "choice",
    "Order",
    default="auto",
    choices=(
        ("auto", "as the column shows"),
        ("dmy", "day, month, year: 25/12/2012"),
        ("mdy", "month, day, year: 12/25/2012"),
        ("ymd", "year, month, day: 12/12/25"),
    ),
    help="Where the column does not show it, a date that fits two ways is not converted.",
)
FORMATS = Param(
    "formats", "words", "Formats", default=(), help="Such as DD.MM.YYYY or MMDDYY; then nothing else is read."
)
PIVOT = Param(
    "pivot",
    "integer",
    "First year of the 1900s",
    default=dates.PIVOT,
    help="Years of two digits from here on are of the last century: with 69, 68 is 2068 and 69 is 1969.",
)


class DateStep(ReadingStep):
    """Read dates in the order of day and month that the whole column shows."""

    group = "date"
    learns = True  # `01/03/2012` alone does not say which number is the day
    order: str
    formats: tuple[str, ...]
    pivot: int

    def validate(self) -> None:
        """Check the pivot and the formats, so that a typing error shows before a million cells fail by it."""
        if not 0 <= self.pivot <= 100:
            raise StepError(f"The step {self.slug}: 'pivot' is a year of two digits, 0 to 100, not {self.pivot}.")
        for one in self.formats:
            try:
                chosen_date_formats.pattern(one)
            except chosen_date_formats.BadFormat as problem:
                raise StepError(f"The step {self.slug}: {problem}") from problem

    def keeps_times(self) -> bool:
        """Tell whether cells with a time of day are converted."""
        return True

    def learn(self, distinct: Iterable[str], context: Context) -> Any:
        """Return the order that the column shows, and an example of each where it shows two."""
        # An order or formats that somebody chose decide alone.
        if self.order != "auto" or self.formats:
            return None
        found = dates.order_of(distinct, times=self.keeps_times())
        examples: list[str] = []
        if found.both:
            examples = [*found.day_examples[:1], *found.month_examples[:1], *found.year_examples[:1]]
        return {"order": found.order, "both": examples}

    def moment(self, text: str, context: Context) -> date:
        """Return the date, or datetime, of a cell. Raises NotRead."""
        learnt = context.learnt or {"order": "", "both": []}
        order = self.order
        if order == "auto":
            order = learnt["order"]
        # A date that can be read in one way only is converted in a column of both orders too.
        if learnt["both"] and len(dates.orders(text)) > 1:
            raise NotRead(f"dates of both orders are in the column, such as {' and '.join(learnt['both'])}: choose one")
        return dates.read(text, order, self.formats, excel_1904=context.excel_1904, pivot=self.pivot)


class ParseDate(DateStep):
    """Write dates without a time.

    A time of day other than midnight would be lost, so such a cell stays, unless `drop_time` is on.
    """

    slug = "parse_date"
    label = "Read as dates"
    help = "Writes dates such as 25/12/2012, 13-Nov-2022 or 1. März 2021 as 2012-12-25, 2022-11-13, 2021-03-01."
    writes = "date"
    safe = True
    params = (ORDER, FORMATS, PIVOT, Param("drop_time", "boolean", "Leave out times of day", default=False))
    examples = (
        Example(("01/03/2012", "25/12/2012"), ("2012-03-01", "2012-12-25")),
        Example(
            ("12/06/2015", "04/22/2021", "2019-11-12", "13-Nov-2022", ""),
            ("2015-12-06", "2021-04-22", "2019-11-12", "2022-11-13", ""),
        ),
        Example(("44197", "1. März 2021", "1er mai 2021"), ("2021-01-01", "2021-03-01", "2021-05-01")),
        Example(("01/03/2012", "1990"), ("01/03/2012", "1990"), {}, (0, 1)),
        Example(("25/12/2012", "12/25/2012", "01/03/2012"), ("2012-12-25", "2012-12-25", "01/03/2012"), {}, (2,)),
        Example(("01/03/2012", "130322"), ("01/03/2012", "2022-03-13"), {"formats": ["DDMMYY"]}, (0,)),
        Example(("2021-10-01 00:00:00", "2021-10-01 19:34"), ("2021-10-01", "2021-10-01 19:34"), {}, (1,)),
        Example(("2021-10-01 19:34",), ("2021-10-01",), {"drop_time": True}),
    )
    drop_time: bool

    def keeps_times(self) -> bool:
        """Tell whether times are left out: otherwise a cell with one is not converted."""
        return self.drop_time

    def read(self, text: str, context: Context) -> str:
        """Return the day as `2021-10-01`; midnight is no time that could be lost."""
        day = self.moment(text, context)
        if not isinstance(day, datetime):
            return day.isoformat()
        if dates.has_time(day.timetz()) and not self.drop_time:
            raise NotRead(f"it has a time of day, {day:%H:%M}, which a date would lose")
        return day.date().isoformat()


class ParseDatetime(DateStep):
    """Write dates with a time of day; a date alone is midnight.

    A time with an offset (Z, +02:00) is written in the time zone, other times are taken to be in it already; parts of
    a second are left out.
    """

    slug = "parse_datetime"
    label = "Read as dates with time"
    help = "Writes times such as 2021-10-01T19:34:00.000Z or 1/10/21 7:34 PM as 2021-10-01 19:34:00."
    writes = "datetime"
    params = (
        ORDER,
        FORMATS,
        PIVOT,
        Param("timezone", "text", "Time zone", help="Such as Europe/Brussels; empty means the dataset's."),
    )
    examples = (
        Example(
            ("2021-10-01T19:34:00.000Z", "2021-10-01 19:34", "2021-10-01", "", "soon"),
            ("2021-10-01 21:34:00", "2021-10-01 19:34:00", "2021-10-01 00:00:00", "", "soon"),
            {"timezone": "Europe/Brussels"},
            (4,),
        ),
        Example(("43831.5", "12/25/2012 7:34 PM"), ("2020-01-01 12:00:00", "2012-12-25 19:34:00")),
    )
    timezone: str | None

    def validate(self) -> None:
        """Check the time zone too, and hold it."""
        super().validate()
        self._zone: ZoneInfo | None = None
        if self.timezone:
            self._zone = _zone(self.timezone)

    def read(self, text: str, context: Context) -> str:
        """Return date and time as `2021-10-01 19:34:00`, without the offset."""
        moment = self.moment(text, context)
        if not isinstance(moment, datetime):
            moment = datetime.combine(moment, time())
        # Odoo reads the times of an import in its user's time zone, not in UTC.
        if moment.tzinfo is not None:
            moment = _local(moment, self._zone or _zone(context.timezone))
        return moment.replace(microsecond=0, tzinfo=None).isoformat(" ")


def _zone(name: str) -> ZoneInfo:
    message = wrong_time_zone(name)
    if message:
        raise StepError(message)
    return ZoneInfo(name)


def _local(moment: datetime, zone: ZoneInfo) -> datetime:
    try:
        return moment.astimezone(zone)
    except OverflowError as problem:  # 31 December 9999 in a zone ahead
        raise NotRead("its year is out of range") from problem


STEPS = (ParseDate, ParseDatetime)
