"""What Odoo's import takes as a value of each type, measured on Odoo 18 (every value arrives as a text).

A check gets a cell that is not empty and answers with a sentence about what is wrong, or "".
"""

from __future__ import annotations

import base64
import binascii
import re
import zoneinfo
from collections.abc import Callable
from datetime import date

from odoo_migrate.catalog import OdooField
from odoo_migrate.rules.shipped_records import language_codes

Check = Callable[[str], str]

_YES_NO = frozenset({"1", "0", "true", "false", "yes", "no"})
_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile("(?: (?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9])?)?")
_INTEGER = re.compile("-?[0-9]{1,11}")
_FLOAT = re.compile(r"-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,2})?")
_INT4 = 2**31
_SHOWN_CHOICES = 12


def value_check(field: OdooField, version: str) -> Check | None:
    """What a cell of this field must keep to; None where Odoo takes any text."""
    if field.type in _SIMPLE:
        return _SIMPLE[field.type]
    if field.type == "selection":
        return _choice(field, version)
    if field.type == "char" and field.size:
        return _short(field.size)
    return None


def caution(field: OdooField) -> Check | None:
    """What Odoo takes, but does not store as it stands."""
    if field.type not in {"float", "monetary"} or field.digits is None:
        return None
    decimals = field.digits[1]
    longer = re.compile(rf"\.[0-9]{{{decimals}}}[0-9]*[1-9]0*$")
    message = f"Odoo keeps {decimals} decimals of this number; it would be rounded."
    return lambda cell: message if longer.search(cell) else ""


def _boolean(cell: str) -> str:
    return "" if cell.lower() in _YES_NO else "this is neither yes nor no (1 or 0)."


def _day(cell: str) -> str:
    return "" if _is_day(cell) else "this is not a date such as 2026-01-31."


def _is_day(cell: str) -> bool:
    if not _DAY.fullmatch(cell):
        return False
    try:
        date.fromisoformat(cell)
    except ValueError:
        return False
    return True


def _datetime(cell: str) -> str:
    fits = _is_day(cell[:10]) and _TIME.fullmatch(cell, 10)
    return "" if fits else "this is not a date and time such as 2026-01-31 14:30:00."


def _integer(cell: str) -> str:
    if not _INTEGER.fullmatch(cell):
        return "this is not a whole number such as 12."
    return "" if -_INT4 <= int(cell) < _INT4 else "this whole number is larger than Odoo can store."


def _float(cell: str) -> str:
    return "" if _FLOAT.fullmatch(cell) else "this is not a number such as 1234.56."


def _binary(cell: str) -> str:
    try:
        base64.b64decode(cell, validate=True)
    except (binascii.Error, ValueError):
        return "this is not a file's content in base64."
    return ""


_SIMPLE: dict[str, Check] = {
    "boolean": _boolean,
    "date": _day,
    "datetime": _datetime,
    "integer": _integer,
    "float": _float,
    "monetary": _float,
    "binary": _binary,
}


def _choice(field: OdooField, version: str) -> Check | None:
    if field.name == "lang":  # its choices are the languages installed on the server that was asked
        return _among(language_codes(version), "this is no language code such as en_US.")
    if field.name == "tz" and not field.selection:
        return _among(zoneinfo.available_timezones(), "this is no time zone such as Europe/Brussels.")
    if not field.selection:
        return None
    labels = ", ".join(label for _, label in field.selection[:_SHOWN_CHOICES])
    more = ", …" if len(field.selection) > _SHOWN_CHOICES else ""
    allowed = {text for choice in field.selection for text in choice}
    return _among(allowed, f"this is not one of Odoo's choices ({labels}{more}).")


def _among(allowed: frozenset[str] | set[str], message: str) -> Check | None:
    folded = {text.casefold() for text in allowed}
    return (lambda cell: "" if cell.casefold() in folded else message) if folded else None


def _short(size: int) -> Check:
    return lambda cell: "" if len(cell) <= size else f"this is longer than the {size} characters that Odoo stores."
