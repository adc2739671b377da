"""What each role may do, on every address: a viewer looks, an editor also changes, the rest is the owner's."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.test import Client

from migrator.models import ApiToken, AuditEntry, User
from odoo_migrate.project.project_definition import REJECTED
from profiling.models import Dataset, Membership
from tests.exported_dataset import CUSTOMERS, member, whole
from tests.portal_addresses import ADDRESSES, address, undone, values_of

pytestmark = pytest.mark.django_db

OWNERS_ONLY = {"dataset_share", "dataset_unshare", "dataset_delete"}
# A form that changes something is not shown to those who may not send it.
EDITORS_FORMS = {"step_add", "row_step_add", "step_edit", "schedule_set"}
OF_DATASETS = [(name, route) for name, route in ADDRESSES if "<" in route and "token_id" not in route]
IDS = ("sheet_id", "file_id", "finding_id", "step_id", "export_id", "membership_id", "name")
OF_RECORDS = [
    (name, route) for name, route in OF_DATASETS if "dataset_id" in route and any(f":{one}>" in route for one in IDS)
]


@pytest.fixture
def dataset(settings) -> Dataset:
    settings.API_WAIT_SECONDS = 0  # nobody builds the exports that these tests start
    return whole()


def ask(person: User, method: str, to: str, **data: str) -> HttpResponse:
    """The answer to a request of this person, with a token for the API; what it does is taken back."""
    client = Client(raise_request_exception=False)
    client.force_login(person)
    with undone():
        _, token = ApiToken.issue(person, "walk")
        return getattr(client, method)(to, data, headers={"authorization": f"Bearer {token}"})


def traces(dataset: Dataset) -> tuple[int, int]:
    """What changes with every change of a dataset."""
    return Dataset.objects.get(pk=dataset.pk).revision, AuditEntry.objects.filter(dataset=dataset.pk).count()


def rejected_name(dataset: Dataset) -> str:
    """The name under which the dataset's held-back rows are downloaded."""
    files = [file["path"] for file in dataset.exports.get().report["files"]]
    return next(path for path in files if path.startswith(REJECTED)).rpartition("/")[2]


def test_a_viewer_changes_nothing(dataset):
    viewer, values, before = member(dataset, Membership.Role.VIEWER), values_of(dataset), traces(dataset)
    for name, route in OF_DATASETS:
        assert ask(viewer, "post", address(route, values)).status_code in {403, 405}, name
    assert traces(dataset) == before


def test_a_viewer_sees_every_page_and_download(dataset):
    viewer, values = member(dataset, Membership.Role.VIEWER), values_of(dataset)
    held_back = {"name": rejected_name(dataset)}
    for name, route in OF_DATASETS:
        status = ask(viewer, "get", address(route, values | held_back if "held-back" in route else values)).status_code
        assert status in ({403} if name in OWNERS_ONLY | EDITORS_FORMS else {200, 204, 302}) | {405}, (name, status)


def test_an_editor_does_all_but_share_and_delete(dataset):
    editor, values = member(dataset, Membership.Role.EDITOR), values_of(dataset)
    for name, route in OF_DATASETS:
        status = ask(editor, "post", address(route, values)).status_code
        assert (status == 403) == (name in OWNERS_ONLY), (name, status)
        assert status < 500, name


def test_the_owner_may_do_everything(dataset):
    sent = {"sheet": values_of(dataset)["sheet_id"]}
    for name, route in OF_DATASETS:
        status = ask(dataset.owner, "post", address(route, values_of(dataset)), **sent).status_code
        assert status in {200, 201, 202, 204, 302, 405, 422}, (name, status)


def test_records_of_another_dataset_are_not_reached_through_ones_own(dataset):
    """Even who owns both: an address that mixes two datasets leads nowhere."""
    other = whole(owner=dataset.owner, name="other.csv")
    other.relationships.update(name="elsewhere")
    values = values_of(other) | {"dataset_id": str(dataset.pk)}
    before = traces(dataset), traces(other)
    for name, route in OF_RECORDS:
        for method in ("get", "post"):
            status = ask(dataset.owner, method, address(route, values)).status_code
            assert status in {404, 405}, (name, method, status)
    assert (traces(dataset), traces(other)) == before


def test_records_of_another_dataset_are_not_reached_through_what_is_sent(dataset):
    secret = CUSTOMERS.replace("Name", "Secret title").replace("Acme", "Secret cell")
    other = whole(content=secret)
    values, theirs = values_of(dataset), values_of(other)
    sent = {"sheet": theirs["sheet_id"], "try": theirs["finding_id"], "target": "res.partner", "column": "1"}
    before = traces(other)
    for name, route in OF_DATASETS:
        for method in ("get", "post"):
            answer = ask(dataset.owner, method, address(route, values), **sent)
            assert b"Secret" not in getattr(answer, "content", b""), (name, method)
    assert traces(other) == before


def test_what_was_taken_away_is_gone_at_once(dataset):
    viewer, values = member(dataset, Membership.Role.VIEWER), values_of(dataset)
    Membership.objects.filter(user=viewer).delete()
    for name, route in OF_DATASETS:
        assert ask(viewer, "get", address(route, values)).status_code in {404, 405}, name


def test_who_was_switched_off_is_out_at_once(dataset, client):
    client.force_login(dataset.owner)
    _, token = ApiToken.issue(dataset.owner, "nightly")
    User.objects.filter(pk=dataset.owner_id).update(is_active=False)
    assert client.get("/").status_code == 302
    assert client.get("/api/v1/datasets", headers={"authorization": f"Bearer {token}"}).status_code == 401


def test_deeds_are_written_down_with_who_did_them(dataset):
    """Those of the owner in `tests.exported_dataset`; what is deleted comes on top."""
    export, sheet = dataset.exports.get(), dataset.sheets.get()
    client = Client()
    client.force_login(dataset.owner)
    client.post(f"/datasets/{dataset.pk}/exports/{export.pk}/delete/")
    client.post(f"/datasets/{dataset.pk}/share/{dataset.memberships.first().pk}/remove/")
    client.post(f"/datasets/{dataset.pk}/files/{sheet.source_id}/delete/")
    client.post(f"/datasets/{dataset.pk}/delete/")
    assert not Dataset.objects.filter(pk=dataset.pk).exists()
    done = set(AuditEntry.objects.filter(dataset=dataset.pk, user=dataset.owner).values_list("action", flat=True))
    assert done >= {
        "dataset.create", "file.upload", "recipe.change", "export.start", "dataset.share", "schedule.set",
        "export.delete", "dataset.unshare", "file.delete", "dataset.delete",
    }  # fmt: skip
