"""Tables in web pages and in Excel's XML of 2003, as systems write them under the name of a workbook."""

from engine.readers import Range
from tests.source_files import note, opened, read, rows_of

PAGE = """<html><head><meta charset="utf-8"><style>td{}</style></head><body><h1>Report</h1>
<table><tr><td colspan=3><b>Customer list</b></td></tr></table>
<table border=1><tr><th>No<th>Name<th>City</tr>
<tr><td>="00123"</td><td>M&uuml;ller &amp; Co<br>GmbH</td><td>Bonn&nbsp;</td></tr>
<tr><td rowspan=2>00124</td><td>A</td><td>B</td></tr><tr><td>C</td><td>D</td></tr></table></body></html>"""
XML = """<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">
<Styles><Style ss:ID="z"><NumberFormat ss:Format="00000"/></Style><Style ss:ID="d"><NumberFormat ss:Format="Short Date"
/></Style><Style ss:ID="e"><NumberFormat ss:Format="#,##0.00\\ [$€-407]"/></Style></Styles><Worksheet ss:Name="Kunden">
<Table><Row><Cell><Data ss:Type="String">Zip</Data></Cell><Cell ss:MergeAcross="1"><Data ss:Type="String">Since</Data>
</Cell><Cell><Data ss:Type="String">Sum</Data></Cell></Row>
<Row ss:Index="3"><Cell ss:StyleID="z"><Data ss:Type="Number">2134</Data></Cell><Cell ss:StyleID="d"><Data
ss:Type="DateTime">2021-03-01T00:00:00.000</Data></Cell><Cell ss:Index="4" ss:StyleID="e"><Data
ss:Type="Number">1234.5</Data></Cell></Row></Table></Worksheet></Workbook>"""


def test_a_page_named_xls_is_read_and_the_name_is_noted():
    with opened(PAGE.encode(), "report.xls") as source:
        [sheet] = source.sheets
        assert rows_of(sheet) == [
            ["Customer list", "", ""], ["No", "Name", "City"], ["00123", "Müller & Co\nGmbH", "Bonn"],
            ["00124", "A", "B"], ["", "C", "D"],
        ]  # fmt: skip
        assert sheet.merged == [Range(1, 0, 1, 2), Range(4, 0, 5, 0)]
        assert note(sheet, "named_otherwise")[0] == 1
        assert note(sheet, "formula_guards")[:2] == (1, [3])


def test_a_page_in_another_encoding():
    page = "<table><tr><td>Name</td><td>Ort</td></tr><tr><td>Jürgen</td><td>Köln</td></tr></table>"
    assert read(page.encode("cp1252"), "a.xls")[1] == ["Jürgen", "Köln"]
    assert read(page.encode("utf-16"), "a.xls")[1] == ["Jürgen", "Köln"]


def test_tables_of_one_width_are_one_and_others_are_sheets():
    def table(*rows: tuple[str, ...]) -> str:
        lines = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
        return f"<table>{lines}</table>"

    page = table(("A", "B"), ("1", "2")) + table(("3", "4"), ("5", "6")) + table(("X", "Y", "Z"), ("7", "8", "9"))
    with opened(f"<html><body><table><tr><td>{page}</td></tr></table></body></html>".encode(), "page.html") as source:
        assert [rows_of(sheet) for sheet in source.sheets] == [
            [["A", "B"], ["1", "2"], ["3", "4"], ["5", "6"]],
            [["X", "Y", "Z"], ["7", "8", "9"]],
        ]


def test_the_xml_of_2003_is_read_with_its_formats():
    with opened(XML.encode(), "book.xls") as source:
        [sheet] = source.sheets
        assert sheet.name == "Kunden"
        assert rows_of(sheet) == [
            ["Zip", "Since", "", "Sum"], ["", "", "", ""], ["02134", "2021-03-01", "", "1,234.50 €"]
        ]  # fmt: skip
        assert sheet.merged == [Range(1, 1, 1, 2)]


def test_text_named_xls_is_read():
    with opened(b"a\tb\n1\t2\n", "export.xls") as source:
        assert rows_of(source.sheets[0]) == [["a", "b"], ["1", "2"]]
        assert note(source.sheets[0], "named_otherwise")[2][1] == "a text file such as CSV"
