"""The engine computes a bundle where Django is not installed, the same as everywhere."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from engine.bundle import clean_files
from tests.imports import ROOT
from tests.sample_recipes import FILES, SAMPLES, sample_recipe
from tests.without_django import Refusing


def test_every_module_of_the_engine_is_imported_and_a_sample_cleaned_without_django(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.without_django", str(tmp_path / "alone")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    files = [SAMPLES / file for file in FILES["messy_customers"]]
    assert done.stdout.strip() == clean_files(files, sample_recipe("messy_customers"), tmp_path / "here").sha256


ALONE = """
import importlib.util, runpy, sys
sys.path[:0] = [{environment!r}]
assert importlib.util.find_spec("django") is importlib.util.find_spec("exporting") is None
sys.argv = ["without_django", {output!r}]
runpy.run_module("tests.without_django", run_name="__main__")
"""


def test_the_engine_works_in_an_environment_without_django(tmp_path: Path) -> None:
    environment, output = tmp_path / "environment", tmp_path / "alone"
    environment.mkdir()
    for entry in Path(sysconfig.get_paths()["purelib"]).iterdir():
        if not entry.name.lower().startswith(("django", "ninja", "csp", "template_partials", "__editable__")):
            (environment / entry.name).symlink_to(entry)
    for name in ("engine", "odoo_migrate", "tests"):
        (environment / name).symlink_to(ROOT / name)
    # -I and -S: neither this directory, nor variables, nor the site-packages of the tests count.
    code = ALONE.format(environment=str(environment), output=str(output))
    command = [sys.executable, "-I", "-S", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (output / "MANIFEST.json").exists()


@pytest.mark.parametrize("name", ["django", "django.conf", "django_q.tasks", "mapping.models"])
def test_django_and_the_apps_are_refused_there(name: str) -> None:
    with pytest.raises(ModuleNotFoundError):
        Refusing().find_spec(name)
