"""Findings about numbers with their unit behind them, and the step that takes it away."""

from pathlib import Path

import pytest

from engine.steps import build
from tests.converted_columns import convert
from tests.small_profiles import finding, profiled


@pytest.mark.parametrize(
    ("cells", "right"),
    [
        (["12.0 oz.", "12.0 ounce", "16.0 OZ", "12.0"], ["12.0", "12.0", "16.0", "12.0"]),
        (["500 g", "1.5 kg", "2 kg", "3 kg"], ["0.5", "1.5", "2", "3"]),
        (["10 Stk", "5 Stück", "7 St.", "12"], ["10", "5", "7", "12"]),
        (["2 heures", "3 h", "1,5 h", "4"], ["2", "3", "1,5", "4"]),
        (["0.05%", "0.066", "0.071", "0.08"], ["0.05", "0.066", "0.071", "0.08"]),
        (["5%", "0.19", "7 %", "0.07"], ["5", "19", "7", "7"]),
    ],
)
def test_numbers_with_and_without_their_unit(tmp_path: Path, cells: list[str], right: list[str]) -> None:
    found = finding(profiled(tmp_path, {"Content": cells * 5}), "units")
    assert not found.safe
    assert convert(build(found.fix.step, found.fix.params), cells).values == right


def test_units_of_several_sorts_go_to_a_column(tmp_path: Path) -> None:
    cells = ["3 pcs", "2 m", "4 kg", "5 pcs"]
    found = finding(profiled(tmp_path, {"Quantity": cells}), "units")
    assert found.message == "4 numbers have a unit behind: 'pcs', 'm' and 'kg'"
    outcome = convert(build(found.fix.step, found.fix.params), cells)
    assert outcome.values == ["3", "2", "4", "5"]
    assert outcome.added == {"Quantity unit": ["pcs", "m", "kg", "pcs"]}


@pytest.mark.parametrize(
    ("title", "cells"),
    [
        ("Weight", ["12 kg", "13 kg", "1.5 kg"]),  # all alike
        ("House number", ["12", "14 a", "3 b", "7 c", "9"]),
        ("Article no", ["1001A", "1002", "1003A"]),
        ("Payment terms", ["30 days", "14 days", "30 Tage"]),
        ("Street", ["12 Main", "14 Elm", "3 Oak"]),
        ("Rate", ["5%", "1.2", "7 %", "0.9"]),  # nobody can say what a bare number is
    ],
)
def test_what_is_no_mix_of_units(tmp_path: Path, title: str, cells: list[str]) -> None:
    assert not finding(profiled(tmp_path, {title: cells * 5}), "units")
