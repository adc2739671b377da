"""Columns that steps add: figures, suggestions, panels, steps and fields of their own, up to the bundle."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from engine import recipe as recipes
from mapping import opened_sheet
from mapping.models import Mapping, SheetTarget, Transform
from mapping.selectors import all_titles, recipe_of
from mapping.services import recipe_services, step_services, suggestion_services, target_services
from profiling.models import Dataset, Finding, Sheet
from tests import loader_shell
from tests.portal_shell import here
from tests.uploaded_files import add, dataset_of

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE = """Code,Vorname,Nachname,Place,Mail
A1,Ann,Lee,"boston, MA",ann@a.test; office@a.test
A2,Bo,Berg,"albany, NY",bo@b.test
A3,,Roe,"austin, TX",
"""


@pytest.fixture
def dataset(client: Client) -> Dataset:
    made = dataset_of(name="Northwind", country="US")
    add(made, "customers.csv", PEOPLE)
    client.force_login(made.owner)
    return made


@pytest.fixture
def sheet(dataset: Dataset) -> Sheet:
    return dataset.sheets.get()


def at(name: str, *values: object) -> str:
    return reverse(name, args=[getattr(value, "pk", value) for value in values])


def split(sheet: Sheet) -> None:
    step_services.add_step(
        sheet=sheet, column="Place", slug="split_column", params={"separator": ",", "into": ["City", "State"]}
    )


def suggested(sheet: Sheet) -> dict[str, str]:
    return dict(Mapping.objects.filter(target__sheet=sheet).values_list("column", "field"))


def test_they_have_figures_like_the_columns_of_the_file(sheet: Sheet) -> None:
    split(sheet)
    step_services.add_step(sheet=sheet, column="City", slug="title_case")
    city = opened_sheet.column_profiles(sheet)["City"]
    assert (city.filled, city.distinct, city.could_be_key, city.kind) == (3, 3, True, "text")
    assert sorted(city.top) == [("Albany", 1), ("Austin", 1), ("Boston", 1)]
    assert opened_sheet.column_profiles(sheet)["State"].kind == "state"


def test_they_are_suggested_by_title_and_cleaned_values_and_their_source_is_not(sheet: Sheet) -> None:
    split(sheet)
    found = suggested(sheet)
    assert (found["City"], found["State"], found["Place"]) == ("city", "state_id/id", "")
    assert Mapping.objects.get(column="Place").reason == "its parts are in City and State"


def test_suggestions_go_with_the_step(sheet: Sheet) -> None:
    split(sheet)
    step_services.switch_step(step=Transform.objects.get(), enabled=False)
    assert {"City", "State"}.isdisjoint(suggested(sheet))
    step_services.switch_step(step=Transform.objects.get(), enabled=True)
    assert suggested(sheet)["City"] == "city"
    step_services.remove_step(step=Transform.objects.get())
    assert {"City", "State"}.isdisjoint(suggested(sheet))
    suggestion_services.forget_gone(sheet.dataset)
    assert "Place" in suggested(sheet)


def test_a_name_that_is_taken_gets_a_number(sheet: Sheet) -> None:
    split(sheet)
    for column, into in (("Vorname", "City"), ("Nachname", "Code")):
        step_services.add_step(sheet=sheet, column=column, slug="split_column", params={"into": [into]})
    assert all_titles(sheet)[5:] == ["City (2)", "Code (2)", "City", "State"]
    step = Transform.objects.get(column="Place")
    step_services.edit_step(step=step, params={"into": ["City", "Mail"]})
    assert step.params["into"] == ["City", "Mail (2)"]
    for _ in range(2):
        step_services.add_step(sheet=sheet, column="Mail", slug="email_split")
    assert all_titles(sheet)[-2:] == ["Other emails", "Other emails (2)"]


def test_pages_show_them_and_take_steps_for_them(client: Client, dataset: Dataset, sheet: Sheet) -> None:
    split(sheet)
    position = all_titles(sheet).index("City")
    panel = client.get(at("column_panel", dataset, sheet, position)).content.decode()
    assert '<h2 id="panel-title" tabindex="-1" data-focus>City</h2>' in panel
    client.post(at("step_add", dataset, sheet, position), {"step": "title_case", "form": "1"})
    assert Transform.objects.get(column="City").slug == "title_case"
    assert b"Boston" in client.get(at("sheet_grid", dataset, sheet)).content
    mapping = client.get(at("dataset_mapping", dataset)).content.decode()
    assert "added by a step" in mapping
    assert "<span>Boston</span>" in mapping
    cleaning = client.get(at("dataset_cleaning", dataset)).content.decode()
    assert f'{at("column_panel", dataset, sheet, position)}">City</a>' in cleaning
    assert client.get(at("column_panel", dataset, sheet, 99)).status_code == 404


def test_parts_of_names_and_emails_go_into_the_bundle_and_through_the_loader(sheet: Sheet, tmp_path: Path) -> None:
    dataset = sheet.dataset
    split(sheet)
    step_services.add_step(sheet=sheet, column="Nachname", slug="name_join", params={"first_column": "Vorname"})
    step_services.add_step(sheet=sheet, column="Full name", slug="uppercase")
    step_services.add_step(sheet=sheet, column="Mail", slug="email_split")
    step_services.add_step(sheet=sheet, column="City", slug="title_case")
    step_services.add_step(sheet=sheet, column="State", slug="state_to_code")
    target = target_services.choose_model(sheet=sheet, model="res.partner")
    target_services.accept_all(sheet=sheet)
    target_services.choose_field(target=target, column="Full name", field="name")
    target_services.choose_field(target=target, column="Other emails", field="comment")
    target_services.choose_key(target=target, columns=["Code"])
    # The recipe survives a file, columns that steps add included.
    text = recipes.dump(recipe_of(dataset))
    recipe_services.apply_recipe(dataset=dataset, recipe=recipes.load(text))
    assert recipes.dump(recipe_of(dataset)) == text
    assert SheetTarget.objects.get(sheet=sheet).model == "res.partner"
    project = tmp_path / "project"
    told = here("export_odoo_migrate", dataset.pk, "--output", project, "--json")
    assert told.json["sheets"][0]["rows_out"] == 3, told.json["problems"]
    for command in (("source", "prepare"), ("transform", "execute"), ("validate", "check")):
        done = loader_shell.here(*command, "--project", project)
        assert done.status == 0, done.err + done.out
    with next(project.glob("data/raw/*.csv")).open() as file:
        rows = list(csv.DictReader(file))
    assert [row["Full name"] for row in rows] == ["ANN LEE", "BO BERG", "ROE"]
    assert [row["City"] for row in rows] == ["Boston", "Albany", "Austin"]
    assert [row["Other emails"] for row in rows] == ["office@a.test", "", ""]


def tried(client: Client, dataset: Dataset, sheet: Sheet, column: str, **sent: object) -> str:
    address = at("step_try", dataset, sheet, all_titles(sheet).index(column))
    answer = client.post(address, {"form": "1", **sent}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_result_is_shown_while_one_types(client: Client, dataset: Dataset, sheet: Sheet) -> None:
    form = client.get(at("step_add", dataset, sheet, 3), {"step": "split_column"}).content.decode()
    assert at("step_try", dataset, sheet, 3) in form
    sent: dict[str, object] = {"step": "split_column", "step-separator": ",", "step-into": ""}
    assert "table" not in tried(client, dataset, sheet, "Place", **sent)
    shown = tried(client, dataset, sheet, "Place", **{**sent, "step-into": "City\nState"})
    assert '<th scope="col">City</th><th scope="col">State</th>' in shown
    assert "<td>boston</td><td>MA</td>" in shown
    assert "The first 3 rows" in shown
    pattern = {"step": "split_column", "step-separator": ",", "step-into": "City\nState"}
    assert "there are 2 new columns" in tried(client, dataset, sheet, "Place", **pattern, **{"step-pattern": "(.+)"})
    assert "<strong>2</strong> could not" in tried(
        client, dataset, sheet, "Place", **pattern, **{"step-pattern": "(b.+), (.+)"}
    )
    assert Transform.objects.count() == 0  # nothing was added


def test_a_step_that_is_changed_is_tried_in_its_place(client: Client, dataset: Dataset, sheet: Sheet) -> None:
    split(sheet)
    step_services.add_step(sheet=sheet, column="Place", slug="uppercase")
    step = Transform.objects.get(slug="split_column")
    sent = {"step": "split_column", "step-separator": ",", "step-into": "City\nCode", "edited": step.pk}
    shown = tried(client, dataset, sheet, "Place", **sent)
    assert "<td>boston</td><td>MA</td>" in shown  # before the capitals, and City is its own
    assert '<th scope="col">City</th><th scope="col">Code (2)</th>' in shown
    assert (
        f'name="edited" value="{step.pk}"' in client.get(at("step_edit", dataset, "column", step.pk)).content.decode()
    )


def test_viewers_try_nothing(client: Client, dataset: Dataset, sheet: Sheet) -> None:
    client.logout()
    answer = client.post(at("step_try", dataset, sheet, 0), {"step": "trim"})
    assert answer.status_code in {302, 401, 403}


def test_cells_that_were_taken_apart_are_mended() -> None:
    dataset = dataset_of(name="Towns", country="DE")
    add(dataset, "towns.csv", "Name,PLZ/Ort\nA,93047 Regensburg\nB,28195 Bremen\nC,20457 Hamburg\n")
    sheet = dataset.sheets.get()
    assert here("fix_findings", dataset.pk, "--safe").status == 0
    finding = Finding.objects.get(sheet=sheet, slug="zip_and_town")
    assert (finding.left, Transform.objects.get(sheet=sheet).slug) == (0, "address_split")
