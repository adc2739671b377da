"""What changed inside a cell, for the eye: which characters went and which came."""

from __future__ import annotations

from difflib import SequenceMatcher
from functools import lru_cache

LONGEST = 100  # characters; beyond that a cell is compared as a whole
Piece = tuple[str, bool]  # text, changed?


@lru_cache(maxsize=4096)
def pieces(before: str, after: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Both texts cut into pieces, each marked as changed or not.

    Where little is left of the old text nothing is marked: single common letters would only be noise.
    """
    plain = (((before, False),), ((after, False),))
    if max(len(before), len(after)) > LONGEST or not before or not after:
        return plain
    spans = _same_letters(before, after) or _common_parts(before, after)
    kept = sum(old_end - old for same, old, old_end, _, _ in spans if same)
    if kept * 2 < min(len(before), len(after)):
        return plain
    old = tuple((before[a:b], not same) for same, a, b, _, _ in spans if b > a)
    new = tuple((after[a:b], not same) for same, _, _, a, b in spans if b > a)
    return old, new


Span = tuple[bool, int, int, int, int]  # same?, from and to in the old text, from and to in the new


def _same_letters(before: str, after: str) -> list[Span]:
    """Only upper and lower case differ: position by position, which reads better than parts found in common."""
    if len(before) != len(after) or before.casefold() != after.casefold():
        return []
    return [(old == new, at, at + 1, at, at + 1) for at, (old, new) in enumerate(zip(before, after, strict=True))]


def _common_parts(before: str, after: str) -> list[Span]:
    """What both texts begin and end with is found first: it is most of them, as a rule, and costs nothing."""
    start = _shared(before, after)
    rest = min(len(before), len(after)) - start
    end = _shared(before[::-1][:rest], after[::-1][:rest])
    old, new = before[start : len(before) - end], after[start : len(after) - end]
    middle = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    inner = [(tag == "equal", start + a, start + b, start + c, start + d) for tag, a, b, c, d in middle]
    first, last = (True, 0, start, 0, start), (True, len(before) - end, len(before), len(after) - end, len(after))
    return [first, *inner, last]


def _shared(one: str, other: str) -> int:
    """How many characters both begin with."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))
