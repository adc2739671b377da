"""Read the YAML files beside this package, each once and when it is first asked for."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any

import yaml

# LibYAML reads the word lists about ten times faster where it is compiled in.
_loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@cache
def load(name: str) -> dict[str, Any]:
    """Return the mapping in `<name>.yml`."""
    text = resources.files(__package__).joinpath(f"{name}.yml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.load(text, Loader=_loader)  # noqa: S506 - a safe loader either way
    return found


def names(folder: str) -> list[str]:
    """Return the files of a folder, named as `load` takes them, in order."""
    found = []
    for file in resources.files(__package__).joinpath(folder).iterdir():
        if file.name.endswith(".yml"):
            found.append(f"{folder}/{file.name.removesuffix('.yml')}")
    return sorted(found)
