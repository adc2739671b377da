"""Say in which fields records may not form a circle."""

from __future__ import annotations

_PARENT = {"stock.location": "location_id"}
_CIRCLES_ALLOWED = frozenset({"hr.employee", "mail.message"})  # no constraint forbids that two manage each other


def forbids_circles(model: str, column: str) -> bool:
    """Return whether Odoo refuses circles of records through `column` (an import name).

    Holds in Odoo 16 to 19.
    """
    return model not in _CIRCLES_ALLOWED and column == f"{_PARENT.get(model, 'parent_id')}/id"


def own_parent(label: str) -> str:
    """Return what is wrong with a record that names itself in the field called `label`."""
    return f"it is its own '{label}'"


def comes_back(label: str) -> str:
    """Return what is wrong with a record that is its own ancestor through the field called `label`."""
    return f"through '{label}' it comes back to itself"
