"""Reading back, where some records may be hidden from us."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from odoo_migrate.odoo import server_records as server
from odoo_migrate.odoo.client import Odoo
from odoo_migrate.odoo.odoo_errors import Fault

Values = dict[int, dict[str, Any]]


def read(
    odoo: Odoo, model: str, ids: Sequence[int], names: Sequence[str], context: Mapping[str, Any]
) -> tuple[Values, set[int]]:
    """The values of the records by database ID, and the IDs of those that this user may not read: of another company,
    say. Odoo refuses a whole call for one of them, so it is halved until they stand alone.
    """
    if not ids:
        return {}, set()
    try:
        return server.read(odoo, model, ids, names, context), set()
    except Fault as fault:
        if not fault.name.endswith("AccessError"):
            raise
    if len(ids) == 1:
        return {}, set(ids)
    middle = len(ids) // 2
    first, hidden = read(odoo, model, ids[:middle], names, context)
    second, more = read(odoo, model, ids[middle:], names, context)
    return first | second, hidden | more
