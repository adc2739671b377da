"""Name what can go wrong with an Odoo server; no text of these ever holds a password or an API key."""

from __future__ import annotations


class OdooError(Exception):
    """Say in words for the user what keeps a call from its answer."""


class Unreachable(OdooError):
    """Say that no answer came, and that trying again was given up.

    `maybe_done`: the server may have carried out the call, or may still be at it, so that whoever wrote something has
    to look before doing it again.
    """

    def __init__(self, message: str, *, maybe_done: bool = False) -> None:
        """Take the sentence for the user."""
        super().__init__(message)
        self.maybe_done = maybe_done


class Rejected(OdooError):
    """Say in one sentence that the server refuses us; trying again does not help.

    The password may be wrong, the database unknown, rights may be missing, or it is another version.
    """


class Fault(OdooError):
    """Hold the exception with which the server answered a call; what the call wrote is undone.

    `name` is its class (`odoo.exceptions.ValidationError`), `debug` its traceback.
    """

    def __init__(self, name: str, message: str, debug: str = "") -> None:
        """Take what the server serialized."""
        super().__init__(message or name)
        self.name = name
        self.message = message or name
        self.debug = debug


class Temporary(Exception):
    """Say that one try failed in a way that another may not.

    It stays inside this package: `retries` turns it into an answer or into Unreachable.

    Attributes:
        reason: A part of a sentence.
        maybe_done: Whether the server may have carried out the call.
        foreign: The HTTP status of an answer that is not such as Odoo gives, 0 otherwise.
        wait: Seconds that the server asked for.
    """

    def __init__(self, reason: str, *, maybe_done: bool, foreign: int = 0, wait: float = 0.0) -> None:
        """Take the details of the failure."""
        super().__init__(reason)
        self.reason = reason
        self.maybe_done = maybe_done
        self.foreign = foreign
        self.wait = wait
