"""Make external IDs: how the key of a record becomes its name in Odoo.

A pattern such as "migr.partner.{Customer Code}" names source columns; the cells of a row fill it. What an ID may hold
was measured on Odoo 18: it splits at the first dot, spaces are refused, and a comma is accepted but such a record can
never be named in a many2many. So a rendered cell holds only `[A-Za-z0-9_.-]`.

The same keys always give the same IDs, whatever their order: whoever writes a project (lookups, checks) and the loader
(payload) both call this module and must agree to the letter.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

NAMESPACE = "[a-z][a-z0-9_]{0,39}"  # as Odoo's own module names are
NAMESPACE_WORDS = "lower-case letters, digits and _, starting with a letter"
MAX_LENGTH = 120
ALLOWED = "A-Za-z0-9_.-"
KEY_SEPARATOR = "\x1f"  # between the cells of a key of several columns, where it is hashed
DIGITS = (6, 12, 24, 64)  # of the key's SHA-256; more than 6 only where 6 do not tell the keys apart

_NOT_ALLOWED = re.compile(rf"[^{ALLOWED}]+")
_AS_IT_STANDS = re.compile(rf"(?!_)[{ALLOWED}]+(?<!_)")
_LITERAL = re.compile(rf"[{ALLOWED}]*")
_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
_MODULE = re.compile(r"[A-Za-z0-9_-]+\.")

Key = tuple[str, ...]


class BadPattern(ValueError):
    """Say in one sentence for the user why a pattern cannot name records."""


class EmptyKey(ValueError):
    """Say that a key has an empty cell: such a row has no external ID."""


@lru_cache(maxsize=65_536)
def rendered(value: str) -> str:
    """Return a value as an ID can hold it; "" where nothing of it can be written in ASCII.

    Letters lose their accents, every other run of characters becomes one `_`, and none stays at the ends.
    """
    # NFKD takes accents off their letters: é becomes e and a mark.
    if not value.isascii():
        value = "".join(_ascii(char) for char in unicodedata.normalize("NFKD", value))
    return _NOT_ALLOWED.sub("_", value).strip("_")


def _ascii(char: str) -> str:
    """Return the ASCII replacement of a character: nothing for letters and accents, `_` for others."""
    if char.isascii():
        return char
    if unicodedata.category(char)[0] in "LM":
        return ""
    return "_"


def is_empty(cell: str) -> bool:
    """Tell whether a cell of a key holds nothing but spaces."""
    return not cell.strip()


def digest(key: Sequence[str], digits: int = DIGITS[0]) -> str:
    """Return the first hex digits of the SHA-256 of the key's cells."""
    return hashlib.sha256(KEY_SEPARATOR.join(key).encode()).hexdigest()[:digits]


@dataclass(frozen=True)
class Pattern:
    """Hold a pattern that was read; `literals` has one text more than `placeholders`, which are column titles."""

    text: str
    literals: tuple[str, ...]
    placeholders: tuple[str, ...]

    @classmethod
    def read(cls, text: str) -> Pattern:
        """Return the pattern that a text describes; raise BadPattern where it cannot name records."""
        pieces = _PLACEHOLDER.split(text)
        literals, placeholders = tuple(pieces[::2]), tuple(pieces[1::2])
        _check(text, literals, placeholders)
        return cls(text, literals, placeholders)

    def base(self, key: Sequence[str]) -> str:
        """Return the ID of a key, one cell per placeholder, without any suffix; raise EmptyKey."""
        pieces = [self.literals[0]]
        for cell, literal in zip(key, self.literals[1:], strict=True):
            if is_empty(cell):
                raise EmptyKey(f"a cell of the key of {self.text} is empty")
            pieces += [rendered(cell), literal]
        return "".join(pieces)

    def alone(self, key: Sequence[str]) -> str:
        """Return the ID that a key has where no other key renders the same; raise EmptyKey."""
        if len(key) == 1 and len(self.text) + len(key[0]) <= MAX_LENGTH and _AS_IT_STANDS.fullmatch(key[0]):
            return f"{self.literals[0]}{key[0]}{self.literals[1]}"  # what follows gives the same, four times as slowly
        base = self.base(key)
        # A cell of which nothing is left, as of Chinese, would give all such keys one name.
        if len(base) > MAX_LENGTH or not all(map(rendered, key)):
            return _marked(base, key, DIGITS[0])
        return base

    def choices(self, key: Sequence[str]) -> list[str]:
        """Return every ID that a key can have, whatever other keys there are; raise EmptyKey."""
        base = self.base(key)
        return [self.alone(key)] + [_marked(base, key, digits) for digits in DIGITS]


def _check(text: str, literals: Sequence[str], placeholders: Sequence[str]) -> None:
    if not placeholders:
        raise BadPattern(f"The ID pattern '{text}' names no column in {{braces}}, so all records would be one.")
    for literal in literals:
        if not _LITERAL.fullmatch(literal):
            raise BadPattern(f"The ID pattern '{text}' may hold only letters, digits, '_', '.', '-' and {{Column}}.")
    if not _MODULE.match(literals[0]):
        raise BadPattern(f"The ID pattern '{text}' must begin with a namespace and a dot, such as 'migr.'.")
    if literals[0].startswith(("base.", "__import__.")):
        raise BadPattern(f"The ID pattern '{text}' would take over Odoo's own records; use a namespace of yours.")
    if sum(map(len, literals)) > MAX_LENGTH // 2:
        raise BadPattern(f"The ID pattern '{text}' is too long; an ID has at most {MAX_LENGTH} characters.")


def _marked(base: str, key: Sequence[str], digits: int) -> str:
    """`base` with the key's digest, cut so that the whole fits."""
    stem = base[: MAX_LENGTH - digits - 1].rstrip("_")
    if not stem.endswith("."):  # nothing but the namespace is left of a key in another script
        stem += "_"
    return stem + digest(key, digits)


def external_ids(pattern: Pattern, keys: Iterable[Key]) -> dict[Key, str]:
    """Return the ID of every distinct key; raise EmptyKey for a key with an empty cell.

    Keys that render alike all get a suffix, so that no record's name depends on the order of the rows.
    """
    ids = {key: pattern.alone(key) for key in keys}
    for digits in DIGITS:
        alike = {text for text, count in Counter(ids.values()).items() if count > 1}
        if not alike:
            return ids
        # A value may change while its dictionary is walked, a key may not.
        for key, text in ids.items():
            if text in alike:
                ids[key] = _marked(pattern.base(key), key, digits)
    return ids
