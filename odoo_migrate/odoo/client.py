"""A login at an Odoo server, and calls of its methods."""

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
    """A login. One thread uses it at a time; `clone` makes another for another thread. `version` is "18.0".
    `remembered` holds what was asked once and does not change: field descriptions; clones share it.
    """

    def __init__(self, transport: Transport, version: str, remembered: dict[Any, Any] | None = None) -> None:
        self._transport = transport
        self.version = version
        self.remembered: dict[Any, Any] = {} if remembered is None else remembered

    @property
    def url(self) -> str:
        return str(self._transport.login.address)

    @property
    def address(self) -> Address:
        return self._transport.login.address

    @property
    def database(self) -> str:
        return self._transport.login.database

    @property
    def username(self) -> str:
        return self._transport.login.username

    @property
    def uid(self) -> int:
        return self._transport.login.uid

    @property
    def login(self) -> Login:
        return self._transport.login

    @property
    def manner(self) -> Manner:
        return self._transport.manner

    @property
    def major(self) -> int:
        """18 for "18.0" and for "saas~18.2"."""
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
        """The answer of a method. Its records are given first, or by name as `ids`; other arguments by position or by
        name (over JSON-2, by position only where `transport.NAMES` knows the method).

        `retry=False` says that doing it twice is not the same as doing it once: then it is repeated only where the
        server surely did not get it. `accept` gives a reason to ask again for an answer, "" to take it.

        Raises Unreachable (see its `maybe_done`), Rejected or Fault.
        """
        named = {**kwargs, "context": dict(context)} if context else kwargs
        return self._transport.call(Call(model, method, args, named, retry, accept))

    def clone(self) -> Odoo:
        return Odoo(self._transport.clone(), self.version, self.remembered)

    def close(self) -> None:
        self._transport.close()

    def __enter__(self) -> Odoo:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
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
    """Sign in: over JSON-2 where the server has it and the secret is an API key (`kind`), otherwise over JSON-RPC.
    Raises Rejected (no address, no Odoo, unknown database, wrong password) or Unreachable.
    """
    if not db:
        raise Rejected("There is no database name: say which database of the server to load into.")
    hasty = Retries(min(HASTY.tries, retries.tries), min(HASTY.total, retries.total), retries.first, retries.longest)
    address, version = _met(addresses.parsed(url), Manner(timeout, hasty, on_retry))
    login, manner = Login(address, db, username, secret, kind), Manner(timeout, retries, on_retry)
    major = Odoo(JsonRpc(login, manner), version).major
    transport: type[JsonRpc] | type[Json2] = Json2 if kind == "key" and major >= _JSON2_SINCE else JsonRpc
    return Odoo(transport(login, manner).signed_in(), version)


def _met(address: Address, manner: Manner) -> tuple[Address, str]:
    """Where the server really stands (http may send us on to https) and its version, asked without any secret."""
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
        told = rpc(wire, "common", "version", [], Secret(""))
    except Temporary as failed:
        if not failed.foreign:
            raise
        raise Rejected(f"{wire.address} does not answer as an Odoo server does: is the address right?") from None
    version = told.get("server_serie") if isinstance(told, dict) else None
    if not isinstance(version, str):
        raise Rejected(f"{wire.address} does not say which version of Odoo it runs.")
    return version
