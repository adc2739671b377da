"""Files come again: newer versions, corrected rows, files that cannot be read; and everything can be deleted."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pytest
from django.conf import settings as django_settings

from engine import recipe as recipes
from engine.readers import Unreadable
from exporting.models import Export
from exporting.services import export_services as exporting_services
from mapping.models import SheetTarget, Transform
from mapping.selectors import recipe_of
from mapping.services import recipe_services, step_services, target_services
from profiling import services
from profiling.models import Dataset, Sheet, SourceFile
from profiling.selectors import listed_files
from tests.factories import DatasetFactory
from tests.uploaded_files import add, dataset_of

pytestmark = pytest.mark.django_db(transaction=True)

ROWS = "Code,Name,Email\nA1,Acme,a@acme.com\nA2,Beta,b@beta.com\n"


@pytest.fixture
def dataset() -> Dataset:
    made = DatasetFactory()
    add(made, "customers.csv", ROWS)
    for sheet in made.sheets.all():
        target_services.accept_all(sheet=sheet)
    made.refresh_from_db()
    return made


def stored() -> list[Path]:
    return [path for path in Path(django_settings.MEDIA_ROOT).rglob("*") if path.is_file()]


def export(dataset: Dataset) -> Export:
    made = exporting_services.new_export(dataset=Dataset.objects.get(pk=dataset.pk), trigger=Export.Trigger.COMMAND)
    exporting_services.build_export(made)
    return made


def test_a_newer_file_keeps_the_recipe_and_says_what_differs(dataset):
    sheet = dataset.sheets.get()
    step_services.add_step(sheet=sheet, column="Name", slug="trim")
    before = recipe_of(dataset)
    newer = add(dataset, "customers.csv", ROWS.replace("Email", "E-mail") + "A3,Gamma,c@gamma.com\n")
    assert newer.version == 2
    assert [file.version for file in listed_files(dataset)] == [2]
    assert dataset.sheets.get() == sheet
    after = recipe_of(Dataset.objects.get(pk=dataset.pk))
    assert after.sheets[0].columns == before.sheets[0].columns
    change = newer.changes["customers"]
    assert change["rows"] == [2, 3]
    assert (change["titles_added"], change["titles_gone"]) == (["E-mail"], ["Email"])


def test_what_is_decided_about_columns_that_are_gone_is_named_at_export(dataset):
    step_services.add_step(sheet=dataset.sheets.get(), column="Email", slug="trim")
    add(dataset, "customers.csv", ROWS.replace("Email", "E-mail"))
    with pytest.raises(recipes.RecipeError, match="E-mail"):
        export(dataset)


def test_a_sheet_that_is_gone_is_kept_and_said(dataset):
    book = openpyxl.Workbook()
    book.active.title = "Kept"
    book.active.append(["Customer Code", "Company Name"])
    book.active.append(["1", "One"])
    other = book.create_sheet("Gone")
    other.append(["Customer Code", "Company Name"])
    other.append(["2", "Two"])
    add(dataset, "book.xlsx", saved(book))
    for one in dataset.sheets.filter(source__name="book.xlsx"):
        target_services.accept_all(sheet=one)
    book.remove(other)
    newer = add(dataset, "book.xlsx", saved(book))
    assert newer.changes["Gone"] == {"gone": True}
    sheet = Sheet.objects.get(dataset=dataset, name="Gone")
    assert sheet.missing
    with pytest.raises(recipes.RecipeError, match="no longer has the sheet 'Gone'"):
        export(dataset)
    services.set_skip(sheet=sheet, skip=True, user=None)
    assert export(dataset).ready


def saved(book: openpyxl.Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_a_newer_file_that_cannot_be_read_leaves_the_former(dataset):
    with pytest.raises(Unreadable):
        add(dataset, "customers.csv", b"")
    assert SourceFile.objects.get(dataset=dataset, current=True).version == 1
    assert export(dataset).ready


def test_corrected_rows_take_their_place(dataset):
    add(dataset, "customers.csv", ROWS + "A3,,c@gamma.com\n")
    made = export(dataset)
    assert made.held_back == 1
    correction = "Source row,Reason,Code,Name,Email\n4,no name,A3,Gamma,c@gamma.com\n"
    source = add(dataset, "held-back-customers.csv", correction)
    assert source.corrects == dataset.sheets.get()
    assert source.corrected_rows == 1
    again = export(dataset)
    assert again.held_back == 0
    assert again.report["sheets"][0]["rows_in"] == 3


def test_corrections_survive_a_look_at_other_title_rows_but_not_a_newer_file(dataset):
    from profiling import file_import

    add(dataset, "corrected.csv", "Source row,Reason,Code,Name,Email\n3,x,A2,Better,b@beta.com\n")
    sheet = dataset.sheets.get()
    file_import.reread(sheet, None)
    assert "Better" in names(sheet)
    add(dataset, "customers.csv", ROWS)
    assert "Better" not in names(sheet)
    assert not SourceFile.objects.filter(name="corrected.csv").exists()


def names(sheet: Sheet) -> list[str]:
    from engine.sheets.working_file import WorkingFile

    sheet.refresh_from_db()
    return WorkingFile(Path(sheet.working.path)).page(0, 10).column("Name").to_pylist()


def test_corrections_of_rows_that_are_not_there_are_refused(dataset):
    with pytest.raises(Unreadable, match="row 99"):
        add(dataset, "corrected.csv", "Source row,Reason,Code,Name,Email\n99,x,A9,Nobody,\n")
    with pytest.raises(Unreadable, match="no sheet here has its columns"):
        add(dataset, "corrected.csv", "Source row,Reason,Other\n2,x,A9\n")


def test_deleting_a_file_deletes_what_was_derived_from_it(dataset):
    export(dataset)
    services.delete_file(source=dataset.files.get(), user=None)
    assert not dataset.sheets.exists()
    assert not SheetTarget.objects.exists()
    assert not Transform.objects.exists()
    assert {path.parent.name for path in stored()} <= {"exports"}


def test_deleting_a_dataset_leaves_no_file(dataset):
    export(dataset)
    assert stored()
    services.delete_dataset(dataset=dataset, user=None)
    assert stored() == []


def test_a_recipe_goes_out_and_in_again(dataset):
    made = dataset_of("messy_customers.xlsx", "aggregated.xlsx")
    for sheet in made.sheets.filter(hidden=False):
        target_services.accept_all(sheet=sheet)
    step_services.fix_safe_findings(dataset=made)
    text = recipes.dump(recipe_of(made))
    recipe_services.apply_recipe(dataset=made, recipe=recipes.load(text))
    assert recipes.dump(recipe_of(Dataset.objects.get(pk=made.pk))) == text


def test_applying_a_recipe_names_the_sheets_it_lacks(dataset):
    with pytest.raises(recipes.RecipeError, match="customers"):
        recipe_services.apply_recipe(dataset=dataset, recipe=recipes.load("recipe: 1\nsheets:\n  Kunden: {}\n"))
