"""Where the titles are: report titles above them, one to three rows of them, or none at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.readers import Range, Unreadable
from engine.sheets.table_shape import unique_titles
from tests.source_files import opened, shape_of


def table(text: str) -> list[list[str]]:
    rows = [[cell.strip() for cell in line.split("|")] for line in text.strip("\n").splitlines()]
    width = max(map(len, rows))
    return [row + [""] * (width - len(row)) for row in rows]


CUSTOMERS = """
Code | Name  | City   | Zip
C1   | Acme  | Boston | 02134
C2   | Beta  | York   | 02135
C3   | Gamma | Paris  | 75001
"""


def test_titles_on_the_first_row():
    shape = shape_of(table(CUSTOMERS))
    assert (shape.title_rows, shape.header_rows, shape.first_data_row) == ((), (1,), 2)
    assert shape.titles == ("Code", "Name", "City", "Zip")


@pytest.mark.parametrize(
    "above",
    [
        "Customer list",
        "Acme Inc.\nCustomers by city\n\n",
        "Report: | Customers\nDate: | 2025-01-01\n",
        "Customer list\nPrinted 01.01.2025, page 1\nAll amounts in EUR",
        " \n \n ",
        "Company: | Acme Inc | |\nPeriod: | 01.01.2025 | 31.12.2025\n",
    ],
)
def test_report_titles_above(above):
    lines = above.splitlines()
    shape = shape_of(table("\n".join(lines) + CUSTOMERS))
    assert shape.header_rows == (len(lines) + 1,)
    assert shape.title_rows == tuple(number for number, line in enumerate(lines, 1) if line.strip())
    assert shape.titles == ("Code", "Name", "City", "Zip")


HEADERS = {
    "words only": ("Company | Town\nAcme | Boston\nBeta | Paris", (1,), ("Company", "Town")),
    "unknown words": ("Foo | Bar\nqwe | rty\nasd | fgh", (1,), ("Foo", "Bar")),
    "one column": ("Email\na@b.com\nc@d.com", (1,), ("Email",)),
    "one column of words": ("Group\nFasteners\nTools", (1,), ("Group",)),
    "titles only": ("Name | City | Zip", (1,), ("Name", "City", "Zip")),
    "years as titles": (
        "Who | 2023 | 2024 | 2025\nAcme | 5 | 6 | 7\nBeta | 8 | 9 | 10", (1,), ("Who", "2023", "2024", "2025"),
    ),
    "months as titles": (
        "Item | 2025-01-01 | 2025-02-01\nBolt | 5 | 6\nNut | 8 | 9", (1,), ("Item", "2025-01-01", "2025-02-01"),
    ),
    "titles with digits": ("Id | Phone1 | Phone2\n1 | x | y\n2 | x | z", (1,), ("Id", "Phone1", "Phone2")),
    "a first row with gaps": (
        "Name | Since | Amount\nAcme | unknown | n/a\nBeta | 2020-01-01 | 5\nGamma | 2020-01-02 | 6", (1,),
        ("Name", "Since", "Amount"),
    ),
    "mostly empty columns": ("Name | City | Notes | More\nAcme\nBeta | Paris\nGamma\nDelta", (1,),
                             ("Name", "City", "Notes", "More")),
    "units below": (
        "Item | Weight | Price\n | kg | EUR\nBolt | 5.2 | 3.10\nNut | 1.0 | 0.50\nNail | 2 | 3", (1, 2),
        ("Item", "Weight kg", "Price EUR"),
    ),
    "groups above": (
        """
Customer |      | Invoice |            | Amount |
Code     | Name | Number  | Date       | Net    | Open
C1       | Acme | 17      | 2025-01-01 | 5.0    | 6.0
C2       | Beta | 18      | 2025-01-02 | 7.0    | 8.0""",
        (1, 2),
        ("Customer Code", "Customer Name", "Invoice Number", "Invoice Date", "Amount Net", "Amount Open"),
    ),
    "groups over some columns": (
        """
Code | Address |      | Open
     | Street  | City |
C1   | Main 1  | York | 5
C2   | Main 2  | Bath | 6""",
        (1, 2),
        ("Code", "Address Street", "Address City", "Open"),
    ),
    "three rows": (
        """
Sales    |       | Figures |      |
Customer |       | 2024    | 2024 | 2025
No.      | Name  | Net     | Open | Net
1        | Acme  | 5.0     | 3.0  | 2.0
2        | Beta  | 7.0     | 3.0  | 2.0
3        | Gamma | 7.0     | 3.0  | 2.0""",
        (1, 2, 3),
        ("Sales Customer No.", "Sales Customer Name", "Figures 2024 Net", "Figures 2024 Open", "Figures 2025 Net"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", HEADERS)
def test_headers(case):
    text, rows, titles = HEADERS[case]
    shape = shape_of(table(text))
    assert shape.header_rows == rows
    assert shape.titles == titles
    assert shape.first_data_row == rows[-1] + 1


@pytest.mark.parametrize(
    "text",
    [
        "1001 | Acme | info@acme.com | 02134\n1002 | Beta | x@beta.com | 02135\n1003 | Gamma | g@g.com | 02136",
        "Anna | Berlin | DE\nBob | Paris | FR\nCarl | Berlin | DE\nDora | Paris | FR",
        "1 | 2 | 3\n4 | 5 | 6\n7 | 8 | 9",
        "2025-01-01 | 5.00 | Coffee\n2025-01-02 | 6.50 | Tea\n2025-01-03 | 7.00 | Coffee",
        "SO001 | C1 | 5\nSO002 | C2 | 6\nSO003 | C1 | 7",
    ],
)
def test_a_table_without_titles(text):
    rows = table(text)
    shape = shape_of(rows)
    assert (shape.header_rows, shape.first_data_row) == ((), 1)
    assert shape.titles == tuple(f"Column {n}" for n in range(1, len(rows[0]) + 1))
    assert shape.untitled == ()


def test_merged_groups_and_titles_merged_over_two_rows():
    rows = table("Code | Address | | Open\n | Street | City |\nC1 | Main 1 | York | 5\nC2 | Main 2 | Bath | 6")
    merged = [Range(1, 1, 1, 2), Range(1, 0, 2, 0), Range(1, 3, 2, 3)]
    shape = shape_of(rows, merged)
    assert shape.header_rows == (1, 2)
    assert shape.titles == ("Code", "Address Street", "Address City", "Open")
    assert shape.merged_titles == 3


def test_a_report_title_merged_over_everything_is_no_group():
    rows = table("Open items | | |\n" + CUSTOMERS.strip())
    shape = shape_of(rows, [Range(1, 0, 1, 3)])
    assert (shape.title_rows, shape.header_rows, shape.merged_titles) == ((1,), (2,), 0)


def test_repeated_and_missing_titles():
    shape = shape_of(table("Name | Name | | Zip | Name (2) |\nAcme | X | y | 02134 | z |\nBeta | X | w | 02135 | z |"))
    assert shape.titles == ("Name", "Name (3)", "Column 3", "Zip", "Name (2)")
    assert shape.raw_titles == ("Name", "Name", "", "Zip", "Name (2)")
    assert (shape.repeated_titles, shape.untitled, shape.dropped) == (("Name",), (2,), (5,))


def test_columns_that_hold_nothing_are_dropped_wherever_they_stand():
    shape = shape_of(table(" | Code | Name | | \n | C1 | Acme | |\n | C2 | Beta | |"))
    assert (shape.titles, shape.columns, shape.dropped) == (("Code", "Name"), (1, 2), (0, 3, 4))


def test_an_empty_column_with_a_title_stays():
    assert shape_of(table("Code | Fax\n1 |\n2 |")).titles == ("Code", "Fax")


def test_a_column_filled_only_above_the_table_is_dropped():
    shape = shape_of(table("Customer list | | Page 1\n | |\nCode | Name |\nC1 | Acme |\nC2 | Beta |"))
    assert (shape.header_rows, shape.columns) == ((3,), (0, 1))


def test_titles_are_cleaned_of_line_breaks_and_spaces():
    assert shape_of([[" Customer\nNo. ", "\ufeffName"], ["1", "x"], ["2", "y"]]).titles == ("Customer No.", "Name")


def test_the_rows_of_the_titles_can_be_given():
    rows = table(CUSTOMERS)
    assert shape_of(rows, header=[2]).titles == ("C1", "Acme", "Boston", "02134")
    assert shape_of(rows, header=[2]).title_rows == (1,)
    assert shape_of(rows, header=[1, 2]).titles == ("Code C1", "Name Acme", "City Boston", "Zip 02134")
    for none in ([], [0]):
        shape = shape_of(rows, header=none)
        assert (shape.header_rows, shape.first_data_row, shape.titles[0]) == ((), 1, "Column 1")


def test_titles_given_far_down():
    rows = [["x", str(n)] for n in range(500)]
    shape = shape_of(rows, header=[400])
    assert (shape.titles, shape.first_data_row) == (("x", "399"), 401)


def test_titles_given_below_the_end():
    with pytest.raises(Unreadable, match=r"on row 9, but the sheet 'table' has only 4 rows"):
        shape_of(table(CUSTOMERS), header=[9])


def test_a_wide_sheet_is_searched_in_time():
    rows = [[f"T{n}" for n in range(1500)], *([f"v{row * n % 17}" for n in range(1500)] for row in range(60))]
    assert shape_of(rows).header_rows == (1,)


@given(st.lists(st.lists(st.text("ab1 :-@ü\n", max_size=4), min_size=3, max_size=3), min_size=1, max_size=8))
def test_any_rows_have_a_shape(rows):
    rows = [["x", "y", "z"], *rows]
    shape = shape_of(rows)
    assert len(set(shape.titles)) == len(shape.titles) == len(shape.columns)
    assert all(shape.titles)
    assert 1 <= shape.first_data_row <= len(rows) + 1
    assert all(row < shape.first_data_row for row in (*shape.header_rows, *shape.title_rows))


@given(st.lists(st.sampled_from(["", "a", "a (2)", "Column 1", "Column 2", "__row__"]), max_size=8))
def test_titles_become_unique(titles):
    unique = unique_titles(titles, range(len(titles)))
    assert len(set(unique)) == len(titles)
    assert all(unique)
    assert "__row__" not in unique
    for title, name in zip(titles, unique, strict=True):
        assert name.startswith(title)


def test_a_table_that_starts_further_right():
    with opened(b"\n,,Code,Name\n,,C1,Acme\n,,C2,Beta\n", "table.csv") as source:
        assert source.sheets[0].last_filled == (0, 0, 4, 4)


def test_a_text_in_place_of_a_title_is_cut():
    titles = unique_titles(["x" * 5000, "x" * 6000], [0, 1])
    assert [len(title) for title in titles] == [200, 204]
    assert titles[0].endswith("x…")
