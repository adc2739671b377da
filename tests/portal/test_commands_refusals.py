"""Bad input to the commands: status 1, one clear line on stderr, and nothing left behind."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import openpyxl
import pytest
from django.conf import settings
from django.test import override_settings

from exporting.models import Export
from migrator.models import Job
from profiling.models import Dataset, Sheet, SourceFile
from tests.factories import UserFactory
from tests.portal_shell import here, run
from tests.small_bundles import MISSION_CUSTOMERS, MISSION_RECIPE, files_of, written
from tests.unit.test_sample_bundles import SAMPLES

pytestmark = pytest.mark.django_db(transaction=True)

TABLE = b"Code,Name\nA1,Acme\n"


def zipped(**members: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "."), content)
    return stream.getvalue()


def with_doctype() -> bytes:
    stream = io.BytesIO()
    openpyxl.Workbook().save(stream)
    with zipfile.ZipFile(stream) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    parts[sheet] = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + parts[sheet].partition(b"?>")[2]
    return zipped(**parts)


UNREADABLE = {
    "empty.csv": b"",
    "titles-only.csv": b"Code,Name\n",
    "broken.xlsx": (SAMPLES / "messy_customers.xlsx").read_bytes()[:2000],
    "web.xls": b"<html><body><table><tr><td>Code</td></tr></table></body></html>",
    "picture.csv": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8,
    "named.xlsx": TABLE,
    "outside.zip": zipped(**{"../customers.csv": TABLE}),
    "bomb.zip": zipped(**{"customers.csv": b"a,b\n" + b"0,0\n" * 3_000_000}),
    "entity.xlsx": with_doctype(),
    "wide.csv": b",".join([b"x"] * 20_000) + b"\n" + b",".join([b"1"] * 20_000),
    "nothing.zip": zipped(**{"readme.txt__pdf": b"%PDF"}),
}


def stored() -> list[Path]:
    """What is left in the portal's own storage, folders too."""
    return list(Path(settings.MEDIA_ROOT).rglob("datasets/*"))


def nothing_is_left() -> bool:
    records = (Dataset, SourceFile, Sheet, Job, Export)
    return not stored() and not any(model.objects.exists() for model in records)


@pytest.mark.parametrize("name", UNREADABLE)
def test_files_that_cannot_be_read(name: str, tmp_path: Path) -> None:
    (recipe,) = written(tmp_path / "files", {"recipe.yml": "recipe: 1\n"})
    file = recipe.with_name(name)
    file.write_bytes(UNREADABLE[name])
    assert name in here("import_file", file, "--dataset", "Move").complaint
    assert nothing_is_left()
    assert name in here("clean", file, recipe, "--output", recipe.with_name("out")).complaint
    assert set(recipe.parent.iterdir()) == {file, recipe}


def test_a_refusal_is_one_line_in_a_process_of_its_own(tmp_path: Path) -> None:
    (file,) = written(tmp_path, {"broken.xlsx": "PK"})
    assert "broken.xlsx" in run("import_file", file, "--dataset", "Move", LOG_LEVEL="DEBUG").complaint
    assert nothing_is_left()
    assert len(run("import_file", file, "--dataset", "Move", "-v", "2").err.splitlines()) > 1


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["import_file"], "the following arguments are required: FILE, --dataset"),
        (["import_file", "nowhere.csv", "--dataset", "Move"], "There is no file nowhere.csv."),
        (["import_file", "tests", "--dataset", "Move"], "tests is a directory; name a file."),
        (["import_file", "FILE", "--dataset", "Move", "--owner", "nobody"], "There is no user 'nobody'."),
        (["import_file", "FILE", "--dataset", "Move", "--country", "UK"], "such as GB"),
        (["import_file", "FILE", "--dataset", "Move", "--country", "XX"], "'XX' is no country"),
        (["import_file", "FILE", "--dataset", "Move", "--odoo", "12"], "choose one of 16.0, 17.0, 18.0, 19.0."),
        (["import_file", "FILE", "--dataset", "M" * 200], "at most 120 characters"),
        (["import_file", "FILE", "--dataset", ""], "blank"),
        (["profile_data", "Nowhere"], "There is no dataset 'Nowhere'."),
        (["suggest_mappings", "Nowhere"], "There is no dataset 'Nowhere'."),
        (["export_odoo_migrate", "Nowhere"], "There is no dataset 'Nowhere'."),
        (["recipe", "dump", "Nowhere"], "There is no dataset 'Nowhere'."),
        (["recipe", "read", "Nowhere"], "invalid choice: 'read'"),
        (["recipe", "dump", "Nowhere", "r.yml"], "dump writes to standard output"),
        (["clean", "FILE", "nowhere.yml", "--output", "out"], "There is no file nowhere.yml."),
        (["clean", "FILE", "tests", "--output", "out"], "tests is a directory; name a file."),
        (["clean", "FILE"], "the following arguments are required: RECIPE, --output"),
    ],
)
def test_arguments_that_make_no_sense(arguments: list[str], complaint: str) -> None:
    file = str(SAMPLES / "legacy_products.csv")
    said = here(*(file if one == "FILE" else one for one in arguments)).complaint
    assert complaint in said
    assert nothing_is_left()


def test_a_file_that_cannot_be_read_leaves_a_dataset_as_it_was(tmp_path: Path) -> None:
    UserFactory(username="ann")
    good, bad = written(tmp_path, {"customers.csv": MISSION_CUSTOMERS, "bad.xlsx": "x"})
    assert "bad.xlsx" in here("import_file", good, bad, "--dataset", "Move", "--owner", "ann").complaint
    assert not Dataset.objects.exists()
    assert not stored()
    here("import_file", good, "--dataset", "Move", "--country", "US")
    complaint = here("import_file", good, bad, "--dataset", "Move", "--country", "DE", "--odoo", "16").complaint
    assert complaint.endswith("Read before it: customers.csv.")
    dataset = Dataset.objects.get()
    assert (dataset.country, dataset.odoo_version) == ("US", "18.0")
    assert sorted(dataset.files.values_list("name", "version")) == [("customers.csv", 1), ("customers.csv", 2)]


def test_files_over_the_limits_are_refused(tmp_path: Path) -> None:
    with override_settings(READING_LIMITS={**settings.READING_LIMITS, "rows": 100}):
        assert "100" in here("import_file", SAMPLES / "legacy_products.csv", "--dataset", "Move").complaint
    assert nothing_is_left()


def test_a_database_that_is_not_there_is_said_in_one_line() -> None:
    said = run("profile_data", "Move", DATABASE_URL="sqlite:////nowhere/at/all.sqlite3")
    assert "The database does not answer as it should (unable to open database file)" in said.complaint


def test_a_fault_of_ours_is_one_line_too(monkeypatch) -> None:
    monkeypatch.delattr("profiling.management.commands.profile_data.profile_as_json")
    here("import_file", SAMPLES / "legacy_products.csv", "--dataset", "Move")
    assert "This is a fault of ours (NameError: " in here("profile_data", "Move").complaint
    with pytest.raises(NameError):
        here("profile_data", "Move", "--traceback")


# Recipes


@pytest.fixture
def mission(tmp_path: Path) -> Path:
    """The mission's customers, read into the dataset Move."""
    (file,) = written(tmp_path, {"customers.csv": MISSION_CUSTOMERS})
    here("import_file", file, "--dataset", "Move")
    return file


def changed(old: str, new: str) -> str:
    assert old in MISSION_RECIPE
    return MISSION_RECIPE.replace(old, new)


BAD_RECIPES = {
    "": "it is empty",
    "recipe: 1\nsheets: [\n": "this is not valid YAML",
    "- one\n": "line 1: entries of the form",
    "recipe: 2\n": "format 2",
    "recipe: 1\nsheets: 5\n": "line 2",
    "recipe: 1\nsheet: {}\n": "did you mean 'sheets'?",
    "recipe: 1\ntimezone: Mars/Base\n": "there is no time zone 'Mars/Base'",
    changed("country: US\n", "country: Utopia\n"): "'Utopia' is no country",
    changed("country: US\n", "odoo_version: '12.0'\n"): "Odoo 12.0 is not supported",
    changed("recipe: 1\n", "recipe: 1\non_problem: perhaps\n"): "on_problem is reject or stop",
    changed("  customers:\n", "  clients:\n"): "names the sheet 'clients', which the files lack; they have: customers",
    changed("    file: customers\n", "    header: [x]\n"): "header is a list of row numbers",
    changed("    file: customers\n", "    header: [99]\n"): "row 99",
    changed("    file: customers\n", "    rows: [trim]\n"): "the step trim works on a column",
    changed("res.partner:", "res.nothing:"): "no model 'res.nothing'",
    changed("field: name", "field: nonsense"): "no field 'nonsense'",
    changed("[trim]", "[frobnicate]"): "There is no step called 'frobnicate'",
    changed("[trim]", "[{ trim: { hard: true } }]"): "has no parameter 'hard'",
    changed("[trim]", "[{ pad_left: { width: wide } }]"): "'width' cannot be 'wide'; it is a whole number",
    changed("[trim]", "trim"): "steps are a list",
    changed("[trim]", "[drop_blank_rows]"): "works on rows",
    changed("{ country: US }", "{ country: XX }"): "'country' cannot be 'XX'",
    changed("Company Name", "Compny Name"): "'Compny Name' (now perhaps 'Company Name')",
}


@pytest.mark.parametrize("text", BAD_RECIPES, ids=BAD_RECIPES.values())
def test_recipes_that_make_no_sense(text: str, mission: Path, tmp_path: Path) -> None:
    (recipe,) = written(tmp_path, {"recipe.yml": text})
    before = here("recipe", "dump", "Move").out
    for said in (
        here("clean", mission, recipe, "--output", tmp_path / "out"),
        here("recipe", "apply", "Move", recipe),
    ):
        assert BAD_RECIPES[text] in said.complaint
    assert not (tmp_path / "out").exists()
    assert here("recipe", "dump", "Move").out == before


def test_a_recipe_that_is_no_text(mission: Path, tmp_path: Path) -> None:
    recipe = tmp_path / "recipe.yml"
    recipe.write_bytes(b"\xff\xfe\x00\x01")
    assert "recipe.yml is not a UTF-8 text file." in here("recipe", "apply", "Move", recipe).complaint
    assert "Name the recipe file to apply." in here("recipe", "apply", "Move").complaint


def test_a_model_that_odoo_lacks(mission: Path) -> None:
    assert "no model 'res.nothing'" in here("suggest_mappings", "Move", "--model", "res.nothing").complaint


# Output


@pytest.fixture
def recipe(mission: Path, tmp_path: Path) -> Path:
    (file,) = written(tmp_path, {"recipe.yml": MISSION_RECIPE})
    assert here("recipe", "apply", "Move", file).status == 0
    return file


@pytest.mark.parametrize(
    ("output", "complaint"),
    [
        ("foreign", "holds files that are no odoo-migrate project"),
        ("file", "is a file; name a directory"),
        ("/proc/nothing/out", "Nothing can be written to /proc/nothing"),
    ],
)
def test_places_where_no_project_can_go(output: str, complaint: str, mission: Path, recipe: Path) -> None:
    written(mission.parent / "foreign", {"letter.txt": "mine"})
    written(mission.parent, {"file": "mine"})
    before = files_of(mission.parent)
    for command in (["clean", mission, recipe], ["export_odoo_migrate", "Move"]):
        assert complaint in here(*command, "--output", mission.parent / output).complaint
    assert files_of(mission.parent) == before
    assert not Export.objects.exists()
    assert not list((Path(settings.MEDIA_ROOT)).rglob("*.zip"))


def test_places_where_no_zip_can_go(mission: Path, recipe: Path) -> None:
    (mission.parent / "taken.zip").mkdir()
    for output, complaint in (("taken.zip", "is a directory"), ("/proc/nothing/out.zip", "Nothing can be written")):
        assert complaint in here("export_odoo_migrate", "Move", "--output", mission.parent / output).complaint
    assert not Export.objects.exists()
    assert not list(mission.parent.glob(".*"))


def test_an_export_that_stops_leaves_nothing(mission: Path, tmp_path: Path) -> None:
    wrong = MISSION_RECIPE.replace("recipe: 1\n", "recipe: 1\non_problem: stop\n").replace("[trim, lowercase]", "[]")
    (recipe,) = written(tmp_path, {"recipe.yml": wrong.replace("(555) 123-4567", "12").replace("field: ref", "")})
    (file,) = written(tmp_path, {"customers.csv": MISSION_CUSTOMERS.replace("555.987.6543", "12")})
    here("import_file", file, "--dataset", "Move")
    assert here("recipe", "apply", "Move", recipe).status == 0
    for command in (["clean", file, recipe], ["export_odoo_migrate", "Move"]):
        said = here(*command, "--output", tmp_path / "out").complaint
        assert "Nothing was exported. customers: 1 row: 'Phone' could not be converted" in said
    assert not (tmp_path / "out").exists()
    assert not Export.objects.exists()
    assert not list(tmp_path.glob(".*"))
