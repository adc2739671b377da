"""What the pages say and offer about titles and rows of a sheet."""

from __future__ import annotations

import pytest
from django.urls import reverse

from profiling.models import Finding
from tests.uploaded_files import add, dataset_of

pytestmark = pytest.mark.django_db


def test_both_readings_of_titles_in_doubt_are_one_click_away(client):
    dataset = dataset_of(name="Move")
    add(dataset, "people.csv", "Anna,Berlin,DE\nBob,Paris,FR\nCarl,Berlin,DE\nDora,Paris,FR\n")
    client.force_login(dataset.owner)
    page = client.get(reverse("dataset_findings", args=[dataset.pk])).content.decode()
    assert "Use row 1 as titles" in page
    found = Finding.objects.get(slug="titles_in_doubt")
    client.post(reverse("finding_fix", args=[dataset.pk, found.pk]))
    sheet = dataset.sheets.get()
    assert (sheet.header_override, sheet.source.job.title) == ([1], "Reading people again")


def test_a_table_without_titles_can_be_said_to_have_none(client):
    dataset = dataset_of(name="Move")
    add(dataset, "people.csv", "Xuq,Yol\nanna,berlin\nbob,paris\ncarl,rome\n")
    client.force_login(dataset.owner)
    assert "It is data" in client.get(reverse("dataset_findings", args=[dataset.pk])).content.decode()
    sheet = dataset.sheets.get()
    client.post(reverse("sheet_header", args=[dataset.pk, sheet.pk]), {"rows": "none"})
    sheet.refresh_from_db()
    assert sheet.header_override == [0]
    assert 'value="none"' in client.get(reverse("sheet_header", args=[dataset.pk, sheet.pk])).content.decode()
