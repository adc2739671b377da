"""Read the address of a server as people write it."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from odoo_migrate.odoo.odoo_errors import Rejected

# Paths of Odoo pages that people copy from the address bar; they are cut off.
_PAGES = ("/web", "/odoo", "/jsonrpc", "/xmlrpc", "/json")
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Address:
    """Hold `https://host[:port][/path]`, without a slash at its end."""

    scheme: str
    host: str
    port: int
    path: str = ""

    def __str__(self) -> str:
        """Return the address, without a port that goes without saying."""
        host = self.host
        if ":" in host:  # IPv6
            host = f"[{host}]"
        port = ""
        if self.port != _PORTS[self.scheme]:
            port = f":{self.port}"
        return f"{self.scheme}://{host}{port}{self.path}"

    @property
    def local(self) -> bool:
        """Tell whether it is this machine."""
        if self.host == "localhost" or self.host.endswith(".localhost"):
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def warning(self) -> str:
        """Return one sentence where a password would travel in the clear, "" otherwise."""
        if self.scheme == "https" or self.local:
            return ""
        return f"The password travels unencrypted to {self.host}: use https:// if the server offers it."


def parsed(text: str) -> Address:
    """Return the address that a text names; raise Rejected with one sentence on what is wrong with it."""
    text = text.strip()
    if not text:
        raise Rejected("There is no address of an Odoo server: give one such as https://example.odoo.com.")
    if "://" not in text:
        raise Rejected(f"The address {_shown(text)} does not say how to connect: begin it with https:// or http://.")
    parts = _split(text)
    if parts.scheme not in _PORTS:
        raise Rejected(f"The address begins with {parts.scheme}://; only https:// and http:// lead to an Odoo server.")
    if parts.username is not None or parts.password is not None:
        raise Rejected("The address may not hold a user name or a password: they would end up in logs.")
    if not parts.hostname:
        raise Rejected(f"The address {text} names no server.")
    return Address(parts.scheme, parts.hostname, parts.port or _PORTS[parts.scheme], _base_path(parts.path))


def _split(text: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018 - reading it checks it
    except ValueError:
        raise Rejected(f"The address {_shown(text)} is no address of a server.") from None
    return parts


def _shown(text: str) -> str:
    """Return a text without what may be a user name and a password."""
    return text.rsplit("@", 1)[-1]


def _base_path(path: str) -> str:
    """Return the path below which Odoo is, without the page that was open when the address was copied."""
    path = path.rstrip("/")
    end = len(path)
    for page in _PAGES:
        at = f"{path}/".find(f"{page}/")  # with the slash, so that /website is no page /web
        if at >= 0:
            end = min(end, at)
    return path[:end]
