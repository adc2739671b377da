"""Lines that belong to one record: orders with their items, entries of a journal with their accounts.

Cells of the record stand on its first line only, or on every line; the key of the record likewise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from engine.sheets.amount_columns import read_amounts
from engine.sheets.row_kinds import Mask
from engine.sheets.working_file import ROW

_START = 100  # rows that show whether the first column counts lines
_KEYS = 6  # columns from the left among which the key of a record is
_COMPLETE = 0.95  # of the rows: a cell of a report may be empty for a reason of its own
_ALWAYS = 0.9  # of the first lines: a cell that every record has
_CERTAIN = 3  # so many cells that every record has, none of them on a further line, are no chance
_WHOLE = 0.5  # the tolerance of a column of whole numbers, which may be codes; prices have decimals
_OFTEN = 0.25  # of the rows are further lines, where a single column shows it
_LIST = 0.5  # of the rows share their key with a neighbour: a list of lines


@dataclass(frozen=True)
class LineGroups:
    """Hold how the lines of a sheet belong together.

    Attributes:
        key: The title of the column that says which lines belong together.
        on_every_line: Whether it does so on every line, or only on the first.
        columns: The titles of columns that are filled on first lines only; the key is the first of them where it is.
        alike: Whether all of these are filled on every first line.
        further: The source rows of the further lines.
        certain: Whether nothing else explains it.
    """

    key: str
    on_every_line: bool
    columns: list[str]
    alike: bool
    further: list[int]
    certain: bool = False


def line_groups(batch: pa.RecordBatch) -> LineGroups | None:
    """Return how lines belong together; None where each row is a record of its own.

    The batch has all rows of data of a sheet.
    """
    titles = [title for title in batch.schema.names if title != ROW]
    if len(titles) < 2 or len(batch) < 2:
        return None
    lines = _Lines(batch, titles)
    return lines.by_first_column() or lines.by_key()


class _Lines:
    """The rows of data of a sheet, with which of their cells are filled."""

    def __init__(self, batch: pa.RecordBatch, titles: list[str]) -> None:
        self.batch, self.titles = batch, titles
        self.texts = [pc.utf8_trim_whitespace(batch.column(title)) for title in titles]
        self.filled = [np.asarray(pc.not_equal(one, "").to_numpy(zero_copy_only=False), bool) for one in self.texts]

    def by_first_column(self) -> LineGroups | None:
        """Return the groups where the first column, but for a counter of lines, is filled on first lines only."""
        key = int(self._counts_lines())
        first = self.filled[key]
        further = ~first
        if not first[0] or not further.any() or first.sum() < 2:
            return None
        if len(pc.unique(self.texts[key].filter(pa.array(first)))) < first.sum():
            return None  # a value that comes back is a reference
        complete = max((filled.mean() for filled in self.filled[key + 1 :]), default=0)
        if complete < _COMPLETE or self._stops(key, first):
            return None
        neighbours = self._alike_neighbours(key, first)
        others = self._on_first_lines(first, further, neighbours)
        # A gap here and there in one column is a value that is missing.
        if further.sum() < 2 or (len(neighbours) + len(others) < 2 and further.mean() < _OFTEN):
            return None
        columns = [self.titles[place] for place in sorted({*neighbours, *others})]
        return LineGroups(self.titles[key], False, columns, not others, self._rows(further))

    def _counts_lines(self) -> bool:
        """Return whether the first column is a running number of all lines, and the next one may be the key."""
        if not self.filled[0].all() or len(self.titles) < 3:
            return False
        if not all(text.isdecimal() for text in self.texts[0].slice(0, 3).to_pylist()):
            return False
        # Numbers of other things mostly show it soon.
        start = read_amounts(self.texts[0].slice(0, _START))
        if (np.diff(start.values) != 1).any():
            return False
        values = read_amounts(self.texts[0])
        return bool(values.filled.all() and (np.diff(values.values) == 1).all())

    def _alike_neighbours(self, key: int, first: Mask) -> list[int]:
        """Return the columns from the key on that are filled in the very same rows."""
        found = []
        for place, filled in enumerate(self.filled[key : key + _KEYS], key):
            if not np.array_equal(filled, first):
                break
            found.append(place)
        return found

    def _on_first_lines(self, first: Mask, further: Mask, known: Sequence[int]) -> list[int]:
        """Return further columns that no further line fills, and several first lines of more than one line do."""
        leads = first & np.append(further[1:], False)
        found = []
        for place, filled in enumerate(self.filled):
            if place in known or (filled & further).any() or (filled & leads).sum() <= 1:
                continue
            if not self._takes_turns(place, further):
                found.append(place)
        return found

    def _takes_turns(self, place: int, further: Mask) -> bool:
        """Return whether a column of amounts is empty where another one is filled, as debits and credits are.

        An amount of the first line is not that of the others then.
        """
        filled = self.filled[place]
        if not read_amounts(self.texts[place].filter(pa.array(filled))).filled.all():
            return False
        for other, texts in zip(self.filled, self.texts, strict=True):
            if (other & filled).any() or (other & further).sum() < _LIST * further.sum():
                continue
            if read_amounts(texts.filter(pa.array(other))).filled.all():
                return True
        return False

    def _stops(self, key: int, first: Mask) -> bool:
        """Return whether a column is a running number that was not continued, and no key of groups."""
        places = np.flatnonzero(first)
        values = read_amounts(self.texts[key].take(pa.array(places)))
        behind = len(first) - 1 - int(places[-1])
        if values.filled.all():
            steps = np.diff(values.values)
            # Numbers of rows: they grow as the rows do, across rows without a number too.
            if np.array_equal(steps, np.diff(places)):
                return True
        only_at_end = behind > 0 and behind == (~first).sum()
        return only_at_end and behind > len(places)

    def by_key(self) -> LineGroups | None:
        """Return the groups where a column says on every line which record it belongs to."""
        for place in range(min(_KEYS, len(self.titles))):
            if not self.filled[place].all():
                continue
            starts = self._starts(place)
            if starts is None:
                continue
            found = self._by_key(place, starts)
            if found is not None:
                return found
        return None

    def _starts(self, place: int) -> Mask | None:
        """Return where a value of a column begins; None where values come back later, or none is on several rows."""
        texts = self.texts[place]
        differ = pc.not_equal(texts.slice(1), texts.slice(0, len(texts) - 1))
        starts = np.append(True, np.asarray(differ.to_numpy(zero_copy_only=False), bool))
        if starts.all() or starts.sum() < 2 or starts.sum() != pc.count_distinct(texts).as_py():
            return None
        return starts

    def _by_key(self, place: int, starts: Mask) -> LineGroups | None:
        further = ~starts
        columns, always = list[str](), 0
        for other, filled in enumerate(self.filled):
            if other == place or not filled.any() or (filled & further).any() or self._takes_turns(other, further):
                continue
            columns.append(self.titles[other])
            always += bool(filled[starts].mean() >= _ALWAYS)
        title = self.titles[place]
        if always >= _CERTAIN:
            return LineGroups(title, True, columns, True, self._rows(further), self._are_items(place, further))
        shared = further | np.append(further[1:], False)
        if self._is_number(place) and shared.mean() >= _LIST and not columns:
            return LineGroups(title, True, [], True, self._rows(further))
        return None

    def _are_items(self, place: int, further: Mask) -> bool:
        """Return whether further lines hold prices and the key is a number of a document.

        The further people of a company come under its name, and with no numbers: what the first of them has, such as
        a phone, is not theirs.
        """
        if not self._is_number(place):
            return False
        for filled, texts in zip(self.filled, self.texts, strict=True):
            here = filled & further
            if texts is self.texts[place] or here.sum() < _ALWAYS * further.sum():
                continue
            amounts = read_amounts(texts.filter(pa.array(here)))
            if amounts.filled.mean() >= _ALWAYS and amounts.tolerance < _WHOLE:
                return True
        return False

    def _is_number(self, place: int) -> bool:
        """Return whether nearly all values of a column have digits in them."""
        distinct = pc.unique(self.texts[place])
        with_digits = pc.match_substring_regex(distinct, "[0-9]").to_numpy(zero_copy_only=False)
        return bool(np.mean(with_digits) >= _ALWAYS)

    def _rows(self, mask: Mask) -> list[int]:
        rows: list[int] = self.batch.column(ROW).filter(pa.array(mask)).to_pylist()
        return rows
