"""Numbers as people write them."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.values import NotRead, numbers


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("(1.62)", "-1.62"), ("1.62-", "-1.62"), ("1'234,50", "1234.50"), ("1 234,5", "1234.5"), ("−5", "-5"),
        ("1\u00a0234,5", "1234.5"), ("1\u202f234,56", "1234.56"), ("1.234.567", "1234567"), ("0.234", "0.234"),
        ("1,234,567.89", "1234567.89"), ("12,34,567.8", "1234567.8"), ("1.234,56", "1234.56"), (".5", "0.5"),
        ("+5", "5"), ("007", "7"), ("0", "0"), ("1234.567", "1234.567"), ("5,-", "5"), ("8.--", "8"),
        ("98765432109876543210", "98765432109876543210"),
        ("0.10000000000000000000001", "0.10000000000000000000001"),
    ],
)  # fmt: skip
def test_numbers_that_are_clear_by_themselves(text: str, number: str) -> None:
    assert numbers.read(text) == number


@pytest.mark.parametrize(("text", "point", "comma"), [("1.234", "1.234", "1234"), ("1,234", "1234", "1.234")])
def test_a_number_that_only_its_column_makes_clear(text: str, point: str, comma: str) -> None:
    assert numbers.read(text, ".") == point
    assert numbers.read(text, ",") == comma
    with pytest.raises(NotRead, match=r"it could be 1\.234 or 1234: choose the decimal sign"):
        numbers.read(text)


@pytest.mark.parametrize(
    "text",
    ["", "-", "abc", "12-34", "12 34", "1.2.3", "31.12.2025", "1E10", "4.00638E+12", "5 kg", "$5", "5%", "(5",
     "-(5)", "--5", "1,5.3", "5.", "1,23.4", "0,123,456.7", "١٢"],
)  # fmt: skip
def test_what_is_no_number(text: str) -> None:
    with pytest.raises(NotRead):
        numbers.read(text)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1.234,56 €", ("1234.56", "EUR")), ("500.00 USD", ("500.00", "USD")), ("5 kr", ("5", "")),
        ("$5.00 USD", ("5.00", "USD")), ("(€5.00)", ("-5.00", "EUR")), ("€ -5,00", ("-5.00", "EUR")),
        ("£3.87", ("3.87", "GBP")), ("CHF 1'234.50", ("1234.50", "CHF")), ("5 zł", ("5", "PLN")),
        ("US$ 5", ("5", "USD")), ("5.00- €", ("-5.00", "EUR")), ("Rs.500", ("500", "")),
        ("816,44 €", ("816.44", "EUR")), ("$1,000,000.00", ("1000000.00", "")),
    ],
)  # fmt: skip
def test_amounts(text: str, amount: tuple[str, str]) -> None:
    assert numbers.read_amount(text) == amount


@pytest.mark.parametrize("text", ["5 pcs", "$ 5 EUR", "5 %", "EUR", "1.234 €"])
def test_what_is_no_amount(text: str) -> None:
    with pytest.raises(NotRead):
        numbers.read_amount(text)


def test_percent() -> None:
    assert [numbers.read_percent(text) for text in ("5%", "5 %", "5", "12,5 %", "-3%", "0.05")] == [
        "5", "5", "5", "12.5", "-3", "0.05",
    ]  # fmt: skip


def test_the_column_tells_its_decimal_sign() -> None:
    point = numbers.decimal_sign(["1.234", "12.50", "a.b", "31.12.2025", "$1,000.00"])
    assert (point.sign, point.point, point.either, point.either_examples) == (".", 2, 1, ["1.234"])
    assert numbers.decimal_sign(["1.234", "1.234.567"]).sign == ","
    assert numbers.decimal_sign(["1.234", "1,234", "7"]).sign == ""
    mixed = numbers.decimal_sign(["1.5", "1,5"])
    assert mixed.both
    assert mixed.sign == ""
    assert numbers.decimal_sign(["€ 1,5"], "number").comma == 0


@given(st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**12), max_value=10**12))
def test_every_way_of_writing_an_amount_comes_to_the_same(value: Decimal) -> None:
    plain = f"{value:.2f}"
    grouped = f"{abs(value):,.2f}"
    swapped = grouped.translate(str.maketrans(",.", ".,"))
    sign = "-" if plain.startswith("-") else ""
    for text, decimal in ((plain, "."), (sign + grouped, "."), (sign + swapped, ","), (swapped + sign, ",")):
        assert numbers.read(text, decimal) == plain
    assert numbers.read_amount(f"{sign}{swapped} €", ",") == (plain, "EUR")


@given(st.text(), st.sampled_from(["", ".", ","]))
def test_any_text_is_read_or_not_read(text: str, decimal: str) -> None:
    for read in (numbers.read, numbers.read_amount, numbers.read_percent):
        with suppress(NotRead):
            assert read(text, decimal)
    numbers.decimal_sign([text])
