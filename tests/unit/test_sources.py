"""Source systems: their exports are recognised, other files are not, and a new system is one more folder."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
import yaml

from engine.match import ColumnEvidence, suggest_sheet
from engine.readers import open_source
from engine.sheets.table_shape import find_table
from engine.sources import recognise
from engine.sources.source_systems import BadSource, read_system, source_systems
from odoo_migrate import catalog

HERE = Path(__file__).parents[1]
LISTS = [
    sheet
    for name in ("headers", "headers_more")
    for sheet in json.loads((HERE / "data" / f"{name}.json").read_text(encoding="utf-8"))
]


def found(titles, *names: str) -> str:
    export = recognise(titles, *names)
    return f"{export.system} {export.export}" if export else ""


def sample_titles(name: str) -> list[str]:
    with (HERE / "samples" / name).open(encoding="utf-8-sig", newline="") as stream:
        return next(csv.reader(stream))


@pytest.mark.parametrize(
    ("name", "export"),
    [("salesforce_accounts.csv", "salesforce accounts"), ("salesforce_contacts.csv", "salesforce contacts")],
)
def test_samples_of_salesforce(name, export):
    assert found(sample_titles(name)) == export


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("quickbooks_customers.xls", {"Customer Contact List": "quickbooks customers"}),
        ("messy_customers.xlsx", {}),
        ("aggregated.xlsx", {}),
        ("accounting_open_items.xlsx", {}),
    ],
)
def test_sample_workbooks(name, expected):
    with open_source(HERE / "samples" / name, name) as source:
        sheets = {sheet.name: found(find_table(sheet).titles, sheet.name) for sheet in source.sheets}
    assert {sheet: export for sheet, export in sheets.items() if export} == expected


@pytest.mark.parametrize(
    ("titles", "export"),
    [
        (["*ContactName", "AccountNumber", "EmailAddress", "POAddressLine1", "POCity", "SACity"], "xero contacts"),
        (["*ItemCode", "ItemName", "PurchasesUnitPrice", "SalesUnitPrice", "SalesTaxRate"], "xero items"),
        (["*Code", "*Name", "*Type", "*Tax Code", "Description", "Dashboard", "Expense Claims", "Enable Payments"],
         "xero accounts"),
        (["Name", "Email", "Financial Status", "Total", "Lineitem quantity", "Lineitem name", "Billing Name"],
         "shopify orders"),
        (["First Name", "Last Name", "Email", "Accepts Email Marketing", "Total Spent", "Total Orders", "Tags"],
         "shopify customers"),
        (["Handle", "Title", "Body (HTML)", "Option1 Name", "Variant SKU", "Variant Price"], "shopify products"),
        (["Active Status", "Customer", "Balance", "Company", "Main Phone", "Bill to 1", "Bill to 2"],
         "quickbooks customers"),
        (["Vendor", "Balance", "Main Phone", "Bill from 1", "Bill from 2", "Eligible for 1099"], "quickbooks vendors"),
        (["Kundennummer", "Matchcode", "Firma", "Strasse", "Telefon1", "Telefon2", "Wohnort"], "lexware customers"),
    ],
)  # fmt: skip
def test_titles_of_exports(titles, export):
    assert found(titles) == export


@pytest.mark.parametrize(
    "titles",
    [
        [],
        ["Name", "Email", "Phone", "Street", "City", "Country", "Website", "Notes"],
        ["First Name", "Last Name", "Email", "Company", "Billing City", "Billing Country"],
        # Too few titles that tell.
        ["Name", "Matchcode", "Wohnort"],
        # Mostly something else.
        ["POCity", "PORegion", "POCountry", "Blorp", "Frob", "Nicate", "Quux"],
        # Of two systems alike.
        ["POCity", "PORegion", "POCountry", "Variant SKU", "Variant Price", "Variant Grams"],
    ],
)
def test_other_titles_are_not_recognised(titles):
    assert recognise(titles, "Contacts", ["Customer Contact List", "Contacts"]) is None


@pytest.mark.parametrize("sheet", LISTS, ids=[f"{sheet['system']} {sheet['sheet']}" for sheet in LISTS])
def test_no_other_system_is_taken_for_one_of_ours(sheet):
    export = recognise([column["header"] for column in sheet["columns"]], sheet["sheet"])
    assert export is None or sheet["system"].startswith(export.system)
    assert export is None or export.model == sheet["model"]


def test_a_report_head_counts_as_one_title():
    titles = ["Customer full name", "Bill address", "Email"]
    assert recognise(titles) is None
    assert found(titles, "Sheet1", ["Blue Ridge Supply, Inc.", "Customer Contact List"]) == "quickbooks customers"


def test_the_reason_for_the_model_names_the_export():
    titles = sample_titles("salesforce_accounts.csv")
    suggested = suggest_sheet("Accounts", [ColumnEvidence(title) for title in titles], catalog.load("18.0"))
    assert suggested.model == "res.partner"
    assert suggested.reason.endswith("; looks like Salesforce's account export")


def test_the_documented_file_describes_a_system():
    page = (HERE.parent / "docs" / "developers" / "adding-a-source-system.md").read_text(encoding="utf-8")
    content = yaml.safe_load(page.partition("```yaml")[2].partition("```")[0])
    [export] = read_system("lightspeed", content).exports
    assert "loyalty balance" in export.distinctive


def test_every_file_describes_a_system():
    assert {"lexware", "quickbooks", "salesforce", "shopify", "xero"} <= set(source_systems())
    odoo = catalog.load("18.0")
    for system in source_systems().values():
        for export in system.exports:
            assert export.model in odoo
            assert len(export.distinctive) >= 3
            assert not export.distinctive & export.titles


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (None, "a name and exports"),
        ({"exports": {}}, "'name' is missing"),
        ({"name": "X", "exports": {"items": {"called": "x", "model": "y"}}}, "'distinctive' is missing"),
        ({"name": "X", "exports": {"items": "all"}}, "a name and exports"),
    ],
)
def test_a_file_that_describes_none(content, complaint):
    with pytest.raises(BadSource, match=complaint):
        read_system("x", content)
