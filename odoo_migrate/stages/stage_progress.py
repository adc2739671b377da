"""How far a stage is, for whoever shows it."""

from __future__ import annotations

from typing import Protocol

EVERY = 20_000  # rows between two words


class Progress(Protocol):
    """Told of `done` of `total` rows (0: not known) of `name`, a file or a mapping."""

    def __call__(self, name: str, done: int, total: int) -> None: ...


def silent(name: str, done: int, total: int) -> None:
    """For whoever shows nothing."""
