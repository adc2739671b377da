"""People and second addresses of companies: offered on the mapping page, taken with one click, loaded into Odoo."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from mapping.models import Mapping, SheetTarget, Transform
from mapping.selectors import recipe_of
from mapping.services import step_services, suggestion_services, target_services
from odoo_migrate.project.project_reader import read_project
from profiling.models import Dataset, Sheet
from tests.both_sides import errors
from tests.both_sides import loaded as staged
from tests.loadable_projects import counts, loaded
from tests.odoo_http import serving
from tests.odoo_store import Store
from tests.uploaded_files import add, dataset_of

pytestmark = pytest.mark.django_db

CUSTOMERS = """Code,Company,Email,Contact Person,Contact Email,Street,City,Ship Street,Ship City
C1,Acme Ltd,info@acme.example,"Lee, Ann",ann@acme.example,12 Elm St,Sydney,9 Dock Rd,Perth
C2,Birch & Co,hello@birch.example,Attn. Mr Bo Ray,,3 Oak Ave,Melbourne,3 OAK AVE,melbourne
C3,Cedar plc,,,,5 Pier St,Hobart,,
"""


@pytest.fixture
def dataset(client: Client) -> Dataset:
    made = dataset_of(name="Northwind", country="AU")
    add(made, "customers.csv", CUSTOMERS)
    suggestion_services.suggest(dataset=made)
    made.refresh_from_db()
    client.force_login(made.owner)
    return made


@pytest.fixture
def sheet(dataset: Dataset) -> Sheet:
    return dataset.sheets.get()


def entries(sheet: Sheet) -> list[str]:
    return [target.entry for target in recipe_of(sheet.dataset).sheets[0].targets]


def page(client: Client, sheet: Sheet) -> str:
    return client.get(reverse("dataset_mapping", args=[sheet.dataset_id])).content.decode()


def decide(client: Client, sheet: Sheet, further: str, action: str) -> None:
    address = reverse("target_set", args=[sheet.dataset_id, sheet.pk])
    answer = client.post(address, {"target": "res.partner", "further": further, "action": action})
    assert answer.status_code == 302


def test_nothing_is_made_before_somebody_says_so(client, dataset, sheet):
    assert entries(sheet) == ["res.partner"]
    shown = page(client, sheet)
    assert "People of these companies" in shown
    assert "Second addresses" in shown
    assert not Transform.objects.exists()


def test_one_click_takes_the_people_with_their_fields_and_steps(client, dataset, sheet):
    decide(client, sheet, "res.partner (contact)", "take")
    assert entries(sheet) == ["res.partner", "res.partner (contact)"]
    taken = SheetTarget.objects.get(role="contact")
    fields = dict(Mapping.objects.filter(target=taken, state="accepted").values_list("field", "column"))
    assert fields == {"parent_id/id": "Code", "name": "Contact person", "email": "Contact Email"}
    assert Transform.objects.get().slug == "contact_person"
    assert "added" in page(client, sheet)
    # Twice is once.
    decide(client, sheet, "res.partner (contact)", "take")
    assert Transform.objects.count() == 1


def test_what_is_left_out_stays_out(client, dataset, sheet):
    decide(client, sheet, "res.partner (delivery)", "leave_out")
    suggestion_services.suggest(dataset=dataset)
    target_services.accept_all(sheet=sheet)
    assert entries(sheet) == ["res.partner", "res.partner (contact)"]
    # A change of mind brings it back with all that was suggested.
    decide(client, sheet, "res.partner (delivery)", "take")
    assert entries(sheet) == ["res.partner", "res.partner (contact)", "res.partner (delivery)"]


def test_what_was_taken_is_not_suggested_once_more(client, dataset, sheet):
    target_services.accept_all(sheet=sheet)
    before = recipe_of(dataset)
    fresh = Dataset.objects.get()
    suggestion_services.suggest(dataset=fresh)
    target_services.accept_all(sheet=fresh.sheets.get())
    assert recipe_of(fresh) == before
    # Nor where a recipe file brought the steps, without a suggestion.
    SheetTarget.objects.update(steps=[])
    suggestion_services.suggest(dataset=Dataset.objects.get())
    target_services.accept_all(sheet=fresh.sheets.get())
    assert recipe_of(fresh) == before


def test_steps_of_a_person_do_not_take_suggestions_away(client, dataset, sheet):
    step_services.add_step(sheet=sheet, column="City", slug="trim")
    suggestion_services.forget_gone(dataset)
    decide(client, sheet, "res.partner (contact)", "take")
    assert Mapping.objects.filter(target__role="contact", field="name", state="accepted").exists()


def test_the_page_of_the_people_shows_their_columns(client, dataset, sheet):
    target_services.accept_all(sheet=sheet)
    address = reverse("dataset_mapping", args=[dataset.pk])
    shown = client.get(address, {"sheet": sheet.pk, "model": "res.partner (contact)"}).content.decode()
    assert "customers become contact persons" in shown
    assert "Contact Email" in shown


def test_the_grid_says_whose_field_a_column_fills(client, dataset, sheet):
    target_services.accept_all(sheet=sheet)
    shown = client.get(reverse("sheet_grid", args=[dataset.pk, sheet.pk])).content.decode()
    assert "Email · contact person" in shown
    assert "Street · delivery address" in shown


def test_another_kind_of_record_has_no_people(client, dataset, sheet):
    target_services.accept_all(sheet=sheet)
    target_services.choose_model(sheet=sheet, model="crm.lead")
    assert [one.entry for one in SheetTarget.objects.filter(sheet=sheet)] == ["crm.lead"]


def test_the_recipe_file_keeps_them(dataset, sheet, tmp_path):
    target_services.accept_all(sheet=sheet)
    before = recipe_of(dataset)
    text = StringIO()
    call_command("recipe", "dump", str(dataset.pk), stdout=text)
    assert "res.partner (contact):" in text.getvalue()
    file = tmp_path / "recipe.yml"
    file.write_text(text.getvalue(), encoding="utf-8")
    call_command("recipe", "apply", str(dataset.pk), str(file), stdout=StringIO())
    assert recipe_of(dataset) == before


def test_the_whole_way_into_odoo_and_twice_is_once(dataset, sheet, tmp_path: Path):
    call_command("suggest_mappings", str(dataset.pk), "--accept", "--json", stdout=StringIO())
    said = StringIO()
    root = tmp_path / "out"
    call_command("export_odoo_migrate", str(dataset.pk), "--output", str(root), "--json", stdout=said)
    assert json.loads(said.getvalue())["sheets"][0]["rejected"] == 0
    assert errors(staged(root)) == []
    assert set(read_project(root).mappings) == {"res.partner", "res.partner.contact", "res.partner.delivery"}
    with serving(Store()) as server:
        first = loaded(root, server)
        assert counts(first) == {
            "res.partner": (3, 0, 0, 0),
            "res.partner.contact": (2, 0, 0, 0),
            "res.partner.delivery": (1, 0, 0, 0),
        }
        again = loaded(root, server, "second")
        assert {count[2:] for count in counts(again).values()} == {(3, 0), (2, 0), (1, 0)}
        found = {row["xid"]: row for row in server.store.rows("res.partner") if row["xid"].startswith("migr.")}
    assert set(found) == {
        "migr.partner.C1", "migr.partner.C2", "migr.partner.C3", "migr.contact.C1", "migr.contact.C2",
        "migr.delivery.C1",
    }  # fmt: skip
    ann, company = found["migr.contact.C1"], found["migr.partner.C1"]
    assert (ann["name"], ann["email"], ann["parent_id"]) == ("Ann Lee", "ann@acme.example", company["id"])
    assert (company["name"], company["email"], bool(company["is_company"])) == ("Acme Ltd", "info@acme.example", True)
    assert (found["migr.contact.C2"]["name"], bool(found["migr.contact.C2"]["email"])) == ("Bo Ray", False)
    delivery = found["migr.delivery.C1"]
    assert (delivery["type"], delivery["street"], delivery["parent_id"]) == ("delivery", "9 Dock Rd", company["id"])
