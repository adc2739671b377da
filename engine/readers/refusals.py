"""Refusals: why a file cannot be read, each as one sentence for the user."""

from __future__ import annotations

import logging

log = logging.getLogger("engine.readers")


class Unreadable(Exception):
    """Raise this where a file cannot be read.

    `str()` is one sentence for the user; `detail` is for the log.
    """

    def __init__(self, sentence: str, detail: str = "") -> None:
        """Take the sentence for the user and the detail for the log."""
        super().__init__(sentence)
        self.detail = detail


class NotATable(Unreadable):
    """Raise this for a file of a kind that never holds a table, such as a PDF or a picture."""


class EmptyFile(Unreadable):
    """Raise this where there is nothing in the file."""

    def __init__(self, name: str) -> None:
        """Say that the file which the user calls `name` is empty."""
        super().__init__(f"'{name}' is empty: there is no data in it.")


class Interrupted(BaseException):
    """Carry an exception of `progress` past the handlers of damaged files."""

    # No Exception: the readers' handlers of damaged content must not catch it.
    def __init__(self, reason: BaseException) -> None:
        """Take the exception to raise where the reading was asked for."""
        super().__init__(reason)
        self.reason = reason


def damaged(name: str, detail: str) -> Unreadable:
    """Return the refusal of a file that is broken."""
    return Unreadable(
        f"'{name}' is damaged or was not uploaded completely. Open it in the program that it comes from, save it again "
        "and upload the new file.",
        detail,
    )


def overloading(name: str, detail: str) -> Unreadable:
    """Return the refusal of a file that is made to fill memory and disks."""
    return Unreadable(
        f"'{name}' unpacks to far more data than its size lets expect. It was refused, because such files are made to "
        "overload computers.",
        detail,
    )
