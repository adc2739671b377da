"""A text file as a stream of UTF-8, whatever its encoding: without byte order mark, without NUL characters."""

from __future__ import annotations

import codecs
import io
import re
import struct
from pathlib import Path

import pyarrow as pa

_STRAY = re.compile("[\udc80-\udcff]")


class Utf8Stream(io.RawIOBase):
    """Reads `path`, encoded as `encoding`. `nuls` and `strays` count what was left out or read one by one.

    UTF-8 that turns out to be none ends the stream, with `broken` set; with `mend`, bytes that are no UTF-8 are read
    as cp1252. Bytes that other encodings do not know are read the same way. `done` of `size` bytes were read.
    """

    def __init__(self, path: Path, encoding: str, mend: bool = False) -> None:
        super().__init__()
        self.name = path.name
        self.nuls = self.strays = self.done = 0
        self.size = path.stat().st_size
        self._file = path.open("rb", buffering=0)
        if encoding == "utf-8-sig":
            self.done = self._file.seek(len(codecs.BOM_UTF8))
        plain = encoding in ("utf-8", "utf-8-sig") and not mend
        wide = encoding.startswith(("utf-16", "utf-32"))
        errors = "replace" if wide else "surrogateescape"
        self.broken, self._cut = False, b""
        self._decoder = None if plain else codecs.getincrementaldecoder(encoding)(errors)

    def readable(self) -> bool:
        return True

    def close(self) -> None:
        self._file.close()
        super().close()

    def read(self, size: int = -1) -> bytes:
        """At least one byte, unless the end is reached; what is decoded may be longer than `size`."""
        while chunk := self._file.read(size):
            self.done += len(chunk)
            text = self._checked(chunk) if self._decoder is None else self._encoded(self._decoder.decode(chunk))
            if b"\0" in text:
                self.nuls += text.count(0)
                text = text.replace(b"\0", b"")
            if text or self.broken:
                return text
        self.broken |= bool(self._cut)
        return b""

    def _checked(self, chunk: bytes) -> bytes:
        """UTF-8 up to the last whole character; what is cut off comes before the next chunk."""
        chunk = self._cut + chunk
        end = len(chunk) - _unfinished(chunk)
        chunk, self._cut = chunk[:end], chunk[end:]
        try:
            pa.StringArray.from_buffers(1, _bounds(end), pa.py_buffer(chunk)).validate(full=True)
        except pa.ArrowInvalid:
            self.broken = True
            return b""
        return chunk

    def _encoded(self, text: str) -> bytes:
        self.strays += text.count("\ufffd")
        try:
            return text.encode()
        except UnicodeEncodeError:
            mended, count = _STRAY.subn(lambda found: _single(found[0]), text)
            self.strays += count
            return mended.encode()


def _unfinished(chunk: bytes) -> int:
    """How many bytes at the end begin a character that goes on."""
    for back in range(1, min(4, len(chunk)) + 1):
        byte = chunk[-back]
        if byte >= 0xC0:
            return back if back < (2 if byte < 0xE0 else 3 if byte < 0xF0 else 4) else 0
        if byte < 0x80:
            return 0
    return 0


def _bounds(end: int) -> pa.Buffer:
    return pa.py_buffer(struct.pack("=ii", 0, end))


def _single(stray: str) -> str:
    """The letter that a lone byte most likely was."""
    byte = bytes([ord(stray) - 0xDC00])
    return byte.decode("cp1252", "replace").replace("\ufffd", byte.decode("latin-1"))
