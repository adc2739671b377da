"""Cells of a workbook, some thousand at a time: first what they hold, then what they show, then rows of text.

Numbers become text with 15 significant digits and no exponent, dates are written year first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from engine.readers.formula_guards import without_guard, without_guards
from engine.readers.number_formats import NumberFormat, compiled
from engine.readers.raw_sheet import BATCH_CELLS, BATCH_ROWS, Range, RawSheet, RowSpool, SheetNotes
from engine.readers.reading_context import ReadingContext
from engine.readers.refusals import damaged
from engine.values.text_masks import offsets

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

TEXT, NUMBER, BOOLEAN, ERROR, DATE = range(5)  # what a cell holds; DATE is a date written as ISO text
LAST_ROW = 2**20  # of a sheet, in every program
_EXAMPLES = 20  # that are looked at for a note
_TRUE = pa.array(["1", "true", "TRUE"])

_PLAIN = r"^(?:0|-?[1-9][0-9]*|-?(?:0|[1-9][0-9]*)\.[0-9]*[1-9])$"
_EXACT = 15  # digits and signs up to which a stored number is what was typed
_DAY = 86_400  # seconds
_LAST_DAY = 2_958_466  # 1 January 10000, as a serial number
_EPOCH_1900 = (date(1899, 12, 30) - date(1970, 1, 1)).days
_SHIFT_1904 = 1462  # days between the two systems of serial dates
_LEAP_DAY = 60  # 29 February 1900, which there was not; the first system counts it


class TextColumn:
    """Hold one text per entry, and replace some of them without copying the others."""

    # Replacements are kept as further arrays and joined only when texts are read.
    def __init__(self, texts: pa.StringArray) -> None:
        """Take `texts` for the entries, in order."""
        self._parts, self._size = [texts], len(texts)
        self._at: Integers = np.arange(len(texts), dtype=np.int64)

    def __len__(self) -> int:
        """Return how many entries there are."""
        return len(self._at)

    def put(self, places: Integers, texts: pa.StringArray) -> None:
        """Replace the entries at these indices."""
        self._parts.append(texts)
        self._at[places] = self._size + np.arange(len(texts))
        self._size += len(texts)

    def take(self, places: Integers) -> pa.StringArray:
        """Return the entries at these indices."""
        pool, at = self.pooled()
        return pool.take(pa.array(at[places]))

    def whole(self) -> pa.StringArray:
        """Return all entries."""
        pool, at = self.pooled()
        return pool.take(pa.array(at))

    def pooled(self) -> tuple[pa.StringArray, Integers]:
        """Return texts in no order, and for every entry the index of its text."""
        if len(self._parts) > 1:
            self._parts = [pa.concat_arrays(self._parts)]
        return self._parts[0], self._at


@dataclass(frozen=True)
class WorkbookCells:
    """Hold some cells of a sheet, one entry per cell.

    Attributes:
        rows: numbers from 1.
        columns: positions from 0.
        holds: TEXT, NUMBER, BOOLEAN, ERROR or DATE.
        styles: the indices of their styles in the workbook's list.
        texts: first as stored, after formatting as shown.
    """

    rows: Integers
    columns: Integers
    holds: Integers
    styles: Integers
    texts: TextColumn


@dataclass(frozen=True)
class CellDisplay:
    """Know how a workbook shows its cells: the number format code of every style, and where its dates begin."""

    codes: Sequence[str]
    date1904: bool = False

    @cached_property
    def _formats(self) -> tuple[list[NumberFormat], Integers]:
        """Return the different formats, and the index of each style's format; -1 for an unknown style."""
        different = list(dict.fromkeys(self.codes))
        place_of = dict(zip(different, range(len(different)), strict=True))
        format_of = [*map(place_of.__getitem__, self.codes), -1]
        return list(map(compiled, different)), np.array(format_of, np.int64)

    def show(self, cells: WorkbookCells, notes: SheetNotes) -> None:
        """Turn the stored texts of the cells into those that the workbook shows."""
        for holds, show in ((NUMBER, self._numbers), (BOOLEAN, _booleans), (ERROR, _errors), (DATE, _iso_dates)):
            places = np.flatnonzero(cells.holds == holds)
            if len(places):
                show(cells, places, notes)
        _without_guards(cells, notes)

    def _numbers(self, cells: WorkbookCells, places: Integers, notes: SheetNotes) -> None:
        texts = plain(cells.texts.take(places))
        cells.texts.put(places, texts)
        formats, format_of = self._formats
        styles = cells.styles[places]
        used = format_of[np.where(styles < len(self.codes), styles, -1)]
        for number in np.unique(used[used >= 0]):
            if not formats[number].plain:
                mine = np.flatnonzero(used == number)
                rows = cells.rows[places[mine]]
                shown = self._formatted(formats[number], texts.take(pa.array(mine)), rows, notes)
                cells.texts.put(places[mine], shown)

    def _formatted(
        self, number_format: NumberFormat, texts: pa.StringArray, rows: Integers, notes: SheetNotes
    ) -> pa.StringArray:
        if number_format.kind != "number":
            return dates(texts, number_format.kind, self.date1904)
        shown, hidden = number_format.shown(texts)
        more = np.flatnonzero(np.asarray(hidden))
        if len(more):
            examples = shown.take(pa.array(more[:_EXAMPLES])).to_pylist()
            notes["hidden_digits"].add_all(rows[more].tolist(), examples)
        if number_format.adds_digits:
            _note_added_digits(texts, shown, rows, notes)
        return shown


def _without_guards(cells: WorkbookCells, notes: SheetNotes) -> None:
    """Read texts that were written as formulas and pasted as what they look like: ="00123" is 00123."""
    pool, at = cells.texts.pooled()
    guarded = np.asarray(pc.starts_with(pool, '="'))
    # Hardly any workbook has one: a look at the different texts is all that the others pay.
    if not guarded.any():
        return
    for place in np.flatnonzero(guarded[at] & (cells.holds == TEXT)).tolist():
        text = without_guard(cells.texts.take(np.array([place])).to_pylist()[0], int(cells.rows[place]), notes)
        cells.texts.put(np.array([place]), pa.array([text], pa.string()))


def _note_added_digits(texts: pa.StringArray, shown: pa.StringArray, rows: Integers, notes: SheetNotes) -> None:
    """Note the cells that show more digits before the point than their numbers have."""
    before, behind = (pc.replace_substring_regex(column, r"\..*|[^0-9]", "") for column in (texts, shown))
    added = np.flatnonzero(np.asarray(pc.greater(pc.binary_length(behind), pc.binary_length(before))))
    if len(added):
        notes["added_digits"].add_all(rows[added].tolist(), shown.take(pa.array(added[:_EXAMPLES])).to_pylist())


def _booleans(cells: WorkbookCells, places: Integers, notes: SheetNotes) -> None:
    yes = pc.is_in(cells.texts.take(places), _TRUE)
    cells.texts.put(places, pc.if_else(yes, "TRUE", "FALSE"))


def _errors(cells: WorkbookCells, places: Integers, notes: SheetNotes) -> None:
    examples = cells.texts.take(places[:_EXAMPLES]).to_pylist()
    notes["formula_errors"].add_all(cells.rows[places].tolist(), examples)


def _iso_dates(cells: WorkbookCells, places: Integers, notes: SheetNotes) -> None:
    stored = cells.texts.take(places).to_pylist()
    cells.texts.put(places, pa.array(map(iso, stored), pa.string()))


class SheetGrid:
    """Put cells that come row by row into a spool, with the empty cells between them."""

    def __init__(self, name: str, context: ReadingContext) -> None:
        """Begin an empty sheet of the workbook that the user calls `name`."""
        self.spool: RowSpool = context.new_spool()
        self._name, self._context, self._notes = name, context, SheetNotes()

    def add(self, cells: WorkbookCells) -> None:
        """Add the next cells. Raises Unreadable beyond the limits, and where rows come twice or out of order."""
        pool, at = cells.texts.pooled()
        sizes = np.diff(offsets(pool))[at]
        filled = np.flatnonzero(sizes)
        if not len(filled):
            return
        self._context.check_bytes(self._name, int(sizes.sum(dtype=np.int64)))
        rows, columns = cells.rows[filled], cells.columns[filled]
        last = int(rows[-1])
        if (np.diff(rows) < 0).any() or rows[0] <= self.spool.num_rows or last > LAST_ROW or columns.min() < 0:
            raise damaged(self._name, f"row {rows[0]} after row {self.spool.num_rows}, last {last}")
        width = max(int(columns.max()) + 1, self.spool.width)
        self._context.check_size(self._name, last, width)
        self.spool.append_blank(int(rows[0]) - 1 - self.spool.num_rows)
        self._fill(rows, columns, at[filled], pa.concat_arrays([pool, pa.array([""], pa.string())]), width)

    def _fill(self, rows: Integers, columns: Integers, at: Integers, pool: pa.StringArray, width: int) -> None:
        """Append the rows, some at a time: a sheet may hold two cells a million rows apart."""
        size = min(BATCH_ROWS, max(1, BATCH_CELLS // width))
        while (first := self.spool.num_rows + 1) <= rows[-1]:
            stop = min(first + size - 1, int(rows[-1]))
            start, end = np.searchsorted(rows, [first, stop + 1])
            # The last text of the pool is the empty one.
            places = np.full((width, stop - first + 1), len(pool) - 1)
            places[columns[start:end], rows[start:end] - first] = at[start:end]
            filled = [pool.take(pa.array(column)) for column in places]
            self.spool.append(without_guards(filled, self.spool.num_rows, self._notes))

    def finish(self, sheet: RawSheet) -> RawSheet | None:
        """Return `sheet`, complete, or None where it holds nothing; then its memory is given back.

        Cells that are merged beside or below everything that is filled are forgotten.
        """
        self.spool.finish()
        if any(self.spool.last_filled):
            sheet.merged = list(_touching(sheet))
            sheet.notes += self._notes.values()
            return sheet
        self.spool.close()
        return None


def _touching(sheet: RawSheet) -> Iterator[Range]:
    """Yield the merged ranges that begin where the sheet has cells."""
    for area in sheet.merged:
        if 0 <= area.left < sheet.columns and 1 <= area.top <= sheet.num_rows:
            yield area


# --- Numbers and dates as text ----------------------------------------------------------------------------------


def plain(numbers: pa.StringArray) -> pa.StringArray:
    """Return numbers as a file stores them as text that everybody can read.

    274.65999999999997 -> 274.66, 1.0 -> 1, 1E-3 -> 0.001. Whole numbers keep all their digits; what is no number stays.
    """
    is_exact = pc.or_(pc.less_equal(pc.binary_length(numbers), _EXACT), pc.invert(pc.match_substring(numbers, ".")))
    is_plain = pc.and_(pc.match_substring_regex(numbers, _PLAIN), is_exact)
    odd = np.flatnonzero(~np.asarray(is_plain))
    if not len(odd):
        return numbers
    stored = numbers.take(pa.array(odd)).to_pylist()
    texts = TextColumn(numbers)
    texts.put(odd, pa.array(map(plain_number, stored), pa.string()))
    return texts.whole()


def plain_number(text: str) -> str:
    """Return one number, written plainly."""
    try:
        if text.lstrip("+-").isdecimal():
            return str(int(text))
        short = f"{float(text):.15g}"
        if "n" in short:  # nan, inf
            return text
    except ValueError:
        return text
    if "e" in short:
        short = format(Decimal(short), "f")
    return "0" if short == "-0" else short


def dates(serials: pa.StringArray, kind: str, date1904: bool) -> pa.StringArray:
    """Return serial dates as 2021-01-01, or 2021-01-01 12:00:00 where they have a time.

    Times of day become 12:00:00, elapsed times 36:00:00. What is no date that a sheet could show stays as it is.
    """
    floats = _floats(serials)
    last_day = _LAST_DAY - (_SHIFT_1904 if date1904 else 0)
    known = np.isfinite(floats) & (floats >= 0) & (floats < last_day)
    seconds = np.zeros(len(floats), np.int64)
    seconds[known] = np.rint(floats[known] * _DAY)
    days, clock = seconds // _DAY, seconds % _DAY
    if kind == "elapsed":
        return _chosen(known, _clocks(seconds // 3600, clock), serials)
    texts = _calendar(days, clock, date1904)
    # Day 0 is a date in the second system only.
    timed = (days == 0) & ((kind == "time") | (clock > 0) & (not date1904))
    texts = _chosen(timed, _clocks(clock // 3600, clock), texts)
    return _chosen(known & (timed | (days > 0) | date1904), texts, serials)


def _floats(serials: pa.StringArray) -> npt.NDArray[np.float64]:
    try:
        return np.asarray(pc.cast(serials, pa.float64()))
    except pa.ArrowInvalid:
        return np.fromiter(map(_float, serials.to_pylist()), np.float64, len(serials))


def _float(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _calendar(days: Integers, clock: Integers, date1904: bool) -> pa.StringArray:
    """Return day numbers as dates, with the time where there is one."""
    shifted = days + _SHIFT_1904 if date1904 else days + (days < _LEAP_DAY)
    since = (shifted + _EPOCH_1900).astype("datetime64[D]")
    texts = pc.cast(pa.array(since), pa.string())
    leap = days == _LEAP_DAY
    if not date1904 and leap.any():
        texts = pc.if_else(pa.array(leap), "1900-02-29", texts)
    if not clock.any():
        return texts
    with_time = pc.binary_join_element_wise(texts, _clocks(clock // 3600, clock), " ")
    return _chosen(clock > 0, with_time, texts)


def _clocks(hours: Integers, clock: Integers) -> pa.StringArray:
    parts = (hours, clock // 60 % 60, clock % 60)
    padded = [pc.utf8_lpad(pc.cast(pa.array(part), pa.string()), 2, "0") for part in parts]
    return pc.binary_join_element_wise(*padded, ":")


def _chosen(flags: Flags, yes: pa.StringArray, no: pa.StringArray) -> pa.StringArray:
    return pc.if_else(pa.array(flags), yes, no)


def iso(text: str) -> str:
    """Return a date that a file stores as ISO text as it is shown: 2021-01-01T00:00:00 -> 2021-01-01."""
    try:
        moment = datetime.fromisoformat(text.strip())
        if moment.tzinfo:
            moment = moment.astimezone(UTC).replace(tzinfo=None)
        moment = (moment + timedelta(microseconds=500_000)).replace(microsecond=0)
    except (ValueError, OverflowError):
        return text
    if moment.time() == moment.min.time():
        return f"{moment:%Y-%m-%d}"
    return f"{moment:%Y-%m-%d %H:%M:%S}"
