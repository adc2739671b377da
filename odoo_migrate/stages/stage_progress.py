"""Define how stages report how far they are."""

from __future__ import annotations

from typing import Protocol

EVERY = 20_000  # rows between two reports


class StageProgress(Protocol):
    """Take reports of how far a stage is."""

    def __call__(self, name: str, done: int, total: int) -> None:
        """Take that `done` of `total` rows (0: not known) of `name`, a file or a mapping, are done."""


def silent(name: str, done: int, total: int) -> None:
    """Do nothing with a report."""
