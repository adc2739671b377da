"""Findings about the sheet, about keys and references, and the fixes that go with findings."""

import pytest

from engine.detectors import DETECTORS
from engine.detectors.target_findings import find_orphans
from engine.profile.sheet_profiler import profile_sheet
from engine.readers import open_source
from engine.sheets.table_shape import find_table
from engine.sheets.working_file import write_working_file
from engine.steps import COLUMN_STEPS, ROW_STEPS, build
from tests.converted_columns import convert
from tests.small_profiles import TODAY, column, finding, messages, profiled
from tests.small_working_files import working_file


def test_empty_total_and_footer_rows(tmp_path):
    columns = {
        "Customer": ["Acme", "", "Beta", "Total", "", "Printed on page 1"],
        "City": ["Boston", " ", "Rome", "", "", ""],
        "Open": ["10.5", "", "20", "30.5", "", ""],
    }
    profile = profiled(tmp_path, columns)
    empty, totals, notes = (finding(profile, slug) for slug in ("empty_rows", "total_rows", "footer_rows"))
    assert (empty.message, empty.rows, empty.fix.step, empty.safe) == (
        "2 rows are empty",
        [3, 6],
        "drop_blank_rows",
        True,
    )
    assert (totals.message, totals.rows, totals.safe) == ("1 row looks like a total", [5], False)
    assert (totals.fix.step, totals.examples) == ("drop_total_rows", ["Total"])
    assert (notes.message, notes.rows) == ("1 row below the table looks like a note", [7])


def test_a_column_without_a_title_is_named_by_its_number(tmp_path):
    (tmp_path / "table.csv").write_text("Name,,City\nAcme,x,Boston\nBeta,y,Rome\n")
    with open_source(tmp_path / "table.csv", "table.csv") as source:
        raw = source.sheets[0]
        working = write_working_file(raw, find_table(raw, (1,)), tmp_path / "table.arrow")
    profile = profile_sheet(working, DETECTORS, today=TODAY)
    assert messages(profile)["untitled_column"] == "Column 2 has data but no title"


def test_rows_that_are_no_data_are_left_out_of_the_figures(tmp_path):
    profile = profiled(tmp_path, {"Customer": ["Acme", "Beta", "Grand total"], "Open": ["10.5", "20", "30.5"]})
    facts = column(profile, "Open")
    assert (profile.rows, facts.filled, facts.maximum, facts.extra["sum"]) == (3, 2, "20", "30.5")
    assert column(profile, "Customer").top == [("Acme", 1), ("Beta", 1)]


def test_columns_filled_once_per_group(tmp_path):
    columns = {
        "Customer No.": ["10000", "", "10007", "10014", "", ""],
        "Name": ["Acme", "", "Beta", "Gamma", "", ""],
        "Invoice": ["R1", "R2", "R3", "R4", "R5", "R6"],
    }
    found = finding(profiled(tmp_path, columns), "sparse_groups")
    assert found.message == "Customer No. and Name are filled only in the first row of each group"
    assert (found.count, found.rows) == (3, [3, 6, 7])
    assert (found.fix.step, found.fix.params, found.safe) == ("fill_down", {"columns": ["Customer No.", "Name"]}, False)


@pytest.mark.parametrize(
    "parents",
    [
        ["", "A1", "", "A2", "", ""],  # begins with an empty cell
        ["A1", "", "A1", "", "A2", ""],  # comes back: a reference
    ],
)
def test_references_are_no_groups(tmp_path, parents):
    columns = {"Parent": parents, "Name": ["a", "b", "c", "d", "e", "f"]}
    assert finding(profiled(tmp_path, columns), "sparse_groups") is None


def test_likely_duplicates(tmp_path):
    columns = {
        "Code": ["C1", "C2", "C3", "C4", "C5", "C6"],
        "Name": ["Acme", "Beta", "ACME ", "Acme", "Gamma", "Delta"],
        "Email": ["a@x.com", "b@x.com", "A@x.com", "z@x.com", "", ""],
    }
    found = finding(profiled(tmp_path, columns), "duplicates")
    assert found.message == "1 likely duplicate"
    assert (found.count, found.rows, found.examples) == (1, [2, 4], ["Acme · a@x.com", "ACME · A@x.com"])
    assert (found.fix.step, found.fix.params, found.safe) == ("drop_duplicates", {"keys": ["Name", "Email"]}, False)


def test_rows_that_are_equal_throughout(tmp_path):
    columns = {"SKU": ["A1", "A2", "A1", "A1"], "Qty": ["1", "2", "1", "3"]}
    found = finding(profiled(tmp_path, columns), "duplicates")
    assert (found.count, found.rows, found.fix.params) == (1, [2, 4], {})


def test_a_list_of_orders_is_no_list_of_duplicates(tmp_path):
    columns = {"Order": [f"SO{n}" for n in range(20)], "Name": ["Acme"] * 20, "Email": ["a@x.com"] * 20}
    assert finding(profiled(tmp_path, columns), "duplicates") is None


def test_codes_that_repeat(tmp_path):
    cells = [f"C{number:03}" for number in range(100)] + ["C001", "C002", "C002"]
    found = finding(profiled(tmp_path, {"Customer Code": cells}), "repeats")
    assert found.message == "Customer Code repeats 3 times"
    assert (found.count, found.rows, found.severity) == (3, [3, 4, 102, 103, 104], "problem")
    assert found.examples == ["C001", "C002"]


def test_a_code_that_repeats_once(tmp_path):
    cells = [f"C{number:03}" for number in range(50)] + ["C001"]
    assert finding(profiled(tmp_path, {"Art.-Nr.": cells}), "repeats").message == "Art.-Nr. repeats once"


def test_references_may_repeat(tmp_path):
    assert finding(profiled(tmp_path, {"Client": ["C1", "C2", "C1", "C3"] * 5}), "repeats") is None


def test_rows_without_a_name(tmp_path):
    columns = {"Code": [f"C{n}" for n in range(20)], "Company Name": ["Acme"] * 18 + ["", " "]}
    found = finding(profiled(tmp_path, columns), "missing")
    assert found.message == "2 rows have no name"
    assert (found.rows, found.examples, found.severity) == ([20, 21], [], "problem")


def test_barcodes(tmp_path):
    cells = ["4006381333931", "4006381333932", "036000291452", "12345", "", "4006381333931"]
    found = finding(profiled(tmp_path, {"EAN": cells}), "barcode_check_digits")
    assert found.message == "2 barcodes have a wrong check digit or length"
    assert found.rows == [3, 5]


def test_vat_numbers(tmp_path):
    cells = ["BE0477472701", "be 477 472 701", "BE0477472702", "n/a", ""]
    profile = profiled(tmp_path, {"VAT #": cells}, country="BE")
    assert finding(profile, "vat_check_digits").message == "VAT check digits fail in 1 cell"
    assert finding(profile, "vat_check_digits").rows == [4]
    forms = finding(profile, "vat_forms")
    assert (forms.rows, forms.fix.step, forms.safe) == ([3], "vat_clean", True)


def test_references_that_lead_nowhere(tmp_path):
    folder = tmp_path / "parents"
    folder.mkdir()
    clients = working_file(folder, ["Cust No.", "Name"], [["C-1", "Acme"], ["C-2 ", "Beta"]])
    orders = working_file(
        tmp_path, ["No", "Client"], [["1", "C-1"], ["2", "C-9"], ["3", ""], ["4", " C-2"], ["5", "C-9"]]
    )
    found = find_orphans(orders, "Client", clients, "Cust No.", children=("order", "orders"), parents="customers")
    assert found.message == "2 orders refer to customers that are nowhere"
    assert (found.count, found.rows, found.examples, found.severity) == (2, [3, 6], ["C-9"], "problem")
    assert find_orphans(clients, "Cust No.", clients, "Cust No.") is None


# --- fixes

MESSY = {
    "Company": ["  Acme Corp", "Beta  Ltd", "Ga\u200bmma", "Smith &amp; Co", "DELTA HOLDING", "schÃ¶n", "<b>Eta</b>",
                "Theta\u00a0AG"],
    "Group": ["Möbel", "möbel", "MÖBEL", "Küche", "Küche", "Küche", "N/A", "-"],
    "Email": ["Info@Acme.Com", "a@b.com, c@d.com", "mailto:x@y.com", " x@y.org", "bad", "n/a", "q@r.com", ""],
    "Phone": ["(415) 555-2671 x204", "415.555.2672", "+14155552673", "4155552674.0", "555-1234", "", "415-555-2675",
              "12"],
    "Country": ["USA", "US", "United States", "us", "U.S.A.", "USA", "US", ""],
    "State": ["CA", "California", "Calif.", "NY", "TX", "FL", "WA", ""],
    "ZIP": ["02134", "2134", "10001", "100011234", "60601", "33101", "98101", ""],
    "Website": ["www.a.com", "HTTPS://B.com", "http://c.com", "d.com", "http://e.com", "", "www.f.com", "www.g.com"],
    "Credit": ["$1,000.00", "500.00 USD", "(3.50)", "12", "", "7", "8", "9"],
    "Discount": ["5%", "10 %", "5", "0", "", "1", "2", "3"],
    "Since": ["12/06/2015", "04/22/2021", "2019-11-12", "13-Nov-2022", "44197", "", "05/23/2020", "06/24/2020"],
    "Active": ["yes", "No", "TRUE", "1", "0", "", "Y", "N"],
    "Tags": ["VIP;Retail", "VIP, Retail", "Retail", "VIP; Retail", "VIP", "", "VIP;Retail", "Retail;VIP"],
    "EAN": ["4006381333931", "4.00638E+12", "4006381333931", "4006381333931", "4006381333931", "", "", ""],
    "VAT no": ["BE0477472701", "be 477 472 701", "BE0477472702", "", "", "", "", ""],
    "Contact name": ["Smith, John", "Ann Lee", "Doe, Jane", "", "", "", "", ""],
}  # fmt: skip


def fixes(tmp_path):
    return [found for found in profiled(tmp_path, MESSY).findings if found.fix]


def test_every_fix_is_a_step_with_parameters_that_it_takes(tmp_path):
    found = fixes(tmp_path)
    assert len({one.fix.step for one in found}) >= 20
    for one in found:
        step = build(one.fix.step, one.fix.params)
        assert one.fix.step in (COLUMN_STEPS if one.column else ROW_STEPS)
        assert step.safe or not one.safe or one.fix.step == "country_to_iso", one


def test_a_fix_changes_something_and_breaks_nothing(tmp_path):
    for one in fixes(tmp_path):
        if one.column:
            cells = MESSY[one.column]
            after = convert(build(one.fix.step, one.fix.params), cells)
            assert after.values != cells or after.could_not, one
            if one.safe:
                assert not after.could_not or one.slug in PARTLY, one


# Of these the step says besides what it could not read; the cells stay as they are.
PARTLY = {"several_emails", "vat_forms", "postal_code_forms"}

SAME = ("spaces", "invisible", "scrambled", "web_codes", "web_tags", "country_spellings",
        "phone_formats", "web_addresses", "empty_words", "vat_forms", "lost_zeros",
        "list_separators", "spelling")  # fmt: skip


@pytest.mark.parametrize("slug", SAME)
def test_the_count_is_what_the_step_changes(tmp_path, slug):
    found = [one for one in fixes(tmp_path) if one.slug == slug]
    assert found
    for one in found:
        cells = MESSY[one.column]
        after = convert(build(one.fix.step, one.fix.params), cells).values
        changed = [row for row, (before, text) in enumerate(zip(cells, after, strict=True), start=2) if before != text]
        assert changed == one.rows, one


JARGON = ("null", "regex", "dtype", "schema", "parse", "boolean", "string", "entity", "nan")


def test_messages_are_plain_sentences(tmp_path):
    for slug, message in messages(profiled(tmp_path, MESSY)).items():
        assert message[0].isupper() or message[0].isdigit() or message[0] == "'", slug
        assert not message.endswith("."), slug
        assert not any(word in message.lower().split() for word in JARGON), message
