"""What people added to records of a run after it was loaded: with a record that is removed it would go unseen.

What Odoo makes with a record (a product's variants) bears the creator of the record and a time of the load; what its
own jobs make bears its robot. All else is somebody's, but for what was archived: since 18, that is what becomes of a
bank account that is deleted.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from odoo_migrate.odoo import server_records as server
from odoo_migrate.odoo.client import Odoo

ROBOT = 1  # the database ID of OdooBot
WHEN = "create_date"
_ASKED = (WHEN, "create_uid", "active")


@dataclass(frozen=True)
class Load:
    """Database IDs of the users who created what a run created, and when the last of it was: as Odoo writes it, in
    seconds, so that what one transaction made has one time.
    """

    creators: frozenset[int]
    last: str

    def made(self, row: Mapping[str, Any]) -> bool:
        """Whether a record, read with the fields that `telling` names, came with the load or by itself, or was
        archived.
        """
        if not row.get("active", True):
            return True
        creator = row["create_uid"][0] if row["create_uid"] else ROBOT
        return creator == ROBOT or (creator in self.creators and row["create_date"] <= self.last)


def load_of(odoo: Odoo, created: Mapping[str, Collection[int]]) -> Load:
    """The load that created these records: database IDs by model, all of them there."""
    creators: set[int] = set()
    last = ""
    for model, ids in created.items():
        for part in server.chunks(ids, server.CHUNK):
            rows = server.read(odoo, model, part, (WHEN, "create_uid")).values()
            creators.update(row["create_uid"] for row in rows if row["create_uid"])
            last = max([last, *(row["create_date"] for row in rows if row["create_date"])])
    return Load(frozenset(creators), last)


def telling(odoo: Odoo, models: Collection[str]) -> dict[str, list[str]]:
    """The fields that tell who created a record, when, and whether it is archived; by model, without those models of
    which Odoo does not keep this.
    """
    domain = [["name", "in", list(_ASKED)], ["model", "in", sorted(models)]]
    found: dict[str, list[str]] = {}
    for row in odoo.call("ir.model.fields", "search_read", domain, ["model", "name"]):
        found.setdefault(row["model"], []).append(row["name"])
    return {model: names for model, names in found.items() if WHEN in names}
