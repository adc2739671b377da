"""Files for the tests of the readers, and what is read from them."""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import openpyxl

from engine.readers import Limits, Range, RawSheet, Source, Unreadable, open_source
from engine.sheets.table_shape import TableShape, find_table

SAMPLES = Path(__file__).parent / "samples"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def opened(content: bytes, name: str, limits: Limits | None = None) -> Source:
    """The source that the reader makes of a file with this content and name."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "upload"
        path.write_bytes(content)
        return open_source(path, name, limits)


def rows_of(sheet: RawSheet) -> list[list[str]]:
    """All rows of a sheet."""
    return [list(row.values()) for batch in sheet.batches() for row in batch.to_pylist()]


def read(content: bytes, name: str = "table.csv") -> list[list[str]]:
    """All rows of a file's only sheet."""
    with opened(content, name) as source:
        [sheet] = source.sheets
        return rows_of(sheet)


def refusal(content: bytes, name: str, limits: Limits | None = None) -> str:
    """The sentence with which a file is refused. Fails if it is read."""
    try:
        with opened(content, name, limits):
            raise AssertionError(f"{name} was read")
    except Unreadable as problem:
        return str(problem)


def note(sheet: RawSheet, slug: str) -> tuple[int, list[int], list[str]]:
    """Count, rows and examples of one note."""
    [found] = [one for one in sheet.notes if one.slug == slug]
    return found.count, found.rows, found.examples


def packed(members: Mapping[str, bytes | str]) -> bytes:
    """A ZIP archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def unpacked(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def saved(book: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def xlsx(rows: str, *, shared: str = "", formats: Sequence[str] = (), after: str = "", **changed: str) -> bytes:
    """A workbook with one sheet written by hand: the XML of its rows, of its shared strings, of what comes after the
    rows. Style n + 1 has the n-th of `formats`. `changed` replaces whole parts: sheet, strings, workbook, styles.
    """
    custom = "".join(f'<numFmt numFmtId="{200 + n}" formatCode="{code}"/>' for n, code in enumerate(formats))
    styles = "".join(f'<xf numFmtId="{200 + n}"/>' for n in range(len(formats)))
    parts = {
        "workbook": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>'
        '<sheet name="Data" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "styles": f'<styleSheet xmlns="{MAIN}"><numFmts>{custom}</numFmts><cellXfs><xf numFmtId="0"/>{styles}</cellXfs>'
        "</styleSheet>",
        "sheet": f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData>{after}</worksheet>',
        "strings": f'<sst xmlns="{MAIN}">{shared}</sst>',
        **changed,
    }
    kind = RELATIONS
    return packed(
        {
            "[Content_Types].xml": "<Types/>",
            "_rels/.rels": f'<Relationships xmlns="{PACKAGE}"><Relationship Id="rId1" Type="{kind}/officeDocument" '
            'Target="xl/workbook.xml"/></Relationships>',
            "xl/workbook.xml": parts["workbook"],
            "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}">'
            f'<Relationship Id="rId1" Type="{kind}/worksheet" Target="worksheets/sheet1.xml"/>'
            f'<Relationship Id="rId2" Type="{kind}/styles" Target="styles.xml"/>'
            f'<Relationship Id="rId3" Type="{kind}/sharedStrings" Target="/xl/sharedStrings.xml"/></Relationships>',
            "xl/styles.xml": parts["styles"],
            "xl/sharedStrings.xml": parts["strings"],
            "xl/worksheets/sheet1.xml": parts["sheet"],
        }
    )


def csv_text(rows: Sequence[Sequence[str]]) -> bytes:
    """Rows as CSV with every value quoted."""
    doubled = ([cell.replace('"', '""') for cell in row] for row in rows)
    return "\n".join(",".join(f'"{cell}"' for cell in row) for row in doubled).encode()


def shape_of(
    rows: Sequence[Sequence[str]], merged: Sequence[Range] = (), header: Sequence[int] | None = None
) -> TableShape:
    """What the header search makes of these rows."""
    with opened(csv_text(rows), "table.csv") as source:
        source.sheets[0].merged = list(merged)
        return find_table(source.sheets[0], header)
