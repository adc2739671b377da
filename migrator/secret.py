"""Secrets of a portal on one's own machine: made up once, kept in a file that only its owner can read."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def kept(path: Path, size: int) -> str:
    """The secret in `path`, made of `size` random bytes if there is none. Processes that start at once agree."""
    try:
        return path.read_text(encoding="ascii")
    except FileNotFoundError:
        return _write(path, secrets.token_urlsafe(size))


def _write(path: Path, text: str) -> str:
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    fresh.touch(mode=0o600)
    fresh.write_text(text, encoding="ascii")
    try:
        os.link(fresh, path)  # unlike a rename, never replaces what another process was quicker to write
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
    return path.read_text(encoding="ascii")
