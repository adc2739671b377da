"""What cannot be read: one sentence for the user, an entry in the log, nothing left behind, and nothing else ever."""

import io
import logging
import re
import tempfile
import zipfile
from pathlib import Path

import openpyxl
import pytest
import xlwt
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.readers import Limits, Source, Unreadable, open_source
from engine.sheets.row_kinds import row_kinds
from engine.sheets.table_shape import find_table
from engine.sheets.working_file import write_working_file
from tests.source_files import SAMPLES, opened, packed, read, refusal, saved, unpacked, xlsx

CSV = b"a;b\n1;2\n"
BOOK = (SAMPLES / "messy_customers.xlsx").read_bytes()
OLD_BOOK = (SAMPLES / "quickbooks_customers.xls").read_bytes()
ODS = packed(
    {
        "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
        "content.xml": '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
        '<table:table table:name="Data"><table:table-row><table:table-cell office:value-type="string">'
        "<text:p>x</text:p></table:table-cell></table:table-row></table:table></office:spreadsheet></office:body>"
        "</office:document-content>",
    }
)
ONE_CELL = '<row r="1"><c r="A1"><v>1</v></c></row>'
ENTITY = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'


def with_part(content: bytes, part: str, change) -> bytes:
    parts = unpacked(content)
    parts[part] = change(parts.get(part, b""))
    return packed(parts)


def with_document_type(content: bytes, part: str) -> bytes:
    return with_part(content, part, lambda old: ENTITY.encode() + re.sub(rb"^<\?xml.*?\?>", b"", old))


def ole(entry: str) -> bytes:
    """The old Office container, as far as its directory is looked at."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + entry.encode("utf-16-le") + bytes(512)


def locked_xls() -> bytes:
    """An old workbook that says that it is encrypted."""
    book = xlwt.Workbook()
    book.add_sheet("Data").write(0, 0, "secret")
    records = book.get_biff_data()
    end = 4 + int.from_bytes(records[2:4], "little")  # of the first record
    return records[:end] + b"\x2f\x00\x36\x00\x01\x00\x01\x00\x01\x00" + bytes(48) + records[end:]


def locked(content: bytes) -> bytes:
    """An archive whose members say that they are encrypted."""
    changed = bytearray(content)
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = -1
        while (start := changed.find(mark, start + 1)) >= 0:
            changed[start + place] |= 1
    return bytes(changed)


def wide(columns: int) -> bytes:
    book = openpyxl.Workbook(write_only=True)
    book.create_sheet("Data").append([1] * columns)
    return saved(book)


def bomb() -> bytes:
    rows = '<row r="1"><c r="A1"><v>' + "0" * 30_000_000 + "</v></c></row>"
    return xlsx(rows)


def repeating_bomb() -> bytes:
    """Few bytes that put a long text into many cells."""
    cells = "".join(
        f'<row r="{row}">' + "".join(f'<c r="{letter}{row}" t="s"><v>0</v></c>' for letter in "ABCDEFGHIJ") + "</row>"
        for row in range(1, 8000)
    )
    return xlsx(cells, shared=f"<si><t>{'x' * 32_000}</t></si>")


REFUSED = {
    "nothing": (b"", "empty.csv", "'empty.csv' is empty: there is no data in it."),
    "blank lines": (b"\n \n\n", "empty.csv", "'empty.csv' is empty: there is no data in it."),
    "only separators": (b";;;\n;;;\n", "empty.csv", "'empty.csv' is empty"),
    "an empty workbook": (saved(openpyxl.Workbook()), "book.xlsx", "'book.xlsx' is empty: there is no data in it."),
    "NUL bytes": (bytes(5000), "table.csv", "is empty"),
    "a byte order mark": (b"\xef\xbb\xbf", "table.csv", "is empty"),
    "a wide byte order mark": (b"\xff\xfe", "table.csv", "is empty"),
    "a byte order mark and lines": (b"\xfe\xff\0\n\0\n", "table.csv", "is empty"),
    "noise": (bytes(range(256)) * 20, "table.csv", "neither a spreadsheet nor a text file"),
    "a password": (ole("EncryptedPackage"), "book.xlsx", "protected with a password"),
    "a password of xls": (locked_xls(), "book.xls", "protected with a password"),
    "a password of the archive": (locked(packed({"a.csv": CSV})), "export.zip", "protected with a password"),
    "a password of ods": (
        with_part(ODS, "META-INF/manifest.xml", lambda _: b"<m:encryption-data/>"), "book.ods", "with a password",
    ),
    "half a workbook": (BOOK[: len(BOOK) // 2], "book.xlsx", "damaged or was not uploaded completely"),
    "half an old workbook": (OLD_BOOK[: len(OLD_BOOK) // 2], "book.xls", "damaged or was not uploaded completely"),
    "half an archive": (packed({"a.csv": CSV * 1000})[:60], "export.zip", "damaged or was not uploaded completely"),
    "half a sheet": (
        with_part(BOOK, "xl/worksheets/sheet1.xml", lambda old: old[:5000]), "book.xlsx", "damaged or was not uploaded",
    ),
    "a lost sheet": (packed({"[Content_Types].xml": "<Types/>"}), "book.xlsx", "damaged or was not uploaded"),
    "a workbook named csv": (BOOK, "book.csv", "named like a text file such as CSV, but it is an Excel workbook"),
    "a csv named xlsx": (CSV, "book.xlsx", "Rename it to 'book.csv'"),
    "a workbook named xls": (BOOK, "book.xls", "Rename it to 'book.xlsx'"),
    "an old workbook named xlsx": (OLD_BOOK, "book.xlsx", "Rename it to 'book.xls'"),
    "a workbook named zip": (BOOK, "book.zip", "Rename it to 'book.xlsx'"),
    "an archive named xlsx": (packed({"a.csv": CSV}), "book.xlsx", "Rename it to 'book.zip'"),
    "an ods named xlsx": (ODS, "book.xlsx", "Rename it to 'book.ods'"),
    "html": (b"<!DOCTYPE html><html><body/></html>", "report.html", "'report.html' is a web page. Open it in Excel"),
    "mhtml": (b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n", "report.xls", "is a web page"),
    "json": (b'[{"a": 1}]', "data.csv", "is a JSON file, not a table"),
    "pdf": (b"%PDF-1.7\n", "list.xlsx", "is a PDF document, not a table"),
    "a picture": (b"\x89PNG\r\n\x1a\n", "scan.csv", "is a picture, not a table"),
    "a gzip": (b"\x1f\x8b\x08\x00", "a.csv.gz", "is a compressed file (.gz)"),
    "a document": (packed({"[Content_Types].xml": "", "word/document.xml": ""}), "letter.docx", "is a text document"),
    "an old document": (ole("WordDocument"), "letter.doc", "is an Office file of another kind"),
    "a text document": (packed({"mimetype": "application/vnd.oasis.opendocument.text"}), "a.odt", "is a text document"),
    "a binary workbook": (
        packed({"[Content_Types].xml": "", "xl/workbook.bin": ""}), "book.xlsb", "is a binary Excel workbook (.xlsb)",
    ),
    "numbers": (packed({"Index/Document.iwa": ""}), "book.numbers", "is an Apple Numbers file"),
    "a bomb": (bomb(), "book.xlsx", "overload computers"),
    "a bomb of repetitions": (repeating_bomb(), "book.xlsx", "overload computers"),
    "a bomb of ods": (
        with_part(ODS, "content.xml", lambda old: old.replace(
            b"<table:table-row>", b'<table:table-row table:number-rows-repeated="1000000">'
        ).replace(b"<table:table-cell", b'<table:table-cell table:number-columns-repeated="1000"')),
        "book.ods", "more than 100,000,000 cells",
    ),
    "20,000 columns": (wide(16_384), "book.xlsx", "has more than 2,000 columns, which is more than can be read."),
    "20,000 columns of text": (b",".join([b"x"] * 20_000), "table.csv", "has more than 2,000 columns"),
    "20,000 columns of ods": (
        with_part(ODS, "content.xml", lambda old: old.replace(
            b"<table:table-cell", b'<table:table-cell table:number-columns-repeated="20000"'
        )), "book.ods", "has more than 2,000 columns",
    ),
    "an impossible column": (xlsx('<row r="1"><c r="ZZZZ1"><v>1</v></c></row>'), "book.xlsx", "damaged"),
    "an impossible row": (xlsx('<row r="9999999"><c r="A9999999"><v>1</v></c></row>'), "book.xlsx", "damaged"),
    "rows that come twice": (
        xlsx(ONE_CELL + "".join(f"<!-- {n * n} -->" for n in range(200_000)) + ONE_CELL), "book.xlsx", "damaged",
    ),
    "a shared string that there is not": (
        xlsx('<row r="1"><c r="A1" t="s"><v>5</v></c></row>', shared="<si><t>a</t></si>"), "book.xlsx", "damaged",
    ),
    "an unknown entity": (xlsx('<row r="1"><!-- x --><c r="A1" t="str"><v>&x;</v></c></row>'), "book.xlsx", "damaged"),
    "one endless line": (b"x" * (9 * 2**20), "table.csv", "is longer than any row of a table"),
}  # fmt: skip


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch) -> Path:
    """Where temporary files go, empty at first."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.mark.parametrize("case", REFUSED, ids=REFUSED)
def test_one_sentence_a_log_entry_and_nothing_left(case, temporary, caplog):
    content, name, words = REFUSED[case]
    with caplog.at_level(logging.WARNING, "engine.readers"):
        sentence = refusal(content, name)
    assert words in sentence
    assert "\n" not in sentence
    assert sentence.endswith(".")
    assert not re.search(r"(?i)null|regex|parse|dtype|schema|exception|error", sentence)
    assert [record.name for record in caplog.records] == ["engine.readers"]
    assert list(temporary.iterdir()) == []


PARTS = ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/styles.xml", "[Content_Types].xml", "_rels/.rels",
         "xl/_rels/workbook.xml.rels", "docProps/core.xml", "xl/theme/theme1.xml", "xl/drawings/new.vml"]  # fmt: skip


@pytest.mark.parametrize("part", PARTS)
def test_a_document_type_anywhere_refuses_a_workbook(part, temporary):
    assert "document type declaration" in refusal(with_document_type(BOOK, part), "book.xlsx")


@pytest.mark.parametrize("part", ["content.xml", "meta.xml", "META-INF/manifest.xml"])
def test_a_document_type_anywhere_refuses_an_ods(part, temporary):
    content = with_part(ODS, part, lambda old: old or b"<x/>")
    assert "document type declaration" in refusal(with_document_type(content, part), "book.ods")


def test_a_document_type_behind_a_long_comment_and_in_utf_16():
    hidden = f'<?xml version="1.0" encoding="utf-16"?><!--{"x" * 100_000}-->{ENTITY}<x/>'.encode("utf-16")
    content = with_part(BOOK, "xl/styles.xml", lambda _: hidden)
    assert "document type declaration" in refusal(content, "book.xlsx")


def test_external_references_are_never_followed(tmp_path):
    """A reference without a declaration stays what it is, or refuses the file."""
    rows = '<row r="1"><c r="A1" t="str"><v>&amp;e; &lt;!ENTITY</v></c></row>'
    assert read(xlsx(rows), "book.xlsx") == [["&e; <!ENTITY"]]


def test_what_progress_raises_comes_through_and_nothing_stays(temporary, tmp_path):
    class Cancelled(Exception):
        pass

    def cancel(done: int, total: int) -> None:
        raise Cancelled

    for name in ("messy_customers.xlsx", "quickbooks_customers.xls", "legacy_products.csv"):
        with pytest.raises(Cancelled):
            open_source(SAMPLES / name, name, progress=cancel)
    assert list(temporary.iterdir()) == []


def test_progress_is_told_in_bytes():
    told: list[tuple[int, int]] = []
    path = SAMPLES / "salesforce_accounts.csv"
    open_source(path, path.name, progress=lambda done, total: told.append((done, total))).close()
    assert told[-1] == (path.stat().st_size, path.stat().st_size)


def test_a_read_source_leaves_nothing_behind(temporary):
    with opened(b"a,b\n" + b"1,2\n" * 100_000, "table.csv") as source:
        assert len(list(temporary.iterdir())) == 1
        assert source.sheets[0].num_rows == 100_001
    assert list(temporary.iterdir()) == []


def test_the_users_own_file_is_never_touched():
    before = {path.name: path.read_bytes() for path in SAMPLES.iterdir()}
    for name in before:
        try:
            open_source(SAMPLES / name, name, Limits(rows=50)).close()
        except Unreadable:
            continue
    assert {path.name: path.read_bytes() for path in SAMPLES.iterdir()} == before


# Whatever is uploaded: it is read, or refused with a sentence.

SEEDS = {name: (SAMPLES / name).read_bytes() for name in (
    "messy_customers.xlsx", "accounting_open_items.xlsx", "quickbooks_customers.xls", "legacy_products.csv",
    "salesforce_contacts.csv",
)}  # fmt: skip
SEEDS["shared.xlsx"] = xlsx(
    '<row r="1"><c r="A1" s="1" t="n"><v>5</v></c><c r="B1" t="s"><v>0</v></c></row>'
    '<row r="2"><c r="A2"><f>A1</f></c></row>',
    shared="<si><t>text</t></si>", formats=["0.00%"], after='<mergeCells><mergeCell ref="A1:B1"/></mergeCells>',
)  # fmt: skip
SEEDS["book.ods"] = ODS
SEEDS["export.zip"] = packed({"a.csv": CSV, "b.xlsx": SEEDS["shared.xlsx"]})


def whole_way(content: bytes, name: str, folder: Path) -> None:
    """Read, find the table, write the working file, tell the rows apart; Unreadable is the only way out."""
    source, sentence = attempt(content, name)
    if source is None:
        assert re.fullmatch(r"[^\n]+\.", sentence)
        return
    with source:
        for sheet in source.sheets:
            working = write_working_file(sheet, find_table(sheet), folder / "working.arrow")
            assert sum(len(row_kinds(batch).data) for batch in working.batches()) == working.num_rows


def attempt(content: bytes, name: str) -> tuple[Source | None, str]:
    try:
        return opened(content, name), ""
    except Unreadable as problem:
        return None, str(problem)


CHANGE = st.tuples(st.sampled_from(["set", "cut", "insert", "copy", "end"]), st.floats(0, 1), st.binary(max_size=40))


def changed(content: bytes, changes) -> bytes:
    for kind, place, added in changes:
        start = int(place * len(content))
        if kind == "set":
            content = content[:start] + added + content[start + len(added) :]
        elif kind == "cut":
            content = content[:start] + content[start + len(added) * 3 :]
        elif kind == "insert":
            content = content[:start] + added + content[start:]
        elif kind == "copy":
            content = content[:start] + content[start // 2 : start // 2 + 50] + content[start:]
        else:
            content = content[:start]
    return content


FUZZ = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])


@FUZZ
@given(st.sampled_from(sorted(SEEDS)), st.lists(CHANGE, min_size=1, max_size=4))
def test_changed_files_are_read_or_refused(tmp_path, name, changes):
    whole_way(changed(SEEDS[name], changes), name, tmp_path)


@FUZZ
@given(
    st.sampled_from([name for name in sorted(SEEDS) if zipfile.is_zipfile(io.BytesIO(SEEDS[name]))]),
    st.floats(0, 0.999),
    st.lists(CHANGE, min_size=1, max_size=4),
)
def test_changed_parts_are_read_or_refused(tmp_path, name, which, changes):
    parts = unpacked(SEEDS[name])
    part = list(parts)[int(which * len(parts))]
    whole_way(packed({**parts, part: changed(parts[part], changes)}), name, tmp_path)


@FUZZ
@given(
    st.binary(max_size=300) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace")),
    st.sampled_from(["", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\x09\x08\x10\x00\x00\x06", b"\xff\xfe"]),
    st.sampled_from(["table.csv", "book.xlsx", "book.xls", "book.ods", "export.zip", "no ending", "'\n\u202e.txt"]),
)
def test_any_bytes_are_read_or_refused(tmp_path, content, start, name):
    sentence_name = name.replace("\n", " ")
    whole_way((start or b"") + content, sentence_name, tmp_path)
