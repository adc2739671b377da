"""Run the rules for values and records on whole columns: `odoo_migrate.rules` says what is refused.

A rule is asked once for each distinct text of a batch, or each distinct combination of what it reads. Where all texts
of a column may differ (dates, numbers), polars answers instead, ten to thirty times as fast; that both say the same is
held by a test.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import polars as pl

from engine.bundle.export_problems import field_label
from engine.bundle.lookup_tables import LookupTable
from engine.bundle.mapped_targets import MappedTarget
from odoo_migrate.catalog import OdooField
from odoo_migrate.rules.cell_combinations import RecordRule
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
_FILLED = "x"  # given to a rule that only asks whether a cell is filled


# --- rules for one cell


def refused_by(rule: ValueRule, field: OdooField) -> Bad:
    """Return the test that marks the cells of a column that break a rule of `field`; it takes no nulls."""
    if rule.kind == "rounded" and field.digits is not None:
        shape = f"{long_decimals(field.digits[1])}$"
        return lambda cells: cells.str.contains(shape)
    return _FAST.get(rule.kind) or unlike(rule.accepts)


def unlike(accepted: Callable[[str], bool]) -> Bad:
    """Return the test that marks the cells for whose text `accepted` is false; "" is never asked for."""

    def bad(cells: pl.Series) -> pl.Series:
        refused = [cell for cell in cells.unique().to_list() if cell and not accepted(cell)]
        if not refused:  # the usual case, and no column is searched for it
            return pl.repeat(False, len(cells), eager=True)
        return cells.is_in(refused)

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
    # polars knows a year 0, which neither Python nor Odoo has.
    real = days.str.to_date("%Y-%m-%d", strict=False).is_not_null() & ~days.str.starts_with("0000")
    return (cells != "") & ~(cells.str.contains(shape) & real)


def _no_integer(cells: pl.Series) -> pl.Series:
    return (cells != "") & ~cells.str.contains(f"^{INTEGER}$")


def _too_large(cells: pl.Series) -> pl.Series:
    # A null means beyond 64 bits, which is also too large.
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


# --- rules for several cells of a record


class RecordColumns:
    """Find the rows of a batch that break a rule, and why.

    What the rule reads comes from a column, as it is or through a lookup, or from a constant.

    Attributes:
        blamed: The column to blame, "" where all are constants.
        shown: What the rule's predicate is said of where the cell is not named.
    """

    def __init__(self, rule: RecordRule, target: MappedTarget, tables: Mapping[str, LookupTable]) -> None:
        """Look up where a target has what the rule reads."""
        self.rule, self.constants = rule, target.values
        self.sources: dict[str, str] = {}
        self.tables: dict[str, LookupTable] = {}
        fields = {field.name: field for field in target.fields}
        for name in rule.reads:
            if name not in fields:
                continue
            self.sources[name] = fields[name].source
            # Of a mark it is asked only whether it is filled, which no lookup changes.
            if fields[name].lookup and name not in rule.marks:
                self.tables[name] = tables[fields[name].lookup]
        self.blamed = self.sources.get(rule.column) or next(iter(self.sources.values()), "")
        # The user knows a column by its title, and a constant by the field that it is given for.
        subject = self.sources.get(rule.column, field_label(rule.column, target.model))
        self.shown = f"'{subject}'"
        self._known: dict[tuple[object, ...], str] = {}

    def bad(self, frame: pl.DataFrame) -> pl.Series:
        """Mark the rows that break the rule."""
        read = self._read(frame)
        wrong = [row for row in read.unique().iter_rows() if self._judge(row)]
        if not wrong:
            return pl.repeat(False, len(frame), eager=True)
        broken = pl.DataFrame(wrong, schema=read.schema, orient="row").with_columns(pl.lit(True).alias("bad"))
        # A join finds all rows of these combinations at once; the order must stay that of the frame.
        return read.join(broken, on=read.columns, how="left", maintain_order="left")["bad"].fill_null(False)

    def reasons(self, frame: pl.DataFrame) -> list[str]:
        """Return why each of these rows breaks the rule."""
        sentences = list(map(self._judge, self._read(frame).iter_rows()))
        if self.rule.is_clause:
            return sentences
        return [f"{self._subject(cell)} {text}" for cell, text in zip(self._blamed(frame), sentences, strict=True)]

    def _read(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return what the rule reads from columns; of marks only whether they are filled."""
        cells = []
        for name, title in self.sources.items():
            cell = pl.col(title)
            if name in self.rule.marks:
                cell = is_filled(title)
            cells.append(cell.alias(name))
        return frame.select(cells)

    def _judge(self, row: tuple[object, ...]) -> str:
        if row not in self._known:
            self._known[row] = self._judged(row)
        return self._known[row]

    def _judged(self, row: tuple[object, ...]) -> str:
        cells = dict(zip(self.sources, row, strict=True))
        values: list[str] = []
        for name in self.rule.reads:
            value: str | None = self.constants.get(name, "")
            if name in cells:
                value = self._value(name, cells[name])
            if value is None:
                return ""
            values.append(value)
        return self.rule.judge(values)

    def _value(self, name: str, cell: object) -> str | None:
        """Return the value that the loader will find for a cell; None where its key is in no lookup, an error."""
        if cell is True:
            return _FILLED
        if cell is False:
            return ""
        text = str(cell)
        if name not in self.tables or not text:
            return text
        return self.tables[name].ids([text]).get(text)

    def _blamed(self, frame: pl.DataFrame) -> Sequence[str]:
        if self.rule.column in self.sources:
            return frame[self.sources[self.rule.column]].to_list()
        return [self.constants.get(self.rule.column, "")] * len(frame)

    def _subject(self, cell: str) -> str:
        if not cell.strip():
            return self.shown
        return f"{self.shown} ('{cell}')"
