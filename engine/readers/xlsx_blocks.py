"""Large XML parts of a workbook, cut into blocks of whole items (rows, shared strings) while they are unpacked."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

from engine.readers.archive import PART, Watched
from engine.readers.reader import damaged

CHUNK = 2 * 2**20
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?encoding=["']([A-Za-z0-9._-]+)["']""")


class Part:
    """The items of one `container` element. `root` is the start tag of the part's root element, with which a block
    can be parsed on its own; `prefix` is the namespace prefix of its tags, with its colon.
    """

    def __init__(self, stream: Watched, name: str, container: str, item: str) -> None:
        """Reads up to the container. Raises Unreadable for a damaged part."""
        self._stream, self._name = stream, name
        self._decoder: codecs.IncrementalDecoder | None = None
        self._rest = self._first()
        found = self._find(rb"<((?:[\w.-]+:)?)(?!\?|!)[\w.-]+[^>]*>")
        self.root, self.prefix = (found[0], found[1]) if found else (b"", b"")
        opened = self._find(rb"<((?:[\w.-]+:)?)%s(?=[\s/>])[^>]*>" % container.encode())
        self.usual = not self.prefix
        self._empty = opened is None or opened[0].endswith(b"/>")
        self._rest = self._rest[opened.end() :] if opened else b""
        self._start = b"<" + self.prefix + item.encode()
        self._end = b"</" + self.prefix + container.encode()

    def blocks(self) -> Iterator[bytes]:
        """UTF-8 texts of whole items, one after the other."""
        while not self._empty:
            stop = self._rest.find(self._end)
            if stop >= 0:
                block, self._rest, self._empty = self._rest[:stop], self._rest[stop:], True
                yield block
                return
            cut = self._rest.rfind(self._start)
            if cut > 0:
                block, self._rest = self._rest[:cut], self._rest[cut:]
                yield block
            if not self._more():
                raise damaged(self._name, f"no {self._end!r}")

    def after(self) -> Iterator[bytes]:
        """What follows the container, cut before tags."""
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
        self._rest += chunk if self._decoder is None else self._decoder.decode(chunk).encode()
        return bool(chunk)

    def _first(self) -> bytes:
        """The first bytes; tells the encoding, which is UTF-8 but for the oddest files."""
        chunk = self._stream.read(CHUNK)
        declared = _DECLARED.match(chunk)
        encoding = declared[1].decode().lower() if declared else "utf-8"
        if chunk.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            encoding = "utf-16"
        if encoding in ("utf-8", "utf8", "us-ascii", "ascii"):
            return chunk.removeprefix(codecs.BOM_UTF8)
        try:
            self._decoder = codecs.getincrementaldecoder(encoding)()
        except LookupError as problem:
            raise damaged(self._name, f"encoding {encoding}") from problem
        return self._decoder.decode(chunk).encode()
