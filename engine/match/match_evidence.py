"""Hold what suggestions are made from, and what they are.

Evidence comes from a sheet's profile; no file is read here. Suggestions are proposals: whoever accepts them turns
them into a recipe's targets.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from engine.recipe import Lookup, StepSpec
from engine.values.languages import pattern

_FEW_ROWS = 10  # in fewer rows, an empty column says little
_SEVERAL_ROWS = 2  # of so few rows, equal cells say nothing


@dataclass(frozen=True)
class ColumnEvidence:
    """Hold what the matcher gets about one column.

    Attributes:
        title: what it is called.
        kind: the kind of its values as the profile names it, "" where it is not known.
        filled: how many cells are not blank.
        distinct: how many different values there are, 0 where they were not counted.
        rows: how many rows the sheet has.
        samples: some of its values; blanks are ignored.
        could_be_key: whether the profile takes it for something that names records.
        patterns: the masks of its values, the most frequent first.
        of_kind: how many cells are of `kind`.
        values: as many different values as are at hand: references are recognised by them.
    """

    title: str
    kind: str = ""
    filled: int = 0
    distinct: int = 0
    rows: int = 0
    samples: Sequence[str] = ()
    could_be_key: bool = False
    patterns: Sequence[str] = ()
    of_kind: int = 0
    values: frozenset[str] = frozenset()

    @property
    def is_empty(self) -> bool:
        """Return whether the profile found no filled cell."""
        return self.rows > 0 and not self.filled

    @property
    def is_empty_for_long(self) -> bool:
        """Return whether it is empty in so many rows that nobody fills it."""
        return self.is_empty and self.rows >= _FEW_ROWS

    @property
    def is_constant(self) -> bool:
        """Return whether all of several rows say the same."""
        return self.distinct == 1 and self.filled > _SEVERAL_ROWS

    @property
    def counts_rows(self) -> bool:
        """Return whether its cells are a running number: 1, 2, 3 and so on, in every row."""
        if self.rows <= _SEVERAL_ROWS or not self.filled == self.distinct == self.rows:
            return False
        first = self.samples[0].strip() if self.samples else ""
        if first not in ("0", "1"):
            return False
        wanted = range(int(first), int(first) + len(self.samples))
        return [text.strip() for text in self.samples] == list(map(str, wanted))

    @property
    def is_untitled(self) -> bool:
        """Return whether its title was made up: by the program for a column without one, or by a spreadsheet."""
        return bool(_made_up().fullmatch(self.title.strip()))


@cache
def _made_up() -> re.Pattern[str]:
    """Return what titles look like that nobody wrote: "Column 6", "Spalte1", "Unnamed: 0"."""
    return re.compile(rf"{pattern('made_up_titles')}:?[ _.]?\d+", re.IGNORECASE)


@dataclass(frozen=True)
class SheetEvidence:
    """Hold what the matcher gets about one sheet of a dataset.

    `name` is what its tab or file is called, `source` the file it came in, and `file` the stem of the raw file that it
    becomes ("": after its name). `lines` are the texts above its table, such as the head of a report. `cells` are
    those of columns that may name its records, row by row, by title; sheets of too many rows have none.
    """

    name: str
    columns: Sequence[ColumnEvidence]
    source: str = ""
    file: str = ""
    lines: Sequence[str] = ()
    cells: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class FieldSuggestion:
    """Hold a column's field: an import name such as `country_id/id`, or None where nothing fits.

    Confidences are 0 to 1. Relational fields come with how their cells become external IDs: `ref` names a mapping
    whose keys the cells are, `lookup` a table; with neither, it is the built-in table of Odoo's own countries, states,
    currencies, units or languages. `separator` parts the keys of a many2many cell. `needs` is what is left for the
    user to decide before this column can be loaded, one sentence, or ""; `essential` says that the record is none
    without the field.
    """

    title: str
    field: str | None
    confidence: float
    reason: str
    candidates: Sequence[tuple[str, float]] = ()
    ref: str = ""
    lookup: Lookup | None = None
    separator: str = ""
    needs: str = ""
    essential: bool = False

    @property
    def waits(self) -> bool:
        """Return whether it is better not taken unasked, since rows would be held back that can do without it."""
        return bool(self.needs) and not self.essential

    @property
    def loadable(self) -> bool:
        """Return whether an export can fill the field with what is decided already, if only for some rows."""
        return self.field is not None and not (self.needs and self.lookup is None and not self.ref)


@dataclass(frozen=True)
class SuggestedStep:
    """Hold a step on a column that a target needs, since it makes a column which fills a field."""

    column: str
    step: StepSpec


@dataclass(frozen=True)
class TargetSuggestion:
    """Hold a model that a sheet fills, with one FieldSuggestion for each column in the sheet's order.

    `id` is the external ID pattern, "" where nothing names a record. `key` holds the titles that the ID is made of;
    where no column is unique the pattern uses the added column "Migration Key" and these titles make it up.

    Further records of the same rows have a `role`, such as "contact". Only rows in which the column `when` is filled
    have one ("" for all), and `records` says how many those are where it is known. `steps` make the columns that
    `columns` name beyond the sheet's own; `values` are the same for all records; `reason` is a sentence.
    """

    model: str
    confidence: float
    key: Sequence[str] = ()
    id: str = ""
    columns: Sequence[FieldSuggestion] = ()
    role: str = ""
    when: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    steps: Sequence[SuggestedStep] = ()
    records: int = 0
    reason: str = ""


@dataclass(frozen=True)
class SheetSuggestion(TargetSuggestion):
    """Hold the sheet's chief target, and `also` the further models that its rows fill (the lines of orders).

    `model` is "" where the sheet says nothing about a model; `candidates` are the likeliest models.
    """

    sheet: str = ""
    candidates: Sequence[tuple[str, float]] = ()
    also: Sequence[TargetSuggestion] = field(default=())
