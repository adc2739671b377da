"""Import all of the engine and clean a sample into OUTPUT where no Django can be imported.

Run as `python -m tests.without_django OUTPUT`.
"""

from __future__ import annotations

import importlib
import sys
from importlib.abc import MetaPathFinder
from pathlib import Path

from tests.imports import modules

REFUSED = ("django", "ninja", "csp", "template_partials", "migrator", "profiling", "mapping", "exporting")


class Refusing(MetaPathFinder):
    """Refuses Django, what belongs to it and our own apps, as if none were installed."""

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> None:
        if fullname.startswith(REFUSED):
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)


def main(output: Path) -> None:
    sys.meta_path.insert(0, Refusing())
    for module in sorted(modules()):
        if module.partition(".")[0] == "engine":
            importlib.import_module(module)
    from engine.bundle import clean_files
    from tests.sample_recipes import FILES, SAMPLES, sample_recipe

    name = "messy_customers"
    report = clean_files([SAMPLES / file for file in FILES[name]], sample_recipe(name), output)
    print(report.sha256)  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]))
