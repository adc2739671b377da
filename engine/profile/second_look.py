"""A second look at a few rows or columns, for what is known only after the pass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor

import numpy as np
import pyarrow as pa

from engine.profile.distinct_values import Distinct, Hashes, hashes
from engine.profile.profile_results import MAX_EXAMPLES, MAX_ROWS
from engine.sheets.working_file import ROW, WorkingFile

HEAD = 4096  # rows of a batch that are looked at first: they may be enough


class _Frequent:
    """Finds the texts of a column that occur most often; of equally frequent ones those that come first."""

    def __init__(self, distinct: Distinct, top: int) -> None:
        self._least = distinct.least(top)
        self._distinct = distinct.at_least(self._least)
        self._found: dict[str, int] = {}
        above = int((distinct.times > self._least).sum())
        self._open = {True: above, False: min(top, len(distinct.times)) - above}  # above the least, and at it

    @property
    def done(self) -> bool:
        return not any(self._open.values())

    def look_up(self, texts: pa.StringArray) -> None:
        """Look at the next batch, unless all are found."""
        for part in (texts[:HEAD], texts[HEAD:]):
            if not self.done:
                self._look(part)

    def _look(self, texts: pa.StringArray) -> None:
        times = self._distinct.times_of(hashes(texts))
        places = np.flatnonzero(times)
        for text, count in zip(texts.take(pa.array(places)).to_pylist(), times[places].tolist(), strict=True):
            if self._open[count > self._least] and text not in self._found:
                self._found[text] = count
                self._open[count > self._least] -= 1

    def result(self) -> list[tuple[str, int]]:
        return sorted(self._found.items(), key=lambda pair: -pair[1])


def frequent_texts(
    working: WorkingFile, distinct: Mapping[str, Distinct], top: int, threads: Executor
) -> dict[str, list[tuple[str, int]]]:
    """The most frequent texts of every column, with how often each occurs."""
    wanted = {title: _Frequent(values, top) for title, values in distinct.items()}
    for batch in working.batches():
        list(threads.map(_Frequent.look_up, wanted.values(), map(batch.column, wanted)))
        if all(one.done for one in wanted.values()):
            break
    return {title: one.result() for title, one in wanted.items()}


def rows_with(working: WorkingFile, wanted: Sequence[tuple[str, Hashes]]) -> list[tuple[list[int], list[str]]]:
    """For every (column, hashes): the first 1,000 source rows that hold a text with one of the hashes, in order,
    and five different ones of these texts.
    """
    found: list[tuple[list[int], list[str]]] = [([], []) for _ in wanted]
    titles = list(dict.fromkeys(title for title, _ in wanted))
    for batch in working.batches(titles) if wanted else ():
        hashed = {title: hashes(batch.column(title)) for title in titles}
        for (title, some), (rows, examples) in zip(wanted, found, strict=True):
            if len(rows) < MAX_ROWS:
                places = np.flatnonzero(np.isin(hashed[title], some))[: MAX_ROWS - len(rows)]
                rows += batch.column(ROW).to_numpy()[places].tolist()
                _exemplify(examples, batch.column(title).take(pa.array(places)))
        if all(len(rows) == MAX_ROWS for rows, _ in found):
            break
    return found


def _exemplify(examples: list[str], texts: pa.StringArray) -> None:
    new = [text for text in texts.unique().to_pylist() if text not in examples]
    examples += new[: MAX_EXAMPLES - len(examples)]
