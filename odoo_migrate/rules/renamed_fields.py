"""Say which fields have another name in other versions of Odoo; read off the catalogs of Odoo 16 to 19."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from odoo_migrate.catalog import OdooField, OdooModel


class RenamedField(NamedTuple):
    """Hold the name of a field `before` and `since` a version of Odoo."""

    before: str
    after: str
    since: int


RENAMED = {
    "account.account": [RenamedField("company_id", "company_ids", since=18)],
    "hr.employee": [RenamedField("gender", "sex", since=19)],
    "project.task": [
        RenamedField("planned_hours", "allocated_hours", since=17),
        RenamedField("kanban_state", "state", since=17),
    ],
    "purchase.order.line": [
        RenamedField("product_uom", "product_uom_id", since=19),
        RenamedField("taxes_id", "tax_ids", since=19),
    ],
    "res.users": [RenamedField("groups_id", "group_ids", since=19)],
    "sale.order.line": [
        RenamedField("product_uom", "product_uom_id", since=19),
        RenamedField("tax_id", "tax_ids", since=19),
    ],
}


def renamed_field(model: OdooModel, name: str) -> OdooField | None:
    """Return the field that an older or newer Odoo calls `name`, None where the model has no such field.

    The model is that of one version, so that it has one of the two names at most.
    """
    for other in _other_names(model.name, name):
        if other in model.fields:
            return model.fields[other]
    return None


def _other_names(model: str, name: str) -> Iterator[str]:
    for one in RENAMED.get(model, ()):
        if name == one.before:
            yield one.after
        elif name == one.after:
            yield one.before
