"""The six samples: what facts.json says about reading them comes out."""

import json
from pathlib import Path

import pytest

from engine.readers import open_source
from engine.sheets.row_kinds import row_kinds
from engine.sheets.table_shape import find_table
from engine.sheets.working_file import write_working_file
from tests.source_files import SAMPLES, rows_of

FACTS = {entry.get("file", "salesforce"): entry for entry in json.loads((SAMPLES / "facts.json").read_text())}


def opened(name: str):
    return open_source(SAMPLES / name, name)


@pytest.fixture
def working(tmp_path: Path):
    """sample -> working file of its first sheet."""

    def make(name: str):
        with opened(name) as source:
            sheet = source.sheets[0]
            return write_working_file(sheet, find_table(sheet), tmp_path / f"{name}.arrow")

    return make


def test_messy_customers_has_its_titles_on_the_first_row(working):
    facts = FACTS["messy_customers.xlsx"]
    found = working("messy_customers.xlsx")
    assert found.num_rows == facts["rows"]
    assert found.shape_notes["shape"]["header_rows"] == [facts["header_row"]]
    assert facts["key_column"] in found.titles


def test_accounting_has_two_rows_of_merged_titles_below_a_report_title(working):
    facts = FACTS["accounting_open_items.xlsx"]
    found = working("accounting_open_items.xlsx")
    shape = found.shape_notes["shape"]
    assert shape["header_rows"] == facts["header_rows"]
    assert shape["title_rows"] == [1, 2]
    assert shape["merged_titles"] == 3
    assert list(found.titles) == facts["headers"]


def test_accounting_rows_are_told_apart(working):
    facts = FACTS["accounting_open_items.xlsx"]
    [batch] = working("accounting_open_items.xlsx").batches()
    kinds = row_kinds(batch)
    assert kinds.data.sum() == facts["data_rows"]
    assert (kinds.total & ~kinds.grand).sum() == facts["subtotal_rows"]
    assert (kinds.grand.sum(), kinds.blank.sum(), kinds.footer.sum()) == (1, 1, 1)


def test_legacy_products_is_western_european_with_semicolons(working):
    facts = FACTS["legacy_products.csv"]
    found = working("legacy_products.csv")
    assert found.shape_notes["encoding"] == facts["encoding"]
    assert found.shape_notes["delimiter"] == facts["delimiter"]
    assert found.num_rows == facts["rows"]
    assert found.shape_notes["shape"]["repeated_titles"] == [facts["duplicate_header"]]
    assert found.titles[-1] == "Bezeichnung (2)"
    assert {len(code) for code in found.page(0, 300)["Art.-Nr."].to_pylist()} == {6}
    assert "Küche" in found.page(0, 5)["Warengruppe"].to_pylist()


def test_salesforce_streets_keep_their_line_breaks(working):
    facts = FACTS["salesforce"]
    accounts = working("salesforce_accounts.csv")
    assert accounts.num_rows == facts["accounts"]
    streets = accounts.page(0, 500)["BillingStreet"].to_pylist()
    assert sum("\n" in street for street in streets) == facts["multiline_streets"]
    assert accounts.titles[0] == "Id"  # without the byte order mark
    assert working("salesforce_contacts.csv").num_rows == facts["contacts"]


def test_quickbooks_has_a_report_title_and_a_footer(working):
    facts = FACTS["quickbooks_customers.xls"]
    found = working("quickbooks_customers.xls")
    [batch] = found.batches()
    kinds = row_kinds(batch)
    assert found.shape_notes["shape"]["header_rows"] == [facts["header_row"]]
    assert kinds.data.sum() == facts["rows"]
    assert kinds.footer.sum() == facts["footer_rows"]


def test_aggregated_has_a_hidden_sheet():
    facts = FACTS["aggregated.xlsx"]
    with opened("aggregated.xlsx") as source:
        assert [sheet.name for sheet in source.sheets if sheet.hidden] == facts["hidden_sheets"]
        rows = {sheet.name: sheet.num_rows - 1 for sheet in source.sheets if not sheet.hidden}
        assert rows == facts["sheets"]
        assert rows_of(source.sheets[2])[3][1] == "2025-09-19"
