"""Send HTTP requests to a server over one connection, and say what each failure means for the call."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from importlib.metadata import PackageNotFoundError, version
from typing import Any
from urllib.parse import urlsplit

import httpx

from odoo_migrate.odoo.odoo_errors import Fault, Rejected, Temporary
from odoo_migrate.odoo.server_address import Address, parsed

CONNECT_SECONDS = 10.0
ANSWER_SECONDS = 300.0  # Odoo itself ends a call after 120 s where it has workers; proxies often sooner
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_TOO_LARGE = 413
_TOO_MANY = 429
_LONGEST_ASKED = 30.0  # seconds of Retry-After that we heed


class Moved(Rejected):
    """Say that the server sends us to another address; followed only before signing in, and on the same host."""

    def __init__(self, address: Address, to: str) -> None:
        """Make the sentence without what the address may hold besides."""
        where = to.split("?")[0].removesuffix("/jsonrpc")
        super().__init__(f"{address} sends us on to {where}: give that address if it is the right one.")
        self.to = to


class Wire:
    """Send HTTP to one server, for one thread: certificates verified, redirects reported, cookies dropped."""

    def __init__(self, address: Address, timeout: float = ANSWER_SECONDS, *, cookies: bool = False) -> None:
        """Prepare the connection; nothing is sent yet."""
        self.address = address
        self.timeout = timeout
        # Odoo refuses a session cookie together with a database header, and a login with every call needs none.
        allowed: list[str] | None = []
        if cookies:
            allowed = None  # from everywhere
        self._http = httpx.Client(
            verify=_trusted(),
            timeout=httpx.Timeout(timeout, connect=min(CONNECT_SECONDS, timeout)),
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=allowed)),
            headers={"User-Agent": _agent()},
            follow_redirects=False,  # a call with a password may not go on to wherever the server says
        )

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def post(self, path: str, body: object, headers: Mapping[str, str] | None = None) -> tuple[int, Any]:
        """Post JSON, and give the status and the JSON that came back. Raises Temporary, Rejected, Fault or Moved."""
        content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        return self.request(
            "POST", path, content=content, headers={"Content-Type": "application/json", **(headers or {})}
        )

    def request(self, method: str, path: str, **given: Any) -> tuple[int, Any]:
        """Send any other request; answer and exceptions are as those of `post`."""
        with _failures(self.address):
            response = self._http.request(method, f"{self.address}{path}", **given)
        _check_status(self.address, response)
        return response.status_code, _json(response)

    def text(self, method: str, path: str, **given: Any) -> str:
        """Return the body of an answer that is no JSON."""
        with _failures(self.address):
            response = self._http.request(method, f"{self.address}{path}", **given)
        _check_status(self.address, response)
        return response.text


def _cause(error: Exception) -> str:
    """Say in a few words why there is no connection."""
    reason = str(error).lower()
    if "name or service" in reason or "nodename" in reason or "name resolution" in reason or "no address" in reason:
        return "there is no server of that name"
    if "refused" in reason:
        return "nothing answers there"
    if "ssl" in reason or "tls" in reason:
        return "it does not speak https"
    return "no connection"


@contextmanager
def _failures(address: Address) -> Iterator[None]:
    """Turn the failures of HTTP into our own exceptions."""
    try:
        yield
    except _NOT_SENT as error:
        certificate = _certificate(error)
        if certificate is not None:  # trying again would not make it trusted
            raise Rejected(f"The certificate of {address} cannot be trusted: {certificate}.") from None
        raise Temporary(f"{address} cannot be reached ({_cause(error)})", maybe_done=False) from None
    except httpx.TimeoutException:
        raise Temporary(f"{address} did not answer in time", maybe_done=True) from None
    except (httpx.TransportError, httpx.DecodingError):
        raise Temporary(f"The connection to {address} broke off", maybe_done=True) from None
    except httpx.InvalidURL:
        raise Rejected(f"The address {address} is no address of a server.") from None


def _certificate(error: BaseException | None) -> str | None:
    """Return why a certificate was refused, from the chain of exceptions; None where it was something else."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return error.verify_message.rstrip(".")
        error = error.__cause__ or error.__context__
    return None


def _check_status(address: Address, response: httpx.Response) -> None:
    """Raise for answers that do not come from Odoo's own code. An exception that Odoo serialized passes."""
    status, said = response.status_code, f"{response.status_code} {response.reason_phrase}".strip()
    if response.has_redirect_location:
        raise Moved(address, str(response.url.join(response.headers["location"])))
    # A proxy's words for a server that restarts or takes too long; what was sent may have reached it.
    if status in {502, 503, 504}:
        raise Temporary(f"The server answered {said}", maybe_done=True, wait=_asked(response))
    if status == _TOO_MANY:
        raise Temporary(f"The server answered {said}", maybe_done=False, wait=_asked(response))
    if status == _TOO_LARGE:
        raise Fault("http.413", "The server refuses calls of this size (413).")


def _asked(response: httpx.Response) -> float:
    """Return the seconds of Retry-After, where it is a number."""
    given = response.headers.get("retry-after", "")
    if not given.isdecimal():  # a date, or nothing
        return 0.0
    return min(float(given), _LONGEST_ASKED)


def _json(response: httpx.Response) -> Any:
    """Return the JSON of an answer; raise Temporary where it is cut short, or a page of whatever is before Odoo."""
    said = f"{response.status_code} {response.reason_phrase}".strip()
    try:
        return json.loads(response.content)
    except ValueError:
        reason = f"The server's answer ({said}) is not what Odoo sends"
        raise Temporary(reason, maybe_done=True, foreign=response.status_code) from None


def redirected(address: Address, path: str, moved: Moved) -> Address:
    """Return the address of the same server to which a call was sent on; raise Moved for another server."""
    to = parsed(moved.to.split("?")[0].split("#")[0])
    # Only the path before the call's own may differ: then Odoo is known to be there.
    there = Address(to.scheme, to.host, to.port, urlsplit(moved.to).path.removesuffix(path).rstrip("/"))
    # From https to http, the password would travel in the clear.
    safe = address.scheme == "http" or to.scheme == "https"
    if to.host != address.host or not safe or not urlsplit(moved.to).path.endswith(path) or there == address:
        raise moved
    return there


@cache
def _trusted() -> ssl.SSLContext:
    """Return the trusted authorities, read once: reading them takes longer than a call."""
    return httpx.create_ssl_context()


def _agent() -> str:
    try:
        return f"odoo-migrate/{version('odoo-migrate')}"
    except PackageNotFoundError:
        return "odoo-migrate"
