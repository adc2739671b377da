"""Everything that one pass over a working file can tell about a sheet."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pyarrow as pa

from engine.detectors import SHEET_DETECTORS
from engine.detectors.detector import SheetBatch, SheetContext, Unplaced
from engine.detectors.target_findings import repeated
from engine.profile.column_profiler import ColumnPass
from engine.profile.distinct_values import WAITING, Distinct, relieve
from engine.profile.profile_results import MAX_TOP, ColumnFacts, FindingFacts, SheetProfile
from engine.profile.sampling import known_columns
from engine.profile.second_look import frequent_texts, rows_with
from engine.sheets.row_kinds import row_kinds
from engine.sheets.working_file import ROW, WorkingFile

Progress = Callable[[int, int], None]
THREADS = min(4, os.cpu_count() or 1)  # columns looked at side by side; Arrow and numpy let go of the lock
LEAST_WAITING = 1 << 13


def profile_sheet(
    working: WorkingFile, *, country: str = "", today: date, progress: Progress | None = None
) -> SheetProfile:
    """Figures of every column and all findings, sheet findings first, then column by column.

    `country`: ISO alpha-2 code that phone numbers and states without one of their own belong to; dates after
    `today` lie in the future. `progress` gets rows at batch boundaries; what it raises ends the pass. Memory
    grows with distinct values (12 bytes each, up to `distinct.POOL` of them), not with rows.
    """
    done = 0
    with ThreadPoolExecutor(THREADS) as threads:
        run = _Run(working, country, today, threads)
        for batch in working.batches():
            run.look(batch)
            done += batch.num_rows
            if progress:
                progress(done, working.num_rows)
        return run.profile()


class _Run:
    """One pass over one sheet."""

    def __init__(self, working: WorkingFile, country: str, today: date, threads: ThreadPoolExecutor) -> None:
        self.working, self.threads = working, threads
        known = known_columns(working, country, today)
        waiting = max(LEAST_WAITING, WAITING // max(len(known), 1))
        self.columns = [ColumnPass(column, working.num_rows, waiting) for column in known]
        self.sheet = SheetContext(known, working.shape_notes, working)
        self.detectors = [detector(self.sheet) for detector in SHEET_DETECTORS]

    def look(self, batch: pa.RecordBatch) -> None:
        """Take in the next batch of all rows."""
        kinds = row_kinds(batch)
        data = batch
        if not kinds.data.all():
            self.sheet.others.append(batch.column(ROW).to_numpy()[~kinds.data])
            data = batch.filter(pa.array(kinds.data))
        rows = data.column(ROW).to_numpy()
        hashes = list(self.threads.map(lambda one: one.look(data.column(one.column.title), rows), self.columns))
        relieve([one.counter for one in self.columns])
        for detector in self.detectors:
            detector.look(SheetBatch(batch, kinds, data, hashes))

    def profile(self) -> SheetProfile:
        """Facts and findings, after the last batch."""
        distinct = list(self.threads.map(ColumnPass.distinct, self.columns))
        facts = self._facts(distinct)
        found: list[FindingFacts | Unplaced] = [
            finding for detector in self.detectors for finding in detector.findings(facts)
        ]
        for one, known, values in zip(self.columns, facts, distinct, strict=True):
            found += one.findings()
            if again := repeated(one.column, values, known.filled):
                found.append(Unplaced(again, values.repeated))
        return SheetProfile(self.working.num_rows, facts, self._placed(found))

    def _facts(self, distinct: Sequence[Distinct]) -> list[ColumnFacts]:
        by_title = {one.column.title: values for one, values in zip(self.columns, distinct, strict=True)}
        top = frequent_texts(self.working, by_title, MAX_TOP, self.threads)
        facts = self.threads.map(lambda one: one.facts(by_title[one.column.title], top[one.column.title]), self.columns)
        return list(facts)

    def _placed(self, found: Sequence[FindingFacts | Unplaced]) -> list[FindingFacts]:
        """The findings, with the rows of those that were known only after the pass."""
        open_ones = [one for one in found if isinstance(one, Unplaced)]
        wanted = [(one.finding.column or "", one.hashes) for one in open_ones]
        places = iter(rows_with(self.working, wanted))
        return [_with_rows(one, *next(places)) if isinstance(one, Unplaced) else one for one in found]


def _with_rows(unplaced: Unplaced, rows: list[int], examples: list[str]) -> FindingFacts:
    return replace(unplaced.finding, rows=rows, examples=examples)
