"""The engine computes a bundle where Django is not installed, the same as everywhere."""

from __future__ import annotations

import subprocess
import sys
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


@pytest.mark.parametrize("name", ["django", "django.conf", "django_q.tasks", "mapping.models"])
def test_django_and_the_apps_are_refused_there(name: str) -> None:
    with pytest.raises(ModuleNotFoundError):
        Refusing().find_spec(name)
