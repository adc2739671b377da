"""What is deleted while something works on it stays deleted, with all that was stored for it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.base import ContentFile

from exporting.models import Export
from exporting.services import export_services as exports
from migrator import jobs
from migrator.models import Job
from profiling import file_import, services
from profiling.models import Dataset, Sheet, SourceFile
from tests.exported_dataset import CUSTOMERS, whole
from tests.factories import DatasetFactory
from tests.uploaded_files import add

pytestmark = pytest.mark.django_db(transaction=True)


class Meanwhile:
    """A job's progress that does something else once, as another person would in the middle of the work."""

    def __init__(self, deed: Callable[[], None]) -> None:
        self._deeds = [deed]

    def stage(self, name: str) -> None:
        self(0, 0)

    def __call__(self, done: int, total: int) -> None:
        while self._deeds:
            self._deeds.pop()()


def stored(media: Path) -> list[Path]:
    return [path for path in media.rglob("*") if path.is_file()]


def test_a_file_that_is_deleted_while_it_is_read_stays_deleted(media):
    dataset = DatasetFactory()
    source = services.store_file(dataset=dataset, upload=ContentFile(CUSTOMERS.encode()), name="a.csv")
    with pytest.raises(jobs.Cancelled):
        file_import.read(source, Meanwhile(lambda: services.delete_file(source=source, user=None)))
    assert not SourceFile.objects.exists()
    assert not Sheet.objects.exists()
    assert stored(media) == []


def test_a_dataset_that_is_deleted_while_it_is_read_stays_deleted(media):
    dataset = DatasetFactory()
    source = add(dataset, "a.csv", CUSTOMERS)
    again = Meanwhile(lambda: services.delete_dataset(dataset=Dataset.objects.get(), user=None))
    with pytest.raises(jobs.Cancelled):
        file_import.reread(source.sheets.get(), again)
    assert not Dataset.objects.exists()
    assert stored(media) == []


def test_an_export_that_is_deleted_while_it_is_built_stays_deleted(media):
    dataset = whole()
    export = exports.new_export(dataset=dataset, trigger=Export.Trigger.PAGE)
    before = stored(media)
    with pytest.raises(jobs.Cancelled):
        exports.build_export(export, Meanwhile(lambda: Export.objects.filter(pk=export.pk).delete()))
    assert not Export.objects.filter(pk=export.pk).exists()
    assert stored(media) == before


def test_deleting_stops_what_is_under_way():
    dataset = DatasetFactory()
    source = services.upload_file(dataset=dataset, upload=ContentFile(CUSTOMERS.encode()), name="a.csv")
    export = exports.start_export(dataset=dataset)
    services.delete_file(source=source, user=None)
    exports.delete_export(export=export, user=None)
    assert set(Job.objects.values_list("status", flat=True)) == {Job.Status.CANCELLED}
