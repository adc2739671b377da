"""What is suggested for a name that is not known."""

from __future__ import annotations

import pytest

from odoo_migrate.project.nearest_names import did_you_mean, nearest, nearest_spelling

TITLES = ["Customer Code", "Name", "Email address"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [("customer_code", "Customer Code"), ("Code of customer", "Customer Code"), ("E-Mail", "Email address")],
)
def test_case_punctuation_and_order_do_not_count(written: str, meant: str) -> None:
    assert nearest(written, TITLES) == meant


def test_nothing_is_suggested_where_nothing_is_alike() -> None:
    assert nearest("Quantity", TITLES) is None
    assert nearest("Quantity", []) is None
    assert did_you_mean("Quantity", TITLES) == "."


def test_a_suggestion_ends_the_sentence() -> None:
    assert did_you_mean("Nam", TITLES) == "; did you mean 'Name'?"


def test_technical_names_are_compared_as_a_whole() -> None:
    models = ["sale.order", "sale.order.line", "res.partner"]
    assert nearest_spelling("res.parner", models, at_least=85) == "res.partner"
    assert nearest_spelling("order", models, at_least=85) is None
    assert nearest("order", models) == "sale.order"
