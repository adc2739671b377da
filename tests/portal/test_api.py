"""The API, with a real worker behind it."""

from __future__ import annotations

import hashlib
import io
import time
import zipfile

import pytest

from mapping.services import target_services
from migrator.models import ApiToken, Job
from profiling.models import Membership
from tests.factories import MembershipFactory, UserFactory
from tests.uploaded_files import dataset_of


@pytest.fixture
def dataset(transactional_db):
    made = dataset_of("messy_customers.xlsx")
    for sheet in made.sheets.all():
        target_services.accept_all(sheet=sheet)
    return made


def key(person) -> dict[str, str]:
    return {"authorization": f"Bearer {ApiToken.issue(person, 'test')[1]}"}


def start(client, dataset, headers, **more: str):
    return client.post(f"/api/v1/datasets/{dataset.pk}/export/odoo-migrate", headers={**headers, **more})


def followed(client, address: str, headers, seconds: float = 120) -> dict:
    until = time.monotonic() + seconds
    while True:
        export = client.get(address, headers=headers).json()
        if export["status"] in Job.ENDED or time.monotonic() > until:
            return export
        time.sleep(0.3)


def test_without_a_token_nothing_is_said(client, dataset):
    assert client.get("/api/v1/datasets").status_code == 401
    assert client.get("/api/v1/datasets", headers={"authorization": "Bearer dm_wrong"}).status_code == 401


def test_a_token_of_someone_who_left_is_worth_nothing(client, dataset):
    headers = key(dataset.owner)
    dataset.owner.is_active = False
    dataset.owner.save()
    assert client.get("/api/v1/datasets", headers=headers).status_code == 401


def test_the_list_holds_what_one_may_see(client, dataset):
    [one] = client.get("/api/v1/datasets", headers=key(dataset.owner)).json()
    assert (one["id"], one["name"], one["sheets"]) == (dataset.pk, dataset.name, 1)
    assert client.get("/api/v1/datasets", headers=key(UserFactory())).json() == []


def test_an_export_comes_back_as_a_zip(client, dataset, worker):
    answer = start(client, dataset, key(dataset.owner))
    assert answer.status_code == 200, answer.content
    assert answer["Content-Type"] == "application/zip"
    assert 'filename="export.zip"' in answer["Content-Disposition"]
    raw = b"".join(answer.streaming_content)
    assert hashlib.sha256(raw).hexdigest() == answer["X-Content-SHA256"]
    assert "config/project.yml" in zipfile.ZipFile(io.BytesIO(raw)).namelist()


def test_an_export_can_be_followed_and_downloaded(client, dataset, worker):
    headers = key(dataset.owner)
    answer = start(client, dataset, headers, prefer="respond-async")
    assert answer.status_code == 202
    assert answer["Location"] in answer.json()["status_url"]
    export = followed(client, answer["Location"], headers)
    assert export["status"] == "done", export
    raw = b"".join(client.get(export["download"], headers=headers).streaming_content)
    assert hashlib.sha256(raw).hexdigest() == export["sha256"]


def test_an_export_that_is_not_ready_says_so(client, dataset):
    headers = key(dataset.owner)
    answer = start(client, dataset, headers, prefer="respond-async")
    assert client.get(f"{answer['Location']}/download", headers=headers).status_code == 409
    stopped = client.post(f"{answer['Location']}/cancel", headers=headers).json()
    assert stopped["status"] == "cancelled"


def test_a_recipe_that_does_not_fit_is_one_sentence(client, dataset, worker):
    sheet = dataset.sheets.get()
    sheet.transforms.create(column="No such column", slug="trim")
    answer = start(client, dataset, key(dataset.owner))
    assert answer.status_code == 422
    assert "No such column" in answer.json()["detail"]


def test_a_viewer_downloads_but_does_not_export(client, dataset):
    viewer = MembershipFactory(dataset=dataset, role=Membership.Role.VIEWER).user
    assert start(client, dataset, key(viewer)).status_code == 403
    assert client.get(f"/api/v1/datasets/{dataset.pk}", headers=key(viewer)).status_code == 200


def test_strangers_get_404(client, dataset):
    assert start(client, dataset, key(UserFactory())).status_code == 404


def test_the_openapi_page_is_for_those_who_signed_in(client, dataset):
    assert client.get("/api/v1/docs").status_code == 302
    client.force_login(dataset.owner)
    assert client.get("/api/v1/docs").status_code == 200
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    assert "/api/v1/datasets/{dataset_id}/export/odoo-migrate" in paths
