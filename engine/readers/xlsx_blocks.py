"""Large XML parts of a workbook, cut into blocks of whole items (rows, shared strings) while they are unpacked.

Blocks that are written in an unusual way (namespace prefixes, attributes in another order, comments, text in several
runs, cells without a reference) are written the usual way: an XML parser understands them all, only more slowly.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

from defusedxml.ElementTree import fromstring

from engine.readers.refusals import damaged
from engine.readers.safe_unzip import PART, GuardedMember

CHUNK = 2 * 2**20
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?encoding=["']([A-Za-z0-9._-]+)["']""")
_PLAIN_ENCODINGS = ("utf-8", "utf8", "us-ascii", "ascii")
_TAG = rb"<((?:[\w.-]+:)?)(?!\?|!)[\w.-]+[^>]*>"
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_KEPT = {"\r": "&#13;", "\n": "&#10;", "\t": "&#9;"}  # an XML parser would change these
_CELL_TYPES = ("s", "n", "b", "e", "d")


class ItemBlocks:
    """Read the items of one `container` element.

    `root` is the start tag of the part's root element, with which a block can be parsed on its own; `is_usual` says
    that tags have no namespace prefix.
    """

    def __init__(self, stream: GuardedMember, name: str, container: str, item: str) -> None:
        """Read up to the container. Raises Unreadable for a damaged part."""
        self._stream, self._name = stream, name
        self._decoder: codecs.IncrementalDecoder | None = None
        self._rest = self._first()
        self.root = prefix = b""
        if found := self._find(_TAG):
            self.root, prefix = found[0], found[1]
        self.is_usual = not prefix
        opened = self._find(rb"<((?:[\w.-]+:)?)%s(?=[\s/>])[^>]*>" % container.encode())
        self._empty = opened is None or opened[0].endswith(b"/>")
        self._rest = self._rest[opened.end() :] if opened else b""
        self._start = b"<" + prefix + item.encode()
        self._end = b"</" + prefix + container.encode()

    def blocks(self) -> Iterator[bytes]:
        """Yield UTF-8 texts of whole items, one after the other."""
        while not self._empty:
            stop = self._rest.find(self._end)
            if stop >= 0:
                block, self._rest, self._empty = self._rest[:stop], self._rest[stop:], True
                yield block
                return
            # All but the last item, which may go on in the next chunk.
            cut = self._rest.rfind(self._start)
            if cut > 0:
                block, self._rest = self._rest[:cut], self._rest[cut:]
                yield block
            if not self._more():
                raise damaged(self._name, f"no {self._end!r}")

    def after(self) -> Iterator[bytes]:
        """Yield what follows the container, cut before tags."""
        while self._rest:
            cut = self._rest.rfind(b"<")
            if cut > 0:
                yield self._rest[:cut]
                self._rest = self._rest[cut:]
            if not self._more():
                yield self._rest
                return

    def _find(self, pattern: bytes) -> re.Match[bytes] | None:
        while not (found := re.search(pattern, self._rest)):
            if not self._more():
                return None
        return found

    def _more(self) -> bool:
        chunk = self._stream.read(CHUNK)
        if len(self._rest) > PART:
            raise damaged(self._name, "a part without structure")
        self._rest += self._as_utf8(chunk)
        return bool(chunk)

    def _as_utf8(self, chunk: bytes) -> bytes:
        if self._decoder is None:
            return chunk
        return self._decoder.decode(chunk).encode()

    def _first(self) -> bytes:
        """Return the first bytes, and find out the encoding, which is UTF-8 but for the oddest files."""
        chunk = self._stream.read(CHUNK)
        encoding = "utf-8"
        if declared := _DECLARED.match(chunk):
            encoding = declared[1].decode().lower()
        if chunk.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            encoding = "utf-16"
        if encoding in _PLAIN_ENCODINGS:
            return chunk.removeprefix(codecs.BOM_UTF8)
        try:
            self._decoder = codecs.getincrementaldecoder(encoding)()
        except LookupError as problem:
            raise damaged(self._name, f"encoding {encoding}") from problem
        return self._decoder.decode(chunk).encode()


def rewritten_rows(block: bytes, root: bytes, last_row: int) -> bytes:
    """Return a block of rows, which follow row `last_row`, written the usual way.

    `root` is the start tag of the worksheet.
    """
    written = []
    for row in _items(block, root, "row"):
        last_row = int(row.get("r") or last_row + 1)
        cells = "".join(_rewritten_cells(row, last_row))
        written.append(f'<row r="{last_row}">{cells}</row>')
    return "".join(written).encode()


def rewritten_strings(block: bytes, root: bytes) -> bytes:
    """Return a block of shared strings, written the usual way. `root` is the start tag of their part."""
    written = []
    for item in _items(block, root, "si"):
        text = escape(_text(item), _KEPT)
        written.append(f"<si><t>{text}</t></si>")
    return "".join(written).encode()


def _items(block: bytes, root: bytes, name: str) -> Iterator[Element]:
    end = b"</" + root[1:].split(None, 1)[0].rstrip(b"/>") + b">"
    return fromstring(root + block + end, forbid_dtd=True).iterfind(f"{{*}}{name}")


def _rewritten_cells(row: Element, number: int) -> Iterator[str]:
    column = 0
    for cell in row.iterfind("{*}c"):
        letters = (cell.get("r") or "").rstrip("0123456789").upper()
        # A cell without a reference follows the one before it.
        column = column_number(letters) if letters else column + 1
        kind = cell.get("t", "n")
        text = _stored_text(cell, kind)
        inside = ""
        if cell.find("{*}f") is not None:
            inside += "<f/>"
        if text is not None:
            inside += f"<v>{escape(text, _KEPT)}</v>"
        style = int(cell.get("s", "0"))
        usual_kind = kind if kind in _CELL_TYPES else "str"
        yield f'<c r="{_column_name(column)}{number}" s="{style}" t="{usual_kind}">{inside}</c>'


def _stored_text(cell: Element, kind: str) -> str | None:
    """Return what the cell stores, None for a cell without a value."""
    if kind == "inlineStr":
        return _text(cell.find("{*}is"))
    value = cell.find("{*}v")
    return None if value is None else "".join(value.itertext())


def _text(item: Element | None) -> str:
    """Return the text of all runs, without reading aids (phonetic runs)."""
    if item is None:
        return ""
    runs = [item, *item.iterfind("{*}r")]
    return "".join(part.text or "" for run in runs for part in run.iterfind("{*}t"))


def column_number(letters: str) -> int:
    """Return the number of a column (from 1): AB -> 28. Raises ValueError for what is no column."""
    number = 0
    for letter in letters:
        number = number * 26 + _LETTERS.index(letter) + 1
    return number


def _column_name(column: int) -> str:
    name = ""
    while column:
        column, letter = divmod(column - 1, 26)
        name = _LETTERS[letter] + name
    return name
