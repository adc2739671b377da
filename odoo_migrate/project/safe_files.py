"""Touch files of a project without trust: no name leads out of it, and a file appears when it is whole."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from odoo_migrate.project.yaml_text import FormatError


def inside(root: Path, name: str) -> Path:
    """Return the path of a file of the project in `root`, whether it is there or not.

    Raises:
        FormatError: The name (with `/`), or a symbolic link on the way, leads out of the project or to no plain file.
    """
    home, path = root.resolve(), root / name
    try:
        there = path.resolve()
    except (OSError, RuntimeError, ValueError) as problem:  # links in a circle; characters that no name can have
        raise FormatError("this is no file that can be opened.", ascii(name)[1:-1]) from problem
    if not there.is_relative_to(home):
        raise FormatError("it lies outside the project directory; a project uses only its own files.", name)
    if path.exists() and not path.is_file():
        raise FormatError("it is not a file.", name)
    return path


@contextmanager
def replacing(root: Path, name: str) -> Iterator[BinaryIO]:
    """Give a stream for the new content of a file, which takes the old one's place when the block ends well.

    Where the block raises, the old file stays. Raises FormatError as `inside`.
    """
    path = inside(root, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = inside(root, f"{name}.unfinished")
    try:
        with unfinished.open("wb") as stream:
            yield stream
            stream.flush()
            # Otherwise a loss of power could leave the new name with nothing behind it.
            os.fsync(stream.fileno())
        unfinished.replace(path)
    finally:
        # There only where the block raised.
        unfinished.unlink(missing_ok=True)
