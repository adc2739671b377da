"""A real Odoo server for tests, where one is given: ODOO_TEST_URL, ODOO_TEST_DB, ODOO_TEST_USER and ODOO_TEST_PASSWORD
(the import wizard needs it), and ODOO_TEST_KEY to load with an API key. Tests that need it have the marker `odoo`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from odoo_migrate.odoo.client import Odoo, connect
from odoo_migrate.odoo.credentials import Secret


@dataclass(frozen=True)
class RealOdoo:
    """How to reach it."""

    url: str
    database: str
    user: str
    password: str
    key: str

    def connect(self) -> Odoo:
        secret = Secret(self.key or self.password)
        return connect(self.url, self.database, self.user, secret, kind="key" if self.key else "password")

    def environment(self) -> dict[str, str]:
        """For the loader's commands."""
        secret = {"ODOO_API_KEY": self.key} if self.key else {"ODOO_PASSWORD": self.password}
        return {"ODOO_URL": self.url, "ODOO_DB": self.database, "ODOO_USERNAME": self.user, **secret}


def given() -> RealOdoo | None:
    names = ("URL", "DB", "USER", "PASSWORD", "KEY")
    url, database, user, password, key = (os.environ.get(f"ODOO_TEST_{name}", "") for name in names)
    return RealOdoo(url, database, user, password, key) if url and database else None


def exported(
    odoo: Odoo, model: str, columns: Sequence[str], ids: Sequence[str], zone: str
) -> dict[str, Mapping[str, Any]]:
    """Records by external ID as Odoo's own export gives them: references as external IDs, choices as labels."""
    places: dict[str, int] = {}
    for module in {one.partition(".")[0] for one in ids}:
        names = [one.partition(".")[2] for one in ids if one.startswith(f"{module}.")]
        domain = [["module", "=", module], ["name", "in", names], ["model", "=", model]]
        for row in odoo.call("ir.model.data", "search_read", domain, ["name", "res_id"]):
            places[f"{module}.{row['name']}"] = row["res_id"]
    asked = {"ids": list(places.values()), "fields_to_export": list(columns), "context": {"tz": zone}}
    told = odoo.call(model, "export_data", **asked)
    return {one: dict(zip(columns, cells, strict=True)) for one, cells in zip(places, told["datas"], strict=True)}
