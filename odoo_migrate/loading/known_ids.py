"""What Odoo's external IDs stand for, asked once and remembered."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping

from odoo_migrate.odoo.client import Odoo
from odoo_migrate.odoo.server_records import find


class KnownIds:
    """Database IDs by external ID, for references. What is missing is asked again: it may have come since."""

    def __init__(self) -> None:
        self._ids: dict[str, int] = {}
        self._lock = threading.Lock()

    def get(self, external_id: str) -> int | None:
        return self._ids.get(external_id)

    def learn(self, odoo: Odoo, external_ids: Iterable[str]) -> None:
        """Ask for those that are not known yet."""
        unknown = [one for one in dict.fromkeys(external_ids) if one not in self._ids]
        if unknown:
            found = find(odoo, unknown)
            self.remember({one: place[1] for one, place in found.items()})

    def remember(self, ids: Mapping[str, int]) -> None:
        with self._lock:
            self._ids.update(ids)
