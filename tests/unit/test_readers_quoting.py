"""Text files whose quotes, guards and line ends are not what the rules want, read as a person would read them."""

from pathlib import Path

import pytest

from engine.readers import open_source
from tests.source_files import note, opened, read, rows_of

CASES = Path(__file__).parents[1] / "data" / "cases"


def case(name: str, file: str) -> list[list[str]]:
    """All rows of the only sheet of a case's file."""
    with open_source(CASES / name / file, file) as source:
        [sheet] = source.sheets
        return rows_of(sheet)


def test_an_unclosed_quote_swallows_no_rows():
    path = CASES / "04-unclosed-quote-swallows-rows" / "visits.csv"
    with open_source(path, "visits.csv") as source:
        [sheet] = source.sheets
        assert [row[0] for row in rows_of(sheet)] == ["Name", "Acme", "Birch", "Cedar", "Dogwood"]
        assert [row[2] for row in rows_of(sheet)][1:] == ["Boston", "Salem", "Lynn", "Quincy"]
        assert note(sheet, "unclosed_quotes")[:2] == (1, [2])


def test_a_value_quoted_behind_a_space_is_one_cell():
    rows = case("39-space-before-a-quote", "comma_space_quote.csv")
    assert rows[:2] == [["Code", "Name", "City"], ["A0", "Lee, Ann 0", "Bonn"]]
    assert {len(row) for row in rows} == {3}


def test_codes_written_as_formulas_are_read_and_noted():
    path = CASES / "06-formula-guarded-codes" / "items.csv"
    with open_source(path, "items.csv") as source:
        [sheet] = source.sheets
        assert rows_of(sheet)[1] == ["00123", "4006381333931", "5.20"]
        assert note(sheet, "formula_guards")[:2] == (6, [2, 3, 4])


def test_two_members_of_one_name_are_both_read():
    path = CASES / "41-two-members-of-one-name" / "z08_duplicate_names.zip"
    with open_source(path, "export.zip") as source:
        assert [sheet.file for sheet in source.sheets] == ["a.csv", "a (2).csv"]
        assert [rows_of(sheet)[1][1] for sheet in source.sheets] == ["Ann", "Zoe"]


def test_an_xls_with_a_wrong_number_of_strings_is_read():
    rows = case("10-xls-wrong-string-count", "counts.xls")
    assert rows == [["Name", "City"], ["Acme", "Boston"], ["Birch", "Salem"]]


@pytest.mark.parametrize(
    ("line", "values"),
    [
        ('1,"Pipe 5" long",x', ["1", 'Pipe 5" long', "x"]),
        ('1,"Pipe 5"",x', ["1", 'Pipe 5"', "x"]),
        ('1,"Pipe 5", long",x', ["1", 'Pipe 5", long', "x"]),
        ('1,"Pipe 5"" long",x', ["1", 'Pipe 5" long', "x"]),
        ('1,"a 3/4" x 1/2" elbow",x', ["1", 'a 3/4" x 1/2" elbow', "x"]),
        ('1,Pipe 5",x', ["1", 'Pipe 5"', "x"]),
        ('1,"Big" Joe,x', ["1", '"Big" Joe', "x"]),
        ('1, "Lee, Ann" ,x', ["1", "Lee, Ann", "x"]),
        ('1,"He said ""no"", twice",x', ["1", 'He said "no", twice', "x"]),
        ('1,"",x', ["1", "", "x"]),
        ('1,"He said "hi", then\nleft",x', ["1", 'He said "hi", then\nleft', "x"]),
        ('1,"two\nlines",x', ["1", "two\nlines", "x"]),
    ],
)
def test_quotes_inside_quoted_cells_stay(line, values):
    content = f'Id,"Text",End\n{line}\n2,"b",y\n3,c,z\n'
    assert read(content.encode()) == [["Id", "Text", "End"], values, ["2", "b", "y"], ["3", "c", "z"]]


def test_a_quote_that_swallows_rows_by_the_rules_is_noted():
    content = 'a,b,c\n1,"x,y\n2,v,w\n3,u",z\n4,"q",r\n'
    with opened(content.encode(), "table.csv") as source:
        assert note(source.sheets[0], "rows_ran_together")[:2] == (1, [2])


def test_values_that_are_quoted_far_down_are_cut_right():
    content = "a,b\n" + "1,2\n" * 60_000 + '"x, y",3\n'
    assert read(content.encode())[-1] == ["x, y", "3"]


def test_line_ends_of_three_sorts_in_one_file():
    rows = read(b'a,b\r\n1,2\n3,4\r5,"6\r\n7"\n8,9')
    assert rows == [["a", "b"], ["1", "2"], ["3", "4"], ["5", "6\r\n7"], ["8", "9"]]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ('="00123"', "00123"),
        ('"=""00123"""', "00123"),
        ('"=""12"""" pipe"""', '12" pipe'),
        ("=A1+B1", "=A1+B1"),
        ('"=""a""&""b"""', '="a"&"b"'),
    ],
)
def test_formulas_that_are_only_a_text(cell, text):
    assert read(f"Code,n\n{cell},1\n0042,2\n".encode())[1:] == [[text, "1"], ["0042", "2"]]
