"""Stored files: a local path to read them from, and their removal together with the record that holds them."""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from django.core.files.storage import Storage, default_storage
from django.db import transaction
from django.db.models.fields.files import FieldFile
from django.db.models.signals import post_delete
from django.dispatch import receiver

from profiling.models import Dataset, Sheet, SourceFile

log = logging.getLogger(__name__)


@contextmanager
def local_copy(stored: FieldFile) -> Iterator[Path]:
    """A path on this machine with the file's bytes: the file itself on disk storage, else a temporary copy."""
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


@receiver(post_delete, sender=SourceFile)
def _source_deleted(instance: SourceFile, **_: Any) -> None:
    if instance.file:
        discard(instance.file)
        storage, folder = instance.file.storage, str(Path(str(instance.file.name)).parent)  # the upload's own
        transaction.on_commit(lambda: _remove_empty(storage, folder))


@receiver(post_delete, sender=Dataset)
def _dataset_deleted(instance: Dataset, **_: Any) -> None:
    """Its files are gone by then; on disk storage their folders are still there."""
    folder = f"datasets/{instance.pk}"
    transaction.on_commit(lambda: _remove_empty(default_storage, folder))


def _remove_empty(storage: Storage, folder: str) -> None:
    try:
        root = Path(storage.path(folder))
    except NotImplementedError:
        return
    for empty in sorted(root.glob("**/"), reverse=True):
        with suppress(OSError):  # it holds what another process just stored
            empty.rmdir()


@receiver(post_delete, sender=Sheet)
def _sheet_deleted(instance: Sheet, **_: Any) -> None:
    discard(instance.working)
