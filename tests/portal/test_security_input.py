"""Whatever is sent, the portal answers: no address, parameter, form or file name makes it stumble."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from mapping.services import step_services
from migrator.models import ApiToken
from profiling import services
from profiling.models import Dataset, SourceFile
from tests.exported_dataset import whole
from tests.factories import DatasetFactory
from tests.portal_addresses import ADDRESSES, address, undone, values_of
from tests.uploaded_files import add

pytestmark = pytest.mark.django_db

# Everything that a page reads from its address or from a form.
NAMES = (
    "action", "add_constant", "at", "beside", "column", "company", "country", "create", "create_form", "email",
    "enabled", "encoding", "field", "first_name", "id_pattern", "key", "key_form", "kind", "model", "name", "namespace",
    "next", "odoo_version", "on_problem", "only", "page", "password", "person", "position", "remove_constant",
    "remove_target", "role", "row", "rows", "sheet", "skip", "start", "step", "step-chars", "step-find", "target",
    "time_zone", "try", "undo", "unsure", "username", "value", "view", "weekdays",
)  # fmt: skip
JUNK = (
    "", "--5", "1" * 10, "1" * 30, "9" * 5000, "²", "٣", "a\x00b", b"\xff\xed\xa0\x80", "<b>'\"%s{0}{{x}}", "é" * 3000,
    "{Code", "replace",
)  # fmt: skip
FORMED = {"step": "trim", "model": "res.partner", "target": "res.partner", "action": "accept", "role": "viewer"}
HUGE = (2**31, 2**63, 10**30)
OPEN_TO_ALL = {"login", "logout"}


@pytest.fixture
def dataset(settings) -> Dataset:
    settings.API_WAIT_SECONDS = 0  # nobody builds the exports that these tests start
    return whole()


@pytest.fixture
def person(dataset) -> Client:
    """The owner's browser; what the portal does not catch is an answer with status 500, as in production."""
    client = Client(raise_request_exception=False)
    client.force_login(dataset.owner)
    _, token = ApiToken.issue(dataset.owner, "walk")
    client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    return client


def pages(dataset: Dataset) -> Iterator[tuple[str, str]]:
    for name, route in ADDRESSES:
        if "styleguide" not in route:
            yield name, address(route, values_of(dataset))


def senseless(person: Client, method: str, to: str, sensible: dict[str, str]) -> Iterator[tuple[object, int]]:
    """The answers to junk in all parameters but those that have a sensible value."""
    for junk in JUNK:
        with undone():
            status = getattr(person, method)(to, dict.fromkeys(NAMES, junk) | sensible).status_code
        yield junk, status
        if status == 405:
            return


def test_no_parameter_of_an_address_makes_a_page_stumble(dataset, person):
    for name, to in pages(dataset):
        for junk, status in senseless(person, "get", to, {}):
            assert status < 500, (name, junk)


def test_no_field_of_a_form_makes_a_page_stumble(dataset, person):
    for name, to in pages(dataset):
        for junk, status in senseless(person, "post", to, FORMED):
            assert status < 500, (name, junk)


@pytest.mark.parametrize("name", ["mapping_set", "target_set", "step_add", "row_step_add", "check_mend"])
def test_no_choice_in_a_form_makes_a_page_stumble(dataset, person, name):
    """Where the sensible values lead to a form, each of them may be junk too."""
    [to] = [to for known, to in pages(dataset) if known == name]
    for junk, status in senseless(person, "post", to, {}):
        assert status < 500, junk


# PostgreSQL keeps no NUL, SQLite does.
ODD = ["a\x00b", "\x00", "{Code}\x00", "x" * 40_000, "\ufffe\x1f\u202e"]
TEXTS = {
    "target_set": [
        {"target": "res.partner", "add_constant": "1", "field": "city", "value": "*"},
        {"target": "res.partner", "key_form": "1", "key": "Code", "id_pattern": "migr.{Code}*"},
        {"target": "res.partner", "key_form": "1", "key": "*"},
        {"target": "*"}, {"model": "res.partner", "target": "*"},
    ],
    "mapping_set": [{"target": "res.partner", "field": "*"}, {"target": "*", "field": "city"}],
    "mapping_accept_all": [{"target": "*"}],
    "lookup_set": [{"value": "*", "field": "base.us"}, {"value": "*", "field": ""}],
    "step_add": [
        {"step": "replace", "step-find": "*", "step-replace": "*"}, {"step": "map_values", "step-values": "*→b"},
        {"step": "empty_words", "step-words": "*"}, {"step": "*"},
    ],
    "dataset_settings": [
        {"name": "*", "odoo_version": "18.0", "time_zone": "UTC", "namespace": "m", "on_problem": "stop"},
    ],
    "dataset_new": [{"name": "*", "odoo_version": "18.0"}],
    "dataset_share": [{"person": "*", "role": "viewer"}],
    "account": [{"first_name": "*", "last_name": "*", "email": "a@x.test", "time_zone": "UTC"}],
    "token_new": [{"name": "*"}],
    "login": [{"username": "*", "password": "*"}],
    "check_mend": [{"sheet": "1", "column": "1", "kind": "*"}],
}  # fmt: skip


@pytest.mark.parametrize("name", TEXTS)
def test_odd_text_in_a_form_that_makes_sense_is_kept_or_refused(dataset, person, name):
    [to] = [to for known, to in pages(dataset) if known == name]
    for form in TEXTS[name]:
        for odd in ODD:
            with undone():
                sent = {field: value.replace("*", odd) for field, value in form.items()}
                assert person.post(to, sent).status_code < 500, (form, odd[:10])


def test_no_number_in_an_address_makes_a_page_stumble(dataset, person):
    numbers = {name for name, value in values_of(dataset).items() if value.isdecimal()}
    for name, route in ADDRESSES:
        for wrong in sorted(one for one in numbers if f"<int:{one}>" in route):
            for number in HUGE:
                to = address(route, values_of(dataset) | {wrong: str(number)})
                for method in ("get", "post"):
                    with undone():
                        assert getattr(person, method)(to).status_code in {404, 405}, (name, wrong, number)


def test_bytes_that_are_no_text_are_answered(dataset, person):
    for name, to in pages(dataset):
        assert person.get(f"{to}?start=%ff%fe&row=%00&view=%C0%80").status_code < 500, name
        with undone():
            body = b"name=%ff&value=%00&step=\xff\xfe&=&&&&model"
            status = person.post(to, body, content_type="application/x-www-form-urlencoded").status_code
        assert status < 500, name
        with undone():
            status = person.post(to, b"\x00\xff{", content_type="application/json").status_code
        assert status < 500, name


@pytest.mark.parametrize(
    "name",
    [
        "../../../etc/passwd.csv", "..\\..\\x.csv", "C:\\Users\\ann\\customers.csv", "..", ".",
        "a\r\nSet-Cookie: x.csv",
        "a\x00b.csv", "\u202egnp.csv", "é" * 250 + ".csv", "漢" * 250 + ".csv",
        "😀" * 120 + ".csv", "a" * 400, "." * 300,
        "???", "€.csv", " .csv", "a" + ".b" * 150, 'quote".csv', "a;b.csv", "-rf.csv", "CON.csv", "\ud800.csv",
    ],
)  # fmt: skip
def test_any_file_name_is_kept_harmless(name, media):
    dataset = DatasetFactory()
    source = services.upload_file(dataset=dataset, upload=ContentFile(b"Name\nAcme\n"), name=name, user=dataset.owner)
    source.refresh_from_db()
    assert source.name
    assert not set(source.name) & {"/", "\\", "\r", "\n", "\x00"}
    assert (media / "datasets") in (media / source.file.name).resolve().parents
    assert source.file.read() == b"Name\nAcme\n"
    assert source.job.title.startswith("Reading ")


def test_a_long_name_goes_the_whole_way():
    dataset = whole(name="漢" * 250 + ".csv")
    assert dataset.exports.get().ready


def test_several_uploads_at_once_each_get_their_own_place(person, dataset):
    files = [SimpleUploadedFile("same.csv", f"Name\nAcme {n}\n".encode()) for n in range(3)]
    assert person.post(reverse("file_upload", args=[dataset.pk]), {"files": files}).status_code == 302
    versions = SourceFile.objects.filter(name="same.csv").order_by("version")
    assert [source.version for source in versions] == [1, 2, 3]
    assert len({source.file.name for source in versions}) == 3


@pytest.mark.parametrize("rows", ["1-999999999999", "1-" + "9" * 4000, "9" * 5000, "-5", "2-1", "1-2-3", "٣-٤", "1²"])
def test_no_choice_of_title_rows_takes_memory_or_time(person, dataset, rows):
    to = reverse("sheet_header", args=[dataset.pk, dataset.sheets.get().pk])
    assert person.post(to, {"rows": rows}).status_code in {302, 422}


def test_a_pattern_that_would_take_for_ever_is_given_up(person):
    dataset = DatasetFactory()
    add(dataset, "long.csv", "Text\n" + f"{'a' * 60}!\n" * 50)
    sheet = dataset.sheets.get()
    params = {"find": "(a|aa)+$", "replace": "", "regex": True}
    step_services.add_step(sheet=sheet, column="Text", slug="replace", params=params)
    person.force_login(dataset.owner)
    answer = person.get(reverse("column_panel", args=[dataset.pk, sheet.pk, 0]))
    assert answer.status_code == 200
    assert "takes too long" in answer.content.decode()


def test_a_sheet_that_is_left_out_can_be_given_a_kind_of_record(dataset, person):
    sheet = dataset.sheets.get()
    services.set_skip(sheet=sheet, skip=True, user=dataset.owner)
    assert person.post(reverse("target_set", args=[dataset.pk, sheet.pk]), {"model": "res.bank"}).status_code == 302


def test_cells_and_titles_of_any_kind_are_read_and_shown(person):
    titles = ["=1+1", "a\x00b", "x" * 3000, "\x1b[31m", "{{ 7*7 }}", "\u2028", "é" * 600, "'; DROP TABLE x; --"]
    cells = ["=cmd|' /C calc'!A0", "\x00", "y" * 40_000, "\x07", "{% load %}", "\u2029", "\ufffe", "\\x00"]
    dataset = DatasetFactory()
    add(dataset, "any.csv", "\t".join(titles) + "\n" + "\t".join(cells) + "\n" + "\t".join(cells[::-1]) + "\n")
    sheet = dataset.sheets.get()
    person.force_login(dataset.owner)
    places = [reverse("sheet_grid", args=[dataset.pk, sheet.pk]), reverse("dataset_mapping", args=[dataset.pk])]
    places += [reverse("column_panel", args=[dataset.pk, sheet.pk, n]) for n in range(len(sheet.titles))]
    for place in [*places, reverse("dataset_check", args=[dataset.pk])]:
        assert person.get(place).status_code == 200, place
