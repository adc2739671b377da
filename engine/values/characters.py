"""Characters that are space, and characters that nobody sees."""

from __future__ import annotations

from collections.abc import Mapping

import regex

LINE_ENDS = "\n\r\x0b\x0c\x85\u2028\u2029"
SPACES = (
    " \t\x1c\x1d\x1e\x1f\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
)
BOM = "\ufeff"


def character_class(characters: str) -> str:
    r"""Return a class of exactly these characters, for Arrow's and Python's patterns alike: `[\x{a0}…]`."""
    escaped = [f"\\x{{{ord(one):x}}}" for one in characters]
    return f"[{''.join(escaped)}]"


# Control characters but for tabs, line ends and what Python counts as space; soft hyphen, zero-width signs,
# marks of writing direction, fillers, byte order marks.
ALWAYS_INVISIBLE = (
    "".join(map(chr, (*range(0x09), *range(0x0E, 0x1C), 0x7F, *range(0x80, 0x85), *range(0x86, 0xA0))))
    + "\u00ad\u034f\u061c\u17b4\u17b5\u180b\u180c\u180d\u180e\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e"
    + "\u2060\u2061\u2062\u2063\u2064\u2065\u2066\u2067\u2068\u2069\u206a\u206b\u206c\u206d\u206e\u206f"
    + "\u2800\u3164\ufeff\uffa0\ufff9\ufffa\ufffb\U000e0001"
)
TAGS = "[\U000e0020-\U000e007f]"  # spell out a region behind a black flag
INVISIBLE = f"{character_class(ALWAYS_INVISIBLE + chr(0x200C) + chr(0x200D) + chr(0xFE0E) + chr(0xFE0F))}|{TAGS}"

_ALWAYS = dict.fromkeys(map(ord, ALWAYS_INVISIBLE))
# Joiners shape Arabic and Indic letters; a joiner and a variation selector make one emoji of several signs.
_SHAPED = r"[[\p{L}\p{M}]--[\p{Latin}\p{Greek}\p{Cyrillic}]]"
_STRAY = regex.compile(
    r"(?V1)(?:(?<!" + _SHAPED + r")[\u200c\u200d]|[\u200c\u200d](?!" + _SHAPED + r"))"
    r"(?<!\p{Extended_Pictographic}[\U0001f3fb-\U0001f3ff]?\ufe0f?\u200d(?=\p{Extended_Pictographic}))"
    r"|(?<![\p{Emoji}--[0-9#*]])(?<![0-9#*](?=.\u20e3))[\ufe0e\ufe0f]"
    r"|(?<!\U0001f3f4" + TAGS + "{0,30})" + TAGS,
    regex.DOTALL,
)


def visible(text: str) -> str:
    """Return the text without characters that nobody sees; joiners that shape an emoji or a letter stay."""
    return _STRAY.sub("", text.translate(_ALWAYS))


# A digit makes a code of what follows; small letters behind an apostrophe are a short form ('t, 's) or a decade ('90s),
# and a second apostrophe closes a quotation.
_MARKED = regex.compile(r"'(?!\p{Ll}{1,2}[\s-])(?!\d0s\b)(?=[^']*\d)[^']*|'[=+@-][^']*")


def without_text_mark(text: str) -> str:
    """Return a text without the apostrophe in front by which a spreadsheet marks codes as texts."""
    return text[1:] if _MARKED.fullmatch(text) else text


# The encodings that a person can choose for a text file, by what people call them.
ENCODING_NAMES: Mapping[str, str] = {
    "utf-8": "Unicode (UTF-8)",
    "utf-16-le": "Unicode (UTF-16)",
    "utf-16-be": "Unicode (UTF-16, big end first)",
    "cp1252": "Western European (Windows)",
    "iso8859_15": "Western European (ISO)",
    "mac_roman": "Western European (Mac)",
    "cp850": "Western European (DOS)",
    "cp437": "Western European (first DOS)",
    "cp1250": "Central European (Windows)",
    "iso8859_2": "Central European (ISO)",
    "cp852": "Central European (DOS)",
    "mac_latin2": "Central European (Mac)",
    "cp1254": "Turkish (Windows)",
    "cp857": "Turkish (DOS)",
    "cp1257": "Baltic (Windows)",
    "cp775": "Baltic (DOS)",
    "cp1251": "Cyrillic (Windows)",
    "koi8_r": "Cyrillic (KOI8-R)",
    "koi8_u": "Cyrillic (KOI8-U)",
    "iso8859_5": "Cyrillic (ISO)",
    "cp866": "Cyrillic (DOS)",
    "cp855": "Cyrillic (old DOS)",
    "mac_cyrillic": "Cyrillic (Mac)",
    "cp1253": "Greek (Windows)",
    "iso8859_7": "Greek (ISO)",
    "cp737": "Greek (DOS)",
    "cp1255": "Hebrew (Windows)",
    "cp862": "Hebrew (DOS)",
    "cp1256": "Arabic (Windows)",
    "iso8859_6": "Arabic (ISO)",
    "cp874": "Thai (Windows)",
    "cp1258": "Vietnamese (Windows)",
    "cp932": "Japanese (Shift JIS)",
    "euc_jp": "Japanese (EUC)",
    "gb18030": "Simplified Chinese (GB)",
    "big5": "Traditional Chinese (Big5)",
    "cp949": "Korean (Windows)",
}
