"""Settings from environment variables and secret files.

A variable that makes no sense stops the program with one sentence.
"""

from __future__ import annotations

import json
import os
import secrets
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

YES = frozenset({"1", "true", "yes", "on"})
NO = frozenset({"0", "false", "no", "off"})


def text(name: str, default: str = "") -> str:
    """Return the variable without surrounding spaces; `default` where it is unset or blank."""
    return os.environ.get(name, "").strip() or default


def required(name: str, why: str) -> str:
    """Return the variable, or raise ImproperlyConfigured that says why it must be set."""
    value = text(name)
    if not value:
        raise ImproperlyConfigured(f"{name} is not set: {why}.")
    return value


def switch(name: str, *, default: bool) -> bool:
    """Return a yes or a no, or raise ImproperlyConfigured for any other word."""
    value = text(name).lower()
    if not value:
        return default
    if value not in YES | NO:
        raise ImproperlyConfigured(f"{name} must be 1 or 0 (yes or no), not '{value}'.")
    return value in YES


def number(name: str, default: int, *, least: int = 1) -> int:
    """Return a whole number of at least `least`, or raise ImproperlyConfigured. Underscores may group its digits."""
    value = text(name)
    if not value:
        return default
    try:
        given = int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number, not '{value}'.") from None
    if given < least:
        raise ImproperlyConfigured(f"{name} must be at least {least}, not {given}.")
    return given


def one_of(name: str, allowed: tuple[str, ...], default: str) -> str:
    """Return one of the allowed words, in whatever letters it came, or raise ImproperlyConfigured that lists them."""
    value = text(name, default).upper()
    if value not in allowed:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(allowed)}, not '{value}'.")
    return value


def url(name: str, schemes: tuple[str, ...]) -> str:
    """Return an address that begins with one of the schemes, "" if unset, or raise ImproperlyConfigured."""
    value = text(name)
    if value and value.partition("://")[0] not in schemes:
        raise ImproperlyConfigured(f"{name} must begin with {' or '.join(f'{scheme}://' for scheme in schemes)}.")
    return value


def words(name: str, default: tuple[str, ...] = ()) -> list[str]:
    """Return the items of a list separated by commas; empty items are left out."""
    return [word.strip() for word in text(name, ",".join(default)).split(",") if word.strip()]


def mapping(name: str) -> dict[str, Any]:
    """Return a JSON object, {} where the variable is unset, or raise ImproperlyConfigured."""
    value = text(name, "{}")
    try:
        given = json.loads(value)
    except json.JSONDecodeError as problem:
        raise ImproperlyConfigured(f"{name} must be a JSON object; it breaks off at: {problem}.") from None
    if not isinstance(given, dict):
        raise ImproperlyConfigured(f'{name} must be a JSON object such as {{"bucket_name": "uploads"}}.')
    return given


def folder(name: str, default: Path) -> Path:
    """Return a folder, made if it is not there; raise ImproperlyConfigured where it cannot be."""
    path = Path(text(name, str(default)))
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise ImproperlyConfigured(f"{name}: the folder {path} cannot be made ({problem.strerror}).") from None
    return path


def package(name: str) -> Path:
    """Return the folder of an installed package without importing it, or raise ImproperlyConfigured."""
    found = find_spec(name)
    if found is None or found.origin is None:
        raise ImproperlyConfigured(f"The package {name} is missing; install requirements.txt.")
    return Path(found.origin).parent


def kept_secret(path: Path, size: int) -> str:
    """Return the secret in a file that only its owner can read, made of `size` random bytes if there is none.

    For a portal on one's own machine. Processes that start at once agree on one secret.
    """
    try:
        return path.read_text(encoding="ascii")
    except FileNotFoundError:
        return _write_secret(path, secrets.token_urlsafe(size))


def _write_secret(path: Path, fresh_secret: str) -> str:
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    fresh.touch(mode=0o600)
    fresh.write_text(fresh_secret, encoding="ascii")
    try:
        os.link(fresh, path)  # unlike a rename, never replaces what another process was quicker to write
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
    return path.read_text(encoding="ascii")
