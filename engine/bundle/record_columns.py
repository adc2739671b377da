"""Run a rule over several cells of a record on batches: once for each distinct combination of what it reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from engine.bundle.column_rules import is_filled
from engine.bundle.lookup_tables import LookupTable
from engine.bundle.target_mappings import MappedTarget
from odoo_migrate.rules.record_rules import RecordRule

_FILLED = "x"  # given to a rule that only asks whether a cell is filled


class RecordColumns:
    """Find the rows of a batch that break a rule, and why.

    What the rule reads comes from a column, as it is or through a lookup, or from a constant.

    Attributes:
        blamed: The column to blame, "" where all are constants.
        shown: What the rule's predicate is said of where the cell is not named.
    """

    def __init__(self, rule: RecordRule, target: MappedTarget, tables: Mapping[str, LookupTable]) -> None:
        """Look up where a target has what the rule reads."""
        fields = {one.name: one for one in target.fields}
        self.rule, self.constants = rule, target.values
        self.sources = {name: fields[name].source for name in rule.reads if name in fields}
        self.tables = {
            name: tables[fields[name].lookup]
            for name in rule.reads
            if name in fields and fields[name].lookup and name not in rule.marks
        }
        self.blamed = self.sources.get(rule.column) or next(iter(self.sources.values()), "")
        field = target.model.field(rule.column)
        self.label = field.label if field else rule.column
        self.shown = f"'{self.sources[rule.column]}'" if rule.column in self.sources else f"'{self.label}'"
        self._known: dict[tuple[object, ...], str] = {}

    def bad(self, frame: pl.DataFrame) -> pl.Series:
        """Mark the rows that break the rule."""
        read = self._read(frame)
        wrong = [row for row in read.unique().iter_rows() if self._judge(row)]
        if not wrong:
            return pl.repeat(False, len(frame), eager=True)
        broken = pl.DataFrame(wrong, schema=read.schema, orient="row").with_columns(pl.lit(True).alias("bad"))
        return read.join(broken, on=read.columns, how="left", maintain_order="left")["bad"].fill_null(False)

    def reasons(self, frame: pl.DataFrame) -> list[str]:
        """Return why each of these rows breaks the rule."""
        sentences = [self._judge(row) for row in self._read(frame).iter_rows()]
        if self.rule.is_clause:
            return sentences
        return [f"{self._subject(cell)} {text}" for cell, text in zip(self._blamed(frame), sentences, strict=True)]

    def _read(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return what the rule reads from columns; of marks only whether they are filled."""
        cells = [
            is_filled(title).alias(name) if name in self.rule.marks else pl.col(title).alias(name)
            for name, title in self.sources.items()
        ]
        return frame.select(cells)

    def _judge(self, row: tuple[object, ...]) -> str:
        if row not in self._known:
            self._known[row] = self._judged(row)
        return self._known[row]

    def _judged(self, row: tuple[object, ...]) -> str:
        cells = dict(zip(self.sources, row, strict=True))
        values: list[str] = []
        for name in self.rule.reads:
            value = self._value(name, cells[name]) if name in cells else self.constants.get(name, "")
            if value is None:
                return ""
            values.append(value)
        return self.rule.judge(values)

    def _value(self, name: str, cell: object) -> str | None:
        """Return what the loader will find in the cell's place; None where its key leads nowhere, which is an error."""
        if isinstance(cell, bool):
            return _FILLED if cell else ""
        text = str(cell)
        if name not in self.tables or not text:
            return text
        return self.tables[name].ids([text]).get(text)

    def _blamed(self, frame: pl.DataFrame) -> Sequence[str]:
        if self.rule.column in self.sources:
            return frame[self.sources[self.rule.column]].to_list()
        return [self.constants.get(self.rule.column, "")] * len(frame)

    def _subject(self, cell: str) -> str:
        return f"{self.shown} ('{cell}')" if cell.strip() else self.shown
