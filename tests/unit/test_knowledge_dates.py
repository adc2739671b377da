"""Dates as people write them."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from engine.values import NotRead, chosen_date_formats, dates
from engine.values.languages import languages


def _naive(year: int, month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute)  # noqa: DTZ001  (a sheet knows no zone)


def _zone(hours: int) -> timezone:
    return timezone(timedelta(hours=hours))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2021-10-01", date(2021, 10, 1)), ("2021/10/1", date(2021, 10, 1)), ("20211001", date(2021, 10, 1)),
        ("25/12/2012", date(2012, 12, 25)), ("12/25/2012", date(2012, 12, 25)), ("05/05/2020", date(2020, 5, 5)),
        ("13-Nov-2022", date(2022, 11, 13)), ("13 nov 22", date(2022, 11, 13)), ("3 Nov 99", date(1999, 11, 3)),
        ("1. März 2021", date(2021, 3, 1)), ("1er mars 2021", date(2021, 3, 1)), ("5 mrt. 2021", date(2021, 3, 5)),
        ("5 de mayo de 2021", date(2021, 5, 5)), ("5 maggio 2021", date(2021, 5, 5)),
        ("1º de março de 2021", date(2021, 3, 1)),
        ("November 13th, 2022", date(2022, 11, 13)), ("Sunday, Nov 13, 2022", date(2022, 11, 13)),
        ("Mo., 13.11.2022", date(2022, 11, 13)), ("mar 5 2022", date(2022, 3, 5)),
        ("mar. 5 avr. 2022", date(2022, 4, 5)),
        ("44197", date(2021, 1, 1)), ("44197.0", date(2021, 1, 1)), ("99/12/31", date(1999, 12, 31)),
        ("25/12/68", date(2068, 12, 25)), ("25/12/69", date(1969, 12, 25)),
    ],
)  # fmt: skip
def test_dates_that_are_clear_by_themselves(text: str, day: date) -> None:
    assert dates.read(text) == day


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2021-10-01T19:34:00.000Z", datetime(2021, 10, 1, 19, 34, tzinfo=UTC)),
        ("2021-10-01 19:34:05+02:00", datetime(2021, 10, 1, 19, 34, 5, tzinfo=_zone(2))),
        ("43831.5", _naive(2020, 1, 1, 12)),
        ("12/25/2012 7:34 PM", _naive(2012, 12, 25, 19, 34)),
        ("12/25/2012 12:05 a.m.", _naive(2012, 12, 25, 0, 5)),
        ("25.12.2012, 10:30 Uhr", _naive(2012, 12, 25, 10, 30)),
        ("Sunday, November 22, 2026 04:31 PM GMT-06:00", datetime(2026, 11, 22, 16, 31, tzinfo=_zone(-6))),
    ],
)  # fmt: skip
def test_dates_with_a_time(text: str, moment: datetime) -> None:
    assert dates.read(text) == moment


def test_the_order_decides() -> None:
    assert dates.read("01/03/2012", "dmy") == date(2012, 3, 1)
    assert dates.read("01/03/2012", "mdy") == date(2012, 1, 3)
    assert dates.read("01-02-03", "ymd") == date(2001, 2, 3)
    with pytest.raises(NotRead, match="could be day/month or month/day"):
        dates.read("01/03/2012")
    with pytest.raises(NotRead, match="does not fit"):
        dates.read("12/25/2012", "dmy")


@pytest.mark.parametrize(
    "text",
    ["", "1990", "12", "5.5", "123456", "99999", "31/02/2012", "2012-13-01", "0000-00-00", "Nov 2022", "12:30",
     "x", "10.2.3", "2012-12-25 25:00", "Invoice 13 Nov 2022", "2021-10-01 10:00 10:00", "13/13/2012"],
)  # fmt: skip
def test_what_is_no_date(text: str) -> None:
    with pytest.raises(NotRead):
        dates.read(text)


def test_serials_of_old_mac_workbooks() -> None:
    assert dates.read("42735", excel_1904=True) == dates.read("44197") == date(2021, 1, 1)


def test_the_column_tells_its_order() -> None:
    assert dates.order_of(["01/03/2012", "25/12/2012", "2012-01-01", "x"]).order == "dmy"
    assert dates.order_of(["01/03/2012", "12/25/2012"]).order == "mdy"
    assert dates.order_of(["99/12/31", "01/02/03"]).order == "ymd"
    open_ = dates.order_of(["01/03/2012", "05/05/2012"])
    assert (open_.order, open_.either, open_.either_examples) == ("", 1, ["01/03/2012"])
    both = dates.order_of(["25/12/2012", "12/25/2012 10:00"])
    assert both.both
    assert (both.order, both.day_examples, both.month_examples) == ("", ["25/12/2012"], ["12/25/2012 10:00"])
    assert not dates.order_of(["25/12/2012", "12/25/2012 10:00"], times=False).both


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("width", ["wide", "abbreviated"])
def test_months_of_every_language(language: str, width: str) -> None:
    for number, name in Locale(language).months["format"][width].items():
        assert dates.read(f"7 {name} 2021") == date(2021, number, 7)


@pytest.mark.parametrize(
    ("text", "given_format", "day"),
    [
        ("13112022", "DDMMYYYY", date(2022, 11, 13)), ("13.11.22", "DD.MM.YY", date(2022, 11, 13)),
        ("01/03/2012", "%d/%m/%Y", date(2012, 3, 1)), ("3 Mrz 2012", "D MMM YYYY", date(2012, 3, 3)),
        ("13.11.2022 09:05", "DD.MM.YYYY HH:MM", _naive(2022, 11, 13, 9, 5)),
        ("11/13/22 9:05 pm", "M/D/YY H:MM AM/PM", _naive(2022, 11, 13, 21, 5)),
    ],
)  # fmt: skip
def test_formats_that_a_user_states(text: str, given_format: str, day: date) -> None:
    assert dates.read(text, formats=[given_format]) == day


def test_with_formats_nothing_else_is_read_but_iso() -> None:
    assert dates.read("2022-11-13", formats=["DD.MM.YYYY"]) == date(2022, 11, 13)
    with pytest.raises(NotRead, match=r"it is not written as DD\.MM\.YYYY"):
        dates.read("13/11/2022", formats=["DD.MM.YYYY"])


@pytest.mark.parametrize("bad", ["DD.MM", "YYYY", "DD.DD.YYYY", "day", ""])
def test_formats_that_say_no_date(bad: str) -> None:
    with pytest.raises(chosen_date_formats.BadFormat):
        chosen_date_formats.pattern(bad)


@given(st.dates(date(1000, 1, 1)))
def test_every_way_of_writing_a_day_comes_to_the_same(day: date) -> None:
    slashed = f"{day.day:02}/{day.month:02}/{day.year}"
    dotted = f"{day.month}.{day.day}.{day.year}"
    assert dates.read(day.isoformat()) == dates.read(slashed, "dmy") == dates.read(dotted, "mdy") == day


@given(st.dates(date(1927, 6, 1), date(2099, 12, 31)))
def test_serials_count_days(day: date) -> None:
    assert dates.read(str((day - date(1899, 12, 30)).days)) == day


@given(st.text(), st.sampled_from(["", "dmy", "mdy", "ymd"]))
def test_any_text_is_read_or_not_read(text: str, order: str) -> None:
    with suppress(NotRead):
        assert isinstance(dates.read(text, order), date)
    dates.order_of([text])
