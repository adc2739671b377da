"""Findings about columns that hang together, and the rows that break it."""

import random
from collections.abc import Mapping, Sequence
from pathlib import Path

from engine.profile.profile_results import FindingFacts, SheetProfile
from engine.steps import build
from tests.converted_columns import convert
from tests.small_profiles import finding, profiled

TOWNS = ["Bremen", "Oldenburg", "Hannover", "Cuxhaven", "Emden", "Leer", "Aurich", "Jever", "Stade", "Celle"]
SLUGS = ("dependent_slip", "dependent_value", "dependent_gap")


def orders(lines: int = 8) -> dict[str, list[str]]:
    """Orders of 20 customers: number, name and town hang together, items and amounts do not."""
    draw = random.Random(1)
    table: dict[str, list[str]] = {"Customer No": [], "Customer": [], "Town": [], "Item": [], "Amount": []}
    for line in range(20 * lines):
        number = line % 20
        item = draw.choice(["Bolt", "Nut", "Washer", "Hinge", "Lock", "Key"])
        row = (f"K-10{number:02}", f"{TOWNS[number % 10]} Works {chr(65 + number)} Ltd", TOWNS[number // 2], item)
        for title, cell in zip(table, (*row, f"{draw.randint(1, 900)}.50"), strict=True):
            table[title].append(cell)
    return table


def broken(profile: SheetProfile) -> list[FindingFacts]:
    return [one for one in profile.findings if one.slug in SLUGS]


def mended(found: FindingFacts, table: Mapping[str, Sequence[str]]) -> list[str]:
    step = build(found.fix.step, found.fix.params)
    return convert(step, table[found.column], **{title: table[title] for title in step.reads()}).values


def test_a_clean_list_breaks_nothing(tmp_path: Path) -> None:
    assert not broken(profiled(tmp_path, orders()))


def test_a_slip_is_seen_by_its_neighbours(tmp_path: Path) -> None:
    table, right = orders(), orders()["Town"]
    table["Town"][3], table["Town"][45] = "Oldxnburg", "Hanover x"
    [found] = broken(profiled(tmp_path, table))
    assert (found.slug, found.column, found.rows, found.safe) == ("dependent_slip", "Town", [5, 47], False)
    assert found.message == (
        "2 cells are nearly what most rows with the same Customer No have: 'Oldxnburg' where they have 'Oldenburg'"
    )
    assert mended(found, table) == right


def test_another_name_and_a_gap_are_offered_what_most_rows_have(tmp_path: Path) -> None:
    table, right = orders(), orders()["Customer"]
    table["Customer"][7], table["Customer"][64] = "Something Else GmbH", ""
    other, gap = broken(profiled(tmp_path, table))
    assert (other.slug, other.rows, other.fix.step) == ("dependent_value", [9], "set_by_column")
    assert (gap.slug, gap.rows, gap.count) == ("dependent_gap", [66], 1)
    assert gap.message == "1 row has no Customer, and most rows with the same Customer No have one"
    assert mended(gap, {**table, "Customer": mended(other, table)}) == right


def test_a_second_address_is_no_mistake(tmp_path: Path) -> None:
    table = orders(12)
    table["ZIP"] = [f"2{TOWNS.index(town)}195" for town in table["Town"]]
    for row in (5, 25, 45):  # three orders of one customer went to another town, with its own zip
        table["Town"][row], table["ZIP"][row] = "Delmenhorst", "27749"
    assert not broken(profiled(tmp_path, table))


def test_two_towns_of_one_name_and_two_towns_of_one_zip(tmp_path: Path) -> None:
    towns = ["Portland"] * 9 + ["Salem"] * 9 + [town for town in TOWNS for _ in range(6)]
    states = ["OR"] * 8 + ["ME"] + ["OR"] * 8 + ["MA"] + ["NI"] * 60
    zips = ["97201"] * 9 + ["97301"] * 9 + [f"2{place // 6}195" for place in range(60)]
    towns[-1] = "Bruchhausen"  # a village under the zip of the next town
    assert not broken(profiled(tmp_path, {"City": towns, "State": states, "ZIP": zips}))


def test_lines_of_an_order_may_have_their_own_state_and_day(tmp_path: Path) -> None:
    table = orders()
    table["Order No"] = [f"A{line // 8:04}" for line in range(160)]
    table["Status"] = ["shipped" if line // 8 % 2 else "open" for line in range(160)]
    table["Shipped on"] = ["2026-03-0" + str(line // 8 % 9 + 1) for line in range(160)]
    table["Status"][17], table["Shipped on"][17], table["Shipped on"][35] = "cancelled", "", "2026-04-04"
    assert not [one for one in broken(profiled(tmp_path, table)) if one.column in ("Status", "Shipped on")]


def test_what_several_sources_tell_of_the_same_flights(tmp_path: Path) -> None:
    draw = random.Random(2)
    table: dict[str, list[str]] = {title: [] for title in ("Source", "Flight", "Departure", "Arrival", "Gate")}
    for source in range(12):
        for flight in range(30):
            cells = [
                f"site{source}",
                f"AA-{flight + 100}",
                f"{flight % 12 + 1}:10",
                f"{flight % 11 + 1}:45",
                f"B{flight}",
            ]
            for place in (2, 3, 4):
                if draw.random() < 0.15:
                    cells[place] = draw.choice(["", f"{draw.randint(1, 12)}:{draw.randint(10, 59)}"])
            for title, cell in zip(table, cells, strict=True):
                table[title].append(cell)
    found = {(one.slug, one.column) for one in broken(profiled(tmp_path, table))}
    assert {("dependent_value", "Departure"), ("dependent_gap", "Departure")} <= found


def test_steps_of_two_columns_never_read_each_other(tmp_path: Path) -> None:
    table = orders()
    table["Customer"][7], table["Customer No"][30] = "Something Else GmbH", "X-1"
    reads = {
        one.column: one.fix.params["column"]
        for one in broken(profiled(tmp_path, table))
        if one.fix and "column" in one.fix.params
    }
    assert all(reads.get(reads[column]) != column for column in reads)


def test_a_large_sheet_is_left_alone(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("engine.detectors.dependency_findings.MOST_ROWS", 100)
    table = orders()
    table["Town"][3] = "Oldxnburg"
    assert not broken(profiled(tmp_path, table))
    assert not finding(profiled(tmp_path, table), "dependent_slip")


def test_one_zip_in_two_countries_is_two_places(tmp_path: Path) -> None:
    zips = ["3000"] * 12 + [f"{1000 + place // 6}" for place in range(60)]
    towns = ["Melbourne"] * 8 + [""] * 1 + ["Leuven"] * 3 + [TOWNS[place // 6] for place in range(60)]
    countries = ["Australia"] * 8 + ["Belgium"] * 4 + ["Belgium"] * 60
    assert not broken(profiled(tmp_path, {"ZIP": zips, "Town": towns, "Country": countries}))
