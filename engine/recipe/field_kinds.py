"""Tell what kind of values a field of Odoo takes, in the words that columns are sorted by."""

from __future__ import annotations

from collections.abc import Mapping

from odoo_migrate.catalog import OdooField

TEXT, CHOICE, RECORD = "text", "choice", "record"
_BY_TYPE = {
    "integer": "number", "float": "number", "monetary": "number", "date": "date", "datetime": "datetime",
    "boolean": "boolean", "selection": CHOICE,
}  # fmt: skip
_BY_RELATION = {"res.country": "country", "res.country.state": "state"}
# Fields of text whose names stand for one kind of text in all models of Odoo.
_BY_NAME = {
    "email": "email", "email_from": "email", "work_email": "email", "private_email": "email", "phone": "phone",
    "mobile": "phone", "work_phone": "phone", "mobile_phone": "phone", "private_phone": "phone", "website": "url",
    "zip": "postal_code", "private_zip": "postal_code",
}  # fmt: skip
# Kinds of columns that fields do not tell apart.
_COLUMN_KINDS = {"money": "number", "percent": "number"}
# What fields take besides values of their own kind: a day is a moment at midnight.
_TAKEN: Mapping[str, frozenset[str]] = {"datetime": frozenset(["date", "datetime"])}


def field_kind(field: OdooField) -> str:
    """Return the kind of values that a field takes: a kind of column, or TEXT, CHOICE or RECORD."""
    if field.relation in _BY_RELATION:
        return _BY_RELATION[field.relation]
    if field.relational:
        return RECORD
    return _BY_TYPE.get(field.type) or _BY_NAME.get(field.name, TEXT)


def takes(field: OdooField, kind: str) -> bool:
    """Return whether a field takes values of a kind of column."""
    own = field_kind(field)
    return _COLUMN_KINDS.get(kind, kind) in _TAKEN.get(own, {own})
