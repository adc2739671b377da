"""What the portal sends: nothing that people wrote becomes a part of the page, and nothing secret leaves it."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import PurePosixPath

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from exporting.services import export_services
from migrator.models import ApiToken, User
from odoo_migrate.project.project_definition import REJECTED
from profiling.models import Dataset, Finding
from tests.exported_dataset import whole
from tests.factories import UserFactory
from tests.portal_addresses import ADDRESSES, address, undone, values_of
from tests.worker import ROOT

pytestmark = pytest.mark.django_db

HOSTILE = "\"'><xss onmouseover=alert(1)>&lt;"
FORMULA = '=cmd|" /C calc"!A0'
SENT = dict.fromkeys(("name", "field", "step", "person", "rows", "value", "model", "target"), HOSTILE)


class Parts(HTMLParser):
    """What a browser would make of a page: elements that people's text must not become, scripts and styles in it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.wrong: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        data = given.get("type") == "application/json"
        if tag in {"xss", "style"} or (tag == "script" and not given.get("src") and not data):
            self.wrong.append(tag)
        self.wrong += [f"{tag} {name}" for name in given if name.startswith("on") or name == "style"]
        self.wrong += [f"{tag} {name}" for name, text in given.items() if (text or "").startswith("javascript:")]


def workbook() -> bytes:
    """Titles, cells and a sheet name that would be HTML if they were not escaped."""
    book, kept = Workbook(), io.BytesIO()
    sheet = book.active
    sheet.title = "\"'><xss>&lt;"
    sheet.append([f"Code {HOSTILE}", f"Name {HOSTILE}", f"Email {HOSTILE}", f"Tags {HOSTILE}"])
    sheet.append(["A1", HOSTILE, f" {HOSTILE}@x.test ", HOSTILE])
    sheet.append(["", HOSTILE, "b@x.test", FORMULA.removeprefix("=")])
    sheet.append(["A3", f" {HOSTILE} ", f"{HOSTILE} ", HOSTILE])
    book.save(kept)
    return kept.getvalue()


@pytest.fixture
def dataset(settings) -> Dataset:
    settings.API_WAIT_SECONDS = 0  # nobody builds the exports that these tests start
    owner = UserFactory(username=HOSTILE[:150], first_name=HOSTILE[:150])
    return whole(content=workbook(), name=f"{HOSTILE}.xlsx", owner=owner)


def seen(dataset: Dataset, client: Client) -> Iterator[tuple[str, HttpResponse]]:
    """Every page and fragment, and every answer to a form that was sent with hostile text."""
    client.force_login(dataset.owner)
    _, token = ApiToken.issue(dataset.owner, HOSTILE[:100])
    to_api = {"authorization": f"Bearer {token}"}
    values, at_panel = values_of(dataset), {"HX-Request": "true", "HX-Target": "panel"}
    finding = Finding.objects.filter(sheet__dataset=dataset).exclude(fix_step="").first()
    asked = {"try": finding.pk if finding else "", "only": "changes", "sheet": values["sheet_id"]}
    for name, route in ADDRESSES:
        to = address(route, values)
        for headers in ({}, {"HX-Request": "true"}, at_panel):
            yield name, client.get(to, headers=to_api | headers)
            yield name, client.get(to, asked, headers=to_api | headers)
            with undone():
                yield name, client.post(to, SENT, headers=to_api | headers)


def test_no_text_of_people_becomes_a_part_of_a_page(dataset, client):
    shown = 0
    for name, answer in seen(dataset, client):
        if answer.headers.get("Content-Type", "").startswith("text/html"):
            html = answer.content.decode()
            assert not Parts(html).wrong, name
            shown += "&lt;xss" in html
    assert shown > 50  # it was there, and escaped


def test_every_answer_says_what_it_is_and_what_it_may_run(dataset, client):
    for name, answer in seen(dataset, client):
        assert answer["X-Content-Type-Options"] == "nosniff", name
        assert answer["X-Frame-Options"] == "DENY", name
        policy = answer["Content-Security-Policy"]
        assert "default-src 'none'" in policy, name
        assert "unsafe" not in policy, name


def test_what_the_api_says_of_people_is_never_html(dataset, client):
    client.force_login(dataset.owner)
    token = {"authorization": f"Bearer {ApiToken.issue(dataset.owner, 'look')[1]}"}
    for address_ in ("datasets", f"datasets/{dataset.pk}", f"exports/{dataset.exports.get().pk}"):
        answer = client.get(f"/api/v1/{address_}", headers=token)
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/json; charset=utf-8")


def test_downloads_keep_their_headers_to_themselves(dataset, client):
    client.force_login(dataset.owner)
    Dataset.objects.filter(pk=dataset.pk).update(name='a"\\;/../é\u2028.zip')
    values = values_of(dataset)
    for route in ("datasets/<int:dataset_id>/exports/<int:export_id>/", "api/v1/exports/<int:export_id>/download"):
        token = ApiToken.issue(dataset.owner, "d")[1]
        answer = client.get(address(route, values), headers={"authorization": f"Bearer {token}"})
        assert answer["Content-Disposition"].startswith('attachment; filename="')
        assert answer["Content-Disposition"].count('"') == 2
        assert answer["Content-Type"] == "application/zip"


def test_held_back_rows_open_in_excel_without_running(client):
    """What looks like a formula is text in the file that people open."""
    dataset = whole(content=f"Code\tName\tEmail\tTags\n\t{FORMULA}\ta@x.test\tVIP\nA2\tBeta\tb@x.test\tVIP\n")
    export = dataset.exports.get()
    client.force_login(dataset.owner)
    [held_back] = [file["path"] for file in export.report["files"] if file["path"].startswith(REJECTED)]
    name = f"{PurePosixPath(held_back).stem}.xlsx"
    answer = client.get(reverse("rejected_download", args=[dataset.pk, export.pk, name]))
    assert "spreadsheetml" in answer["Content-Type"]
    cells = [cell for row in load_workbook(io.BytesIO(answer.getvalue())).active.iter_rows() for cell in row]
    assert FORMULA in [cell.value for cell in cells]
    assert {cell.data_type for cell in cells if cell.value} == {"s"}


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/", "//evil.example", "/\\evil.example", "https:evil.example", "javascript:alert(1)",
        "\thttps://evil.example", "http://testserver@evil.example/", "///evil.example",
    ],
)  # fmt: skip
def test_signing_in_leads_nowhere_else(client, user, elsewhere):
    signed_in = client.post("/login/", {"username": "ann", "password": "a good password", "next": elsewhere})
    assert (signed_in.status_code, signed_in["Location"]) == (302, "/")
    assert client.get("/login/", {"next": elsewhere})["Location"] == "/"


def test_a_token_is_kept_as_a_digest_and_shown_once(client, user):
    client.force_login(user)
    page = client.post(reverse("token_new"), {"name": "nightly"}).content.decode()
    text = page[page.index("dm_") :][:46]
    assert ApiToken.user_of(text) == user
    assert text not in client.get(reverse("account")).content.decode()
    assert text not in json.dumps(list(ApiToken.objects.values()), default=str)


def test_a_token_of_somebody_else_cannot_be_taken_back(client, user):
    token, _ = ApiToken.issue(UserFactory(), "theirs")
    client.force_login(user)
    assert client.post(reverse("token_delete", args=[token.pk])).status_code == 404


def test_stored_files_have_no_address(dataset, client):
    client.force_login(User.objects.create_superuser("root"))
    sheet, export = dataset.sheets.get(), dataset.exports.get()
    for stored in (sheet.source.file, sheet.working, export.bundle):
        for address_ in (
            f"/{stored.name}",
            f"/media/{stored.name}",
            f"/static/{stored.name}",
            f"/static/../{stored.name}",
        ):
            assert client.get(address_).status_code == 404, address_


def test_in_production_cookies_travel_only_over_https_and_out_of_scripts_reach():
    show = (
        "import json; from django.conf import settings as s; print(json.dumps({n: getattr(s, n) for n in "
        "('DEBUG','SESSION_COOKIE_SECURE','CSRF_COOKIE_SECURE','SESSION_COOKIE_HTTPONLY','CSRF_COOKIE_HTTPONLY',"
        "'SESSION_COOKIE_SAMESITE','SECURE_SSL_REDIRECT','SECURE_HSTS_SECONDS','SECURE_CONTENT_TYPE_NOSNIFF')}))"
    )
    variables = {"ALLOWED_HOSTS": "portal.example.com", "SECRET_KEY": "x" * 60, "DEBUG": "0"}
    inherited = {name: value for name, value in os.environ.items() if name not in {"HTTPS", "DATABASE_URL"}}
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "-v", "0", "-c", show],
        env=inherited | variables, cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    flags = json.loads(done.stdout)
    assert not flags.pop("DEBUG")
    assert flags.pop("SESSION_COOKIE_SAMESITE") == "Lax"
    assert all(flags.values()), flags


def test_what_goes_wrong_is_not_told(dataset, monkeypatch):
    """A fault of ours ends in a page without a word of what happened inside."""
    client = Client(raise_request_exception=False)
    client.force_login(dataset.owner)
    monkeypatch.setattr(export_services, "start_export", lambda **_: 1 / 0)
    answer = client.post(reverse("export_start", args=[dataset.pk]))
    assert answer.status_code == 500
    assert b"division" not in answer.content
    assert b"Traceback" not in answer.content
