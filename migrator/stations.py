"""What the left rail says beside each station of a dataset's way. Each app tells its own when it starts.

The rail is on every page, and the lower apps know nothing of the ones above: so each adds its states here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

Tone = Literal["", "done", "attention", "problem"]

ORDER = ("files", "findings", "mapping", "cleaning", "check", "export")


@dataclass(frozen=True)
class State:
    """Hold what the rail says beside a station.

    Attributes:
        text: short, such as "12 of 14".
        tone: the colour of the text.
        icon: shown instead of the text where it is set.
        todo: what is to be done there ("9 findings to look at"), "" where nothing is.
    """

    text: str = ""
    tone: Tone = ""
    icon: str = ""
    todo: str = ""


DONE = State("done", "done", "check")

_STATES: dict[str, Callable[[Any], State]] = {}


def add(station: str, state: Callable[[Any], State]) -> None:
    """Say how a station's state is found for a dataset."""
    _STATES[station] = state


def rail(dataset: Any) -> dict[str, State]:
    """Return the state of every station by its slug, in the order of the way."""
    return {station: _STATES[station](dataset) for station in ORDER if station in _STATES}


def next_thing(states: dict[str, State]) -> tuple[str, State] | None:
    """Return the first station where something is to be done, with its state."""
    return next(((station, state) for station, state in states.items() if state.todo), None)
