"""`validate check`: what Odoo would refuse or store wrongly, each with its place; nothing where nothing is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo_migrate import catalog
from odoo_migrate.catalog import OdooField
from odoo_migrate.project import csv_text
from odoo_migrate.project.external_ids import MAX_LENGTH
from odoo_migrate.project.payload import PayloadWriter
from odoo_migrate.project.problems import Problem, Problems
from odoo_migrate.project.project_definition import FieldEntry, ModelMapping
from odoo_migrate.project.project_reader import (
    FIELD_NAME,
    MAPPING_NAME,
    MODEL_NAME,
    RAW_NAME,
    TABLE_NAME,
    read_project,
)
from odoo_migrate.project.schemas import read_schema
from odoo_migrate.rules.reference_rules import EXTERNAL_ID, wrong_id, wrong_reference
from odoo_migrate.rules.value_rules import value_rules, wrong_value
from odoo_migrate.stages.transform import transform
from odoo_migrate.stages.validate import check
from tests.imports import ROOT
from tests.loader_projects import (
    PARTNERS,
    TAGS,
    checked,
    customers,
    make,
    mapping,
    prepared,
    texts,
    transformed,
    validated,
    write,
)
from tests.unit.test_sample_bundles import FILES, cleaned

NAME = FieldEntry("Name")


def people(root: Path, cells: Mapping[str, list[str]], fields: Mapping[str, FieldEntry], **more) -> Path:
    """Partners named by Code with these columns; lookups pass keys on as they stand unless given."""
    columns = {"Code": [f"P{n}" for n in range(len(next(iter(cells.values()))))], **cells}
    columns.setdefault("Name", [f"Name {code}" for code in columns["Code"]])
    text = csv_text.text(list(columns), list(zip(*columns.values(), strict=True)))
    partner = mapping("res.partner", "Code", {"name": NAME, **fields})
    return make(root, {"p.csv": (text, [partner])}, **more)


def value_check(field: OdooField, version: str) -> Callable[[str], str]:
    """What all rules for the values of a field say of a cell."""
    rules = value_rules(field, version)
    assert rules
    return partial(wrong_value, rules)


def errors(found: list[Problem]) -> list[str]:
    return [one.text() for one in found if one.level == "error"]


def warnings(found: list[Problem]) -> list[str]:
    return [one.text() for one in found if one.level == "warning"]


def test_nothing_is_said_where_nothing_is_wrong(tmp_path: Path) -> None:
    assert texts(checked(customers(tmp_path))) == []


@pytest.mark.parametrize("name", FILES)
def test_every_sample_is_valid(name: str, tmp_path: Path) -> None:
    _, root = cleaned(name, tmp_path)
    assert errors(checked(root)) == []


# --- settings


@pytest.mark.parametrize(
    ("file", "old", "new", "complaints"),
    [
        ("config/project.yml", "format: 1", "format: 2", ["line 1: '2' stands here, but this program knows format 1."]),
        ("config/project.yml", '"18.0"', '"15.0"', ["line 3: '15.0' stands here, but an Odoo version is expected"]),
        ("config/project.yml", "company: null\n", "", ["line 1: 'company' is missing."]),
        ("config/project.yml", "company: null", "company: [a]", ["line 5: a company's external ID such as"]),
        (
            "config/project.yml",
            "Europe/Brussels",
            "Europe/Bruxelles",
            ["line 4: There is no time zone 'Europe/Bruxelles'"],
        ),
        (
            "config/project.yml",
            "customers.csv:",
            "../customers.csv:",
            ["line 7: '../customers.csv' stands here, but a raw"],
        ),
        (
            "config/project.yml",
            "[res.partner.category, res.partner]",
            "[res.partner.category, res.users]",
            [
                "line 9: load_order lacks 'res.partner', which sources name.",
                "line 9: no source is read by 'res.users'.",
                "line 9: 'res.users' has no file config/mappings/res.users.yml.",
            ],
        ),
        (
            "config/project.yml",
            "tag.csv: [res.partner.category]",
            "tag.csv: [res.partner]",
            ["reads 2 sources", "no source"],
        ),
        (
            "config/ids.yml",
            "{Name}",
            "Name",
            ["config/ids.yml, line 4: 'migr.tag.Name' stands here, but an ID pattern"],
        ),
        (
            "config/ids.yml",
            "migr.tag",
            "migr.tags",
            ["config/ids.yml, line 4: this is not the pattern of config/mappings"],
        ),
        (
            "config/ids.yml",
            '  res.partner: "migr.partner.{Code}"\n',
            "",
            ["line 2: 'res.partner' has no pattern here."],
        ),
        (
            "config/mappings/res.partner.yml",
            'name: { source: "Name" }',
            'na-me: { sauce: "Name", lookup: ../x }',
            [
                "line 4: '../x' stands here, but a lookup table's name",
                "line 4: 'na-me' needs either a source or a value.",
                "line 4: 'na-me' stands here, but a field's name such as",
                "line 4: 'sauce' is not known here; expected are source, value",
            ],
        ),
        ("config/mappings/res.partner.yml", "fields:", "fields: [", ["this is not valid YAML"]),
        (
            "config/mappings/res.partner.yml",
            "lookup: tag",
            "lookup: tags",
            ["line 7: 'category_id/id' uses the lookup 'tags'"],
        ),
        ("config/mappings/res.partner.yml", "ref: res.partner", "ref: res.users", ["'res.users', which is no mapping"]),
        (
            "config/mappings/res.partner.yml",
            "parent_id/id",
            "parent_id",
            ["line 6: 'parent_id' is filled with external IDs"],
        ),
        ("config/mappings/res.partner.yml", "  ref:", "  name:", ["line 5: 'name' stands here a second time"]),
        (
            "config/lookups/tag.csv",
            "migr.tag.VIP",
            "VIP",
            ["line 3, column 'external_id' ('VIP'): this is no external ID"],
        ),
        ("config/lookups/tag.csv", "migr.tag.VIP", '"migr.tag.V,P"', ["only letters, digits"]),
        ("config/lookups/tag.csv", "migr.tag.VIP", "", ["line 3, column 'external_id': a cell is empty."]),
        ("config/lookups/tag.csv", "VIP,", "Retail,", ["line 3 ('Retail'): this key stands in line 2 too."]),
        ("MANIFEST.json", '"rows": 2', '"rows": "2"', ["rows: '2' stands here, but a number of rows"]),
        ("MANIFEST.json", "{", "[", ["this is not valid JSON"]),
    ],
)
def test_all_that_is_wrong_with_the_settings_is_told_with_its_line(
    tmp_path: Path, file: str, old: str, new: str, complaints: list[str]
) -> None:
    root = customers(tmp_path)
    text = (root / file).read_text(encoding="utf-8")
    assert old in text
    write(root, file, text.replace(old, new, 1))
    found = errors(validated(root))
    assert len(found) >= len(complaints), found
    for complaint in complaints:
        assert any(complaint in one for one in found), found
    assert all(one.startswith(("config/", "MANIFEST.json")) for one in found)


def test_several_files_are_told_of_at_once(tmp_path: Path) -> None:
    root = customers(tmp_path)
    write(root, "config/ids.yml", "default_namespace: migr\n")
    write(root, "config/mappings/res.partner.yml", "model: res.partner\n")
    (root / "config/mappings/res.partner.category.yml").unlink()
    assert texts(validated(root)) == [
        "config/ids.yml, line 1: 'patterns' is missing.",
        "config/mappings/res.partner.yml, line 1: 'fields' is missing.",
        "config/mappings/res.partner.yml, line 1: 'id' is missing.",
    ]


def test_a_reference_to_a_key_of_several_columns_is_refused(tmp_path: Path) -> None:
    lines = ModelMapping("a", "a", "migr.a.{A}.{B}", {"x/id": FieldEntry("A", ref="a")})
    found = validated(make(tmp_path, {"a.csv": ("A,B\n1,2\n", [lines])}))
    assert "whose ID takes several columns; a cell can name only one" in errors(found)[0]


def test_a_mapping_that_nothing_names_is_warned_of(tmp_path: Path) -> None:
    root = customers(tmp_path)
    assert checked(root) == []
    write(root, "config/mappings/old.yml", TAGS.text())
    assert texts(validated(root)) == [
        "config/mappings/old.yml: load_order in config/project.yml does not name this mapping, so it is not loaded."
    ]


# --- fields


@pytest.mark.parametrize(
    ("fields", "version", "complaint"),
    [
        (
            {"emial": NAME},
            "18.0",
            "line 5: Odoo 18 has no field 'emial' on res.partner that can be written. Did you mean 'email'?",
        ),
        (
            {"message_ids/id": FieldEntry(value="base.x")},
            "18.0",
            "has no field 'message_ids' on res.partner that can be written",
        ),
        (
            {"mobile": NAME},
            "19.0",
            "Odoo 19 has no field 'mobile' on res.partner that can be written. Odoo 16, 17, 18 has it.",
        ),
        ({"country_id": NAME}, "18.0", "'Country' points to other records; map it as 'country_id/id'"),
        (
            {"email/id": FieldEntry(value="base.be")},
            "18.0",
            "'email' holds a plain value, not a record: map it as 'email'.",
        ),
        (
            {"child_ids/id": FieldEntry("Name", ref="res.partner")},
            "18.0",
            "is filled from the other side: map the lines to their own model, res.partner",
        ),
        (
            {"parent_id/id": FieldEntry("Name", ref="res.partner", separator=";")},
            "18.0",
            "holds one record, so its cells cannot be lists",
        ),
        (
            {"country_id/id": FieldEntry("Name", ref="res.partner")},
            "18.0",
            "'Country' needs records of Country, but refers to those of Contact.",
        ),
        (
            {"country_id/id": FieldEntry(value="Belgium")},
            "18.0",
            "line 5 ('Belgium'): this is no external ID such as base.be",
        ),
        (
            {"country_id/id": FieldEntry(value="base.zz")},
            "18.0",
            "line 5 ('base.zz'): this names a record that Odoo 18 does not have (base.zz).",
        ),
        ({"is_company": FieldEntry(value="y")}, "18.0", "line 5 ('y'): this is neither yes nor no (1 or 0)."),
        (
            {"country_id": NAME, "country_id/id": FieldEntry(value="base.be")},
            "18.0",
            "'Name' and a constant both fill 'Country'; a field takes one.",
        ),
    ],
)
def test_fields_are_held_against_the_catalog(
    tmp_path: Path, fields: dict[str, FieldEntry], version: str, complaint: str
) -> None:
    root = people(tmp_path, {"X": ["1"], "Name": ["P0"]}, fields, version=version)
    transformed(root)
    found = errors(validated(root))
    assert any(complaint in one for one in found), found


def test_a_field_that_has_another_name_now_is_named(tmp_path: Path) -> None:
    fields = {
        "order_id/id": FieldEntry(value="x.y"),
        "product_id/id": FieldEntry(value="x.y"),
        "tax_id/id": FieldEntry(value="x.y"),
    }
    root = make(tmp_path, {"a.csv": ("Id\n1\n", [mapping("sale.order.line", "Id", fields)])}, version="19.0")
    assert "It is called 'tax_ids/id' there." in errors(checked(root))[0]


def test_fields_of_ones_own_are_left_to_the_server(tmp_path: Path) -> None:
    found = checked(people(tmp_path, {"X": ["1"]}, {"x_code": FieldEntry("X")}))
    assert [one.level for one in found] == ["warning"]
    assert "if it is a field of yours, check with --against-odoo" in found[0].text()


@pytest.mark.parametrize(
    ("model", "version", "level", "complaint"),
    [
        ("res.partner.title", "19.0", "error", "Odoo 19 has no model 'res.partner.title'; it is in Odoo 16, 17, 18."),
        ("res.parner", "18.0", "warning", "Did you mean 'res.partner'?"),
        ("library.book", "18.0", "warning", "If a module of yours brings it, check with --against-odoo."),
    ],
)
def test_models_are_held_against_the_catalog(
    tmp_path: Path, model: str, version: str, level: str, complaint: str
) -> None:
    root = make(tmp_path, {"a.csv": ("Id\n1\n", [mapping(model, "Id", {"name": FieldEntry("Id")})])}, version=version)
    [found] = checked(root)
    assert (found.level, complaint in found.text()) == (level, True)


def test_fields_that_odoo_needs_are_missed(tmp_path: Path) -> None:
    root = make(tmp_path, {"a.csv": ("Id\n1\n", [mapping("sale.order.line", "Id", {"name": FieldEntry("Id")})])})
    needs = "config/mappings/sale.order.line.yml: Odoo needs '{}' for every record of Sales Order Line, but {}."
    assert errors(checked(root)) == [
        needs.format("Order Reference", "nothing fills it"),
        needs.format("Product", "nothing fills it"),
    ]


def test_a_module_of_odoo_is_no_namespace(tmp_path: Path) -> None:
    sales = ModelMapping("res.partner", "res.partner", "sale.partner.{Code}", {"name": NAME})
    root = make(tmp_path, {"a.csv": ("Code,Name\n1,x\n", [sales])})
    assert "'sale' is a module of Odoo; updating it deletes the records" in errors(checked(root))[0]


# --- values


def test_values_of_the_wrong_type_are_told_with_their_rows(tmp_path: Path) -> None:
    cells = {
        "Yes": ["1", "y", ""],
        "Day": ["2026-01-31", "2026-02-30", "31.01.2026"],
        "Number": ["1.5", "1,234.56", "12 €"],
        "Whole": ["3", "3.0", "3000000000"],
        "Kind": ["contact", "Invoice Address", "friend"],
        "Lang": ["en_US", "English", "nl_BE"],
    }
    fields = {
        "is_company": FieldEntry("Yes"),
        "credit_limit": FieldEntry("Number"),
        "color": FieldEntry("Whole"),
        "type": FieldEntry("Kind"),
        "lang": FieldEntry("Lang"),
    }
    root = people(tmp_path, cells, fields)
    kinds = "Contact, Invoice Address, Delivery Address, Other Address"
    assert errors(checked(root)) == [
        "data/raw/p.csv, row 3, column 'Yes' ('y'): this is neither yes nor no (1 or 0).",
        "data/raw/p.csv, row 3, column 'Number' ('1,234.56'): this is not a number such as 1234.56.",
        "data/raw/p.csv, row 3, column 'Whole' ('3.0'): this is not a whole number such as 12.",
        "data/raw/p.csv, row 3, column 'Lang' ('English'): this is no language code such as en_US.",
        "data/raw/p.csv, row 4, column 'Number' ('12 €'): this is not a number such as 1234.56.",
        "data/raw/p.csv, row 4, column 'Whole' ('3000000000'): this is a larger whole number than Odoo can store.",
        f"data/raw/p.csv, row 4, column 'Kind' ('friend'): this is not one of Odoo's choices ({kinds}).",
    ]


@pytest.mark.parametrize(
    ("type_", "good", "bad"),
    [
        ("boolean", ["1", "0", "True", "FALSE", "yes", "No"], ["y", "n", "t", "f", "x", " yes ", "2"]),
        (
            "date",
            ["2026-01-31", "2024-02-29"],
            ["2026-1-31", "2026-02-29", "31/01/2026", "2026-01-31 10:00", "2026-01-31Z"],
        ),
        (
            "datetime",
            ["2026-01-31", "2026-01-31 14:30", "2026-01-31 14:30:59"],
            ["2026-01-31T14:30", "2026-01-31 14:30Z", "2026-01-31 24:00", "2026-01-31 14", "2026-01-31 14:30:00+01:00"],
        ),
        ("integer", ["3", "-1", "0", "2147483647"], ["3.0", "3,000", "", "x", "2147483648", "٣"]),
        ("float", ["1234.56", "1e3", "-.5", "5."], ["1,234.56", "€ 5", "(12)", "5%", "nan", "inf", "1e999", "٣"]),
        ("monetary", ["12.00"], ["12,00"]),
        ("binary", ["aGVsbG8="], ["hello!", "aGVsbG8"]),
    ],
)
def test_what_odoo_takes_of_each_type_as_measured(type_: str, good: list[str], bad: list[str]) -> None:
    taken = value_check(OdooField("x", type_, "X"), "18.0")
    assert {cell: taken(cell) for cell in good} == dict.fromkeys(good, "")
    assert [cell for cell in bad if not taken(cell)] == []


@pytest.mark.parametrize("version", catalog.VERSIONS)
def test_choices_may_be_given_by_key_or_label_in_any_case(version: str) -> None:
    field = catalog.load(version).model("res.partner").fields["type"]
    taken = value_check(field, version)
    for pair in field.selection:
        assert [taken(text) for text in (*pair, pair[0].upper(), pair[1].lower())] == [""] * 4
    assert taken(f" {field.selection[0][0]}") != ""


@given(st.text(max_size=20))
def test_no_text_makes_a_check_fail(cell: str) -> None:
    for type_ in ("boolean", "date", "datetime", "integer", "float", "binary"):
        taken = value_check(OdooField("x", type_, "X"), "18.0")
        taken(cell)
    wrong_id(cell)


def test_text_longer_than_odoo_stores_and_empty_required_cells_are_told(tmp_path: Path) -> None:
    journals = mapping(
        "account.journal",
        "Id",
        {"code": FieldEntry("Code"), "name": FieldEntry("Name"), "type": FieldEntry(value="bank")},
    )
    root = make(tmp_path, {"a.csv": ("Id,Code,Name\n1,LONGER,Bank\n2,OK,\n", [journals])})
    empty = "this is empty, but Odoo needs 'Journal Name' for every record."
    assert errors(checked(root)) == [
        "data/raw/a.csv, row 2, column 'Code' ('LONGER'): this is longer than the 5 characters that Odoo stores.",
        f"data/raw/a.csv, row 3, column 'Name': {empty}",
    ]


def test_what_odoo_would_round_is_warned_of_once_a_column(tmp_path: Path) -> None:
    products = mapping("product.template", "Id", {"name": FieldEntry("Id"), "list_price": FieldEntry("Price")})
    root = make(tmp_path, {"a.csv": ("Id,Price\n1,1.50\n2,1.555\n3,2.001\n4,2.000\n", [products])})
    rounded = "this has more decimals than Odoo keeps (2); it would be rounded (and 1 more row)."
    assert texts(checked(root)) == [f"data/raw/a.csv, row 3, column 'Price' ('1.555'): {rounded}"]


def test_a_barcode_is_taken_only_once_among_products_of_all_kinds(tmp_path: Path) -> None:
    fields = {"name": FieldEntry("Id"), "barcode": FieldEntry("EAN")}
    templates, variants = mapping("product.template", "Id", fields), mapping("product.product", "Id", fields)
    root = make(
        tmp_path, {"a.csv": ("Id,EAN\n1,40\n2,\n3,\n", [templates]), "b.csv": ("Id,EAN\n1,41\n2,40\n", [variants])}
    )
    twice = "another record has the same Barcode, and Odoo takes each only once: row 2 of data/raw/a.csv."
    assert errors(checked(root)) == [f"data/raw/b.csv, row 3, column 'EAN' ('40'): {twice}"]


def test_order_lines_need_a_product_unless_they_are_something_else(tmp_path: Path) -> None:
    fields = {
        "order_id/id": FieldEntry(value="x.y"),
        "product_id/id": FieldEntry("Product", lookup="product"),
        "name": FieldEntry("Name"),
        "is_downpayment": FieldEntry("Advance"),
    }
    text = "Id,Product,Name,Advance\n1,A,,\n2,,x,\n3,,x,1\n4,,,1\n"
    root = make(tmp_path, {"a.csv": (text, [mapping("sale.order.line", "Id", fields)])}, {"product": {"A": "other.a"}})
    assert errors(checked(root)) == [
        f"data/raw/a.csv, row {row}, column 'Product': this is empty, and Odoo takes no order line without a product."
        for row in (3, 5)
    ]


# --- references


def lookups(root: Path, column: str, field: str, table: Mapping[str, str], cells: list[str], **more) -> list[Problem]:
    fields = {field: FieldEntry(column, lookup="table", separator=";" if field == "category_id/id" else "")}
    return checked(people(root, {column: cells}, fields, lookups={"table": table}, **more))


def test_records_that_odoo_does_not_have_are_told(tmp_path: Path) -> None:
    found = lookups(
        tmp_path, "Country", "country_id/id", {"BE": "base.be", "ZZ": "base.zz", "X": "my.own"}, ["BE", "ZZ", "X", ""]
    )
    assert texts(found) == [
        "data/raw/p.csv, row 3, column 'Country' ('base.zz'): this names a record that Odoo 18 does not have (base.zz)."
    ]


def test_records_that_a_module_might_bring_are_warned_of(tmp_path: Path) -> None:
    table = {"30": "account.account_payment_term_30days", "X": "account.mine"}
    [found] = lookups(tmp_path, "Terms", "property_payment_term_id/id", table, ["30", "X"])
    assert (found.level, found.row) == ("warning", 3)
    assert "check with --against-odoo" in found.message


def test_lookups_to_records_that_the_project_lacks_or_of_another_kind_are_told(tmp_path: Path) -> None:
    tags = {"VIP": "migr.tag.VIP", "Gold": "migr.tag.Gold", "P": "migr.partner.A"}
    sources = {
        "tag.csv": ("Name\nVIP\n", [TAGS]),
        "customers.csv": ("Code,Name,Parent,Tags\nA,x,,VIP;Gold\nB,y,,P\n", [PARTNERS]),
    }
    found = checked(make(tmp_path, sources, {"tag": tags}))
    assert [(one.level, one.row, one.column, one.value, one.message) for one in found] == [
        (
            "error",
            2,
            "Tags",
            "migr.tag.VIP,migr.tag.Gold",
            "this names a record that the project does not have (migr.tag.Gold).",
        ),
        (
            "error",
            3,
            "Tags",
            "migr.partner.A",
            f"this names a record of res.partner (migr.partner.A), but {TAGS.model} is needed here.",
        ),
    ]


@pytest.mark.parametrize(
    ("state", "country", "complaint"),
    [
        ("base.state_us_5", "base.us", ""),
        ("base.state_in_pb", "base.us", "this belongs to India, but the record's country is United States"),
        ("base.state_us_5", "", "this is a state without its country"),
        ("", "base.us", ""),
        ("base.state_us_nowhere", "base.us", "this names a record that Odoo 18 does not have (base.state_us_nowhere)."),
    ],
)
def test_a_state_must_be_one_of_the_country(tmp_path: Path, state: str, country: str, complaint: str) -> None:
    fields = {
        "state_id/id": FieldEntry("State", lookup="state"),
        "country_id/id": FieldEntry("Country", lookup="country"),
    }
    tables = {"state": {"S": state or "base.state_us_5"}, "country": {"C": country or "base.us"}}
    root = people(
        tmp_path, {"State": ["S" if state else ""], "Country": ["C" if country else ""]}, fields, lookups=tables
    )
    found = texts(checked(root))
    assert len(found) == bool(complaint), found
    assert not complaint or (complaint in found[0] and "row 2, column 'State'" in found[0])


def test_a_constant_country_counts_as_the_records(tmp_path: Path) -> None:
    fields = {"state_id/id": FieldEntry("State", lookup="state"), "country_id/id": FieldEntry(value="base.us")}
    root = people(tmp_path, {"State": ["S"]}, fields, lookups={"state": {"S": "base.state_in_pb"}})
    assert "this belongs to India" in errors(checked(root))[0]


def test_an_address_that_odoo_would_replace_is_warned_of(tmp_path: Path) -> None:
    fields = {
        "parent_id/id": FieldEntry("Up", ref="res.partner"),
        "street": FieldEntry("Street"),
        "type": FieldEntry("Type"),
    }
    cells = {
        "Up": ["", "P0", "P0", "P0"],
        "Street": ["a", "b", "", "d"],
        "Type": ["contact", "contact", "contact", "delivery"],
    }
    root = people(tmp_path, cells, fields)
    assert checked(root) == []  # up to 18, the loader gives the contact its own address back
    settings = root / "config/project.yml"
    settings.write_text(settings.read_text().replace("18.0", "19.0"))
    [found] = checked(root)
    assert (found.level, found.row, found.column) == ("warning", 3, "Up")


def test_records_that_are_their_own_ancestor_are_all_told(tmp_path: Path) -> None:
    fields = {"parent_id/id": FieldEntry("Up", ref="res.partner")}
    found = errors(checked(people(tmp_path, {"Up": ["P0", "P2", "P3", "P1", "P1", ""]}, fields)))
    circle = "through 'Related Company' it comes back to itself"
    assert found == [
        "data/raw/p.csv, row 2, column 'Up': it is its own 'Related Company'.",
        f"data/raw/p.csv, row 3, column 'Up': {circle}: row 4, a circle of 3 records.",
        f"data/raw/p.csv, row 4, column 'Up': {circle}: row 5, a circle of 3 records.",
        f"data/raw/p.csv, row 5, column 'Up': {circle}: row 3, a circle of 3 records.",
    ]


def test_ancestors_are_followed_through_all_mappings_of_a_model(tmp_path: Path) -> None:
    first = mapping(
        "res.partner", "Id", {"name": FieldEntry("Id"), "parent_id/id": FieldEntry("Up", ref="res.partner.b")}
    )
    second = mapping(
        "res.partner.b",
        "Id",
        {"name": FieldEntry("Id"), "parent_id/id": FieldEntry("Up", ref="res.partner")},
        model="res.partner",
    )
    found = errors(
        checked(make(tmp_path, {"a.csv": ("Id,Up\n1,1\n2,\n", [first]), "b.csv": ("Id,Up\n1,1\n", [second])}))
    )
    circle = "through 'Related Company' it comes back to itself"
    assert found == [
        f"data/raw/a.csv, row 2, column 'Up': {circle}: row 2 of data/raw/b.csv, a circle of 2 records.",
        f"data/raw/b.csv, row 2, column 'Up': {circle}: row 2 of data/raw/a.csv, a circle of 2 records.",
    ]


def test_the_order_that_will_be_taken_is_told_where_it_is_not_the_projects(tmp_path: Path) -> None:
    orders = mapping("sale.order", "Id", {"partner_id/id": FieldEntry("Who", ref="res.partner")})
    names = mapping("res.partner", "Id", {"name": FieldEntry("Id")})
    root = make(tmp_path, {"o.csv": ("Id,Who\n1,1\n", [orders]), "p.csv": ("Id\n1\n", [names])})
    [found] = checked(root)
    assert (found.level, "the order is res.partner, sale.order" in found.message) == ("warning", True)


def test_a_circle_that_cannot_be_loaded_is_an_error(tmp_path: Path) -> None:
    lines = mapping(
        "sale.order.line",
        "Id",
        {"order_id/id": FieldEntry("Id", ref="sale.order"), "product_id/id": FieldEntry(value="x.y")},
    )
    orders = mapping("sale.order", "Id", {"partner_id/id": FieldEntry("Id", ref="sale.order.line")})
    found = errors(checked(make(tmp_path, {"o.csv": ("Id\n1\n", [orders, lines])})))
    assert any("need each other in a circle" in one for one in found)


# --- external IDs


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("migr.partner.A", ""),
        ("migr.partner A", "only letters, digits"),
        ("migr.partner,A", "only letters, digits"),
        ("migr.partner/A", "only letters, digits"),
        ("migr.partner\tA", "only letters, digits"),
        ("migr.partner.☃", "only letters, digits"),
        ("partner", "a module, a dot and a name"),
        ("migr." + "x" * MAX_LENGTH, "has 125 characters; at most 120 are safe in an external ID"),
        ("0", "silently empty"),
        ("No", "silently empty"),
        ("false", "silently empty"),
    ],
)
def test_what_an_external_id_must_look_like(text: str, complaint: str) -> None:
    assert complaint in wrong_id(text)
    assert bool(wrong_id(text)) == bool(complaint)


def by_hand(root: Path, name: str, records: list[tuple[str, list[str]]], fields: list[str]) -> None:
    """Somebody has written the payload of a mapping anew."""
    with PayloadWriter(root, name, fields) as writer:
        for row, (external_id, values) in enumerate(records, 2):
            writer.write(row, external_id, values)


def test_repeated_and_ill_formed_ids_are_told(tmp_path: Path) -> None:
    root = people(tmp_path, {"X": ["1"]}, {})
    transformed(root)
    by_hand(root, "res.partner", [("migr.a", ["x"]), ("migr.b b", ["y"]), ("migr.a", ["z"])], ["name"])
    found = validated(root)
    assert warnings(found) == ["data/payload/res.partner.csv: it was changed by hand after it was made."]
    same, form = (one for one in found if one.level == "error")
    assert (same.row, same.column, same.value) == (4, "id", "migr.a")
    assert "row 2 has the same external ID (data/payload/res.partner.csv); the last would win silently." in same.message
    assert (form.row, form.column, form.value) == (3, "Code", "migr.b b")
    assert "this is no external ID; only letters, digits, '_', '.' and '-' may stand in one." in form.message


@pytest.mark.parametrize(
    ("model", "level", "complaint"),
    [
        ("res.partner", "warning", "row 2 of data/raw/a.csv has the same external ID; both fill one record of Odoo."),
        ("res.users", "error", "has the same external ID, but is a record of res.partner, not of res.users."),
    ],
)
def test_an_id_in_two_mappings_is_told(tmp_path: Path, model: str, level: str, complaint: str) -> None:
    fields = {"name": FieldEntry("Id"), **({"login": FieldEntry("Id")} if model == "res.users" else {})}
    first = ModelMapping("res.partner", "res.partner", "migr.x.{Id}", {"name": FieldEntry("Id")})
    second = ModelMapping("second", model, "migr.x.{Id}", fields)
    found = checked(make(tmp_path, {"a.csv": ("Id\n1\n", [first]), "b.csv": ("Id\n2\n1\n", [second])}))
    [one] = [one for one in found if one.value == "migr.x.1"]
    assert (one.level, one.file, one.row) == (level, "data/raw/b.csv", 3)
    assert one.message.endswith(complaint)


def test_two_mappings_that_fill_one_column_of_one_record_differently_are_an_error(tmp_path: Path) -> None:
    columns = {"name": FieldEntry("Name"), "city": FieldEntry("City")}
    phone = {"name": FieldEntry("Name"), "phone": FieldEntry("Phone")}
    files = {
        "a.csv": ("Id,Name,City\n1,A,Ghent\n2,B,Ghent\n3,C,\n", [("first", columns)]),
        "b.csv": ("Id,Name,Phone\n1,A,11\n2,Other,22\n3,C,33\n", [("second", phone)]),
        "c.csv": ("Id,Phone\n1,\n2,22\n3,44\n", [("third", {"phone": FieldEntry("Phone")})]),
    }
    root = make(
        tmp_path,
        {
            file: (text, [ModelMapping(name, "res.partner", "migr.x.{Id}", fields) for name, fields in those])
            for file, (text, those) in files.items()
        },
    )
    found = {(one.file, one.row): (one.level, one.message) for one in checked(root) if one.column == "id"}
    at_odds = "row {0} has the same external ID and another value for '{1}'; one would overwrite the other silently."
    both = "row {0} of data/raw/a.csv has the same external ID; both fill one record of Odoo."
    assert found == {
        ("data/raw/b.csv", 2): ("warning", both.format(2)),
        ("data/raw/b.csv", 3): ("error", at_odds.format("3 of data/raw/a.csv", "Name")),
        ("data/raw/b.csv", 4): ("warning", both.format(4)),
        ("data/raw/c.csv", 2): ("warning", both.format(2)),
        ("data/raw/c.csv", 3): ("warning", both.format(3)),
        ("data/raw/c.csv", 4): ("error", at_odds.format("4 of data/raw/b.csv", "Phone")),
    }


def test_lists_as_odoo_would_refuse_them_are_told(tmp_path: Path) -> None:
    root = customers(tmp_path)
    transformed(root)
    columns = list(PARTNERS.fields)
    cells = ["migr.tag.VIP, migr.tag.Retail", "migr.tag.VIP,", "migr.tag.VIP;migr.tag.Retail", "0", "migr.tag.VIP"]
    by_hand(
        root, "res.partner", [(f"migr.partner.{n}", ["n", "r", "", one, "1"]) for n, one in enumerate(cells)], columns
    )
    assert [(one.row, one.message) for one in validated(root) if one.level == "error"] == [
        (2, "this has a space beside a comma, which Odoo refuses."),
        (3, "this has an empty entry in its list; Odoo refuses a comma too many."),
        (4, "this is no external ID; only letters, digits, '_', '.' and '-' may stand in one."),
        (5, "this is no external ID, and Odoo would silently empty the field."),
    ]


def test_a_list_where_one_record_belongs_is_told(tmp_path: Path) -> None:
    root = customers(tmp_path)
    transformed(root)
    by_hand(root, "res.partner", [("migr.a", ["n", "r", "migr.b,migr.c", "", "1"])], list(PARTNERS.fields))
    assert "this is a list, and this field holds one record." in errors(validated(root))[0]


# --- the payload's age


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("data/raw/customers.csv", "Acme", "Acne"),
        ("config/mappings/res.partner.yml", '"Notes"', '"Notes"'),
        ("config/mappings/res.partner.yml", "is_company", "active"),
        ("config/lookups/tag.csv", "VIP,migr.tag.VIP", "VIP,migr.tag.Retail"),
    ],
)
def test_a_payload_older_than_what_it_is_made_from_is_told(tmp_path: Path, file: str, old: str, new: str) -> None:
    root = customers(tmp_path)
    assert checked(root) == []
    text = (root / file).read_text()
    if old == new:  # a comment changes nothing
        write(root, file, text + "  # said by hand\n")
        assert validated(root) == []
        return
    assert old in text
    write(root, file, text.replace(old, new, 1))
    found = [one for one in errors(validated(root)) if one.startswith("data/payload/res.partner.csv: ")]
    assert len(found) == 1
    assert file in found[0] or "its columns are not the mapping's fields" in found[0]
    assert "run: odoo-migrate transform execute" in found[0]


def test_a_missing_payload_is_told_and_nothing_is_blamed_on_its_absence(tmp_path: Path) -> None:
    root = customers(tmp_path)
    assert prepared(root) == []
    assert texts(validated(root)) == [
        "data/payload/res.partner.category.csv: it is missing; run: odoo-migrate transform execute",
        "data/payload/res.partner.csv: it is missing; run: odoo-migrate transform execute",
    ]
    transformed(root, ["res.partner"])
    assert texts(validated(root)) == [
        "data/payload/res.partner.category.csv: it is missing; run: odoo-migrate transform execute"
    ]


def test_a_missing_raw_file_is_told(tmp_path: Path) -> None:
    root = customers(tmp_path)
    assert checked(root) == []
    (root / "data/raw/tag.csv").unlink()
    assert texts(validated(root)) == ["data/raw/tag.csv: it is missing."]
    with Problems() as problems:
        transform(read_project(root), None, problems)
    assert texts(problems.kept) == ["data/raw/tag.csv: it is missing."]


def test_a_damaged_payload_is_told(tmp_path: Path) -> None:
    root = customers(tmp_path)
    assert checked(root) == []
    write(root, "data/payload/rows/res.partner.txt", "2\n")
    assert "data/payload/res.partner.csv: it is damaged at record 2" in errors(validated(root))[0]


def test_a_project_that_leads_elsewhere_is_refused(tmp_path: Path) -> None:
    root = customers(tmp_path / "project")
    assert checked(root) == []
    write(tmp_path, "secret", "id,name\nx.y,secret\n")
    for name in ("data/payload/res.partner.csv", "config/lookups/tag.csv", "MANIFEST.json"):
        (root / name).unlink()
        (root / name).symlink_to(tmp_path / "secret")
        found = errors(validated(root))
        assert any(one.startswith(f"{name}: it lies outside the project directory") for one in found), found
        assert not any("secret" in one for one in found)


def test_every_problem_is_written_and_progress_told(tmp_path: Path) -> None:
    root = people(tmp_path / "project", {"Color": ["x"] * 3000}, {"color": FieldEntry("Color")})
    transformed(root)
    said: list[tuple[str, int, int]] = []
    with Problems(tmp_path / "all.csv") as problems:
        check(root, problems, lambda *one: said.append(one))
    assert problems.errors == 3000
    assert len((tmp_path / "all.csv").read_text().splitlines()) == 3001
    assert said[-1] == ("res.partner", 3000, 3000)


def test_the_schemas_are_valid_themselves() -> None:
    paths = sorted((ROOT / "odoo_migrate" / "project" / "schema").glob("*.json"))
    assert paths
    for path in paths:
        jsonschema.Draft202012Validator.check_schema(read_schema(path.stem))


def test_the_schema_of_a_project_lists_the_versions_of_the_catalog() -> None:
    version = read_schema("project")["properties"]["odoo_version"]
    assert version["enum"] == list(catalog.VERSIONS)
    for one in catalog.VERSIONS:
        assert f'"{one}"' in version["description"]


@pytest.mark.parametrize(
    ("schema", "path", "pattern"),
    [
        ("mapping", "properties model", MODEL_NAME),
        ("mapping", "properties fields propertyNames", FIELD_NAME),
        ("mapping", "$defs field properties lookup", TABLE_NAME),
        ("mapping", "$defs field properties ref", MAPPING_NAME),
        ("ids", "properties patterns propertyNames", MAPPING_NAME),
        ("project", "properties sources propertyNames", RAW_NAME),
        ("project", "properties sources additionalProperties items", MAPPING_NAME),
        ("project", "properties load_order items", MAPPING_NAME),
        ("project", "properties company", EXTERNAL_ID),
    ],
)
def test_the_schemas_have_the_patterns_of_the_code(schema: str, path: str, pattern: re.Pattern[str]) -> None:
    part = read_schema(schema)
    for key in path.split():
        part = part[key]
    assert part["pattern"] == f"^{pattern.pattern}$"


def test_the_schemas_say_the_pattern_of_ids_and_namespaces_alike() -> None:
    ids, mapping, project = (read_schema(name)["properties"] for name in ("ids", "mapping", "project"))
    assert ids["patterns"]["additionalProperties"]["pattern"] == mapping["id"]["pattern"]
    assert ids["default_namespace"]["pattern"] == project["namespace"]["pattern"]


def test_references_have_their_own_form() -> None:
    assert wrong_reference("base." + "x" * 300) == ""  # Odoo's own may be long
