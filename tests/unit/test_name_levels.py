"""Names in levels: `Pipes > Copper` becomes Copper within Pipes."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.bundle import clean_files
from engine.match.accepted_suggestions import accepted_lookups, accepted_steps, accepted_targets
from engine.recipe import Recipe, SheetRecipe, dump, load
from engine.values.name_levels import separator
from tests.both_sides import errors
from tests.both_sides import loaded as staged
from tests.loadable_projects import counts, loaded
from tests.odoo_http import serving
from tests.odoo_store import Store
from tests.sheet_evidence import evidence_of_file, evidence_of_rows, fields_by_title, suggested
from tests.small_bundles import Migration

RECIPE = """\
recipe: 1
odoo_version: '18.0'
namespace: migr
on_problem: reject
sheets:
  items:
    targets:
      product.template: {id: 'migr.product.{SKU}'}
    columns:
      SKU: {field: default_code}
      Name: {field: name}
      Category: {field: categ_id/id, lookup: category}
lookups:
  category: {model: product.category, create: true, path: '>'}
"""
ITEMS = """\
SKU,Name,Category
1,Elbow,Pipes > Copper
2,Tee,Pipes>Copper
3,Bend,Pipes > Steel > Thin
4,Tape,Tools
"""


@pytest.mark.parametrize(
    ("names", "sign"),
    [
        (["Pipes > Copper", "Tools"], ">"),
        (["Hardware:Brackets", "Hardware:Hinges", "Paint"], ":"),
        (["Pipes", "Pipes / Copper", "Pipes / Steel"], "/"),
        (["Rohre » Kupfer"], "»"),
        (["Acme:Job 1", "Acme", "Birch:Roof"], ":"),
        (["Nuts/Bolts", "Men/Women"], ""),
        (["10:30", "11:45"], ""),
        (["Headset 1 1/8 in", "Headset 1 1/4 in", "Chain"], ""),
        (["Smith: plan", "Roe: plan"], ""),
        (["https://a.example/x", "https://a.example/y"], ""),
        (["Pipes", "Tools"], ""),
        ([], ""),
    ],
)
def test_what_stands_between_levels(names: list[str], sign: str) -> None:
    assert separator(names) == sign


def test_a_recipe_keeps_it() -> None:
    assert dump(load(RECIPE)) == RECIPE


def test_each_level_is_one_record_below_its_parent(tmp_path: Path) -> None:
    migration = Migration(tmp_path, RECIPE, {"items.csv": ITEMS})
    report = migration.clean()
    assert [(one.rows_out, one.rejected) for one in report.sheets] == [(4, 0)]
    assert migration.rows("data/raw/category.csv") == [
        {"Name": "Pipes", "Own name": "Pipes", "Parent": ""},
        {"Name": "Pipes > Copper", "Own name": "Copper", "Parent": "Pipes"},
        {"Name": "Pipes > Steel", "Own name": "Steel", "Parent": "Pipes"},
        {"Name": "Pipes > Steel > Thin", "Own name": "Thin", "Parent": "Pipes > Steel"},
        {"Name": "Tools", "Own name": "Tools", "Parent": ""},
    ]
    lookup = {row["source_key"]: row["external_id"] for row in migration.rows("config/lookups/category.csv")}
    assert lookup["Pipes > Copper"] == lookup["Pipes>Copper"] == "migr.category.Pipes_Copper"
    root = tmp_path / "out"
    assert errors(staged(root)) == []
    with serving(Store()) as server:
        assert counts(loaded(root, server)) == {"product.category": (5, 0, 0, 0), "product.template": (4, 0, 0, 0)}
        assert counts(loaded(root, server, "second"))["product.category"] == (0, 0, 5, 0)
        categories = {
            row["xid"]: row for row in server.store.rows("product.category") if row["xid"].startswith("migr.")
        }
    thin = categories["migr.category.Pipes_Steel_Thin"]
    assert (thin["name"], thin["parent_id"]) == ("Thin", categories["migr.category.Pipes_Steel"]["id"])


def test_a_level_that_odoo_has_is_used(tmp_path: Path) -> None:
    text = RECIPE.replace("path: '>'}", "path: '>', entries: {Pipes: product.product_category_all}}")
    migration = Migration(tmp_path, text, {"items.csv": ITEMS})
    migration.clean()
    names = [row["Name"] for row in migration.rows("data/raw/category.csv")]
    assert names == ["Pipes > Copper", "Pipes > Steel", "Pipes > Steel > Thin", "Tools"]
    assert errors(staged(tmp_path / "out")) == []


def test_levels_need_a_kind_of_record_that_has_them(tmp_path: Path) -> None:
    text = RECIPE.replace("categ_id/id, lookup: category", "uom_id/id, lookup: category").replace(
        "product.category, create", "uom.uom, create"
    )
    assert Migration(tmp_path, text, {"items.csv": ITEMS}).problems("no_levels")


def test_they_are_suggested() -> None:
    rows = [(f"S{i}", f"Thing {i}", f"Pipes > {kind}") for i, kind in enumerate(["Copper", "Steel", "Copper", "Lead"])]
    (found,) = suggested(evidence_of_rows("items", ("SKU", "Name", "Category"), *rows))
    (column,) = [one for one in found.columns if one.title == "Category"]
    assert column.field == "categ_id/id"
    assert column.lookup is not None
    assert (column.lookup.path, column.lookup.create) == (">", True)


CUSTOMERS = (
    ("Customer", "Email", "City"),
    ("Acme Ltd", "info@acme.example", "Leeds"),
    ("Acme Ltd:Roof repair", "", ""),
    ("Acme Ltd:North wing", "", ""),
    ("Acme Ltd:North wing:Doors", "", ""),
    ("Birch & Co", "hello@birch.example", "York"),
)


def loaded_customers(folder: Path, *rows: tuple[str, ...]) -> dict[str, dict[str, object]]:
    """Our contacts in Odoo by external ID, after all that is suggested for these rows was taken and loaded twice."""
    path = folder / "customers.csv"
    path.write_text("".join(",".join(row) + "\n" for row in rows), encoding="utf-8")
    (found,) = suggested(*evidence_of_file(path))
    columns = accepted_steps(found)
    sheet = SheetRecipe("customers", targets=accepted_targets(found), columns=columns)
    clean_files([path], Recipe(sheets=(sheet,), lookups=accepted_lookups(found)), folder / "out")
    assert errors(staged(folder / "out")) == []
    with serving(Store()) as server:
        loaded(folder / "out", server)
        again = counts(loaded(folder / "out", server, "second"))
        assert {(made, failed) for made, _, _, failed in again.values()} == {(0, 0)}
        return {row["xid"]: row for row in server.store.rows("res.partner") if row["xid"].startswith("migr.")}


def parents(found: dict[str, dict[str, object]]) -> dict[object, object]:
    names = {row["id"]: row["name"] for row in found.values()}
    return {row["name"]: names.get(row["parent_id"]) for row in found.values()}


def test_jobs_are_below_their_customer(tmp_path: Path) -> None:
    found = loaded_customers(tmp_path, *CUSTOMERS)
    assert parents(found) == {
        "Acme Ltd": None,
        "Roof repair": "Acme Ltd",
        "North wing": "Acme Ltd",
        "Doors": "North wing",
        "Birch & Co": None,
    }


def test_a_customer_without_a_row_is_made(tmp_path: Path) -> None:
    found = loaded_customers(tmp_path, *CUSTOMERS, ("Cedar plc:Office", "", ""), ("Cedar plc:Warehouse", "", ""))
    assert parents(found)["Office"] == parents(found)["Warehouse"] == "Cedar plc"
    assert parents(found)["Cedar plc"] is None
    # Those that have a row are made once, with all that the row says.
    assert found["migr.partner.Acme_Ltd"]["email"] == "info@acme.example"
    assert len(found) == 8


def test_a_level_between_without_a_row_holds_its_rows_back(tmp_path: Path) -> None:
    found = loaded_customers(tmp_path, *CUSTOMERS, ("Acme Ltd:South wing:Stairs", "", ""))
    assert "Stairs" not in parents(found)
    [held_back] = (tmp_path / "out" / "data" / "rejected").glob("*.csv")
    assert "South wing" in held_back.read_text(encoding="utf-8")


@pytest.mark.parametrize("sign", [":", " > "])
def test_items_are_in_the_category_that_their_name_begins_with(sign: str) -> None:
    names = [f"Hardware{sign}Brackets", f"Hardware{sign}Hinges", f"Services{sign}Fitting", f"Services{sign}Delivery"]
    rows = [(f"{name}", f"{place}.50", f"{place}.10") for place, name in enumerate(names)]
    (found,) = suggested(evidence_of_rows("items", ("Item", "Price", "Cost"), *rows))
    assert fields_by_title(found)["Own name"] == "name"
    (category,) = [column for column in found.columns if column.field == "categ_id/id"]
    assert (category.title, category.lookup.path) == ("Parent", sign.strip())


def test_a_sign_within_names_makes_no_levels() -> None:
    rows = [(name, "x@y.example") for name in ("Smith: Sons", "Roe: Partners", "Men/Women", "A/S Nord")]
    (found,) = suggested(evidence_of_rows("customers", ("Customer", "Email"), *rows))
    assert fields_by_title(found)["Customer"] == "name"


@pytest.mark.parametrize("name", ["Headset 1 1/8 in", "Hardware:Brackets", "Cable / black"])
def test_items_keep_their_names_where_not_all_begin_with_a_category(name: str) -> None:
    names = [name, f"{name} long", "Paint", "Brake pads", "Tyre 700 x 32C", "Chain"]
    rows = [(one, f"{place}.50", f"{place}.10") for place, one in enumerate(names)]
    (found,) = suggested(evidence_of_rows("items", ("Item", "Price", "Cost"), *rows))
    assert fields_by_title(found)["Item"] == "name"
    assert not found.steps


def test_a_sign_in_one_name_of_many_makes_no_levels() -> None:
    rows = [(name, "x@y.example") for name in ("Acme > North", "Birch", "Cedar plc", "Elm Ltd")]
    (found,) = suggested(evidence_of_rows("customers", ("Customer", "Email"), *rows))
    assert fields_by_title(found)["Customer"] == "name"
