"""Stored files go with the records that hold them."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

from django.core.files.storage import Storage, default_storage
from django.db import transaction
from django.db.models.signals import post_delete
from django.dispatch import receiver

from profiling.models import Dataset, Sheet, SourceFile
from profiling.stored_files import discard


@receiver(post_delete, sender=SourceFile)
def _source_deleted(instance: SourceFile, **_: Any) -> None:
    if instance.file:
        discard(instance.file)
        storage, folder = instance.file.storage, str(Path(str(instance.file.name)).parent)  # the upload's own
        transaction.on_commit(lambda: _remove_empty(storage, folder))


@receiver(post_delete, sender=Sheet)
def _sheet_deleted(instance: Sheet, **_: Any) -> None:
    discard(instance.working)


@receiver(post_delete, sender=Dataset)
def _dataset_deleted(instance: Dataset, **_: Any) -> None:
    """Remove the dataset's folders: its files are gone by then, and on disk storage the folders are still there."""
    folder = f"datasets/{instance.pk}"
    transaction.on_commit(lambda: _remove_empty(default_storage, folder))


def _remove_empty(storage: Storage, folder: str) -> None:
    try:
        root = Path(storage.path(folder))
    except NotImplementedError:
        return  # an object storage has no folders
    for empty in sorted(root.glob("**/"), reverse=True):
        with suppress(OSError):  # it holds what another process just stored
            empty.rmdir()
