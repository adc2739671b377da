"""The five commands, from uploads to a bundle, and the JSON that they print, to the letter."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile

from engine import recipe as recipes
from mapping.selectors import recipe_of
from odoo_migrate.project import project_reader
from profiling import file_import, services
from profiling.models import Dataset, SourceFile
from tests.factories import UserFactory
from tests.portal_shell import here, run
from tests.sample_recipes import RECIPES, SAMPLES
from tests.small_bundles import MISSION_CUSTOMERS, MISSION_RECIPE, files_of, written
from tests.unit.test_sample_bundles import FILES

pytestmark = pytest.mark.django_db(transaction=True)

SHEET = ["sheet", "file", "rows", "columns", "header_rows", "hidden", "findings"]
COLUMN = [
    "header", "kind", "filled", "distinct", "top", "patterns", "min", "max", "could_be_key", "findings",
]  # fmt: skip
FINDING = ["finding", "count", "message", "examples", "rows", "fix"]
SUMS = ["sheet", "rows_in", "rows_out", "rejected", "dropped", "cells_changed", "cells_could_not"]


def samples(name: str) -> list[Path]:
    return [SAMPLES / file for file in FILES[name]]


def sums_up(result: dict[str, Any]) -> bool:
    return all(one["rows_in"] == one["rows_out"] + one["rejected"] + one["dropped"] for one in result["sheets"])


def unpacked(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


# The whole way


def test_five_commands_in_five_processes(tmp_path: Path) -> None:
    read = run("import_file", SAMPLES / "messy_customers.xlsx", "--dataset", "Move", "--country", "US", "--json")
    assert read.json["name"] == "Move"
    assert "read" not in read.err  # the log says nothing that the result does not say
    number = read.json["dataset"]
    messages = [finding["message"] for finding in findings(run("profile_data", number, "--json").json)]
    assert "47 emails have spaces" in messages
    assert any(message.startswith("12 phone numbers are in 3 formats") for message in messages)
    assert run("suggest_mappings", "Move", "--accept", "--json").json["sheets"][0]["model"] == "res.partner"
    recipe = run("recipe", "dump", "Move")
    assert run("recipe", "apply", number, "-", stdin=recipe.out).status == 0
    assert run("recipe", "dump", number).out == recipe.out
    told = run("export_odoo_migrate", "Move", "--output", tmp_path / "one.zip", PYTHONHASHSEED="1")
    assert (told.status, told.err) == (0, "")
    assert "Customers: 120 rows in = " in told.out
    again = run("export_odoo_migrate", number, "--output", tmp_path / "two.zip", "--json", PYTHONHASHSEED="2")
    sums = {hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() for name in ("one.zip", "two.zip")}
    assert sums == {again.json["sha256"]}


def findings(profile: dict[str, Any]) -> list[dict[str, Any]]:
    [sheet] = profile["sheets"]
    return [*sheet["findings"], *(finding for column in sheet["columns"] for finding in column["findings"])]


@pytest.mark.parametrize("name", FILES)
def test_every_sample_goes_the_whole_way(name: str, tmp_path: Path) -> None:
    assert here("import_file", *samples(name), "--dataset", name).status == 0
    assert here("profile_data", name).status == 0
    assert here("suggest_mappings", name, "--accept").status == 0
    recipe = here("recipe", "dump", name).out
    (file,) = written(tmp_path, {"recipe.yml": recipe})
    assert here("recipe", "apply", name, file).status == 0
    assert here("recipe", "dump", name).out == recipe
    directory = here("export_odoo_migrate", name, "--output", tmp_path / "out", "--json").json
    packed = here("export_odoo_migrate", name, "--output", tmp_path / "out.zip", "--json").json
    assert sums_up(directory)
    assert sum(sheet["rows_in"] for sheet in directory["sheets"] if not sheet["dropped"]) > 0  # no cleaning was added
    assert {**directory, "output": ""} == {**packed, "output": ""}
    assert unpacked(tmp_path / "out.zip") == files_of(tmp_path / "out")
    assert hashlib.sha256((tmp_path / "out.zip").read_bytes()).hexdigest() == packed["sha256"]
    assert [entry["path"] for entry in packed["files"]] == sorted(files_of(tmp_path / "out"))
    assert project_reader.read_project(tmp_path / "out").mappings
    assert list(project_reader.changed_files(tmp_path / "out")) == []


@pytest.mark.parametrize("name", FILES)
def test_cleaning_in_one_go_and_the_portals_export_are_the_same_bytes(name: str, tmp_path: Path) -> None:
    recipe = RECIPES / f"{name}.yml"
    cleaned = here("clean", *samples(name), recipe, "--output", tmp_path / "cleaned", "--json").json
    assert here("import_file", *samples(name), "--dataset", name).status == 0
    assert here("recipe", "apply", name, recipe).status == 0
    exported = here("export_odoo_migrate", name, "--output", tmp_path / "exported", "--json").json
    assert files_of(tmp_path / "cleaned") == files_of(tmp_path / "exported")
    same = ("files", "sheets", "problems")
    assert {key: cleaned[key] for key in same} == {key: exported[key] for key in same}
    assert sums_up(cleaned)


# The JSON, to the letter


def test_what_import_file_prints() -> None:
    read = here("import_file", SAMPLES / "aggregated.xlsx", "--dataset", "Move", "--country", "gb", "--json").json
    assert list(read) == ["dataset", "name", "sheets"]
    dataset = Dataset.objects.get()
    assert (read["dataset"], read["name"], dataset.country) == (dataset.pk, "Move", "GB")
    assert [list(sheet) for sheet in read["sheets"]] == [SHEET] * 4
    clients, *_, lists = read["sheets"]
    assert (clients["sheet"], clients["file"], clients["hidden"]) == ("Clients", "aggregated.xlsx", False)
    assert (clients["rows"], clients["columns"], clients["header_rows"]) == (60, 12, [1])
    assert lists["hidden"] is True
    assert isinstance(clients["findings"], int)


def test_what_profile_data_prints() -> None:
    here("import_file", SAMPLES / "messy_customers.xlsx", "--dataset", "Move")
    profile = here("profile_data", "Move", "--json").json
    assert list(profile) == ["sheets"]
    [sheet] = profile["sheets"]
    assert list(sheet) == ["sheet", "rows", "findings", "columns"]
    assert [list(column) for column in sheet["columns"]] == [COLUMN] * 14
    email = sheet["columns"][2]
    assert (email["header"], email["kind"], email["filled"]) == ("Email Address", "email", 120)
    assert all(isinstance(value, str) and isinstance(count, int) for value, count in email["top"] + email["patterns"])
    [spaces] = [finding for finding in email["findings"] if finding["message"] == "47 emails have spaces"]
    assert list(spaces) == FINDING
    assert (spaces["count"], spaces["fix"]) == (47, {"step": "trim", "params": {}})
    assert len(spaces["rows"]) == 47
    assert all(isinstance(row, int) for row in spaces["rows"])
    assert [list(finding) for finding in findings(profile)] == [FINDING] * len(findings(profile))


def test_what_suggest_mappings_prints() -> None:
    here("import_file", SAMPLES / "messy_customers.xlsx", "--dataset", "Move")
    said = here("suggest_mappings", "Move", "--json").json
    assert list(said) == ["sheets"]
    [sheet] = said["sheets"]
    assert list(sheet) == ["sheet", "model", "model_confidence", "key", "columns"]
    assert (sheet["sheet"], sheet["model"], sheet["key"]) == ("Customers", "res.partner", ["Customer Code"])
    assert 0.5 < sheet["model_confidence"] <= 1
    keys = ["header", "field", "confidence", "reason", "candidates"]
    assert [list(column) for column in sheet["columns"]] == [keys] * 14
    columns = {column["header"]: column for column in sheet["columns"]}
    assert (columns["Country"]["field"], columns["Customer Since"]["field"]) == ("country_id", None)
    candidates = columns["Phone"]["candidates"]
    assert [list(candidate) for candidate in candidates] == [["field", "confidence"]] * len(candidates)
    assert not Dataset.objects.get().sheets.get().targets.get().chosen  # nothing was accepted


@pytest.mark.parametrize("where", ["out", "out.zip"])
def test_what_export_prints(where: str, tmp_path: Path) -> None:
    mission(tmp_path)
    said = here("export_odoo_migrate", "Move", "--output", tmp_path / where, "--json").json
    assert list(said) == ["output", "sha256", "files", "sheets", "problems"]
    assert said["output"] == str(tmp_path / where)
    assert [list(sheet) for sheet in said["sheets"]] == [SUMS]
    assert said["problems"] == []
    assert {entry["path"]: entry["rows"] for entry in said["files"]} == {
        "CLEANING.md": None, "MANIFEST.json": None, "config/ids.yml": None, "config/lookups/tag.csv": 2,
        "config/mappings/res.partner.category.yml": None, "config/mappings/res.partner.yml": None,
        "config/project.yml": None, "data/raw/customers.csv": 2, "data/raw/tag.csv": 2,
    }  # fmt: skip


def mission(folder: Path) -> None:
    """The mission's own example as the dataset Move."""
    file, recipe = written(folder, {"customers.csv": MISSION_CUSTOMERS, "recipe.yml": MISSION_RECIPE})
    here("import_file", file, "--dataset", "Move")
    assert here("recipe", "apply", "Move", recipe).status == 0


# Words for people


def test_what_is_said_without_json(tmp_path: Path) -> None:
    read = here("import_file", SAMPLES / "aggregated.xlsx", "--dataset", "Move").out
    assert "Clients of aggregated.xlsx: 60 rows, 12 columns" in read
    assert "Lists (hidden) of aggregated.xlsx" in read
    assert "  ! " in here("profile_data", "Move").out
    suggested = here("suggest_mappings", "Move", "--accept").out
    assert "Clients → res.partner (" in suggested
    assert "key: Cust No." in suggested
    exported = here("export_odoo_migrate", "Move", "--output", tmp_path / "out").out
    assert "Orders: 133 rows in = " in exported
    assert "rows were held back; see data/rejected for the reasons." in exported


def test_every_command_has_help() -> None:
    for command in ("import_file", "profile_data", "suggest_mappings", "recipe", "export_odoo_migrate", "clean"):
        said = here(command, "--help")
        assert (said.status, said.err) == (0, "")
        assert "--json" in said.out


# Which dataset


def test_a_dataset_is_named_by_id_or_name() -> None:
    first = here("import_file", SAMPLES / "legacy_products.csv", "--dataset", "Move", "--json").json["dataset"]
    assert here("profile_data", first, "--json").json == here("profile_data", "Move", "--json").json
    assert "There is no dataset 'Nowhere'." in here("profile_data", "Nowhere").complaint
    assert "There is no dataset '²'." in here("profile_data", "²").complaint
    other = Dataset.objects.create(name="Move", owner=UserFactory())
    assert "Several datasets are called 'Move'" in here("profile_data", "Move").complaint
    assert here("profile_data", other.pk).status == 0
    numbered = Dataset.objects.create(name=str(first))
    assert f"use {numbered.pk} or 'Move'" in here("profile_data", first).complaint


def test_a_dataset_of_an_owner() -> None:
    owner = UserFactory(username="ann", time_zone="Europe/Brussels")
    file = SAMPLES / "legacy_products.csv"
    first = here("import_file", file, "--dataset", "Move", "--owner", "ann", "--odoo", "17", "--json").json
    dataset = Dataset.objects.get(pk=first["dataset"])
    assert (dataset.owner, dataset.odoo_version, dataset.time_zone) == (owner, "17.0", "Europe/Brussels")
    assert here("import_file", file, "--dataset", "Free", "--json").json["dataset"] != dataset.pk
    assert Dataset.objects.get(name="Free").owner is None


def test_a_file_of_the_same_name_is_a_new_version(tmp_path: Path) -> None:
    mission(tmp_path)
    before = recipes.dump(recipe_of(Dataset.objects.get()))
    (file,) = written(tmp_path, {"customers.csv": MISSION_CUSTOMERS + "Gamma,GAM003,g@gamma.com,555 222 3333,VIP\n"})
    assert here("import_file", file, "--dataset", "Move", "--odoo", "18.0", "--json").json["sheets"][0]["rows"] == 3
    assert sorted(SourceFile.objects.values_list("version", "current")) == [(1, False), (2, True)]
    assert recipes.dump(recipe_of(Dataset.objects.get())) == before
    said = here("export_odoo_migrate", "Move", "--output", tmp_path / "out", "--json").json
    assert said["sheets"][0]["rows_out"] == 3


def test_an_older_file_that_is_read_late_does_not_replace_a_newer_one(tmp_path: Path) -> None:
    mission(tmp_path)
    dataset = Dataset.objects.get()
    older = services.store_file(dataset=dataset, upload=ContentFile(MISSION_CUSTOMERS.encode()), name="customers.csv")
    (file,) = written(tmp_path, {"customers.csv": MISSION_CUSTOMERS + "Gamma,GAM003,g@gamma.com,555 222 3333,VIP\n"})
    assert here("import_file", file, "--dataset", "Move").status == 0
    file_import.read(older, None)
    assert SourceFile.objects.get(current=True).version == 3
    assert dataset.sheets.get().rows == 3


def test_titles_that_changed_are_named_with_the_likeliest_new_ones(tmp_path: Path) -> None:
    mission(tmp_path)
    changed = MISSION_CUSTOMERS.replace("Phone", "Phone No.").replace("Email", "E-Mail")
    file, recipe = written(tmp_path, {"customers.csv": changed, "recipe.yml": MISSION_RECIPE})
    assert here("import_file", file, "--dataset", "Move").status == 0
    for said in (
        here("export_odoo_migrate", "Move", "--output", tmp_path / "out"),
        here("recipe", "apply", "Move", recipe),
        here("clean", file, recipe, "--output", tmp_path / "out"),
    ):
        assert "'Email' (now perhaps 'E-Mail')" in said.complaint
        assert "'Phone' (now perhaps 'Phone No.')" in said.complaint
    assert not (tmp_path / "out").exists()


def test_the_bundle_goes_to_export_zip_where_nothing_is_said(tmp_path: Path, monkeypatch) -> None:
    mission(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert here("export_odoo_migrate", "Move", "--json").json["output"] == "export.zip"
    assert zipfile.is_zipfile(tmp_path / "export.zip")


def test_a_project_is_replaced_and_what_the_loader_put_beside_it_stays(tmp_path: Path) -> None:
    mission(tmp_path)
    runs = tmp_path / "out" / "runs" / "1"
    for _ in range(2):
        assert here("export_odoo_migrate", "Move", "--output", tmp_path / "out").status == 0
        runs.mkdir(parents=True, exist_ok=True)
    assert runs.is_dir()
    assert not list(tmp_path.glob(".out*"))
