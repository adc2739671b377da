"""The SHA-256 of bundles that must not change by accident; `python -m tests.bundle_hashes` records them anew."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from engine.bundle import ProblemsFound, build, read_sheets
from engine.recipe import Recipe, load
from odoo_migrate.catalog import VERSIONS
from tests.drawn_workbooks import drawn
from tests.sample_recipes import FILES, SAMPLES, sample_recipe
from tests.small_bundles import written

RECORDED = Path(__file__).parent / "data" / "bundle_hashes.json"
KNOWN: dict[str, str] = json.loads(RECORDED.read_text(encoding="utf-8"))
DRAWN = range(150)
SAMPLE_BUNDLES = tuple(f"{name} {version}" for name in FILES for version in VERSIONS)


def sample_bundle(name: str, directory: Path) -> str:
    """Return the SHA-256 of the bundle of a sample, named like "aggregated 18.0"."""
    stem, version = name.rsplit(" ", 1)
    return _sha256([SAMPLES / file for file in FILES[stem]], sample_recipe(stem, version), directory)


def drawn_bundle(seed: int, directory: Path) -> str:
    """Return the SHA-256 of the bundle of a drawn workbook, or "refused"."""
    one = drawn(seed)
    return _sha256(written(directory / "files", one.files), load(one.recipe), directory)


def _sha256(files: Sequence[Path], recipe: Recipe, directory: Path) -> str:
    with read_sheets(files, recipe) as sheets:
        try:
            return build(sheets, recipe, directory / "bundle.zip").sha256
        except ProblemsFound:
            return "refused"


def main() -> None:
    """Write the file of hashes and name those that changed."""
    found = {}
    for name in [*(f"drawn {seed}" for seed in DRAWN), *SAMPLE_BUNDLES]:
        with tempfile.TemporaryDirectory() as directory:
            word, _, seed = name.partition(" ")
            one = drawn_bundle(int(seed), Path(directory)) if word == "drawn" else sample_bundle(name, Path(directory))
        found[name] = one
        if KNOWN.get(name) != one:
            sys.stdout.write(f"{name}: {KNOWN.get(name)} -> {one}\n")
    RECORDED.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
