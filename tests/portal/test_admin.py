"""The administration: every record can be found and opened, leads to the portal's page, and shows no secret."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.contrib.auth.models import Group
from django.db.models import Model
from django.urls import reverse
from django.utils import timezone
from django_q.models import Failure, OrmQ, Schedule, Success
from django_q.signing import SignedPackage

from mapping.models import UnmappedSheet
from migrator.admin import PortalAdmin
from migrator.models import ApiToken, User
from tests.exported_dataset import whole

pytestmark = pytest.mark.django_db

OURS = ("migrator", "profiling", "mapping", "exporting")
DATASETS = 12
MOST_QUERIES = 12  # session, person, counts, page, and one for every filter that offers records


@pytest.fixture
def records(db) -> None:
    """A dataset with a record of every kind, and the worker's own records."""
    sheet = whole().sheets.get()
    UnmappedSheet.objects.create(sheet=sheet, reason="nothing fits")
    Group.objects.create(name="Accounting")
    now = timezone.now()
    ran = {"func": "migrator.jobs.run", "started": now, "stopped": now}
    Success.objects.create(id="1" * 32, name="went well", success=True, **ran)
    Failure.objects.create(id="2" * 32, name="went wrong", success=False, result="no memory", **ran)
    task = {"id": "3" * 32, "name": "waits", "func": "migrator.jobs.run", "args": (1, 1), "kwargs": {}}
    OrmQ.objects.create(key="data-migrator", payload=SignedPackage.dumps(task), lock=now)


@pytest.fixture
def administrator(client, admin_user) -> User:
    client.force_login(admin_user)
    return admin_user


def listed() -> Iterator[tuple[type[Model], ModelAdmin, str]]:
    """Every model of the administration with its admin and the address of its list."""
    for model, its in admin.site._registry.items():
        yield model, its, reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def mine() -> Iterator[tuple[type[Model], ModelAdmin, str]]:
    """`listed`, but only the models of this project."""
    return (one for one in listed() if one[0]._meta.app_label in OURS)


def test_every_record_has_its_place():
    kept = {model for name in OURS for model in apps.get_app_config(name).get_models()}
    kept -= {model for model in kept if model._meta.auto_created}
    assert kept | {Schedule, Success, Failure, OrmQ} <= set(admin.site._registry)


def test_every_record_can_be_searched_and_filtered():
    for model, its, _ in mine():
        assert its.search_fields, model
        assert its.list_filter, model


def test_every_list_opens_is_searched_and_asks_the_database_a_bounded_number_of_times(
    client, administrator, records, django_assert_max_num_queries
):
    for _ in range(DATASETS):  # of a person each: what is asked for line by line shows
        whole()
    for model, its, address in listed():
        with django_assert_max_num_queries(MOST_QUERIES):
            answer = client.get(address)
        assert answer.status_code == 200, model
        assert answer.context["cl"].result_count, f"no record of {model} to look at"
        if its.search_fields:
            found = client.get(address, {"q": "ann 17 ä'\"%"})
            assert (found.status_code, found.context["cl"].queryset.count()) == (200, 0), model


def test_every_filter_works(client, administrator, records):
    for model, _, address in mine():
        for one in client.get(address).context["cl"].filter_specs:
            for choice in one.choices(client.get(address).context["cl"]):
                assert client.get(address + choice["query_string"]).status_code == 200, (model, choice)


def test_every_record_opens(client, administrator, records):
    for model, its, _ in listed():
        record = its.get_queryset(None).first()
        assert record is not None, f"no record of {model} to open"
        at = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        assert client.get(reverse(f"{at}_change", args=[record.pk])).status_code == 200, model
        assert client.get(reverse(f"{at}_history", args=[record.pk])).status_code == 200, model


def test_new_records_can_be_begun_where_people_make_them(client, administrator):
    for model, its, address in mine():
        status = client.get(f"{address}add/").status_code
        assert status == (200 if its.has_add_permission(client.get(address).wsgi_request) else 403), model


def test_records_lead_to_the_portal(client, administrator, records):
    of_datasets = [one for one in mine() if isinstance(one[1], PortalAdmin)]
    assert len(of_datasets) >= 16
    for model, _, address in of_datasets:
        page = client.get(address).content.decode()
        links = re.findall(r'class="field-portal"><a href="([^"]+)"', page)
        assert links, f"no link from {model}"
        assert client.get(links[0], follow=True).status_code == 200, (model, links[0])


def test_no_secret_is_shown(client, administrator, records):
    token = ApiToken.objects.first()
    person = token.user
    pages = [
        reverse("admin:migrator_apitoken_changelist"),
        reverse("admin:migrator_apitoken_change", args=[token.pk]),
        reverse("admin:migrator_user_changelist"),
        reverse("admin:migrator_user_change", args=[person.pk]),
        reverse("admin:django_q_ormq_change", args=[OrmQ.objects.get().pk]),
    ]
    said = "".join(client.get(page).content.decode() for page in pages)
    _, salt, password = person.password.split("$")
    for secret in (token.digest, person.password, salt, password, OrmQ.objects.get().payload):
        assert secret not in said


def test_a_job_is_tried_again_and_stopped_from_its_list(client, administrator, records):
    address = reverse("admin:migrator_job_changelist")
    job = client.get(address).context["cl"].result_list[0]
    for action in ("try_again", "stop"):
        answer = client.post(address, {"action": action, "_selected_action": [job.pk]}, follow=True)
        assert answer.status_code == 200


def test_the_history_cannot_be_rewritten(client, administrator, records):
    address = reverse("admin:migrator_auditentry_changelist")
    entry = client.get(address).context["cl"].result_list[0]
    assert client.post(f"{address}{entry.pk}/change/", {"summary": "nothing"}).status_code == 403
    assert client.post(f"{address}{entry.pk}/delete/", {"post": "yes"}).status_code == 403
