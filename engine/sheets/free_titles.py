"""Titles that no column of a sheet has."""

from __future__ import annotations

from collections.abc import Collection


def free_title(title: str, taken: Collection[str]) -> str:
    """Return the title, with a number behind it where it is taken: City (2), as a title that a file repeats."""
    number, free = 2, title
    while free in taken:
        free = f"{title} ({number})"
        number += 1
    return free
