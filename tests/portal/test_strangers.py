"""Every address of the portal, walked as nobody and as a stranger: neither learns that a dataset exists."""

from __future__ import annotations

import pytest

from exporting.models import Export
from mapping.models import Relationship, RowStep, SheetTarget, Transform
from migrator.models import ApiToken, Job
from profiling.models import Finding, Sheet, SourceFile
from tests.factories import DatasetFactory, MembershipFactory, UserFactory
from tests.portal_addresses import ADDRESSES, address

pytestmark = pytest.mark.django_db

# For everybody: signing in and out, static parts of the administration, and what belongs to oneself.
OPEN = {"login", "logout"}
OWN = {
    "dashboard", "samples_load", "dataset_new", "account", "token_new", "password_change", "password_change_done",
    "openapi-json", "openapi-view", "api-root", "datasets",
}  # fmt: skip


@pytest.fixture
def theirs() -> dict[str, str]:
    """A dataset of somebody else with one record of everything, as the values that addresses take."""
    dataset = DatasetFactory(name="The secret move")
    job = Job.objects.create(title="Reading", task="x")
    source = SourceFile.objects.create(dataset=dataset, name="a.csv", sha256="0" * 64, job=job)
    sheet = Sheet.objects.create(dataset=dataset, source=source, name="a", titles=["Name"], rows=1)
    SheetTarget.objects.create(sheet=sheet, model="res.partner")
    step = Transform.objects.create(sheet=sheet, column="Name", slug="trim")
    RowStep.objects.create(sheet=sheet, slug="drop_blank_rows")
    finding = Finding.objects.create(sheet=sheet, slug="x", message="Something", fix_step="trim", column="Name")
    Relationship.objects.create(dataset=dataset, name="tag", model="res.partner.category")
    export = Export.objects.create(dataset=dataset)
    token, _ = ApiToken.issue(dataset.owner, "nightly")
    member = MembershipFactory(dataset=dataset)
    return {
        "dataset_id": str(dataset.pk), "sheet_id": str(sheet.pk), "file_id": str(source.pk), "job_id": str(job.pk),
        "finding_id": str(finding.pk), "step_id": str(step.pk), "export_id": str(export.pk), "name": "tag",
        "kind": "column", "position": "0", "membership_id": str(member.pk), "token_id": str(token.pk),
    }  # fmt: skip


@pytest.mark.parametrize(("name", "route"), ADDRESSES, ids=[name for name, _ in ADDRESSES])
@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_gets_in(client, theirs, name, route, method):
    if name in OPEN or "styleguide" in route:
        return
    answer = getattr(client, method)(address(route, theirs))
    assert answer.status_code in {302, 401, 404, 405}
    assert b"secret move" not in answer.content
    if answer.status_code == 302:
        assert answer["Location"].startswith("/login/")


@pytest.mark.parametrize(("name", "route"), ADDRESSES, ids=[name for name, _ in ADDRESSES])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_stranger_finds_nothing(client, theirs, name, route, method):
    if name in OPEN | OWN or "styleguide" in route:
        return
    stranger = UserFactory()
    _, token = ApiToken.issue(stranger, "mine")
    client.force_login(stranger)
    answer = getattr(client, method)(address(route, theirs), headers={"authorization": f"Bearer {token}"})
    assert answer.status_code in {404, 405}, answer.content[:300]
    assert b"secret move" not in answer.content


def test_the_walk_covers_the_portal():
    names = {name for name, _ in ADDRESSES}
    assert {"dataset_files", "sheet_grid", "export_download", "step_delete", "export_odoo_migrate"} <= names
