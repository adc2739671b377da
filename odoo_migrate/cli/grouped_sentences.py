"""Sentences that differ only in the names they hold, told once with their number."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")

_NAMED = re.compile(r"'[^']*'")

_LONGEST = 200  # characters of somebody else's sentence


def short(text: str) -> str:
    """On one line, cut where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


@dataclass
class Alike(Generic[T]):
    """`first` of them as it came, its `sentence`, how many there are, and whether all say the same to the letter."""

    first: T
    sentence: str
    count: int = 1
    same: bool = True

    def shape(self) -> str:
        """The sentence, with … in place of what differs."""
        return self.sentence if self.same else _NAMED.sub("'…'", self.sentence)


def told_once(things: Iterable[T], place: Callable[[T], Hashable], sentence: Callable[[T], str]) -> list[Alike[T]]:
    """Things of one place whose sentences have one shape, in the order of their first."""
    found: dict[Hashable, Alike[T]] = {}
    for one in things:
        said = sentence(one)
        key = (place(one), _NAMED.sub("", said))
        if key in found:
            found[key].count += 1
            found[key].same &= found[key].sentence == said
        else:
            found[key] = Alike(one, said)
    return list(found.values())
