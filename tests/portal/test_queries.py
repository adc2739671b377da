"""How often pages ask the database: no oftener for ten sheets than for two, whatever was decided about them."""

from __future__ import annotations

import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import Workbook

from mapping.services import step_services, target_services
from profiling.models import Dataset
from tests.factories import DatasetFactory
from tests.uploaded_files import add

pytestmark = pytest.mark.django_db

PAGES = ("files", "findings", "mapping", "cleaning", "export", "settings")


def workbook(sheets: int) -> bytes:
    """Customers again and again, with spaces to find and to trim."""
    book, kept = Workbook(), io.BytesIO()
    book.remove(book.active)
    for number in range(sheets):
        sheet = book.create_sheet(f"Customers {number}")
        for row in (["Code", "Name", "Email"], ["A1", " Acme ", "a@x.test "], ["A2", "Beta", " b@x.test"]):
            sheet.append(row)
    book.save(kept)
    return kept.getvalue()


def decided(sheets: int) -> Dataset:
    dataset = DatasetFactory()
    add(dataset, "customers.xlsx", workbook(sheets))
    step_services.fix_safe_findings(dataset=dataset)
    for sheet in dataset.sheets.all():
        step_services.add_step(sheet=sheet, column="", slug="drop_blank_rows")
        target_services.choose_model(sheet=sheet, model="res.partner")
        target_services.accept_all(sheet=sheet)
    dataset.refresh_from_db()
    return dataset


def addresses(dataset: Dataset) -> list[str]:
    sheet = dataset.sheets.first()
    named = [reverse(f"dataset_{page}", args=[dataset.pk]) for page in PAGES]
    grid = reverse("sheet_grid", args=[dataset.pk, sheet.pk])
    return [*named, grid, reverse("column_panel", args=[dataset.pk, sheet.pk, 2])]


def asked(client, address: str) -> int:
    """How many questions the page costs once it was shown before."""
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def test_pages_ask_no_more_for_more_sheets(client):
    few, many = decided(2), decided(10)
    few.owner = many.owner
    few.save()
    client.force_login(many.owner)
    for small, large in zip(addresses(few), addresses(many), strict=True):
        assert asked(client, large) <= asked(client, small), large


def test_a_dataset_more_costs_the_list_of_datasets_little(client):
    first = decided(10)
    client.force_login(first.owner)
    alone = asked(client, "/")
    second = decided(10)
    Dataset.objects.filter(pk=second.pk).update(owner=first.owner)
    assert asked(client, "/") - alone <= 12
