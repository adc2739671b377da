"""Call methods of Odoo over HTTP in its two ways: JSON-RPC (16 to 19) and JSON-2 (from 19, with an API key).

JSON-2 is as in Odoo's documentation, "External JSON-2 API": POST /json/2/<model>/<method>, the key as bearer, the
arguments by name, an exception as a serialized object with a status of 4xx or 5xx.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from odoo_migrate.odoo.credentials import Kind, Secret
from odoo_migrate.odoo.http_connection import ANSWER_SECONDS, Wire
from odoo_migrate.odoo.odoo_errors import Rejected, Temporary
from odoo_migrate.odoo.retries import PATIENT, OnRetry, Retries, persist
from odoo_migrate.odoo.retryable_faults import meant
from odoo_migrate.odoo.server_address import Address

RPC = "/jsonrpc"
_UNAUTHORIZED = 401
_FINE = 200
_NOT_FOUND = 404

# Names of the positional arguments of the methods that we call; JSON-2 knows arguments by name only.
NAMES: Mapping[str, tuple[str, ...]] = {
    "check_access": ("ids", "operation"),
    "context_get": (),
    "create": ("vals_list",),
    "default_get": ("fields",),
    "execute_import": ("ids", "fields", "columns", "options", "dryrun"),
    "fields_get": ("allfields", "attributes"),
    "get_installed": (),
    "get_param": ("key", "default"),
    "has_access": ("ids", "operation"),
    "load": ("fields", "data"),
    "read": ("ids", "fields", "load"),
    "search": ("domain", "offset", "limit", "order"),
    "search_count": ("domain", "limit"),
    "search_read": ("domain", "fields", "offset", "limit", "order"),
    "unlink": ("ids",),
    "write": ("ids", "vals"),
}


@dataclass(frozen=True)
class Login:
    """Hold a login to one database; `uid` is 0 until the server has sent it."""

    address: Address
    database: str
    username: str
    secret: Secret = field(repr=False)
    kind: Kind = "password"
    uid: int = 0


@dataclass(frozen=True)
class Manner:
    """Say how calls are made: seconds to wait for an answer, how to try again, and whom to tell of it."""

    timeout: float = ANSWER_SECONDS
    retries: Retries = PATIENT
    on_retry: OnRetry | None = None


Accept = Callable[[Any], str]


@dataclass(frozen=True)
class Call:
    """Describe a method with its arguments; its records are in `named` under `ids`.

    `repeatable`: doing it twice is the same as once. `accept` gives a reason to ask again for an answer, "" to take it.
    """

    model: str
    method: str
    positional: Sequence[Any] = ()
    named: Mapping[str, Any] = field(default_factory=dict)
    repeatable: bool = True
    accept: Accept | None = None


class Transport(Protocol):
    """Carry calls over a connection, for one thread at a time."""

    login: Login
    manner: Manner

    def call(self, call: Call) -> Any:
        """Return the answer; raise Unreachable, Rejected or Fault."""

    def clone(self) -> Transport:
        """Return another connection with the same login."""

    def close(self) -> None:
        """Close the connection."""


class JsonRpc:
    """Call `execute_kw` of the service `object`, with the password (or an API key in its place) in every call."""

    def __init__(self, login: Login, manner: Manner) -> None:
        """Prepare the connection; nothing is sent yet."""
        self.login = login
        self.manner = manner
        self._wire = Wire(login.address, manner.timeout)

    def clone(self) -> JsonRpc:
        """Return another connection with the same login."""
        return JsonRpc(self.login, self.manner)

    def close(self) -> None:
        """Close the connection."""
        self._wire.close()

    def call(self, call: Call) -> Any:
        """Return the answer; raise Unreachable, Rejected or Fault."""
        named = dict(call.named)
        positional = list(call.positional)
        if "ids" in named:  # execute_kw takes the records as the first argument
            positional.insert(0, named.pop("ids"))
        return self._persist([call.model, call.method, positional, named], call)

    def _persist(self, given: Sequence[Any], call: Call) -> Any:
        # JSON-RPC knows no session: every call carries the login.
        who = [self.login.database, self.login.uid, self.login.secret.reveal()]

        def once() -> Any:
            return accepted(rpc(self._wire, "object", "execute_kw", [*who, *given], self.login.secret), call.accept)

        return persist(once, self.manner.retries, self.manner.on_retry, repeatable=call.repeatable)

    def signed_in(self) -> JsonRpc:
        """Return the same connection with the uid from the server; raise Rejected for a wrong name or password."""
        login = self.login
        given = [login.database, login.username, login.secret.reveal(), {}]
        uid = persist(
            lambda: rpc(self._wire, "common", "authenticate", given, login.secret),
            self.manner.retries,
            self.manner.on_retry,
        )
        if not isinstance(uid, int) or not uid:
            raise Rejected(f'The server refused the password or API key of the user "{login.username}".')
        self.login = replace(login, uid=uid)
        return self


def rpc(wire: Wire, service: str, method: str, args: Sequence[Any], secret: Secret) -> Any:
    """Call a service of /jsonrpc once and return its answer; raise Temporary, Rejected or Fault."""
    body = {"jsonrpc": "2.0", "method": "call", "id": 1, "params": {"service": service, "method": method, "args": args}}
    status, answer = wire.post(RPC, body)
    if not isinstance(answer, dict) or answer.get("jsonrpc") != "2.0":
        raise Temporary(f"The server's answer ({status}) is not what Odoo sends", maybe_done=True, foreign=status)
    if "error" in answer:
        error = answer["error"]
        raise meant(_serialized(error), secret)
    return answer.get("result")


def _serialized(error: Any) -> Mapping[str, Any]:
    """Return the exception in an error of JSON-RPC; what is before Odoo may send errors without one."""
    if isinstance(error, dict) and isinstance(error.get("data"), dict):
        data: Mapping[str, Any] = error["data"]
        return data
    return {"message": str(error)}


class Json2:
    """Post to /json/2/<model>/<method> with an API key as bearer."""

    def __init__(self, login: Login, manner: Manner) -> None:
        """Prepare the connection; nothing is sent yet."""
        self.login = login
        self.manner = manner
        self._wire = Wire(login.address, manner.timeout)

    def clone(self) -> Json2:
        """Return another connection with the same login."""
        return Json2(self.login, self.manner)

    def close(self) -> None:
        """Close the connection."""
        self._wire.close()

    def call(self, call: Call) -> Any:
        """Return the answer; raise Unreachable, Rejected or Fault."""
        # Where a name is given twice, the one that the caller wrote counts.
        body = {**dict(zip(_names(call), call.positional, strict=False)), **call.named}
        headers = self._headers()

        def once() -> Any:
            try:
                status, answer = self._wire.post(f"/json/2/{call.model}/{call.method}", body, headers)
            except Temporary as failed:
                if failed.foreign != _NOT_FOUND:
                    raise
                # A page instead of a serialized exception: no database was found for the call.
                raise Rejected(f'The server has no database "{self.login.database}".') from None
            return accepted(self._result(status, answer), call.accept)

        return persist(once, self.manner.retries, self.manner.on_retry, repeatable=call.repeatable)

    def _headers(self) -> dict[str, str]:
        """Return the headers; raise Rejected for what none can carry, before the HTTP library fails on it."""
        key, database = self.login.secret.reveal(), self.login.database
        if not _fits_header(key):
            raise Rejected("The API key holds a character that no key has.")
        if not _fits_header(database):
            raise Rejected("The database name holds a character that no database of Odoo has.")
        return {"Authorization": f"bearer {key}", "X-Odoo-Database": database}

    def _result(self, status: int, answer: Any) -> Any:
        if status == _FINE:
            return answer
        if not isinstance(answer, dict) or "message" not in answer:
            raise Temporary(f"The server's answer ({status}) is not what Odoo sends", maybe_done=True, foreign=status)
        if status == _UNAUTHORIZED:
            raise Rejected("The server refused the API key.")
        raise meant(answer, self.login.secret)

    def signed_in(self) -> Json2:
        """Return the same connection with the uid of the key's owner; raise Rejected for an unknown key."""
        context = self.call(Call("res.users", "context_get"))
        uid = 0
        if isinstance(context, dict) and isinstance(context.get("uid"), int):
            uid = context["uid"]
        self.login = replace(self.login, uid=uid)
        return self


def _fits_header(text: str) -> bool:
    return text.isascii() and text.isprintable() and not text.startswith(" ") and not text.endswith(" ")


def _names(call: Call) -> tuple[str, ...]:
    names = NAMES.get(call.method, ())
    if len(call.positional) > len(names):
        raise ValueError(f"JSON-2 needs names for the arguments of {call.model}.{call.method}.")
    # Methods of records name them first; where they came by name already, the others follow.
    if "ids" in call.named and names[:1] == ("ids",):
        return names[1:]
    return names


def accepted(answer: Any, accept: Accept | None) -> Any:
    """Return the answer, unless it says itself that the call should be made again; nothing is stored then."""
    if accept is None:
        return answer
    reason = accept(answer)
    if reason:
        raise Temporary(reason, maybe_done=False)
    return answer
