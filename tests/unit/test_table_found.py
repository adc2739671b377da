"""Where the table is in files as real systems write them: titles, data, and what is in doubt."""

from pathlib import Path

import pytest

from engine.clean import SheetRun
from engine.detectors import DETECTORS
from engine.profile.sheet_profiler import profile_sheet
from engine.readers import open_source
from engine.recipe import Recipe, SheetRecipe, StepSpec
from engine.sheets.table_shape import TableShape, find_table
from engine.sheets.working_file import WorkingFile, write_working_file
from tests.small_profiles import TODAY, finding

CASES = Path(__file__).parents[1] / "data" / "cases"


def read(path: Path, folder: Path) -> tuple[TableShape, WorkingFile]:
    with open_source(path, path.name) as source:
        shape = find_table(source.sheets[0])
        return shape, write_working_file(source.sheets[0], shape, folder / "table.arrow")


def profile_of(text: str, folder: Path):
    (folder / "table.csv").write_text(text)
    return profile_sheet(read(folder / "table.csv", folder)[1], DETECTORS, today=TODAY)


@pytest.mark.parametrize(
    ("case", "header", "rows"),
    [
        ("01-first-record-eaten/google_contacts.csv", (1,), 5),
        ("08-merge-beside-the-table/merged.xlsx", (1,), 2),
        ("12-titles-repeated/twofiles.csv", (1,), 5),
        ("22-untitled-index-column/people.csv", (1,), 3),
        ("30-tiny-numbers/factors.csv", (1,), 6),
        ("38-titles-come-again/repeated_header.csv", (1,), 63),
    ],
)
def test_titles_and_rows(case, header, rows, tmp_path):
    shape, working = read(CASES / case, tmp_path)
    assert (shape.header_rows, working.num_rows, shape.other_header) == (header, rows, ())


# Rows under complete titles whose cells differ from those below, as the first record's cells often do.
FIRST_RECORDS = {
    "two addresses in a cell": "Name,Mail,Phone\nAnn,a@x.com ::: b@x.com,none yet\nBo,b@y.com,617-555-0103\n"
    "Cy,c@y.com,617-555-0104\nDi,d@y.com,617-555-0105\n",
    "words for amounts": "Artikel,Menge,Preis\nBeratung,nach Aufwand,auf Anfrage\nRohr,3,4.50\nBogen,4,1.20\nT,1,2.0\n",
    "words for dates": "Order,Date,Due,Total\nSO1,on hold,open,none\nSO2,2024-01-02,2024-02-02,5.00\n"
    "SO3,2024-01-03,2024-02-03,6.00\nSO4,2024-01-04,2024-02-04,7.00\n",
    "the name of a group": "Account,,Debit,Credit\n,Assets,,\n1000,Bank,5.00,\n1200,Cash,7.00,\n2000,Loan,,12.00\n",
}


@pytest.mark.parametrize("case", FIRST_RECORDS)
def test_a_first_record_is_data(case, tmp_path):
    (tmp_path / "table.csv").write_text(FIRST_RECORDS[case])
    shape, _ = read(tmp_path / "table.csv", tmp_path)
    assert (shape.header_rows, shape.first_data_row) == ((1,), 2)


def test_a_table_that_may_begin_with_titles_or_data_is_asked_about(tmp_path):
    found = finding(
        profile_of("Anna,Berlin,DE\nBob,Paris,FR\nCarl,Berlin,DE\nDora,Paris,FR\n", tmp_path), "titles_in_doubt"
    )
    assert found.message == "Row 1 is taken as data; it may hold the column titles"
    assert (found.fix.step, found.fix.params, found.safe) == ("promote_header", {"rows": ["1"]}, False)


def test_titles_that_nothing_shows_are_asked_about(tmp_path):
    found = finding(profile_of("Xuq,Yol\nanna,berlin\nbob,paris\ncarl,rome\n", tmp_path), "titles_in_doubt")
    assert found.message == "Row 1 is taken as column titles; nothing but its place says so, it may be data"
    assert found.fix.params == {"rows": ["0"]}


def test_a_row_of_units_under_complete_titles_is_asked_about(tmp_path):
    text = "Item,Weight,Price\npiece,kg,EUR\nBolt,5.2,3.10\nNut,1.0,0.50\nNail,2,3\n"
    found = finding(profile_of(text, tmp_path), "titles_in_doubt")
    assert found.message == "Row 2 is taken as data; it may be a second row of titles, such as units"
    assert found.fix.params == {"rows": ["1", "2"]}


def test_titles_that_columns_are_known_to_have_are_certain(tmp_path):
    assert finding(profile_of("Vorname,Ort\nanna,berlin\nbob,paris\ncarl,rome\n", tmp_path), "titles_in_doubt") is None


# --- what the rows are


@pytest.mark.parametrize(
    ("case", "slugs"),
    [
        ("12-titles-repeated/twofiles.csv", {"titles_again": [4]}),
        ("38-titles-come-again/repeated_header.csv", {"titles_again": [2, 23, 44]}),
        ("26-total-row-without-a-word/trial.csv", {"empty_rows": [6], "total_rows": [7]}),
        ("27-numbering-that-stops/cards.csv", {}),
        ("35-journal-lines-as-duplicates/journal.csv", {"sparse_groups": [3, 5, 7]}),
        ("36-shopify-orders/orders_export.csv", {"sparse_groups": [3]}),
    ],
)
def test_findings_about_rows(case, slugs, tmp_path):
    profile = profile_sheet(read(CASES / case, tmp_path)[1], DETECTORS, today=TODAY)
    found = {one.slug: one.rows for one in profile.findings if one.column is None and one.severity != "info"}
    assert found == slugs


def test_titles_and_a_total_that_is_the_sum_are_dropped_without_asking(tmp_path):
    for case in ("12-titles-repeated/twofiles.csv", "26-total-row-without-a-word/trial.csv"):
        profile = profile_sheet(read(CASES / case, tmp_path)[1], DETECTORS, today=TODAY)
        assert all(one.safe for one in profile.findings if one.column is None)


def test_order_cells_go_down_to_the_lines_of_their_order_only(tmp_path):
    _, working = read(CASES / "36-shopify-orders/orders_export.csv", tmp_path)
    found = finding(profile_sheet(working, DETECTORS, today=TODAY), "sparse_groups")
    assert (found.fix.step, found.fix.params["within"], found.safe) == ("fill_down", ["Name"], True)
    recipe = SheetRecipe("S", rows=(StepSpec(found.fix.step, found.fix.params),))
    (batch,) = SheetRun(working, recipe, Recipe()).batches()
    assert batch.after["Email"].to_pylist() == ["ann@example.com", "ann@example.com", "bo@example.com"]
    assert batch.after["Paid at"].to_pylist() == ["2024-04-05 21:06:21 +0400", "2024-04-05 21:06:21 +0400", ""]


def test_a_debit_is_not_filled_into_lines_of_credits(tmp_path):
    _, working = read(CASES / "35-journal-lines-as-duplicates/journal.csv", tmp_path)
    found = finding(profile_sheet(working, DETECTORS, today=TODAY), "sparse_groups")
    assert found.fix.params == {"columns": ["Date", "Entry"]}


REPORTS = {
    "a name alone, total with a word": (
        (
            "Date,No,Amount\nAcme,,\n2025-01-02,R1,5.00\n2025-01-03,R2,6.00\nTotal Acme,,11.00\n"
            "Total Sprocketry,,\n2025-01-02,R3,7.50\nTotal Total Sprocketry,,7.50\nTotal,,18.50\n"
        ),
        ["Acme", "Acme", "Total Sprocketry"],
    ),
    "the account above, its number in the total": (
        (
            "Beleg;Datum;Soll;Haben\n10002 Meyer KG;;;\nRE1;01.02.2025;1.200,50;\nGS2;03.02.2025;;50,69-\n"
            "Summe 10002;;1.200,50;50,69-\n10004 Müller;;;\nRE3;01.03.2025;10,00;\nRE4;01.03.2025;20,00;\n"
            "Summe 10004;;30,00;\nGesamtsumme;;1.230,50;50,69-\n"
        ),
        ["10002 Meyer KG", "10002 Meyer KG", "10004 Müller", "10004 Müller"],
    ),
    "no word at all": (
        (
            "Data,Fattura,Importo\nRossi SRL,,\n2025-01-02,F1,5.00\n2025-01-03,F2,6.00\n,,11.00\n"
            "Bianchi SPA,,\n2025-01-02,F3,7.50\n2025-01-09,F4,1.50\n,,9.00\n,,20.00\n"
        ),
        ["Rossi SRL", "Rossi SRL", "Bianchi SPA", "Bianchi SPA"],
    ),
    "the name again beside its total": (
        (
            ",Date,Num,Balance\nAcme Ltd,,,\n,2025-01-02,R1,5.00\n,2025-01-03,R2,6.00\nAcme Ltd,,,11.00\n"
            "Beta Ltd,,,\n,2025-01-02,R3,7.50\nBeta Ltd,,,7.50\nTOTAL,,,18.50\n"
        ),
        ["Acme Ltd", "Acme Ltd", "Beta Ltd"],
    ),
    "the page head within a group": (
        (
            "Belegnr.,Fällig,Saldo\nAcme,,\nR1,2025-01-02,5.00\n,,\nBelegnr.,Fällig,Saldo\nR2,2025-01-03,6.00\n"
            "Summe Acme,,11.00\nBeta,,\nR3,2025-01-02,7.50\nSumme Beta,,7.50\n"
        ),
        ["Acme", "Acme", "Beta"],
    ),
}


@pytest.mark.parametrize("case", REPORTS)
def test_groups_become_a_column(case, tmp_path):
    text, groups = REPORTS[case]
    (tmp_path / "report.csv").write_text(text)
    _, working = read(tmp_path / "report.csv", tmp_path)
    profile = profile_sheet(working, DETECTORS, today=TODAY)
    found = finding(profile, "group_rows")
    assert (found.fix.step, found.fix.params, found.safe) == ("groups_to_column", {"columns": ["Group"]}, True)
    assert finding(profile, "totals_differ") is None
    assert finding(profile, "duplicates") is None
    rows = (StepSpec("drop_blank_rows"), StepSpec("drop_repeated_titles"), StepSpec(found.fix.step, found.fix.params))
    run = SheetRun(working, SheetRecipe("S", rows=rows), Recipe())
    (batch,) = run.batches()
    assert run.titles == ("Group", *working.titles)
    assert batch.after["Group"].to_pylist() == groups
    assert run.report.rows_in == run.report.rows_out + sum(run.report.dropped.values())
    assert run.page(0, 4).raw["Group"].to_pylist()[:2] == ["", groups[0]]


def test_groups_within_sections_become_two_columns(tmp_path):
    text = (
        "Account,Debit,Credit\nAssets,,\nCurrent Assets,,\nBank,10.00,\nCash,5.00,\nTotal Current Assets,15.00,\n"
        "Fixed Assets,,\nCar,20.00,\nTotal Fixed Assets,20.00,\nTotal Assets,35.00,\nLiabilities,,\nLoan,,35.00\n"
        "Total Liabilities,,35.00\n"
    )
    (tmp_path / "report.csv").write_text(text)
    _, working = read(tmp_path / "report.csv", tmp_path)
    found = finding(profile_sheet(working, DETECTORS, today=TODAY), "group_rows")
    assert found.fix.params == {"columns": ["Section", "Group"]}
    run = SheetRun(working, SheetRecipe("S", rows=(StepSpec(found.fix.step, found.fix.params),)), Recipe())
    (batch,) = run.batches()
    assert batch.after["Account"].to_pylist() == ["Bank", "Cash", "Car", "Loan"]
    assert batch.after["Section"].to_pylist() == ["Assets", "Assets", "Assets", "Liabilities"]
    assert batch.after["Group"].to_pylist() == ["Current Assets", "Current Assets", "Fixed Assets", ""]


def test_a_total_that_is_not_the_sum_of_its_rows_is_named(tmp_path):
    text = REPORTS["a name alone, total with a word"][0].replace("R2,6.00", "R2,4.00")
    found = finding(profile_of(text, tmp_path), "totals_differ")
    assert found.message == (
        "The total on row 5 shows 11.00 in Amount, but its rows add up to 9.00; 1 other total differs too"
    )
    assert (found.rows, found.severity) == ([5, 9], "problem")


def test_rows_with_a_name_alone_are_asked_about_where_nothing_shows_groups(tmp_path):
    text = "Item,Supplier,Price\nTools,,\nHammer,Acme,5.00\nSaw,Beta,6.00\nPaint,,\nRed,Acme,2.00\nBlue,Beta,3.00\n"
    found = finding(profile_of(text, tmp_path), "group_rows")
    assert found.message == "2 rows hold a name alone; they may be the names of groups"
    assert not found.safe


def test_a_record_with_gaps_is_no_group(tmp_path):
    text = "Name,Mail,City\nAcme,a@x.com,Rome\nBeta,,\nGamma,g@x.com,Bonn\nDelta,d@x.com,York\n"
    assert finding(profile_of(text, tmp_path), "group_rows") is None
