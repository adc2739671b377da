"""What Odoo's import takes as a value of each type, measured on Odoo 18 (every value arrives as a text).

Each type has the words that complete "'Order Date' …" for a cell that is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import polars as pl

from odoo_migrate import catalog
from odoo_migrate.catalog import OdooField

Bad = Callable[[pl.Series], pl.Series]

_DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TIME = "(?: (?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9])?)?"
_FLOAT = r"^-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,2})?$"
_INT4 = 2**31
_YES_NO = frozenset({"1", "0", "true", "false", "yes", "no"})

EXTERNAL_ID = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_.-]+")
EMPTIES_A_REFERENCE = frozenset({"0", "no", "false"})  # Odoo silently clears the field for these


@dataclass(frozen=True)
class ValueRule:
    """`bad` marks the refused cells of a column, given without nulls ("" is never refused); `says` why."""

    kind: str
    says: str
    bad: Bad


def value_rules(field: OdooField, version: str) -> list[ValueRule]:
    """What the cells of a column that fills `field` must keep to."""
    if field.type in _SIMPLE:
        return [_SIMPLE[field.type]]
    if field.type == "selection":
        return _choice_rules(field, version)
    if field.type == "char" and field.size:
        says = f"is longer than the {field.size} characters that Odoo stores"
        return [ValueRule("too_long", says, _longer(field.size))]
    return []


def _choice_rules(field: OdooField, version: str) -> list[ValueRule]:
    if field.name == "lang":  # its choices are the languages installed on the server that was asked
        codes = not_among(one["code"] for one in catalog.reference(version)["langs"])
        return [ValueRule("not_a_choice", "is no language code such as en_US", codes)]
    if not field.selection:
        return []
    labels = ", ".join(label for _, label in field.selection[:12])
    more = ", …" if len(field.selection) > 12 else ""
    allowed = [text for choice in field.selection for text in choice]
    return [ValueRule("not_a_choice", f"is not one of Odoo's choices ({labels}{more})", not_among(allowed))]


def not_among(allowed: Iterable[str]) -> Bad:
    """Cells that are none of `allowed`, case aside."""
    folded = {text.casefold() for text in allowed}
    return unlike(lambda cell: cell.casefold() in folded)


def unlike(accepted: Callable[[str], bool]) -> Bad:
    """Cells for whose text `accepted` is false; it is asked once for each distinct text of a batch."""

    def bad(cells: pl.Series) -> pl.Series:
        refused = [cell for cell in cells.unique().to_list() if cell and not accepted(cell)]
        return cells.is_in(refused) if refused else pl.repeat(False, len(cells), eager=True)

    return bad


def blank(cells: pl.Series) -> pl.Series:
    """Cells that are empty, or hold nothing but spaces."""
    return cells.str.strip_chars() == ""


def _longer(size: int) -> Bad:
    return lambda cells: cells.str.len_chars() > size


def _no_date(cells: pl.Series) -> pl.Series:
    return _unlike_day(cells, f"^{_DAY}$")


def _no_datetime(cells: pl.Series) -> pl.Series:
    return _unlike_day(cells, f"^{_DAY}{_TIME}$")


def _unlike_day(cells: pl.Series, shape: str) -> pl.Series:
    fits = cells.str.contains(shape)
    real = cells.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False).is_not_null()
    return (cells != "") & ~(fits & real)


def _no_integer(cells: pl.Series) -> pl.Series:
    number = cells.str.to_integer(strict=False)
    fits = (number >= -_INT4) & (number < _INT4)
    return (cells != "") & ~(cells.str.contains("^-?[0-9]+$") & fits.fill_null(False))


def _no_float(cells: pl.Series) -> pl.Series:
    return (cells != "") & ~cells.str.contains(_FLOAT)


_NUMBER = ValueRule("not_a_number", "is not a number such as 1234.56", _no_float)
_SIMPLE = {
    "boolean": ValueRule("not_yes_no", "is neither yes nor no (1 or 0)", not_among(_YES_NO)),
    "date": ValueRule("not_a_date", "is not a date such as 2026-01-31", _no_date),
    "datetime": ValueRule("not_a_datetime", "is not a date and time such as 2026-01-31 14:30:00", _no_datetime),
    "integer": ValueRule("not_an_integer", "is not a whole number such as 12", _no_integer),
    "float": _NUMBER,
    "monetary": _NUMBER,
}
