"""Where the table is in files as real systems write them: titles, data, and what is in doubt."""

from pathlib import Path

import pytest

from engine.detectors import DETECTORS
from engine.profile.sheet_profiler import profile_sheet
from engine.readers import open_source
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
