"""What a detector is: a class that looks at the data once, batch by batch, and says what a person should know.

A column detector is made per column whose kind it knows; a sheet detector once per sheet. A new one is one
class in one file, named in the file's DETECTORS.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import islice, zip_longest
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from engine.profile.column_batch import ColumnBatch, Flags, Indices, Way
from engine.profile.distinct_values import Hashes, hashes
from engine.profile.sheet_profile import MAX_EXAMPLES, MAX_ROWS, ColumnFacts, FindingFacts, Fix, Severity
from engine.profile.value_kinds import Sample
from engine.sheets.row_kinds import RowKinds
from engine.sheets.working_file import WorkingFile

LOOK_AT = 64  # flagged cells of a batch among which examples are sought


@dataclass(frozen=True)
class ColumnContext:
    """What is known about a column before the pass.

    `kind` is decided from `sample`: up to a few hundred different filled texts, spread over the sheet, with how
    often each was met. `hints`: what the title says (`title_words.says`). `country`: ISO alpha-2 or "".
    `others`: kinds and samples of all columns of the sheet, this one included, by title.
    """

    title: str
    position: int
    kind: str
    sample: Sample
    hints: frozenset[str]
    country: str
    today: date
    others: Mapping[str, tuple[str, Sample]] = field(default_factory=dict)

    def neighbours_of(self, kind: str) -> list[Sample]:
        """The samples of the sheet's columns of a kind."""
        return [sample for known, sample in self.others.values() if known == kind]


@dataclass(frozen=True)
class RangeFacts:
    """What a detector adds to the column's facts: range, and further figures by name."""

    minimum: str = ""
    maximum: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)


class CellTally:
    """Counts flagged cells; keeps the first rows and the first few different texts."""

    def __init__(self) -> None:
        self.count = 0
        self._rows = np.zeros(0, np.int32)
        self._examples: dict[str, int] = {}  # text -> source row

    @property
    def rows(self) -> list[int]:
        """The first source row numbers, ascending."""
        return self._rows.tolist()

    @property
    def examples(self) -> list[str]:
        """Different texts, in the order of their rows."""
        return list(self._examples)

    def add(self, cells: ColumnBatch, flags: Flags) -> None:
        """Add the cells whose text in `cells.base` is flagged. Parts of one batch may come in any order."""
        if not flags.any():
            return
        self.count += cells.count(flags)
        if self._wants(cells.rows):
            indices = cells.positions(flags)[:MAX_ROWS]
            texts = cells.values.take(pa.array(indices[:LOOK_AT])).to_pylist()
            self._keep(
                cells.rows[indices], dict(zip(texts[::-1], cells.rows[indices][:LOOK_AT][::-1].tolist(), strict=True))
            )

    def add_at(self, cells: ColumnBatch, indices: Indices) -> None:
        """Add the cells whose texts stand at these indices of `cells.base`."""
        flags = np.zeros(len(cells.base), np.bool_)
        flags[indices] = True
        self.add(cells, flags)

    def add_rows(self, rows: npt.NDArray[np.int32], examples: Sequence[str] = ()) -> None:
        """Add whole rows by their source row numbers; `examples`: of the first ones."""
        self.count += len(rows)
        if len(rows):
            self._keep(rows[:MAX_ROWS], dict.fromkeys(examples, int(rows[0])))

    def _wants(self, rows: npt.NDArray[np.int32]) -> bool:
        """Whether rows of a batch that has these can be among the first ones."""
        return len(self._rows) < MAX_ROWS or bool(rows[0] < self._rows[-1])

    def _keep(self, rows: npt.NDArray[np.int32], examples: Mapping[str, int]) -> None:
        self._rows = np.sort(np.concatenate([self._rows, rows]))[:MAX_ROWS]
        met = {**examples, **self._examples}
        both = {text: min(row, examples.get(text, row)) for text, row in met.items()}
        self._examples = dict(sorted(both.items(), key=lambda pair: pair[1])[:MAX_EXAMPLES])

    @classmethod
    def merged(cls, tallies: Iterable[CellTally]) -> CellTally:
        """One tally of several that share no cell: the first rows of all, and examples of each in turn."""
        parts = sorted((tally for tally in tallies if tally.count), key=lambda tally: int(tally._rows[0]))
        whole = cls()
        for tally in parts:
            whole.count += tally.count
            whole._keep(tally._rows, {})
        in_turn = (
            text for texts in zip_longest(*(tally.examples for tally in parts)) for text in texts if text is not None
        )
        whole._examples = dict.fromkeys(islice(in_turn, MAX_EXAMPLES), 0)
        return whole


@dataclass(frozen=True)
class PendingFinding:
    """A finding about a column that is known only after the pass: the rows that hold a text with one of these
    hashes, and examples of them, are still to be looked up.
    """

    finding: FindingFacts
    hashes: Hashes


class Vocabulary:
    """The different texts of a column that has few of them, with how often each occurs."""

    LIMIT = 2000

    def __init__(self) -> None:
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
        """The texts without spaces around them; empty where there are too many."""
        found: Counter[str] = Counter()
        for text, times in (self.counts or {}).items():
            found[text.strip()] += times
        return found

    def unplaced(self, finding: FindingFacts, stripped: Collection[str]) -> PendingFinding:
        """`finding` about the cells that hold one of the `stripped` texts, with count and examples filled in."""
        counts = self.counts or Counter()
        texts = [text for text in counts if text.strip() in stripped]
        return PendingFinding(
            replace(finding, count=sum(map(counts.__getitem__, texts))), hashes(pa.array(texts, pa.string()))
        )


class ColumnDetector(ABC):
    """Looks at one column. `kinds`: the kinds of column it is for; empty: all."""

    kinds: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, column: ColumnContext) -> None:
        self.column = column

    @classmethod
    def wanted(cls, column: ColumnContext) -> bool:
        """Whether the detector has anything to say about such a column."""
        return not cls.kinds or column.kind in cls.kinds

    @abstractmethod
    def look(self, cells: ColumnBatch) -> None:
        """Take in one batch."""

    @abstractmethod
    def findings(self) -> Iterable[FindingFacts | PendingFinding]:
        """What was found, after the last batch."""

    def facts(self) -> RangeFacts:
        """What the detector adds to the column's facts."""
        return RangeFacts()

    def found(
        self, slug: str, tally: CellTally, message: str, fix: Fix | None = None, *,
        safe: bool = False, severity: Severity = "attention", count: int | None = None,
    ) -> FindingFacts:  # fmt: skip
        """A finding about this column."""
        return FindingFacts(
            slug, self.column.title, tally.count if count is None else count, message,
            tally.examples, tally.rows, fix, safe, severity,
        )  # fmt: skip


@dataclass(frozen=True)
class SheetContext:
    """What a sheet detector may know before the pass: the columns, what was noted while the sheet was read, and
    the working file, for a second look; `others`: source rows that were no data.
    """

    columns: Sequence[ColumnContext]
    notes: Mapping[str, Any]
    working: WorkingFile
    others: list[npt.NDArray[np.int32]] = field(default_factory=list)

    def is_data(self, rows: npt.NDArray[np.int32]) -> Flags:
        """Which of these source rows were data, after the pass."""
        return ~np.isin(rows, np.concatenate(self.others)) if self.others else np.ones(len(rows), np.bool_)


@dataclass(frozen=True)
class SheetBatch:
    """One batch of a sheet: `batch` all rows, `kinds` which of them are no data, `data` the others; `hashes`: of
    every cell of `data`, column by column.
    """

    batch: pa.RecordBatch
    kinds: RowKinds
    data: pa.RecordBatch
    hashes: Sequence[Hashes]


class SheetDetector(ABC):
    """Looks at whole rows."""

    def __init__(self, sheet: SheetContext) -> None:
        self.sheet = sheet

    def look(self, seen: SheetBatch) -> None:
        """Take in one batch."""

    def second_look(self) -> None:
        """Look at the working file again, after the last batch, beside all other detectors."""

    @abstractmethod
    def findings(self, columns: Sequence[ColumnFacts]) -> Iterable[FindingFacts]:
        """What was found, after the last batch, when the facts of all columns are known."""
