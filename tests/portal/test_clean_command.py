"""`clean`: the whole path in one go without a database, and recipes in every form that may be written."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import openpyxl
import pytest

from profiling.models import Sheet
from tests.portal_shell import here, run
from tests.small_bundles import MISSION_CUSTOMERS, MISSION_RECIPE, files_of, written
from tests.unit.test_sample_bundles import SAMPLES

NOWHERE = "postgres://nobody@127.0.0.1:1/nothing"
RAW = """\
Company Name,Customer Code,Email,Phone,Tags
Acme Corp,ACME001,info@acme.com,+15551234567,VIP;Wholesale
Beta Inc,BETA002,contact@beta.com,+15559876543,VIP
"""
MAPPING = """\
model: res.partner
id: "migr.partner.{Customer Code}"
fields:
  name: { source: "Company Name" }  # trim: 1 of 2 changed
  ref: { source: "Customer Code" }
  email: { source: "Email" }  # trim, lowercase: 2 of 2 changed
  phone: { source: "Phone" }  # phone_normalize: 2 of 2 changed
  category_id/id: { source: "Tags", lookup: tag, separator: ";" }
"""
CATEGORY = """\
model: res.partner.category
id: "migr.tag.{Name}"
fields:
  name: { source: "Name" }
"""
IDS = """\
default_namespace: migr
patterns:
  res.partner: "migr.partner.{Customer Code}"
  res.partner.category: "migr.tag.{Name}"
"""
PROJECT = """\
format: 1
namespace: migr
odoo_version: "18.0"
timezone: Europe/Brussels
company: null
sources:
  customers.csv: [res.partner]
  tag.csv: [res.partner.category]
load_order: [res.partner.category, res.partner]
"""
MISSION = {
    "config/ids.yml": IDS,
    "config/lookups/tag.csv": "source_key,external_id\nVIP,migr.tag.VIP\nWholesale,migr.tag.Wholesale\n",
    "config/mappings/res.partner.category.yml": CATEGORY,
    "config/mappings/res.partner.yml": MAPPING,
    "config/project.yml": PROJECT,
    "data/raw/customers.csv": RAW,
    "data/raw/tag.csv": "Name\nVIP\nWholesale\n",
}


def workbook(path: Path, sheet: str, text: str) -> Path:
    """The rows of a CSV text as a sheet of a workbook."""
    book = openpyxl.Workbook()
    book.active.title = sheet
    for row in csv.reader(io.StringIO(text)):
        book.active.append(row)
    book.save(path)
    return path


def is_the_mission(directory: Path) -> bool:
    made = {path: content.decode() for path, content in files_of(directory).items()}
    notes = made.pop("CLEANING.md") and made.pop("MANIFEST.json")
    assert made == MISSION
    return bool(notes)


def mission_files(folder: Path, kind: str) -> tuple[Path, Path]:
    """The mission's customers as `kind` of file, with their recipe."""
    file, recipe = written(folder, {"customers.csv": MISSION_CUSTOMERS, "recipe.yml": MISSION_RECIPE})
    if kind == "csv":
        return file, recipe
    recipe.write_text(MISSION_RECIPE.replace("  customers:\n", "  Customers:\n"))
    return workbook(folder / "messy_customers.xlsx", "Customers", MISSION_CUSTOMERS), recipe


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_missions_own_example_without_a_database(kind: str, tmp_path: Path) -> None:
    file, recipe = mission_files(tmp_path, kind)
    said = run("clean", file, recipe, "--output", tmp_path / "out", "--json", DATABASE_URL=NOWHERE)
    assert said.json["sheets"][0]["rows_out"] == 2
    assert said.err == ""
    assert is_the_mission(tmp_path / "out")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_missions_own_example_through_the_portal(kind: str, tmp_path: Path) -> None:
    file, recipe = mission_files(tmp_path, kind)
    assert here("import_file", file, "--dataset", "Move").status == 0
    assert here("recipe", "apply", "Move", recipe).status == 0
    assert here("export_odoo_migrate", "Move", "--output", tmp_path / "out").status == 0
    assert is_the_mission(tmp_path / "out")


# Recipes in every form


DESIGN = """\
recipe: 1
odoo_version: "18.0"
namespace: migr
country: GB
on_problem: reject             # rows that stay wrong: reject (data/rejected, the default) or stop
sheets:
  Clients:
    source: aggregated.xlsx        # only where two files have a sheet of this name
    header: [1]                    # only to override what was detected; source row numbers
    file: clients                  # data/raw/clients.csv
    rows: [drop_blank_rows]
    targets:
      res.partner: { id: "migr.partner.{Cust No.}", values: { is_company: "1" } }
    columns:
      Cust Name: { field: name, steps: [trim, { uppercase: { enabled: false } }] }
      E-mail Addr.: { field: email, steps: [empty_words, trim, lowercase] }
      "Ph #": { field: phone, steps: [{ phone_normalize: { country: GB } }] }
      Pay Terms: { field: property_payment_term_id/id, steps: [trim], lookup: terms }
      Town: { steps: [title_case] }                    # cleaned and kept in data/raw, mapped to nothing
  Stock:
    targets:
      product.product: { id: "migr.product.{SKU}" }
    columns:
      SKU: { field: default_code }
      Item: { field: name }
      Group: { field: categ_id/id, lookup: group, separator: "" }
  Orders:
    targets:                       # several targets: fields stand under each
      sale.order: { id: "migr.order.{Order No}", fields: { partner_id/id: { source: Client, ref: res.partner }, date_order: { source: Order Date } } }
      sale.order.line: { id: "migr.order_line.{Order No}.{Order No #}", fields: { order_id/id: { source: Order No, ref: sale.order }, product_id/id: { source: SKU, ref: product.product }, product_uom_qty: { source: Qty } } }
    columns:
      Order Date: { steps: [{ parse_date: { order: dmy } }] }
  Lists: { skip: true }
lookups:
  group: { model: product.category, create: true }
  terms: { model: account.payment.term, create: false, entries: { "Net 30": account.account_payment_term_30days, "30 days": account.account_payment_term_30days, 30d: account.account_payment_term_30days } }
"""  # noqa: E501  (the form of the design, to the letter)


@pytest.mark.django_db(transaction=True)
def test_a_recipe_in_every_form_of_the_design(tmp_path: Path) -> None:
    (recipe,) = written(tmp_path, {"recipe.yml": DESIGN})
    source = SAMPLES / "aggregated.xlsx"
    said = here("clean", source, recipe, "--output", tmp_path / "out", "--json").json
    assert [sheet["sheet"] for sheet in said["sheets"]] == ["Clients", "Stock", "Orders"]
    made = files_of(tmp_path / "out")
    assert {"data/raw/clients.csv", "data/raw/stock.csv", "data/raw/orders.csv"} <= set(made)
    orders = list(csv.DictReader(io.StringIO(made["data/raw/orders.csv"].decode())))
    assert [row["Order No #"] for row in orders if row["Order No"] == "SO00002"] == ["1", "2", "3"]
    line = made["config/mappings/sale.order.line.yml"].decode()
    assert 'id: "migr.order_line.{Order No}.{Order No #}"' in line
    assert '  order_id/id: { source: "Order No", ref: sale.order }' in line
    terms = made["config/lookups/terms.csv"].decode()
    assert "Net 30,account.account_payment_term_30days\n" in terms
    client = made["config/mappings/res.partner.yml"].decode()
    assert '  name: { source: "Cust Name" }  # trim: ' in client  # a step that is switched off is not told
    assert client.endswith('  is_company: { value: "1" }\n')
    assert_the_portal_agrees(source, recipe, tmp_path)


def assert_the_portal_agrees(source: Path, recipe: Path, folder: Path) -> None:
    assert here("import_file", source, "--dataset", "Move").status == 0
    assert here("recipe", "apply", "Move", recipe).status == 0
    assert here("export_odoo_migrate", "Move", "--output", folder / "portal").status == 0
    assert files_of(folder / "portal") == files_of(folder / "out")
    (dumped,) = written(folder, {"dumped.yml": here("recipe", "dump", "Move").out})
    assert here("clean", source, dumped, "--output", folder / "again").status == 0
    assert files_of(folder / "again") == files_of(folder / "out")


TWO_TITLES = "Report,,\nCode,Name,Town\nNo,Full,City\nA1,Acme,Gent\nA2,Beta,Lier\n"
KEYS = """\
recipe: 1
sheets:
  table:
    {where}
    targets: {{ res.partner: {{ id: "migr.partner.{{{key}}}" }} }}
    columns: {{ {name}: {{ field: name }} }}
"""


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("where", "titles", "rows"),
    [
        ("header: [2]", ["Code", "Name"], 3),
        ("header: [3]", ["No", "Full"], 2),
        ("header: [2, 3]", ["Code No", "Name Full"], 2),
        ("rows: [{ promote_header: { rows: [3] } }]", ["No", "Full"], 2),
        ("rows: [{ promote_header: { rows: [2, 3] } }]", ["Code No", "Name Full"], 2),
    ],
)
def test_the_title_rows_are_the_recipes_to_choose(where: str, titles: list[str], rows: int, tmp_path: Path) -> None:
    text = KEYS.format(where=where, key=titles[0], name=titles[1])
    source, recipe = written(tmp_path, {"table.csv": TWO_TITLES, "recipe.yml": text})
    said = here("clean", source, recipe, "--output", tmp_path / "out", "--json").json
    assert (said["sheets"][0]["rows_in"], said["sheets"][0]["rows_out"]) == (rows, rows)
    assert_the_portal_agrees(source, recipe, tmp_path)


@pytest.mark.django_db(transaction=True)
def test_title_rows_that_were_taken_back_are_found_anew(tmp_path: Path) -> None:
    text = KEYS.format(where="header: [3]", key="No", name="Full")
    other_text = "recipe: 1\nsheets: { table: {} }\n"
    source, recipe, other = written(tmp_path, {"table.csv": TWO_TITLES, "recipe.yml": text, "other.yml": other_text})
    found = here("import_file", source, "--dataset", "Move", "--json").json["sheets"][0]["header_rows"]
    assert here("recipe", "apply", "Move", recipe, "--json").json["read_again"] == ["table"]
    assert here("recipe", "apply", "Move", other, "--json").json["read_again"] == ["table"]

    assert Sheet.objects.get().header_rows == found
