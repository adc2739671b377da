"""Profile a sheet: a sample for the kinds of its columns, one pass over all rows, and a second look at a few.

The columns of a batch are looked at side by side, while the next batch is read and its rows are sorted by kind:
Arrow, numpy and polars let go of Python's lock. What is found does not depend on which column is done first.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from operator import itemgetter
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from engine.profile.column_batch import Flags
from engine.profile.column_kinds import Sample, kind_of
from engine.profile.column_profiler import ColumnProfiler
from engine.profile.detector import ColumnContext, Detectors, PendingFinding, SheetBatch, SheetContext
from engine.profile.distinct_values import WAITING, Distinct, Hashes, hashes, relieve
from engine.profile.profile_results import MAX_EXAMPLES, MAX_ROWS, MAX_TOP, ColumnFacts, FindingFacts, SheetProfile
from engine.sheets.row_kinds import RowKinds
from engine.sheets.sheet_outline import SheetKinds
from engine.sheets.working_file import ROW, WorkingFile
from engine.values.title_hints import hints_of

ProgressReport = Callable[[int, int], None]
# Part of every look holds Python's lock, so that threads beyond a few would mostly wait.
THREADS = min(4, os.cpu_count() or 1)
LEAST_WAITING = 1 << 13  # hashes that a column of a very wide sheet keeps before they are merged
# The sample is read in pages that are spread over the sheet, since the first rows are often unlike the rest.
PAGES, PAGE = 8, 512
MOST_TEXTS = 300  # different texts of a column's sample
HEAD = 4096  # rows of a batch that are looked at first: they may be enough


def profile_sheet(
    working: WorkingFile,
    detectors: Detectors,
    *,
    country: str = "",
    today: date,
    progress: ProgressReport | None = None,
) -> SheetProfile:
    """Return the figures of every column and all findings, sheet findings first, then column by column.

    Memory grows with distinct values (12 bytes each, up to `distinct_values.POOL` of them), not with rows.

    Args:
        working: The sheet.
        detectors: What makes the findings (`engine.detectors.DETECTORS`).
        country: ISO alpha-2 code that phone numbers and states without one of their own belong to.
        today: Dates after it lie in the future.
        progress: Gets rows done and rows in all, at batch boundaries; what it raises ends the pass.
    """
    done = 0
    with ThreadPoolExecutor(THREADS) as threads:
        run = _Run(working, detectors, column_contexts(working, country, today), threads)
        for batch in working.batches():
            run.look(batch)
            done += batch.num_rows
            if progress:
                progress(done, working.num_rows)
        return run.profile()


class _Begun(NamedTuple):
    """Hold a batch whose columns are being examined."""

    batch: pa.RecordBatch
    kinds: RowKinds
    data: pa.RecordBatch
    columns: list[Future[Hashes]]


class _Run:
    """Make one pass over one sheet."""

    def __init__(
        self, working: WorkingFile, detectors: Detectors, contexts: Sequence[ColumnContext], threads: Executor
    ) -> None:
        self.working, self.threads = working, threads
        # All columns together hold WAITING hashes, however many columns there are.
        waiting = max(LEAST_WAITING, WAITING // max(len(contexts), 1))
        self.columns = [ColumnProfiler(column, detectors, working.num_rows, waiting) for column in contexts]
        self.kinds = SheetKinds(working)
        self.sheet = SheetContext(contexts, working.shape_notes, working, self.kinds.outline)
        self.detectors = [detector(self.sheet) for detector in detectors.of_sheets]
        self._begun: _Begun | None = None
        self._sheet_looked: Future[None] | None = None

    def look(self, batch: pa.RecordBatch) -> None:
        """Take in the next batch of all rows; its columns are looked at while the caller reads another one."""
        kinds = self.kinds.of(batch)
        data = batch
        # Most batches are data throughout; to filter them all the same would copy every column.
        if not kinds.data.all():
            self.sheet.others.append(batch.column(ROW).to_numpy()[~kinds.data])
            data = batch.filter(pa.array(kinds.data))
        self._finish_batch()
        rows = data.column(ROW).to_numpy()
        columns = [self.threads.submit(one.look, data.column(one.column.title), rows) for one in self.columns]
        self._begun = _Begun(batch, kinds, data, columns)

    def _finish_batch(self) -> None:
        """Wait for the columns of the batch before, and let the sheet's detectors look at it."""
        if not self._begun:
            return
        batch, kinds, data, columns = self._begun
        found = [column.result() for column in columns]
        relieve([one.counter for one in self.columns])
        if self._sheet_looked:
            self._sheet_looked.result()  # detectors take in one batch after the other
        self._sheet_looked = self.threads.submit(self._look_at_rows, SheetBatch(batch, kinds, data, found))
        self._begun = None

    def _look_at_rows(self, seen: SheetBatch) -> None:
        for detector in self.detectors:
            detector.look(seen)

    def profile(self) -> SheetProfile:
        """Return facts and findings, after the last batch."""
        self._finish_batch()
        if self._sheet_looked:
            self._sheet_looked.result()
        # The sheet's own second look takes as long as the rest together, so it begins first.
        looked = [self.threads.submit(detector.second_look) for detector in self.detectors]
        distinct = list(self.threads.map(ColumnProfiler.distinct, self.columns))
        facts = self._facts(distinct)
        found: list[FindingFacts | PendingFinding] = []
        for detector, future in zip(self.detectors, looked, strict=True):
            future.result()
            found += detector.findings(facts)
        for one, values in zip(self.columns, distinct, strict=True):
            found += one.findings(values)
        return SheetProfile(self.working.num_rows, facts, self._with_rows(found))

    def _facts(self, distinct: Sequence[Distinct]) -> list[ColumnFacts]:
        titles = [one.column.title for one in self.columns]
        top = frequent_texts(self.working, dict(zip(titles, distinct, strict=True)), MAX_TOP, self.threads)
        facts = self.threads.map(ColumnProfiler.facts, self.columns, distinct, map(top.__getitem__, titles))
        return list(facts)

    def _with_rows(self, found: Iterable[FindingFacts | PendingFinding]) -> list[FindingFacts]:
        """Return the findings, with the rows of those that were made only after the pass."""
        findings: list[FindingFacts] = []
        pending: dict[int, PendingFinding] = {}  # by the index of its finding
        for one in found:
            if isinstance(one, PendingFinding):
                pending[len(findings)] = one
                one = one.finding
            findings.append(one)
        wanted = [(one.finding.column or "", one.hashes) for one in pending.values()]
        # One more pass serves all of them.
        for index, (rows, examples) in zip(pending, rows_with(self.working, wanted), strict=True):
            findings[index] = replace(findings[index], rows=rows, examples=examples)
        return findings


def column_contexts(working: WorkingFile, country: str, today: date) -> list[ColumnContext]:
    """Return the context of each column before the pass; `country` is the dataset's (ISO alpha-2) or ""."""
    others: dict[str, tuple[str, Sample]] = {}
    for title, sample in _samples(working).items():
        others[title] = kind_of(sample, hints_of(title), country), sample
    contexts = []
    for position, (title, (kind, sample)) in enumerate(others.items()):
        contexts.append(ColumnContext(title, position, kind, sample, hints_of(title), country, today, others))
    return contexts


def _samples(working: WorkingFile) -> dict[str, Sample]:
    batches, kinds = [], SheetKinds(working)
    for start in _page_starts(working.num_rows):
        for batch in working.page(start, PAGE).to_batches():
            batches.append(batch.filter(pa.array(kinds.of(batch).data)))
    samples = {}
    for title in working.titles:
        samples[title] = _sample([batch.column(title) for batch in batches])
    return samples


def _page_starts(rows: int) -> list[int]:
    """Return where the pages of the sample start: all of a small sheet, or evenly spread over a large one."""
    if rows <= PAGES * PAGE:
        return list(range(0, rows, PAGE))
    return [round(start) for start in np.linspace(0, rows - PAGE, PAGES)]


def _sample(parts: list[pa.StringArray]) -> Sample:
    """Return the most frequent among the filled texts, up to MOST_TEXTS, with how often each occurs."""
    counts: Counter[str] = Counter()
    for part in parts:
        counted = pc.value_counts(part)
        counts.update(dict(zip(counted.field(0).to_pylist(), counted.field(1).to_pylist(), strict=True)))
    counts.pop("", None)
    return [(text, times) for text, times in counts.most_common(MOST_TEXTS) if text.strip()]


class _FrequentTexts:
    """Find the texts of a column that occur most often; of equally frequent ones those that come first."""

    def __init__(self, distinct: Distinct, top: int) -> None:
        self._least = distinct.least(top)
        self._distinct = distinct.at_least(self._least)
        self._found: dict[str, int] = {}
        above = int((distinct.times > self._least).sum())
        # How many are still to be found: above the least number of times, and at it.
        self._open = {True: above, False: min(top, len(distinct.times)) - above}

    @property
    def done(self) -> bool:
        """Return whether all are found."""
        return not any(self._open.values())

    def look_up(self, texts: pa.StringArray) -> None:
        """Look at the next batch, unless all are found."""
        # Frequent texts are mostly among the first rows, and hashes of the others need not be computed then.
        for part in (texts[:HEAD], texts[HEAD:]):
            if not self.done:
                self._look(part)

    def _look(self, texts: pa.StringArray) -> None:
        times = self._distinct.times_of(hashes(texts))
        positions = np.flatnonzero(times)
        found = texts.take(pa.array(positions)).to_pylist()
        for text, count in zip(found, times[positions].tolist(), strict=True):
            if self._open[count > self._least] and text not in self._found:
                self._found[text] = count
                self._open[count > self._least] -= 1

    def result(self) -> list[tuple[str, int]]:
        """Return the texts found, the most frequent first."""
        # Sorting keeps equally frequent texts in the order in which they were found, reversed or not.
        return sorted(self._found.items(), key=itemgetter(1), reverse=True)


def frequent_texts(
    working: WorkingFile, distinct: Mapping[str, Distinct], top: int, threads: Executor
) -> dict[str, list[tuple[str, int]]]:
    """Return the most frequent texts of every column, with how often each occurs."""
    wanted = {title: _FrequentTexts(values, top) for title, values in distinct.items()}
    for batch in working.batches():
        list(threads.map(_FrequentTexts.look_up, wanted.values(), map(batch.column, wanted)))
        # Only hashes were kept, so the file is read again, mostly no further than its first batch.
        if all(one.done for one in wanted.values()):
            break
    return {title: one.result() for title, one in wanted.items()}


class _RowsFound(NamedTuple):
    """Hold rows and examples of the cells that were looked for."""

    rows: list[int]
    examples: list[str]

    def add(self, batch: pa.RecordBatch, title: str, flags: Flags) -> None:
        """Add the flagged rows of a batch, up to MAX_ROWS of all, and examples of their texts."""
        positions = np.flatnonzero(flags)[: MAX_ROWS - len(self.rows)]
        self.rows.extend(batch.column(ROW).to_numpy()[positions].tolist())
        for text in batch.column(title).take(pa.array(positions)).unique().to_pylist():
            if len(self.examples) < MAX_EXAMPLES and text not in self.examples:
                self.examples.append(text)

    @property
    def full(self) -> bool:
        """Return whether no more rows are wanted."""
        return len(self.rows) == MAX_ROWS


def rows_with(working: WorkingFile, wanted: Sequence[tuple[str, Hashes]]) -> list[_RowsFound]:
    """Return rows and examples for every pair of a column and hashes.

    They are the first 1,000 source rows, in order, that hold a text with one of the hashes, and five different
    ones of these texts.
    """
    found = [_RowsFound([], []) for _ in wanted]
    if not wanted:
        return found
    titles = list(dict.fromkeys(map(itemgetter(0), wanted)))
    for batch in working.batches(titles):
        # Several findings are often about one column, which is hashed once for all of them.
        hashed = {title: hashes(batch.column(title)) for title in titles}
        for (title, some), rows in zip(wanted, found, strict=True):
            if not rows.full:
                rows.add(batch, title, np.isin(hashed[title], some))
        if all(rows.full for rows in found):
            break
    return found
