"""Rows at the top of a sheet that hold column titles: found by how they differ from the rows below.

Each row is weighed: titles are words where numbers, dates and codes are below, and words that name columns.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache, cached_property, lru_cache
from itertools import starmap
from statistics import median

from engine.readers import Range
from engine.values.folding import fold
from engine.values.languages import words_by_key
from engine.values.text_masks import mask
from engine.values.title_hints import says
from engine.values.yes_no_words import means_empty

SEARCHED = 50  # rows among which the titles are
DEEPEST = 3  # rows of titles
COLUMNS = 100  # columns that are looked at
LONGEST_TITLE = 60  # characters; longer ones are sentences
_BODY = 40  # rows below that say what the columns hold
_FEW = 0.2  # a column belongs to the table where so many of these rows fill it
_CLEARER = 0.2  # coverage by which a row further down must win
_MOSTLY = 0.7  # cells of a column that must look the same
_LONGEST_VALUE = 100  # characters of a text that may be more than a text

# What one cell looks like, as far as that distinguishes titles from data; the first pattern that fits counts.
_LOOKS = {
    "number": r"[\s(+−–-]*(?:[A-Z]{3}\s?)?[€$£¥]?\s?[+−–-]?[0-9][0-9.,'’\s\u00a0]*[)%−–-]*\s?(?:[€$£¥%]|[A-Z]{3})?\)?"
    # As calculating programs write very small and very large numbers; 12E4 may well be a code.
    r"|[+−–-]?[0-9]+(?:[.,][0-9]+[eE][+-]?|[eE][+-])[0-9]{1,3}",
    "date": r"[0-9]{1,4}[./-][0-9]{1,2}[./-][0-9]{1,4}(?:[T\s,]+[0-9]{1,2}:[0-9]{2}.*)?"
    r"|[0-9]{1,2}[\s.-]+[^\W\d]{3,9}\.?[\s,.-]+[0-9]{2,4}|[^\W\d]{3,9}\.?\s[0-9]{1,2},\s?[0-9]{4}"
    r"|[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?",
    "email": r"\S+@\S+\.\S+",
    "url": r"(?:https?://|www\.)\S+",
    "phone": r"(?:[A-Za-z]{2,8}\.?:\s?)?[+(]?[0-9][0-9\s()./-]{5,}[0-9](?:\s?(?:x|ext\.?)\s?[0-9]+)?",
    "code": r"(?=[^\s]*[0-9])(?=[^\s]*[A-Za-z])[A-Za-z0-9][A-Za-z0-9._/-]{1,39}",
}
_PATTERNS = [(look, re.compile(pattern)) for look, pattern in _LOOKS.items()]
_KNOWN_TITLES = 4  # of so many titles one that columns are known to have is enough where nothing else shows them
_UNIT = re.compile(r"[^\d@]{1,20}")
_WORDS = ("text", "code")  # looks that a title may have


@lru_cache(maxsize=65_536)
def look_of(text: str) -> str:
    """Return number, date, email, url, phone, code or text, and "" for empty cells and words that mean empty."""
    bare = text.strip()
    if not bare or means_empty(bare):
        return ""
    if len(bare) > _LONGEST_VALUE:
        return "text"
    for look, pattern in _PATTERNS:
        if pattern.fullmatch(bare):
            return look
    return "text"


def usual_look(texts: Iterable[str]) -> str:
    """Return the look that most of a column's filled cells share, "" for none."""
    looks = Counter(map(look_of, texts))
    del looks[""]
    if not looks:
        return ""
    look, count = looks.most_common(1)[0]
    if count < _MOSTLY * looks.total():
        return ""
    return look


def search_titles(head: Sequence[Sequence[str]], merged: Sequence[Range]) -> tuple[list[int], int]:
    """Return the rows that hold the column titles, none where there are no titles, and the first row of data.

    `head` are the first rows of the sheet, each as long as the sheet is wide; rows are counted from 1.
    """
    rows = rows_of(head)
    wide = [row for row in rows[:SEARCHED] if row.is_wide]
    if not wide:
        # Nothing but lines of a report title: the first row that holds anything has to do.
        wide = [row for row in rows if row.filled][:1]
    if not wide:
        return [], 1
    best = _best_of(wide)
    if best.score <= 0:
        return [], wide[0].number
    header = _with_rows_above([best.number], rows, merged)
    header = _with_rows_below(header, rows, merged)
    return header, header[-1] + 1


class HeadRow:
    """Weigh one row at the top of a sheet. `number` counts from 1; `filled` holds its texts by column position."""

    def __init__(self, number: int, fills: Sequence[dict[int, str]]) -> None:
        """Weigh the row `number`; `fills` holds the filled cells of every row of the head."""
        self.number = number
        self.filled = fills[number - 1]
        # Blank rows say nothing, and neither does the row itself where a printed list repeats its titles on each page;
        # among twice as many rows there are enough others.
        rows = fills[number : number + 2 * _BODY]
        self._below = [cells for cells in rows if cells and cells != self.filled][:_BODY]

    @cached_property
    def _usual_width(self) -> float:
        """How many cells the rows below usually fill, 0 where there are none."""
        if not self._below:
            return 0
        return median(map(len, self._below))

    @cached_property
    def _columns(self) -> dict[int, list[str]]:
        """The texts below, by column: only rows and columns that belong to a table."""
        # In a table of several columns, a row with one cell is a note or the name of a group.
        body = [cells for cells in self._below if len(cells) > 1 or self._usual_width <= 2]
        columns: dict[int, list[str]] = {}
        for cells in body:
            for position, text in cells.items():
                columns.setdefault(position, []).append(text)
        for position in list(columns):
            # A cell here and there is a remark beside the table.
            if len(columns[position]) < _FEW * len(body):
                del columns[position]
        return columns

    @cached_property
    def is_wide(self) -> bool:
        """Return whether it fills half as many cells as the rows below do, as no line of a report title does."""
        usual = self._usual_width
        if not self._below:  # the last row of a sheet can only be compared with itself
            usual = len(self.filled)
        if usual <= 1:
            return bool(self.filled)
        return len(self.filled) >= max(2, usual / 2)

    @cached_property
    def coverage(self) -> float:
        """Return the share of the columns below for which the row has a cell."""
        if not self._columns:
            return 1.0
        return len(self._columns.keys() & self.filled.keys()) / len(self._columns)

    @cached_property
    def _evidence(self) -> list[float]:
        return list(starmap(self._weight, self.filled.items()))

    @property
    def has_body(self) -> bool:
        """Return whether there are columns of data below."""
        return bool(self._columns)

    @property
    def strong(self) -> int:
        """Return how many cells are words where numbers, dates and the like are below."""
        return sum(weight >= 1 for weight in self._evidence)

    @property
    def against(self) -> int:
        """Return how many cells look like what is below."""
        return sum(weight < 0 for weight in self._evidence)

    @cached_property
    def score(self) -> float:
        """Return a figure above 0 for titles, below for data."""
        if not self._evidence:
            return 0.0
        return sum(self._evidence) / len(self._evidence) * self.coverage

    @property
    def is_data(self) -> bool:
        """Return whether this is a row of the table, below which there are no titles."""
        return self.score <= 0 and self.coverage >= 0.5 and not self.strong and not self._announces

    @property
    def _announces(self) -> bool:
        """Whether some cells, not all, announce a value: "Date:"."""
        announcing = [text for text in self.filled.values() if text.endswith(":")]
        return 0 < len(announcing) < len(self.filled)

    @property
    def has_repeats(self) -> bool:
        """Return whether two cells hold the same text."""
        return len(set(self.filled.values())) < len(self.filled)

    @property
    def looks_like_titles(self) -> bool:
        """Return whether all cells are words, none of them long or announcing a value ("Date:")."""
        return bool(self.filled) and all(map(self._is_title, self.filled.values()))

    def _is_title(self, text: str) -> bool:
        is_word = look_of(text) in (*_WORDS, "") or self._is_year(text)
        return is_word and len(text) <= LONGEST_TITLE and not text.endswith(":")

    def is_clearer_than(self, other: HeadRow) -> bool:
        """Return whether this row, further down, says more about the columns than `other`."""
        return self.strong > other.strong or self.coverage >= other.coverage + _CLEARER

    def _weight(self, position: int, text: str) -> float:
        """What one cell says for (above 0) and against the row being titles."""
        if self._announces and text.endswith(":"):
            return -0.5
        below = self._columns.get(position, [])
        look, usual = look_of(text), usual_look(below)
        if look == usual == "code":
            return _weight_of_code(text, below)
        if look in _WORDS:
            return _weight_of_words(text, below, usual)
        if look == "":
            return 0.0
        if usual == "number" and look == "date":
            return 0.5
        if usual in ("number", "") and self._is_year(text):
            return 0.5
        if look == usual:
            return -1.0
        return -0.5

    def _is_year(self, text: str) -> bool:
        """Whether this is one of several years in a row: titles of columns with figures."""
        return text in self._years

    @cached_property
    def _years(self) -> set[str]:
        years = set(filter(_may_be_year, self.filled.values()))
        # One year alone is more likely a figure; next to another one it heads a column.
        return {year for year in years if {str(int(year) - 1), str(int(year) + 1)} & years}


def _may_be_year(text: str) -> bool:
    """Tell whether a text is a number that years of business have; more than five digits are not looked at."""
    return text.isdecimal() and 1950 <= int(text[:5]) <= 2100


def _weight_of_code(text: str, below: list[str]) -> float:
    """Return the weight of a code over codes: the same pattern of letters and digits makes it one of them."""
    if mask(text) in set(map(mask, below)):
        return -1.0
    return 0.1


def _weight_of_words(text: str, below: list[str], usual: str) -> float:
    """Return the weight of a cell of words over a column whose cells usually look like `usual`."""
    # A word that names columns counts half as much as a word over numbers, so that it decides where all are words.
    known_word = 0.5 * bool(says(text))
    if text in below:
        return known_word - 0.5
    if usual not in ("text", ""):
        return known_word + 1.0
    if len(text) > LONGEST_TITLE:
        return known_word - 0.25
    return known_word + 0.25


def rows_of(head: Sequence[Sequence[str]]) -> list[HeadRow]:
    """Return the rows of a sheet's head, each a list of texts, to be weighed."""
    fills = list(map(_filled_cells, head))
    return [HeadRow(number, fills) for number in range(1, len(head) + 1)]


def _filled_cells(cells: Sequence[str]) -> dict[int, str]:
    stripped = map(str.strip, cells[:COLUMNS])
    return {position: text for position, text in enumerate(stripped) if text}


def _best_of(rows: Sequence[HeadRow]) -> HeadRow:
    """Return the row that is most likely to hold the titles."""
    best = rows[0]
    for row in rows:
        if row.score > best.score and row.is_clearer_than(best):
            best = row
        if row.is_data:
            break
    return best


def _with_rows_above(header: list[int], rows: list[HeadRow], merged: Sequence[Range]) -> list[int]:
    """Add rows of group titles above: "Customer" over "No." and "Name"."""
    while len(header) < DEEPEST and header[0] > 1:
        above, below = rows[header[0] - 2], rows[header[0] - 1]
        areas = [area for area in merged if area.covers_row(above.number)]
        if not above.looks_like_titles or not _are_groups(above, below, areas):
            break
        header = [above.number, *header]
    return header


def _are_groups(above: HeadRow, below: HeadRow, areas: Sequence[Range]) -> bool:
    """Return whether the cells of `above` are titles of groups, or over gaps: not a report title over everything."""
    for area in areas:
        is_partial = area.right - area.left + 1 < len(below.filled)
        if is_partial and (area.right > area.left or area.bottom > above.number):
            return True
    if areas:
        return False
    if len(above.filled) == 1:
        # A report title begins where the table does; a word further right is over the columns below it.
        position, text = next(iter(above.filled.items()))
        return position > min(below.filled) + 1 and position in below.filled and bool(_UNIT.fullmatch(text))
    is_over_gaps = bool(above.filled.keys() - below.filled.keys())
    return len(above.filled) > 2 or is_over_gaps or below.has_repeats


def _with_rows_below(header: list[int], rows: list[HeadRow], merged: Sequence[Range]) -> list[int]:
    """Add rows of units and second halves of titles below."""
    while len(header) < DEEPEST and header[-1] < len(rows):
        above, below = rows[header[-1] - 1], rows[header[-1]]
        if not below.looks_like_titles or not _continues(above, below, merged):
            break
        header = [*header, below.number]
    return header


def _continues(above: HeadRow, below: HeadRow, merged: Sequence[Range]) -> bool:
    """Return whether `below` holds titles too.

    A title is merged over both rows, or it fills gaps between titles and leaves others empty, or it has units over
    numbers and leaves the first title without one. A row without gaps or merged cells under complete titles is data,
    whatever its cells look like, and so is one with a single cell: the name of a group.
    """
    if below.filled == above.filled:  # a printed list may begin with its titles twice
        return False
    if any(area.top == above.number < area.bottom and area.left in above.filled for area in merged):
        return True
    if len(below.filled) < 2 or below.against or min(above.filled) in below.filled:
        return False
    if below.filled.keys() - above.filled.keys():
        return True
    return below.strong >= 2 and _may_be_units(below)


def _may_be_units(row: HeadRow) -> bool:
    """Return whether all cells are as short as units and sub-titles are, without digits and signs of addresses."""
    return all(map(_UNIT.fullmatch, row.filled.values()))


def other_reading(head: Sequence[Sequence[str]], header: Sequence[int], first: int) -> tuple[int, ...]:
    """Return the rows that hold the titles if the answer of `search_titles` is wrong, () where it is certain.

    (0,) says that the table has no titles then.

    Args:
        head: the first rows of the sheet.
        header: the rows that were found.
        first: the first row of data that was found.
    """
    rows = rows_of(head)
    if not header:
        row = rows[first - 1] if first <= len(rows) else None
        return (first,) if row is not None and row.looks_like_titles else ()
    last = rows[header[-1] - 1]
    if header[-1] < len(rows) and len(header) < DEEPEST:
        below = rows[header[-1]]
        # Short words over numbers: units, or the first record.
        if len(below.filled) >= 2 and below.strong >= 2 and below.looks_like_titles and _may_be_units(below):
            return (*header, below.number)
    if len(header) > 1 or last.strong or last.number == len(rows) or not last.has_body:
        return ()
    known = sum(map(_names_a_column, last.filled.values()))
    return () if known * _KNOWN_TITLES >= len(last.filled) else (0,)


def _names_a_column(text: str) -> bool:
    """Return whether a text is a title that columns have, as far as the words of all languages say."""
    if says(text):
        return True
    return fold(text) in _titles_that_columns_have()


@cache
def _titles_that_columns_have() -> frozenset[str]:
    """Return all titles of the word lists as `fold` writes them."""
    titles: set[str] = set()
    for meaning, ways in words_by_key("titles").items():
        titles.add(fold(meaning))
        titles.update(map(fold, ways))
    return frozenset(titles)
