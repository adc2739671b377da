"""What can go wrong between us and an Odoo server. No text of these ever holds a password or an API key."""

from __future__ import annotations


class OdooError(Exception):
    """Anything that keeps a call from its answer; the text is for the user."""


class Unreachable(OdooError):
    """No answer came, and trying again was given up. `maybe_done`: the server may have carried out the call, or may
    still be at it, so that whoever wrote something has to look before doing it again.
    """

    def __init__(self, message: str, *, maybe_done: bool = False) -> None:
        super().__init__(message)
        self.maybe_done = maybe_done


class Rejected(OdooError):
    """The server is there and will not have us: wrong password, unknown database, missing rights, another version.
    One sentence that says so. Trying again does not help.
    """


class Fault(OdooError):
    """The server answered a call with an exception: its class (`odoo.exceptions.ValidationError`), its message and
    its traceback. What the call wrote is undone.
    """

    def __init__(self, name: str, message: str, debug: str = "") -> None:
        super().__init__(message or name)
        self.name = name
        self.message = message or name
        self.debug = debug


class Temporary(Exception):
    """One try failed in a way that another may not. It stays inside this package: `retries` turns it into an answer or
    into Unreachable. `foreign`: the HTTP status of an answer that is not such as Odoo gives, 0 otherwise. `wait`:
    seconds that the server asked for.
    """

    def __init__(self, reason: str, *, maybe_done: bool, foreign: int = 0, wait: float = 0.0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.maybe_done = maybe_done
        self.foreign = foreign
        self.wait = wait
