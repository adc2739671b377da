"""Settings from the environment. A value that makes no sense stops the program with one sentence."""

from __future__ import annotations

import json
import os
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

YES = frozenset({"1", "true", "yes", "on"})
NO = frozenset({"0", "false", "no", "off"})


def text(name: str, default: str = "") -> str:
    """The variable without surrounding spaces; `default` where it is unset or blank."""
    return os.environ.get(name, "").strip() or default


def required(name: str, why: str) -> str:
    """The variable, which must be set. Raises ImproperlyConfigured that says why."""
    value = text(name)
    if not value:
        raise ImproperlyConfigured(f"{name} is not set: {why}.")
    return value


def switch(name: str, *, default: bool) -> bool:
    """Yes or no. Raises ImproperlyConfigured for any other word."""
    value = text(name).lower()
    if not value:
        return default
    if value not in YES | NO:
        raise ImproperlyConfigured(f"{name} must be 1 or 0 (yes or no), not '{value}'.")
    return value in YES


def number(name: str, default: int, *, least: int = 1) -> int:
    """A whole number, at least `least`. Underscores may group digits. Raises ImproperlyConfigured."""
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
    """One of the allowed words, in whatever letters. Raises ImproperlyConfigured that lists them."""
    value = text(name, default).upper()
    if value not in allowed:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(allowed)}, not '{value}'.")
    return value


def url(name: str, schemes: tuple[str, ...]) -> str:
    """An address that begins with one of the schemes, "" if the variable is unset. Raises ImproperlyConfigured."""
    value = text(name)
    if value and value.partition("://")[0] not in schemes:
        raise ImproperlyConfigured(f"{name} must begin with {' or '.join(f'{scheme}://' for scheme in schemes)}.")
    return value


def words(name: str, default: tuple[str, ...] = ()) -> list[str]:
    """A list whose items are separated by commas; empty items are left out."""
    return [word.strip() for word in text(name, ",".join(default)).split(",") if word.strip()]


def mapping(name: str) -> dict[str, Any]:
    """A JSON object, {} where the variable is unset. Raises ImproperlyConfigured."""
    value = text(name, "{}")
    try:
        given = json.loads(value)
    except json.JSONDecodeError as problem:
        raise ImproperlyConfigured(f"{name} must be a JSON object; it breaks off at: {problem}.") from None
    if not isinstance(given, dict):
        raise ImproperlyConfigured(f'{name} must be a JSON object such as {{"bucket_name": "uploads"}}.')
    return given


def folder(name: str, default: Path) -> Path:
    """A folder, made if it is not there. Raises ImproperlyConfigured where it cannot be."""
    path = Path(text(name, str(default)))
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise ImproperlyConfigured(f"{name}: the folder {path} cannot be made ({problem.strerror}).") from None
    return path


def package(name: str) -> Path:
    """Return the folder of an installed package without importing it. Raises ImproperlyConfigured."""
    found = find_spec(name)
    if found is None or found.origin is None:
        raise ImproperlyConfigured(f"The package {name} is missing; install requirements.txt.")
    return Path(found.origin).parent
