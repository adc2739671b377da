"""The six samples: every figure of facts.json that a profile can show, and the profile as a whole."""

import json
from collections import Counter
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.detectors import DETECTORS
from engine.detectors.target_findings import find_orphans
from engine.profile.profile_results import KINDS, MAX_ROWS
from engine.profile.sheet_profiler import profile_sheet
from tests.small_profiles import TODAY, column, finding, messages, profiled, sample
from tests.small_working_files import SAMPLES, working_file


def facts(*names: str) -> dict:
    """What facts.json says of a file, or of several."""
    for known in json.loads((SAMPLES / "facts.json").read_text()):
        if set(names) == {known.get("file")} or list(names) == known.get("files"):
            return known
    raise LookupError(names)


def kinds(profile):
    return {one.title: one.kind for one in profile.columns}


def test_messy_customers(tmp_path):
    known = facts("messy_customers.xlsx")
    working, profile = sample(tmp_path, "messy_customers.xlsx")
    assert profile.rows == known["rows"] == column(profile, "Phone").filled
    assert list(working.shape_notes["shape"]["header_rows"]) == [known["header_row"]]
    assert column(profile, known["key_column"]).could_be_key
    spaces = finding(profile, "spaces", "Email Address")
    assert (spaces.message, spaces.count) == ("47 emails have spaces", known["emails_with_surrounding_spaces"])
    assert len(spaces.rows) == 47
    assert spaces.fix.step == "trim"
    formats = finding(profile, "phone_formats")
    assert (formats.message, formats.count) == ("12 phone numbers are in 3 formats", known["phones_not_e164"])
    others = set(column(profile, "Phone").extra["formats"]) - {"E.164"}
    assert len(others) == known["phone_formats_besides_e164"]
    assert finding(profile, "country_spellings").message == f"1 country is spelled {known['country_spellings']} ways"
    assert sorted(value for value, _ in column(profile, "Tags").extra["members"]) == known["tags"]
    assert finding(profile, "date_formats").fix.params == {"order": "mdy"}
    assert messages(profile).keys() >= {"numbers_as_text", "yes_no_words", "email_capitals"}


def test_kinds_of_messy_customers(tmp_path):
    _, profile = sample(tmp_path, "messy_customers.xlsx")
    assert kinds(profile) == {
        "Company Name": "text", "Customer Code": "code", "Email Address": "email", "Phone": "phone",
        "Street": "text", "City": "text", "State": "state", "Zip Code": "postal_code", "Country": "country",
        "Tags": "list", "Customer Since": "date", "Credit Limit": "money", "Active": "boolean", "Notes": "text",
    }  # fmt: skip


def test_accounting_open_items(tmp_path):
    known = facts("accounting_open_items.xlsx")
    working, profile = sample(tmp_path, "accounting_open_items.xlsx", country="DE")
    assert list(working.shape_notes["shape"]["header_rows"]) == known["header_rows"]
    assert list(working.titles) == known["headers"]
    assert finding(profile, "titles_on_rows").message == "Titles are spread over 2 rows"
    assert finding(profile, "titles_below").message.startswith("Your column titles are on rows 4 and 5; rows 1–3 look")
    assert finding(profile, "titles_below").fix.params == {"rows": ["4", "5"]}
    subtotals = f"{known['subtotal_rows']} subtotals and 1 grand total"
    assert finding(profile, "total_rows").message == f"15 rows look like totals: {subtotals}"
    assert finding(profile, "footer_rows").count == 1
    assert column(profile, "Invoice No.").filled == known["data_rows"]
    assert finding(profile, "sparse_groups").fix.params == {"columns": known["fill_down_columns"]}
    assert column(profile, "Amount Net").extra["sum"] == str(known["net_sum"])
    assert column(profile, "Amount Open").extra["sum"] == str(known["open_sum"])
    assert known["dates"] == "day first"
    assert column(profile, "Invoice Date").extra["order"] == "dmy"
    assert column(profile, "Invoice Due").minimum == "2025-02-19"


def test_legacy_products(tmp_path):
    known = facts("legacy_products.csv")
    working, profile = sample(tmp_path, "legacy_products.csv", country="DE")
    assert profile.rows == known["rows"]
    assert (working.shape_notes["encoding"], working.shape_notes["delimiter"]) == (
        known["encoding"],
        known["delimiter"],
    )
    repeats = finding(profile, "repeats", "Art.-Nr.")
    assert (repeats.count, repeats.message) == (known["repeated_codes"], "Art.-Nr. repeats 3 times")
    assert len(repeats.rows) == 6
    assert column(profile, "Art.-Nr.").patterns == [("999999", 300)]
    twice = finding(profile, "repeated_title")
    assert twice.message == f"'{known['duplicate_header']}' is the title of 2 columns"
    ean = column(profile, "EAN")
    assert (ean.min_length, ean.max_length, ean.patterns) == (13, 13, [("9" * known["ean_digits"], 300)])
    empty = finding(profile, "empty_words")
    assert sorted(empty.fix.params["words"]) == sorted(known["null_words"])
    assert empty.message == "'k.A.', 'N/A', 'n.a.' and '-' mean empty 202 times"
    assert column(profile, "VK-Preis").extra["sum"] == str(known["list_price_sum"])
    assert column(profile, "VK-Preis").extra["currencies"] == ["EUR"]
    assert finding(profile, "spelling", "Warengruppe").message.startswith("'Büro' is spelled 2 ways")


def test_salesforce(tmp_path):
    known = facts("salesforce_accounts.csv", "salesforce_contacts.csv")
    accounts, companies = sample(tmp_path, "salesforce_accounts.csv")
    contacts, people = sample(tmp_path, "salesforce_contacts.csv")
    assert (companies.rows, people.rows) == (known["accounts"], known["contacts"])
    assert column(companies, "ParentId").filled == known["accounts_with_parent"]
    assert finding(people, "invalid_emails").count == known["bad_emails"]
    assert finding(people, "phone_extensions").count == known["phones_with_extension"]
    assert finding(companies, "several_lines", "BillingStreet").count == known["multiline_streets"]
    lost = find_orphans(contacts, "AccountId", accounts, "Id", children=("contact", "contacts"), parents="accounts")
    assert lost.count == known["contacts_without_a_known_account"]
    assert lost.message == "7 contacts refer to accounts that are nowhere"
    assert find_orphans(accounts, "ParentId", accounts, "Id") is None
    assert finding(people, "last_first").message == "8 names are 'Last, First'"
    assert column(companies, "CreatedDate").kind == "datetime"


def test_quickbooks_customers(tmp_path):
    known = facts("quickbooks_customers.xls")
    working, profile = sample(tmp_path, "quickbooks_customers.xls")
    assert list(working.shape_notes["shape"]["header_rows"]) == [known["header_row"]]
    assert column(profile, "Customer full name").filled == known["rows"]
    assert finding(profile, "footer_rows").count == known["footer_rows"]
    assert finding(profile, "empty_rows").count == 1
    assert finding(profile, "several_phones").count == 23
    assert finding(profile, "several_emails").count == 9
    assert finding(profile, "invalid_emails") is None


def test_aggregated(tmp_path):
    known = facts("aggregated.xlsx")
    clients, found_clients = sample(tmp_path, "aggregated.xlsx", "Clients")
    stock, found_stock = sample(tmp_path, "aggregated.xlsx", "Stock")
    orders, found_orders = sample(tmp_path, "aggregated.xlsx", "Orders")
    rows = {"Clients": found_clients.rows, "Stock": found_stock.rows, "Orders": found_orders.rows}
    assert rows == known["sheets"]
    assert column(found_orders, "Order No").distinct == known["orders"]
    assert column(found_clients, "Ph #").extra["country"] == known["phone_region"]
    assert finding(found_clients, "phone_formats", "Ph #").fix.params == {"country": "GB"}
    assert known["dates"] == "day first"
    assert finding(found_orders, "date_formats").fix.params == {"order": "dmy"}
    lost = find_orphans(
        orders, "Client", clients, "Cust No.", children=("order line", "order lines"), parents="clients"
    )
    assert lost.examples == known["unknown_clients"]
    assert find_orphans(orders, "SKU", stock, "SKU") is None
    assert finding(found_orders, "percent_signs").message.startswith("Percentages are written in 3 ways")
    assert finding(found_clients, "empty_words").fix.params == {"words": ["n/a"]}
    assert column(found_stock, "SKU").top[0] == ("00001", 1)


def test_the_hidden_sheet_is_named(tmp_path):
    known = facts("aggregated.xlsx")
    for name in known["hidden_sheets"]:
        _, profile = sample(tmp_path, "aggregated.xlsx", name)
        assert finding(profile, "hidden_sheet").message == "A hidden sheet has data"


@pytest.mark.parametrize(
    ("name", "sheet"),
    [("messy_customers.xlsx", ""), ("accounting_open_items.xlsx", ""), ("legacy_products.csv", ""),
     ("salesforce_accounts.csv", ""), ("salesforce_contacts.csv", ""), ("quickbooks_customers.xls", ""),
     ("aggregated.xlsx", "Clients"), ("aggregated.xlsx", "Stock"), ("aggregated.xlsx", "Orders")],
)  # fmt: skip
def test_figures_of_the_samples_are_those_of_a_plain_loop(tmp_path, name, sheet):
    working, profile = sample(tmp_path, name, sheet)
    skipped = {
        row for one in profile.findings if one.slug in {"empty_rows", "total_rows", "footer_rows"} for row in one.rows
    }
    table = working.page(0, working.num_rows).to_pydict()
    for one in profile.columns:
        cells = [text for row, text in zip(table["__row__"], table[one.title], strict=True) if row not in skipped]
        filled = [text for text in cells if text.strip()]
        counts = Counter(filled)
        assert (one.filled, one.distinct) == (len(filled), len(counts))
        assert one.top == counts.most_common(10)
        assert one.max_length == max(map(len, filled), default=0)
        assert one.kind in KINDS
        assert sum(times for _, times in one.patterns) <= one.filled


def test_a_large_sheet_is_profiled_like_its_rows(tmp_path):
    rows = 70_000  # two batches
    columns = {
        "Code": [f"C{number:06}" for number in range(rows)],
        "Email": [f"a{number}@b.com" + " " * (number % 1000 == 0) for number in range(rows)],
        "City": [("Boston", "Rome", "Gent ")[number % 3] for number in range(rows)],
        "Remark": [f"so {'so ' * (number % 50)}{'x' * (number % 83)} {number}" for number in range(rows)],
    }
    columns["Code"][69_999] = "C000001"
    columns["Remark"][65_536] = " odd"
    profile = profiled(tmp_path, columns)
    assert [one.kind for one in profile.columns] == ["code", "email", "text", "text"]
    assert finding(profile, "spaces", "Email").count == 70
    assert finding(profile, "spaces", "City").count == rows // 3
    assert len(finding(profile, "spaces", "City").rows) == MAX_ROWS
    assert finding(profile, "spaces", "Remark").rows == [65_538]
    assert finding(profile, "repeats").rows == [3, 70_001]
    assert column(profile, "Code").top[0] == ("C000001", 2)
    assert column(profile, "City").top == [("Boston", 23_334), ("Rome", 23_333), ("Gent ", 23_333)]
    assert column(profile, "Email").could_be_key
    assert not column(profile, "Code").could_be_key
    assert column(profile, "Remark").distinct == rows


def test_a_sheet_without_rows(tmp_path):
    profile = profile_sheet(working_file(tmp_path, ["A", "B"], []), DETECTORS, today=TODAY)
    assert (profile.rows, [one.filled for one in profile.columns], profile.findings) == (0, [0, 0], [])


def test_empty_columns(tmp_path):
    profile = profiled(tmp_path, {"A": ["x", "y"], "B": ["", " "]})
    facts_of_b = column(profile, "B")
    assert (facts_of_b.kind, facts_of_b.filled, facts_of_b.distinct, facts_of_b.top) == ("text", 0, 0, [])


def test_progress_counts_rows_and_may_cancel(tmp_path):
    working = working_file(tmp_path, ["A"], [[str(number)] for number in range(70_000)])
    seen = []
    profile_sheet(working, DETECTORS, today=TODAY, progress=lambda done, total: seen.append((done, total)))
    assert [total for _, total in seen] == [70_000] * 2
    assert 0 < seen[0][0] < seen[1][0] == 70_000

    class Cancelled(Exception):
        pass

    def cancel(done: int, total: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        profile_sheet(working, DETECTORS, today=TODAY, progress=cancel)


def test_two_profiles_are_equal(tmp_path):
    first, second = (sample(tmp_path, "salesforce_contacts.csv")[1] for _ in range(2))
    assert first == second


def test_today_is_given(tmp_path):
    working = working_file(tmp_path, ["Created"], [["2024-05-05"], ["2025-05-05"]])
    early = profile_sheet(working, DETECTORS, today=date(2024, 12, 31))
    assert finding(early, "unlikely_dates").rows == [3]
    assert finding(profile_sheet(working, DETECTORS, today=TODAY), "unlikely_dates") is None


TITLES = """
    Email,Phone,Due date,Created,Amount,ZIP,Country,State,EAN,VAT no,Active,Website,Disc %,Company name,Customer No.,
    Tags,Remark
"""
TYPICAL = r"""
    a@b.com|a@@b|+14155552671|(415) 555-2671 x5|31.12.2025|12/06/15|2021-10-01T19:34:00Z|44197|1.234,50 €|$5|(1.62)
    1.234|5 %|02134|sw1a1aa|USA|CA|4006381333931|4.00638E+12|BE0477472701|yes|N|www.a.com|Smith, John|VIP;Retail
    N/A|-|#REF!|Total|5. Mai 2020|29.02.2023|12345678901234567890|1e5|٣|Ünal|0
"""
WORDS = [word.strip() for word in TYPICAL.replace("\n", "|").split("|")]
CELLS = st.one_of(
    st.sampled_from([*WORDS, *(f" {word}\u00a0" for word in WORDS)]),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12),
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.sampled_from([title.strip() for title in TITLES.split(",")]), min_size=1, max_size=4, unique=True),
    st.data(),
)
def test_any_table_is_profiled(tmp_path, titles, data):
    rows = data.draw(st.lists(st.tuples(*[CELLS] * len(titles)), max_size=12))
    working = working_file(tmp_path, titles, rows)
    profile = profile_sheet(working, DETECTORS, country=data.draw(st.sampled_from(["", "US", "DE", "GB"])), today=TODAY)
    assert [one.title for one in profile.columns] == titles
    for one in profile.columns:
        assert one.distinct <= one.filled <= profile.rows
        assert sum(times for _, times in one.top) <= one.filled
    for one in profile.findings:
        assert one.count >= 1
        assert one.rows == sorted(set(one.rows))
        assert all(2 <= row <= profile.rows + 1 for row in one.rows if one.column)
        assert len(one.rows) <= one.count or one.slug in {"repeats", "duplicates"}
        assert len(one.examples) <= 5
