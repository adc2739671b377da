"""Tell exceptions of the server that are worth another try from refusals."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from odoo_migrate.odoo.credentials import Secret
from odoo_migrate.odoo.odoo_errors import Fault, Rejected, Temporary

# Two transactions were in each other's way; PostgreSQL undid ours.
_CLASH = re.compile(
    r"could not serialize access|deadlock detected|could not obtain lock|canceling statement due to lock timeout"
    r"|current transaction is aborted|SerializationFailure|TransactionRollbackError|DeadlockDetected|LockNotAvailable"
)
# The server, or its database, is short of something or just starting; what was under way may or may not be stored.
_TROUBLE = re.compile(
    r"server closed the connection|terminating connection|connection already closed|cursor already closed"
    r"|connection to server .{0,200} failed|could not connect to server|SSL connection has been closed"
    r"|database system is (?:starting up|shutting down|in recovery mode)|too many (?:clients|connections)"
    r"|remaining connection slots|connection pool is full",
    re.DOTALL | re.IGNORECASE,
)
_NO_DATABASE = re.compile(r'database "(?P<name>[^"]*)" does not exist')


def clash(text: str) -> bool:
    """Tell whether a message or exception says that transactions were in each other's way."""
    return bool(_CLASH.search(text))


def meant(error: Mapping[str, Any], secret: Secret) -> Temporary | Rejected | Fault:
    """Return what the exception that a server serialized (`name`, `message`, `debug`) means for the caller."""
    # Before anything else is done with the texts: a traceback may hold the arguments of the call.
    name, message, debug = (secret.out_of(str(error.get(key) or "")) for key in ("name", "message", "debug"))
    if clash(name) or clash(message):
        return Temporary(f"Another transaction was in the way: {_first_line(message)}", maybe_done=False)
    missing = _NO_DATABASE.search(message)
    if missing:
        return Rejected(f'The server has no database "{missing["name"]}".')
    if _TROUBLE.search(message):
        return Temporary(f"The server is in trouble: {_first_line(message)}", maybe_done=True)
    if name in {"odoo.exceptions.AccessDenied", "odoo.http.SessionExpiredException"}:
        return Rejected("The server refused the user name or the password.")
    return Fault(name, message, debug)


def _first_line(message: str) -> str:
    return (message.strip().splitlines() or [""])[0][:200].rstrip(".")
