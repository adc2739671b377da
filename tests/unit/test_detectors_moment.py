"""Findings about dates where nobody expects them, and moments that are written as bare numbers."""

import pytest

from engine.steps import build
from tests.converted_columns import convert
from tests.small_profiles import column, finding, profiled


def test_codes_that_a_spreadsheet_turned_into_dates(tmp_path):
    cells = ["A-100", "A-101", "2024-03-01", "1-Mar", "B-20", "01. Mrz", "C-3"]
    profile = profiled(tmp_path, {"SKU": cells})
    found = finding(profile, "codes_as_dates")
    assert (found.count, found.rows, found.severity) == (3, [4, 5, 7], "problem")
    assert column(profile, "SKU").kind == "code"


@pytest.mark.parametrize(
    ("title", "cells"),
    [
        ("SKU", ["MAR-24", "ABC-12", "DEF-13", "SEP-10"]),
        ("Invoice No.", ["2024-03-01", "2024-03-02", "2024-03-117", "2024-03-31"]),
        ("Belegnummer", ["2024-01-01", "2024-01-02", "2024-01-03", "2024-01-04"]),
        ("Art.-Nr.", ["1-200", "1-201", "3-117", "12-31"]),
    ],
)
def test_codes_that_only_look_like_dates(tmp_path, title, cells):
    profile = profiled(tmp_path, {title: cells})
    assert column(profile, title).kind == "code"
    assert finding(profile, "codes_as_dates") is None
    assert finding(profile, "date_formats") is None


@pytest.mark.parametrize(
    ("title", "cells", "unit", "after"),
    [
        ("Created", ["1700000000", "1700003600"], "seconds", ["2023-11-14 22:13:20", "2023-11-14 23:13:20"]),
        ("Updated at", ["1700000000123"], "milliseconds", ["2023-11-14 22:13:20"]),
        ("Datum", ["1600000000", "1650000000"], "seconds", ["2020-09-13 12:26:40", "2022-04-15 05:20:00"]),
    ],
)  # fmt: skip
def test_moments_counted_since_1970(tmp_path, title, cells, unit, after):
    found = finding(profiled(tmp_path, {title: cells}), "counted_moments")
    assert found.fix.params == {"formats": [f"{unit} since 1970"]}
    assert not found.safe
    assert convert(build(found.fix.step, found.fix.params), cells).values == after


def test_numbers_as_long_as_moments_are_none_without_a_title(tmp_path):
    columns = {"Barcode": ["1700000000123", "1700003600000"], "Contract": ["1700000000", "1700003600"]}
    assert finding(profiled(tmp_path, columns), "counted_moments") is None


def test_dates_without_separators(tmp_path):
    columns = {
        "Date": ["20260131", "20260215", "20251224"],
        "Geburtsdatum": ["310158", "150264", "240371"],
        "Order date": ["010203", "040506", "070809"],
    }
    profile = profiled(tmp_path, columns)
    assert column(profile, "Date").kind == "date"
    born = finding(profile, "compact_dates", "Geburtsdatum")
    assert convert(build(born.fix.step, born.fix.params), columns["Geburtsdatum"]).values[0] == "1958-01-31"
    assert finding(profile, "compact_dates", "Order date").message.endswith("as DDMMYY or MMDDYY or YYMMDD")


def test_a_rare_form_among_dates(tmp_path):
    cells = [f"{number % 28 + 1:02}.03.2026" for number in range(60)]
    profile = profiled(tmp_path, {"Date": [*cells, "3/5/2026", "2026-03-07"]})
    assert finding(profile, "rare_date_forms").rows == [62, 63]
    assert not finding(profile, "date_formats").safe  # 3/5 may come from a country that has the month first
    assert finding(profiled(tmp_path, {"Date": cells}), "date_formats").safe


def test_amounts_of_several_currencies(tmp_path):
    found = finding(profiled(tmp_path, {"Price": ["12.50 €", "$1,300.00", "7.00 €", "£8.00"]}), "numbers_as_text")
    assert (found.fix.params, found.safe) == ({"currency_to": "Price currency"}, False)
    assert finding(profiled(tmp_path, {"Price": ["12,50 €", "7,00 €", "3,20"]}), "numbers_as_text").safe
