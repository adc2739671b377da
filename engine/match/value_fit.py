"""How well a column's values suit a field: what they add to, or take from, what the title says."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from engine.match.match_files import load
from engine.match.value_shares import Values
from odoo_migrate.catalog import OdooField

_BY_TYPE = {
    "integer": "money", "float": "money", "monetary": "money", "date": "date", "datetime": "date", "boolean": "boolean",
}  # fmt: skip
_BY_RELATION = {
    "res.country": "country", "res.country.state": "state", "res.currency": "currency", "uom.uom": "unit",
    "res.partner.bank": "iban",
}  # fmt: skip

# What it does to the confidence where most values are of the expected kind, some are, hardly any are.
_FIRM = (0.05, -0.15, -0.55)
_CHOICE = (0.08, -0.05, -0.35)
_SOFT = (0.05, 0.0, -0.15)
_EFFECTS: Mapping[str, tuple[float, float, float]] = {
    "email": _FIRM, "money": _FIRM, "percent": _FIRM, "date": _FIRM, "boolean": _FIRM, "iban": (0.05, 0.0, -0.1),
    "phone": (0.05, -0.05, -0.4), "url": (0.05, 0.0, -0.4),
    "salutation": (0.15, -0.2, -0.5), "product kind": (0.18, -0.2, -0.5), "active": (0.08, -0.15, -0.5),
    "address type": (0.2, -0.2, -0.5), "gender": _CHOICE, "marital": _CHOICE, "employment": _SOFT,
    "country": _SOFT, "currency": _SOFT, "unit": _SOFT, "language": _SOFT, "postal_code": _SOFT, "vat": _SOFT,
    "barcode": _SOFT, "priority": _SOFT, "state": (0.04, 0.0, -0.3),
}  # fmt: skip

# Values that are plainly something else than the text or the record that a field wants.
_STRANGE = {"date": -0.4, "word yes": -0.35, "amount": -0.3, "email": -0.3}
_MAYBE_KINDS = ("active", "salutation", "product kind", "address type")
UNPROVEN = -0.12  # a choice whose values are not known


def expected(model: str, field: OdooField) -> str:
    """The kind of values a field wants: one of the profile's kinds, a list in values.yml, or "text"."""
    named = _named().get(f"{model}.{field.name}") or _named().get(field.name)
    return named or _BY_RELATION.get(field.relation) or _BY_TYPE.get(field.type, "text")


def effect(values: Values, kind: str) -> float:
    """What the values do to the confidence that the column is of a kind; 0 where there are none."""
    if not values.told():
        return UNPROVEN if kind in _MAYBE_KINDS else 0.0
    if kind not in _EFFECTS:
        return _as_text(values, kind)
    share = max(values.share(kind), values.share("boolean") if kind == "active" else 0.0)
    most, some, few = _EFFECTS[kind]
    return most if share >= 0.6 else some if share >= 0.25 else few


def _as_text(values: Values, kind: str) -> float:
    strange = min((cost for other, cost in _STRANGE.items() if values.share(other) >= 0.8), default=0.0)
    if kind == "place":
        return strange + 0.05 * (values.share("house") >= 0.6) - 0.3 * (values.share("digits") >= 0.8)
    if kind == "title":
        return strange - 0.2 * (values.share("digits") >= 0.8)
    return strange


@cache
def _named() -> Mapping[str, str]:
    return {name: kind for kind, names in load("expects").items() for name in names.split()}
