"""Files from the field in which values look like something that their titles rule out."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.bundle.lookup_tables import shipped_ids
from engine.clean import SheetRun
from engine.clean.measured_again import fix_safely
from engine.detectors import DETECTORS
from engine.profile.profile_results import FindingFacts
from engine.profile.sheet_profiler import profile_sheet
from engine.readers import open_source
from engine.recipe import Recipe, SheetRecipe
from engine.sheets.table_shape import find_table
from engine.sheets.working_file import write_working_file
from engine.values import currencies, states
from odoo_migrate import catalog
from odoo_migrate.rules.shipped_records import group_of
from tests.small_profiles import TODAY

CASES = Path(__file__).parent.parent / "data" / "cases"


def tried(folder: Path, case: str, country: str) -> tuple[list[FindingFacts], dict[str, list[str]]]:
    """The findings of a case's only sheet, and its cells after all safe fixes."""
    [path] = (CASES / case).iterdir()
    with open_source(path, path.name) as source:
        [raw] = source.sheets
        working = write_working_file(raw, find_table(raw), folder / "case.arrow")
    found = profile_sheet(working, DETECTORS, country=country, today=TODAY).findings
    recipe = Recipe(country=country)
    sheet, _ = fix_safely(working, SheetRecipe("S"), recipe, found, DETECTORS, today=TODAY)
    cells: dict[str, list[str]] = {}
    for batch in SheetRun(working, sheet, recipe).batches():
        for title in batch.after.schema.names:
            cells.setdefault(title, []).extend(batch.after.column(title).to_pylist())
    return found, cells


@pytest.mark.parametrize("country", ["DE", "US", ""])
def test_a_city_stays_one(tmp_path, country):
    found, cells = tried(tmp_path, "03-city-becomes-state", country)
    assert cells["Ort"] == ["Hamburg", "Berlin", "Bremen"]
    assert found == []


@pytest.mark.parametrize("country", ["US", ""])
def test_codes_of_states_get_the_country_of_their_row(tmp_path, country):
    found, cells = tried(tmp_path, "14-us-state-codes", country)
    assert cells["State"] == ["US-MA", "US-NY", "US-NV"]
    assert [(one.slug, one.safe) for one in found] == [("state_spellings", True)]
    for version in catalog.VERSIONS:
        assert {code.casefold() for code in cells["State"]} <= shipped_ids("res.country.state", version).keys()


def test_a_word_and_a_number_are_no_date(tmp_path):
    found, cells = tried(tmp_path, "16-word-and-number-as-date", "US")
    assert found == []
    assert cells["Product"] == ["Printer 3000", "Scanner 4500", "Lathe 2000"]


@pytest.mark.parametrize("name", ["partners", "products"])
def test_no_and_kg_and_de_are_no_countries(tmp_path, name):
    path = next(path for path in (CASES / "17-no-kg-and-de-as-countries").iterdir() if path.stem == name)
    with open_source(path, path.name) as source:
        [raw] = source.sheets
        working = write_working_file(raw, find_table(raw), tmp_path / "case.arrow")
    profile = profile_sheet(working, DETECTORS, country="US", today=TODAY)
    kinds = {facts.title: facts.kind for facts in profile.columns}
    assert kinds["Language"] == "text"
    assert kinds["Accepts Marketing"] == "boolean"
    assert not [one for one in profile.findings if "countr" in one.message]


def test_codes_that_became_dates_are_found(tmp_path):
    found, _ = tried(tmp_path, "18-sku-turned-into-a-date", "US")
    [dates] = [one for one in found if one.slug == "codes_as_dates"]
    assert (dates.rows, dates.severity) == ([3, 5], "problem")


def test_nobody_is_born_in_the_future(tmp_path):
    found, cells = tried(tmp_path, "24-two-digit-birth-years", "US")
    assert cells["Date of Birth"] == ["1958-03-25", "1964-11-30", "1971-07-19", "1945-12-28"]
    # Somebody hired in 70 was hired in 1970 or will be in 2070: this is asked.
    [asked] = [one for one in found if one.slug == "open_century"]
    assert (asked.column, asked.safe) == ("Hired", False)
    assert cells["Hired"] == ["04/01/99", "06/15/05", "01/31/12", "09/22/70"]


def test_lines_of_entries_are_no_duplicates(tmp_path):
    found, cells = tried(tmp_path, "35-journal-lines-as-duplicates", "US")
    assert "duplicates" not in {one.slug for one in found}
    assert len(cells["Account"]) == 6


@pytest.mark.parametrize("version", catalog.VERSIONS)
def test_what_steps_write_leads_to_a_record(version):
    """Every code of a state of a country of which this version has states, and every currency of a sign."""
    reference = catalog.reference(version)
    code_of = {record["xml_id"]: record["code"] for record in reference[group_of("res.country")]}
    held = {code_of[state["country_id_xml_id"]] for state in reference[group_of("res.country.state")]}
    ids = shipped_ids("res.country.state", version)
    unknown = set()
    for state in reference[group_of("res.country.state")]:
        country = code_of[state["country_id_xml_id"]]
        for written in (state["name"], state["code"]):
            code = states.code(written, country)
            if code and code.casefold() not in ids:
                unknown.add(code)
    assert unknown == set()
    assert {"US", "CA", "GB", "IN", "BR", "MX", "AU", "IT", "ES"} <= held
    signs = ["€", "£", "US$", "CHF", "zł", "Kč", "R$", "₹"]
    assert {next(iter(currencies.possible(sign))).casefold() for sign in signs} <= shipped_ids(
        "res.currency", version
    ).keys()
