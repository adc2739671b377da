"""Findings are measured again on cleaned cells: what is left is said, and what shows only then is mended too."""

from __future__ import annotations

import pytest

from mapping.models import Transform
from mapping.pages import findings_page
from mapping.services import measure_services, step_services
from profiling.models import Finding
from profiling.selectors import current_sheets
from tests.factories import DatasetFactory
from tests.uploaded_files import add

pytestmark = pytest.mark.django_db

# Every date is written its own way but for two that nothing reads; spaces hide that a code is one.
ROWS = [f"Firm {number},{number % 28 + 1:02}.12.2024,{number * 3:,}.50".split(",", 2) for number in range(40)]


@pytest.fixture
def dataset():
    return DatasetFactory(country="DE")


def made(dataset, cells):
    add(dataset, "table.csv", "\n".join(['"' + '","'.join(row) + '"' for row in cells]))


def found(dataset, slug):
    return Finding.objects.get(sheet__dataset=dataset, slug=slug)


def test_what_a_step_cannot_read_is_left(dataset):
    rows = [["Firm", "Date", "Amount"], *ROWS, ["Last", "soon", "1,5"], ["Later", "in May", "n/a"]]
    made(dataset, rows)
    dates = found(dataset, "date_formats")
    step_services.fix_finding(finding=dates)
    measure_services.measure_stale(dataset)
    dates.refresh_from_db()
    unread = found(dataset, "not_dates")
    assert (dates.left, unread.left, unread.count) == (0, 2, 2)
    page = findings_page.page(dataset.owner, dataset)
    [group] = page["groups"]
    assert "date_formats" in {Finding.objects.get(pk=card["id"]).slug for card in group["fixed"]}
    assert "not_dates" in {Finding.objects.get(pk=card["id"]).slug for card in group["to_see"]}


def test_a_finding_comes_back_with_the_number_that_is_left(dataset):
    made(dataset, [["Firm", "Qty"], *[[f"Firm {number}", f"{number}.125"] for number in range(1, 30)]])
    unclear = found(dataset, "unclear_decimals")
    step_services.fix_finding(finding=unclear)
    page = findings_page.page(dataset.owner, dataset)
    unclear.refresh_from_db()
    assert unclear.left == unclear.count == 29
    [card] = [card for card in page["groups"][0]["to_see"] if card["id"] == unclear.pk]
    assert card["means"] == "29 of 29 cells are left after the steps."
    assert not [one for one in step_services.safe_findings(dataset) if one.pk == unclear.pk]


def test_safe_fixes_go_on_until_there_are_none(dataset):
    # With spaces and marks around them, nobody sees that these are dates.
    rows = [["Firm", "Date"], *[[f" Firm {number}", f"\u200b {number % 28 + 1:02}.12.2024 "] for number in range(40)]]
    made(dataset, rows)
    assert step_services.fix_safe_findings(dataset=dataset)
    assert step_services.fix_safe_findings(dataset=dataset) == 0
    [sheet] = current_sheets(dataset)
    slugs = list(Transform.objects.filter(sheet=sheet, column="Date").values_list("slug", flat=True))
    assert slugs[-1] == "parse_date"
    assert measure_services.is_measured(sheet)


def test_a_measure_is_stale_when_steps_change(dataset):
    made(dataset, [["Firm", "Date"], *[[f" Firm {number}", "2024-01-01"] for number in range(10)]])
    step_services.fix_safe_findings(dataset=dataset)
    [sheet] = current_sheets(dataset)
    spaces = found(dataset, "spaces")
    assert (measure_services.is_measured(sheet), spaces.left) == (True, 0)
    step_services.remove_step(step=Transform.objects.get(slug="trim"))
    measure_services.measure_stale(dataset)
    spaces.refresh_from_db()
    assert (spaces.left, spaces.pk in [one.pk for one in step_services.safe_findings(dataset)]) == (None, True)
