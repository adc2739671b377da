"""Uploads of many files at once: they work, or get a sentence."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from profiling.forms import MOST_FILES
from tests.factories import DatasetFactory

pytestmark = pytest.mark.django_db


def upload(client, dataset, count):
    """Answer to an upload of so many small files."""
    client.force_login(dataset.owner)
    files = [SimpleUploadedFile(f"list {number}.csv", b"a,b\n1,2\n") for number in range(count)]
    return client.post(reverse("file_upload", args=[dataset.pk]), {"files": files})


def test_a_hundred_and_twenty_files_are_taken(client):
    dataset = DatasetFactory()
    assert upload(client, dataset, 120).status_code == 302
    assert dataset.files.count() == 120


def test_too_many_files_get_a_sentence(client):
    dataset = DatasetFactory()
    answer = upload(client, dataset, MOST_FILES + 1)
    assert answer.status_code == 422
    assert "can be uploaded at once" in answer.content.decode()
    assert not dataset.files.exists()
