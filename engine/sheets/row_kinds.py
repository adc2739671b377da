"""Rows of a table that are no data, as far as a batch shows: blank rows, totals by their words, notes, titles again.

One rule for the findings and for the steps that drop such rows. A total has a label of its own and nothing but amounts
beside it: a customer called "Total Wine & More" has other cells filled with words. What only the whole sheet shows
(groups, totals without a word) is added by `sheet_outline`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from engine.sheets.table_shape import LONGEST
from engine.sheets.working_file import FACTS, LAST_ROW, ROW
from engine.values.languages import pattern
from engine.values.text_masks import data, offsets

Mask = npt.NDArray[np.bool_]

FOOTER_ROWS = 200  # rows at the end of a table that may be notes
_WORDS = 3  # cells that begin like words in a row that is looked at more closely: a label, and amounts with a currency
_GROUP_ROWS = 5000  # rows above a total among which its group begins
_GROUP_COLUMNS = 4  # columns that may hold the name of a group
_DIGITS = re.compile(r"[0-9]+")
_SPACES = r"^[\s\x0b\x1c-\x1f\x{85}\pZ\x{FEFF}\x{200B}-\x{200D}\x{2060}\x{AD}]*$"


Codes = npt.NDArray[np.uint8]

# What a row can be; the number is stored.
KIND_NAMES = ("data", "blank", "group", "section", "subtotal", "total", "titles", "note")
DATA, BLANK, GROUP, SECTION, SUBTOTAL, TOTAL, TITLES, NOTE = range(len(KIND_NAMES))


@dataclass(frozen=True)
class RowKinds:
    """Say what each row of a batch is.

    Attributes:
        codes: one of the kinds above for each row.
        grouped: the same by the reading in which rows that hold a name alone are the names of groups; where that is
            in doubt they are data in `codes`. None: it is no different.
    """

    codes: Codes
    grouped: Codes | None = None

    @property
    def blank(self) -> Mask:
        """Return the rows without any text."""
        return self.codes == BLANK

    @property
    def total(self) -> Mask:
        """Return the rows of totals and subtotals."""
        return (self.codes == SUBTOTAL) | (self.codes == TOTAL)

    @property
    def grand(self) -> Mask:
        """Return those totals that sum up the whole table."""
        return self.codes == TOTAL

    @property
    def footer(self) -> Mask:
        """Return the notes: below the table, and page numbers within it."""
        return self.codes == NOTE

    @property
    def titles(self) -> Mask:
        """Return the rows in which the titles, or the title of the report, are printed again."""
        return self.codes == TITLES

    @property
    def names_of_groups(self) -> Mask:
        """Return the rows that hold nothing but the name of a group or section, those in doubt too."""
        codes = self.codes if self.grouped is None else self.grouped
        return (codes == GROUP) | (codes == SECTION)

    @property
    def data(self) -> Mask:
        """Return the rows that are none of these."""
        return self.codes == DATA

    def names(self) -> list[str]:
        """Return what each row is called, with a question mark where the other reading calls it so."""
        names = [KIND_NAMES[code] for code in self.codes.tolist()]
        if self.grouped is not None:
            for row in np.flatnonzero(self.grouped != self.codes).tolist():
                names[row] = f"{KIND_NAMES[self.grouped[row]]}?"
        return names

    def at(self, places: npt.NDArray[np.int32]) -> RowKinds:
        """Return the kinds of the rows at these positions."""
        return RowKinds(self.codes[places], None if self.grouped is None else self.grouped[places])


def row_kinds(batch: pa.RecordBatch) -> RowKinds:
    """Return the kinds of a batch's rows, as far as the batch shows them.

    The batch has all columns of its sheet; where it is known to end before the sheet does, it has no footers. The
    column ROW is passed over.
    """
    cells = _Cells(batch)
    codes = np.zeros(cells.rows, np.uint8)
    blank = cells.blank()
    total, grand = cells.totals()
    codes[cells.footers(blank, total)] = NOTE
    codes[cells.titles_again(blank)] = TITLES
    codes[total] = SUBTOTAL
    codes[grand] = TOTAL
    codes[blank] = BLANK
    return RowKinds(codes)


class _Cells:
    """The text columns of a batch, with the length and the first byte of every cell.

    Few rows are looked at as texts: the first bytes show which of them may be blank or totals.
    """

    def __init__(self, batch: pa.RecordBatch) -> None:
        self.rows = batch.num_rows
        self.columns = [batch.column(name) for name in batch.schema.names if name != ROW]
        self._ends_sheet = _ends_sheet(batch)
        self._facts = (batch.schema.metadata or {}).get(FACTS, b"")
        bounds = list(map(offsets, self.columns))
        self.filled = [limits[1:] > limits[:-1] for limits in bounds]
        self.count = self._counted(self.filled)
        self.first = list(map(_first_bytes, self.columns, bounds))

    def _counted(self, flags: list[Mask]) -> npt.NDArray[np.int32]:
        """Return in how many columns each row is flagged."""
        counts = np.zeros(self.rows, np.int32)
        for column in flags:
            counts += column
        return counts

    def blank(self) -> Mask:
        found = self.count == 0
        perhaps = ~found
        for filled, first in zip(self.filled, self.first, strict=True):
            # Cells that begin with another byte than spaces do rule their rows out, a whole column at a time.
            perhaps &= ~filled | _SPACE_BYTES[first]
        for row in np.flatnonzero(perhaps).tolist():
            found[row] = all(map(_is_space, self.texts(row)))
        return found

    def totals(self) -> tuple[Mask, Mask]:
        """Return the rows of totals, and those among them that are grand totals."""
        total, grand = np.zeros(self.rows, bool), np.zeros(self.rows, bool)
        for row, position in self._labelled():
            kind = self._kind_of_total(row, position)
            total[row], grand[row] = kind != "", kind == "grand"
        return total, grand

    def _labelled(self) -> Iterator[tuple[int, int]]:
        """Yield rows, and the column of their first word, where that is the label of a total."""
        words = [filled & _WORD_BYTES[first] for filled, first in zip(self.filled, self.first, strict=True)]
        if len(words) < 2:  # a total needs an amount beside it
            return
        few = self._counted(words) <= _WORDS
        for position, (column, flags) in enumerate(zip(self.columns, words, strict=True)):
            rows = np.flatnonzero(flags & few)
            few &= ~flags
            if len(rows):
                labels = column.take(pa.array(rows))
                for row in rows[np.asarray(pc.match_substring_regex(labels, _total_candidate_pattern()))]:
                    yield int(row), position

    def _kind_of_total(self, row: int, position: int) -> str:
        """Return grand, sub, or "" for a row that is no total."""
        texts = self.texts(row)
        label = texts.pop(position)
        others = [text.strip() for text in texts if text.strip()]
        if not all(map(_AMOUNT.fullmatch, others)):
            return ""
        if _grand_total_pattern().fullmatch(label):
            return "grand"
        if _subtotal_pattern().fullmatch(label):
            return "sub"
        # "Total Acme": a total only where Acme is a group, and most cells of the row are empty.
        is_sparse = 2 * self.count[row] <= len(self.columns) + 1
        if others and is_sparse and self._is_group(_group_of(label), row):
            return "sub"
        return ""

    def _is_group(self, name: str, row: int) -> bool:
        """Return whether a cell of a row above has this name: it heads the rows that are summed up."""
        start = max(0, row - _GROUP_ROWS)
        for column in self.columns[:_GROUP_COLUMNS]:
            above = pc.utf8_trim_whitespace(column.slice(start, row - start))
            if pc.any(pc.equal(above, name)).as_py():
                return True
        return False

    def footers(self, blank: Mask, total: Mask) -> Mask:
        """Return the notes behind the last data row.

        These are report stamps, page numbers, and single cells set off by a blank row.
        """
        found = np.zeros(self.rows, bool)
        if not self._ends_sheet or len(self.columns) < 2:
            return found
        # Single cells are notes only if a blank row or a total is above them.
        last, single = self.rows - 1, list[int]()
        for row in range(last, max(-1, last - FOOTER_ROWS), -1):
            if blank[row] or total[row]:
                found[single] = len(self.columns) > 2
                single = []
            elif self.count[row] > 2 or (self.count[row] == 2 and len(self.columns) < 5):
                break
            elif _note_pattern().fullmatch(self._first_text(row)):
                found[row] = True
            elif self.count[row] == 1:
                single.append(row)
            else:
                break
        return found & self._has_fuller_rows(found)

    def _first_text(self, row: int) -> str:
        return next(filter(None, map(str.strip, self.texts(row))))

    def _has_fuller_rows(self, notes: Mask) -> bool:
        """Return whether rows usually have several cells: else a single cell is no note."""
        others = self.count[~notes & (self.count > 0)]
        return len(others) == 0 or float(np.median(others)) > 1

    def titles_again(self, blank: Mask) -> Mask:
        """Return the rows that hold the column titles again, and lines of the report's title right beside them."""
        found = np.zeros(self.rows, bool)
        headers, others = titles_above(self._facts)
        for cells in headers:
            found |= self._equal(cells)
        lines = [cells for cells in others if any(cells)]
        if lines and found.any():
            self._add_report_titles(found, blank, set(map(_without_digits, lines)))
        return found

    def _equal(self, cells: Sequence[str]) -> Mask:
        """Return the rows that hold these very texts."""
        named = [position for position, text in enumerate(cells) if text]
        if not named or len(cells) != len(self.columns):
            return np.zeros(self.rows, bool)
        # Few rows agree in one cell, and only those are compared as a whole.
        perhaps = pc.equal(pc.utf8_trim_whitespace(self.columns[named[0]]), cells[named[0]])
        found = np.asarray(perhaps.to_numpy(zero_copy_only=False), np.bool_).copy()
        wanted = _without_digits(cells)
        for row in np.flatnonzero(found).tolist():
            found[row] = _without_digits(self.texts(row)) == wanted
        return found

    def _add_report_titles(self, found: Mask, blank: Mask, lines: set[tuple[str, ...]]) -> None:
        """Add the lines of the report's title around rows that repeat the column titles, blank rows between them."""
        for row in np.flatnonzero(found).tolist():
            above = row - 1
            while above >= 0 and (blank[above] or found[above] or _without_digits(self.texts(above)) in lines):
                found[above] = not blank[above]
                above -= 1

    def texts(self, row: int) -> list[str]:
        return [column[row].as_py() for column in self.columns]


@lru_cache(maxsize=64)
def titles_above(facts: bytes) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
    """Return the cells of the rows of column titles, and those of the other rows above the data.

    `facts` are the sheet's, as the working file has them; b"" for none.
    """
    headers, others = list[tuple[str, ...]](), list[tuple[str, ...]]()
    if not facts:
        return headers, others
    shape = json.loads(facts)["shape"]
    for number, cells in shape.get("above", ()):
        (headers if number in shape["header_rows"] else others).append(tuple(cells))
    if not headers and len(shape["header_rows"]) == 1:  # as a former version wrote it
        headers.append(tuple(shape["raw_titles"]))
    return headers, others


def _without_digits(cells: Sequence[str]) -> tuple[str, ...]:
    """Return the texts of a row to be compared: the number of a page and the time of printing differ."""
    return tuple(_DIGITS.sub("9", text.strip()[:LONGEST]) for text in cells)


def page_numbers(texts: pa.StringArray) -> Mask:
    """Return which texts are nothing but the number of a page."""
    found = pc.match_substring_regex(texts, _page_number_pattern())
    return np.asarray(found.to_numpy(zero_copy_only=False), np.bool_)


@cache
def _page_number_pattern() -> str:
    """Return the pattern of `Page 2`, `- Seite 2 von 3 -` and `Pág. 2/3`, as Arrow's regular expressions have it."""
    return rf"(?i)^[\s\-–*]*{pattern('page_words')}\.?\s*[0-9]+(?:\s*(?:/|\pL{{1,3}})\s*[0-9]+)?[\s\-–*]*$"


def is_note(text: str) -> bool:
    """Return whether a text is a report stamp, the number of a page or a count of records."""
    return bool(_note_pattern().fullmatch(text.strip()))


def _group_of(label: str) -> str:
    """Return the name in a label such as "Total Acme" or "Acme Total", "" for none."""
    named = _named_total_pattern().fullmatch(label)
    if named is None:
        return ""
    return (named["after"] or named["before"]).strip()


def _ends_sheet(batch: pa.RecordBatch) -> bool:
    """Return whether the batch holds the last row of its sheet, as far as is known."""
    last = (batch.schema.metadata or {}).get(LAST_ROW)
    if last is None or ROW not in batch.schema.names or not batch.num_rows:
        return True
    return bool(batch.column(ROW)[batch.num_rows - 1].as_py() == int(last))


def _first_bytes(column: pa.StringArray, bounds: npt.NDArray[np.int32]) -> npt.NDArray[np.uint8]:
    held = data(column)
    if not len(held):
        return np.zeros(len(column), np.uint8)
    return held[np.minimum(bounds[:-1], len(held) - 1)]


def _is_space(text: str) -> bool:
    return bool(pc.match_substring_regex(pa.scalar(text), _SPACES).as_py())


def _bytes(*ranges: tuple[int, int]) -> Mask:
    """Return which of the 256 bytes are in these ranges, both ends included."""
    flags = np.zeros(256, bool)
    for start, stop in ranges:
        flags[start : stop + 1] = True
    return flags


# What spaces in UTF-8 begin with, and what words begin with: letters, spaces, * and =; not signs such as €.
_SPACE_BYTES = _bytes((9, 13), (28, 32), (0xC2, 0xC2), (0xE1, 0xE3), (0xEF, 0xEF))
_WORD_BYTES = _bytes((65, 90), (97, 122), (32, 32), (42, 42), (61, 61), (0xC3, 0xC3), (0xC4, 0xDF))


# --- The labels of totals, and notes ------------------------------------------------------------------------------

# A total's own words may be followed by signs, a remark in brackets or a currency.
_CLOSING = r"(?:\s*[:=*]*|\s*\([^)]*\)|\s+[A-Z]{3}|\s+[€$£¥])\s*"

_AMOUNT = re.compile(
    r"[-–—]*|(?:[A-Z]{2,3}\.?\s?)?[\s(+−–-]*[€$£¥₹]?[\s(+−–-]*[0-9][0-9.,'’\s\u00a0\u202f]*[\s)%+−–-]*"
    r"(?:\s?(?:[A-Z]{3}|[€$£¥₹%]|DR|CR|[SH]))?[)−–-]*"
)


@cache
def _total_candidate_pattern() -> str:
    """Return the pattern of labels that may be those of totals, as Arrow's regular expressions have it.

    The other patterns are asked of these labels only.
    """
    any_total = "|".join((pattern("grand_totals"), pattern("subtotals"), pattern("totals")))
    return rf"(?i)^[\s*=]*(?:{any_total})(?:[\s:=*(]|$)|\s{pattern('total_endings')}[\s:*]*$"


@cache
def _grand_total_pattern() -> re.Pattern[str]:
    """Return the pattern of labels of a grand total, or of a total that says no more."""
    alone = rf"(?:[\s*=]*{pattern('totals')}){_CLOSING}"
    return re.compile(rf"(?i)[\s*=]*{pattern('grand_totals')}\b.*|{alone}", re.DOTALL)


@cache
def _subtotal_pattern() -> re.Pattern[str]:
    """Return the pattern of labels of a subtotal: `Subtotal`, `Total for customer 4`."""
    of_a_group = rf"{pattern('totals')}[\s:]+{pattern('after_totals')}\b.*"
    return re.compile(rf"(?i)[\s*=]*(?:{pattern('subtotals')}\b.*|{of_a_group})", re.DOTALL)


@cache
def _named_total_pattern() -> re.Pattern[str]:
    """Return the pattern of `Total Acme` and `Acme Total`: a total only where Acme (after, before) is a group."""
    in_front = rf"[\s*=]*{pattern('totals')}[\s:–-]+(?P<after>.+?)\s*"
    behind = rf"(?P<before>.+?)\s+{pattern('total_endings')}[\s:*]*"
    return re.compile(rf"(?i){in_front}|{behind}", re.DOTALL)


@cache
def _note_pattern() -> re.Pattern[str]:
    """Return the pattern of report stamps, page numbers and counts of records."""
    month = pattern("month_starts")
    notes = (
        rf"{pattern('note_starts')}.*",
        rf".*\b{pattern('page_words')}\.?\s*[0-9]+.*",
        rf"[0-9.,]+\s+{pattern('counted_records')}\b.*",
        rf"{pattern('record_counts')}\b[^:]{{0,30}}:\s*[0-9.,]+.*",
        rf"{pattern('weekday_forms')},?\s.*[0-9]{{4}}.*",
        rf"[0-9]{{1,2}}\.?\s?{month}\w*\.?,?\s[0-9]{{4}}.*:[0-9]{{2}}.*",
        rf"{month}\w*\.?\s[0-9]{{1,2}},?\s[0-9]{{4}}.*:[0-9]{{2}}.*",
        r"[0-9]{1,4}[./-][0-9]{1,2}[./-][0-9]{1,4},?[T\s]+[0-9]{1,2}:[0-9]{2}.*",
    )
    return re.compile(rf"(?i)\W*(?:{'|'.join(notes)})", re.DOTALL)
