"""Addresses that a contact has from its company.

Odoo overwrites the address of a contact of type "contact" with its company's when the two are tied, and leaves it
alone when it is written by itself afterwards. From version 19 on it does not: whatever is written into the contact's
address is written into the company's and into those of all its contacts (seen on a real server). So from 19 on, such
an address is never sent again: that the contact has its company's is reported, and the company keeps its own.
"""

from __future__ import annotations

from collections.abc import Iterable

from odoo_migrate.project.payload import Record
from odoo_migrate.rules.model_needs import ADDRESS, SHARED_ADDRESS_SINCE
from odoo_migrate.stages.load_order import Step


class SharedAddress:
    """Tells which cells of a step's records are their company's."""

    def __init__(self, step: Step, major: int) -> None:
        """`major`: the version of the server, 19 for "19.0"."""
        names = [name.removesuffix("/id") for name in step.fields]
        applies = step.model == "res.partner" and major >= SHARED_ADDRESS_SINCE and "parent_id" in names
        self._places = {place for place, name in enumerate(names) if name in ADDRESS} if applies else set()
        self._parent = names.index("parent_id") if applies else 0
        self._type = names.index("type") if "type" in names else None

    def among(self, record: Record, places: Iterable[int]) -> list[int]:
        """Those of `places` that hold the company's address."""
        if not self._places or not record.values[self._parent]:
            return []
        kind = "" if self._type is None else record.values[self._type].lower()
        return [place for place in places if place in self._places] if kind in ("", "contact") else []
