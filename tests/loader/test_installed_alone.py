"""The loader is a package of its own: it works where nothing is installed but itself and what it declares."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import Distribution, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.imports import ROOT, modules

ALL = sorted(name for name in modules() if name.partition(".")[0] == "odoo_migrate" and not name.endswith("__main__"))
REFUSED = ("django", "ninja", "engine", "migrator", "profiling", "mapping", "exporting")
REFUSED += ("pandas", "polars", "pyarrow", "numpy", "openpyxl", "phonenumbers", "stdnum")
WORK = """
import importlib, json, sys
from importlib.abc import MetaPathFinder

class Refusing(MetaPathFinder):
    def find_spec(self, fullname, path=None, target=None):
        if fullname.partition(".")[0] in {refused}:
            raise ModuleNotFoundError("No module named " + repr(fullname), name=fullname)

sys.path[:0] = {paths}
sys.meta_path.insert(0, Refusing())
for module in {modules}:
    importlib.import_module(module)
import odoo_migrate
from odoo_migrate import catalog
versions = [len(catalog.load(one).names()) and len(catalog.reference(one)) for one in catalog.VERSIONS]
from odoo_migrate.cli import main
main(["--help"], prog_name="odoo-migrate", standalone_mode=False)
print(json.dumps([versions, odoo_migrate.__file__]))
"""


def declared() -> list[str]:
    """What pyproject.toml says that the loader needs."""
    return list(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"])


def needed(names: list[str]) -> dict[str, Distribution]:
    """The distributions behind those requirements, and all that they need themselves, without any extras."""
    found: dict[str, Distribution] = {}
    waiting = [Requirement(text) for text in names]
    while waiting:
        wanted = waiting.pop()
        if wanted.name.lower() in found or (wanted.marker and not wanted.marker.evaluate({"extra": ""})):
            continue
        found[wanted.name.lower()] = distribution(wanted.name)
        waiting += [Requirement(text) for text in found[wanted.name.lower()].requires or []]
    return found


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Two directories: the package as it is packed, and nothing but the libraries that it declares."""
    source, packed, libraries = (tmp_path_factory.mktemp(name) for name in ("source", "packed", "libraries"))
    shutil.copytree(ROOT / "odoo_migrate", source / "odoo_migrate", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", source)
    build = "from setuptools import setup; setup()"
    command = [sys.executable, "-W", "ignore", "-c", build, "-q", "build", "--build-lib", str(packed)]
    subprocess.run(command, cwd=source, check=True, capture_output=True, text=True)
    for one in needed(declared()).values():
        for top in {file.parts[0] for file in one.files or [] if file.parts[0] not in {"..", "__pycache__"}}:
            place = Path(str(one.locate_file(top)))
            if place.exists() and not (libraries / top).exists():
                (libraries / top).symlink_to(place)
    return [str(packed), str(libraries)]


def test_every_module_is_imported_and_the_command_answers(installed: list[str], tmp_path: Path) -> None:
    # -I and -S: neither this directory, nor variables, nor the site-packages of the tests count.
    code = WORK.format(refused=set(REFUSED), paths=installed, modules=ALL)
    command = [sys.executable, "-I", "-S", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    help_text, _, last = done.stdout.strip().rpartition("\n")
    versions, file = json.loads(last)
    assert re.search(r"^Usage: odoo-migrate", help_text)
    assert all(versions)
    assert file.startswith(installed[0])


def test_the_packed_files_are_those_of_the_tree(installed: list[str]) -> None:
    assert files_below(Path(installed[0]) / "odoo_migrate") == files_below(ROOT / "odoo_migrate")


def files_below(folder: Path) -> set[str]:
    """The files of a folder without what Python compiled."""
    found = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc")
    return {path.relative_to(folder).as_posix() for path in found}
