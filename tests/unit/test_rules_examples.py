"""Rules on which portal and loader once differed, one plain example each: both say the same sentence."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml
from django.core.exceptions import ValidationError

from engine.bundle import build, read_sheets
from engine.bundle.bundle_export import ExportProgress, examine
from engine.recipe import RecipeError, load
from engine.steps.date_steps import ParseDatetime
from engine.steps.step_parameters import StepError
from migrator.models import check_time_zone
from tests.both_sides import Unfiltered, loaded
from tests.small_bundles import written


class Said(NamedTuple):
    """What both sides say of one row: the portal's reason and its sentences, the loader's sentences by level."""

    reason: str
    portal: list[str]
    errors: list[str]
    warnings: list[str]


def both(directory: Path, model: str, cells: Mapping[str, str], version: str = "18.0", **target: object) -> Said:
    """What both sides say of a record, its cells by import name; the portal's row is written whatever it says."""
    texts = {"Key": "K1", **{name.removesuffix("/id"): cell for name, cell in cells.items()}}
    fields = {name: {"source": name.removesuffix("/id")} for name in cells}
    if "parent_id/id" in fields:
        fields["parent_id/id"]["ref"] = model
    sheet = {"targets": {model: {"id": "migr.one.{Key}", "fields": fields, **target}}}
    recipe = load(yaml.safe_dump({"recipe": 1, "odoo_version": version, "sheets": {"one": sheet}}))
    lines = [",".join(texts), ",".join(texts.values())]
    if "parent_id/id" in fields:
        lines.append(",".join("K0" if title == "Key" else "Acme" if title == "name" else "" for title in texts))
    files = written(directory / "files", {"one.csv": "\n".join(lines) + "\n"})
    with read_sheets(files, recipe) as sheets:
        examined = examine(sheets, recipe, directory, ExportProgress(sheets, 1, None), keep_all=True, strict=True)
        unfiltered = Unfiltered(examined, directory / "all")
        unfiltered.write()
        found = loaded(unfiltered.root)
    return Said(
        unfiltered.reasons[0].get(0, ""),
        [one.message for one in examined.problems],
        [one.message for one in found if one.level == "error"],
        [one.message for one in found if one.level == "warning"],
    )


def test_a_state_of_another_country(tmp_path: Path) -> None:
    said = both(tmp_path, "res.partner", {"name": "Acme", "state_id/id": "US-CA", "country_id/id": "BE"})
    wrong = "belongs to United States, but the record's country is Belgium; Odoo would store it without a word"
    assert said.reason == f"'state_id' ('US-CA') {wrong}"
    assert said.errors == [f"this {wrong}."]


def test_an_unknown_time_zone(tmp_path: Path) -> None:
    said = both(tmp_path, "res.partner", {"name": "Acme", "tz": "Europe/Brussel"})
    wrong = "is no time zone such as Europe/Brussels"
    assert said.reason == f"'tz' ('Europe/Brussel') {wrong}"
    assert said.errors == [f"this {wrong}."]


@pytest.mark.parametrize("zone", ["posix/Europe/Brussels", "localtime", "Factory", "europe/brussels", "Europe"])
def test_a_setting_that_is_no_time_zone(tmp_path: Path, zone: str) -> None:
    """Some of them can be opened as files; no side takes what another refuses."""
    wrong = f"There is no time zone '{zone}'; write it like Europe/Brussels."
    recipe = {"recipe": 1, "timezone": zone, "sheets": {"one": {}}}
    with pytest.raises(RecipeError, match="t" + re.escape(wrong[1:])):
        load(yaml.safe_dump(recipe))
    with pytest.raises(StepError, match=re.escape(wrong)):
        ParseDatetime(timezone=zone)
    with pytest.raises(ValidationError, match=re.escape(wrong)):
        check_time_zone(zone)
    sheet = {"targets": {"res.partner": {"id": "migr.one.{Key}", "fields": {"name": {"source": "Key"}}}}}
    good = load(yaml.safe_dump({"recipe": 1, "timezone": "Europe/Brussels", "sheets": {"one": sheet}}))
    with read_sheets(written(tmp_path / "files", {"one.csv": "Key\nK1\n"}), good) as sheets:
        build(sheets, good, tmp_path / "bundle", unpacked=True)
    settings = tmp_path / "bundle/config/project.yml"
    settings.write_text(settings.read_text().replace("Europe/Brussels", zone))
    assert wrong in [one.message for one in loaded(tmp_path / "bundle")]


def test_what_is_no_file(tmp_path: Path) -> None:
    said = both(tmp_path, "res.partner", {"name": "Acme", "image_1920": "hello!"})
    wrong = "is not a file's content in base64"
    assert said.reason == f"'image_1920' ('hello!') {wrong}"
    assert said.errors == [f"this {wrong}."]


def test_a_day_of_the_year_0(tmp_path: Path) -> None:
    said = both(tmp_path, "crm.lead", {"name": "Lead", "date_deadline": "0000-01-01"})
    wrong = "is not a date such as 2026-01-31"
    assert said.reason == f"'date_deadline' ('0000-01-01') {wrong}"
    assert said.errors == [f"this {wrong}."]


@pytest.mark.parametrize("kind", ["", "contact"])
def test_a_child_with_an_address_of_its_own_in_odoo_19(kind: str, tmp_path: Path) -> None:
    cells = {"name": "Ann", "parent_id/id": "K0", "type": kind, "street": "Main St 1"}
    lost = "the record has a parent and an address of its own: Odoo gives a contact its parent's address"
    said = both(tmp_path / "19", "res.partner", cells, "19.0")
    assert (said.reason, said.errors) == ("", [])
    assert f"1 row: {lost}." in said.portal
    assert f"{lost}." in said.warnings
    before = both(tmp_path / "18", "res.partner", cells, "18.0")
    assert not any(lost in one for one in [*before.portal, *before.warnings])


def test_a_constant_that_makes_a_record_its_own_parent(tmp_path: Path) -> None:
    said = both(tmp_path, "res.partner", {"name": "Acme"}, values={"parent_id/id": "migr.one.K1"})
    wrong = "it is its own 'Related Company'"
    assert said.reason == f"'Key' ('K1'): {wrong}"
    assert said.errors == [f"{wrong}."]


def test_a_constant_that_names_a_record_of_another_kind(tmp_path: Path) -> None:
    said = both(tmp_path, "res.partner", {"name": "Acme"}, values={"country_id/id": "migr.one.K1"})
    wrong = "names a record of res.partner (migr.one.K1), but res.country is needed here"
    assert f"The constant 'migr.one.K1' for 'Country' {wrong}." in said.portal
    assert f"this {wrong}." in said.errors
