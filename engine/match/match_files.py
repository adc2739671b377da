"""The data files beside this package, read once."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any

import yaml

_loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@cache
def load(name: str) -> dict[str, Any]:
    """The mapping in `<name>.yml`."""
    text = resources.files(__package__).joinpath(f"{name}.yml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.load(text, Loader=_loader)  # noqa: S506 - a safe loader either way
    return found


def names(folder: str) -> list[str]:
    """The files of a folder as `load` takes them, in order."""
    inside = resources.files(__package__).joinpath(folder).iterdir()
    return sorted(f"{folder}/{file.name.removesuffix('.yml')}" for file in inside if file.name.endswith(".yml"))
