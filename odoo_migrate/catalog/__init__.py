"""Know what Odoo can store: the writable fields of its models, and the records it ships with.

The two files of each version beside this module were read off real community servers, as `odoo-migrate catalog make`
does it. They are loaded when first asked for and kept for the life of the process.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from odoo_migrate.catalog import catalog_files

# A further version is its two files and its name here; docs/developers/adding-an-odoo-version.md says how.
VERSIONS = ("16.0", "17.0", "18.0", "19.0")
_RELATIONAL = frozenset({"many2one", "many2many", "one2many"})


class UnknownVersion(ValueError):
    """Say in one sentence for the user that there is no catalog for an Odoo version."""


@dataclass(frozen=True)
class OdooField:
    """Describe a field that an import can fill.

    Attributes:
        name: The technical name.
        type: Odoo's type: char, many2one, ….
        label: What Odoo's forms call it.
        required: Whether Odoo refuses a record without it.
        has_default: Whether Odoo fills it where it is required and left out.
        relation: The model that a relational field points to.
        relation_field: The field on the other side of a one2many.
        selection: The (key, label) pairs of a choice; empty where they are too many to check.
        size: The longest text stored, 0 where there is no limit.
        digits: All digits, and those after the point, that a database keeps of a number unless it is set otherwise.
        module: The module that brings the field, "" where that is not known.
        readonly: Whether Odoo marks it read-only and still takes it in an import, because it stores it and neither
            computes nor copies it. Files made by `odoo-migrate catalog make` mark such fields; those of 16 to 19
            shipped here were made before it did, and leave them out.
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
    readonly: bool = False

    @property
    def relational(self) -> bool:
        """Tell whether the field points to other records."""
        return self.type in _RELATIONAL

    @property
    def import_name(self) -> str:
        """Return the field's name in an import: relational fields are given by external ID."""
        if self.relational:
            return f"{self.name}/id"
        return self.name


@dataclass(frozen=True)
class OdooModel:
    """Describe a model with its fields by name; `rec_name` is the field that shows a record, "" where there is none."""

    name: str
    label: str
    module: str
    rec_name: str
    fields: Mapping[str, OdooField]

    def field(self, import_name: str) -> OdooField | None:
        """Return the field behind an import column such as `email` or `country_id/id`, or None where there is none."""
        return self.fields.get(import_name.removesuffix("/id"))


class Catalog:
    """Hold the models of one Odoo version, built one by one as they are asked for."""

    def __init__(self, version: str) -> None:
        """Read the file of a version such as "18.0"; raise UnknownVersion where there is none."""
        self.version = checked_version(version)
        self._raw: Mapping[str, Any] = catalog_files.read("odoo", self.version)["models"]
        # Building all models takes longer than most commands, which look at a few.
        self._models: dict[str, OdooModel] = {}

    def __contains__(self, model: str) -> bool:
        """Tell whether the catalog holds a model."""
        return model in self._raw

    def names(self) -> list[str]:
        """Return the technical names of all models, sorted."""
        return sorted(self._raw)

    def model(self, name: str) -> OdooModel:
        """Return a model; raise KeyError where the catalog does not hold it."""
        if name not in self._models:
            self._models[name] = _model(name, self._raw[name])
        return self._models[name]

    def raw(self, name: str) -> Mapping[str, Any] | None:
        """Return a model as its file holds it, or None where the catalog does not hold it."""
        found: Mapping[str, Any] | None = self._raw.get(name)
        return found


def checked_version(version: str) -> str:
    """Return `18`, `18.0` or 18 as "18.0"; raise UnknownVersion where there is no such catalog."""
    # People write 18, YAML reads 18.0 as a number.
    wanted = str(version).strip().removesuffix(".0") + ".0"
    if wanted not in VERSIONS:
        known = ", ".join(one.removesuffix(".0") for one in VERSIONS)
        raise UnknownVersion(f"Odoo {version} is not supported; choose one of {known}.")
    return wanted


@cache
def load(version: str) -> Catalog:
    """Return the catalog of a version such as "18.0"; raise UnknownVersion where there is none."""
    return Catalog(version)


@cache
def reference(version: str) -> Mapping[str, Any]:
    """Return the records that a version ships with, in lists by group; raise UnknownVersion where it is not known.

    Each record is a mapping of its values, with its external ID as `xml_id` (None where it has none). The groups are
    countries, states, currencies, langs, uoms, payment_terms, partner_titles, partner_industries, crm_stages,
    crm_teams, utm_sources, utm_mediums, product_categories, project_stages, activity_types, incoterms, stock_locations
    and crm_lost_reasons; a version that lacks a model lacks its group.
    """
    return catalog_files.read("reference", checked_version(version))


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
        # A file leaves out what is empty or false.
        relation=raw.get("relation") or "",
        relation_field=raw.get("relation_field") or "",
        selection=_choices(raw.get("selection")),
        size=raw.get("size") or 0,
        digits=_digits(raw.get("digits")),
        module=raw.get("module") or "",
        readonly=raw.get("readonly", False),
    )


def _digits(raw: object) -> tuple[int, int] | None:
    if not isinstance(raw, list):
        return None
    return int(raw[0]), int(raw[1])


def _choices(raw: object) -> tuple[tuple[str, str], ...]:
    """Return the choices; none where a long list (time zones) was recorded only by its number."""
    if not isinstance(raw, list):
        return ()
    return tuple((str(key), str(label)) for key, label in raw)
