"""What Odoo 16 to 19 can store: the writable fields of their models, and the records they ship with.

The files beside this module were read off real community servers of each version. They are loaded when first
asked for and kept for the life of the process.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

VERSIONS = ("16.0", "17.0", "18.0", "19.0")


class UnknownVersion(ValueError):
    """There is no catalog for this Odoo version; the text is one sentence for the user."""


@dataclass(frozen=True)
class OdooField:
    """A writable field. `type` is Odoo's (char, many2one, …); `relation` the model a relational one points to;
    `selection` the (key, label) pairs of a choice; `size` the longest text stored, 0 where there is no limit; `digits`
    (all, after the point) what a database keeps of a number unless it is set otherwise.
    """

    name: str
    type: str
    label: str
    required: bool = False
    has_default: bool = False
    relation: str = ""
    relation_field: str = ""
    selection: tuple[tuple[str, str], ...] = ()
    size: int = 0
    digits: tuple[int, int] | None = None
    module: str = ""

    @property
    def relational(self) -> bool:
        return self.type in {"many2one", "many2many", "one2many"}

    @property
    def import_name(self) -> str:
        """The field's name in an import: relational fields are given by external ID."""
        return f"{self.name}/id" if self.relational else self.name


@dataclass(frozen=True)
class OdooModel:
    """A model with its fields by name. `rec_name` is the field that shows a record, "" where there is none."""

    name: str
    label: str
    module: str
    rec_name: str
    fields: Mapping[str, OdooField]

    def field(self, import_name: str) -> OdooField | None:
        """The field behind an import column such as `email` or `country_id/id`; None where there is none."""
        return self.fields.get(import_name.removesuffix("/id"))


class Catalog:
    """The models of one Odoo version, built one by one as they are asked for."""

    def __init__(self, version: str) -> None:
        self.version = checked_version(version)
        self._raw: Mapping[str, Any] = _read("odoo", self.version)["models"]
        self._models: dict[str, OdooModel] = {}

    def __contains__(self, model: str) -> bool:
        return model in self._raw

    def names(self) -> list[str]:
        return sorted(self._raw)

    def model(self, name: str) -> OdooModel:
        """Raises KeyError for a model that the catalog does not hold."""
        if name not in self._models:
            self._models[name] = _model(name, self._raw[name])
        return self._models[name]


def checked_version(version: str) -> str:
    """`18`, `18.0` or 18 as "18.0". Raises UnknownVersion."""
    wanted = str(version).strip().removesuffix(".0") + ".0"
    if wanted not in VERSIONS:
        known = ", ".join(v.removesuffix(".0") for v in VERSIONS)
        raise UnknownVersion(f"Odoo {version} is not supported; choose one of {known}.")
    return wanted


@cache
def load(version: str) -> Catalog:
    """The catalog of "16.0", "17.0", "18.0" or "19.0". Raises UnknownVersion."""
    return Catalog(version)


@cache
def reference(version: str) -> Mapping[str, Any]:
    """Odoo's own records of that version: lists of mappings (with `xml_id`) under countries, states, currencies,
    langs, uoms, payment_terms, partner_titles, partner_industries, crm_stages, crm_teams, utm_sources,
    utm_mediums, product_categories, project_stages, activity_types, incoterms, stock_locations, crm_lost_reasons.
    """
    found: Mapping[str, Any] = _read("reference", checked_version(version))
    return found


def _read(stem: str, version: str) -> Any:
    packed = resources.files(__package__).joinpath(f"{stem}-{version.removesuffix('.0')}.json.gz").read_bytes()
    return json.loads(gzip.decompress(packed))


def _model(name: str, raw: Mapping[str, Any]) -> OdooModel:
    fields = {field: _field(field, entry) for field, entry in raw["fields"].items()}
    return OdooModel(name, raw["label"], raw["module"], raw["rec_name"] or "", fields)


def _field(name: str, raw: Mapping[str, Any]) -> OdooField:
    return OdooField(
        name=name,
        type=raw["type"],
        label=raw["label"],
        required=raw.get("required", False),
        has_default=raw.get("has_default", False),
        relation=raw.get("relation") or "",
        relation_field=raw.get("relation_field") or "",
        selection=_choices(raw.get("selection")),
        size=raw.get("size") or 0,
        digits=_digits(raw.get("digits")),
        module=raw.get("module") or "",
    )


def _digits(raw: object) -> tuple[int, int] | None:
    return (int(raw[0]), int(raw[1])) if isinstance(raw, list) else None


def _choices(raw: object) -> tuple[tuple[str, str], ...]:
    """Long lists (time zones) were recorded only by their number: then no choice can be checked."""
    if not isinstance(raw, list):
        return ()
    return tuple((str(key), str(label)) for key, label in raw)
