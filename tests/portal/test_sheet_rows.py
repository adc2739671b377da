"""What the pages say and offer about titles and rows of a sheet."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.urls import reverse

from engine.recipe import ColumnRecipe, SheetRecipe, StepSpec
from mapping import bundle_inputs, opened_sheet
from mapping.selectors import all_titles, recipe_of
from mapping.services import recipe_services
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


REPORT = (
    "Aged Receivables,,,\nAs at 31 Oct 2026,,,\n,,,\nInvoice Date,Invoice Number,Reference,Total\nAcme Ltd,,,\n"
    "2026-08-31,INV-1,PO 1,116.93\n2026-09-12,INV-2,PO 2,200.00\nTotal Acme Ltd,,,316.93\n,,,\nBeta GmbH,,,\n"
    "2026-08-30,INV-3,,50.00\n2026-09-01,INV-4,PO 4,70.00\nTotal Beta GmbH,,,120.00\n,,,\nTotal,,,436.93\n"
)


def test_names_of_groups_become_a_column_with_a_field(client):
    dataset = dataset_of(name="Move")
    add(dataset, "aged.csv", REPORT)
    client.force_login(dataset.owner)
    page = client.get(reverse("dataset_findings", args=[dataset.pk])).content.decode()
    assert "2 rows hold a name alone: the 4 rows below belong to these groups" in page
    assert "3 printed totals agree with the sums of their rows" in page
    client.post(reverse("findings_fix_safe", args=[dataset.pk]))
    sheet = dataset.sheets.get()
    assert all_titles(sheet)[-1] == "Group"
    assert opened_sheet.made_columns(sheet)["Group"].texts == ("Acme Ltd", "Beta GmbH")
    assert opened_sheet.counts(sheet).dropped == {"drop_blank_rows": 2, "drop_total_rows": 3, "groups_to_column": 2}
    grid = client.get(reverse("sheet_grid", args=[dataset.pk, sheet.pk])).content.decode()
    assert "Acme Ltd" in grid
    panel = reverse("column_panel", args=[dataset.pk, sheet.pk, len(sheet.titles)])
    assert client.get(panel).status_code == 200
    assert client.get(reverse("dataset_mapping", args=[dataset.pk])).status_code == 200
    with bundle_inputs.bundle_sheets(dataset) as sheets:
        assert [one.sheet for one in sheets] == ["aged"]


def test_a_recipe_brings_the_columns_of_groups(client):
    dataset = dataset_of(name="Move")
    add(dataset, "aged.csv", REPORT)
    rows = (StepSpec("groups_to_column", {"columns": ["Customer"]}),)
    part = SheetRecipe("aged", rows=rows, columns={"Customer": ColumnRecipe((StepSpec("uppercase"),))})
    recipe_services.apply_recipe(dataset=dataset, recipe=replace(recipe_of(dataset), sheets=(part,)))
    sheet = dataset.sheets.get()
    assert all_titles(sheet)[-1] == "Customer"
    with opened_sheet.open_run(sheet) as run:
        (batch,) = run.batches()
    assert sorted(set(batch.after["Customer"].to_pylist())) == ["", "ACME LTD", "BETA GMBH"]


def test_the_grid_shows_what_each_row_is(client):
    dataset = dataset_of(name="Move")
    add(dataset, "aged.csv", REPORT)
    client.force_login(dataset.owner)
    sheet = dataset.sheets.get()
    address = reverse("sheet_grid", args=[dataset.pk, sheet.pk])
    page = client.get(address).content.decode()
    for text in ("2 rows of report title", "2 groups", "2 subtotals", "1 total", "2 empty rows"):
        assert text in page
    assert page.count('class=" is-group-row"') == 2
    assert '<tr class=" is-subtotal-row" title="Subtotal" id="row-8">' in page
    assert page.count("left out</span>") == 1  # the rows above the titles
    client.post(reverse("findings_fix_safe", args=[dataset.pk]))
    assert client.get(address).content.decode().count("left out</span>") == 5


def test_groups_in_doubt_are_shown_as_such(client):
    dataset = dataset_of(name="Move")
    text = "Item,Supplier,Price\nTools,,\nHammer,Acme,5.00\nSaw,Beta,6.00\nPaint,,\nRed,Acme,2.00\nBlue,Beta,3.00\n"
    add(dataset, "items.csv", text)
    client.force_login(dataset.owner)
    page = client.get(reverse("sheet_grid", args=[dataset.pk, dataset.sheets.get().pk])).content.decode()
    assert "2 rows may be groups" in page
    assert "Groups to a column" in client.get(reverse("dataset_findings", args=[dataset.pk])).content.decode()
