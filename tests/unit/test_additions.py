"""What suggestions bring besides columns: roles of partners, companies and people, account types, joined names."""

from __future__ import annotations

import pyarrow as pa
import pytest

from engine.steps import build
from engine.steps.step import Context
from engine.values import account_types
from tests.sheet_evidence import evidence_of_rows, fields_by_title, suggested

FIRMS = [(f"C{i}", f"Firm {i} Ltd", f"a{i}@example.com") for i in range(6)]


@pytest.mark.parametrize(
    ("name", "titles", "values"),
    [
        ("Customers", ("Code", "Name", "Email"), {"customer_rank": "1"}),
        ("Lieferanten", ("Nummer", "Firma", "E-Mail"), {"supplier_rank": "1"}),
        ("export", ("Kd-Nr.", "Name", "E-Mail"), {"customer_rank": "1"}),
        ("fournisseurs", ("Code", "Raison sociale", "E-mail"), {"supplier_rank": "1"}),
        ("Contacts", ("Code", "Name", "Email"), {}),
    ],
)
def test_customers_and_vendors_by_what_the_sheet_is_called(name, titles, values):
    (found,) = suggested(evidence_of_rows(name, titles, *FIRMS))
    assert found.values == values


def test_customers_and_vendors_row_by_row():
    titles = ("Code", "Name", "Email", "Debitorenkonto", "Kreditorenkonto")
    rows = [(*firm, "10001" if place % 2 else "", "" if place % 2 else "70001") for place, firm in enumerate(FIRMS)]
    (found,) = suggested(evidence_of_rows("Adressen", titles, *rows))
    made = {title: field for title, field in fields_by_title(found).items() if title not in titles}
    assert made["Is customer"] == "customer_rank"
    assert made["Is vendor"] == "supplier_rank"


def test_a_name_that_is_the_persons_beside_it_is_no_company():
    titles = ("*ContactName", "EmailAddress", "FirstName", "LastName")
    rows = [(f"Firm {i} Ltd", f"a{i}@example.com", "Ann", f"Lee{i}") for i in range(6)]
    rows.append(("Bo Roe", "bo@example.com", "Bo", "Roe"))
    (found,) = suggested(evidence_of_rows("contacts", titles, *rows))
    kind = {column.field for column in found.columns} & {"is_company", "company_type"}
    assert len(kind) == 1


def test_halves_of_a_name_are_joined():
    rows = [(f"First{i}", f"Last{i}", f"p{i}@example.com") for i in range(6)]
    (found,) = suggested(evidence_of_rows("people", ("First Name", "Last Name", "Email"), *rows))
    fields = fields_by_title(found)
    assert fields == {"Full name": "name", "Email": "email"}
    assert [(one.column, one.step.slug) for one in found.steps] == [("Last Name", "name_join")]


def test_account_types_by_words_and_names():
    rows = [("610", "Accounts Receivable", "CURRENT"), ("630", "Inventory", "INVENTORY"), ("200", "Sales", "REVENUE"),
            ("800", "Accounts Payable", "CURRLIAB")]  # fmt: skip
    (found,) = suggested(evidence_of_rows("ChartOfAccounts", ("*Code", "*Name", "*Type"), *rows))
    (needed,) = found.steps
    step = build(needed.step.slug, needed.step.params)
    codes, names, types = zip(*rows, strict=True)
    context = Context(others={"*Name": pa.array(names)})
    assert needed.column == "*Type"
    assert step.apply(pa.array(types), context).values.to_pylist() == [
        "asset_receivable", "asset_current", "income", "liability_payable",
    ]  # fmt: skip
    assert codes


@pytest.mark.parametrize(
    ("accounts", "chart"),
    [
        ({"1000": "Kasse", "1200": "Bank", "8400": "Erlöse"}, "SKR03"),
        ({"1600": "Kasse", "1800": "Bank", "4400": "Erlöse 19 % USt"}, "SKR04"),
        ({"411000": "Clients", "401000": "Fournisseurs", "512000": "Banque", "707000": "Ventes"}, "FR"),
        ({"430": "Clientes", "400": "Proveedores", "572": "Bancos", "700": "Ventas"}, "ES"),
        ({"090": "Business Current Account", "200": "Sales", "400": "Advertising"}, ""),
        ({"1000": "Cash", "4000": "Sales", "5000": "Cost of Goods Sold"}, ""),
    ],
)
def test_charts_are_known_by_what_stands_under_their_codes(accounts, chart):
    assert account_types.chart_of(accounts.items()) == chart


@pytest.mark.parametrize("word", ["Stk", "Stück", "pcs", "ea", "Std.", "h", "lfm", "m", "kg", "pièce", "uds", "pz"])
def test_units_by_their_words(word):
    rows = [(f"A{i}", f"Item {i}", word) for i in range(3)]
    (found,) = suggested(evidence_of_rows("items", ("SKU", "Name", "Unit"), *rows))
    (unit,) = [column for column in found.columns if column.title == "Unit"]
    assert unit.field == "uom_id/id"
    assert unit.lookup is not None
    assert unit.lookup.entries[word].startswith("uom.product_uom_")
    assert not unit.waits


def test_what_waits_for_a_decision_is_not_taken_unasked():
    """A customer is one without its payment terms; a product without its unit would get another one."""
    rows = [(f"C{i}", f"Firm {i} Ltd", "as agreed" if i else "30 Days") for i in range(3)]
    (found,) = suggested(evidence_of_rows("customers", ("Code", "Company", "Payment Terms"), *rows))
    (terms,) = [column for column in found.columns if column.title == "Payment Terms"]
    assert (terms.waits, terms.needs) == (True, "Say which record of Odoo each value means: as agreed")
    rows = [(f"A{i}", f"Item {i}", "Gebinde" if i else "kg") for i in range(3)]
    (found,) = suggested(evidence_of_rows("items", ("SKU", "Name", "Unit"), *rows))
    (unit,) = [column for column in found.columns if column.title == "Unit"]
    assert (unit.waits, unit.needs) == (False, "Say which record of Odoo each value means: Gebinde")


@pytest.mark.parametrize(
    ("words", "kinds"),
    [
        (("Inventory", "Service", "Non-inventory"), ["consu", "service", "consu"]),
        (("Lagerartikel", "Dienstleistung", "Ware"), ["consu", "service", "consu"]),
        (("marchandise", "prestation", "consommable"), ["consu", "service", "consu"]),
    ],
)
def test_kinds_of_products_by_their_words(words, kinds):
    rows = [(f"A{i}", f"Item {i}", word) for i, word in enumerate(words)]
    (found,) = suggested(evidence_of_rows("items", ("SKU", "Name", "Type"), *rows))
    pairs = [one.step.params["pairs"] for one in found.steps if one.step.slug == "map_into_column"]
    assert [pairs[0][word] for word in words] == kinds
    assert pairs[1][words[0]] == "1"
    assert {"type", "is_storable"} <= set(fields_by_title(found).values())


def test_what_is_counted_in_hours_is_a_service():
    rows = [("A1", "Rohr", "m", "5"), ("A2", "Montage", "Std.", ""), ("A3", "Kugelhahn", "Stk", "7")]
    (found,) = suggested(evidence_of_rows("Artikel", ("ArtNr", "Bezeichnung", "ME", "Lagerbestand"), *rows))
    (kind, kept) = [one.step.params["pairs"] for one in found.steps if one.step.slug == "map_into_column"]
    assert kind == {"m": "consu", "Std.": "service", "Stk": "consu"}
    assert kept == {"m": "1", "Std.": "0", "Stk": "1"}


def test_a_running_number_is_no_number_of_the_record():
    rows = [(str(place + 1), f"C{place}", f"Firm {place} Ltd") for place in range(12)]
    (found,) = suggested(evidence_of_rows("customers", ("#", "Code", "Name"), *rows))
    assert "#" not in fields_by_title(found)
    assert found.key == ("Code",)


ORDERS = (
    ("#1001", "Ann@Example.com", "2026-01-05", "10.00", "A1", "2"),
    ("#1001", "", "", "", "A2", "1"),
    ("#1002", "bo@example.com", "2026-01-06", "5.00", "A1", "1"),
)


def test_the_buyer_of_an_order_is_found_by_mail_address():
    titles = ("Order No", "Email", "Order Date", "Total", "SKU", "Qty")
    contacts = evidence_of_rows(
        "contacts",
        ("Code", "Name", "Email"),
        ("C1", "Ann Lee", "ann@example.com"),
        ("C2", "Bo Roe", "bo@example.com"),
    )
    kit = ("Name", "Email", "Created at", "Financial Status", "Lineitem sku", "Lineitem quantity", "Billing Name")
    for head in (titles, kit):
        rows = ORDERS if head is titles else [(*row, "Ann Lee" if row[1] else "") for row in ORDERS]
        orders = evidence_of_rows("orders_export", head, *rows)
        order = suggested(contacts, orders)[1]
        assert order.model == "sale.order"
        assert order.when
        assert [one.model for one in order.also] == ["sale.order.line"]
    buyer = next(column for column in order.columns if column.field == "partner_id/id")
    assert buyer.lookup is not None
    assert buyer.lookup.entries["Ann@Example.com"] == "migr.partner.C1"
    assert buyer.lookup.entries["ann@example.com"] == "migr.partner.C1"
