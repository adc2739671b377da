"""Know every detector: a class in a module of this package is all it takes.

Findings are made and shown in the order of GROUPS, within one in the order of the classes in their module.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from inspect import isabstract
from pkgutil import iter_modules

from engine.profile.detector import ColumnDetector, Detectors, SheetDetector

# Each group of findings with its heading in the users' documentation; a module that is not named here comes last.
GROUPS = {
    "sheet": "The sheet", "report": "The sheet", "duplicate": "The sheet", "text": "Text", "contact": "Contacts",
    "phone": "Contacts", "place": "Addresses", "address": "Addresses", "value": "Values", "spelling": "Values",
    "form": "Values", "dependency": "Values", "number": "Numbers and dates", "unit": "Numbers and dates",
    "date": "Numbers and dates",
    "moment": "Numbers and dates", "target": "For Odoo",
}  # fmt: skip
_SUFFIX = "_findings"


def group_of(detector: type[object]) -> str:
    """Return the group of a detector, after which its module is named: `text` for those of `text_findings`."""
    return detector.__module__.rpartition(".")[2].removesuffix(_SUFFIX)


def _found() -> Iterator[type[ColumnDetector | SheetDetector]]:
    """Yield the detectors of all modules, module by module."""
    for module in iter_modules(__path__):
        if not module.name.endswith(_SUFFIX):
            continue
        held = import_module(f"{__name__}.{module.name}")
        for one in vars(held).values():
            made_here = isinstance(one, type) and one.__module__ == held.__name__
            if made_here and issubclass(one, ColumnDetector | SheetDetector) and not isabstract(one):
                yield one


def _position(detector: type[ColumnDetector | SheetDetector]) -> int:
    group = group_of(detector)
    return [*GROUPS, group].index(group)


_ALL = sorted(_found(), key=_position)
COLUMN_DETECTORS: tuple[type[ColumnDetector], ...] = tuple(one for one in _ALL if issubclass(one, ColumnDetector))
SHEET_DETECTORS: tuple[type[SheetDetector], ...] = tuple(one for one in _ALL if issubclass(one, SheetDetector))
# What a profile is made with: the profile itself knows no detector by name.
DETECTORS = Detectors(COLUMN_DETECTORS, SHEET_DETECTORS)
