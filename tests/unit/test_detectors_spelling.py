"""Findings about spellings: legal forms and umlauts, and slips of the pen beside a value that comes again and again."""

from pathlib import Path

import pytest

from engine.steps import build
from engine.values import company_names
from tests.converted_columns import convert
from tests.small_profiles import finding, profiled


@pytest.mark.parametrize(
    "names",
    [
        ("Müller GmbH", "Mueller G.m.b.H.", "MÜLLER Gmbh", "Muller Gesellschaft mit beschränkter Haftung"),
        ("Weber GmbH & Co. KG", "Weber Gmbh u. Co KG", "WEBER GMBH UND CO.KG"),
        ("Thornlow Cycles Ltd", "Thornlow Cycles Limited", "Thornlow Cycles, Ltd."),
        ("Dupont S.A.", "Dupont Soc. Anon.", "DUPONT SA"),
        ("Rossi S.r.l.", "Rossi SRL", "Rossi Società a responsabilità limitata"),
        ("Bakker B.V.", "Bakker BV", "Bakker b.v."),
        ("Silva Lda", "Silva, Limitada", "SILVA LDA."),
        ("Sørensen A/S", "Soerensen a/s"),
        ("Hünecke & Söhne", "Huenecke und Soehne"),
    ],
)
def test_one_firm_in_several_spellings(tmp_path: Path, names: tuple[str, ...]) -> None:
    found = finding(profiled(tmp_path, {"Company": [*names, "Another Firm"]}), "spelling")
    assert found.fix.step == "map_values"
    assert set(found.fix.params["pairs"].values()) == {names[0]}
    assert found.count == len(names) - 1
    assert not found.safe


@pytest.mark.parametrize(
    "names",
    [
        ("Thornlow Cycles Ltd", "Thornlow Cycles (Wharfe) Ltd"),
        ("Müller GmbH", "Müller AG", "Müller Bau GmbH"),
        ("Dupont SA", "Dupond SA"),
        ("North Star Ltd", "North Star Inc"),
    ],
)
def test_firms_whose_names_differ_are_not_one(tmp_path: Path, names: tuple[str, ...]) -> None:
    assert not finding(profiled(tmp_path, {"Company": names}), "spelling")


def test_people_keep_their_umlauts(tmp_path: Path) -> None:
    assert not finding(profiled(tmp_path, {"Contact person": ["Peter Müller", "Peter Mueller", "Ann Lee"]}), "spelling")


def test_the_law_chooses_the_capitals_of_a_form(tmp_path: Path) -> None:
    assert company_names.lawful("Müller Gmbh") == "Müller GmbH"
    assert company_names.lawful("Rossi SRL") == "Rossi S.r.l."
    assert company_names.lawful("Thornlow Cycles Ltd.") == "Thornlow Cycles Ltd."
    found = finding(profiled(tmp_path, {"Firma": ["Müller Gmbh", "Müller Gmbh", "Mueller GMBH"]}), "spelling")
    assert found.fix.params["pairs"] == {"Müller Gmbh": "Müller GmbH", "Mueller GMBH": "Müller GmbH"}


def test_a_slip_beside_a_frequent_value(tmp_path: Path) -> None:
    cells = ["Birmingham"] * 60 + ["Huntsville"] * 40 + ["Birminghxm", "Hunstville"]
    profile = profiled(tmp_path, {"City": cells})
    found = finding(profile, "rare_spelling")
    assert found.fix.params == {"pairs": {"Birminghxm": "Birmingham", "Hunstville": "Huntsville"}}
    assert (found.count, found.rows, found.safe) == (2, [102, 103], False)
    step = build(found.fix.step, found.fix.params)
    assert convert(step, cells).values[-2:] == ["Birmingham", "Huntsville"]


def test_two_letters_swapped_need_fewer_right_ones(tmp_path: Path) -> None:
    cells = ["Melbourne"] * 10 + ["Sydney"] * 10 + ["Meblourne"]
    assert finding(profiled(tmp_path, {"Town": cells}), "rare_spelling").rows == [22]


@pytest.mark.parametrize(
    ("title", "rare", "frequent"),
    [
        ("Category", "Services", "Service"),  # forms of a word
        ("City", "Cortland", "Portland"),  # another first letter
        ("Country of origin", "Austria", "Australia"),  # both are countries
        ("Storage", "Hall 12", "Hall 11"),  # numbers count
        ("Last name", "Schmitt", "Schmidt"),  # people
        ("Item", "Shirt women", "Shirt men"),  # two letters of a short word
    ],
)
def test_what_is_another_word_is_no_slip(tmp_path: Path, title: str, rare: str, frequent: str) -> None:
    assert not finding(profiled(tmp_path, {title: [frequent] * 60 + [rare]}), "rare_spelling")


def test_where_most_values_are_rare_none_is_odd(tmp_path: Path) -> None:
    cells = ["Hamburg"] * 25 + [f"Town{chr(97 + place)}berg" for place in range(26)] + ["Hamborg"] * 1
    assert not finding(profiled(tmp_path, {"City": cells}), "rare_spelling")
