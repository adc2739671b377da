"""Which encoding a text file has: by its byte order mark, its NUL bytes, UTF-8 validity, and letters that make words.

Guessers for the web need more text than a price list with twelve umlauts has to offer, so European files are told
apart here by the letters that their languages use; charset-normalizer decides the others.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from charset_normalizer import from_bytes

SAMPLE = 256 * 2**10  # bytes of lines with other than ASCII characters that are looked at
CHUNK = 4 * 2**20
_LINE = re.compile(rb"[^\r\n]*[\x80-\xff][^\r\n]*")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LATIN = (
    "cp1252", "mac_roman", "cp850", "iso8859_15", "cp1250", "iso8859_2", "cp852", "mac_latin2", "cp1254", "cp1257",
)  # fmt: skip
_CYRILLIC_OR_GREEK = ("cp1251", "koi8_r", "iso8859_5", "cp866", "mac_cyrillic", "cp1253", "iso8859_7")
_LANGUAGES = (
    "äöüßáéàè", "àâæçéèêëîïôœùûü", "áéíñóúüïç", "áâãàçéêíóôõúü", "àèéìíòóùú", "äëïöüéèêç", "åäæöøéü",
    "ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "ăâîșşțţ", "čćđšž", "çğıöşüİâî",
    "ąčęėįšųūž", "āčēģīķļņšūž", "äõöüšž", "áéíóúýðþæö",
)  # fmt: skip
_SETS = [frozenset(letters + letters.upper()) - {"S"} for letters in _LANGUAGES]
_SCRIPTS = [frozenset(map(chr, (*range(0x400, 0x460), 0x490, 0x491))), frozenset(map(chr, range(0x384, 0x3CF)))]
_COMMON = frozenset("оеаинтрслвкмдпуяыіОЕАИНТРСЛВКМДПУαοιετσνηυρςάίόέήύώκπλμΑΟΙΕΤΣΝΗΚΠΜ")
_RARE = frozenset("âêîïôûùëõÂÊÎÏÔÛÙËÕ")  # in the languages that have them at all
_SIGNS = frozenset("€£¥§°©®™«»‘’‚“”„–—…·•±×½¼¾²³µ¿¡ºª\xa0´")
_SAME = {"euc_jis_2004": "euc_jp", "euc_jisx0213": "euc_jp", "shift_jis_2004": "cp932", "shift_jisx0213": "cp932",
         "shift_jis": "cp932", "gb2312": "gb18030", "gbk": "gb18030", "euc_kr": "cp949", "cp1125": "cp866"}  # fmt: skip
_CONVINCING = 0.6
_CONVINCING_SCRIPT = 0.9  # Chinese bytes also look like Cyrillic letters, but in no order


def without_mark(head: bytes) -> bytes:
    """`head` without a byte order mark."""
    return head[max((len(bom) for bom, _ in _BOMS if head.startswith(bom)), default=0) :]


def from_head(head: bytes) -> str | None:
    """The encoding that the first bytes show: a byte order mark, UTF-16 or UTF-32 by their NULs, UTF-8 or ASCII.

    None where they are something else, which `legacy` finds out.
    """
    for bom, name in _BOMS:
        if head.startswith(bom):
            return name
    if b"\0" in head and (wide := _wide(head)) and _breaks_lines(head, wide):
        return wide
    if re.search(rb"\x1b\$[@B]", head):
        return "iso2022_jp"
    return "utf-8" if _is_utf8(head) else None


def _wide(head: bytes) -> str | None:
    """UTF-16 or UTF-32 without a mark: NULs stand where the upper bytes of Western letters and separators would."""
    size = len(head) // 4
    places = [head[start::4][:size].count(0) for start in range(4)]
    full = {start for start, nuls in enumerate(places) if nuls > size * 0.9}
    if full == {0, 1, 2} or full == {0, 1}:
        return "utf-32-be"
    if full == {1, 2, 3} or full == {2, 3}:
        return "utf-32-le"
    even, odd = places[0] + places[2], places[1] + places[3]
    if max(even, odd) < size * 0.05 or not size:
        return None
    return "utf-16-le" if even * 20 < odd else "utf-16-be" if odd * 20 < even else None


def _breaks_lines(head: bytes, wide: str) -> bool:
    """Whether the line breaks read as such in the wide encoding: a stray NUL in a short file does not make it one.
    Letters such as 上 (U+4E0A) hold the bytes of line breaks too. Without any line break NULs must abound.
    """
    if head.count(0) == 1:
        return False
    breaks = sum(map(head.count, b"\r\n"))
    text = head.decode(wide, "ignore")
    return sum(map(text.count, "\r\n")) * 3 > breaks if breaks else head.count(0) * 4 >= len(head)


def _is_utf8(head: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return True


def legacy(path: Path) -> str:
    """The encoding of a file that is not UTF-8 throughout. "utf-8" where most letters are UTF-8's: bytes of another
    encoding hardly ever happen to be."""
    sample = b"\n".join(_telling_lines(path))
    text = sample.decode("utf-8", "surrogateescape")
    strays = sum("\udc80" <= letter <= "\udcff" for letter in text)
    others = sum(letter > "\x7f" for letter in text) - strays
    if strays <= others:
        return "utf-8"
    return _latin(sample) or _script(sample) or _guess(sample) or _LATIN[0]


def _latin(sample: bytes) -> str | None:
    likely = {name: _likely(sample, name, _SETS) for name in _LATIN}
    best = max(_LATIN, key=lambda name: likely[name])
    if likely[best] < _CONVINCING:
        return None
    return _LATIN[0] if likely[_LATIN[0]] >= likely[best] - 0.02 else best


def _script(sample: bytes) -> str | None:
    likely = {name: _likely(sample, name, _SCRIPTS) for name in _CYRILLIC_OR_GREEK}
    best = max(_CYRILLIC_OR_GREEK, key=lambda name: likely[name])
    return best if likely[best] >= _CONVINCING_SCRIPT else None


def _telling_lines(path: Path) -> Iterator[bytes]:
    """Lines with other than ASCII characters, about 256 KB of them, from all over the file."""
    left = SAMPLE
    with path.open("rb") as stream:
        while left > 0 and (chunk := stream.read(CHUNK)):
            start = 0 if left == SAMPLE else max(chunk.find(b"\n"), 0)
            for line in _LINE.findall(chunk, start):
                yield line[:4096]
                left -= len(line[:4096])
                if left <= 0:
                    return


def _guess(sample: bytes) -> str | None:
    best = from_bytes(sample[:65536]).best()
    return _SAME.get(best.encoding, best.encoding) if best else None


def _likely(sample: bytes, name: str, sets: Sequence[frozenset[str]]) -> float:
    """How well the text reads in this encoding: 1 where every letter beyond ASCII belongs to one set and stands
    where a letter would, less for signs, below 0 for letters and signs that break words."""
    text = sample.decode(name, "replace")
    marks = [place for place, letter in enumerate(text) if letter > "\x7f"]
    if not marks:
        return 0.0
    letters = [text[place] for place in marks if text[place].isalpha()]
    known = max(sets, key=lambda language: sum(letter in language for letter in letters))
    padded = f" {text} "
    return sum(_fits(padded[place : place + 3], known, sets is _SETS) for place in marks) / len(marks)


def _fits(three: str, known: frozenset[str], latin: bool) -> float:
    """How well the middle one of three characters fits between its neighbours."""
    before, letter, after = tuple(three)
    if not letter.isalpha() or letter in "ºª":
        inside = letter != "’" and before.isalpha() and after.isalpha()
        return -1.0 if inside or letter not in _SIGNS else 0.8 if letter == "€" else 0.7
    if letter not in known or (letter.isupper() and before.islower()) or _strange(before, after, latin):
        return -1.0
    if not (before.isalpha() or after.isalpha()):
        return 0.3
    rare = letter in _RARE and letter + after != "õe" if latin else letter not in _COMMON
    return 0.8 if rare else 1.0


def _strange(before: str, after: str, latin: bool) -> bool:
    """Between two accented letters a third is rare; Cyrillic and Greek letters do not stand beside Latin ones."""
    if latin:
        return before > "\x7f" and before.isalpha() and after > "\x7f" and after.isalpha()
    return (before.isascii() and before.isalpha()) or (after.isascii() and after.isalpha())
