"""The same files and recipe give the same bytes: in another process, with other hashes, on another day."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from tests.small_bundles import written
from tests.unit.test_bundle import SHOP, SHOP_RECIPE

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = """
import hashlib, json, sys
from pathlib import Path
from engine.bundle import build, read_sheets
from engine.recipe import load
out, recipe, *files = map(Path, sys.argv[1:])
with read_sheets(files, load(recipe.read_text())) as sheets:
    report = build(sheets, load(recipe.read_text()), out)
print(json.dumps([report.sha256, hashlib.sha256(out.read_bytes()).hexdigest()]))
"""


def exported(out: Path, recipe: Path, files: list[Path], seed: str) -> str:
    """The SHA-256 of a bundle that a new process builds."""
    command = [sys.executable, "-c", SCRIPT, str(out), str(recipe), *map(str, files)]
    environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": "Asia/Tokyo" if seed == "1" else "UTC"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    told, real = json.loads(done.stdout)
    assert told == real
    return str(real)


def test_two_processes_give_the_same_bytes(tmp_path: Path) -> None:
    files = written(tmp_path / "files", SHOP)
    (recipe,) = written(tmp_path, {"recipe.yml": SHOP_RECIPE})
    first = exported(tmp_path / "a" / "one.zip", recipe, files, "1")
    for path in files:
        os.utime(path, (time.time() - 9e6,) * 2)
    assert exported(tmp_path / "b" / "two.zip", recipe, files, "2") == first
