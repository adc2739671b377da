"""ZIP archives of tables."""

import openpyxl
import pytest

from engine.readers import Limits
from tests.source_files import SAMPLES, note, opened, packed, refusal, rows_of, saved, unpacked

TABLE = b"a;b\n1;2\n"


def test_every_member_is_a_source():
    samples = ["messy_customers.xlsx", "quickbooks_customers.xls", "legacy_products.csv"]
    members = {f"export/{name}": (SAMPLES / name).read_bytes() for name in samples}
    with opened(packed(members), "export.zip") as source:
        assert [(sheet.file, sheet.name) for sheet in source.sheets] == [
            ("export/messy_customers.xlsx", "Customers"),
            ("export/quickbooks_customers.xls", "Customer Contact List"),
            ("export/legacy_products.csv", "legacy_products"),
        ]
        assert [sheet.encoding for sheet in source.sheets] == ["", "", "cp1252"]


def test_what_systems_leave_behind_is_skipped():
    litter = ["__MACOSX/._a.csv", "__MACOSX/a.csv", ".DS_Store", "folder/.hidden.csv", "Thumbs.db", "x/desktop.ini"]
    with opened(packed({"a.csv": TABLE, **dict.fromkeys(litter, b"\x00\x05\x16")}), "export.zip") as source:
        assert [sheet.file for sheet in source.sheets] == ["a.csv"]


def test_empty_members_are_left_out():
    with opened(packed({"a.csv": TABLE, "b.csv": b"", "folder/": b""}), "export.zip") as source:
        assert [sheet.file for sheet in source.sheets] == ["a.csv"]
    assert refusal(packed({"a.csv": b"", "b.csv": b"\n\n"}), "export.zip") == (
        "'export.zip' is empty: there is no data in it."
    )


def test_files_of_one_name_in_two_folders():
    with opened(packed({"x/a.csv": TABLE, "y/a.csv": b"c;d\n3;4\n"}), "export.zip") as source:
        assert [sheet.file for sheet in source.sheets] == ["x/a.csv", "y/a.csv"]
        assert rows_of(source.sheets[1]) == [["c", "d"], ["3", "4"]]


def test_archives_in_archives_are_refused():
    sentence = refusal(packed({"inner.zip": packed({"a.csv": TABLE})}), "export.zip")
    assert sentence == "In the archive 'export.zip': 'inner.zip' is an archive itself. Unpack it and upload its files."


PDF = b"%PDF-1.7 ..."


def test_a_member_that_is_never_a_table_is_left_out_and_named():
    with opened(packed({"manual.pdf": PDF, "a.csv": TABLE, "logo.png": b"\x89PNG\r\n"}), "export.zip") as source:
        [sheet] = source.sheets
        assert (sheet.file, rows_of(sheet)) == ("a.csv", [["a", "b"], ["1", "2"]])
        assert note(sheet, "other_members") == (2, [], ["manual.pdf", "logo.png"])
    assert refusal(packed({"manual.pdf": PDF}), "export.zip").startswith(
        "In the archive 'export.zip': 'manual.pdf' is a PDF document, not a table."
    )


def test_a_member_that_may_hold_a_table_refuses_the_archive():
    sentence = refusal(packed({"a.csv": TABLE, "more.csv.gz": b"\x1f\x8b\x08"}), "export.zip")
    assert sentence.startswith("In the archive 'export.zip': 'more.csv.gz' is a compressed file (.gz), not a table.")


@pytest.mark.parametrize(
    "name", ["../a.csv", "x/../../a.csv", "/etc/a.csv", "..\\a.csv", "C:\\a.csv", "c:/a.csv", "\\\\host\\a.csv", ".."]
)
@pytest.mark.parametrize("kind", ["zip", "xlsx"])
def test_names_that_lead_outside_refuse_the_file(name, kind):
    content = packed({name: TABLE, "a.csv": TABLE})
    if kind == "xlsx":
        book = openpyxl.Workbook()
        book.active["A1"] = 1
        content = with_member(saved(book), name, TABLE)
    assert "leads out of its folder" in refusal(content, f"export.{kind}")


def with_member(content: bytes, name: str, added: bytes) -> bytes:
    return packed({**unpacked(content), name: added})


def test_unpacked_size_is_limited_while_unpacking():
    content = packed({"a.csv": b"a;b\n" + b"1;2\n" * 100_000, "b.csv": b"a;b\n" + b"1;2\n" * 100_000})
    assert "overload computers" in refusal(content, "export.zip", Limits(unpacked_bytes=500_000))
    with opened(content, "export.zip", Limits(unpacked_bytes=10_000_000, ratio=10_000)) as source:
        assert len(source.sheets) == 2


def test_ratio_is_limited_whatever_the_directory_says():
    content = bytearray(packed({"a.csv": b"a;b\n" + b"1;2\n" * 3_000_000}))
    assert "overload computers" in refusal(bytes(content), "export.zip")
    place = content.rindex(b"PK\x01\x02") + 24
    content[place : place + 4] = (100).to_bytes(4, "little")  # the directory now says: 100 bytes
    assert "damaged" in refusal(bytes(content), "export.zip")


def test_too_many_sheets():
    content = packed({f"{n}.csv": TABLE for n in range(5)})
    assert "more than 3 sheets" in refusal(content, "export.zip", Limits(sheets=3))
