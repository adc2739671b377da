"""Excel workbooks (xlsx, xlsm): their sheets, number formats and shared strings."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import Element

import pyarrow as pa
from defusedxml.ElementTree import fromstring

from engine.readers.archive import SafeZip
from engine.readers.number_formats import BUILT_IN
from engine.readers.ods import read_ods
from engine.readers.reader import Empty, Notes, Range, RawSheet, Room, log, overloading
from engine.readers.workbook_cells import Grid, Showing
from engine.readers.worksheet import Strings, TooLong, read_cells
from engine.readers.xls import read_xls
from engine.readers.xlsx_blocks import Part
from engine.readers.xlsx_rewriting import column_number, rewritten_rows, rewritten_strings
from engine.readers.xml_tags import Unusual, shared_texts

_MERGED = re.compile(rb"""<(?:[\w.-]+:)?mergeCell\s[^>]*?ref\s*=\s*["']\$?([A-Z]+)\$?(\d+):\$?([A-Z]+)\$?(\d+)["']""")
_RELATION = re.compile(r"\{.*\}id$")


@dataclass(frozen=True)
class Listed:
    """A sheet as the workbook lists it."""

    name: str
    part: str
    hidden: bool


@dataclass(frozen=True)
class Workbook:
    """An opened workbook: what all its sheets share."""

    archive: SafeZip
    name: str
    listed: list[Listed]
    showing: Showing
    strings: Strings


def read_xlsx(path: Path, name: str, room: Room) -> list[RawSheet]:
    """The sheets that hold anything. Raises Unreadable."""
    with SafeZip(path, name, room.limits) as archive:
        archive.refuse_document_types()
        book = _open(archive, name)
        room.check_sheets(name, len(book.listed))
        sheets = [sheet for listed in book.listed if (sheet := _sheet(book, listed, room))]
    if not sheets:
        raise Empty(name)
    return sheets


def _open(archive: SafeZip, name: str) -> Workbook:
    root = _relations(archive, "")
    part = next((target for kind, target in root.values() if kind == "officeDocument"), "xl/workbook.xml")
    related = _relations(archive, part)
    book = fromstring(archive.read(_existing(archive, part)), forbid_dtd=True)
    properties = book.find("{*}workbookPr")
    date1904 = properties is not None and properties.get("date1904", "0").lower() in ("1", "true")
    styles = next((target for kind, target in related.values() if kind == "styles"), "")
    strings = next((target for kind, target in related.values() if kind == "sharedStrings"), "")
    showing = Showing(_codes(archive, styles), date1904)
    return Workbook(archive, name, list(_listed(book, related)), showing, Strings.of(_strings(archive, strings, name)))


def _relations(archive: SafeZip, part: str) -> dict[str, tuple[str, str]]:
    """Relationship id -> (last word of its type, name of the part it leads to)."""
    folder, base = posixpath.split(part)
    known = _existing(archive, posixpath.join(folder, "_rels", f"{base}.rels"))
    if not known:
        return {}
    found = {}
    for relation in fromstring(archive.read(known), forbid_dtd=True):
        target = relation.get("Target", "")
        target = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
        found[relation.get("Id", "")] = (relation.get("Type", "").rpartition("/")[2], _existing(archive, target))
    return found


def _existing(archive: SafeZip, part: str) -> str:
    """The member of this name; names of parts do not depend on case, and some programs write backslashes."""
    wanted = part.casefold()
    return next((name for name in archive.names() if name.replace("\\", "/").casefold() == wanted), "")


def _listed(book: Element, related: dict[str, tuple[str, str]]) -> Iterator[Listed]:
    names: set[str] = set()
    for sheet in book.iterfind("{*}sheets/{*}sheet"):
        relation = next((value for key, value in sheet.items() if _RELATION.match(key)), "")
        kind, part = related.get(relation, ("", ""))
        name = sheet.get("name", "") or "Sheet"
        while name in names:
            name += "'"
        names.add(name)
        if kind == "worksheet" and part:
            yield Listed(name, part, sheet.get("state", "visible") != "visible")
        else:
            log.info("the sheet %r holds no cells (%s)", name, kind or "no part")


def _codes(archive: SafeZip, part: str) -> list[str]:
    """The number format code of every cell style."""
    if not part:
        return []
    styles = fromstring(archive.read(part), forbid_dtd=True)
    own = {entry.get("numFmtId"): entry.get("formatCode", "") for entry in styles.iterfind("{*}numFmts/{*}numFmt")}
    used = [entry.get("numFmtId", "0") for entry in styles.iterfind("{*}cellXfs/{*}xf")]
    return [own.get(number) or BUILT_IN.get(int(number), "General") for number in used]


def _strings(archive: SafeZip, part: str, name: str) -> pa.StringArray:
    if not part:
        return pa.array([], pa.string())
    found = []
    with archive.open(part) as stream:
        strings = Part(stream, name, "sst", "si")
        for block in strings.blocks():
            try:
                found.append(shared_texts(block if strings.usual else b"<!"))
            except Unusual:
                found.append(shared_texts(rewritten_strings(block, strings.root)))
    return pa.concat_arrays(found) if found else pa.array([], pa.string())


def _sheet(book: Workbook, listed: Listed, room: Room) -> RawSheet | None:
    notes, grid = Notes(), Grid(book.name, room)
    total = book.archive.size(listed.part)
    with book.archive.open(listed.part) as stream, _limited(book.name):
        part = Part(stream, book.name, "sheetData", "row")
        last = 0
        for block in part.blocks():
            last = _take(block, part, last, book, grid, notes)
            room.tell(stream.done, total)
        merged = [_range(found) for chunk in part.after() for found in _MERGED.findall(chunk)]
    grid.spool.finish()
    if not any(grid.spool.last_filled):
        log.info("the sheet %r of %r is empty and left out", listed.name, book.name)
        grid.spool.close()
        return None
    return RawSheet(
        book.name, listed.name, grid.spool, listed.hidden, merged, book.showing.date1904, list(notes.values())
    )


@contextmanager
def _limited(name: str) -> Iterator[None]:
    try:
        yield
    except TooLong as problem:
        raise overloading(name, str(problem)) from problem


def _take(block: bytes, part: Part, last: int, book: Workbook, grid: Grid, notes: Notes) -> int:
    """Put the rows of a block into the grid; the number of the last one."""
    try:
        if not part.usual:
            raise Unusual
        cells, unanswered, last = read_cells(block, book.strings)
    except Unusual:
        block = rewritten_rows(block, part.root, last)
        cells, unanswered, last = read_cells(block, book.strings)
    if len(unanswered):
        notes["formula_without_result"].add_all(unanswered.tolist(), [])
    book.showing.show(cells, notes)
    grid.add(cells)
    return last


def _range(found: tuple[bytes, bytes, bytes, bytes]) -> Range:
    left, top, right, bottom = found
    return Range(int(top), column_number(left.decode()) - 1, int(bottom), column_number(right.decode()) - 1)


READERS = {"xlsx": read_xlsx, "xls": read_xls, "ods": read_ods}


def read_workbook(path: Path, name: str, kind: str, room: Room) -> list[RawSheet]:
    """The sheets of a workbook of this kind (xlsx, xls, ods) that hold anything. Raises Unreadable."""
    return READERS[kind](path, name, room)
