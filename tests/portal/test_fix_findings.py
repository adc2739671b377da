"""The shell mends findings as the page's buttons do, and an export brings what is ready."""

from __future__ import annotations

from pathlib import Path

import pytest

from exporting.models import Export
from exporting.pages import check_page
from mapping.models import RowStep, Transform, UnmappedSheet
from odoo_migrate.project import project_reader
from profiling.models import Dataset
from tests.portal_shell import here
from tests.small_bundles import written

pytestmark = pytest.mark.django_db(transaction=True)

FILES = {
    "customers.csv": "Customer Code,Company Name,Email,Customer Since\nA1, Acme ,info@acme.com ,2024-01-31\n"
    "B2,Beta Inc, mail@beta.com,2023-12-24\n",
    "readings.csv": "qx,qy\n1.5,2\n2.5,7\n",
}


def imported(tmp_path: Path) -> None:
    here("import_file", *written(tmp_path / "in", FILES), "--dataset", "Shop", "--country", "US")


def test_safe_fixes_from_the_shell_do_what_the_button_does(tmp_path: Path) -> None:
    imported(tmp_path)
    told = here("fix_findings", "Shop", "--safe", "--json").json
    steps = set(Transform.objects.values_list("column", "slug"))
    assert {("Company Name", "trim"), ("Email", "trim")} <= steps
    assert told["steps_added"] == len(steps)
    assert not [one for one in told["findings_left"] if one["fix"] and one["fix"]["step"] == "trim"]
    assert here("fix_findings", "Shop", "--json").json["steps_added"] == 0


def test_a_sheet_may_be_named(tmp_path: Path) -> None:
    imported(tmp_path)
    assert here("fix_findings", "Shop", "--sheet", "readings", "--json").json["steps_added"] == 0
    refused = here("fix_findings", "Shop", "--sheet", "reading").complaint
    assert "Shop has no sheet 'reading'; it has: customers, readings" in refused


def test_a_sheet_that_was_not_recognised_blocks_no_other(tmp_path: Path) -> None:
    imported(tmp_path)
    here("suggest_mappings", "Shop", "--accept")
    unmapped = UnmappedSheet.objects.get()
    assert unmapped.sheet.name == "readings"
    assert unmapped.reason
    told = here("export_odoo_migrate", "Shop", "--output", tmp_path / "out").out
    assert "Not ready, and left out:" in told
    assert f"'readings' is left out: {unmapped.reason.rstrip('.')}." in told
    assert set(project_reader.read_project(tmp_path / "out").mappings) == {"res.partner"}
    shown = {one["name"]: one["left_out"] for one in check_page.sums(Export.objects.get().report)}
    assert shown == {"customers": False, "readings": True}


def test_strict_refuses_what_is_not_ready(tmp_path: Path) -> None:
    imported(tmp_path)
    here("suggest_mappings", "Shop", "--accept")
    refused = here("export_odoo_migrate", "Shop", "--strict", "--output", tmp_path / "out").complaint
    assert "Nothing was exported. readings: 'readings' is left out" in refused
    assert not (tmp_path / "out").exists()
    Dataset.objects.get().sheets.filter(name="readings").update(skip=True)
    assert here("export_odoo_migrate", "Shop", "--strict", "--output", tmp_path / "out").status == 0


REPORT = """\
Open invoices,,,
,,,
Invoice,Date,Due,Amount
Acme Ltd,,,
R1,31.01.2024,28.02.2024,"1.200,50"
R2,15.02.2024,15.03.2024,"99,00"
Total Acme Ltd,,,"1.299,50"
Beta GmbH,,,
R3,20.02.2024,20.03.2024,"10,25"
R4,21.02.2024,21.03.2024,"20,25"
Total Beta GmbH,,,"30,50"
"""


def test_a_grouped_report_is_mended_and_measured_again(tmp_path: Path) -> None:
    here("import_file", *written(tmp_path, {"report.csv": REPORT}), "--dataset", "Open", "--country", "DE")
    told = here("fix_findings", "Open", "--safe", "--json").json
    assert told["steps_added"] > 0
    assert "groups_to_column" in set(RowStep.objects.values_list("slug", flat=True))
    assert here("fix_findings", "Open", "--safe", "--json").json["steps_added"] == 0
