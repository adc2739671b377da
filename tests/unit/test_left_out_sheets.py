"""Sheets that bring no records are left out with their reason; what they list is still offered."""

from __future__ import annotations

import pytest

from tests.sheet_evidence import ODOO, evidence_of_rows, fields_by_title, suggested

AGES = ("Current", "1 - 30", "31 - 60", "61 - 90", "> 90", "Total")


@pytest.mark.parametrize(
    ("name", "titles", "row"),
    [
        ("Sheet1", ("Customer", *AGES), ("Acme Ltd", "0.00", "10.50", "0.00", "0.00", "5.00", "15.50")),
        ("Export", ("Kunde", "1-30 Tage", "31-60 Tage", "über 60 Tage"), ("A GmbH", "1,00", "2,00", "0")),
        ("Aged Payables Summary", ("Contact", "Due", "Total"), ("Acme Ltd", "10.00", "10.00")),
        ("Balance âgée", ("Client", "Non échu", "Total"), ("Dupont SARL", "10,00", "10,00")),
        ("Trial Balance", ("Account", "Debit", "Credit"), ("Sales (200)", "", "1,000.00")),
        ("Sheet1", ("Account", "Debit", "Credit"), ("Sales (200)", "", "1,000.00")),
        ("Inventory Valuation", ("SKU", "Name", "Qty", "Value"), ("A-1", "Mug", "2", "10.00")),
        ("Lagerbewertung", ("Artikelnummer", "Bezeichnung", "Bestand", "Wert"), ("A1", "Rohr", "2", "10,00")),
        ("Profit and Loss", ("Account", "Total"), ("Sales", "1,000.00")),
        ("Saldenliste Debitoren", ("Konto", "Name", "Saldo"), ("10001", "A GmbH", "10,00")),
        ("Budget", ("Department", "Jan", "Feb"), ("Sales", "10", "20")),
        ("weather", ("date", "tmax", "rain"), ("2026-01-01", "3", "0.5")),
        ("log", ("level", "message", "line"), ("info", "started", "12")),
    ],
)  # fmt: skip
def test_sheets_that_are_no_records(name, titles, row):
    rows = [
        tuple(f"{cell} {place}" if place and not cell[:1].isdigit() else cell for cell in row) for place in range(3)
    ]
    (found,) = suggested(evidence_of_rows(name, titles, *rows))
    assert (found.model, fields_by_title(found)) == ("", {})
    assert found.reason
    assert all(model in ODOO for model, _ in found.candidates)


def test_a_list_of_balances_is_the_chart_where_no_other_sheet_lists_accounts():
    titles = ("Konto", "Bezeichnung", "Soll", "Haben", "Saldo")
    rows = [("1000", "Kasse", "10,00", "", "10,00"), ("1200", "Bank", "20,00", "", "20,00"),
            ("1400", "Forderungen aus Lieferungen und Leistungen", "5,00", "", "5,00"),
            ("8400", "Erlöse 19% USt", "", "35,00", "35,00")]  # fmt: skip
    balances = evidence_of_rows("Summen- und Saldenliste", titles, *rows)
    (found,) = suggested(balances)
    assert found.model == "account.account"
    assert fields_by_title(found) == {"Konto": "code", "Bezeichnung": "name", "Account type": "account_type"}
    assert [one.step.params["chart"] for one in found.steps] == ["SKR03"]
    chart = evidence_of_rows("Kontenplan", ("Kontonummer", "Kontobezeichnung"), *[row[:2] for row in rows])
    assert [one.model for one in suggested(balances, chart)] == ["", "account.account"]


def test_payments_need_a_date_and_whose_they_are():
    """Without them a list of amounts is no list of payments, however it is called."""
    (found,) = suggested(evidence_of_rows("payments", ("Customer", "Amount"), ("Acme Ltd", "10.00"), ("B Ltd", "3.00")))
    assert found.model == ""
    assert found.reason == "it looks like Payments, but no column says Date"
