"""Define what a detector is: it looks at the data once, batch by batch, and says what a person should know.

A column detector is made for each column of its kinds; a sheet detector once for each sheet. A new one is one class
in a module of `engine/detectors` whose name ends in `_findings`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from itertools import islice, zip_longest
from typing import Any, ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from engine.profile.column_batch import ColumnBatch, Flags, Indices, Way
from engine.profile.column_kinds import Sample
from engine.profile.distinct_values import Distinct, Hashes, hashes
from engine.profile.profile_results import MAX_EXAMPLES, MAX_ROWS, ColumnFacts, FindingFacts, Fix, Severity
from engine.sheets.first_lines import LineGroups, line_groups
from engine.sheets.row_kinds import RowKinds
from engine.sheets.sheet_outline import SheetOutline
from engine.sheets.working_file import WorkingFile

# What a title says that has values of a kind, where it is not the kind itself.
_SAID_BY: Mapping[str, frozenset[str]] = {
    # Whether a moment or a day alone is meant, and in which time zone, only the field says.
    "datetime": frozenset(),
    "date": frozenset(["date", "birth"]),
    "number": frozenset(["money", "value", "quantity", "percent"]),
    "money": frozenset(["money", "value", "quantity"]),
}
LOOK_AT = 64  # flagged cells of a batch among which examples are sought


@dataclass(frozen=True)
class ColumnContext:
    """Hold what detectors get about a column before the pass over its rows.

    Attributes:
        title: Its title.
        position: Its position in the sheet, from 0 on.
        kind: Its kind, decided from the sample.
        sample: Up to a few hundred different filled texts, spread over the sheet, with how often each occurs there.
        hints: What the title says (`title_hints.hints_of`).
        country: ISO alpha-2 of the dataset, or "".
        today: Dates after it lie in the future.
        others: Kinds and samples of all columns of the sheet, this one included, by title.
    """

    title: str
    position: int
    kind: str
    sample: Sample
    hints: frozenset[str]
    country: str
    today: date
    others: Mapping[str, tuple[str, Sample]] = field(default_factory=dict)

    @property
    def titled(self) -> bool:
        """Return whether the title itself says what kind the values are."""
        return not self.hints.isdisjoint(_SAID_BY.get(self.kind, {self.kind}))

    def neighbours_of(self, kind: str) -> list[Sample]:
        """Return the samples of the sheet's columns of a kind."""
        return [sample for other, sample in self.others.values() if other == kind]


@dataclass(frozen=True)
class RangeFacts:
    """Hold what a detector adds to the column's facts: range, and further figures by name."""

    minimum: str = ""
    maximum: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)


class CellTally:
    """Count flagged cells; keep the first rows and the first few different texts."""

    def __init__(self) -> None:
        """Begin at 0."""
        self.count = 0
        self._rows = np.zeros(0, np.int32)
        self._examples: dict[str, int] = {}  # text -> source row

    @property
    def rows(self) -> list[int]:
        """Return the first source row numbers, ascending."""
        return self._rows.tolist()

    @property
    def examples(self) -> list[str]:
        """Return different texts, in the order of their rows."""
        return list(self._examples)

    def add(self, cells: ColumnBatch, flags: Flags) -> None:
        """Add the cells whose text in `cells.base` is flagged. Parts of one batch may come in any order."""
        if not flags.any():
            return
        self.count += cells.count(flags)
        if self._wants(cells.rows):
            positions = cells.positions(flags)[:MAX_ROWS]
            rows = cells.rows[positions]
            texts = cells.values.take(pa.array(positions[:LOOK_AT])).to_pylist()
            # Backwards, so that of equal texts the first row is kept.
            self._keep(rows, dict(zip(texts[::-1], rows[:LOOK_AT][::-1].tolist(), strict=True)))

    def add_at(self, cells: ColumnBatch, indices: Indices) -> None:
        """Add the cells whose texts are at these indices of `cells.base`."""
        flags = np.zeros(len(cells.base), np.bool_)
        flags[indices] = True
        self.add(cells, flags)

    def add_rows(self, rows: npt.NDArray[np.int32], examples: Sequence[str] = ()) -> None:
        """Add whole rows by their source row numbers; `examples`: of the first ones."""
        self.count += len(rows)
        if len(rows):
            self._keep(rows[:MAX_ROWS], dict.fromkeys(examples, int(rows[0])))

    def _wants(self, rows: npt.NDArray[np.int32]) -> bool:
        """Return whether rows of a batch that has these can be among the first ones."""
        return len(self._rows) < MAX_ROWS or bool(rows[0] < self._rows[-1])

    def _keep(self, rows: npt.NDArray[np.int32], examples: Mapping[str, int]) -> None:
        self._rows = np.sort(np.concatenate([self._rows, rows]))[:MAX_ROWS]
        both = {**examples, **self._examples}
        for text in both:
            both[text] = min(both[text], examples.get(text, both[text]))
        self._examples = dict(sorted(both.items(), key=lambda pair: pair[1])[:MAX_EXAMPLES])

    @classmethod
    def merged(cls, tallies: Iterable[CellTally]) -> CellTally:
        """Return one tally of several that share no cell: the first rows of all, and examples of each in turn."""
        found = [tally for tally in tallies if tally.count]
        parts = sorted(found, key=lambda tally: int(tally._rows[0]))
        whole = cls()
        for tally in parts:
            whole.count += tally.count
            whole._keep(tally._rows, {})
        in_turn: list[str] = []
        for texts in zip_longest(*[tally.examples for tally in parts]):
            in_turn += [text for text in texts if text is not None]
        whole._examples = dict.fromkeys(islice(in_turn, MAX_EXAMPLES), 0)
        return whole


@dataclass(frozen=True)
class PendingFinding:
    """Hold a finding about a column that is made only after the pass.

    The rows that hold a text with one of these hashes, and examples of them, are still to be looked up.
    """

    finding: FindingFacts
    hashes: Hashes


class Vocabulary:
    """Collect the different texts of a column that has few of them, with how often each occurs."""

    LIMIT = 2000

    def __init__(self) -> None:
        """Begin without any text; `counts` is None once there are too many."""
        self.counts: Counter[str] | None = Counter()

    def add(self, cells: ColumnBatch) -> None:
        """Take in a batch; a column with more than LIMIT different texts is given up on."""
        if self.counts is None or cells.way is not Way.VALUES:
            self.counts = None
            return
        for text, times in cells.frequencies(cells.filled):
            self.counts[text] += times
        if len(self.counts) > self.LIMIT:
            self.counts = None

    def stripped(self) -> Counter[str]:
        """Return the texts without spaces around them; none where there are too many."""
        found: Counter[str] = Counter()
        for text, times in (self.counts or {}).items():
            found[text.strip()] += times
        return found

    def pending(self, finding: FindingFacts, stripped: Collection[str]) -> PendingFinding:
        """Return `finding` about the cells that hold one of the `stripped` texts, with their number."""
        counts = self.counts or Counter()
        texts = [text for text in counts if text.strip() in stripped]
        count = sum(map(counts.__getitem__, texts))
        return PendingFinding(replace(finding, count=count), hashes(pa.array(texts, pa.string())))


class ColumnDetector(ABC):
    """Look at one column.

    `kinds`: the kinds of column it is for; empty: all. `tally` counts the cells found, where one count is enough.
    """

    kinds: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, column: ColumnContext) -> None:
        """Begin with the column as its sample shows it."""
        self.column = column
        self.tally = CellTally()

    @classmethod
    def wanted(cls, column: ColumnContext) -> bool:
        """Return whether the detector has anything to say about such a column."""
        return not cls.kinds or column.kind in cls.kinds

    @abstractmethod
    def look(self, cells: ColumnBatch) -> None:
        """Take in one batch."""

    @abstractmethod
    def findings(self) -> Iterable[FindingFacts | PendingFinding]:
        """Return what was found, after the last batch."""

    def distinct_findings(self, distinct: Distinct, filled: int) -> Iterable[PendingFinding]:
        """Return what the numbers of different texts and of filled cells show; they come after all other findings."""
        return ()

    def facts(self) -> RangeFacts:
        """Return what the detector adds to the column's facts."""
        return RangeFacts()

    def found(
        self, slug: str, tally: CellTally, message: str, fix: Fix | None = None, *,
        safe: bool = False, certain: bool = False, by_field: bool = False, severity: Severity = "attention",
    ) -> FindingFacts:  # fmt: skip
        """Return a finding about this column.

        Args:
            slug: Names the finding; it stays the same for ever, since stored findings have it.
            tally: Its cells.
            message: One sentence for a person, without a full stop.
            fix: The step that mends it.
            safe: Whether the step cannot change what a cell means under its title, and cannot make a right cell
                wrong. That values could be read so is not enough: the title has to say what they are, unless the step
                changes nothing that anybody reads.
            certain: Whether all cells that the step changes can be read in one way only, as values of the column's
                kind. Where the title says this kind, the step is safe; else the field may say it.
            by_field: Whether only the field may say it.
            severity: How bad it is.
        """
        return FindingFacts(
            slug, self.column.title, tally.count, message, tally.examples, tally.rows, fix,
            safe or (certain and self.column.titled and not by_field), severity, self.column.kind if certain else "",
        )  # fmt: skip


@dataclass(frozen=True)
class SheetContext:
    """Hold what a sheet detector may use.

    Attributes:
        columns: The columns as their samples show them.
        notes: What was noted while the sheet was read (`WorkingFile.shape_notes`).
        working: The sheet itself, for a second look.
        outline: What the rows are: groups and totals; None for a sheet that is too long for a report.
        others: Source rows that were no data, one array for each batch so far that has any.
    """

    columns: Sequence[ColumnContext]
    notes: Mapping[str, Any]
    working: WorkingFile
    outline: SheetOutline | None = None
    others: list[npt.NDArray[np.int32]] = field(default_factory=list)

    @cached_property
    def lines(self) -> LineGroups | None:
        """Return how lines belong together to records; None where each row is a record, or the sheet is very long."""
        if self.outline is None:
            return None
        table = self.working.page(0, self.working.num_rows)
        batches = table.filter(pa.array(self.outline.kinds.data)).combine_chunks().to_batches()
        return line_groups(batches[0]) if batches else None

    @property
    def has_lines(self) -> bool:
        """Return whether rows belong to records or groups, so that rows that look alike are no duplicates."""
        in_groups = self.outline is not None and self.outline.nesting is not None
        return in_groups or self.lines is not None

    def is_data(self, rows: npt.NDArray[np.int32]) -> Flags:
        """Return which of these source rows were data, after the pass."""
        if not self.others:
            return np.ones(len(rows), np.bool_)
        return ~np.isin(rows, np.concatenate(self.others))


@dataclass(frozen=True)
class SheetBatch:
    """Hold one batch of a sheet.

    `batch` has all rows, `kinds` says which of them are no data, `data` has the others; `hashes`: of every cell of
    `data`, column by column.
    """

    batch: pa.RecordBatch
    kinds: RowKinds
    data: pa.RecordBatch
    hashes: Sequence[Hashes]


class SheetDetector(ABC):
    """Look at whole rows."""

    def __init__(self, sheet: SheetContext) -> None:
        """Begin with the sheet as its sample shows it."""
        self.sheet = sheet

    def look(self, seen: SheetBatch) -> None:
        """Take in one batch."""

    def second_look(self) -> None:
        """Look at the working file again, after the last batch; the columns are counted at the same time."""

    @abstractmethod
    def findings(self, columns: Sequence[ColumnFacts]) -> Iterable[FindingFacts]:
        """Return what was found, after the last batch, when the facts of all columns are there."""


class Detectors(NamedTuple):
    """Hold the detectors that a profile is made with, each kind in the order in which its findings are shown."""

    of_columns: tuple[type[ColumnDetector], ...]
    of_sheets: tuple[type[SheetDetector], ...]
