"""What is not ready stays out of a bundle, with all that needs it, and the rest goes."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.bundle import ProblemsFound
from odoo_migrate.project import project_reader
from tests.small_bundles import Migration, sums_up

FILES = {
    "clients.csv": "No,Name\nC1,Acme\nC2,Beta\n",
    "accounts.csv": "Code,Title\n400,Sales\n",
    "items.csv": "SKU,Item,Income\nA,Bolt,400\n",
    "orders.csv": "Order,Client,Site,SKU,Qty\nS1,C1,C2,A,2\n",
    "balances.csv": "What,Sum\nSales,100\n",
}
RECIPE = """\
recipe: 1
sheets:
  clients:
    targets: { res.partner: { id: "migr.partner.{No}" } }
    columns: { Name: { field: name } }
  accounts:
    targets: { account.account: { id: "migr.account.{Code}", values: { account_type: income } } }
    columns: { Code: { field: code }, Title: { field: name } }
  items:
    targets: { product.product: { id: "migr.product.{SKU}" } }
    columns: { Item: { field: name }, Income: { field: property_account_income_id/id, ref: account.account } }
  orders:
    targets:
      sale.order:
        id: "migr.order.{Order}"
        fields: { partner_id/id: { source: Client, ref: res.partner } }
      sale.order.line:
        id: "migr.line.{Order}.{Order #}"
        fields:
          order_id/id: { source: Order, ref: sale.order }
          product_id/id: { source: SKU, ref: product.product }
          product_uom_qty: { source: Qty }
  balances: {}
"""


def left_out(migration: Migration) -> dict[str, str]:
    """Why what stays out, by mapping; fields under the name of their column."""
    report = migration.clean()
    assert sums_up(report)
    found = [problem for problem in report.problems if problem.severity == "left_out"]
    return {problem.mapping or problem.column: problem.message for problem in found}


def test_all_that_is_ready_goes(tmp_path: Path) -> None:
    migration = Migration(tmp_path, RECIPE, FILES)
    assert left_out(migration) == {}
    assert len(project_reader.read_project(migration.output).mappings) == 5


def test_records_about_what_is_not_ready_stay_out_with_it(tmp_path: Path) -> None:
    migration = Migration(tmp_path, RECIPE.replace('"migr.partner.{No}"', '""'), FILES)
    reasons = left_out(migration)
    assert list(reasons) == ["res.partner", "sale.order", "sale.order.line"]
    assert "No column names the records" in reasons["res.partner"]
    assert reasons["sale.order"].endswith("since they refer to Contact, which is not ready.")
    found = project_reader.read_project(migration.output)
    assert set(found.mappings) == {"account.account", "product.product"}
    assert "Not ready, and left out:" in migration.text("CLEANING.md")
    # The cleaned rows are there for who wants to look, with all others.
    assert migration.rows("data/raw/clients.csv")[0]["Name"] == "Acme"


def test_a_field_that_names_what_is_not_ready_is_left_for_later(tmp_path: Path) -> None:
    migration = Migration(tmp_path, RECIPE.replace("field: code", "field: no_such_field"), FILES)
    reasons = left_out(migration)
    assert "account.account" in reasons
    assert "'Income' does not go to Income Account yet, since Account is not ready" in reasons["Income"]
    items = project_reader.read_project(migration.output).mappings["product.product"]
    assert list(items.fields) == ["name"]
    assert len(migration.rows("data/raw/items.csv")) == 1


def test_lines_go_without_no_order_and_orders_without_lines_do(tmp_path: Path) -> None:
    migration = Migration(tmp_path, RECIPE.replace("field: name }, Income", "field: name_ }, Income"), FILES)
    assert list(left_out(migration)) == ["product.product", "sale.order.line"]
    assert "sale.order" in project_reader.read_project(migration.output).mappings


def test_a_lookup_that_cannot_be_used_keeps_out_what_goes_through_it(tmp_path: Path) -> None:
    terms = "lookups:\n  tag: { model: res.users, create: true }\n"
    recipe = RECIPE.replace("Name: { field: name }", "Name: { field: name }, No: { field: user_id/id, lookup: tag }")
    reasons = left_out(Migration(tmp_path, recipe + terms, FILES))
    assert "the lookup 'tag' of 'No' cannot be used" in reasons["res.partner"]
    assert "Odoo also needs 'Login'" in reasons[""]


def test_nothing_ready_is_no_bundle(tmp_path: Path) -> None:
    sheet = RECIPE[: RECIPE.index("  accounts:")].replace("{No}", "{Nr}")
    migration = Migration(tmp_path, sheet, {"clients.csv": FILES["clients.csv"]})
    with pytest.raises(ProblemsFound, match=r"Nothing was exported\. clients: The ID pattern"):
        migration.clean()
    assert not migration.output.exists()


@pytest.mark.parametrize("stop", [False, True])
def test_who_wants_all_or_nothing_gets_nothing(tmp_path: Path, stop: bool) -> None:
    recipe = RECIPE.replace('"migr.partner.{No}"', '""')
    if stop:
        recipe = recipe.replace("recipe: 1", "recipe: 1\non_problem: stop")
    migration = Migration(tmp_path, recipe, FILES)
    with pytest.raises(ProblemsFound, match="clients: No column names the records"):
        migration.clean(strict=not stop)
    assert not migration.output.exists()
