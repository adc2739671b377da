"""Names in levels: `Pipes > Copper` becomes Copper within Pipes."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.recipe import dump, load
from engine.values.name_levels import separator
from tests.both_sides import errors
from tests.both_sides import loaded as staged
from tests.loadable_projects import counts, loaded
from tests.odoo_http import serving
from tests.odoo_store import Store
from tests.sheet_evidence import evidence_of_rows, suggested
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
