"""The reader of Excel workbooks (xlsx, xlsm): their sheets, number formats and shared strings."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import Element

import pyarrow as pa
from defusedxml.ElementTree import fromstring

from engine.readers.file_content import FileContent, is_office_package, refusal_of
from engine.readers.file_reader import FileReader
from engine.readers.number_formats import BUILT_IN
from engine.readers.raw_sheet import Range, RawSheet, SheetNotes
from engine.readers.reading_context import ReadingContext
from engine.readers.refusals import EmptyFile, log, overloading
from engine.readers.safe_unzip import SafeZip
from engine.readers.workbook_cells import CellDisplay, SheetGrid
from engine.readers.xlsx_blocks import ItemBlocks, column_number, rewritten_rows, rewritten_strings
from engine.readers.xlsx_cells import SharedStrings, TooLong, UnusualXml, read_cells, shared_texts

_MERGED = re.compile(rb"""<(?:[\w.-]+:)?mergeCell\s[^>]*?ref\s*=\s*["']\$?([A-Z]+)\$?(\d+):\$?([A-Z]+)\$?(\d+)["']""")
_RELATION = re.compile(r"\{.*\}id$")
_WORKBOOK = "xl/workbook.xml"  # where the relations do not say it


@dataclass(frozen=True)
class ListedSheet:
    """Hold what the workbook's list says of a sheet."""

    name: str
    part: str
    hidden: bool


@dataclass(frozen=True)
class OpenedWorkbook:
    """Hold what all sheets of an opened workbook share."""

    archive: SafeZip
    name: str
    listed: list[ListedSheet]
    display: CellDisplay
    strings: SharedStrings


def is_xlsx(file: FileContent) -> bool:
    """Return whether the file is a modern Excel workbook, and no text document or binary workbook."""
    return file.is_archive and is_office_package(file) and refusal_of(file) is None


def read_xlsx(path: Path, name: str, context: ReadingContext) -> list[RawSheet]:
    """Return the sheets that hold anything. Raises Unreadable."""
    sheets = []
    with SafeZip(path, name, context.limits) as archive:
        archive.refuse_document_types()
        book = _open(archive, name)
        context.check_sheets(name, len(book.listed))
        for listed in book.listed:
            sheet = _read_sheet(book, listed, context)
            if sheet:
                sheets.append(sheet)
            else:
                log.info("the sheet %r of %r is empty and left out", listed.name, name)
    if not sheets:
        raise EmptyFile(name)
    return sheets


def _open(archive: SafeZip, name: str) -> OpenedWorkbook:
    part = _part_of_kind(_relations(archive, "").values(), "officeDocument", _WORKBOOK)
    related = _relations(archive, part)
    book = fromstring(archive.read(_existing(archive, part)), forbid_dtd=True)
    properties = book.find("{*}workbookPr")
    date1904 = properties is not None and properties.get("date1904", "0").lower() in ("1", "true")
    codes = _format_codes(archive, _part_of_kind(related.values(), "styles"))
    strings = _strings(archive, _part_of_kind(related.values(), "sharedStrings"), name)
    listed = list(_listed(book, related))
    return OpenedWorkbook(archive, name, listed, CellDisplay(codes, date1904), SharedStrings.of(strings))


def _part_of_kind(relations: Iterable[tuple[str, str]], wanted: str, default: str = "") -> str:
    """Return the first part to which a relation of this kind leads."""
    for kind, target in relations:
        if kind == wanted:
            return target
    return default


def _relations(archive: SafeZip, part: str) -> dict[str, tuple[str, str]]:
    """Return, by relationship id, the last word of its type and the name of the part to which it leads."""
    folder, base = posixpath.split(part)
    known = _existing(archive, posixpath.join(folder, "_rels", f"{base}.rels"))
    if not known:
        return {}
    found = {}
    for relation in fromstring(archive.read(known), forbid_dtd=True):
        kind = relation.get("Type", "").rpartition("/")[2]
        target = _target_part(relation.get("Target", ""), folder)
        found[relation.get("Id", "")] = (kind, _existing(archive, target))
    return found


def _target_part(target: str, folder: str) -> str:
    """Return the name of the part that a relation of a part in `folder` names, absolutely or relatively."""
    if target.startswith("/"):
        return target.lstrip("/")
    return posixpath.normpath(posixpath.join(folder, target))


def _existing(archive: SafeZip, part: str) -> str:
    """Return the member of this name, "" for none.

    Names of parts do not depend on case, and some programs write backslashes.
    """
    wanted = part.casefold()
    for name in archive.names():
        if name.replace("\\", "/").casefold() == wanted:
            return name
    return ""


def _listed(book: Element, related: dict[str, tuple[str, str]]) -> Iterator[ListedSheet]:
    names: set[str] = set()
    for sheet in book.iterfind("{*}sheets/{*}sheet"):
        kind, part = related.get(_relation_id(sheet), ("", ""))
        name = sheet.get("name", "") or "Sheet"
        # Damaged workbooks repeat a name, and sheets are found again by theirs.
        while name in names:
            name += "'"
        names.add(name)
        if kind == "worksheet" and part:
            yield ListedSheet(name, part, sheet.get("state", "visible") != "visible")
        else:
            log.info("the sheet %r holds no cells (%s)", name, kind or "no part")


def _relation_id(sheet: Element) -> str:
    # The namespace of the attribute differs between the transitional and the strict form.
    for key, value in sheet.items():
        if _RELATION.match(key):
            return value
    return ""


def _format_codes(archive: SafeZip, part: str) -> list[str]:
    """Return the number format code of every cell style."""
    if not part:
        return []
    styles = fromstring(archive.read(part), forbid_dtd=True)
    own = {entry.get("numFmtId"): entry.get("formatCode", "") for entry in styles.iterfind("{*}numFmts/{*}numFmt")}
    used = [entry.get("numFmtId", "0") for entry in styles.iterfind("{*}cellXfs/{*}xf")]
    # A workbook lists its own formats only; the others every program knows by number.
    return [own.get(number) or BUILT_IN.get(int(number), "General") for number in used]


def _strings(archive: SafeZip, part: str, name: str) -> pa.StringArray:
    found = [pa.array([], pa.string())]
    if part:
        with archive.open(part) as stream:
            strings = ItemBlocks(stream, name, "sst", "si")
            found += [_texts_of_block(block, strings) for block in strings.blocks()]
    return pa.concat_arrays(found)


def _texts_of_block(block: bytes, strings: ItemBlocks) -> pa.StringArray:
    if strings.is_usual:
        try:
            return shared_texts(block)
        except UnusualXml:
            pass
    return shared_texts(rewritten_strings(block, strings.root))


def _read_sheet(book: OpenedWorkbook, listed: ListedSheet, context: ReadingContext) -> RawSheet | None:
    notes, grid = SheetNotes(), SheetGrid(book.name, context)
    total = book.archive.size(listed.part)
    merged: list[Range] = []
    with book.archive.open(listed.part) as stream, _limited(book.name):
        part = ItemBlocks(stream, book.name, "sheetData", "row")
        last = 0
        for block in part.blocks():
            last = _add_rows(block, part, last, book, grid, notes)
            context.report_progress(stream.done, total)
        for chunk in part.after():
            merged += map(_range, _MERGED.findall(chunk))
    return grid.finish(
        RawSheet(book.name, listed.name, grid.spool, listed.hidden, merged, book.display.date1904, list(notes.values()))
    )


@contextmanager
def _limited(name: str) -> Iterator[None]:
    try:
        yield
    except TooLong as problem:
        raise overloading(name, str(problem)) from problem


def _add_rows(
    block: bytes, part: ItemBlocks, last: int, book: OpenedWorkbook, grid: SheetGrid, notes: SheetNotes
) -> int:
    """Put the rows of a block, which follow row `last`, into the grid; return the number of the last one."""
    try:
        if not part.is_usual:
            raise UnusualXml
        cells, unanswered, last = read_cells(block, book.strings)
    except UnusualXml:
        block = rewritten_rows(block, part.root, last)
        cells, unanswered, last = read_cells(block, book.strings)
    if len(unanswered):
        notes["formula_without_result"].add_all(unanswered.tolist(), [])
    book.display.show(cells, notes)
    grid.add(cells)
    return last


def _range(found: tuple[bytes, bytes, bytes, bytes]) -> Range:
    left, top, right, bottom = found
    return Range(int(top), column_number(left.decode()) - 1, int(bottom), column_number(right.decode()) - 1)


READER = FileReader(
    ("xlsx", "xlsm", "xltx", "xltm"), "an Excel workbook (.xlsx)", "Excel", is_xlsx, read_xlsx, order=10
)
