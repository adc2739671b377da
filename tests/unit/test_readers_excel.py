"""Workbooks: every cell as the sheet shows it."""

import datetime as dt
import io
from xml.sax.saxutils import escape

import openpyxl
import pytest
import xlwt
from hypothesis import given, settings
from hypothesis import strategies as st
from odf.opendocument import OpenDocumentSpreadsheet
from odf.style import Style, TableProperties
from odf.table import CoveredTableCell, Table, TableCell, TableRow
from odf.text import LineBreak, P, S, Span
from openpyxl.worksheet.worksheet import Worksheet

from engine.readers import Range
from engine.readers.xlsx_cells import UnusualXml, read_cells
from tests.source_files import MAIN, RELATIONS, note, opened, packed, read, rows_of, saved, unpacked, xlsx

SHOWN = [
    # stored value, number format, text
    ("02134", "General", "02134"),
    (2134, "00000", "02134"),
    (2134, "General", "2134"),
    (1, "General", "1"),
    (1.0, "General", "1"),
    (274.65999999999997, "General", "274.66"),
    (0.1 + 0.2, "0.00", "0.30"),
    (4006381333931, "General", "4006381333931"),
    (4006381333931, "0.00E+00", "4006381333931"),
    ("12345678901234567890", "General", "12345678901234567890"),
    ("1E10", "General", "1E10"),
    (1e10, "General", "10000000000"),
    (0.000012, "General", "0.000012"),
    (-0.5, "General", "-0.5"),
    (0.05, "0%", "5%"),
    (0.07, "0%", "7%"),
    (0.125, "0.0%", "12.5%"),
    (0.125, "0.00%", "12.50%"),
    (1234.5, "#,##0.00", "1,234.50"),
    (-1234567, "#,##0", "-1,234,567"),
    (1234.5, '"$"#,##0.00', "$1,234.50"),
    (-3, '"$"#,##0.00', "-$3.00"),
    (1234.5, "#,##0.00 [$€-407]", "1,234.50 €"),
    (-1234.5, "#,##0.00;(#,##0.00)", "(1,234.50)"),
    (-5, "0.00;[Red]0.00", "-5.00"),
    (0, '0.00;-0.00;"-"??', "0"),
    (4155552671, "[<=9999999]###-####;(###) ###-####", "(415) 555-2671"),
    (5552671, "[<=9999999]###-####;(###) ###-####", "555-2671"),
    (12345678, "000-00-0000", "012-34-5678"),
    (12, '"SKU-"0000', "SKU-0012"),
    (1, '"Yes";"Yes";"No"', "Yes"),
    (0.5, "# ?/?", "0.5"),
    (1234567, "#,##0,", "1234567"),
    (7, ";;;", "7"),
    (True, "General", "TRUE"),
    (False, "0.00", "FALSE"),
    ("#REF!", "General", "#REF!"),
    (dt.date(2021, 1, 1), "dd/mm/yyyy", "2021-01-01"),
    (dt.datetime.fromisoformat("2020-01-01"), "yyyy-mm-dd h:mm:ss", "2020-01-01"),
    (dt.datetime.fromisoformat("2020-01-01 12:00"), "dd/mm/yyyy", "2020-01-01 12:00:00"),
    (dt.datetime.fromisoformat("2020-05-01 23:59:59"), "mmm-yy", "2020-05-01 23:59:59"),
    (44197, "[$-409]d-mmm-yy;@", "2021-01-01"),
    (dt.time(12, 30), "h:mm", "12:30:00"),
    (1.5, "[h]:mm", "36:00:00"),
    (1, "dd/mm/yyyy", "1900-01-01"),
    (60, "dd/mm/yyyy", "1900-02-29"),
    (61, "dd/mm/yyyy", "1900-03-01"),
    (-1, "dd/mm/yyyy", "-1"),
    ("  two\nlines  ", "General", "  two\nlines  "),
    ("R&D <x> \"q\" 'a'", "General", "R&D <x> \"q\" 'a'"),
    ("müller 東京 🎉", "General", "müller 東京 🎉"),
]


def put(sheet: Worksheet, row: int, value: object, form: str) -> None:
    cell = sheet.cell(row, 1, value)
    cell.number_format = form
    sheet.cell(row, 2, "end")


@pytest.mark.parametrize(("value", "form", "text"), SHOWN)
def test_xlsx_shows(value, form, text):
    book = openpyxl.Workbook()
    put(book.active, 1, value, form)
    assert read(saved(book), "book.xlsx") == [[text, "end"]]


@pytest.mark.parametrize(
    ("value", "form", "text"),
    SHOWN,
)
def test_xls_shows(value, form, text):
    book = xlwt.Workbook()
    sheet = book.add_sheet("Data")
    sheet.write(0, 0, value, xlwt.easyxf(num_format_str=form))
    sheet.write(0, 1, "end")
    out = io.BytesIO()
    book.save(out)
    assert read(out.getvalue(), "book.xls") == [[text, "end"]]


@pytest.mark.parametrize(
    ("stored", "text"),
    [
        ("12345678901234567890", "12345678901234567890"),
        ("1.2345678901234567E+19", "12345678901234600000"),
        ("16.219000000000001", "16.219"),
        ("1E-3", "0.001"),
        ("-0", "0"),
        ("5.00", "5"),
        ("1E+400", "1E+400"),
        ("no number", "no number"),
    ],
)
def test_numbers_as_files_store_them(stored, text):
    assert read(xlsx(f'<row r="1"><c r="A1"><v>{stored}</v></c></row>'), "book.xlsx") == [[text]]


def test_digits_that_a_format_hides_are_kept_and_noted():
    book = openpyxl.Workbook()
    for row, value in enumerate([16.219, 3.5, 2.7], 1):
        put(book.active, row, value, "0.0" if row < 3 else "0")
    with opened(saved(book), "book.xlsx") as source:
        [sheet] = source.sheets
        assert [row[0] for row in rows_of(sheet)] == ["16.219", "3.5", "2.7"]
        assert note(sheet, "hidden_digits") == (2, [1, 3], ["16.219", "2.7"])


def test_old_mac_workbooks_count_days_from_1904():
    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    put(book.active, 1, dt.date(2021, 1, 1), "dd/mm/yyyy")
    with opened(saved(book), "book.xlsx") as source:
        assert source.sheets[0].date1904
        assert rows_of(source.sheets[0])[0][0] == "2021-01-01"


def test_xls_of_old_macs():
    book = xlwt.Workbook()
    book.dates_1904 = True
    book.add_sheet("Data").write(0, 0, 42735, xlwt.easyxf(num_format_str="DD/MM/YYYY"))
    out = io.BytesIO()
    book.save(out)
    assert read(out.getvalue(), "book.xls") == [["2021-01-01"]]


def test_formulas_give_their_stored_results():
    rows = (
        '<row r="1"><c r="A1"><f>1+1</f><v>2</v></c><c r="B1" t="str"><f>A1&amp;""</f><v>two</v></c></row>'
        '<row r="2"><c r="A2"><f>1+1</f></c><c r="B2" t="str"><f>""</f><v></v></c></row>'
        '<row r="3"><c r="A3"><f t="shared" si="0"/><v>4</v></c><c r="B3"><f>X()</f><v/></c></row>'
        '<row r="4"><c r="A4" t="e"><f>#REF!</f><v>#REF!</v></c><c r="B4" t="b"><f>TRUE()</f><v>1</v></c></row>'
    )
    with opened(xlsx(rows), "book.xlsx") as source:
        [sheet] = source.sheets
        assert rows_of(sheet) == [["2", "two"], ["", ""], ["4", ""], ["#REF!", "TRUE"]]
        assert note(sheet, "formula_without_result")[:2] == (2, [2, 3])
        assert note(sheet, "formula_errors") == (1, [4], ["#REF!"])


def test_shared_strings_in_all_their_forms():
    shared = (
        "<si><t>plain</t></si>"
        '<si><t xml:space="preserve">  spaced </t></si>'
        "<si><r><rPr><b/></rPr><t>bold</t></r><r><t> and not</t></r></si>"
        "<si><t>東京</t><rPh><t>トウキョウ</t></rPh></si>"
        "<si><t>R&amp;D &#8364; a_x000D_b _x005F_x0041_</t></si>"
        "<si><t/></si><si/><si><t>last</t></si>"
    )
    cells = "".join(f'<c r="{letter}1" t="s"><v>{n}</v></c>' for n, letter in enumerate("ABCDEFGH"))
    expected = ["plain", "  spaced ", "bold and not", "東京", "R&D € a\rb _x0041_", "", "", "last"]
    assert read(xlsx(f'<row r="1">{cells}</row>', shared=shared), "book.xlsx") == [expected]


UNUSUAL = {
    "attributes in another order": '<row spans="1:2" r="1"><c t="str" r="A1"><v>a</v></c>'
    '<c s="1" r="B1"><v>5</v></c></row>',
    "no references": '<row><c t="str"><v>a</v></c><c s="1"><v>5</v></c></row>',
    "single quotes": "<row r='1'><c r='A1' t='str'><v>a</v></c><c r='B1' s='1'><v>5</v></c></row>",
    "comments": '<row r="1"><!-- <c r="C1"> --><c r="A1" t="str"><v>a</v></c><c r="B1" s="1"><v>5</v></c></row>',
    "cdata": '<row r="1"><c r="A1" t="str"><v><![CDATA[a]]></v></c><c r="B1" s="1"><v>5</v></c></row>',
    "other attributes": '<row r="1"><c r="A1" t="str" cm="1"><v>a</v></c><c r="B1" s="1" vm="2"><v>5</v></c></row>',
    "text in runs": '<row r="1"><c r="A1" t="inlineStr"><is><r><t>a</t></r><r><t></t></r></is></c><c r="B1" s="1">'
    "<v>5</v></c></row>",
    "spaces": '<row r="1" >\n <c r="A1" t="str" >\n  <v>a</v>\n </c>\n <c r="B1" s="1"  ><v>5</v></c>\n</row>\n',
    "spaces before the end": '<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c><c r="B1" s="1"><v>5</v></c>'
    '<c r="C1" /><c r="D1" t="inlineStr"><is><t /></is></c><c r="E1"><v /></c></row>',
}


@pytest.mark.parametrize("rows", UNUSUAL.values(), ids=UNUSUAL)
def test_unusual_ways_of_writing_are_read_alike(rows):
    assert read(xlsx(rows, formats=["000"]), "book.xlsx") == [["a", "005"]]


def test_a_namespace_prefix():
    sheet = (
        f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row r="2"><x:c r="B2" s="1"><x:v>5</x:v></x:c></x:row>'
        '</x:sheetData><x:mergeCells><x:mergeCell ref="B2:C3"/></x:mergeCells></x:worksheet>'
    )
    with opened(xlsx("", formats=["000"], sheet=sheet), "book.xlsx") as source:
        assert rows_of(source.sheets[0]) == [["", ""], ["", "005"]]
        assert source.sheets[0].merged == [Range(2, 1, 3, 2)]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "iso-8859-1"])
def test_parts_in_other_encodings(encoding):
    declared = encoding.removesuffix("-le")
    mark = "\ufeff" if encoding == "utf-16-le" else ""
    text = (
        f'{mark}<?xml version="1.0" encoding="{declared}"?><worksheet xmlns="{MAIN}"><sheetData><row r="1"><c r="A1" '
    )
    text += 't="str"><v>Köln</v></c></row></sheetData></worksheet>'
    parts = unpacked(xlsx(""))
    parts["xl/worksheets/sheet1.xml"] = text.encode(encoding)
    assert read(packed(parts), "book.xlsx") == [["Köln"]]


def test_strict_workbooks_with_iso_dates():
    strict = {"sheet": '<worksheet xmlns="http://purl.oclc.org/ooxml/spreadsheetml/main"><sheetData><row r="1">'
              '<c r="A1" t="d"><v>2021-01-01</v></c><c r="B1" t="d"><v>2021-01-01T12:30:00</v></c></row></sheetData>'
              "</worksheet>"}  # fmt: skip
    assert read(xlsx("", **strict), "book.xlsx") == [["2021-01-01", "2021-01-01 12:30:00"]]


def test_gaps_order_and_cells_without_content():
    rows = (
        '<row r="2" ht="20"/><row r="3"><c r="C3" t="str"><v>c3</v></c><c r="A3"><v>1</v></c></row>'
        '<row r="6"><c r="B6" t="str"><v>b6</v></c><c r="XFD6" s="1"/></row>'
        '<row r="9"><c r="A9" s="1"/></row>'
    )
    expected = [["", "", ""], ["", "", ""], ["1", "", "c3"], ["", "", ""], ["", "", ""], ["", "b6", ""]]
    assert read(xlsx(rows), "book.xlsx") == expected


def test_two_cells_a_million_rows_apart():
    rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="B1048576"><v>2</v></c></row>'
    with opened(xlsx(rows), "book.xlsx") as source:
        [sheet] = source.sheets
        assert sheet.num_rows == 1_048_576
        assert sheet.rows(1_048_575, 5) == [["", ""], ["", "2"]]
        assert sheet.last_filled == (1, 1_048_576)


def test_hidden_rows_and_columns_are_data_and_hidden_sheets_are_named():
    book = openpyxl.Workbook()
    book.active.append(["a", "b"])
    book.active.row_dimensions[1].hidden = True
    book.active.column_dimensions["B"].hidden = True
    for name, state in (("Hidden", "hidden"), ("Buried", "veryHidden"), ("Empty", "visible")):
        sheet = book.create_sheet(name)
        sheet.sheet_state = state
        if name != "Empty":
            sheet["A1"] = name
    book.create_chartsheet("Chart")
    with opened(saved(book), "book.xlsx") as source:
        assert [(sheet.name, sheet.hidden) for sheet in source.sheets] == [
            ("Sheet", False), ("Hidden", True), ("Buried", True),
        ]  # fmt: skip
        assert rows_of(source.sheets[0]) == [["a", "b"]]


def test_hidden_sheets_of_xls():
    book = xlwt.Workbook()
    for name, visibility in (("Open", 0), ("Hidden", 1), ("Buried", 2)):
        sheet = book.add_sheet(name)
        sheet.visibility = visibility
        sheet.write_merge(0, 0, 1, 2, name)
    out = io.BytesIO()
    book.save(out)
    with opened(out.getvalue(), "book.xls") as source:
        assert [sheet.hidden for sheet in source.sheets] == [False, True, True]
        assert source.sheets[0].merged == [Range(1, 1, 1, 2)]
        assert rows_of(source.sheets[1]) == [["", "Hidden"]]


def test_merged_ranges():
    book = openpyxl.Workbook()
    book.active["A1"], book.active["C2"] = "Report", "x"
    book.active.merge_cells("A1:C1")
    book.active.merge_cells("B2:B3")
    with opened(saved(book), "book.xlsx") as source:
        assert sorted(source.sheets[0].merged) == [Range(1, 0, 1, 2), Range(2, 1, 3, 1)]


def test_names_of_parts_may_differ_in_case_and_slashes():
    parts = {name.replace("worksheets/sheet1", "Worksheets\\Sheet1"): content
             for name, content in unpacked(xlsx('<row r="1"><c r="A1"><v>1</v></c></row>')).items()}  # fmt: skip
    assert read(packed(parts), "book.xlsm") == [["1"]]


def test_two_sheets_of_one_name_are_told_apart():
    workbook = (
        f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets><sheet name="Data" sheetId="1" r:id="rId1"/>'
        '<sheet name="Data" sheetId="2" r:id="rId1"/></sheets></workbook>'
    )
    with opened(xlsx('<row r="1"><c r="A1"><v>1</v></c></row>', workbook=workbook), "book.xlsx") as source:
        assert [sheet.name for sheet in source.sheets] == ["Data", "Data'"]


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]) | st.sampled_from("\n\t&<>\"'_x ]"), max_size=15)
VALUE = st.one_of(
    TEXT.map(lambda text: ("str", text)),
    st.floats(allow_nan=False, allow_infinity=False).map(lambda number: ("n", repr(number))),
    st.booleans().map(lambda flag: ("b", str(int(flag)))),
    st.sampled_from(["#REF!", "#N/A"]).map(lambda text: ("e", text)),
)


@settings(max_examples=60)
@given(st.lists(st.dictionaries(st.integers(0, 30), st.tuples(VALUE, st.integers(0, 3)), max_size=6), max_size=8))
def test_both_ways_of_reading_cells_agree(rows):
    """What is found by numpy is what an XML parser finds in the same cells written in another way."""
    usual, unusual = [], []
    for number, cells in enumerate(rows, 1):
        usual.append(f'<row r="{number}">')
        unusual.append(f"<row r='{number}'>")
        for column, ((kind, value), style) in sorted(cells.items()):
            name = f"{openpyxl.utils.get_column_letter(column + 1)}{number}"
            content = f"<v>{escape(value)}</v>"
            usual.append(f'<c r="{name}" s="{style}" t="{kind}">{content}</c>')
            unusual.append(f"<c t='{kind}' s='{style}' r='{name}'>{content}</c>")
        usual.append("</row>")
        unusual.append("</row>")
    formats = ["00000", "0.00%", "dd/mm/yyyy"]
    first, second = (
        xlsx("".join(text) + '<row r="99"><c r="A99"><v>1</v></c></row>', formats=formats) for text in (usual, unusual)
    )
    assert read(first, "book.xlsx") == read(second, "book.xlsx")


def test_what_is_unusual_is_not_guessed_at():
    with pytest.raises(UnusualXml):
        read_cells(b'<row r="1"><c t="s" r="A1"><v>0</v></c></row>', None)


# OpenDocument


def ods(*rows: TableRow, hidden: bool = False, name: str = "Data") -> bytes:
    book = OpenDocumentSpreadsheet()
    style = Style(name="ta1", family="table")
    style.addElement(TableProperties(display="false" if hidden else "true"))
    book.automaticstyles.addElement(style)
    table = Table(name=name, stylename=style)
    for row in rows:
        table.addElement(row)
    book.spreadsheet.addElement(table)
    out = io.BytesIO()
    book.write(out)
    return out.getvalue()


def ods_row(*cells: TableCell, repeated: int = 1) -> TableRow:
    row = TableRow(numberrowsrepeated=repeated)
    for cell in cells:
        row.addElement(cell)
    return row


def ods_cell(text: str = "", **attributes: object) -> TableCell:
    cell = TableCell(**attributes)
    if text:
        cell.addElement(P(text=text))
    return cell


@pytest.mark.parametrize(
    ("attributes", "text", "shown"),
    [
        ({"valuetype": "string"}, "02134", "02134"),
        ({"valuetype": "float", "value": "2134"}, "02134", "02134"),
        ({"valuetype": "float", "value": "274.65999999999997"}, "274.66", "274.66"),
        ({"valuetype": "float", "value": "1"}, "1", "1"),
        ({"valuetype": "float", "value": "16.219"}, "16.22", "16.219"),
        ({"valuetype": "float", "value": "4006381333931"}, "4.01E+12", "4006381333931"),
        ({"valuetype": "float", "value": "-5"}, "5", "-5"),
        ({"valuetype": "float", "value": "5"}, "", "5"),
        ({"valuetype": "percentage", "value": "0.05"}, "5%", "5%"),
        ({"valuetype": "percentage", "value": "0.125"}, "13%", "12.5%"),
        ({"valuetype": "currency", "currency": "EUR", "value": "1234.5"}, "1.234,50 €", "1.234,50 €"),
        ({"valuetype": "date", "datevalue": "2021-01-01"}, "01.01.21", "2021-01-01"),
        ({"valuetype": "date", "datevalue": "2021-01-01T12:00:00"}, "01.01.21", "2021-01-01 12:00:00"),
        ({"valuetype": "date", "datevalue": "2021-01-01T00:00:00"}, "01.01.21", "2021-01-01"),
        ({"valuetype": "time", "timevalue": "PT36H30M05S"}, "36:30", "36:30:05"),
        ({"valuetype": "boolean", "booleanvalue": "true"}, "WAHR", "TRUE"),
        ({"valuetype": "string", "formula": "of:=NA()"}, "#N/A", "#N/A"),
    ],
)
def test_ods_shows(attributes, text, shown):
    assert read(ods(ods_row(ods_cell(text, **attributes))), "book.ods") == [[shown]]


def test_ods_repeats_covers_and_gaps():
    content = ods(
        ods_row(ods_cell(numbercolumnsrepeated=1024), repeated=2),
        ods_row(
            ods_cell("a", valuetype="string", numbercolumnsrepeated=2), ods_cell("b", valuetype="string"), repeated=3
        ),
        ods_row(
            ods_cell("m", valuetype="string", numbercolumnsspanned=2, numberrowsspanned=1), CoveredTableCell(),
            ods_cell("n", valuetype="string"),
        ),
        ods_row(ods_cell(numbercolumnsrepeated=1024), repeated=1_000_000),
    )  # fmt: skip
    with opened(content, "book.ods") as source:
        [sheet] = source.sheets
        assert rows_of(sheet) == [["", "", ""]] * 2 + [["a", "a", "b"]] * 3 + [["m", "", "n"]]
        assert sheet.merged == [Range(6, 0, 6, 1)]


def test_ods_text_with_its_own_spaces_and_lines():
    cell = TableCell(valuetype="string")
    part = P(text="two")
    part.addElement(S(c=2))
    part.addElement(Span(text="words"))
    part.addElement(LineBreak())
    part.addText("line")
    cell.addElement(part)
    cell.addElement(P(text="paragraph"))
    assert read(ods(ods_row(cell)), "book.ods") == [["two  words\nline\nparagraph"]]


def test_ods_hidden_sheets_and_formulas_without_a_result():
    content = ods(ods_row(ods_cell("x", valuetype="string"), ods_cell(formula="of:=1+1")), hidden=True, name="Liste")
    with opened(content, "book.ods") as source:
        [sheet] = source.sheets
        assert (sheet.name, sheet.hidden) == ("Liste", True)
        assert note(sheet, "formula_without_result")[:2] == (1, [1])


def test_ods_without_a_mimetype_member():
    parts = unpacked(ods(ods_row(ods_cell("x", valuetype="string"))))
    del parts["mimetype"]
    assert read(packed(parts), "book.ods") == [["x"]]


def test_digits_that_a_format_adds_are_read_and_noted():
    book = openpyxl.Workbook()
    for row, (value, form) in enumerate([(2134, "00000"), (12345, "00000"), (7, '"2024-"000'), (5, "0.00")], 1):
        put(book.active, row, value, form)
    with opened(saved(book), "book.xlsx") as source:
        [sheet] = source.sheets
        assert [row[0] for row in rows_of(sheet)] == ["02134", "12345", "2024-007", "5.00"]
        assert note(sheet, "added_digits") == (2, [1, 3], ["02134", "2024-007"])


def test_codes_written_as_formulas_are_read_in_workbooks_too():
    book = openpyxl.Workbook()
    for row, text in enumerate(["Code", '="00123"', "0042"], 1):
        cell = book.active.cell(row, 1, text)
        cell.data_type = "s"
    with opened(saved(book), "book.xlsx") as source:
        assert [row[0] for row in rows_of(source.sheets[0])] == ["Code", "00123", "0042"]
        assert note(source.sheets[0], "formula_guards") == (1, [2], ['="00123"'])
