"""Findings about text: spaces, invisible and scrambled characters, empty words, names, spelling, lists, yes and no."""

import pytest

from engine.steps import build
from tests.converted_columns import convert
from tests.small_profiles import column, finding, messages, profiled


def test_spaces_around_and_inside(tmp_path):
    cells = ["Acme Corp", "  Beta", "Gamma ", "\u00a0Delta", "Epsilon  Ltd", "Zeta\u00a0AG", "Eta\n", ""]
    profile = profiled(tmp_path, {"Company": cells})
    around = finding(profile, "spaces", "Company")
    assert (around.count, around.message) == (4, "4 cells have spaces")
    assert around.rows == [3, 4, 5, 8]
    assert around.examples == ["  Beta", "Gamma ", "\u00a0Delta", "Eta\n"]
    assert (around.fix.step, around.safe) == ("trim", True)
    inside = finding(profile, "inner_spaces", "Company")
    assert (inside.count, inside.rows, inside.fix.step, inside.safe) == (2, [6, 7], "collapse_spaces", True)


def test_one_cell_is_said_in_the_singular(tmp_path):
    profile = profiled(tmp_path, {"Mail": ["a@b.com", " c@d.com", "e@f.com"]})
    assert finding(profile, "spaces").message == "1 email has spaces"


def test_invisible_characters(tmp_path):
    profile = profiled(tmp_path, {"Name": ["Ac\u200bme", "Zuc\u00adker", "Beta", "\u202eGamma"]})
    found = finding(profile, "invisible")
    assert found.message == "3 cells contain invisible characters"
    assert (found.rows, found.fix.step, found.safe) == ([2, 3, 5], "strip_invisible", True)


def test_an_emoji_made_of_several_signs_is_no_invisible_character(tmp_path):
    assert finding(profiled(tmp_path, {"Note": ["👩\u200d👧 ok", "❤\ufe0f"]}), "invisible") is None


def test_scrambled_letters(tmp_path):
    cells = ["schÃ¶n", "CafÃ© Roma", "Zoë", "SÃO PAULO", "DrÃ¥ber", "â‚¬ 5", "Müller"]
    found = finding(profiled(tmp_path, {"Name": cells}), "scrambled")
    assert found.message == "3 cells have scrambled letters (Ã¶)"
    assert (found.rows, found.fix.step, found.safe) == ([2, 3, 7], "fix_mojibake", False)


def test_codes_and_tags_of_web_pages(tmp_path):
    cells = ["Smith &amp; Sons", "R&D", "one<br>two", "a < b", "<info@acme.com>", "<b>bold</b>"]
    profile = profiled(tmp_path, {"Remark": cells})
    assert finding(profile, "web_codes").rows == [2]
    assert finding(profile, "web_tags").rows == [4, 7]
    assert finding(profile, "web_tags").fix.step == "strip_tags"


def test_formula_errors(tmp_path):
    profile = profiled(tmp_path, {"Amount": ["1", "#REF!", "2", "#DIV/0!", "#REF!", "#tag"]})
    found = finding(profile, "formula_errors")
    assert found.message == "3 formula errors (#REF! and #DIV/0!)"
    assert (found.count, found.rows, found.severity) == (3, [3, 5, 6], "problem")


def test_words_that_mean_empty(tmp_path):
    cells = ["N/A", "-", "none", "N/A", "good", "n/a ", "k.A.", "fine"]
    found = finding(profiled(tmp_path, {"Notes": cells}), "empty_words")
    assert found.message == "'N/A', '-', 'none', 'n/a' and 1 other mean empty 6 times"
    assert found.count == 6
    assert set(found.fix.params["words"]) == {"N/A", "-", "none", "n/a", "k.A."}
    assert not found.safe


@pytest.mark.parametrize(
    ("title", "cells"),
    [
        ("Country", ["NA", "DE", "Germany", "US"]),  # Namibia
        ("Last name", ["Null", "Smith", "Nan", "Jones"]),  # surnames
    ],
)
def test_words_that_mean_something_here(tmp_path, title, cells):
    assert finding(profiled(tmp_path, {title: cells}), "empty_words") is None


def test_several_lines(tmp_path):
    found = finding(profiled(tmp_path, {"Street": ["1 Main St\nApt. 2", "3 Oak Ave", "4 Elm St\n"]}), "several_lines")
    assert found.message == "1 cell has more than one line"
    assert (found.rows, found.severity) == ([2], "info")


def test_letters_that_were_lost(tmp_path):
    cells = ["Malm\ufffd", "inte\u0301rieur", "m\u0329dicament", "Ho\u0300a B\u00ecnh", "plain"]
    found = finding(profiled(tmp_path, {"Title": cells}), "lost_letters")
    assert found.message == "2 cells have letters that were lost when the file was made"
    assert (found.rows, found.fix, found.severity) == ([2, 4], None, "problem")


def test_names_last_first(tmp_path):
    cells = ["Smith, John", "SMITH, Anna", "Acme, Inc.", "Leach, Davis and Carroll", "Jane Doe"]
    found = finding(profiled(tmp_path, {"Contact name": cells}), "last_first")
    assert found.message == "2 names are 'Last, First'"
    assert (found.rows, found.fix.step) == ([2, 3], "name_split")


def test_particles_are_small_in_names_last_first(tmp_path):
    cells = ["von der Heide, Uta", "Bianchi, Niccolò", "Ann Lee", "acme, inc"]
    assert finding(profiled(tmp_path, {"Contatto": cells}), "last_first").rows == [2, 3]


def test_titles_of_people(tmp_path):
    cells = ["Herr Björn Köhler", "Dr. Ann Lee", "Mme Claire Petit", "Sig.ra Rossi", "Dr. Maier GmbH", "Frau", "Jo Roe"]
    found = finding(profiled(tmp_path, {"Contact person": cells}), "titles_of_people")
    assert found.message == "4 names begin with a title such as Herr, Dr. or Mrs"
    assert (found.rows, found.safe) == ([2, 3, 4, 5], False)
    outcome = convert(build(found.fix.step, found.fix.params), cells)
    assert outcome.values[:4] == ["Björn Köhler", "Ann Lee", "Claire Petit", "Rossi"]
    assert outcome.added["Contact person (title)"] == ["Herr", "Dr.", "Mme", "Sig.ra", "", "", ""]


def test_a_letter_is_a_title_beside_others(tmp_path):
    found = finding(profiled(tmp_path, {"Interlocuteur": ["M. Jean Petit", "Mme Roy", "A. Blanc"]}), "titles_of_people")
    assert (found.rows, found.fix.params["letters"]) == ([2, 3], ["M."])
    assert not finding(profiled(tmp_path, {"Contact": ["M. Night", "A. Blanc", "Ann Lee"]}), "titles_of_people")
    assert finding(profiled(tmp_path, {"Contact": ["M. Night", "Dr. Ann Lee"]}), "titles_of_people").rows == [3]


def test_goods_have_no_titles(tmp_path):
    assert not finding(profiled(tmp_path, {"Article": ["Dr. Best Brush", "Mr Muscle Cleaner"]}), "titles_of_people")


def test_names_in_capitals_or_small_letters(tmp_path):
    cells = ["Acme Corp", "BETA HOLDING", "gamma limited", "Delta Ltd", "IBM", "Müller", "MÜLLER SÖHNE"]
    found = finding(profiled(tmp_path, {"Company": cells}), "capitals")
    assert (found.rows, found.fix.step, found.safe) == ([3, 4, 8], "title_case", False)


def test_one_value_spelled_several_ways(tmp_path):
    cells = ["Möbel", "möbel ", "MÖBEL", "Möbel", "Küche", "N/A", "n.a."]
    found = finding(profiled(tmp_path, {"Gruppe": cells}), "spelling")
    assert found.message == "'Möbel' is spelled 3 ways"
    assert (found.count, found.rows, found.examples) == (2, [3, 4], ["möbel ", "MÖBEL"])
    assert found.fix.params == {"pairs": {"möbel": "Möbel", "MÖBEL": "Möbel"}}


def test_more_than_one_value_spelled_several_ways(tmp_path):
    found = finding(profiled(tmp_path, {"Unit": ["kg", "KG", "kg.", "pcs", "PCS"]}), "spelling")
    assert found.message == "'kg' is spelled 3 ways, and 1 other value is spelled more than one way"


def test_yes_and_no_in_several_words(tmp_path):
    profile = profiled(tmp_path, {"Active": ["yes", "No", "TRUE", "1", "", "N/A", "yes"]})
    found = finding(profile, "yes_no_words")
    assert found.message == "Yes and no are written in 4 ways"
    assert (found.count, found.rows, found.fix.step) == (4, [2, 3, 4, 8], "to_boolean")


def test_what_is_neither_yes_nor_no(tmp_path):
    cells = ["yes", "no"] * 20 + ["maybe"]
    found = finding(profiled(tmp_path, {"Active": cells}), "neither_yes_nor_no")
    assert found.message == "'maybe' says neither yes nor no"
    assert (found.rows, found.severity) == ([42], "problem")


def test_lists(tmp_path):
    cells = ["VIP;Retail", "VIP, Wholesale", "Retail", "VIP;Retail;Wholesale", "VIP; Retail", "VIP, Retail"]
    profile = profiled(tmp_path, {"Tags": cells})
    assert column(profile, "Tags").kind == "list"
    assert column(profile, "Tags").extra["members"] == [("VIP", 5), ("Retail", 5), ("Wholesale", 2)]
    found = finding(profile, "list_separators")
    assert (found.rows, found.fix.params) == ([3, 6, 7], {"separators": [";", ","]})


def test_clean_text_gives_no_finding(tmp_path):
    assert messages(profiled(tmp_path, {"Company": ["Acme Corp", "Beta GmbH"], "Code": ["C1", "C2"]})) == {}
