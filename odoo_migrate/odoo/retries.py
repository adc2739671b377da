"""Try again: how often, how long between, and when to give up.

Waiting times grow from try to try, and each is drawn evenly between nothing and its bound ("full jitter"), so that
connections which failed together do not come back together.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from odoo_migrate.odoo.odoo_errors import Temporary, Unreachable

T = TypeVar("T")


@dataclass(frozen=True)
class Retry:
    """Describe a try that failed, before waiting: its number from 1, why, and the seconds until the next."""

    number: int
    reason: str
    wait: float


OnRetry = Callable[[Retry], None]


@dataclass(frozen=True)
class Retries:
    """Limit tries: at most `tries` of them, and about `total` seconds of waiting between them.

    The n-th wait is drawn below `first` × 2ⁿ⁻¹ seconds, never above `longest`.
    """

    tries: int = 6
    total: float = 60.0
    first: float = 1.0
    longest: float = 20.0

    def wait(self, number: int, asked: float, waited: float) -> float:
        """Return the seconds to wait after a try: drawn, but no less than the server asked for, if time is left."""
        # S311: nobody gains by guessing when we call again.
        drawn = random.uniform(0, min(self.longest, self.first * 2 ** (number - 1)))  # noqa: S311
        return min(max(drawn, asked), max(0.0, self.total - waited))


PATIENT = Retries()
HASTY = Retries(tries=3, total=6.0)  # for the first word with a server, whose address may just be wrong


def persist(once: Callable[[], T], retries: Retries, on_retry: OnRetry | None, *, repeatable: bool = True) -> T:
    """Return the answer of `once`, which raises Temporary where another try may help.

    Where the call is not `repeatable`, only failures that surely left the server untouched are tried again. Raises
    Unreachable when it is given up.
    """
    waited, maybe_done = 0.0, False
    for number in range(1, retries.tries + 1):
        try:
            return once()
        except Temporary as failed:
            maybe_done = maybe_done or failed.maybe_done
            last = failed
        if number == retries.tries or (maybe_done and not repeatable) or waited >= retries.total:
            break
        wait = retries.wait(number, last.wait, waited)
        if on_retry:
            on_retry(Retry(number, last.reason, wait))
        time.sleep(wait)
        waited += wait
    raise Unreachable(_given_up(last.reason, number), maybe_done=maybe_done)


def _given_up(reason: str, tries: int) -> str:
    if tries == 1:
        return f"{reason}."
    return f"{reason} ({tries} tries)."
