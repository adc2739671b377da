"""What the left rail says beside each station of a dataset's way. Each app tells its own when it starts.

The rail stands on every page, yet the lower apps know nothing of the ones above: so their states meet here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

Tone = Literal["", "done", "attention", "problem"]

ORDER = ("files", "findings", "mapping", "cleaning", "check", "export")


@dataclass(frozen=True)
class State:
    """A short text ("12 of 14", "9") with its tone; where `icon` is set it stands in place of the text. `todo` says
    what is to be done there ("9 findings to look at"), "" where nothing is.
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
    """The state of every station by its slug, in the order of the way."""
    return {station: _STATES[station](dataset) for station in ORDER if station in _STATES}


def next_thing(states: dict[str, State]) -> tuple[str, State] | None:
    """The first station where something is to be done, with its state."""
    return next(((station, state) for station, state in states.items() if state.todo), None)
