"""Names compared without regard to case, accents and punctuation."""

from __future__ import annotations

import re
import unicodedata

# Letters that Unicode does not take apart into a base letter and an accent.
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"})
_REMOVED = re.compile(r"[.'’‘`´ʻ]")
_SPACED = re.compile(r"[\W_]+")
_INITIALS = re.compile(r"(?:\w )+\w")


def fold(text: str) -> str:
    """Return a name for comparing: `U.S.A.` and ` u s a ` -> "usa"; `Trinidad & Co` -> "trinidad and co".

    Two names are the same if they fold to the same text. Letters of every script stay, digits too.
    """
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    plain = plain.casefold().translate(_LETTERS).replace("&", " and ")
    plain = _SPACED.sub(" ", _REMOVED.sub("", plain)).strip()
    return plain.replace(" ", "") if _INITIALS.fullmatch(plain) else plain
