"""Findings about numbers and dates."""

import pytest

from tests.small_profiles import column, finding, messages, profiled


def test_numbers_with_a_currency_and_commas(tmp_path):
    cells = ["$1,000,000.00", "500.00 USD", "1200.5", "", "$0.00", "N/A"]
    profile = profiled(tmp_path, {"Credit Limit": cells})
    found = finding(profile, "numbers_as_text")
    assert found.message == "3 numbers are stored as text, with $, USD and commas"
    assert (found.rows, found.fix.step, found.safe) == ([2, 3, 6], "parse_currency", False)
    facts = column(profile, "Credit Limit")
    assert (facts.kind, facts.minimum, facts.maximum) == ("money", "0", "1000000")
    assert facts.extra == {"decimal": ".", "currencies": ["USD"], "sum": "1001700.5"}


def test_negative_numbers_as_accountants_write_them(tmp_path):
    cells = ["6.328,60-", "(5.853,63)", "2.358,75", "625,34"]
    profile = profiled(tmp_path, {"Amount Net": cells})
    facts = column(profile, "Amount Net")
    assert (facts.minimum, facts.maximum, facts.extra["sum"]) == ("-6328.6", "2358.75", "-9198.14")
    assert finding(profile, "numbers_as_text").fix.step == "parse_currency"


def test_commas_and_points_are_both_used(tmp_path):
    found = finding(profiled(tmp_path, {"Qty": ["1,5", "2.75", "3", "4,25"]}), "mixed_decimals")
    assert found.message == "Commas and points are both used as decimals"
    assert (found.rows, found.severity, found.fix.step, found.safe) == ([2, 3, 5], "problem", "parse_number", False)


def test_numbers_that_could_be_read_two_ways(tmp_path):
    profile = profiled(tmp_path, {"Qty": ["1.234", "5.678", "12"]})
    found = finding(profile, "unclear_decimals")
    assert found.message == "2 numbers could be thousands or decimals, such as 1.234"
    assert (column(profile, "Qty").minimum, column(profile, "Qty").extra.get("sum")) == ("", None)


def test_a_zero_in_front_shows_that_the_point_is_a_decimal(tmp_path):
    profile = profiled(tmp_path, {"Price": ["1.234", "0.072", "12"]})
    assert finding(profile, "unclear_decimals") is None
    assert (column(profile, "Price").minimum, column(profile, "Price").maximum) == ("0.072", "12")


def test_cells_that_are_no_numbers(tmp_path):
    cells = [str(number) for number in range(30)] + ["on request", "N/A"]
    found = finding(profiled(tmp_path, {"Price": cells}), "not_numbers")
    assert found.message == "1 cell is not a number"
    assert (found.rows, found.examples) == ([32], ["on request"])


def test_plain_numbers_give_no_finding(tmp_path):
    assert messages(profiled(tmp_path, {"Qty": ["1", "-2.5", "30"], "Code": ["a1", "b2", "c3"]})) == {}


def test_ranges_of_long_columns_are_exact(tmp_path):
    cells = [f"{number / 100:.2f}" for number in range(-150_000, 150_000, 7)]
    facts = column(profiled(tmp_path, {"Balance": cells}), "Balance")
    assert (facts.minimum, facts.maximum) == ("-1500", "1499.99")
    assert facts.extra["sum"] == f"{sum(range(-150_000, 150_000, 7)) / 100:.2f}"


def test_percentages(tmp_path):
    profile = profiled(tmp_path, {"Disc %": ["5%", "10 %", "5", "0", ""]})
    found = finding(profile, "percent_signs")
    assert found.message == "Percentages are written in 3 ways, such as 5, 5 % and 5%"
    assert (found.rows, found.fix.step) == ([2, 3], "parse_percent")
    assert (column(profile, "Disc %").minimum, column(profile, "Disc %").maximum) == ("0", "10")


def test_codes_that_lost_digits(tmp_path):
    found = finding(profiled(tmp_path, {"EAN": ["4.00638E+12", "4006381333931", "4.00639E+12"]}), "lost_digits")
    assert found.message == "Codes show as 4.00638E+12; digits may be lost"
    assert (found.count, found.rows, found.fix.step) == (2, [2, 4], "undo_scientific")


def test_codes_that_end_in_a_decimal_zero(tmp_path):
    found = finding(profiled(tmp_path, {"Phone": ["4155552671.0", "4155552672.0", "4155552673"]}), "decimal_zero")
    assert found.message == "2 phone numbers end in .0"
    assert found.fix.step == "strip_decimal_zero"


@pytest.mark.parametrize(
    ("title", "cells", "width"),
    [
        ("ZIP", ["02134", "2134", "10001", "60601", "501", "33101"], 5),
        ("SKU", ["00001", "00002", "3", "00004", "41"], 0),  # too short by more than two
        ("SKU", ["00001", "00012", "0123", "00444", "99999"], 0),  # zeros in front of a shorter one
        ("SKU", ["00001", "00012", "1234", "00444", "99999"], 5),
        ("Order No", ["998", "999", "1000", "1001", "1002", "1003"], 0),
    ],
)
def test_leading_zeros_that_were_lost(tmp_path, title, cells, width):
    found = finding(profiled(tmp_path, {title: cells}), "lost_zeros")
    assert (found.fix.params if found else {}) == ({"width": width} if width else {})


def test_lost_zeros_are_counted(tmp_path):
    found = finding(profiled(tmp_path, {"ZIP": ["02134", "2134", "10001", "60601", "501"]}), "lost_zeros")
    assert found.message == "2 postal codes seem to have lost a leading 0"
    assert (found.rows, found.fix.step, found.safe) == ([3, 6], "pad_left", False)


def test_dates_written_several_ways(tmp_path):
    cells = ["12/06/2015", "04/22/2021", "2019-11-12", "13-Nov-2022", "2020-1-5", ""]
    profile = profiled(tmp_path, {"Customer Since": cells})
    found = finding(profile, "date_formats")
    assert found.message == "Dates are written 3 ways"
    assert (found.rows, found.fix.step, found.fix.params) == ([2, 3, 5], "parse_date", {"order": "mdy"})
    assert not found.safe  # 12/06 is read as the column shows
    facts = column(profile, "Customer Since")
    assert (facts.kind, facts.minimum, facts.maximum) == ("date", "2015-12-06", "2022-11-13")
    assert facts.extra == {"order": "mdy"}


def test_dates_that_can_be_read_in_one_way_only_are_safe(tmp_path):
    found = finding(profiled(tmp_path, {"Date": ["31.12.2025", "25.11.2024", "2024-01-05"]}), "date_formats")
    assert (found.safe, found.fix.params) == (True, {"order": "dmy"})


def test_dates_written_one_way(tmp_path):
    found = finding(profiled(tmp_path, {"Date": ["31.12.2025", "05.11.2024"]}), "date_formats")
    assert found.message == "2 dates are written like 31.12.2025, which Odoo cannot read"


def test_dates_of_unknown_order(tmp_path):
    profile = profiled(tmp_path, {"Date": ["01/03/2012", "05/06/2013", "07/07/2014"]})
    found = finding(profile, "unclear_order")
    assert found.message == "2 dates could be day/month or month/day"
    assert (found.rows, found.severity, found.fix.params, found.safe) == ([2, 3], "problem", {}, False)
    assert finding(profile, "date_formats") is None
    assert column(profile, "Date").minimum == ""


def test_dates_of_both_orders(tmp_path):
    profile = profiled(tmp_path, {"Date": ["25/12/2012", "12/25/2012", "01/03/2012"]})
    found = finding(profile, "both_orders")
    assert found.message == "Both orders are present"
    assert (found.rows, found.examples, found.severity) == ([2, 3], ["25/12/2012", "12/25/2012"], "problem")


def test_dates_stored_as_numbers(tmp_path):
    found = finding(profiled(tmp_path, {"Date": ["44197", "43831", "2021-05-01"]}), "serial_dates")
    assert found.message == "2 dates are stored as numbers"
    assert (found.rows, found.fix.step) == ([2, 3], "parse_date")


@pytest.mark.parametrize(("title", "rows"), [("Created", [3, 4]), ("Due date", [3])])
def test_dates_that_cannot_be_right(tmp_path, title, rows):
    cells = ["2021-05-01", "1900-01-01", "2031-01-01", "2024-02-29"]
    found = finding(profiled(tmp_path, {title: cells}), "unlikely_dates")
    assert (found.rows, found.severity) == (rows, "problem")


def test_unlikely_dates_depend_on_the_order(tmp_path):
    cells = ["25/11/2026", "11/12/2026", "12/11/2026"]  # today is 22 November 2026
    found = finding(profiled(tmp_path, {"Created": cells}), "unlikely_dates")
    assert found.message == "2 dates are in 1900 or the future"
    assert found.rows == [2, 3]


def test_cells_that_are_no_dates(tmp_path):
    cells = ["2021-05-01", "2021-02-30", "1990", "2021-05-04", "2021-05-05", "n/a", "30.02.2021", "01.03.2021"]
    found = finding(profiled(tmp_path, {"Date": cells}), "not_dates")
    assert found.message == "3 cells cannot be read as dates"
    assert found.rows == [3, 4, 8]


def test_leap_years(tmp_path):
    cells = ["29.02.2024", "29.02.2023", "29.02.2000", "29.02.1900", "28.02.2023"]
    assert finding(profiled(tmp_path, {"Date": cells}), "not_dates").rows == [3, 5]


def test_times_as_other_systems_write_them(tmp_path):
    cells = ["2021-10-01T19:34:00.000Z", "2024-08-06T10:34:00.000Z", "2024-08-06 10:34:00", "2024-08-06"]
    profile = profiled(tmp_path, {"CreatedDate": cells})
    assert column(profile, "CreatedDate").kind == "datetime"
    found = finding(profile, "date_formats")
    assert (found.rows, found.fix.step, found.safe) == ([2, 3], "parse_datetime", False)
    assert column(profile, "CreatedDate").maximum == "2024-08-06"


def test_a_time_of_day_in_a_column_of_dates_is_not_lost_unasked(tmp_path):
    cells = ["31.12.2025", "25.11.2024", "24.11.2024", "23.11.2024 19:34"]
    assert not finding(profiled(tmp_path, {"Date": cells}), "date_formats").safe


def test_named_months_in_several_languages(tmp_path):
    cells = ["13-Nov-2022", "1. März 2021", "March 5, 2020", "2 janvier 2019"]
    profile = profiled(tmp_path, {"Date": cells})
    assert (column(profile, "Date").minimum, column(profile, "Date").maximum) == ("2019-01-02", "2022-11-13")
    assert finding(profile, "not_dates") is None
