"""The bundles of the samples and of drawn workbooks are byte for byte what they were: a change of one is a decision.

`tests/data/bundle_hashes.json` holds the SHA-256 of each, or "refused" where the recipe stops the export. After a
change that is meant, `python -m tests.bundle_hashes` writes it anew; the changelog then says which differ and why.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bundle_hashes import DRAWN, KNOWN, SAMPLE_BUNDLES, drawn_bundle, sample_bundle


@pytest.mark.parametrize("name", SAMPLE_BUNDLES)
def test_sample_bundles_are_what_they_were(name: str, tmp_path: Path) -> None:
    assert sample_bundle(name, tmp_path) == KNOWN[name]


@pytest.mark.parametrize("seed", DRAWN)
def test_drawn_bundles_are_what_they_were(seed: int, tmp_path: Path) -> None:
    assert drawn_bundle(seed, tmp_path) == KNOWN[f"drawn {seed}"]
