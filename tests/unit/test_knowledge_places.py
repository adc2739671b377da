"""Countries and states: exact names after folding, states within their country only."""

from __future__ import annotations

import pytest

from engine.values import countries, states
from odoo_migrate import catalog


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("US", "US"), ("us", "US"), ("USA", "US"), ("U.S.A.", "US"), ("USA.", "US"), ("united states", "US"),
        ("United States of America", "US"), ("UK", "GB"), ("U.K.", "GB"), ("England", "GB"), ("Scotland", "GB"),
        ("Deutschland", "DE"), ("Allemagne", "DE"), ("Alemania", "DE"), ("Germania", "DE"), ("Duitsland", "DE"),
        ("Alemanha", "DE"), ("Holland", "NL"), ("The Netherlands", "NL"), ("Netherlands, The", "NL"),
        ("Österreich", "AT"), ("OESTERREICH", "AT"), ("Suomi", "FI"), ("Polska", "PL"), ("日本", "JP"),
        ("gbr", "GB"), ("Россия", "RU"), ("Great Britain", "GB"),
        ("Cote d'Ivoire", "CI"), ("Côte d’Ivoire", "CI"), ("NA", "NA"), ("EL", "GR"), ("Kosovo", "XK"),
        (" Trinidad & Tobago ", "TT"), ("Korea, Republic of", "KR"), ("Tschechische Republik", "CZ"),
    ],
)  # fmt: skip
def test_names_of_countries(text: str, code: str) -> None:
    assert countries.iso_code(text) == code


@pytest.mark.parametrize(
    "text", ["", "?", "Korea", "Germny", "Paris", "ZZ", "EU", "N/A", "n.a.", "N A", "Untied States", "U"]
)
def test_no_country_is_guessed(text: str) -> None:
    assert countries.iso_code(text) is None


@pytest.mark.parametrize("version", catalog.VERSIONS)
def test_odoos_own_countries(version: str) -> None:
    """XI (Northern Ireland for VAT) is no ISO code; everything else that Odoo calls a country is known."""
    known = [c for c in catalog.reference(version)["countries"] if c["code"] != "XI"]
    assert {c["name"] for c in known if countries.iso_code(c["name"]) != c["code"]} == set()
    assert {c["code"] for c in known if countries.iso_code(c["code"]) != c["code"]} == set()


@pytest.mark.parametrize(
    ("text", "country", "code"),
    [
        ("CA", "US", "US-CA"), ("ca", "US", "US-CA"), ("California", "US", "US-CA"), ("Calif.", "US", "US-CA"),
        ("US-CA", "US", "US-CA"), ("us-ca", "", "US-CA"), ("California (US)", "", "US-CA"),
        ("N.Y.", "US", "US-NY"),
        ("IN", "US", "US-IN"), ("Punjab", "IN", "IN-PB"), ("Punjab", "PK", "PK-PB"), ("Bavaria", "DE", "DE-BY"),
        ("DE-BY", "DE", "DE-BY"), ("BY", "DE", "DE-BY"), ("Wien", "AT", "AT-9"), ("Québec", "CA", "CA-QC"),
        ("Genève", "CH", "CH-GE"), ("Orissa", "IN", "IN-OD"), ("Co. Cork", "IE", "IE-C"), ("PHG", "MY", "MY-06"),
    ],
)  # fmt: skip
def test_states_of_a_country(text: str, country: str, code: str) -> None:
    assert states.code(text, country) == code
    assert states.code(code, country) == code


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("California", ""),
        ("CA", ""),
        ("Punjab", "US"),
        ("US-CA", "IN"),
        ("Victoria", "US"),
        ("", "US"),
        ("IDF", "FR"),
    ],
)
def test_no_state_is_guessed(text: str, country: str) -> None:
    assert states.code(text, country) is None


@pytest.mark.parametrize("version", catalog.VERSIONS)
def test_odoos_own_states(version: str) -> None:
    """Every state of every version has one code; states that are one place in several languages share it."""
    records = catalog.reference(version)
    country_codes = {c["xml_id"]: c["code"] for c in records["countries"]}
    found: dict[str, str] = {}
    for state in records["states"]:
        country = country_codes[state["country_id_xml_id"]]
        code = states.code(state["code"], country)
        assert code is not None, state
        assert states.code(code, "") == code
        shared = country in ("CH", "IQ")
        assert shared or code not in found, (state, found[code])
        found.setdefault(code, state["xml_id"])
