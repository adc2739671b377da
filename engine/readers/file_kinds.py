"""What kind of file an upload is: by its content, held against the ending of its name."""

from __future__ import annotations

import mmap
import re
from pathlib import Path, PurePath

from engine.readers.archive import SafeZip
from engine.readers.encodings import without_mark
from engine.readers.reader import Empty, Limits, NotATable, Unreadable, damaged

HEAD = 4096
_ENDINGS = {
    "text": ("csv", "tsv", "txt", "tab", "psv", "dat", "asc", "prn"),
    "xlsx": ("xlsx", "xlsm", "xltx", "xltm"),
    "xls": ("xls", "xlt"),
    "ods": ("ods", "ots"),
    "zip": ("zip",),
}
_KIND_OF_ENDING = {ending: kind for kind, endings in _ENDINGS.items() for ending in endings}
_NAMES = {
    "text": "a text file such as CSV",
    "xlsx": "an Excel workbook (.xlsx)",
    "xls": "an old Excel workbook (.xls)",
    "ods": "an OpenDocument spreadsheet (.ods)",
    "zip": "a ZIP archive",
}
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
_OTHERS = (
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
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BARE_XLS = re.compile(rb"\x09[\x00\x02\x04\x08][\x04\x06\x08\x10]\x00[\x00-\x07]")
_HTML = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|table|meta|style|div|center)\b",
    re.IGNORECASE | re.DOTALL,
)
_MHTML = re.compile(r"\s*(?:mime-version:|content-type:\s*multipart/)", re.IGNORECASE)
_JSON = re.compile(r'\s*(?:\{\s*(?:"|\})|\[\s*[\[{\]])')
_SAVE_AS_XLSX = "Open it in Excel, choose Save As, Excel Workbook (.xlsx), and upload that file."


def kind_of(path: Path, name: str, limits: Limits) -> str:
    """text, xlsx, xls, ods or zip. Raises Unreadable for all else, and where the name's ending promises another
    kind of file."""
    with path.open("rb") as stream:
        head = stream.read(HEAD)
    if not without_mark(head).strip(b"\0\r\n\t "):
        _refuse_without_content(path, name)
    kind = _by_content(path, name, head, limits)
    _refuse_wrong_ending(name, kind)
    return kind


def _refuse_without_content(path: Path, name: str) -> None:
    with path.open("rb") as stream:
        stream.seek(HEAD)
        while chunk := stream.read(2**20):
            if chunk.strip(b"\0\r\n\t "):
                return
    raise Empty(name)


def _by_content(path: Path, name: str, head: bytes, limits: Limits) -> str:
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        with SafeZip(path, name, limits) as archive:
            return _zip_kind(archive)
    if head.startswith(_OLE):
        return _ole_kind(path, name)
    if _BARE_XLS.match(head):
        return "xls"
    for start, what in (*_NEVER_DATA, *_OTHERS):
        if head.startswith(start):
            raise _not_a_table(name, what, NotATable if (start, what) in _NEVER_DATA else Unreadable)
    _refuse_marked_up(name, head)
    return "text"


def _zip_kind(archive: SafeZip) -> str:
    names = set(archive.names())
    if "mimetype" in names or {"content.xml", "META-INF/manifest.xml"} <= names:
        return _open_document_kind(archive, names)
    if "[Content_Types].xml" not in names:
        if any(name.startswith("Index/") and name.endswith(".iwa") for name in names):
            raise Unreadable(f"'{archive.name}' is an Apple Numbers file. Export it to Excel (.xlsx) and upload that.")
        return "zip"
    if any(name.startswith("xl/") and name.endswith(".bin") and "workbook" in name for name in names):
        raise Unreadable(f"'{archive.name}' is a binary Excel workbook (.xlsb). {_SAVE_AS_XLSX}")
    if any(name.startswith(("word/", "ppt/", "visio/")) for name in names):
        raise _not_a_table(archive.name, "a text document or a presentation", NotATable)
    return "xlsx"


def _open_document_kind(archive: SafeZip, names: set[str]) -> str:
    """What the member `mimetype` says, or the manifest, where a program did not write that."""
    declared = archive.read("mimetype" if "mimetype" in names else "META-INF/manifest.xml")
    if b"application/vnd.oasis.opendocument.spreadsheet" in declared:
        return "ods"
    if b"application/vnd.oasis.opendocument" in declared:
        raise _not_a_table(archive.name, "a text document or a drawing", NotATable)
    return "zip"


def _ole_kind(path: Path, name: str) -> str:
    """The old Office container: its directory names what is inside, in UTF-16."""
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content:

        def holds(entry: str) -> bool:
            return content.find(entry.encode("utf-16-le")) >= 0

        if holds("EncryptedPackage"):
            raise Unreadable(
                f"'{name}' is protected with a password. Open it in Excel, remove the password (File, Info, Protect "
                "Workbook, Encrypt with Password), save it and upload it again."
            )
        if holds("Workbook") or holds("Book"):
            return "xls"
        if holds("Document") or holds("__substg"):
            raise _not_a_table(name, "an Office file of another kind", NotATable)
    raise damaged(name, "an OLE file without a known entry")


def _refuse_marked_up(name: str, head: bytes) -> None:
    text = head.decode("utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig", "ignore")
    if _HTML.match(text) or _MHTML.match(text):
        ending = PurePath(name).suffix.lower()
        what = "a web page" if ending in (".htm", ".html", ".mht") else f"a web page that was only named '{ending}'"
        raise Unreadable(f"'{name}' is {what}. {_SAVE_AS_XLSX}")
    if text.lstrip().startswith("<?xml"):
        what = "an XML spreadsheet" if "schemas-microsoft-com:office:spreadsheet" in text else "an XML file"
        raise Unreadable(f"'{name}' is {what}. {_SAVE_AS_XLSX}")
    if _JSON.match(text):
        raise _not_a_table(name, "a JSON file")


def _not_a_table(name: str, what: str, kind: type[Unreadable] = Unreadable) -> Unreadable:
    return kind(f"'{name}' is {what}, not a table. Save your data as an Excel workbook (.xlsx) or as CSV.")


def _refuse_wrong_ending(name: str, kind: str) -> None:
    ending = PurePath(name).suffix.lower().lstrip(".")
    promised = _KIND_OF_ENDING.get(ending, kind)
    if promised != kind:
        right = PurePath(name).with_suffix(f".{_ENDINGS[kind][0]}")
        raise Unreadable(
            f"'{name}' is named like {_NAMES[promised]}, but it is {_NAMES[kind]}. Rename it to '{right.name}' and "
            "upload it again."
        )
