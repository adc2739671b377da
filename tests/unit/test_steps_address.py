"""Steps on countries, states, postal codes and codes with check digits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.steps.address_steps import CountryToIso, StateToCode, ZipClean
from engine.steps.check_digit_steps import BarcodeClean, SalesforceId18, VatClean
from engine.steps.step import ColumnStep, Context
from tests.converted_columns import convert, expected_customers, sample_column, sample_rows


def test_countries() -> None:
    result = convert(CountryToIso(), ["UK", "England", "Deutschland", "USA.", "Ruritania", ""])
    assert (result.values, result.could_not) == (["GB", "GB", "DE", "US", "Ruritania", ""], [4])


def test_a_state_needs_its_country() -> None:
    step = StateToCode(country_column="Country")
    countries = ["US", "India", "Pakistan", "", "Ruritania", "US"]
    result = convert(step, ["CA", "Punjab", "Punjab", "CA", "CA", "IN-PB"], Country=countries)
    assert result.values == ["US-CA", "IN-PB", "PK-PB", "CA", "CA", "IN-PB"]
    assert result.could_not == [3, 4, 5]
    assert convert(step, ["CA"], Context(country="US"), Country=[""]).values == ["US-CA"]
    assert convert(StateToCode(), ["US-CA", "CA"]).could_not == [1]


@pytest.mark.parametrize(
    ("text", "country", "written"),
    [
        ("2134", "US", "02134"), ("501", "US", "00501"), ("2134-1234", "US", "02134-1234"),
        ("100011234", "US", "10001-1234"),
        ("sw1a1aa", "GB", "SW1A 1AA"), ("m1 1ae", "GB", "M1 1AE"), ("k1a0b1", "CA", "K1A 0B1"),
        ("1234ab", "NL", "1234 AB"),
        ("D-80331", "DE", "80331"), ("12345", "SE", "123 45"), ("00-950", "PL", "00-950"),
        ("1234567", "JP", "123-4567"),
        ("b-1000", "BE", "1000"), (" ab 12 ", "", "AB 12"), ("ab 12", "AQ", "AB 12"),
    ],
)  # fmt: skip
def test_postal_codes(text: str, country: str, written: str) -> None:
    once = convert(ZipClean(), [text], Context(country=country))
    assert (once.values, once.could_not) == ([written], [])
    assert convert(ZipClean(), [written], Context(country=country)).values == [written]


@pytest.mark.parametrize(
    ("text", "country"), [("1067", "DE"), ("ABC", "US"), ("123456", "US"), ("SW1A", "GB"), ("12", "US")]
)
def test_postal_codes_that_cannot_be_right(text: str, country: str) -> None:
    result = convert(ZipClean(country=country), [text])
    assert (result.values, result.could_not) == ([text], [0])


def test_vat_numbers() -> None:
    result = convert(VatClean(), ["be 477 472 701", "BE 0477.472.701", "BE0477472702", "0477472701", "gb 980 7806 84"])
    assert result.values == ["BE0477472701", "BE0477472701", "BE0477472702", "0477472701", "GB980780684"]
    assert result.could_not == [2, 3]
    assert result.reasons["BE0477472702"] == "its check digits do not fit"
    step = VatClean(country_column="Country")
    beside = convert(step, ["0477472701", "GR 094259216", "12-3456789"], Country=["Belgium", "Greece", "USA"])
    assert (beside.values, beside.could_not) == (["BE0477472701", "EL094259216", "12-3456789"], [])


def test_barcodes() -> None:
    result = convert(BarcodeClean(), ["4006381333931", "4006381333932", "4006381-333931", "96385074", "SKU-1"])
    assert result.values == ["4006381333931", "4006381333932", "4006381333931", "96385074", "SKU-1"]
    assert result.could_not == [1, 4]


def test_salesforce_ids() -> None:
    result = convert(SalesforceId18(), ["0010Y00000abcDE", "0010Y00000abcDEQAY", "0010Y00000abcDEAAA", "x"])
    assert result.values == ["0010Y00000abcDEQAY", "0010Y00000abcDEQAY", "0010Y00000abcDEAAA", "x"]
    assert result.could_not == [2, 3]


def test_addresses_of_the_samples() -> None:
    countries = convert(CountryToIso(), sample_column("messy_customers.xlsx", "Country"))
    assert (countries.values, countries.could_not) == (expected_customers("Country code"), [])
    states = convert(
        StateToCode(country_column="C"), sample_column("messy_customers.xlsx", "State"), C=countries.values
    )
    assert [state.removeprefix("US-") for state in states.values] == expected_customers("State")
    zips = convert(ZipClean(country="US"), sample_column("messy_customers.xlsx", "Zip Code"))
    assert (zips.values, zips.could_not) == (expected_customers("Zip Code"), [])
    british = convert(ZipClean(country_column="C"), sample_column("aggregated.xlsx", "Postcode"),
                      C=sample_column("aggregated.xlsx", "Ctry"))  # fmt: skip
    assert set(british.values) == {"SW1A 1AA", "LS1 4DY", "YO1 7HH"}
    accounts = [row["BillingCountry"] for row in sample_rows("salesforce_accounts.csv")]
    assert set(convert(CountryToIso(), accounts).values) == {"US"}


TEXTS = st.text(alphabet=st.sampled_from("aAbBeEgG0123456789 .-/()üŚ"), max_size=14) | st.text(max_size=8)
COUNTRIES = st.sampled_from(["US", "GB", "DE", "be", "Germany", "GR", "CH", "IN", "JP", "XX", "Ruritania", ""])
STEPS: list[ColumnStep] = [CountryToIso(), BarcodeClean(), SalesforceId18(), *(
    step(country_column="C") for step in (StateToCode, ZipClean, VatClean)
)]  # fmt: skip


@given(st.lists(st.tuples(TEXTS, COUNTRIES), max_size=10))
def test_columns_are_accepted_as_they_come_out(rows: list[tuple[str, str]]) -> None:
    values, beside = [text for text, _ in rows], [country for _, country in rows]
    for step in STEPS:
        once = convert(step, values, C=beside)
        again = convert(step, once.values, C=beside)
        assert (again.values, again.could_not) == (once.values, once.could_not), step.slug
        assert [once.values[place] for place in once.could_not] == [values[place] for place in once.could_not]
