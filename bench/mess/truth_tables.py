"""Hold what a table says in truth, beside what its cells are written like."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from bench.mess.word_lists import abouts

CellValue = str | int | float | date | datetime | Decimal


@dataclass
class MessyCell:
    """Hold one cell as it is written.

    Attributes:
        text: What a reader should see of it.
        want: The clean value, as a bundle should have it.
        mess: The kinds of mess that were done to it.
        value: What a workbook holds where that is no text.
        number_format: How a workbook shows the value.
    """

    text: str
    want: str
    mess: tuple[str, ...] = ()
    value: CellValue | None = None
    number_format: str = ""


@dataclass(frozen=True)
class TruthColumn:
    """Hold a column: its title, and what it is about ("" for one that nobody needs)."""

    title: str
    about: str

    def rule(self, table: str) -> Mapping[str, Any]:
        """Return the fields, the comparison and the kinds that are right for it."""
        nothing = {"fields": [""], "compare": "any", "kinds": []}
        return dict(abouts(table).get(self.about, nothing))


@dataclass
class TruthRow:
    """Hold one record, or one line of an order.

    Attributes:
        cells: One for each column.
        wants: The clean values that a field may have, by its name ("#name" of a second record, "/name" of a line).
    """

    cells: list[MessyCell]
    wants: dict[str, set[str]] = field(default_factory=dict)


@dataclass
class TruthTable:
    """Hold a table.

    Attributes:
        name: What its sheet or file is called.
        kind: Such as "partner": what `abouts.yml` calls it.
        subject: Such as "suppliers": what its report is called after.
        models: The models that are right for it.
        columns: Its columns in order.
        rows: Its records in order.
        keys: What columns that name records are about.
        country: The country that its records live in, by default.
        language: Of its titles and words.
        mess: All kinds of mess that were done to it.
    """

    name: str
    kind: str
    subject: str
    models: frozenset[str]
    columns: list[TruthColumn]
    rows: list[TruthRow]
    keys: frozenset[str]
    country: str
    language: str
    mess: list[str] = field(default_factory=list)

    def compare(self, name: str) -> str:
        """Return how the cells of a field are compared with the truth."""
        for rule in abouts(self.kind).values():
            if name in rule["fields"]:
                return str(rule["compare"])
        return "any"
