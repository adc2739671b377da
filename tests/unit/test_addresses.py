"""Addresses in one text: what is read is right and complete, and what is not certain is not read."""

from __future__ import annotations

import random
import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.values import NotRead, countries
from engine.values.addresses.postal_addresses import PARTS, PostalAddress, read
from engine.values.folding import fold
from tests.drawn_addresses import LOCALES, TOWNS, Drawn, draw, draw_one_piece, draw_town

COUNTRIES = sorted(LOCALES)
DRAWN = 150  # addresses of each country


def parts(address: PostalAddress) -> tuple[str, ...]:
    return tuple(getattr(address, part) for part in PARTS)


def words(text: str) -> list[str]:
    return sorted(re.findall(r"\w+", text))


def is_right(drawn: Drawn, address: PostalAddress) -> bool:
    street = f"{address.street} {address.street2}"
    got = (words(street), address.zip, address.city, address.state, address.country)
    return got == (words(drawn.street), drawn.zip, drawn.city, drawn.state, drawn.named)


def counted(drawer, country: str, known: bool, town_only: bool = False) -> Counter[str]:
    rng, found = random.Random(country), Counter[str]()
    for _ in range(DRAWN):
        drawn = drawer(country, rng)
        try:
            address = read(drawn.text, country if known else "", town_only=town_only)
        except NotRead:
            found["could not"] += 1
            continue
        found["right" if is_right(drawn, address) else "wrong"] += 1
    return found


@pytest.mark.parametrize("country", COUNTRIES)
def test_drawn_addresses_of_many_countries_are_read_right_or_not_at_all(country):
    with_country = counted(draw, country, known=True)
    assert with_country["wrong"] == 0
    assert with_country["right"] >= 0.9 * DRAWN
    assert counted(draw, country, known=False)["wrong"] <= 0.01 * DRAWN
    assert counted(draw_one_piece, country, known=True)["wrong"] == 0
    for known in (True, False):
        assert counted(draw_town, country, known, town_only=True) == {"right": DRAWN}


@given(st.sampled_from(COUNTRIES), st.integers(0, 10_000), st.booleans())
def test_no_word_is_lost(country, seed, known):
    drawn = draw(country, random.Random(seed))
    try:
        address = read(drawn.text, country if known else "")
    except NotRead:
        return
    lost = Counter(words(drawn.text)) - Counter(words(" ".join(parts(address))))
    # A country is written as its code, and the letters in front of a postal code are that code.
    assert all(countries.iso_code(word) or len(word) <= 3 or word in fold(drawn.text) for word in lost)
    assert sum(lost.values()) <= 3 * bool(address.country)


@given(
    st.text(alphabet=st.sampled_from("aB1 2,.\n-/()éß0D"), max_size=40),
    st.sampled_from(["", *COUNTRIES]),
    st.booleans(),
)
def test_any_text_is_read_whole_or_not_at_all(text, country, town_only):
    try:
        address = read(text, country, town_only=town_only)
    except NotRead:
        return
    assert words(text) == words(" ".join(parts(address)[:5])) or address.country


@pytest.mark.parametrize(
    ("country", "text", "expected"),
    [
        ("DE", "Weser GmbH\nHauptstr. 5\nD-28195 Bremen", ("Hauptstr. 5", "Weser GmbH", "28195", "Bremen", "", "DE")),
        ("DE", "D - 28195 Bremen", ("", "", "28195", "Bremen", "", "DE")),
        ("DE", "27283 Verden (Aller)", ("", "", "27283", "Verden (Aller)", "", "")),
        ("FR", "12 bis, rue X, 75002 PARIS CEDEX 08", ("12 bis, rue X", "", "75002", "PARIS CEDEX 08", "", "")),
        ("ES", "C/ Gran Vía, 12, 3º B, 28013 Madrid, Spain", ("C/ Gran Vía, 12", "3º B", "28013", "Madrid", "", "ES")),
        ("IT", "Via Roma 12 - 20121 Milano (MI)", ("Via Roma 12", "", "20121", "Milano", "MI", "")),
        ("CA", "1 Queen St, Toronto ON M5V 2T6 Canada", ("1 Queen St", "", "M5V 2T6", "Toronto", "ON", "CA")),
        ("US", "PO Box 123, Atlanta, Georgia 30301", ("PO Box 123", "", "30301", "Atlanta", "Georgia", "")),
        ("US", "New York 10001", ("", "", "10001", "New York", "", "")),
        ("US", "Hauptstr. 5, 10115 Berlin, Germany", ("Hauptstr. 5", "", "10115", "Berlin", "", "DE")),
        ("GB", "62 Market Place, Leeds\nLS1 7AX", ("62 Market Place", "", "LS1 7AX", "Leeds", "", "")),
        ("GB", "1 High St, London SW1A 2AA, England", ("1 High St", "", "SW1A 2AA", "London", "", "GB")),
        ("IE", "12 Main Street, Naas, Co. Kildare", ("12 Main Street", "", "", "Naas", "Co. Kildare", "")),
        ("BR", "Rua X, 12, São Paulo - SP, 01310-100", ("Rua X, 12", "", "01310-100", "São Paulo", "SP", "")),
        ("MX", "Calle Mayor, 5, 06000 Ciudad de México", ("Calle Mayor, 5", "", "06000", "Ciudad de México", "", "")),
        ("DK", "Vesterbrogade 3, 2. th, 1620 København V", ("Vesterbrogade 3", "2. th", "1620", "København V", "", "")),
    ],
)  # fmt: skip
def test_addresses_as_people_write_them(country, text, expected):
    assert parts(read(text, country)) == expected


@pytest.mark.parametrize(
    ("country", "text"),
    [
        ("DE", "Hauptstr. 5"),
        ("DE", "1020 Wien"),  # no code of Germany: a zero may be lost, or a country missing
        ("DE", "28195 Bremen, 28757 Bremen"),
        ("DE", "Hauptstr. 5\n28195 Bremen\nTel. 0421 123456"),
        ("DE", "see note"),
        ("US", "1234 Main Street"),
        ("US", "424 Brian Ports St. John's NY 10001"),  # where does the street end?
        ("US", "Hauptstr. 5, 10115 Berlin"),
        ("GB", "12 High Street, Leeds"),
        ("GB", "Unit 5, Mill Lane, Durham, DH1 3AB"),  # the town, or the county of Mill Lane?
        ("", "Atlanta, Georgia"),
        ("", "12345 Main Street"),
    ],
)
def test_what_can_be_read_in_two_ways_is_not_read(country, text):
    with pytest.raises(NotRead):
        read(text, country)


def test_every_town_of_the_draws_is_there_with_a_code():
    assert set(TOWNS) == set(LOCALES)
