"""Text files: separators, encodings, quotes, line breaks, rows of uneven length."""

import csv
import io
import sys
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.readers import Limits, delimited, open_source
from engine.readers.csv_dialect import detect
from engine.readers.csv_records import Dialect
from engine.readers.delimited import MOST_UNEVEN
from tests.source_files import note, opened, read, refusal, rows_of

ROWS = [["Code", "Name", "Price"], ["001", "Bolt; M8, long", "1,50"], ["002", "Nut", "2,75"], ["003", "Nail", "0,10"]]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|", "^", "~", "\x1f", "\x01", "¦"])
def test_any_separator_is_found(separator):
    out = io.StringIO()
    csv.writer(out, delimiter=separator).writerows(ROWS)
    with opened(out.getvalue().encode(), "table.txt") as source:
        assert source.delimiter == separator
        assert rows_of(source.sheets[0]) == ROWS


@pytest.mark.parametrize("separator", [":", "#", "*"])
def test_signs_that_values_hold_too_separate_where_they_part_the_titles(separator):
    text = f"Code{separator}Name{separator}Town\n1{separator}Acme{separator}Bonn\n2{separator}Beta{separator}Köln\n"
    assert read(text.encode())[1] == ["1", "Acme", "Bonn"]


@pytest.mark.parametrize(
    "text",
    [
        "Name\nAcme Inc\nBeta, Gamma and Co\nDelta\n",
        "Betrag\n1,50\n2,60\n3,70\n",
        "Zeit\n12:30:00\n13:30:00\n",
        'Name\n"Foo, Inc"\n"Bar, Inc"\n',
        "Only a title\n",
    ],
)
def test_one_column_stays_one_column(text):
    assert {len(row) for row in read(text.encode())} == {1}


def test_excels_own_hint_names_the_separator_and_is_no_row():
    assert read(b"sep=^\r\na^b;c\r\n1^2;3\r\n") == [["a", "b;c"], ["1", "2;3"]]


GERMAN = "Artikel;Preis\nKüche groß;12,50 €\nStühle für Gärten;1,00 €\nMöbel Übergröße;2,00 €\n"
TEXTS = {
    "cp1252": GERMAN,
    "iso8859_15": GERMAN,
    "mac_roman": GERMAN,
    "cp850": "Artikel;Ort\nKüche groß;Köln\nStühle für Gärten;München\n",
    "latin-1": "Nom;Ville\nHélène Lefèvre;Orléans\nFrançois Noël;Besançon\n",
    "cp1250": "Nazwa;Miasto\nŁukasz Wójcik;Łódź\nŚwięty Gąsior;Kraków\nŻółć;Gdańsk\n",
    "iso8859_2": "Jméno;Město\nJiří Dvořák;Plzeň\nŽaneta Černá;Ústí\n",
    "cp852": "Nazwa;Miasto\nŁukasz Wójcik;Łódź\nŚwięty Gąsior;Kraków\n",
    "cp1254": "Ad;Şehir\nAyşe Yılmaz;İzmir\nÇağrı Güneş;Eskişehir\n",
    "cp1257": "Vardas;Miestas\nŽilvinas Šarūnas;Šiauliai\nEglė;Kėdainiai\n",
    "cp1251": "Имя;Город\nИван Петров;Москва\nОльга Иванова;Казань\n",
    "koi8_r": "Имя;Город\nИван Петров;Москва\nОльга Иванова;Казань\n",
    "cp1253": "Όνομα;Πόλη\nΓιώργος;Αθήνα\nΜαρία;Θεσσαλονίκη\n",
    "cp932": "名前;都市\n山田太郎;東京都\n鈴木花子;大阪市\nカタカナ;ひらがな\n",
    "euc_jp": "名前;都市\n山田太郎;東京都\n鈴木花子;大阪市\nカタカナ;ひらがな\n",
    "iso2022_jp": "名前;都市\n山田太郎;東京都\n鈴木花子;大阪市\n",
    "gb18030": "姓名;城市\n王小明;北京市\n李华;上海市\n",
    "big5": "姓名;城市\n王小明;臺北市\n陳美麗;高雄市\n",
    "cp949": "이름;도시\n김철수;서울\n이영희;부산\n",
}


@pytest.mark.parametrize("encoding", TEXTS)
def test_encodings_are_found_from_a_few_lines(encoding):
    text = TEXTS[encoding]
    expected = [line.split(";") for line in text.splitlines()]
    assert read(text.encode(encoding)) == expected


ITEMS = {
    "de": 'Nr;Name\n1;Kugelhahn ½" DN15\n2;Rohr ¾"\n3;Dübel 8 mm\n4;Folie 10 m²\n5;Umwälzpumpe 25-60\n',
    "fr": 'N;Nom\n1;Vanne ½" à bille\n2;Tuyau ¼"\n3;Câble 3 m³\n4;Sac 20 kg, qualité supérieure\n',
    "es": "N;Nombre\n1;Grifo ½ pulgada\n2;Caño ¾\n3;Señal 4 m²\n4;Válvula\n",
}


@pytest.mark.parametrize("language", ITEMS)
def test_fractions_and_raised_figures_are_signs_and_no_letters(language):
    text = ITEMS[language]
    assert read(text.encode("cp1252")) == [line.split(";") for line in text.splitlines()]


@pytest.mark.parametrize("encoding", ["cp1252", "mac_roman", "cp850"])
def test_one_accent_in_a_long_file_is_enough(encoding):
    text = "Name;Ort\n" + "Smith;London\n" * 90_000 + "Café Noir;Besançon\n"
    assert read(text.encode(encoding))[-1] == ["Café Noir", "Besançon"]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"]
)
@pytest.mark.parametrize("text", [GERMAN, TEXTS["cp932"], TEXTS["cp1251"], "a;b\n1;2\n"])
def test_unicode_with_and_without_its_mark(encoding, text):
    assert read(text.encode(encoding)) == [line.split(";") for line in text.splitlines()]


def test_utf_16_with_the_big_end_first_and_a_mark():
    assert read(b"\xfe\xff" + GERMAN.encode("utf-16-be"))[1] == ["Küche groß", "12,50 €"]


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_single_bytes_that_are_no_utf_8_are_read_and_noted(mark):
    content = mark + b"Ort;Nr\n" + "Köln;1\n".encode() * 50 + "Köln;2\n".encode("cp1252")
    with opened(content, "table.csv") as source:
        assert rows_of(source.sheets[0])[0] == ["Ort", "Nr"]
        assert rows_of(source.sheets[0])[-1] == ["Köln", "2"]
        assert note(source.sheets[0], "stray_bytes")[0] == 1


def test_quoted_values_hold_line_breaks_quotes_and_separators():
    content = b'Id,Street,Town\r\n1,"Main St 1\r\nApt ""5"", rear",Boston\r\n2,"a\nb",York\r\n'
    assert read(content)[1:] == [["1", 'Main St 1\r\nApt "5", rear', "Boston"], ["2", "a\nb", "York"]]


@pytest.mark.parametrize(
    ("content", "row"),
    [
        (b"'a','b','c'\n'1','x,y','2'\n'3','','4'\n'5','z','6'\n", ["1", "x,y", "2"]),
        (b'a,b\n"x \\"q\\" y",2\n"z",3\n', ['x "q" y', "2"]),
        (b'item,size\nPipe 5",2\nPipe 6",3\n', ['Pipe 5"', "2"]),
        (b"name,town\nO'Neil,X\nD'Arcy,Y\n", ["O'Neil", "X"]),
        (b'a\tb\n"x\ty"\t2\nz\t3\n', ["x\ty", "2"]),
    ],
)
def test_quote_styles(content, row):
    assert read(content)[1] == row


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends(end):
    assert read(f"a,b{end}1,2{end}{end}3,4{end}{end}{end}".encode()) == [["a", "b"], ["1", "2"], ["", ""], ["3", "4"]]


def test_rows_of_another_length_are_kept_in_place_and_noted():
    content = b"a,b,c\n\n1,2\n4,5,6\n1,2,3,4\nx,y,z\n7,8,9\n1,1,1\n"
    with opened(content, "table.csv") as source:
        [sheet] = source.sheets
        assert rows_of(sheet) == [
            ["a", "b", "c", ""], ["", "", "", ""], ["1", "2", "", ""], ["4", "5", "6", ""], ["1", "2", "3", "4"],
            ["x", "y", "z", ""], ["7", "8", "9", ""], ["1", "1", "1", ""],
        ]  # fmt: skip
        examples = ["Row 3 has 2 values, expected 3", "Row 5 has 4 values, expected 3"]
        assert note(sheet, "ragged_rows") == (2, [3, 5], examples)


@pytest.mark.parametrize("every", [3, 40])
def test_uneven_rows_keep_their_numbers_in_long_files(every):
    """With few of them one way of reading is taken, with many the other."""
    lines = [f"{n},x,y" if n % every else f"{n},x" for n in range(1, 40_001)]
    with opened("\n".join(lines).encode(), "table.csv") as source:
        [sheet] = source.sheets
        assert [row[0] for row in rows_of(sheet)] == [str(n) for n in range(1, 40_001)]
        count, rows, _ = note(sheet, "ragged_rows")
        assert (count, rows[:3]) == (40_000 // every, [every, 2 * every, 3 * every])
        assert (count > MOST_UNEVEN) == (every == 3)


def test_a_quote_that_is_never_closed_costs_no_rows():
    content = b'a,b,c\n"1",2,3\n4,"5 inch,6\n' + b"7,8,9\n" * 2000
    rows = read(content)
    assert len(rows) == 2003
    assert rows[1:4] == [["1", "2", "3"], ["4", '"5 inch', "6"], ["7", "8", "9"]]


@pytest.mark.parametrize(
    "content", [b"a,b\n1,x\0y\n", b"Id,Name\n1,Ann\n2,\0Bob\n3,Eve\n", b"ab\n\0\n", b"a,b\n\0,2\n"]
)
def test_a_stray_nul_in_a_short_file_is_left_out(content: bytes):
    with opened(content, "table.csv") as source:
        assert source.encoding == "utf-8"
        assert note(source.sheets[0], "nul_characters")[0] == 1
        assert ",".join(rows_of(source.sheets[0])[0]).encode() == content.partition(b"\n")[0]


@pytest.mark.parametrize(
    "text", ["Näme,Ort\nJörg,Köln\n", "Имя,Город\nАнна,Москва\n", "名前\n東京\n", "Name,Ort\nJörg,Rom\n"]
)
def test_one_bad_byte_in_a_short_file_leaves_the_others_alone(text: str):
    with opened(text.encode() + b"x,Z\xfcrich\n", "table.csv") as source:
        assert [",".join(row) for row in rows_of(source.sheets[0])] == [*text.splitlines(), "x,Zürich"]
        assert note(source.sheets[0], "stray_bytes")[0] == 1


def test_nul_characters_are_left_out_and_noted():
    with opened(b"a,b\x00\x00,c\n1,2\x00,3\n", "table.csv") as source:
        assert rows_of(source.sheets[0]) == [["a", "b", "c"], ["1", "2", "3"]]
        assert note(source.sheets[0], "nul_characters")[0] == 3


def test_nothing_is_taken_for_missing_or_for_a_number():
    values = ["NA", "null", "None", "NaN", "#N/A", "0012", "1e10", "TRUE", " x ", "12345678901234567890"]
    assert read(("a,b\n" + "".join(f"{value},1\n" for value in values)).encode())[1:] == [[v, "1"] for v in values]


def test_long_files_come_in_batches(tmp_path: Path):
    path = tmp_path / "long.csv"
    path.write_text("a,b\n" + "x,yy\n" * 200_000)
    with open_source(path, "long.csv") as source:
        sizes = [batch.num_rows for batch in source.sheets[0].batches()]
        assert sum(sizes) == 200_001
        assert max(sizes) <= 65_536
        assert len(sizes) <= 7
        assert source.sheets[0].rows(200_000, 5) == [["x", "yy"], ["x", "yy"]]


def test_the_sheet_bears_the_files_name():
    with opened(b"a,b\n1,2\n", "Open items 2025.csv") as source:
        assert [(sheet.name, sheet.file) for sheet in source.sheets] == [("Open items 2025", "Open items 2025.csv")]


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (Limits(rows=10), "more than 10 rows"),
        (Limits(columns=2), "more than 2 columns"),
        (Limits(cells=20), "more than 20 cells"),
        (Limits(file_bytes=100), "larger than 0 MB"),
    ],
)
def test_limits(limits, words):
    assert words in refusal(b"a,b,c\n" + b"1,2,3\n" * 50, "table.csv", limits)


def test_a_row_far_too_wide_is_refused_wherever_it_stands():
    content = b"a,b\n" + b"1,2\n" * 100 + b"," * 20_000 + b"x\n"
    assert "more than 2,000 columns" in refusal(content, "table.csv")


CELL = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]) | st.just("\n"), max_size=12)


@given(st.lists(st.lists(CELL, min_size=2, max_size=2), min_size=1, max_size=20))
def test_what_is_written_quoted_is_read_back(rows):
    rows = [["First title", "Second title"], *rows]
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)
    assert read(out.getvalue().encode()) == rows


@given(st.lists(st.lists(st.text("ab,;|\"'\n1 ", max_size=5), min_size=1, max_size=4), min_size=1, max_size=12))
def test_both_ways_of_reading_agree(rows):
    """Whatever pyarrow splits, it splits as the forgiving reader does."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([["x", "y"], ["1", "2"], *rows])
    content = out.getvalue().encode()
    usual = read(content)
    with patch.object(delimited, "_is_splittable", return_value=False):
        assert read(content) == usual


def test_dialect_of_a_sample_that_stops_in_the_middle():
    found = detect("a;b;c\n1;2;3\n4;5;6\n7;", complete=False)
    assert found == Dialect(";", "", "", 3)


def test_the_longest_cells_of_a_csv_are_read():
    long = "x" * 200_000
    assert read(f'a,b\n"{long}",2\n3\n'.encode())[1] == [long, "2"]
    assert sys.getsizeof(long) > 131_072  # more than Python's csv module takes by default
