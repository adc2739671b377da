"""Show how far the work is: bars on a terminal, plain lines elsewhere, nothing beside JSON."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import TaskID

EVERY = 5.0  # seconds between plain lines


class Bars(Protocol):
    """Show progress; called from any thread."""

    def at(self, name: str, done: int, total: int) -> None:
        """Show that so much of what is called `name` is done; `total` is 0 where nobody knows."""

    def note(self, text: str) -> None:
        """Print a sentence between the bars."""


@contextmanager
def bars(console: Console, unit: str, *, silent: bool) -> Iterator[Bars]:
    """Give the bars that suit where `console` writes to; `unit` is what is counted ("rows")."""
    if silent:
        yield Silent(console)
    elif console.is_terminal:
        with Drawn(console, unit) as drawn:
            yield drawn
    else:
        yield Plain(console, unit)


class Silent:
    """Show no progress, but print notes."""

    def __init__(self, console: Console) -> None:
        """Take the console for notes."""
        self._console = console

    def at(self, name: str, done: int, total: int) -> None:
        """Show nothing."""

    def note(self, text: str) -> None:
        """Print a sentence."""
        self._console.print(text)


class Plain:
    """Print a line now and then, and one at the end of what took long enough for one before."""

    def __init__(self, console: Console, unit: str) -> None:
        """Take the console, and what is counted."""
        self._console = console
        self._unit = unit
        self._lock = threading.Lock()
        self._times: dict[str, tuple[float, float]] = {}  # when it began, when a line was last said

    def at(self, name: str, done: int, total: int) -> None:
        """Print a line where it is time for one."""
        now = time.monotonic()
        with self._lock:
            started, last = self._times.setdefault(name, (now, now))
            # What was over before a first line needs no last one.
            ended = bool(total) and done >= total and last > started
            if not ended and now - last < EVERY:
                return
            # The same name may come again, as of a second round: then its clock begins anew.
            self._times[name] = (now if ended else started, now)
        self._console.print(line(name, done, total, self._unit, now - started))

    def note(self, text: str) -> None:
        """Print a sentence."""
        self._console.print(text)


def line(name: str, done: int, total: int, unit: str, seconds: float) -> str:
    """Return one line of progress after so many seconds."""
    text = f"{name}: {done:,}"
    if total and done < total:
        text += f" of {total:,}"
    text += f" {unit}"
    # Within the first second a rate is chance.
    rate = done / seconds if seconds >= 1 else 0.0
    if not rate:
        return text
    text += f", {rate:,.0f} {unit}/s"
    if total > done:
        text += f", {clock((total - done) / rate)} left"
    return text


def clock(seconds: float) -> str:
    """Return minutes and seconds, or hours, minutes and seconds."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}:{minutes:02}:{rest:02}"
    return f"{minutes}:{rest:02}"


class Drawn:
    """Draw bars that move."""

    def __init__(self, console: Console, unit: str) -> None:
        """Prepare the bars."""
        from rich.progress import BarColumn, Progress, TextColumn

        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=30),
            TextColumn("{task.fields[said]}", markup=False),
            console=console,
        )
        self._unit = unit
        self._lock = threading.Lock()
        self._tasks: dict[str, tuple[TaskID, float]] = {}

    def __enter__(self) -> Drawn:
        """Begin to draw."""
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop drawing."""
        self._progress.stop()

    def at(self, name: str, done: int, total: int) -> None:
        """Move a bar, which is drawn when it is first named."""
        now = time.monotonic()
        with self._lock:  # two threads of a load may name a new bar at the same moment
            if name not in self._tasks:
                self._tasks[name] = (self._progress.add_task(name, total=total or None, said=""), now)
            task, started = self._tasks[name]
        said = line("", done, total, self._unit, now - started).removeprefix(": ")
        self._progress.update(task, completed=done, total=total or None, said=said)

    def note(self, text: str) -> None:
        """Print a sentence above the bars."""
        self._progress.console.print(text)
