"""Without a person a record is worth more than one of its references: such a column waits for a decision."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.bundle import read_sheets
from engine.bundle.unresolved_references import unresolved_references
from engine.recipe import load
from mapping.models import Mapping
from tests.portal_shell import here
from tests.small_bundles import MISSION_RECIPE, written

ROWS = 40


def customers(strange: int) -> dict[str, str]:
    """Customers, of whom the first `strange` are in a country that nobody knows."""
    lines = ["Customer Code,Company Name,Email,Country"]
    for number in range(ROWS):
        country = "as the boss says" if number < strange else "France"
        lines.append(f"C{number:03d},Company {number},mail{number}@example.com,{country}")
    return {"customers.csv": "\n".join(lines) + "\n"}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("strange", "rows_out"), [(12, ROWS), (2, ROWS - 2), (0, ROWS)])
def test_a_reference_costs_few_records_or_waits(tmp_path: Path, strange: int, rows_out: int) -> None:
    here("import_file", *written(tmp_path / "in", customers(strange)), "--dataset", "Shop", "--country", "US")
    told = here("suggest_mappings", "Shop", "--accept", "--json").json["sheets"][0]
    reasons = {column["header"]: column["reason"] for column in told["columns"]}
    waits = rows_out == ROWS and strange > 0
    assert ("not accepted: in 12 rows the value names no record" in reasons["Country"]) == waits
    mapping = Mapping.objects.get(column="Country")
    assert (mapping.field, mapping.state) == (
        "country_id/id", Mapping.State.SUGGESTED if waits else Mapping.State.ACCEPTED
    )  # fmt: skip
    exported = here("export_odoo_migrate", "Shop", "--output", tmp_path / "out", "--json").json
    assert exported["sheets"][0]["rows_out"] == rows_out


def test_what_a_record_is_about_never_waits(tmp_path: Path) -> None:
    recipe = load(
        """\
recipe: 1
sheets:
  orders:
    targets: { sale.order: { id: "migr.order.{No}" } }
    columns:
      Customer: { field: partner_id/id, lookup: people }
      Terms: { field: payment_term_id/id, lookup: terms }
lookups:
  people: { model: res.partner }
  terms: { model: account.payment.term }
"""
    )
    files = written(tmp_path, {"orders.csv": "No,Customer,Terms\n1,Ann,soon\n2,Bob,late\n"})
    with read_sheets(files, recipe) as sheets:
        (found,) = unresolved_references(sheets, recipe)
    assert (found.sheet, found.entry, found.column) == ("orders", "sale.order", "Terms")


def test_a_recipe_without_unresolved_references_stays_as_it_is(tmp_path: Path) -> None:
    recipe = load(MISSION_RECIPE)
    text = "Company Name,Customer Code,Email,Phone,Tags\nAcme,A1,info@acme.com,(555) 123-4567,VIP\n"
    with read_sheets(written(tmp_path, {"customers.csv": text}), recipe) as sheets:
        assert unresolved_references(sheets, recipe) == []


def test_what_odoo_would_fill_in_by_itself_does_not_wait(tmp_path: Path) -> None:
    recipe = load(
        """\
recipe: 1
sheets:
  items:
    targets: { product.product: { id: "migr.product.{SKU}" } }
    columns: { Name: { field: name }, Unit: { field: uom_id/id } }
"""
    )
    files = written(tmp_path, {"items.csv": "SKU,Name,Unit\n1,Bolt,bushels and pecks\n2,Nut,Units\n"})
    with read_sheets(files, recipe) as sheets:
        assert unresolved_references(sheets, recipe) == []
