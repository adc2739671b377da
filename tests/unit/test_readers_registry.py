"""The registry of readers: what is offered for upload is what can be read."""

import re

import openpyxl
import pytest
import xlwt
from django.template.loader import render_to_string

from engine.readers import READERS, accepted_endings, accepted_kinds
from tests.source_files import packed, read, saved

ODS = """<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">
 <table:table table:name="Data"><table:table-row><table:table-cell office:value-type="string"><text:p>x</text:p>
 </table:table-cell></table:table-row></table:table></office:document-content>"""


def workbook() -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["x"])
    return saved(book)


def old_workbook() -> bytes:
    book = xlwt.Workbook()
    book.add_sheet("Data").write(0, 0, "x")
    return saved(book)


CONTENT = {
    "xlsx": workbook(),
    "xls": old_workbook(),
    "ods": packed({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": ODS}),
    "csv": b"x\n",
    "zip": packed({"a.csv": b"x\n"}),
}


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.endings[0])
def test_files_are_read_under_every_ending_of_their_kind(reader):
    content = CONTENT[reader.endings[0]]
    assert [read(content, f"table.{ending}") for ending in reader.endings] == [[["x"]]] * len(reader.endings)


def test_an_ending_belongs_to_one_reader():
    assert len(accepted_endings()) == len(set(accepted_endings()))


def test_the_upload_field_offers_what_can_be_read():
    page = render_to_string("components/drop.html", {"upload_url": "#"})
    [accept] = re.findall(r'accept="([^"]*)"', page)
    assert accept.split(",") == accepted_endings()
    assert f"{accepted_kinds()}." in page


def test_the_kinds_are_one_phrase():
    assert accepted_kinds() == "Excel, OpenDocument, CSV, or a zip of them"
