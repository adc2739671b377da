"""What real servers of 17, 18 and 19 answered, as the client understands it; and the small Odoo answers the same."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from odoo_migrate.odoo import server_records
from odoo_migrate.odoo.client import Odoo, connect
from odoo_migrate.odoo.credentials import Secret
from tests.odoo_http import replaying, serving
from tests.odoo_questions import QUESTIONS, asked
from tests.odoo_store import DATABASE, KEY, PASSWORD, RECORDED, USER, Store

VERSIONS = ("17.0", "18.0", "19.0")


def signed_in(url: str, version: str) -> Odoo:
    """19 was recorded over JSON-2."""
    if version >= "19":
        return connect(url, DATABASE, USER, Secret(KEY), kind="key")
    return connect(url, DATABASE, USER, Secret(PASSWORD))


@cache
def real(version: str) -> dict[str, Any]:
    with replaying(version) as replay, signed_in(replay.url, version) as odoo:
        return asked(odoo)


@cache
def small(version: str) -> dict[str, Any]:
    with serving(Store(version)) as server, signed_in(server.url, version) as odoo:
        return asked(odoo)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("question", QUESTIONS)
def test_the_small_odoo_answers_as_a_real_one(version, question):
    assert small(version)[question] == real(version)[question]


def messages(version: str, question: str) -> list[Any]:
    assert real(version)[question]["ids"] is None
    return real(version)[question]["messages"]


@pytest.mark.parametrize("version", VERSIONS)
def test_answers_are_understood(version):
    found = real(version)
    assert found["Odoo's own records"] == {
        "base.be": "res.country",
        "base.state_us_5": "res.country.state",
        "base.us": "res.country",
    }
    assert found["rights"] == [True, True]
    assert found["tags"] == {"ids": [0, 1], "messages": []}
    assert found["it is stored"]["q.good"] == {
        "name": "Ünïcode & Co", "is_company": True, "street": "Main St 1", "city": "LA", "zip": "1",
        "country_id": ["base.us"], "state_id": ["base.state_us_5"], "category_id": ["q.gold", "q.vip"],
    }  # fmt: skip
    assert found["an ID twice"]["ids"] == [0, 0]
    assert found["is found"] == {"__import__.q_no_dot": "res.partner", "q_no_dot": "res.partner"}
    assert found["is gone"] == {}


@pytest.mark.parametrize("version", VERSIONS)
def test_messages_name_rows_and_fields(version):
    assert [(first, field) for first, _, _, field, _ in messages(version, "booleans")] == [
        (0, "is_company"), (1, "is_company"), (3, "is_company"),
    ]  # fmt: skip
    assert {(first, field) for first, _, _, field, _ in messages(version, "dates and numbers")} == {
        (row, field) for row in (0, 1) for field in ("date_deadline", "expected_revenue", "priority", "color")
    }
    # The database stops counting at ten, with a message that names no row.
    stopped = messages(version, "more than ten")
    assert [first for first, *_ in stopped] == [-1, *range(10)]
    assert stopped[0][2] == "warning"


def test_since_18_the_first_row_is_blamed_for_another():
    assert [first for first, *_ in messages("17.0", "one barcode for two")] == [2]
    assert [first for first, *_ in messages("18.0", "one barcode for two")] == [0, 2]


def test_in_19_a_contact_changes_the_address_of_its_company():
    assert real("18.0")["then it stays"]["q.good"]["city"] == "Los Angeles"
    assert real("19.0")["then it stays"]["q.good"]["city"] == "Elsewhere"


@pytest.mark.parametrize("version", VERSIONS)
def test_exceptions_are_faults(version):
    for question in ("unknown field", "no text", "unknown model", "unknown field to read"):
        assert real(version)[question]["fault"], question


@pytest.mark.parametrize("version", VERSIONS)
def test_fields_are_described(version):
    with serving(Store(version)) as server, signed_in(server.url, version) as odoo:
        fields = server_records.server_fields(odoo, "res.partner")
        with odoo.clone() as other:
            assert server_records.server_fields(other, "res.partner") is fields, "asked once for all connections"
        lead = server_records.server_fields(odoo, "crm.lead")
    assert fields["country_id"].relation == "res.country"
    assert ("contact", "Contact") in fields["type"].selection
    assert fields["partner_latitude"].digits == (10, 7)
    assert fields["property_account_payable_id"].company_dependent
    assert lead["name"].required
    assert lead["name"].depends == ("partner_id",)


def test_nothing_recorded_opens_a_door():
    for file in RECORDED.iterdir():
        text = file.read_text(encoding="utf-8")
        assert "session_id=" not in text
        assert '"password"' not in text.replace('"name": "password"', "")
        assert PASSWORD not in text
        assert KEY not in text
        assert 'File "' not in text.replace("\\", ""), "a traceback names paths of the server"
