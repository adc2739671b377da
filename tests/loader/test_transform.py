"""`transform execute`: the payload, to the letter, and everything that leads nowhere with its row."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo_migrate.project import csv_text
from odoo_migrate.project.external_ids import is_empty
from odoo_migrate.project.payload import Payload
from odoo_migrate.project.problems import Problems
from odoo_migrate.project.project_definition import FieldEntry, ModelMapping
from odoo_migrate.project.project_reader import file_sha256, read_project
from odoo_migrate.project.yaml_text import FormatError
from odoo_migrate.stages import staged_rows
from odoo_migrate.stages.record_values import as_html
from odoo_migrate.stages.transform import Transformed, transform
from tests.loader_projects import (
    CUSTOMERS,
    PARTNERS,
    customers,
    ids_of,
    make,
    mapping,
    payload_rows,
    prepared,
    texts,
    transformed,
    write,
)
from tests.small_bundles import MISSION_CUSTOMERS, MISSION_RECIPE, Migration, files_of
from tests.unit.test_sample_bundles import FILES, cleaned

ORDERS = mapping("sale.order", "No", {"partner_id/id": FieldEntry("Client", ref="res.partner")})
LINES = ModelMapping(
    "sale.order.line",
    "sale.order.line",
    "migr.line.{No}.{No #}",
    {"order_id/id": FieldEntry("No", ref="sale.order"), "name": FieldEntry("Item")},
)


def orders(root: Path, text: str) -> Path:
    clients = mapping("res.partner", "Code", {"name": FieldEntry("Name")})
    return make(root, {"clients.csv": ("Code,Name\nA,Acme\n", [clients]), "orders.csv": (text, [ORDERS, LINES])})


def test_the_payload_has_odoos_columns(tmp_path: Path) -> None:
    root = customers(tmp_path)
    done, found = transformed(root)
    assert found == []
    assert done == [Transformed("res.partner.category", 2, 2), Transformed("res.partner", 3, 3)]
    assert (root / "data/payload/res.partner.csv").read_text() == (
        "id,name,ref,parent_id/id,category_id/id,is_company\n"
        'migr.partner.A,Acme Corp,A,,"migr.tag.VIP,migr.tag.Retail",1\n'
        "migr.partner.B,Beta Inc,B,migr.partner.A,migr.tag.VIP,1\n"
        'migr.partner.C,"Gamma, Ltd",C,migr.partner.B,,1\n'
    )
    assert [one.row for one in Payload(root, "res.partner").records()] == [2, 3, 4]


def test_the_missions_own_example(tmp_path: Path) -> None:
    migration = Migration(tmp_path, MISSION_RECIPE, {"customers.csv": MISSION_CUSTOMERS})
    migration.clean()
    _, found = transformed(migration.output)
    assert found == []
    assert migration.text("data/payload/res.partner.csv") == (
        "id,name,ref,email,phone,category_id/id\n"
        'migr.partner.ACME001,Acme Corp,ACME001,info@acme.com,+15551234567,"migr.tag.VIP,migr.tag.Wholesale"\n'
        "migr.partner.BETA002,Beta Inc,BETA002,contact@beta.com,+15559876543,migr.tag.VIP\n"
    )


def test_everything_that_leads_nowhere_is_told(tmp_path: Path) -> None:
    root = customers(tmp_path, "Code,Name,Parent,Tags\nA,Acme,Z,VIP;vip;Gold\nB,Beta,b,VIP\n,Gone,,\nC,Gamma,no,\n")
    done, found = transformed(root)
    assert [one.mapping for one in done] == ["res.partner.category"]
    empty = "this is empty, so the record has no ID."
    lookup = "this leads nowhere: the lookup 'tag' does not have it."
    ref = "this leads nowhere: there is no such Contact."
    assert texts(found) == [
        f"data/raw/customers.csv, row 4, column 'Code': {empty}",
        f"data/raw/customers.csv, row 2, column 'Parent' ('Z'): {ref}",
        f"data/raw/customers.csv, row 2, column 'Tags' ('vip'): {lookup}",
        f"data/raw/customers.csv, row 2, column 'Tags' ('Gold'): {lookup}",
        f"data/raw/customers.csv, row 3, column 'Parent' ('b'): {ref}",
        "data/raw/customers.csv, row 5, column 'Parent' ('no'): this would silently empty 'Related Company' in Odoo.",
    ]
    assert not Payload(root, "res.partner").exists()


def test_an_earlier_payload_of_a_mapping_with_errors_goes(tmp_path: Path) -> None:
    root = customers(tmp_path)
    transformed(root)
    write(root, "config/lookups/tag.csv", "source_key,external_id\nVIP,migr.tag.VIP\n")
    _, found = transformed(root)
    assert [one.value for one in found] == ["Retail"]
    assert not Payload(root, "res.partner").exists()
    assert Payload(root, "res.partner.category").exists()


def test_rows_of_one_record_become_one_and_must_agree(tmp_path: Path) -> None:
    root = orders(tmp_path, "No,No #,Client,Item\nS1,1,A,x\nS1,2,A,y\nS2,1,A,z\n")
    done, found = transformed(root)
    assert found == []
    assert [(one.mapping, one.records, one.rows) for one in done][1:] == [
        ("sale.order", 2, 3),
        ("sale.order.line", 3, 3),
    ]
    assert [one["id"] for one in payload_rows(root, "sale.order.line")] == [
        "migr.line.S1.1",
        "migr.line.S1.2",
        "migr.line.S2.1",
    ]
    assert [one.row for one in Payload(root, "sale.order").records()] == [2, 4]


def test_rows_that_do_not_agree_are_told_with_both_values(tmp_path: Path) -> None:
    root = orders(tmp_path, "No,No #,Client,Item\nS1,1,A,x\nS2,1,A,y\nS1,2,B,z\nS1,1,A,other\n")
    done, found = transformed(root)
    assert [one.mapping for one in done] == ["res.partner"]
    repeated = "this is repeated with different values: row 2 has"
    assert texts(found) == [
        f"data/raw/orders.csv, row 4, column 'No' ('S1'): {repeated} 'A' in 'Client', not 'B'.",
        f"data/raw/orders.csv, row 5, column 'No' ('S1'): {repeated} 'x' in 'Item', not 'other'.",
    ]


def test_when_takes_only_rows_with_something_in_a_column(tmp_path: Path) -> None:
    contacts = mapping("res.partner", "Mail", {"name": FieldEntry("Name")}, when="Mail")
    root = make(tmp_path, {"a.csv": ("Name,Mail\nAnn,ann@x.com\nBob,\nCid, \n", [contacts])})
    done, found = transformed(root)
    assert (found, [(one.records, one.rows) for one in done]) == ([], [(1, 1)])


def test_only_the_mappings_asked_for_are_made_and_told_of(tmp_path: Path) -> None:
    root = orders(tmp_path, "No,No #,Client,Item\nS1,1,Z,x\n")
    done, found = transformed(root, ["sale.order.line"])
    assert (found, [one.mapping for one in done]) == ([], ["sale.order.line"])
    assert sorted(path.name for path in (root / "data/payload").glob("*.csv")) == ["sale.order.line.csv"]


def test_a_changed_raw_file_and_a_missing_staged_one_are_told_once(tmp_path: Path) -> None:
    root = orders(tmp_path, "No,No #,Client,Item\nS1,1,A,x\n")
    assert prepared(root) == []
    write(root, "data/raw/orders.csv", "No,No #,Client,Item\nS1,1,A,y\n")
    staged_rows.remove(root, "clients.csv")
    with Problems() as problems:
        assert transform(read_project(root), None, problems) == []
    assert texts(problems.kept) == [
        "data/staging/clients.jsonl: it is missing; run: odoo-migrate source prepare",
        "data/staging/orders.jsonl: data/raw/orders.csv is not what it was made from; prepare again.",
    ]


def test_a_column_taken_into_a_mapping_later_must_be_there(tmp_path: Path) -> None:
    root = customers(tmp_path)
    assert prepared(root) == []
    text = (root / "config/mappings/res.partner.yml").read_text()
    write(root, "config/mappings/res.partner.yml", text.replace('source: "Name"', 'source: "Nome"'))
    with Problems() as problems:
        transform(read_project(root), None, problems)
    assert texts(problems.kept) == [
        "config/mappings/res.partner.yml: 'name' needs the column 'Nome', which data/raw/customers.csv does not have."
    ]


@pytest.mark.parametrize("line", ['{"row": 2}', "[1]", "{", '{"row": 2, "cells": []}', "[" * 5000])
def test_damaged_staged_rows_are_one_sentence(tmp_path: Path, line: str) -> None:
    root = customers(tmp_path)
    assert prepared(root) == []
    write(root, "data/staging/customers.jsonl", line + "\n")
    staged_rows.stamp(root, "customers.csv", file_sha256(root / "data/raw/customers.csv"), 1)
    with Problems() as problems:
        transform(read_project(root), None, problems)
    assert texts(problems.kept) == ["data/staging/customers.jsonl: it is damaged; run: odoo-migrate source prepare"]


def test_an_unknown_version_of_odoo_is_one_sentence(tmp_path: Path) -> None:
    root = make(tmp_path, {"a.csv": ("Code,Name\nA,x\n", [mapping("res.partner", "Code", {})])}, version="15.0")
    with pytest.raises(FormatError, match=r"Odoo 15\.0 is not supported"):
        transform(read_project(root), None, Problems())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("one\ntwo\r\nthree", "one<br>two<br>three"),
        ("a < b & c > d", "a &lt; b &amp; c &gt; d"),
        ("Ann <ann@example.com>", "Ann &lt;ann@example.com&gt;"),
        ("R&D; more", "R&amp;D; more"),
        ("<p>Hello\nyou</p>", "<p>Hello\nyou</p>"),
        ("AT&amp;T", "AT&amp;T"),
        ("5&#233;", "5&#233;"),
        ("x <br/> y", "x <br/> y"),
    ],
)
def test_plain_text_becomes_html_and_html_stays(text: str, expected: str) -> None:
    assert as_html(text) == expected


def test_plain_text_in_a_field_of_html_is_made_html_and_said(tmp_path: Path) -> None:
    fields = {"comment": FieldEntry("Notes"), "name": FieldEntry("Notes")}
    text = csv_text.text(["Code", "Notes"], [("A", "a < b\nc"), ("B", "fine"), ("C", "<b>bold</b>")])
    root = make(tmp_path, {"a.csv": (text, [mapping("res.partner", "Code", fields)])})
    done, _ = transformed(root)
    assert [one["comment"] for one in payload_rows(root, "res.partner")] == ["a &lt; b<br>c", "fine", "<b>bold</b>"]
    assert payload_rows(root, "res.partner")[0]["name"] == "a < b\nc"
    assert len(done[0].notes) == 1
    assert done[0].notes[0].startswith("res.partner: 1 cell is plain text, but Odoo keeps 'comment' as HTML")


# Few letters, so that keys often render alike, and look like the suffixed IDs of others.
alike = st.text(alphabet="ab_& é-東.", min_size=1, max_size=4).filter(lambda cell: not is_empty(cell))
suffixed = st.sampled_from(["a_b_8e4ba1", "R_D", "R&D", "x" * 130, "x" * 131, "東京", "大阪"])
keys = st.lists(st.tuples(alike | suffixed, alike), min_size=1, max_size=25, unique=True)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(keys=keys, pattern=st.sampled_from(["migr.x.{A}", "migr.x.{A}.{B}", "migr.{B}_y_{A}"]))
def test_ids_are_those_of_the_format_to_the_letter(
    keys: list[tuple[str, str]], pattern: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    things = ModelMapping("thing", "thing", pattern, {"a": FieldEntry("A"), "b": FieldEntry("B")})
    if "{B}" not in pattern:
        keys = list({a: (a, b) for a, b in keys}.values())
    root = make(tmp_path_factory.mktemp("project"), {"a.csv": (csv_text.text(["A", "B"], keys), [things])})
    _, found = transformed(root)
    assert found == []
    of_pattern = [tuple({"A": a, "B": b}[title] for title in _titles(pattern)) for a, b in keys]
    expected = ids_of(pattern, of_pattern)
    assert [one["id"] for one in payload_rows(root, "thing")] == [expected[key] for key in of_pattern]


def _titles(pattern: str) -> list[str]:
    return [part[0] for part in pattern.split("{")[1:]]


def test_keys_that_get_in_the_way_of_a_suffixed_one_are_told_apart_too(tmp_path: Path) -> None:
    taken = ids_of("migr.x.{A}", [("R&D",), ("R D",)])[("R&D",)].removeprefix("migr.x.")
    things = ModelMapping("thing", "thing", "migr.x.{A}", {"up/id": FieldEntry("Up", ref="thing")})
    cells = [("R&D", ""), ("plain", ""), ("R D", "R&D"), (taken, "plain")]
    root = make(tmp_path, {"a.csv": (csv_text.text(["A", "Up"], cells), [things])})
    transformed(root)
    expected = ids_of("migr.x.{A}", [(a,) for a, _ in cells])
    found = payload_rows(root, "thing")
    assert [one["id"] for one in found] == [expected[(a,)] for a, _ in cells]
    assert [one["up/id"] for one in found] == ["", "", expected[("R&D",)], expected[("plain",)]]


@pytest.mark.parametrize("name", FILES)
def test_every_sample_is_transformed_without_problems_and_the_same_way_twice(name: str, tmp_path: Path) -> None:
    _, root = cleaned(name, tmp_path)
    _, found = transformed(root)
    assert texts(found) == []
    first = files_of(root / "data/payload")
    transformed(root)
    assert files_of(root / "data/payload") == first


def test_a_partner_without_rows_has_an_empty_payload(tmp_path: Path) -> None:
    root = customers(tmp_path, CUSTOMERS.splitlines()[0] + "\n", PARTNERS)
    done, found = transformed(root)
    assert (found, done[1]) == ([], Transformed("res.partner", 0, 0))
    assert payload_rows(root, "res.partner") == []
