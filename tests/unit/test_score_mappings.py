"""How often suggestions are right: the table, and the same by the way that people take from the shell."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from tests.portal_shell import here

HEADERS = Path(__file__).parents[1] / "data" / "headers.json"
SHEETS: list[dict[str, Any]] = json.loads(HEADERS.read_text(encoding="utf-8"))


def test_the_table_of_suggestions() -> None:
    said = here("score_mappings", "--json").json
    assert (said["titles"], said["models"], len(said["sheets"])) == (148, 12, 12)
    assert said["share"] >= 0.9
    assert said["models_right"] >= 10
    assert said["right"] == sum(sheet["right"] for sheet in said["sheets"])
    table = here("score_mappings", HEADERS.with_name("headers_more.json")).out
    assert "hubspot, contacts" in table
    assert f" of {len(all_titles('headers_more'))} titles right (" in table


def all_titles(name: str) -> list[str]:
    sheets = json.loads(HEADERS.with_name(f"{name}.json").read_text(encoding="utf-8"))
    return [column["header"] for sheet in sheets for column in sheet["columns"]]


def test_title_lists_that_cannot_be_read(tmp_path: Path) -> None:
    file = tmp_path / "titles.json"
    for text, complaint in (
        ("[", "this is not valid JSON"),
        ("[1]", "holds no list of sheets"),
        ('[{"model": "no.such", "system": "x", "sheet": "y", "columns": []}]', "no model 'no.such'"),
    ):
        file.write_text(text)
        assert complaint in here("score_mappings", file).complaint
    assert "There is no file" in here("score_mappings", tmp_path / "nowhere.json").complaint


def imported(sheet: dict[str, Any], folder: Path) -> str:
    """The sheet's titles and values as an uploaded CSV; the name of its dataset."""
    name = f"{sheet['system']} {sheet['sheet']}"
    columns = sheet["columns"]
    path = folder / f"{sheet['sheet']}.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(column["header"] for column in columns)
        writer.writerows(zip(*(column["values"] for column in columns), strict=True))
    assert here("import_file", path, "--dataset", name).status == 0
    return name


@pytest.mark.django_db(transaction=True)
def test_suggestions_by_the_way_that_people_take(tmp_path: Path) -> None:
    right, models, total = 0, 0, 0
    for sheet in SHEETS:
        name = imported(sheet, tmp_path)
        models += here("suggest_mappings", name, "--json").json["sheets"][0]["model"] == sheet["model"]
        [given] = here("suggest_mappings", name, "--model", sheet["model"], "--json").json["sheets"]
        got = {column["header"]: column["field"] for column in given["columns"]}
        right += sum(got[column["header"]] in (column["fields"] or [None]) for column in sheet["columns"])
        total += len(sheet["columns"])
    assert right >= 0.9 * total
    assert models >= 10


def test_what_a_change_of_a_weight_does() -> None:
    said = here("score_mappings", "--weight", "least_score=2", "--json").json
    assert said["weights"] == {"least_score": 2}
    assert said["after"]["right"] == said["before"]["without_field"]
    assert sum(system["titles"] for system in said["systems"]) == 148
    assert said["mean_gain"] < -2 * said["error_of_gain"] < 0
    assert {title["after"] for title in said["changed"]} == {None}
    # Nothing of the change remains.
    assert said["before"].items() <= here("score_mappings", "--json").json.items()
    told = here("score_mappings", "--weight", "least_score=2").out
    assert "better in 0 of 9 systems, worse in 9" in told
    assert "noise" not in told


def test_values_around_a_weight() -> None:
    said = here("score_mappings", "--sweep", "email.few", "--json").json
    values = [entry["value"] for entry in said["values"]]
    assert said["own"] in values
    assert values == sorted(values)
    assert said["best"] == said["own"]
    assert said["cross_validated"]["mean_gain"] == 0
    assert "now" in here("score_mappings", "--sweep", "state.some").out


def test_weights_that_cannot_be_changed() -> None:
    for arguments, complaint in (
        (("--weight", "unknwn_word=0.3"), "There is no weight 'unknwn_word'; did you mean 'unknown_word'?"),
        (("--sweep", "email"), "There is no weight 'email'"),
        (("--weight", "unknown_word"), "write it as NAME=VALUE"),
    ):
        assert complaint in here("score_mappings", *arguments).complaint
    listed = here("score_mappings", "--list-weights").out
    assert "unknown_word" in listed
    assert "product_kind.some" in listed
