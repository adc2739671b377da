"""Files of a project on their way to disk: each is hashed while it is written."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from odoo_migrate.project.project_files import ManifestFile


class ProjectFiles:
    """The files of a project under `root`; `written` describes those that are complete."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.written: list[ManifestFile] = []

    def text(self, path: str, content: str, rows: int | None = None) -> None:
        """Write a whole file, UTF-8, line ends as they are."""
        with self.opened(path) as file:
            file.write(content.encode(), rows or 0)
        if rows is None:
            self.written[-1] = ManifestFile(path, self.written[-1].sha256, None)

    @contextmanager
    def opened(self, path: str) -> Iterator[HashedFile]:
        """A file to write to; it is noted when the block ends well."""
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as stream:
            file = HashedFile(stream)
            yield file
        self.written.append(ManifestFile(path, file.digest.hexdigest(), file.rows))

    def adopt(self, path: str, made: Path, file: HashedFile) -> None:
        """Take a finished file, written through `file` elsewhere on this disk, as one of the project's."""
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        made.rename(target)
        self.written.append(ManifestFile(path, file.digest.hexdigest(), file.rows))


class HashedFile:
    """A stream with the SHA-256 of what went into it, and its rows of data."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream, self.digest, self.rows = stream, hashlib.sha256(), 0

    def write(self, data: bytes | memoryview, rows: int) -> None:
        self.stream.write(data)
        self.digest.update(data)
        self.rows += rows
