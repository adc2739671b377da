"""Texts grouped by their shape, every digit a 9: what the shape decides is asked once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

_CHUNK = 65_536  # texts at a time
_NINES = str.maketrans("012345678", "999999999")


def grouped(texts: Iterable[str]) -> Iterator[tuple[str, list[str]]]:
    """(shape, its texts) for chunk after chunk of `texts`; a shape may come again with the next chunk."""
    waiting = iter(texts)
    while chunk := list(islice(waiting, _CHUNK)):
        groups: dict[str, list[str]] = {}
        for shape, text in zip(_shapes(chunk), chunk, strict=True):
            groups.setdefault(shape, []).append(text)
        yield from groups.items()


def _shapes(texts: list[str]) -> list[str]:
    """All shapes in one go; one by one where a text has a line end of its own."""
    shapes = "\n".join(texts).translate(_NINES).split("\n")
    return shapes if len(shapes) == len(texts) else [text.translate(_NINES) for text in texts]
