"""Several processes as one: they start together and end together, with one Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Callable, Sequence
from types import FrameType

GRACE_SECONDS = 10


class Processes:
    """Each runs in a group of its own, so that Ctrl-C reaches us alone and we end them in order."""

    def __init__(self, commands: Sequence[Sequence[str]]) -> None:
        self._asked = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask)
        # The commands are our own, not a user's.
        self._all = [subprocess.Popen(command, start_new_session=True) for command in commands]  # noqa: S603

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self._asked.set()

    @property
    def asked(self) -> bool:
        """Whether somebody wants all this to end."""
        return self._asked.is_set()

    @property
    def running(self) -> bool:
        """All are alive, and nobody has asked to stop."""
        return not self.asked and all(process.poll() is None for process in self._all)

    def wait(self, until: Callable[[], bool] = lambda: False) -> None:
        """Return once `until()` holds, someone asks to stop, or one of the processes ends by itself."""
        while self.running and not until():
            self._asked.wait(0.2)

    def stop(self) -> None:
        """End all; what still runs after the grace period is killed, with its children."""
        for process in self._all:
            process.terminate()
        for process in self._all:
            try:
                process.wait(timeout=GRACE_SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
