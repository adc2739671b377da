"""Read the words that truth and titles are drawn from. They are the simulator's own: the program never sees them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent / "words"


@cache
def _read(name: str) -> Any:
    return yaml.safe_load((FOLDER / f"{name}.yml").read_text(encoding="utf-8"))


def people(language: str) -> dict[str, Any]:
    """Return names, goods and report phrases of a language."""
    return dict(_read("people")[language])


def places() -> dict[str, Any]:
    """Return countries by code, with towns and the beginnings of phone numbers."""
    return dict(_read("places"))


def titles(language: str) -> dict[str, list[str]]:
    """Return what people call columns, by what these are about."""
    return dict(_read("titles")[language])


def systems() -> dict[str, Any]:
    """Return the exports of some systems, by the system's name."""
    return dict(_read("systems"))


def abouts(table: str) -> dict[str, Any]:
    """Return, by what a column is about, what is right for it in a kind of table."""
    return dict(_read("abouts")[table])


def subjects() -> dict[str, Any]:
    """Return the lists that a business has, by what they are lists of."""
    found = dict(_read("subjects"))
    del found["order"]
    return found


def column_order() -> list[str]:
    """Return what columns are about, in the order of people's lists."""
    return list(_read("subjects")["order"])
