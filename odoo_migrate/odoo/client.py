"""Sign in at an Odoo server and call its methods."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

from odoo_migrate.odoo import server_address as addresses
from odoo_migrate.odoo.credentials import Kind, Secret
from odoo_migrate.odoo.http_connection import ANSWER_SECONDS, Moved, Wire, redirected
from odoo_migrate.odoo.odoo_errors import Rejected, Temporary
from odoo_migrate.odoo.retries import HASTY, PATIENT, OnRetry, Retries, persist
from odoo_migrate.odoo.server_address import Address
from odoo_migrate.odoo.transport import RPC, Call, Json2, JsonRpc, Login, Manner, Transport, rpc

_JSON2_SINCE = 19
_MOST_REDIRECTS = 3


class Odoo:
    """Hold a login, which one thread uses at a time.

    Attributes:
        version: The server's version, such as "18.0".
        remembered: What was asked once and does not change, such as field descriptions; clones share it.
    """

    def __init__(self, transport: Transport, version: str, remembered: dict[Any, Any] | None = None) -> None:
        """Take a connection that is signed in."""
        self._transport = transport
        self.version = version
        if remembered is None:  # and not where it is empty: clones share one that is still empty
            remembered = {}
        self.remembered: dict[Any, Any] = remembered

    @property
    def url(self) -> str:
        """Return the address as text."""
        return str(self._transport.login.address)

    @property
    def address(self) -> Address:
        """Return the address."""
        return self._transport.login.address

    @property
    def database(self) -> str:
        """Return the name of the database."""
        return self._transport.login.database

    @property
    def username(self) -> str:
        """Return the user's login name."""
        return self._transport.login.username

    @property
    def uid(self) -> int:
        """Return the user's database ID."""
        return self._transport.login.uid

    @property
    def login(self) -> Login:
        """Return what the login was made with."""
        return self._transport.login

    @property
    def by_name(self) -> bool:
        """Tell whether arguments go out by name, as JSON-2 wants them, and not by position."""
        return isinstance(self._transport, Json2)

    @property
    def manner(self) -> Manner:
        """Return how calls are made."""
        return self._transport.manner

    @property
    def major(self) -> int:
        """Return 18 for "18.0" and for "saas~18.2"."""
        return int("".join(filter(str.isdigit, self.version.split(".")[0])) or 0)

    def call(
        self,
        model: str,
        method: str,
        *args: Any,
        retry: bool = True,
        context: Mapping[str, Any] | None = None,
        accept: Callable[[Any], str] | None = None,
        **kwargs: Any,
    ) -> Any:
        """Return the answer of a method.

        Args:
            model: The model that has the method.
            method: Its name.
            *args: Its records first (or by name as `ids`), then its other arguments; over JSON-2, by position only
                where `transport.NAMES` knows the method.
            retry: False where doing it twice is not the same as doing it once: then it is repeated only where the
                server surely did not get it.
            context: The context of the call.
            accept: Gives a reason to ask again for an answer, "" to take it.
            **kwargs: Arguments by name.

        Raises:
            Unreachable: No answer came; see its `maybe_done`.
            Rejected: The server refuses the user.
            Fault: The method raised an exception.
        """
        named = dict(kwargs)
        if context:
            named["context"] = dict(context)
        return self._transport.call(Call(model, method, args, named, retry, accept))

    def clone(self) -> Odoo:
        """Return the same login over a connection of its own, for another thread."""
        return Odoo(self._transport.clone(), self.version, self.remembered)

    def close(self) -> None:
        """Close the connection."""
        self._transport.close()

    def __enter__(self) -> Odoo:
        """Return this login."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connection."""
        self.close()

    def __repr__(self) -> str:
        """Return a text without the secret."""
        return f"<Odoo {self.version} {self.url} {self.database} {self.username}>"


def connect(
    url: str,
    db: str,
    username: str,
    secret: Secret,
    *,
    kind: Kind = "password",
    timeout: float = ANSWER_SECONDS,
    retries: Retries = PATIENT,
    on_retry: OnRetry | None = None,
) -> Odoo:
    """Sign in: over JSON-2 where the server has it and the secret is an API key, otherwise over JSON-RPC.

    Raises:
        Rejected: There is no address, no Odoo, no such database, or the password is wrong.
        Unreachable: The server does not answer.
    """
    if not db:
        raise Rejected("There is no database name: say which database of the server to load into.")
    # The first word is given up soon: the address may just be wrong, and somebody is waiting.
    hasty = Retries(min(HASTY.tries, retries.tries), min(HASTY.total, retries.total), retries.first, retries.longest)
    address, version = _address_and_version(addresses.parsed(url), Manner(timeout, hasty, on_retry))
    login, manner = Login(address, db, username, secret, kind), Manner(timeout, retries, on_retry)
    major = Odoo(JsonRpc(login, manner), version).major
    # JSON-2 takes keys alone; JSON-RPC takes a key in the place of a password.
    if kind == "key" and major >= _JSON2_SINCE:
        return Odoo(Json2(login, manner).signed_in(), version)
    return Odoo(JsonRpc(login, manner).signed_in(), version)


def _address_and_version(address: Address, manner: Manner) -> tuple[Address, str]:
    """Return where the server really is (http may send us on to https) and its version, asked without any secret."""
    for _ in range(_MOST_REDIRECTS):
        wire = Wire(address, manner.timeout)
        try:
            return address, persist(functools.partial(_version, wire), manner.retries, manner.on_retry)
        except Moved as moved:
            address = redirected(address, RPC, moved)
        finally:
            wire.close()
    raise Rejected(f"{address} sends us from one address to the next.")


def _version(wire: Wire) -> str:
    try:
        answer = rpc(wire, "common", "version", [], Secret(""))
    except Temporary as failed:
        if not failed.foreign:  # no answer at all, which another try may bring
            raise
        raise Rejected(f"{wire.address} does not answer as an Odoo server does: is the address right?") from None
    if not isinstance(answer, dict) or not isinstance(answer.get("server_serie"), str):
        raise Rejected(f"{wire.address} does not say which version of Odoo it runs.")
    version: str = answer["server_serie"]
    return version
