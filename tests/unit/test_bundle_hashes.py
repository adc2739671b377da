"""The bundles of the samples and of drawn workbooks are byte for byte what they were: a change of one is a decision.

`tests/data/bundle_hashes.json` holds the SHA-256 of each, or "refused" where the recipe stops the export. After a
change that is meant, `python -m tests.bundle_hashes` writes it anew; the changelog then says which differ and why.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.bundle import clean_files
from engine.recipe import load
from tests.bundle_hashes import DRAWN, KNOWN, SAMPLE_BUNDLES, drawn_bundle, sample_bundle
from tests.drawn_workbooks import drawn
from tests.sample_recipes import FILES, SAMPLES, sample_recipe
from tests.small_bundles import written

# Those of the bundles that changed when the portal took over the loader's rules, and why each did.
BEFORE = json.loads(
    (Path(__file__).parents[1] / "data" / "bundle_hashes_before_rules.json").read_text(encoding="utf-8")
)
NEW_SENTENCES = (
    "is no time zone such as Europe/Brussels",
    "is a state without its country, which Odoo does not fill in",
    "has a parent and an address of its own: Odoo gives a contact its parent's address",
)


@pytest.mark.parametrize("name", SAMPLE_BUNDLES)
def test_sample_bundles_are_what_they_were(name: str, tmp_path: Path) -> None:
    assert sample_bundle(name, tmp_path) == KNOWN[name]


@pytest.mark.parametrize("seed", DRAWN)
def test_drawn_bundles_are_what_they_were(seed: int, tmp_path: Path) -> None:
    assert drawn_bundle(seed, tmp_path) == KNOWN[f"drawn {seed}"]


@pytest.mark.parametrize("name", BEFORE)
def test_a_bundle_changed_only_where_a_rule_is_new(name: str, tmp_path: Path) -> None:
    assert BEFORE[name] != KNOWN[name]
    stem, number = name.split(" ")
    if stem == "drawn":
        one = drawn(int(number))
        clean_files(written(tmp_path / "files", one.files), load(one.recipe), tmp_path / "out")
    else:
        files = [SAMPLES / file for file in FILES[stem]]
        clean_files(files, sample_recipe(stem, number), tmp_path / "out")
    told = (tmp_path / "out" / "CLEANING.md").read_text(encoding="utf-8")
    assert any(sentence in told for sentence in NEW_SENTENCES)
