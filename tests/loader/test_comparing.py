"""Whether Odoo holds what a cell says: the forms that Odoo 18 was measured to accept, and how it answers them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo_migrate.loading.values_in_odoo import Comparer
from odoo_migrate.odoo.server_records import ServerField

KNOWN = {"base.us": 233, "migr.tag.VIP": 7, "migr.tag.Retail": 8}


def same(
    kind: str, text: str, stored: object, *, column: str = "x", zone: str = "Europe/Brussels", **more: object
) -> bool:
    field = ServerField(column.removesuffix("/id"), kind, **more)  # type: ignore[arg-type]  # what a test varies
    return Comparer({field.name: field}, zone, KNOWN.get).same(column, text, stored)


@pytest.mark.parametrize(
    ("kind", "text", "stored"),
    [
        ("char", "Acme", "Acme"),
        ("char", "", False),
        ("text", "a\nb", "a\nb"),
        ("boolean", "1", True),
        ("boolean", "Yes", True),
        ("boolean", "false", False),
        ("boolean", "", False),
        ("integer", "3", 3),
        ("integer", "-1", -1),
        ("integer", "", 0),
        ("float", "1234.56", 1234.56),
        ("float", "1e3", 1000.0),
        ("float", "0.10", 0.1),
        ("monetary", "0", 0.0),
        ("date", "2024-02-29", "2024-02-29"),
        ("html", "a<br>b", "<p>a<br>b</p>"),
        ("html", "a &lt; b", "<p>a &lt; b</p>"),
        ("html", "", "<p><br></p>"),
    ],
)
def test_the_same(kind, text, stored):
    assert same(kind, text, stored)


@pytest.mark.parametrize(
    ("kind", "text", "stored"),
    [
        ("char", "Acme", False),
        ("char", "Acme ", "Acme"),
        ("char", "acme", "Acme"),
        ("boolean", "1", False),
        ("boolean", "x", True),
        ("boolean", "x", False),
        ("float", "16.219", 16.22),
        ("float", "twelve", 0.0),
        ("integer", "9007199254740993", 9007199254740990),
        ("date", "2024-02-29", "2024-03-01"),
        ("html", "a<br>b", "<p>a b</p>"),
        ("html", "a", False),
    ],
)
def test_not_the_same(kind, text, stored):
    assert not same(kind, text, stored)


def test_a_choice_is_given_by_key_or_label_in_any_case():
    choices = (("contact", "Contact"), ("invoice", "Invoice Address"))
    assert same("selection", "invoice", "invoice", selection=choices)
    assert same("selection", "INVOICE address", "invoice", selection=choices)
    assert not same("selection", "invoice", "contact", selection=choices)
    assert not same("selection", "other", False, selection=choices)


def test_records_are_compared_by_what_their_external_ids_stand_for():
    assert same("many2one", "base.us", 233, column="country_id/id")
    assert not same("many2one", "base.us", False, column="country_id/id")
    assert not same("many2one", "base.zz", False, column="country_id/id")
    assert same("many2many", "migr.tag.VIP,migr.tag.Retail", [8, 7], column="category_id/id")
    assert not same("many2many", "migr.tag.VIP", [7, 8], column="category_id/id")
    assert not same("many2many", "migr.tag.VIP,migr.tag.New", [7], column="category_id/id")
    assert same("many2many", "", [], column="category_id/id")


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("2024-07-01 12:00:00", "2024-07-01 10:00:00"),
        ("2024-01-01 12:00", "2024-01-01 11:00:00"),
        ("2024-01-01", "2023-12-31 23:00:00"),
        ("2024-10-27 02:30:00", "2024-10-27 01:30:00"),  # given twice: winter time
        ("2024-03-31 02:30:00", "2024-03-31 01:30:00"),  # left out: winter time
    ],
)
def test_times_are_those_of_the_project(text, stored):
    assert same("datetime", text, stored)
    assert not same("datetime", text, "2024-01-01 00:00:01")


@given(
    st.datetimes(*map(datetime.fromisoformat, ("1990-01-01", "2037-01-01"))),
    st.sampled_from(["Europe/Brussels", "America/New_York"]),
)
def test_a_stored_time_is_its_own_local_time(moment, zone):
    moment = moment.replace(microsecond=0)
    local = moment.replace(tzinfo=UTC).astimezone(ZoneInfo(zone))
    twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    text = local.replace(tzinfo=None).isoformat(" ")
    assert same("datetime", text, str(moment), zone=zone) or twice
