"""Steps on numbers, amounts and percentages."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, localcontext
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.steps.number_steps import ParseCurrency, ParseNumber, ParsePercent, Round, StripDecimalZero, UndoScientific
from engine.steps.step_parameters import StepError
from engine.values import NotRead, numbers
from tests.converted_columns import convert, expected_customers, sample_column

SAMPLES = Path(__file__).parents[1] / "samples"


def test_an_ambiguous_number_alone_asks() -> None:
    result = convert(ParseNumber(), ["1.234", "5"])
    assert (result.values, result.could_not) == (["1.234", "5"], [0])
    assert result.reasons == {"1.234": "it could be 1.234 or 1234: choose the decimal sign"}
    assert convert(ParseNumber(decimal="point"), ["1.234"]).values == ["1.234"]
    assert convert(ParseNumber(decimal="comma"), ["1.234"]).values == ["1234"]


def test_the_column_decides() -> None:
    assert convert(ParseNumber(), ["1.234", "0,5"]).values == ["1234", "0.5"]
    assert convert(ParseNumber(), ["1.234", "0.5"]).values == ["1.234", "0.5"]
    assert convert(ParseNumber(), ["(1.62)", "1.62-", "1 234.5"]).values == ["-1.62", "-1.62", "1234.5"]
    assert convert(ParseNumber(), ["1'234,50", "1 234,5", "1\u00a0234,5"]).values == [
        "1234.50",
        "1234.5",
        "1234.5",
    ]


def test_a_column_with_both_signs_stops() -> None:
    result = convert(ParseNumber(), ["1,5", "2.5", "1.234", "7", "1,000.00"])
    assert result.values == ["1,5", "2.5", "1.234", "7", "1,000.00"]
    assert result.could_not == [0, 2, 4]
    assert "commas (1,5) and points (2.5)" in result.reasons["1.234"]


def test_amounts_and_their_currency() -> None:
    step = ParseCurrency(currency_to="Currency")
    result = convert(step, ["1.234,56 €", "500", "", "$5,5", "kostenlos"])
    assert result.values == ["1234.56", "500.00", "", "5.50", "kostenlos"]
    assert result.added == {"Currency": ["EUR", "", "", "", ""]}
    assert result.could_not == [4]


def test_percent() -> None:
    assert convert(ParsePercent(), ["5%", "5", "10 %", "", "Free"]).values == ["5", "5", "10", "", "Free"]


def test_no_digit_of_a_scientific_number_is_made_up() -> None:
    result = convert(UndoScientific(), ["4.00638E+12", "4.155552671E+9", "-1.5e0", "2.5E-4", "1E10", "ABC"])
    assert result.values == ["4.00638E+12", "4155552671", "-1.5", "0.00025", "1E10", "ABC"]
    assert result.could_not == [0, 4]


def test_strip_decimal_zero() -> None:
    result = convert(StripDecimalZero(), ["4155552671.0", "00123.0", "1.000", "1234.000", "3.10", "v1.0"])
    assert result.values == ["4155552671", "00123", "1.000", "1234", "3.10", "v1.0"]
    assert result.could_not == [2]


def test_rounding_takes_a_sensible_number_of_decimals() -> None:
    with pytest.raises(StepError, match="keeps 0 to 12 decimals, not -1"):
        Round(digits=-1)


def test_credit_limits_of_the_sample() -> None:
    result = convert(ParseCurrency(), sample_column("messy_customers.xlsx", "Credit Limit"))
    assert (result.values, result.could_not) == (expected_customers("Credit Limit"), [])


def test_prices_of_the_sample_sum_up() -> None:
    text = (SAMPLES / "legacy_products.csv").read_text(encoding="cp1252")
    prices = [line.split(";")[3] for line in text.splitlines()[1:]]
    result = convert(ParseCurrency(currency_to="Currency"), prices)
    assert sum(map(Decimal, result.values)) == Decimal("374717.09")
    assert set(result.added["Currency"]) == {"EUR"}


def test_discounts_of_the_sample() -> None:
    result = convert(ParsePercent(), sample_column("aggregated.xlsx", "Disc %", "Orders"))
    assert set(result.values) == {"0", "5", "10", ""} | {result.values[place] for place in result.could_not}
    assert {result.values[place] for place in result.could_not} <= {"Free"}


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20), st.integers(0, 12))
def test_rounding_is_exact(value: Decimal, digits: int) -> None:
    [rounded] = convert(Round(digits=digits), [f"{value:f}"]).values
    half = Decimal(5).scaleb(-digits - 1)
    with localcontext(prec=80):
        assert abs(Decimal(rounded) - value) <= half
        assert len(rounded.partition(".")[2]) <= digits
        assert abs(Decimal(rounded)) >= abs(value) or abs(value) - abs(Decimal(rounded)) < half


WRITTEN = st.from_regex(r"\(?-?[€$]? ?[0-9]{1,3}([.,' ][0-9]{1,3}){0,3}-?%?( EUR)?\)?", fullmatch=True)
STEPS = [ParseNumber(), ParseNumber(decimal="each"), ParseNumber(decimal="point"), ParseCurrency(), ParsePercent(),
         UndoScientific(), StripDecimalZero(), Round()]  # fmt: skip


@given(st.lists(WRITTEN | st.text(max_size=8), max_size=12))
def test_columns_are_accepted_as_they_come_out(values: list[str]) -> None:
    for step in STEPS:
        once = convert(step, values)
        again = convert(step, once.values)
        assert (again.values, again.could_not) == (once.values, once.could_not), step.slug
        assert [once.values[place] for place in once.could_not] == [values[place] for place in once.could_not]
        assert [bool(value) for value in once.values] == [bool(value) for value in values]


@given(st.lists(WRITTEN | st.from_regex(r"-?[0-9.,]{1,9}( ?(€|EUR|%))?", fullmatch=True), max_size=12))
def test_whole_columns_say_what_single_cells_say(values: list[str]) -> None:
    readers = {ParseNumber: numbers.read, ParsePercent: numbers.read_percent}
    for decimal, sign in (("point", "."), ("comma", ",")):
        for step, read in readers.items():
            result = convert(step(decimal=decimal), values)
            assert result.values == [_read_or_kept(read, text, sign) for text in values]
        amounts = convert(ParseCurrency(decimal=decimal, currency_to="Currency"), values)
        assert amounts.added["Currency"] == [_currency(text, sign) for text in values]
        assert amounts.values == convert(ParseCurrency(decimal=decimal), values).values


def _read_or_kept(read: Callable[[str, str], str], text: str, sign: str) -> str:
    try:
        return read(text, sign)
    except NotRead:
        return text


def _currency(text: str, sign: str) -> str:
    try:
        return numbers.read_amount(text, sign).currency
    except NotRead:
        return ""
