"""Which encoding a text file has, and its text as UTF-8, whatever the encoding.

The encoding shows in the byte order mark, in NUL bytes, in valid UTF-8, and in letters that make words. Guessers for
the web need more text than a price list with twelve umlauts has to offer, so alphabets are distinguished by how letters
follow each other in names (`likely_encodings`); charset-normalizer decides the scripts with several bytes a letter.
"""

from __future__ import annotations

import codecs
import io
import re
import struct
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
from charset_normalizer import from_bytes

from engine.readers.likely_encodings import first_difference, likely_readings

SAMPLE = 256 * 2**10  # bytes of lines with other than ASCII characters that are looked at
CHUNK = 4 * 2**20
LONGEST = 4096  # bytes of one line that are looked at
MOST_OTHERS = 2  # readings that are offered besides the one that was taken
_LINE = re.compile(rb"[^\r\n]*[\x80-\xff][^\r\n]*")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Names for nearly the same encoding that differ in rare characters only.
_SAME = {"euc_jis_2004": "euc_jp", "euc_jisx0213": "euc_jp", "shift_jis_2004": "cp932", "shift_jisx0213": "cp932",
         "shift_jis": "cp932", "gb2312": "gb18030", "gbk": "gb18030", "euc_kr": "cp949", "cp1125": "cp866"}  # fmt: skip
_BEYOND_ASCII = re.compile("[^\x00-\x7f]")
_STRAY = re.compile("[\udc80-\udcff]")  # a byte that the decoder could not read, as `surrogateescape` keeps it
# Below, by the letters of the best reading, the text has several bytes a letter: names in Japanese, Chinese and Korean
# have -6.7 at most, those in alphabets -5.8 at least, but for Thai.
_UNLIKELY = -6.2
_IN_DOUBT = 3.0  # readings that are less than e^3 times likelier than another: of those, every second one is wrong
_SEVERAL_BYTES = frozenset(["cp932", "euc_jp", "gb18030", "big5", "big5hkscs", "cp949", "johab", "iso2022_kr", "cp874"])


def without_mark(head: bytes) -> bytes:
    """Return `head` without a byte order mark."""
    lengths = [len(mark) for mark, _ in _BOMS if head.startswith(mark)]
    # The mark of UTF-32 begins with that of UTF-16.
    return head[max(lengths, default=0) :]


def from_head(head: bytes) -> str | None:
    """Return the encoding that the first bytes show: by a byte order mark, by NULs of UTF-16 or UTF-32, or UTF-8.

    None where they are something else, which `legacy` finds out.
    """
    for mark, name in _BOMS:
        if head.startswith(mark):
            return name
    wide = _wide_encoding(head)
    if wide and _breaks_lines(head, wide):
        return wide
    if re.search(rb"\x1b\$[@B]", head):
        return "iso2022_jp"
    return "utf-8" if _is_utf8(head) else None


def _wide_encoding(head: bytes) -> str | None:
    """Return UTF-16 or UTF-32 without a mark: the upper bytes of Western letters and separators are NULs."""
    if b"\0" not in head:
        return None
    size = len(head) // 4
    nuls = [head[start::4][:size].count(0) for start in range(4)]
    full = {start for start, count in enumerate(nuls) if count > size * 0.9}
    if full in ({0, 1, 2}, {0, 1}):
        return "utf-32-be"
    if full in ({1, 2, 3}, {2, 3}):
        return "utf-32-le"
    even, odd = nuls[0] + nuls[2], nuls[1] + nuls[3]
    # One NUL in twenty bytes at least: texts in other scripts have ASCII separators only.
    if max(even, odd) < size * 0.05 or not size:
        return None
    if even * 20 < odd:
        return "utf-16-le"
    if odd * 20 < even:
        return "utf-16-be"
    return None


def _breaks_lines(head: bytes, wide: str) -> bool:
    """Return whether the line breaks read as such in the wide encoding: a stray NUL in a short file proves nothing.

    Letters such as 上 (U+4E0A) hold the bytes of line breaks too. Without any line break NULs must abound.
    """
    if head.count(0) == 1:
        return False
    breaks = sum(map(head.count, b"\r\n"))
    if not breaks:
        return head.count(0) * 4 >= len(head)
    text = head.decode(wide, "ignore")
    return sum(map(text.count, "\r\n")) * 3 > breaks


def _is_utf8(head: bytes) -> bool:
    try:
        # Incrementally, since the last character may be cut off.
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return True


def legacy(path: Path) -> str:
    """Return the encoding of a file that is not UTF-8 throughout.

    "utf-8" where most letters are UTF-8's: bytes of another encoding hardly ever happen to be.
    """
    sample = b"\n".join(_telling_lines(path))
    text = sample.decode("utf-8", "surrogateescape")
    strays = len(_STRAY.findall(text))
    beyond_ascii = len(_BEYOND_ASCII.findall(text))
    if 2 * strays <= beyond_ascii:
        return "utf-8"
    return _single_byte_readings(sample)[0]


def other_readings(path: Path, encoding: str) -> dict[str, tuple[str, str]]:
    """Return the encodings that are nearly as likely for a file as `encoding`, where a person has to decide.

    Returns:
        By encoding: a word of the file as it reads in `encoding`, and as it reads in the other one.
    """
    sample = b"\n".join(_telling_lines(path))
    readings = likely_readings(sample)
    best = readings[0]
    if best.encoding != encoding or best.per_letter < _UNLIKELY:
        return {}
    found = dict[str, tuple[str, str]]()
    for other in readings[1:]:
        if other.likelihood < best.likelihood - _IN_DOUBT or len(found) == MOST_OTHERS:
            break
        pair = first_difference(sample, encoding, other.encoding)
        if pair and pair[1] not in [seen for _, seen in found.values()]:
            found[other.encoding] = pair
    return found


def _single_byte_readings(sample: bytes) -> list[str]:
    """Return encodings, the likeliest first."""
    readings = likely_readings(sample)
    names = [reading.encoding for reading in readings]
    if readings[0].per_letter < _UNLIKELY:
        guessed = _guess(sample)
        if guessed in _SEVERAL_BYTES:
            return [guessed, *names]
    return names


def _telling_lines(path: Path) -> Iterator[bytes]:
    """Yield lines with other than ASCII characters, about 256 KB of them, from all over the file."""
    left = SAMPLE
    with path.open("rb") as stream:
        while left > 0 and (chunk := stream.read(CHUNK)):
            # All chunks but the first begin in the middle of a line.
            start = 0 if left == SAMPLE else max(chunk.find(b"\n"), 0)
            for line in _LINE.findall(chunk, start):
                yield line[:LONGEST]
                left -= len(line[:LONGEST])
                if left <= 0:
                    return


def _guess(sample: bytes) -> str | None:
    best = from_bytes(sample[:65536]).best()
    if best is None:
        return None
    return _SAME.get(best.encoding, best.encoding)


class Utf8Stream(io.RawIOBase):
    """Read `path`, encoded as `encoding`, as UTF-8 without byte order mark and NUL characters.

    UTF-8 that turns out to be none ends the stream, with `broken` set; with `mend`, bytes that are no UTF-8 are read
    as cp1252. Bytes that other encodings do not know are read the same way. `nuls` and `strays` count what was left
    out or read one by one; `done` of `size` bytes were read.
    """

    def __init__(self, path: Path, encoding: str, mend: bool = False) -> None:
        """Open the file. Raises LookupError for an encoding that Python does not know."""
        super().__init__()
        self.name = path.name
        self.nuls = self.strays = self.done = 0
        self.size = path.stat().st_size
        self._file = path.open("rb", buffering=0)
        if encoding == "utf-8-sig":
            self.done = self._file.seek(len(codecs.BOM_UTF8))
        self.broken, self._cut = False, b""
        self._decoder = None
        if mend or encoding not in ("utf-8", "utf-8-sig"):
            # Half a wide character is no letter of cp1252.
            errors = "replace" if encoding.startswith(("utf-16", "utf-32")) else "surrogateescape"
            self._decoder = codecs.getincrementaldecoder(encoding)(errors)

    def readable(self) -> bool:
        """Return True."""
        return True

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        super().close()

    def read(self, size: int = -1) -> bytes:
        """Return at least one byte, unless the end is reached; what is decoded may be longer than `size`."""
        while chunk := self._file.read(size):
            self.done += len(chunk)
            text = self._as_utf8(chunk)
            if b"\0" in text:
                self.nuls += text.count(0)
                text = text.replace(b"\0", b"")
            if text or self.broken:
                return text
        self.broken |= bool(self._cut)
        return b""

    def _as_utf8(self, chunk: bytes) -> bytes:
        if self._decoder is None:
            return self._checked(chunk)
        return self._encoded(self._decoder.decode(chunk))

    def _checked(self, chunk: bytes) -> bytes:
        """Return UTF-8 up to the last whole character; what is cut off comes before the next chunk."""
        chunk = self._cut + chunk
        end = len(chunk) - _unfinished(chunk)
        chunk, self._cut = chunk[:end], chunk[end:]
        try:
            # Arrow checks UTF-8 several times as fast as Python decodes it.
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
            mended, count = _STRAY.subn(_as_cp1252, text)
            self.strays += count
            return mended.encode()


def _unfinished(chunk: bytes) -> int:
    """Return how many bytes at the end begin a character that goes on."""
    for back in range(1, min(4, len(chunk)) + 1):
        byte = chunk[-back]
        if byte >= 0xC0 and back < _utf8_length(byte):
            return back
        if byte >= 0xC0 or byte < 0x80:
            return 0
    return 0


def _utf8_length(first: int) -> int:
    """Return how many bytes the character has that begins with this byte."""
    return 2 + (first >= 0xE0) + (first >= 0xF0)


def _bounds(end: int) -> pa.Buffer:
    return pa.py_buffer(struct.pack("=ii", 0, end))


def _as_cp1252(stray: re.Match[str]) -> str:
    """Return the letter that a lone byte most likely was."""
    byte = bytes([ord(stray[0]) - 0xDC00])
    return byte.decode("cp1252", "replace").replace("\ufffd", byte.decode("latin-1"))
