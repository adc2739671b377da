"""Findings about cells that are not written like the others of their column."""

from pathlib import Path

import pytest

from tests.small_profiles import finding, profiled

TIMES = [f"{hour}:{minute} {half}.m." for hour in range(1, 9) for minute in (10, 45) for half in "ap"]


@pytest.mark.parametrize(
    ("title", "usual", "odd"),
    [
        ("Departure", TIMES, ["10:39aDec 1", "12/01 7:10 a.m.", "Contact Airline"]),
        ("Provider no", [f"{number}" for number in range(10001, 10060)], ["1x032", "100l9"]),
        ("Size", [f"{number} x {number + 9}" for number in range(10, 60)], ["12 by 14", "10 x ten"]),
        ("Patients", [f"{number} patients" for number in range(10, 60)], ["xx patients"]),
    ],
)
def test_cells_of_another_form(tmp_path: Path, title: str, usual: list[str], odd: list[str]) -> None:
    found = finding(profiled(tmp_path, {title: [*usual, *odd]}), "other_form")
    assert (found.rows, found.severity) == ([len(usual) + 2 + place for place in range(len(odd))], "info")


@pytest.mark.parametrize(
    ("title", "cells"),
    [
        ("Street", [f"{number} {name} Street" for number, name in enumerate(["Oak", "Elm", "High", "Mill"] * 8)]),
        ("Article", [f"A-{number}" for number in range(100, 140)] + ["A-100-XL", "B7"]),  # codes may differ
        ("Reference", [f"PO {number}" for number in range(100, 140)] + ["Price difference"]),
        ("Name", [f"Depot {number}" for number in range(100, 140)] + ["Harbour"]),
    ],
)
def test_what_may_differ(tmp_path: Path, title: str, cells: list[str]) -> None:
    assert not finding(profiled(tmp_path, {title: cells}), "other_form")


def test_a_word_beside_a_number_is_a_slip(tmp_path: Path) -> None:
    cells = [f"{number} patients" for number in range(100, 160)] + ["21 pxtients", "1,300 patiennts"]
    found = finding(profiled(tmp_path, {"Sample": cells}), "rare_spelling")
    assert found.fix.params == {"pairs": {"21 pxtients": "21 patients", "1,300 patiennts": "1,300 patients"}}
