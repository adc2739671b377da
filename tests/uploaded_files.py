"""Datasets made of real files, read as an upload is read, for tests of what comes after."""

from __future__ import annotations

from pathlib import Path

from django.core.files import File
from django.core.files.base import ContentFile

from migrator import jobs
from migrator.models import User
from profiling import file_import, services
from profiling.models import Dataset, SourceFile
from tests.factories import DatasetFactory

SAMPLES = Path(__file__).parent / "samples"


def dataset_of(*files: str, **values: object) -> Dataset:
    """A dataset into which these sample files have been read."""
    dataset = DatasetFactory(**values)
    for name in files:
        with (SAMPLES / name).open("rb") as stream:
            add(dataset, name, File(stream))
    dataset.refresh_from_db()
    return dataset


def add(dataset: Dataset, name: str, content: File | bytes | str, user: User | None = None) -> SourceFile:
    """Upload a file and read it at once, as the worker would."""
    if not isinstance(content, File):
        content = ContentFile(content if isinstance(content, bytes) else content.encode())
    source = services.store_file(dataset=dataset, upload=content, name=name, user=user)
    jobs.run_here(f"Reading {name}", file_import.read_by_id, source.pk)
    source.refresh_from_db()
    return source
