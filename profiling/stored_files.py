"""Stored files: a local path to read them from, and their removal."""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.files.storage import Storage
from django.db import transaction
from django.db.models.fields.files import FieldFile

log = logging.getLogger(__name__)


@contextmanager
def local_copy(stored: FieldFile) -> Iterator[Path]:
    """Give a path on this machine with the file's bytes: the file itself on disk storage, else a temporary copy."""
    try:
        path = Path(stored.path)
    except NotImplementedError:
        with tempfile.TemporaryDirectory(prefix="data-migrator-") as directory:
            path = Path(directory, Path(stored.name or "file").name)
            with stored.open("rb") as source, path.open("wb") as target:
                shutil.copyfileobj(source, target)
            yield path
        return
    yield path


def discard(stored: FieldFile) -> None:
    """Remove a stored file once the deletion of its record is committed."""
    if not stored:
        return
    storage, name = stored.storage, str(stored.name)
    transaction.on_commit(lambda: _remove(storage, name))


@contextmanager
def removed_on_error() -> Iterator[list[FieldFile]]:
    """Collect the files that the block stores; if it fails they are removed, as the database rolls back."""
    stored: list[FieldFile] = []
    try:
        yield stored
    except BaseException:
        for file in stored:
            _remove(file.storage, str(file.name))
        raise


def _remove(storage: Storage, name: str) -> None:
    try:
        storage.delete(name)
    except OSError:
        # The record is gone already; an orphaned file is worth a log entry, not a failed request.
        log.exception("could not remove %s", name)
