"""Asking a command for help is quick: what takes long to import is imported when there is work to do."""

import subprocess
import sys

import pytest

from tests.imports import ROOT

# What reads, computes and writes: seconds to import, and none of it says which arguments a command takes.
HEAVY = ("engine", "numpy", "pandas", "phonenumbers", "polars", "pyarrow")
COMMANDS = sorted(path.stem for path in ROOT.glob("*/management/commands/[a-z]*.py"))
ASK = """
import runpy, sys
sys.argv = ["manage.py", sys.argv[1], "--help"]
try:
    runpy.run_path("manage.py", run_name="__main__")
except SystemExit as end:
    assert not end.code
print("LOADED", *sorted({name.partition(".")[0] for name in sys.modules}))
"""


@pytest.mark.parametrize("command", COMMANDS)
def test_help_needs_nothing_that_computes(command):
    asked = subprocess.run([sys.executable, "-c", ASK, command], cwd=ROOT, capture_output=True, text=True, check=True)
    help_text, _, loaded = asked.stdout.partition("LOADED")
    assert f"manage.py {command}" in help_text
    assert not set(HEAVY) & set(loaded.split())
