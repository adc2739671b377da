"""What one cell looks like, as far as that tells titles from data."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

from engine.values.answer_words import means_empty

_LOOKS = {
    "number": r"[\s(+−–-]*(?:[A-Z]{3}\s?)?[€$£¥]?\s?[+−–-]?[0-9][0-9.,'’\s\u00a0]*[)%−–-]*\s?(?:[€$£¥%]|[A-Z]{3})?\)?",
    "date": r"[0-9]{1,4}[./-][0-9]{1,2}[./-][0-9]{1,4}(?:[T\s,]+[0-9]{1,2}:[0-9]{2}.*)?"
    r"|[0-9]{1,2}[\s.-]+[^\W\d]{3,9}\.?[\s,.-]+[0-9]{2,4}|[^\W\d]{3,9}\.?\s[0-9]{1,2},\s?[0-9]{4}"
    r"|[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?",
    "email": r"\S+@\S+\.\S+",
    "url": r"(?:https?://|www\.)\S+",
    "phone": r"(?:[A-Za-z]{2,8}\.?:\s?)?[+(]?[0-9][0-9\s()./-]{5,}[0-9](?:\s?(?:x|ext\.?)\s?[0-9]+)?",
    "code": r"(?=[^\s]*[0-9])(?=[^\s]*[A-Za-z])[A-Za-z0-9][A-Za-z0-9._/-]{1,39}",
}
_PATTERNS = [(look, re.compile(pattern)) for look, pattern in _LOOKS.items()]
LONGEST_TITLE = 60
_MOSTLY = 0.7


@lru_cache(maxsize=65_536)
def look_of(text: str) -> str:
    """number, date, email, url, phone, code, text, or "" for an empty cell and for words that mean empty."""
    bare = text.strip()
    if not bare or means_empty(bare):
        return ""
    if len(bare) > 100:
        return "text"
    return next((look for look, pattern in _PATTERNS if pattern.fullmatch(bare)), "text")


def usual_look(texts: Iterable[str]) -> str:
    """The look that most of a column's filled cells share, "" for none."""
    looks = Counter(look for text in texts if (look := look_of(text)))
    if not looks:
        return ""
    look, count = looks.most_common(1)[0]
    return look if count >= _MOSTLY * looks.total() else ""
