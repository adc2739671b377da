"""Run the rules for values on whole columns: `odoo_migrate.rules.value_rules` says what is refused.

A rule is asked once for each distinct text of a batch. Where all texts of a column may differ (dates, numbers), polars
answers instead, ten to thirty times as fast; that both say the same is held by a test.
"""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from odoo_migrate.catalog import OdooField
from odoo_migrate.rules.value_rules import (
    DAY,
    FLOAT,
    INTEGER,
    INTEGER_LIMIT,
    TIME,
    ValueRule,
    long_decimals,
)

Bad = Callable[[pl.Series], pl.Series]

# What Python's str.strip() takes away: polars has another idea of what is a space.
SPACES = "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + (
    "\u2028\u2029\u202f\u205f\u3000"
)  # fmt: skip

_NO_SPACE = "[^" + "".join(f"\\x{{{ord(char):x}}}" for char in SPACES) + "]"


def refused_by(rule: ValueRule, field: OdooField) -> Bad:
    """Return what marks the cells of a column that break a rule of `field`; it takes no nulls."""
    if rule.kind == "rounded" and field.digits is not None:
        shape = f"{long_decimals(field.digits[1])}$"
        return lambda cells: cells.str.contains(shape)
    return _FAST.get(rule.kind) or unlike(rule.accepts)


def unlike(accepted: Callable[[str], bool]) -> Bad:
    """Return what marks the cells for whose text `accepted` is false; "" is never asked for."""

    def bad(cells: pl.Series) -> pl.Series:
        refused = [cell for cell in cells.unique().to_list() if cell and not accepted(cell)]
        return cells.is_in(refused) if refused else pl.repeat(False, len(cells), eager=True)

    return bad


def blank(cells: pl.Series) -> pl.Series:
    """Mark the cells that are empty, or hold nothing but spaces."""
    return ~cells.str.contains(_NO_SPACE)


def is_filled(title: str) -> pl.Expr:
    """Return whether a cell of the column holds more than spaces."""
    return pl.col(title).str.contains(_NO_SPACE)


def _no_date(cells: pl.Series) -> pl.Series:
    return _unlike_day(cells, f"^{DAY}$")


def _no_datetime(cells: pl.Series) -> pl.Series:
    return _unlike_day(cells, f"^{DAY}{TIME}$")


def _unlike_day(cells: pl.Series, shape: str) -> pl.Series:
    days = cells.str.slice(0, 10)
    # polars knows a year 0, which neither Python nor Odoo has
    real = days.str.to_date("%Y-%m-%d", strict=False).is_not_null() & ~days.str.starts_with("0000")
    return (cells != "") & ~(cells.str.contains(shape) & real)


def _no_integer(cells: pl.Series) -> pl.Series:
    return (cells != "") & ~cells.str.contains(f"^{INTEGER}$")


def _too_large(cells: pl.Series) -> pl.Series:
    number = cells.str.to_integer(strict=False)
    fits = (number >= -INTEGER_LIMIT) & (number < INTEGER_LIMIT)
    return cells.str.contains(f"^{INTEGER}$") & ~fits.fill_null(False)


def _no_number(cells: pl.Series) -> pl.Series:
    return (cells != "") & ~cells.str.contains(f"^{FLOAT}$")


def _only_day(cells: pl.Series) -> pl.Series:
    return cells.str.contains(f"^{DAY}$")


_FAST: dict[str, Bad] = {
    "not_a_date": _no_date,
    "not_a_datetime": _no_datetime,
    "not_an_integer": _no_integer,
    "too_large": _too_large,
    "not_a_number": _no_number,
    "day_before": _only_day,
}
