"""Steps on dates and times."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.steps.date_steps import ParseDate, ParseDatetime
from engine.steps.step import Context
from engine.steps.step_parameters import StepError
from tests.converted_columns import convert, expected_customers, sample_column, sample_rows


def test_the_column_decides() -> None:
    assert convert(ParseDate(), ["01/03/2012", "25/12/2012"]).values == ["2012-03-01", "2012-12-25"]
    assert convert(ParseDate(), ["01/03/2012", "12/25/2012"]).values == ["2012-01-03", "2012-12-25"]


def test_a_column_that_does_not_tell_asks() -> None:
    result = convert(ParseDate(), ["01/03/2012", "05/05/2012", ""])
    assert (result.values, result.could_not) == (["01/03/2012", "2012-05-05", ""], [0])
    assert result.reasons == {"01/03/2012": "it could be day/month or month/day: choose"}
    assert convert(ParseDate(order="dmy"), ["01/03/2012"]).values == ["2012-03-01"]


def test_both_orders_in_a_column_stop_what_is_not_clear() -> None:
    result = convert(ParseDate(), ["25/12/2012", "12/25/2012", "01/03/2012", "2012-01-01"])
    assert result.values == ["2012-12-25", "2012-12-25", "01/03/2012", "2012-01-01"]
    assert result.could_not == [2]
    assert "25/12/2012 and 12/25/2012" in result.reasons["01/03/2012"]


def test_serials_and_what_is_none() -> None:
    result = convert(ParseDate(), ["44197", "1990", "12", "44197.0"])
    assert (result.values, result.could_not) == (["2021-01-01", "1990", "12", "2021-01-01"], [1, 2])
    assert convert(ParseDate(), ["42735"], Context(excel_1904=True)).values == ["2021-01-01"]
    assert convert(ParseDatetime(), ["43831.5"]).values == ["2020-01-01 12:00:00"]


def test_a_time_of_day_is_not_lost_unless_asked() -> None:
    texts = ["2021-10-01 00:00:00", "2021-10-01T19:34:00.000Z"]
    result = convert(ParseDate(), texts)
    assert (result.values, result.could_not) == (["2021-10-01", texts[1]], [1])
    assert convert(ParseDate(drop_time=True), texts).values == ["2021-10-01", "2021-10-01"]


def test_times_are_written_in_the_time_zone() -> None:
    texts = ["2021-10-01T19:34:00.000Z", "2021-12-01T23:30:00-05:00", "2021-10-01 08:00", "10/25/2021 7:34 PM"]
    assert convert(ParseDatetime(timezone="Europe/Brussels"), texts).values == [
        "2021-10-01 21:34:00", "2021-12-02 05:30:00", "2021-10-01 08:00:00", "2021-10-25 19:34:00",
    ]  # fmt: skip
    assert convert(ParseDatetime(), texts[:1], Context(timezone="America/New_York")).values == ["2021-10-01 15:34:00"]
    assert convert(ParseDatetime(), texts[:1]).values == ["2021-10-01 19:34:00"]


def test_a_time_beyond_the_calendar_stays() -> None:
    result = convert(ParseDatetime(timezone="Asia/Tokyo"), ["9999-12-31T23:00:00Z"])
    assert (result.values, result.could_not) == (["9999-12-31T23:00:00Z"], [0])


@pytest.mark.parametrize(
    ("params", "complaint"),
    [
        ({"formats": ["DD.MM"]}, "'DD.MM' is no whole date"),
        ({"pivot": 200}, "'pivot' is a year of two digits, 0 to 100, not 200"),
        ({"order": "dym"}, "'order' cannot be 'dym'; it is one of auto, dmy, mdy, ymd"),
    ],
)
def test_parameters_that_make_no_sense(params: dict[str, object], complaint: str) -> None:
    with pytest.raises(StepError, match=complaint):
        ParseDate(**params)


def test_an_unknown_time_zone() -> None:
    with pytest.raises(StepError, match="There is no time zone 'Brussels'"):
        ParseDatetime(timezone="Brussels")


def test_dates_of_the_samples() -> None:
    result = convert(ParseDate(), sample_column("messy_customers.xlsx", "Customer Since"))
    assert (result.values, result.could_not) == (expected_customers("Customer Since"), [])
    orders = convert(ParseDate(), sample_column("aggregated.xlsx", "Order Date", "Orders"))
    assert orders.could_not == []
    assert orders.values[0] == "2025-11-01"  # 01/11/2025 in a column that also holds 22/03/2025
    created = convert(ParseDatetime(), [row["CreatedDate"] for row in sample_rows("salesforce_accounts.csv")])
    assert created.could_not == []
    assert created.values[0] == "2021-10-01 19:34:00"


DAYS = st.dates(date(1927, 6, 1), date(2099, 1, 1))
WRITTEN = st.builds(
    lambda day, form: day.strftime(form),
    DAYS,
    st.sampled_from(["%d/%m/%Y", "%m/%d/%Y", "%d.%m.%y", "%y-%m-%d", "%Y-%m-%d", "%d %b %Y", "%d/%m/%Y %H:%M", "%Y"]),
)
STEPS = [ParseDate(), ParseDate(drop_time=True), ParseDate(order="mdy"), ParseDatetime(timezone="Asia/Tokyo")]


@given(st.lists(WRITTEN | st.text(max_size=10), max_size=10))
def test_columns_are_accepted_as_they_come_out(values: list[str]) -> None:
    for step in STEPS:
        once = convert(step, values)
        again = convert(step, once.values)
        assert (again.values, again.could_not) == (once.values, once.could_not), step.slug
        assert [once.values[place] for place in once.could_not] == [values[place] for place in once.could_not]


@given(st.lists(DAYS, min_size=1, max_size=20), st.sampled_from(["%d/%m/%Y", "%m-%d-%Y"]))
def test_one_way_of_writing_is_read_as_meant_or_asked_about(days: list[date], form: str) -> None:
    written = [day.strftime(form) for day in days]
    result = convert(ParseDate(), written)
    for day, text, value in zip(days, written, result.values, strict=True):
        assert value in (day.isoformat(), text)
    assert bool(result.could_not) == (all(day.day <= 12 for day in days) and any(day.day != day.month for day in days))


@given(st.datetimes(datetime(1000, 1, 2), datetime(9999, 12, 30)))  # noqa: DTZ001  (a sheet knows no zone)
def test_times_without_a_zone_stay_what_they_are(moment: datetime) -> None:
    exact = moment.replace(microsecond=0).isoformat(" ")
    assert convert(ParseDatetime(), [moment.isoformat("T"), exact]).values == [exact, exact]
