"""Findings about addresses whose parts share a cell, and that their fix makes columns which lose nothing."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from engine.clean import SheetRun
from engine.profile.profile_results import FindingFacts
from engine.recipe import ColumnRecipe, Recipe, SheetRecipe, StepSpec
from engine.values.addresses.address_titles import read_title
from tests.drawn_addresses import draw, draw_town
from tests.small_profiles import finding, profiled
from tests.small_working_files import working_file

TOWNS = [
    "20457 Hamburg",
    "D-28757 Bremen",
    "04109 Leipzig",
    "A-1020 Wien",
    "NL-9712 CP Groningen",
    "27283 Verden (Aller)",
]


def split(
    folder: Path, columns: Mapping[str, Sequence[str]], found: FindingFacts, country: str
) -> dict[str, list[str]]:
    """The table with the step of a finding."""
    assert found.fix is not None
    assert found.column is not None
    step = StepSpec(found.fix.step, found.fix.params)
    sheet = SheetRecipe("Sheet", columns={found.column: ColumnRecipe((step,))})
    rows = list(zip(*columns.values(), strict=True))
    (folder / "again").mkdir()
    run = SheetRun(working_file(folder / "again", list(columns), rows), sheet, Recipe(country=country))
    [batch] = run.batches()
    return batch.after.to_pydict()


@pytest.mark.parametrize(
    ("title", "parts", "of"),
    [
        ("PLZ / Ort", {"zip", "city"}, ""),
        ("Anschrift PLZ / Ort", {"zip", "city"}, ""),
        ("City, State ZIP", {"zip", "city"}, ""),
        ("Code postal / Ville", {"zip", "city"}, ""),
        ("CAP/Città", {"zip", "city"}, ""),
        ("CP y población", {"zip", "city"}, ""),
        ("Postcode en plaats", {"zip", "city"}, ""),
        ("Adresse", {"address"}, ""),
        ("POAddressLine1", {"line"}, "PO"),
        ("SAPostalCode", {"zip"}, "SA"),
        ("Shipping Address Line 2", {"line"}, "Shipping"),
        ("Lieferadresse", {"address"}, "Lieferadresse"),
        ("Contact", set(), "Contact"),
    ],
)
def test_titles_say_which_part_of_which_address(title, parts, of):
    found = read_title(title)
    assert (set(found.parts), found.of) == (parts, of)


def test_a_postal_code_and_its_town_become_columns_without_asking(tmp_path):
    columns = {"Name": list("abcdef"), "PLZ / Ort": TOWNS}
    found = finding(profiled(tmp_path, columns, country="DE"), "zip_and_town")
    assert found.message == "6 cells hold a postal code and a town"
    assert (found.safe, found.rows) == (True, [2, 3, 4, 5, 6, 7])
    out = split(tmp_path, columns, found, "DE")
    assert out["ZIP"] == ["20457", "28757", "04109", "1020", "9712 CP", "27283"]
    assert out["City"] == ["Hamburg", "Bremen", "Leipzig", "Wien", "Groningen", "Verden (Aller)"]
    assert out["Country"] == ["DE", "DE", "DE", "AT", "NL", "DE"]
    assert out["PLZ / Ort"] == TOWNS


def test_a_town_in_the_column_of_postal_codes(tmp_path):
    columns = {"Name": list("abc"), "PLZ": ["93047 Regensburg", "28195 Bremen", "20457 Hamburg"]}
    found = finding(profiled(tmp_path, columns, country="DE"), "zip_and_town")
    assert (found.column, found.safe, found.count) == ("PLZ", True, 3)


def test_a_postal_code_beside_a_town_that_has_its_own_column_is_not_decided(tmp_path):
    columns = {"PLZ": ["93047 Regensburg", "28195 Bremen", "20457 Altona"], "Ort": ["Regensburg", "", "Hamburg"]}
    found = finding(profiled(tmp_path, columns, country="DE"), "zip_and_town")
    assert not found.safe
    out = split(tmp_path, columns, found, "DE")
    assert out["ZIP"] == ["93047", "28195", ""]
    assert out[found.fix.params["city_to"]] == ["Regensburg", "Bremen", "20457 Altona"]


@pytest.mark.parametrize("country", ["US", "GB", "DE", "FR", "ES", "IT", "PL"])
def test_whole_addresses_become_columns(tmp_path, country):
    rng = random.Random(country)
    drawn = [draw(country, rng) for _ in range(40)]
    columns = {"Name": [str(number) for number in range(40)], "Address": [one.text for one in drawn]}
    found = finding(profiled(tmp_path, columns, country=country), "whole_addresses")
    assert found.message == "40 cells hold a whole address: street, postal code and town"
    assert found.safe
    out = split(tmp_path, columns, found, country)
    assert out["ZIP"] == [one.zip if zip_ else "" for one, zip_ in zip(drawn, out["ZIP"], strict=True)]
    assert sum(map(bool, out["ZIP"])) >= 36
    for zip_, street, one in zip(out["ZIP"], out["Street"], drawn, strict=True):
        assert zip_ or street.replace(", ", "") in one.text.replace("\n", "").replace(", ", "").replace("; ", "")


@pytest.mark.parametrize("country", ["US", "CA", "GB", "AT", "NL", "SE"])
def test_town_lines_of_other_countries(tmp_path, country):
    rng = random.Random(country)
    columns = {"City, State ZIP": [draw_town(country, rng).text for _ in range(30)]}
    found = finding(profiled(tmp_path, columns, country=country), "zip_and_town")
    assert (found.safe, found.count) == (True, 30)


XERO = {
    "*ContactName": ["a", "b", "c", "d"],
    "POAddressLine1": ["29 Station Parade", "62 Market Place, Leeds", "Suite 2", "8 rue des Forges"],
    "POAddressLine2": ["Skipton BD4 6DZ", "LS1 7AX", "68 Mill Lane", ""],
    "POCity": ["", "", "Sheffield", "Autun"],
    "PORegion": ["", "", "South Yorkshire", ""],
    "POPostalCode": ["", "", "S2 1AS", "71400"],
    "POCountry": ["", "", "UK", "France"],
}


def test_towns_in_the_lines_of_a_street(tmp_path):
    found = finding(profiled(tmp_path, XERO, country="GB"), "town_in_address_lines")
    assert found.message == "In 2 rows the town and the postal code are in POAddressLine1 and POAddressLine2"
    assert (found.safe, found.rows, found.column) == (True, [2, 3], "POAddressLine1")
    out = split(tmp_path, XERO, found, "GB")
    assert out["PO Street"] == ["29 Station Parade", "62 Market Place", "Suite 2", "8 rue des Forges"]
    assert out["PO Street 2"] == ["", "", "68 Mill Lane", ""]
    assert out["PO ZIP"] == ["BD4 6DZ", "LS1 7AX", "S2 1AS", "71400"]
    assert out["PO City"] == ["Skipton", "Leeds", "Sheffield", "Autun"]
    assert out["PO State"] == ["", "", "GB-V3", ""]
    assert out["PO Country"] == ["GB", "GB", "GB", "FR"]


@pytest.mark.parametrize(
    "columns",
    [
        {"Straße": ["Hauptstr. 5", "Am Wall 3", "Ring 7"], "PLZ": ["93047", "28195", "20457"], "Ort": list("ABC")},
        {"Address": ["Hauptstr. 5", "Am Wall 3", "Postfach 12 34"]},
        {"Address": ["10.0.0.1", "10.0.0.2", "fe80::1"]},
        {"Email Address": ["a@b.de", "c@d.de", "e@f.de"]},
        {"Ort": ["Hamburg", "Berlin", "Bremen"]},
        {"PLZ": ["93047", "28195", "1067"], "Stadt": ["Regensburg", "Bremen", "Dresden"]},
        {"Artikel": ["12345 Schraube", "12346 Mutter", "12347 Bolzen"]},
        {"Location": ["Lager 1", "Lager 2", "Lager 3"]},
    ],
)
def test_what_is_no_shared_cell_is_not_named(tmp_path, columns):
    profile = profiled(tmp_path, columns, country="DE")
    for slug in ("zip_and_town", "whole_addresses", "town_in_address_lines"):
        assert finding(profile, slug) is None


def test_new_columns_have_names_that_are_free(tmp_path):
    columns = {"PLZ/Ort": TOWNS, "City": list("abcdef"), "Country": ["x"] * 6}
    found = finding(profiled(tmp_path, columns, country="DE"), "zip_and_town")
    assert found.fix.params["city_to"] == "Address City"
    made = {title for name, title in found.fix.params.items() if name.endswith("_to")}
    assert made.isdisjoint(columns)


def test_lines_of_a_letter_below_the_name_that_it_goes_to(tmp_path):
    columns = {
        "Bill to 1": ["Pennine Bakery & Sons", "Northgate Ltd", "Harbour Inc"],
        "Bill to 2": ["12 Main St", "5 Elm Ave", "Suite 3"],
        "Bill to 3": ["Boston, MA 02110", "Reno, NV 89501", "7 Oak St"],
        "Bill to 4": ["", "", "Salem, OR 97301"],
    }
    found = finding(profiled(tmp_path, columns, country="US"), "town_in_address_lines")
    assert (found.column, found.safe, found.count) == ("Bill to 2", True, 3)
    out = split(tmp_path, columns, found, "US")
    assert out["Bill to City"] == ["Boston", "Reno", "Salem"]
    assert out["Bill to Street"] == ["12 Main St", "5 Elm Ave", "7 Oak St"]
    assert out["Bill to Street 2"] == ["", "", "Suite 3"]


def test_some_whole_addresses_among_streets_are_named_and_asked(tmp_path):
    columns = {"Adresse": ["Hauptstr. 5", "Am Wall 3", "Ring 7, 28195 Bremen", "Damm 9"]}
    found = finding(profiled(tmp_path, columns, country="DE"), "whole_addresses")
    assert (found.rows, found.safe) == ([4], False)
    out = split(tmp_path, columns, found, "DE")
    assert out["Street"] == ["Hauptstr. 5", "Am Wall 3", "Ring 7", "Damm 9"]
    assert out["City"] == ["", "", "Bremen", ""]
