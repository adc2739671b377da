"""Names compared without regard to case, accents and punctuation."""

from __future__ import annotations

import re
import unicodedata

# Letters that Unicode does not take apart into a base letter and an accent.
WHOLE_LETTERS = {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"}
_LETTERS = str.maketrans(WHOLE_LETTERS)
_UMLAUTS = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "Å": "Aa", "Ø": "Oe"}
)
# Apostrophes and full stops are within words: O'Neil, St. Gallen, U.S.A.
_REMOVED = re.compile(r"[.'’‘`´ʻ]")
_SPACED = re.compile(r"[\W_]+")
_INITIALS = re.compile(r"(?:\w )+\w")


def fold(text: str) -> str:
    """Return a name for comparing: `U.S.A.` and ` u s a ` -> "usa"; `Trinidad & Co` -> "trinidad and co".

    Two names are the same if they fold to the same text. Letters of every script stay, digits too.
    """
    plain = unicodedata.normalize("NFKD", text)
    # ASCII has no accents, so most names need no look at each of their letters.
    if not plain.isascii():
        plain = "".join([letter for letter in plain if not unicodedata.combining(letter)])
    plain = plain.casefold().translate(_LETTERS).replace("&", " and ")
    plain = _SPACED.sub(" ", _REMOVED.sub("", plain)).strip()
    # `u s a` are initials, and the same name as `usa`.
    if _INITIALS.fullmatch(plain):
        return plain.replace(" ", "")
    return plain


def umlauts_spelt_out(text: str) -> str:
    """Return a text with its umlauts as German and Danish spell them without: `Österreich` -> "Oesterreich".

    Only umlauts of one character are seen (Unicode's normal form C).
    """
    return text.translate(_UMLAUTS)
