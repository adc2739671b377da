"""Fields that stand together in sheets: addresses, ways to reach someone, prices, codes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from engine.match.match_files import load


@cache
def _groups() -> Mapping[str, str]:
    return {field: group for group, entry in load("groups").items() for field in entry["fields"].split()}


def group_of(field: str) -> str:
    """The group of a field, "" for most."""
    return _groups().get(field, "")


@cache
def group_words(group: str) -> frozenset[str]:
    """Words that say little in titles of a group's fields: "address" in "Address: City"."""
    return frozenset(load("groups")[group]["words"].split()) if group else frozenset()


def stands_together(group: str) -> bool:
    """Whether a neighbour of the group makes a doubtful column likelier to belong to it."""
    return bool(group) and bool(load("groups")[group]["beside"])
