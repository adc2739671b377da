"""External IDs: how the key of a record becomes its name in Odoo.

A pattern such as "migr.partner.{Customer Code}" names source columns; the cells of a row fill it. What may
stand in an ID was measured on Odoo 18: it splits at the first dot, spaces are refused, and a comma is accepted
but such a record can never be named in a many2many. So a rendered cell holds only `[A-Za-z0-9_.-]`.

The same keys always give the same IDs, whatever their order: the bridge (lookups, checks) and the loader
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
    """A pattern that cannot name records; the text is one sentence for the user."""


class EmptyKey(ValueError):
    """A key with an empty cell: such a row has no external ID."""


@lru_cache(maxsize=65_536)
def rendered(value: str) -> str:
    """`value` as it may stand in an ID: letters without their accents, every other run of characters as one
    `_`, none at the ends. "" where nothing of the value can be written in ASCII.
    """
    if not value.isascii():
        value = "".join(_ascii(char) for char in unicodedata.normalize("NFKD", value))
    return _NOT_ALLOWED.sub("_", value).strip("_")


def _ascii(char: str) -> str:
    """Letters and their marks that ASCII lacks vanish; any other character is a gap between words."""
    if char.isascii():
        return char
    return "" if unicodedata.category(char)[0] in "LM" else "_"


def is_empty(cell: str) -> bool:
    return not cell.strip()


def digest(key: Sequence[str], digits: int = DIGITS[0]) -> str:
    """The first hex digits of the SHA-256 of the key's cells."""
    return hashlib.sha256(KEY_SEPARATOR.join(key).encode()).hexdigest()[:digits]


@dataclass(frozen=True)
class Pattern:
    """A read pattern: `literals` has one text more than `placeholders` (column titles)."""

    text: str
    literals: tuple[str, ...]
    placeholders: tuple[str, ...]

    @classmethod
    def read(cls, text: str) -> Pattern:
        """Raises BadPattern."""
        pieces = _PLACEHOLDER.split(text)
        literals, placeholders = tuple(pieces[::2]), tuple(pieces[1::2])
        _check(text, literals, placeholders)
        return cls(text, literals, placeholders)

    def base(self, key: Sequence[str]) -> str:
        """The ID of `key` (one cell per placeholder) before keys are told apart. Raises EmptyKey."""
        if any(is_empty(cell) for cell in key):
            raise EmptyKey(f"a cell of the key of {self.text} is empty")
        pieces = [self.literals[0]]
        for cell, literal in zip(key, self.literals[1:], strict=True):
            pieces += [rendered(cell), literal]
        return "".join(pieces)

    def alone(self, key: Sequence[str]) -> str:
        """The ID that `key` has where no other key renders the same. Raises EmptyKey."""
        if len(key) == 1 and len(self.text) + len(key[0]) <= MAX_LENGTH and _AS_IT_STANDS.fullmatch(key[0]):
            return f"{self.literals[0]}{key[0]}{self.literals[1]}"  # what follows gives the same, four times as slowly
        base = self.base(key)
        if len(base) > MAX_LENGTH or not all(rendered(cell) for cell in key):
            return _marked(base, key, DIGITS[0])
        return base

    def choices(self, key: Sequence[str]) -> list[str]:
        """Every ID that `key` can have, whatever other keys there are. Raises EmptyKey."""
        base = self.base(key)
        return [self.alone(key), *(_marked(base, key, digits) for digits in DIGITS)]


def _check(text: str, literals: Sequence[str], placeholders: Sequence[str]) -> None:
    if not placeholders:
        raise BadPattern(f"The ID pattern '{text}' names no column in {{braces}}, so all records would be one.")
    if not all(_LITERAL.fullmatch(literal) for literal in literals):
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
    return stem + ("" if stem.endswith(".") else "_") + digest(key, digits)


def external_ids(pattern: Pattern, keys: Iterable[Key]) -> dict[Key, str]:
    """The ID of every distinct key. Keys that render alike all get a suffix, so that no record's name depends on
    the order of the rows. Raises EmptyKey.
    """
    ids = {key: pattern.alone(key) for key in keys}
    for digits in DIGITS:
        alike = {text for text, count in Counter(ids.values()).items() if count > 1}
        if not alike:
            return ids
        ids.update({key: _marked(pattern.base(key), key, digits) for key, text in ids.items() if text in alike})
    return ids
