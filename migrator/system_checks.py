"""Checks of the set-up, run by `manage.py check` and before migrations; each says what to do about it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.files.storage import FileSystemStorage, InvalidStorageError, storages


@register
def one_worker_on_sqlite(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """Refuse several workers on SQLite: one process writes at a time, the others would wait and give up."""
    if not settings.ON_SQLITE or settings.Q_CLUSTER["workers"] == 1:
        return []
    hint = "Set WORKERS=1, or DATABASE_URL to a PostgreSQL database."
    return [Error("Several background workers cannot share an SQLite database.", hint=hint, id="migrator.E001")]


@register(Tags.files)
def file_storage(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """Refuse a storage of uploads that does not exist or, where it is a folder, cannot be written."""
    try:
        storage = storages.create_storage(settings.STORAGES["default"])
    except (InvalidStorageError, TypeError) as problem:
        hint = 'Install the package it lives in, such as "django-storages[s3]", and see FILE_STORAGE_OPTIONS.'
        return [Error(f"FILE_STORAGE cannot be used: {problem}", hint=hint, id="migrator.E002")]
    if not isinstance(storage, FileSystemStorage) or _writable(Path(storage.location)):
        return []
    hint = "Give the user that the portal runs as the right to write there, or set MEDIA_ROOT to another folder."
    return [Error(f"The folder for uploads, {storage.location}, cannot be written.", hint=hint, id="migrator.E003")]


def _writable(folder: Path) -> bool:
    """Tell whether files can be put into `folder`, which need not exist yet."""
    while not folder.exists():
        folder = folder.parent
    return folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)
