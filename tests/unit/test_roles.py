"""Several records of one model from one row: targets with a role, in recipes and in bundles."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.recipe import RecipeError, dump, load
from tests.small_bundles import Migration

CUSTOMERS = """\
Customer Code,Company,Email,Contact,Contact Email,Delivery Street,Delivery City
C1,Acme Ltd,info@acme.example,Ann Lee,ann@acme.example,9 Dock Rd,Perth
C2,Birch & Co,hello@birch.example,,,,
C3,Cedar plc,,Bo Ray,,7 Pier St,Hobart
"""
SUPPLIERS = """\
No,Name,Person
S1,Delta GmbH,Eva Roth
"""
RECIPE = """\
recipe: 1
odoo_version: '18.0'
namespace: migr
on_problem: reject
sheets:
  customers:
    targets:
      res.partner: {id: 'migr.partner.{Customer Code}', values: {is_company: '1'}}
      res.partner (contact):
        id: migr.contact.{Customer Code}
        when: Contact
        fields:
          parent_id/id: {source: Customer Code, ref: res.partner}
          name: {source: Contact}
          email: {source: Contact Email}
        values: {type: contact}
      res.partner (delivery):
        id: migr.delivery.{Customer Code}
        when: Delivery Street
        fields:
          parent_id/id: {source: Customer Code, ref: res.partner}
          street: {source: Delivery Street}
          city: {source: Delivery City}
        values: {type: delivery}
    columns:
      Customer Code: {field: ref}
      Company: {field: name}
      Email: {field: email}
  suppliers:
    targets:
      res.partner: {id: 'migr.partner.{No}'}
      res.partner (contact):
        id: migr.contact.{No}
        when: Person
        fields: {parent_id/id: {source: 'No', ref: res.partner}, name: {source: Person}}
    columns:
      'No': {field: ref}
      Name: {field: name}
"""
FILES = {"customers.csv": CUSTOMERS, "suppliers.csv": SUPPLIERS}


def test_a_recipe_holds_several_targets_of_one_model_by_their_role() -> None:
    recipe = load(RECIPE)
    customers = recipe.sheets[0]
    assert [target.role for target in customers.targets] == ["", "contact", "delivery"]
    assert customers.main is customers.targets[0]
    assert list(customers.targets[0].fields) == ["ref", "name", "email"]
    assert dump(recipe) == RECIPE
    assert load(dump(recipe)) == recipe


@pytest.mark.parametrize("entry", ["res.partner (Contact Person)", "res.partner contact", "res.partner ()"])
def test_a_role_is_one_word_in_brackets(entry: str) -> None:
    with pytest.raises(RecipeError, match="no model of Odoo"):
        load(f'recipe: 1\nsheets:\n  a:\n    targets:\n      {entry}: {{ id: "migr.a.{{A}}" }}\n')


def test_every_row_makes_the_records_whose_cells_it_fills(tmp_path: Path) -> None:
    migration = Migration(tmp_path, RECIPE, FILES)
    report = migration.clean()
    assert [(one.rows_in, one.rows_out, one.rejected) for one in report.sheets] == [(3, 3, 0), (1, 1, 0)]
    mappings = tmp_path / "out" / "config" / "mappings"
    assert sorted(path.name for path in mappings.iterdir()) == [
        "res.partner.contact.yml",
        "res.partner.delivery.yml",
        "res.partner.suppliers.yml",
        "res.partner.suppliers_contact.yml",
        "res.partner.yml",
    ]
    contact = (mappings / "res.partner.contact.yml").read_text()
    assert 'parent_id/id: { source: "Customer Code", ref: res.partner }' in contact
    # In the second sheet, the row's own record goes by another name.
    contact = (mappings / "res.partner.suppliers_contact.yml").read_text()
    assert 'parent_id/id: { source: "No", ref: res.partner.suppliers }' in contact
    order = (tmp_path / "out" / "config" / "project.yml").read_text().split("load_order:")[1]
    assert order.index("res.partner,") < order.index("res.partner.contact")
    assert order.index("res.partner.suppliers,") < order.index("res.partner.suppliers_contact")


def test_rows_of_one_key_are_one_company_and_held_back_where_they_disagree(tmp_path: Path) -> None:
    rows = "C4,Elm Ltd,,Max Ost,,,\nC4,Elm Ltd,,Max Ost,,,\nC5,Fir Ltd,,Ida Fee,,,\nC5,Fir Limited,,Ida Fee,,,\n"
    migration = Migration(tmp_path, RECIPE, {**FILES, "customers.csv": CUSTOMERS + rows})
    report = migration.clean()
    kinds = {problem.kind for problem in report.problems}
    assert {"key_repeats", "key_disputed"} <= kinds
    assert report.sheets[0].rejected == 2


def test_the_person_goes_where_the_company_is_held_back(tmp_path: Path) -> None:
    rows = "C4,,,Max Ost,,,\n"
    migration = Migration(tmp_path, RECIPE, {**FILES, "customers.csv": CUSTOMERS + rows})
    report = migration.clean()
    assert report.sheets[0].rejected == 1
