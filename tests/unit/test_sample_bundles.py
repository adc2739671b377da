"""The six sample exports, each with a recipe, all the way into projects; their known answers are in facts.json."""

from __future__ import annotations

import csv
import json
from decimal import Decimal
from pathlib import Path

import pytest

from engine.bundle import BundleReport, clean_files
from odoo_migrate.project import project_reader
from odoo_migrate.project.project_reader import Project
from tests.sample_recipes import FILES, SAMPLES, sample_recipe
from tests.small_bundles import sums_up

FACTS = {fact.get("file", "salesforce"): fact for fact in json.loads((SAMPLES / "facts.json").read_text())}

Rows = list[dict[str, str]]


def cleaned(name: str, directory: Path, odoo_version: str = "18.0") -> tuple[BundleReport, Path]:
    recipe = sample_recipe(name, odoo_version)
    return clean_files([SAMPLES / file for file in FILES[name]], recipe, directory / name), directory / name


def rows(path: Path) -> Rows:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def total(table: Rows, title: str) -> Decimal:
    return sum((Decimal(row[title]) for row in table), Decimal(0))


@pytest.mark.parametrize("name", FILES)
def test_every_sample_becomes_a_project_that_the_loader_reads(name: str, tmp_path: Path) -> None:
    report, output = cleaned(name, tmp_path)
    assert sums_up(report)
    assert sum(one.rows_out for one in report.sheets) > 0
    found = project_reader.read_project(output)
    assert list(project_reader.changed_files(output)) == []
    assert set(unresolved(found)) == set()


def unresolved(project: Project) -> list[tuple[str, str, str]]:
    """(mapping, field, cell) for every reference and lookup of the project that leads nowhere."""
    tables = {name: rows(project.raw_file(name)) for name in project.mappings}
    missing = []
    for name, mapping in project.mappings.items():
        for field, entry in mapping.fields.items():
            known = project.lookup(entry.lookup) if entry.lookup else _keys(project, entry.ref, tables)
            if entry.lookup or entry.ref:
                cells = {key for row in tables[name] for key in _keys_of(row[entry.source], entry.separator)}
                missing += [(name, field, cell) for cell in cells - set(known)]
    return missing


def _keys(project: Project, ref: str, tables: dict[str, Rows]) -> set[str]:
    title = project.mappings[ref].id.split("{")[1].split("}")[0] if ref else ""
    return {row[title] for row in tables[ref]} if ref else set()


def _keys_of(cell: str, separator: str) -> list[str]:
    return [part for part in (cell.split(separator) if separator else [cell]) if part]


def test_messy_customers_equal_the_expected_answer_cell_by_cell(tmp_path: Path) -> None:
    _, output = cleaned("messy_customers", tmp_path)
    found = rows(output / "data" / "raw" / "customers.csv")
    for row in found:
        row["State"] = row["State"].removeprefix("US-")
        row["Country code"] = row["Country"]
    expected = rows(SAMPLES / "messy_customers.expected.csv")
    assert [{title: row[title] for title in expected[0]} for row in found] == expected
    tags = [row["Name"] for row in rows(output / "data" / "raw" / "tag.csv")]
    assert tags == FACTS["messy_customers.xlsx"]["tags"]
    lookup = project_reader.read_project(output).lookup("countries")
    assert lookup == {"US": "base.us"}


def test_messy_customers_are_told_what_was_cleaned(tmp_path: Path) -> None:
    _, output = cleaned("messy_customers", tmp_path)
    mapping = (output / "config" / "mappings" / "res.partner.yml").read_text(encoding="utf-8")
    assert '  email: { source: "Email Address" }  # trim, lowercase: ' in mapping
    assert '  phone: { source: "Phone" }  # phone_normalize: 12 of 120 changed\n' in mapping
    assert mapping.endswith('  is_company: { value: "1" }\n')


def test_open_items_keep_their_sums_and_lose_their_subtotals(tmp_path: Path) -> None:
    report, output = cleaned("accounting_open_items", tmp_path)
    facts = FACTS["accounting_open_items.xlsx"]
    items = rows(output / "data" / "raw" / "accounting_open_items.csv")
    assert list(items[0]) == facts["headers"]
    assert len(items) == facts["data_rows"]
    assert total(items, "Amount Net") == Decimal(str(facts["net_sum"]))
    assert total(items, "Amount Open") == Decimal(str(facts["open_sum"]))
    assert all(row["Customer No."] and row["Customer Name"] for row in items)
    assert report.sheets[0].rejected == 0


def test_products_keep_their_zeros_and_repeated_codes_are_held_back(tmp_path: Path) -> None:
    report, output = cleaned("legacy_products", tmp_path)
    facts = FACTS["legacy_products.csv"]
    products = rows(output / "data" / "raw" / "products.csv")
    rejected = rows(output / "data" / "rejected" / "products.csv")
    assert len({row["Art.-Nr."] for row in rejected}) == facts["repeated_codes"]
    assert all(row["Reason"].endswith("is repeated with different values") for row in rejected)
    assert len(products) + len(rejected) == facts["rows"] == report.sheets[0].rows_in
    assert {len(row["Art.-Nr."]) for row in products} == {6}
    assert {len(row["EAN"]) for row in products} == {facts["ean_digits"]}
    assert not {row["Bezeichnung (2)"] for row in products} & set(facts["null_words"])
    german = [row["VK-Preis"].removesuffix(" €").replace(".", "").replace(",", ".") for row in rejected]
    prices = total(products, "VK-Preis") + sum(map(Decimal, german), Decimal(0))
    assert prices == Decimal(str(facts["list_price_sum"]))


def test_contacts_belong_to_accounts_that_are_there(tmp_path: Path) -> None:
    report, output = cleaned("salesforce", tmp_path)
    facts = FACTS["salesforce"]
    accounts = rows(output / "data" / "raw" / "accounts.csv")
    assert len(accounts) == facts["accounts"]
    assert sum(bool(row["ParentId"]) for row in accounts) == facts["accounts_with_parent"]
    rejected = rows(output / "data" / "rejected" / "contacts.csv")
    homeless = [row for row in rejected if "'AccountId' ('001MISSING0000AAA') leads nowhere" in row["Reason"]]
    assert len(homeless) == facts["contacts_without_a_known_account"]
    assert sum("'Email' (" in row["Reason"] for row in rejected) == facts["bad_emails"]
    contacts = rows(output / "data" / "raw" / "contacts.csv")
    assert len(contacts) + len(rejected) == facts["contacts"]
    mappings = project_reader.read_project(output).mappings
    assert list(mappings) == ["res.partner.category", "res.partner", "res.partner.contacts"]
    assert mappings["res.partner.contacts"].fields["parent_id/id"].ref == "res.partner"
    assert report.sheets[0].rejected == 0


def test_quickbooks_customers_lose_their_title_and_footer(tmp_path: Path) -> None:
    report, output = cleaned("quickbooks_customers", tmp_path)
    customers = rows(output / "data" / "raw" / "quickbooks_customers.csv")
    rejected = output / "data" / "rejected" / "quickbooks_customers.csv"
    held_back = rows(rejected) if rejected.exists() else []
    assert len(customers) + len(held_back) == FACTS["quickbooks_customers.xls"]["rows"]
    assert report.sheets[0].dropped == report.sheets[0].rows_in - FACTS["quickbooks_customers.xls"]["rows"]


def test_orders_and_their_lines_come_from_one_sheet(tmp_path: Path) -> None:
    report, output = cleaned("aggregated", tmp_path)
    facts = FACTS["aggregated.xlsx"]
    sums = {one.sheet: one for one in report.sheets}
    assert {name: one.rows_in for name, one in sums.items()} == facts["sheets"]
    rejected = rows(output / "data" / "rejected" / "orders.csv")
    assert {row["Client"] for row in rejected} == set(facts["unknown_clients"])
    assert all("leads nowhere" in row["Reason"] for row in rejected)
    orders = rows(output / "data" / "raw" / "orders.csv")
    unknown = {row["Order No"] for row in rejected}
    assert len({row["Order No"] for row in orders} | unknown) == facts["orders"]
    assert [row["Order No #"] for row in orders if row["Order No"] == "SO00002"] == ["1", "2", "3"]
    settings = project_reader.read_project(output).settings
    assert settings.sources["orders.csv"] == ("sale.order", "sale.order.line")
    assert sums["Clients"].rejected == sums["Stock"].rejected == 0
