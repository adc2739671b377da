"""Bundles: the mission's example to the letter, what every file holds, and that nothing half-made stays."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.bundle import OutputRefused, ProblemsFound, build, clean_files, read_sheets, unpack
from engine.bundle.cleaned_lines import csv_lines, text_of
from engine.recipe import RecipeError, load
from odoo_migrate.project import csv_text, project_reader
from tests.small_bundles import MISSION_CUSTOMERS, MISSION_RECIPE, Migration, files_of, sums_up

MISSION_FILES = {
    "data/raw/customers.csv": (
        "Company Name,Customer Code,Email,Phone,Tags\n"
        "Acme Corp,ACME001,info@acme.com,+15551234567,VIP;Wholesale\n"
        "Beta Inc,BETA002,contact@beta.com,+15559876543,VIP\n"
    ),
    "config/mappings/res.partner.yml": (
        "model: res.partner\n"
        'id: "migr.partner.{Customer Code}"\n'
        "fields:\n"
        '  name: { source: "Company Name" }  # trim: 1 of 2 changed\n'
        '  ref: { source: "Customer Code" }\n'
        '  email: { source: "Email" }  # trim, lowercase: 2 of 2 changed\n'
        '  phone: { source: "Phone" }  # phone_normalize: 2 of 2 changed\n'
        '  category_id/id: { source: "Tags", lookup: tag, separator: ";" }\n'
    ),
    "config/lookups/tag.csv": "source_key,external_id\nVIP,migr.tag.VIP\nWholesale,migr.tag.Wholesale\n",
    "data/raw/tag.csv": "Name\nVIP\nWholesale\n",
    "config/mappings/res.partner.category.yml": (
        'model: res.partner.category\nid: "migr.tag.{Name}"\nfields:\n  name: { source: "Name" }\n'
    ),
    "config/ids.yml": (
        "default_namespace: migr\n"
        "patterns:\n"
        '  res.partner: "migr.partner.{Customer Code}"\n'
        '  res.partner.category: "migr.tag.{Name}"\n'
    ),
    "config/project.yml": (
        "format: 1\n"
        "namespace: migr\n"
        'odoo_version: "18.0"\n'
        "timezone: Europe/Brussels\n"
        "company: null\n"
        "sources:\n"
        "  customers.csv: [res.partner]\n"
        "  tag.csv: [res.partner.category]\n"
        "load_order: [res.partner.category, res.partner]\n"
    ),
}


def test_the_missions_example_comes_out_to_the_letter(tmp_path: Path) -> None:
    migration = Migration(tmp_path, MISSION_RECIPE, {"customers.csv": MISSION_CUSTOMERS})
    report = migration.clean()
    written = {path: data.decode() for path, data in files_of(migration.output).items()}
    assert {path: written.get(path) for path in MISSION_FILES} == MISSION_FILES
    assert set(written) == {*MISSION_FILES, "CLEANING.md", "MANIFEST.json"}
    assert [path for path, _ in report.files] == sorted(written)
    assert dict(report.files)["data/raw/customers.csv"] == 2


def test_the_missions_example_comes_out_of_the_workbook_too(tmp_path: Path) -> None:
    recipe = MISSION_RECIPE.replace("  customers:\n", "  Customers:\n").replace("      Email:", "      Email Address:")
    workbook = Path(__file__).parents[1] / "samples" / "messy_customers.xlsx"
    output = tmp_path / "out"
    clean_files([workbook], load(recipe), output)
    written = {path: data.decode() for path, data in files_of(output).items()}
    same = {"config/ids.yml", "config/project.yml", "config/mappings/res.partner.category.yml"}
    assert {path: written[path] for path in same} == {path: MISSION_FILES[path] for path in same}
    assert written["config/mappings/res.partner.yml"] == (
        "model: res.partner\n"
        'id: "migr.partner.{Customer Code}"\n'
        "fields:\n"
        '  name: { source: "Company Name" }  # trim: 14 of 120 changed\n'
        '  ref: { source: "Customer Code" }\n'
        '  email: { source: "Email Address" }  # trim, lowercase: 83 of 120 changed\n'
        '  phone: { source: "Phone" }  # phone_normalize: 12 of 120 changed\n'
        '  category_id/id: { source: "Tags", lookup: tag, separator: ";" }\n'
    )
    titles, acme, *_ = written["data/raw/customers.csv"].splitlines()
    assert titles.startswith("Company Name,Customer Code,Email Address,Phone,Street,City,State,")
    assert acme.startswith("Acme Corp,ACME001,info@acme.com,+15551234567,")
    assert "Net 30,migr.tag.Net_30\n" in written["config/lookups/tag.csv"]


def test_the_loader_reads_what_was_written(tmp_path: Path) -> None:
    migration = Migration(tmp_path, MISSION_RECIPE, {"customers.csv": MISSION_CUSTOMERS})
    migration.clean()
    found = project_reader.read_project(migration.output)
    assert list(found.mappings) == ["res.partner.category", "res.partner"]
    assert found.lookup("tag") == {"VIP": "migr.tag.VIP", "Wholesale": "migr.tag.Wholesale"}
    assert list(project_reader.changed_files(migration.output)) == []
    manifest = project_reader.read_manifest(migration.output / "MANIFEST.json")
    assert {one.path: one.rows for one in manifest.files}["data/raw/tag.csv"] == 2
    assert [(one.name, len(one.sha256)) for one in manifest.sources] == [("customers.csv", 64)]


def test_cleaning_is_told_in_words(tmp_path: Path) -> None:
    migration = Migration(tmp_path, MISSION_RECIPE, {"customers.csv": MISSION_CUSTOMERS})
    migration.clean()
    text = migration.text("CLEANING.md")
    assert "| in the sheet | 2 |" in text
    assert "| **exported** | **2** |" in text
    assert "| Email | trim (1), lowercase (2) | 2 | 0 |" in text


SHOP = {
    "clients.csv": (
        "Code,Name,Boss,Country,State\nC1,Acme,,US,US-CA\nC2,Beta,C1,germany,\nC3,Gamma,C9,US,\nC4,Delta,C3,,\n"
    ),
    "stock.csv": "SKU,Item,Group\nA,Bolt,All\nB,Nut,Tools & More\n",
    "orders.csv": (
        "Order No,Date,Client,SKU,Qty\n"
        "S1,2026-01-01,C1,A,1\nS1,2026-01-01,C1,B,2\nS2,2026-01-02,C3,A,1\n"
        "S3,2026-01-03,C2,A,x\nS3,2026-01-03,C2,B,2\nS4,2026-01-04,C1,A,2\nS4,2026-01-05,C1,B,2\n"
    ),
}
SHOP_RECIPE = """\
recipe: 1
sheets:
  clients:
    targets: { res.partner: { id: "migr.partner.{Code}", values: { is_company: "1" } } }
    columns:
      Name: { field: name }
      Boss: { field: parent_id/id, ref: res.partner }
      Country: { field: country_id/id }
      State: { field: state_id/id }
  orders:
    targets:
      sale.order:
        id: "migr.order.{Order No}"
        fields: { partner_id/id: { source: Client, ref: res.partner }, date_order: { source: Date } }
      sale.order.line:
        id: "migr.order_line.{Order No}.{Order No #}"
        fields:
          order_id/id: { source: Order No, ref: sale.order }
          product_id/id: { source: SKU, ref: product.product }
          product_uom_qty: { source: Qty }
  stock:
    targets: { product.product: { id: "migr.product.{SKU}" } }
    columns:
      Item: { field: name }
      Group: { field: categ_id/id, lookup: group }
lookups:
  group: { model: product.category, create: true, entries: { All: product.product_category_all } }
"""


@pytest.fixture
def shop(tmp_path: Path) -> Migration:
    return Migration(tmp_path, SHOP_RECIPE, SHOP)


def test_one_sheet_fills_several_models(shop: Migration) -> None:
    report = shop.clean()
    assert shop.text("data/raw/orders.csv") == (
        "Order No,Order No #,Date,Client,SKU,Qty\n"
        "S1,1,2026-01-01,C1,A,1\nS1,2,2026-01-01,C1,B,2\nS3,2,2026-01-03,C2,B,2\n"
    )
    settings = project_reader.read_project(shop.output).settings
    assert settings.sources["orders.csv"] == ("sale.order", "sale.order.line")
    order = settings.load_order
    assert order.index("res.partner") < order.index("sale.order") < order.index("sale.order.line")
    assert order.index("product.category") < order.index("product.product") < order.index("sale.order.line")
    assert sums_up(report)


def test_rows_held_back_take_along_what_refers_to_them(shop: Migration) -> None:
    shop.clean()
    clients = {row["Code"]: row["Reason"] for row in shop.rows("data/rejected/clients.csv")}
    assert clients["C3"] == "'Boss' ('C9') leads nowhere: there is no such Contact"
    assert clients["C4"] == "'Boss' ('C3'): its Contact is held back"
    orders = [(row["Source row"], row["Order No"]) for row in shop.rows("data/rejected/orders.csv")]
    assert orders == [("4", "S2"), ("5", "S3"), ("7", "S4"), ("8", "S4")]


def test_rows_of_one_record_that_disagree_are_a_reported_conflict(shop: Migration) -> None:
    (conflict,) = shop.problems("conflict")
    assert (conflict.sheet, conflict.model, conflict.column) == ("orders", "sale.order", "Order No")
    assert (conflict.count, conflict.rows, conflict.examples) == (2, (7, 8), ("S4",))


def test_an_order_that_goes_in_part_is_told(shop: Migration) -> None:
    (told,) = shop.problems("in_part")
    assert told.severity == "warning"
    assert told.examples == ("S3",)


def test_lookups_hold_the_keys_that_occur(shop: Migration) -> None:
    shop.clean()
    assert shop.text("config/lookups/countries.csv") == "source_key,external_id\nUS,base.us\ngermany,base.de\n"
    assert shop.text("config/lookups/states.csv") == "source_key,external_id\nUS-CA,base.state_us_5\n"
    assert shop.text("config/lookups/group.csv") == (
        "source_key,external_id\nAll,product.product_category_all\nTools & More,migr.group.Tools_More\n"
    )
    assert shop.text("data/raw/group.csv") == "Name\nTools & More\n"


def test_constants_follow_the_columns(shop: Migration) -> None:
    shop.clean()
    assert shop.text("config/mappings/res.partner.yml").endswith('  is_company: { value: "1" }\n')


def test_rows_held_back_can_be_corrected_and_uploaded_again(shop: Migration, tmp_path: Path) -> None:
    shop.clean()
    text = shop.text("data/rejected/orders.csv").replace(",x\n", ",7\n").replace(",C3,", ",C1,")
    text = text.replace("2026-01-05", "2026-01-04")
    again = Migration(tmp_path / "again", SHOP_RECIPE, {**SHOP, "orders.csv": text})
    report = again.clean()
    assert again.text("data/raw/orders.csv") == (
        "Order No,Order No #,Date,Client,SKU,Qty\n"
        "S2,1,2026-01-02,C1,A,1\nS3,1,2026-01-03,C2,A,7\nS4,1,2026-01-04,C1,A,2\nS4,2,2026-01-04,C1,B,2\n"
    )
    assert {one.sheet: one.rejected for one in report.sheets}["orders"] == 0


def test_an_empty_cell_that_was_filled_is_held_back_filled(tmp_path: Path) -> None:
    recipe = """\
recipe: 1
sheets:
  items:
    rows: [{ fill_down: { columns: [Customer] } }]
    targets: { res.partner: { id: "migr.p.{Customer}.{No}" } }
    columns: { Customer: { field: name }, Amount: { field: color } }
"""
    migration = Migration(tmp_path, recipe, {"items.csv": "Customer,No,Amount\nAcme,1,5\n,2,x\n"})
    migration.clean()
    assert migration.text("data/rejected/items.csv") == (
        "Source row,Reason,Customer,No,Amount\n3,'Amount' ('x') is not a whole number such as 12,Acme,2,x\n"
    )


def test_stop_writes_nothing(tmp_path: Path) -> None:
    migration = Migration(tmp_path, SHOP_RECIPE.replace("recipe: 1", "recipe: 1\non_problem: stop"), SHOP)
    with pytest.raises(ProblemsFound, match="Nothing was exported") as caught:
        migration.clean()
    assert {"reference_nowhere", "not_a_number", "conflict"} <= {problem.kind for problem in caught.value.problems}
    assert [path.name for path in tmp_path.iterdir()] == ["files"]


def test_a_strict_export_of_what_is_not_ready_writes_nothing(tmp_path: Path) -> None:
    migration = Migration(tmp_path, SHOP_RECIPE.replace("{SKU}", "{Sku}"), SHOP)
    with pytest.raises(ProblemsFound, match=r"stock: The ID pattern .* has no column 'Sku'; did you mean 'SKU'"):
        migration.clean(strict=True)
    assert [path.name for path in tmp_path.iterdir()] == ["files"]


TWO = {"eu.csv": "Code,Name\nA,Acme\n", "us.csv": "Code,Name\nB,Beta\n"}
TWO_RECIPE = """\
recipe: 1
sheets:
  eu:
    targets: { res.partner: { id: "migr.partner.{Code}" } }
    columns: { Name: { field: name } }
  us:
    targets: { res.partner: { id: "migr.partner.{Code}" } }
    columns: { Name: { field: name } }
"""


def test_a_second_sheet_of_a_model_has_a_mapping_of_its_own(tmp_path: Path) -> None:
    migration = Migration(tmp_path, TWO_RECIPE, TWO)
    migration.clean()
    found = project_reader.read_project(migration.output)
    assert {name: one.model for name, one in found.mappings.items()} == {
        "res.partner": "res.partner",
        "res.partner.us": "res.partner",
    }
    assert found.raw_file("res.partner.us").name == "us.csv"


def test_one_id_for_different_records_of_two_sheets_keeps_the_second_out(tmp_path: Path) -> None:
    clash = {"eu.csv": "Code,Name\nR&D,Acme\n", "us.csv": "Code,Name\nR D,Beta\n"}
    (problem,) = Migration(tmp_path, TWO_RECIPE, clash).problems("ids_shared")
    assert (problem.severity, problem.mapping) == ("left_out", "res.partner.us")


def test_one_record_in_two_sheets_is_told(tmp_path: Path) -> None:
    same = {"eu.csv": "Code,Name\nA,Acme\n", "us.csv": "Code,Name\nA,Acme\n"}
    (problem,) = Migration(tmp_path, TWO_RECIPE, same).problems("record_twice")
    assert problem.severity == "warning"


KEYLESS_RECIPE = """\
recipe: 1
sheets:
  people:
    targets: { res.partner: { id: "migr.partner.{Migration Key}", key: [Name, Mail] } }
    columns: { Name: { field: name }, Mail: { field: email }, Phone: { field: phone } }
"""


def test_a_key_is_made_of_the_columns_that_the_user_names(tmp_path: Path) -> None:
    people = "Name,Mail,Phone\nAnn,a@x.org,1\nAnn,,2\nBob,b@x.org,3\nBob,b@x.org,4\n,,5\n"
    migration = Migration(tmp_path, KEYLESS_RECIPE, {"people.csv": people})
    migration.clean()
    assert migration.text("data/raw/people.csv") == (
        "Name,Mail,Phone,Migration Key\nAnn,a@x.org,1,Ann | a@x.org\nAnn,,2,Ann\n"
    )
    reasons = [row["Reason"] for row in migration.rows("data/rejected/people.csv")]
    assert reasons[0] == "'Migration Key' ('Bob | b@x.org') is repeated with different values"
    assert "'Name', 'Mail' are all empty, so the record has no ID" in reasons[2]
    assert list(migration.rows("data/rejected/people.csv")[0]) == ["Source row", "Reason", "Name", "Mail", "Phone"]


def test_name_and_email_make_the_key_where_the_user_names_none(tmp_path: Path) -> None:
    recipe = KEYLESS_RECIPE.replace(", key: [Name, Mail]", "")
    migration = Migration(tmp_path, recipe, {"people.csv": "Name,Mail,Phone\nAnn,a@x.org,1\n"})
    migration.clean()
    assert migration.rows("data/raw/people.csv")[0]["Migration Key"] == "Ann | a@x.org"


def test_a_key_without_a_pattern_gets_one(tmp_path: Path) -> None:
    recipe = KEYLESS_RECIPE.replace('id: "migr.partner.{Migration Key}", ', "")
    migration = Migration(tmp_path, recipe, {"people.csv": "Name,Mail,Phone\nAnn,a@x.org,1\n"})
    migration.clean()
    assert 'id: "migr.res_partner.{Migration Key}"' in migration.text("config/mappings/res.partner.yml")


def test_repeated_keys_that_agree_are_one_record(tmp_path: Path) -> None:
    recipe = KEYLESS_RECIPE.replace("Migration Key", "Name").replace(", key: [Name, Mail]", "")
    recipe = recipe.replace("Phone: { field: phone }", "Phone: { steps: [] }")
    people = "Name,Mail,Phone\nAnn,a@x.org,1\nAnn,a@x.org,2\n"
    migration = Migration(tmp_path, recipe, {"people.csv": people})
    migration.clean()
    assert migration.text("data/raw/people.csv") == people
    (told,) = migration.problems("key_repeats")
    assert (told.severity, told.count, told.examples) == ("warning", 2, ("Ann",))


def test_only_rows_that_meet_the_condition_are_records(tmp_path: Path) -> None:
    recipe = """\
recipe: 1
sheets:
  orders:
    targets:
      res.partner:
        id: "migr.partner.{Mail}"
        when: Mail
        fields: { name: { source: Who }, email: { source: Mail } }
      crm.lead: { id: "migr.lead.{No}", fields: { name: { source: No } } }
    columns: {}
"""
    orders = "No,Who,Mail\n1,Ann,a@x.org\n2,,\n3,,b@x.org\n"
    migration = Migration(tmp_path, recipe, {"orders.csv": orders})
    migration.clean()
    assert [row["No"] for row in migration.rows("data/raw/orders.csv")] == ["1", "2"]
    assert [row["Source row"] for row in migration.rows("data/rejected/orders.csv")] == ["4"]
    assert 'when: "Mail"' in migration.text("config/mappings/res.partner.yml")
    assert project_reader.read_project(migration.output).mappings["res.partner"].when == "Mail"


def test_two_sheets_of_one_name_get_files_of_their_own(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="no_such"):
        Migration(tmp_path, TWO_RECIPE.replace("  us:", "  no_such:"), TWO).clean()
    same = TWO_RECIPE.replace("  eu:", "  eu:\n    file: all").replace("  us:", "  us:\n    file: ALL")
    (problem,) = Migration(tmp_path, same, TWO).problems("file_name_twice")
    assert problem.severity == "blocking"


def test_a_finished_project_is_replaced_and_keeps_what_others_put_there(tmp_path: Path) -> None:
    migration = Migration(tmp_path, TWO_RECIPE, TWO)
    migration.clean()
    (migration.output / "runs").mkdir()
    (migration.output / "runs" / "order.txt").write_text("1")
    (migration.output / "data" / "raw" / "old.csv").write_text("x\n")
    migration.clean()
    assert migration.text("runs/order.txt") == "1"
    assert not (migration.output / "data" / "raw" / "old.csv").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["files", "out"]


def test_a_directory_of_other_things_is_left_alone(tmp_path: Path) -> None:
    migration = Migration(tmp_path, TWO_RECIPE, TWO)
    migration.output.mkdir()
    (migration.output / "letter.txt").write_text("dear")
    with pytest.raises(OutputRefused, match="no odoo-migrate project"):
        migration.clean()
    assert [path.name for path in migration.output.iterdir()] == ["letter.txt"]
    (migration.output / "letter.txt").unlink()
    migration.clean()
    with pytest.raises(OutputRefused, match="is a file"):
        clean_files(migration.files, migration.recipe, migration.files[0])


class Cancelled(Exception):
    pass


def cancelling_after(calls: int) -> Callable[[int, int], None]:
    left = iter(range(calls))

    def progress(done: int, total: int) -> None:
        if next(left, None) is None:
            raise Cancelled

    return progress


def test_cancelling_at_any_moment_leaves_nothing_behind(tmp_path: Path) -> None:
    recipe = load(TWO_RECIPE)
    files = Migration(tmp_path, TWO_RECIPE, TWO).files
    out = tmp_path / "bundle.zip"
    calls = []

    def count(done: int, total: int) -> None:
        calls.append((done, total))

    with read_sheets(files, recipe) as sheets:
        build(sheets, recipe, out, progress=count)
        former = out.read_bytes()
        assert calls[-1][0] >= calls[-1][1] - 1
        for stop in range(len(calls)):
            with pytest.raises(Cancelled):
                build(sheets, recipe, out, progress=cancelling_after(stop))
            assert sorted(path.name for path in tmp_path.iterdir()) == ["bundle.zip", "files"]
            assert out.read_bytes() == former


def test_the_zip_and_the_directory_hold_the_same(tmp_path: Path) -> None:
    migration = Migration(tmp_path, SHOP_RECIPE, SHOP)
    migration.clean()
    with read_sheets(migration.files, migration.recipe) as sheets:
        build(sheets, migration.recipe, tmp_path / "b.zip")
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        assert archive.namelist() == sorted(archive.namelist())
        assert {one.date_time for one in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert {name: archive.read(name) for name in archive.namelist()} == files_of(migration.output)
    unpack(tmp_path / "b.zip", tmp_path / "unpacked")
    assert files_of(tmp_path / "unpacked") == files_of(migration.output)


def test_a_bundle_that_names_a_file_outside_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("../evil.txt", "x")
    with pytest.raises(OutputRefused):
        unpack(tmp_path / "b.zip", tmp_path / "in" / "out")
    assert list(tmp_path.rglob("evil.txt")) == []


cells = st.text(st.characters(exclude_categories=["Cs"]), max_size=8) | st.sampled_from(['"', ",", "\r", "\n", "", " "])


@given(st.integers(1, 4).flatmap(lambda width: st.lists(st.tuples(*[cells] * width), min_size=1, max_size=6)))
def test_columns_are_written_as_the_format_says(rows: list[tuple[str, ...]]) -> None:
    columns = [pa.array(cells, pa.string()) for cells in zip(*rows, strict=True)]
    written = b"".join(bytes(text_of(lines)) for lines in csv_lines(columns)).decode()
    assert written == "".join(csv_text.line(row) for row in rows)
    assert written == b"".join(bytes(text_of(lines)) for lines in csv_lines([c[1:] for c in _longer(columns)])).decode()
    assert [tuple(csv_text.cells(csv_text.line(row))) for row in rows] == rows


def _longer(columns: list[pa.Array]) -> list[pa.Array]:
    """The columns with a row before the first: slices of such arrays must not show it."""
    return [pa.concat_arrays([pa.array(["before"]), column]) for column in columns]
