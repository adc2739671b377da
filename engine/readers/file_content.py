"""What a file holds, as far as its kind shows in it, and the kinds that are known but cannot be read."""

from __future__ import annotations

import fnmatch
import mmap
import re
from functools import cached_property
from pathlib import Path, PurePath

from engine.readers.reading_context import Limits
from engine.readers.refusals import EmptyFile, NotATable, Unreadable, damaged
from engine.readers.safe_unzip import SafeZip
from engine.readers.text_encoding import without_mark

HEAD = 4096  # bytes at the start that show the kind of most files
_CHUNK = 2**20
_NOTHING = b"\0\r\n\t "  # a file of these bytes only holds no data in any encoding
_ARCHIVE = (b"PK\x03\x04", b"PK\x05\x06")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")
_CONTENT_TYPES = "[content_types].xml"
_MIMETYPE, _MANIFEST = "mimetype", "META-INF/manifest.xml"
_OTHER_OFFICE_PARTS = ("word/", "ppt/", "visio/")
_OPEN_DOCUMENT = b"application/vnd.oasis.opendocument"

# Kinds that never hold a table; a zip is read without them.
_NEVER_DATA = (
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"II*\0", "a picture"),
    (b"RIFF", "a picture or a sound"),
    (b"{\\rtf", "a text document (.rtf)"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
)
# Kinds that may well hold the data that somebody wanted to upload; they refuse a whole zip.
_PERHAPS_DATA = (
    (b"\x1f\x8b", "a compressed file (.gz)"),
    (b"BZh", "a compressed file (.bz2)"),
    (b"\xfd7zXZ", "a compressed file (.xz)"),
    (b"\x28\xb5\x2f\xfd", "a compressed file (.zst)"),
    (b"7z\xbc\xaf", "a compressed file (.7z)"),
    (b"Rar!", "a compressed file (.rar)"),
    (b"SQLite format 3", "a database"),
    (b"PAR1", "a Parquet file"),
    (b"ARROW1", "an Arrow file"),
)
_HTML = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|table|meta|style|div|center)\b",
    re.IGNORECASE | re.DOTALL,
)
_MHTML = re.compile(r"\s*(?:mime-version:|content-type:\s*multipart/)", re.IGNORECASE)
_JSON = re.compile(r'\s*(?:\{\s*(?:"|\})|\[\s*[\[{\]])')
_SAVE_AS_XLSX = "Open it in Excel, choose Save As, Excel Workbook (.xlsx), and upload that file."


class FileContent:
    """Show what the file at `path` holds, which the user calls `name`."""

    def __init__(self, path: Path, name: str, limits: Limits) -> None:
        """Read nothing yet; `limits` are those of the archive that the file may be."""
        self.path, self.name, self.limits = path, name, limits

    @cached_property
    def head(self) -> bytes:
        """Return the first 4 KB."""
        with self.path.open("rb") as stream:
            return stream.read(HEAD)

    @cached_property
    def head_text(self) -> str:
        """Return the first 4 KB as text, without what is no text in UTF-8 or marked UTF-16."""
        if self.head.startswith(_WIDE_MARKS):
            return self.head.decode("utf-16", "ignore")
        return self.head.decode("utf-8-sig", "ignore")

    @cached_property
    def is_empty(self) -> bool:
        """Return whether there is nothing but spaces, line breaks and NULs."""
        if without_mark(self.head).strip(_NOTHING):
            return False
        with self.path.open("rb") as stream:
            stream.seek(HEAD)
            while chunk := stream.read(_CHUNK):
                if chunk.strip(_NOTHING):
                    return False
        return True

    @property
    def is_archive(self) -> bool:
        """Return whether this is a ZIP archive, as modern workbooks are."""
        return self.head.startswith(_ARCHIVE)

    @cached_property
    def members(self) -> frozenset[str]:
        """Return the names of an archive's files, none for other files. Raises Unreadable for a broken archive."""
        if not self.is_archive:
            return frozenset()
        with SafeZip(self.path, self.name, self.limits) as archive:
            return frozenset(archive.names())

    @cached_property
    def declared_type(self) -> bytes | None:
        """Return what an archive says of its type, as OpenDocument files do; None where it says nothing.

        The member `mimetype` holds the type; where a program did not write that, the manifest does.
        """
        if _MIMETYPE not in self.members and not {"content.xml", _MANIFEST} <= self.members:
            return None
        with SafeZip(self.path, self.name, self.limits) as archive:
            return archive.read(_MIMETYPE if _MIMETYPE in self.members else _MANIFEST)

    @property
    def is_ole(self) -> bool:
        """Return whether this is the container of old Office files, and of encrypted new ones."""
        return self.head.startswith(_OLE)

    def has_ole_entry(self, *entries: str) -> bool:
        """Return whether the directory of an old Office file has one of these entries."""
        with self.path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content:
            # The directory names its entries in UTF-16; where it is does not matter.
            return any(content.find(entry.encode("utf-16-le")) >= 0 for entry in entries)


def refusal_of(file: FileContent) -> Unreadable | None:
    """Return the refusal of a file of a known kind that cannot be read, None for a text, a workbook or a zip."""
    if file.is_archive:
        return _refused_archive(file)
    if file.is_ole:
        return _refused_office_file(file)
    for start, what in _NEVER_DATA:
        if file.head.startswith(start):
            return _not_a_table(file.name, what, NotATable)
    for start, what in _PERHAPS_DATA:
        if file.head.startswith(start):
            return _not_a_table(file.name, what)
    return _refused_markup(file)


def _refused_archive(file: FileContent) -> Unreadable | None:
    names = file.members
    if file.declared_type is not None:
        if _OPEN_DOCUMENT in file.declared_type and not is_open_spreadsheet(file):
            return _not_a_table(file.name, "a text document or a drawing", NotATable)
        return None
    if not is_office_package(file):
        if fnmatch.filter(names, "Index/*.iwa"):
            return Unreadable(f"'{file.name}' is an Apple Numbers file. Export it to Excel (.xlsx) and upload that.")
        return None
    if fnmatch.filter(names, "xl/*workbook*.bin"):
        return Unreadable(f"'{file.name}' is a binary Excel workbook (.xlsb). {_SAVE_AS_XLSX}")
    if any(name.startswith(_OTHER_OFFICE_PARTS) for name in names):
        return _not_a_table(file.name, "a text document or a presentation", NotATable)
    return None


def is_office_package(file: FileContent) -> bool:
    """Return whether an archive is built as modern Office files are, workbooks and others."""
    if file.declared_type is not None:
        return False
    # Names of parts do not depend on case.
    return any(name.casefold() == _CONTENT_TYPES for name in file.members)


def is_open_spreadsheet(file: FileContent) -> bool:
    """Return whether an archive says that it is an OpenDocument spreadsheet."""
    return file.declared_type is not None and _OPEN_DOCUMENT + b".spreadsheet" in file.declared_type


def _refused_office_file(file: FileContent) -> Unreadable | None:
    if file.has_ole_entry("EncryptedPackage"):
        return Unreadable(
            f"'{file.name}' is protected with a password. Open it in Excel, remove the password (File, Info, Protect "
            "Workbook, Encrypt with Password), save it and upload it again."
        )
    # Some programs write the names in capitals or small letters only.
    if file.has_ole_entry("Workbook", "Book", "WORKBOOK", "BOOK", "workbook", "book"):
        return None
    if file.has_ole_entry("Document", "__substg"):
        return _not_a_table(file.name, "an Office file of another kind", NotATable)
    return damaged(file.name, "an OLE file without a known entry")


def is_web_page(file: FileContent) -> bool:
    """Return whether the file is a web page, whatever its name says."""
    return _HTML.match(file.head_text) is not None


def is_xml_spreadsheet(file: FileContent) -> bool:
    """Return whether the file is a workbook in Excel's XML of 2003."""
    text = file.head_text.lstrip()
    return text.startswith("<") and "schemas-microsoft-com:office:spreadsheet" in text and "Workbook" in text


def _refused_markup(file: FileContent) -> Unreadable | None:
    text = file.head_text
    if is_web_page(file) or is_xml_spreadsheet(file):
        return None
    if _MHTML.match(text):
        return refused_page(file.name)
    if text.lstrip().startswith("<?xml"):
        return Unreadable(f"'{file.name}' is an XML file. {_SAVE_AS_XLSX}")
    if _JSON.match(text):
        return _not_a_table(file.name, "a JSON file")
    return None


def refused_page(name: str) -> Unreadable:
    """Return the refusal of a web page in which no table can be found."""
    ending = PurePath(name).suffix.lower()
    what = "a web page" if ending in (".htm", ".html", ".mht") else f"a web page that was only named '{ending}'"
    return Unreadable(f"'{name}' is {what}. {_SAVE_AS_XLSX}", "no table")


def _not_a_table(name: str, what: str, refusal: type[Unreadable] = Unreadable) -> Unreadable:
    return refusal(f"'{name}' is {what}, not a table. Save your data as an Excel workbook (.xlsx) or as CSV.")


def refuse_empty(file: FileContent) -> None:
    """Raise EmptyFile for a file without any content."""
    if file.is_empty:
        raise EmptyFile(file.name)
