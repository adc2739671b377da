"""Which fields Odoo insists on."""

from __future__ import annotations

from mapping.models import Mapping, SheetTarget
from odoo_migrate.catalog import OdooField, OdooModel
from odoo_migrate.rules.required_fields import must_be_mapped


def still_needed(target: SheetTarget, model: OdooModel) -> list[OdooField]:
    """The fields that Odoo refuses to be without, that have neither a column (decided or suggested) nor a value."""
    given = {name.removesuffix("/id") for name in target.values}
    given |= {
        name.removesuffix("/id")
        for name in Mapping.objects.filter(target=target)
        .exclude(state=Mapping.State.LEFT_OUT)
        .values_list("field", flat=True)
    }
    return must_be_mapped(model, given)
