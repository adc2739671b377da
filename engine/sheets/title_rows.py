"""Rows at the top of a sheet, weighed: how much each speaks like titles about what stands below it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cached_property
from statistics import median

from engine.profile.title_hints import says
from engine.sheets.cell_shapes import LONGEST_TITLE, look_of, usual_look
from engine.values.text_masks import mask

COLUMNS = 100  # columns that are looked at
_BODY = 40  # rows below that say what the columns hold
_FEW = 0.2  # a column belongs to the table where so many of these rows fill it
_CLEARER = 0.2  # coverage by which a later row must win


class HeadRow:
    """One row. `number` from 1; `filled`: column -> text of its filled cells."""

    def __init__(self, number: int, head: Sequence[Sequence[str]], fills: Sequence[dict[int, str]]) -> None:
        self.number, self._head = number, head
        self.filled = fills[number - 1]
        self._below = [cells for cells in fills[number : number + 2 * _BODY] if cells][:_BODY]

    @cached_property
    def _columns(self) -> dict[int, list[str]]:
        """What stands below, column by column: only rows and columns that belong to a table."""
        usual = median(map(len, self._below)) if self._below else 0
        body = [cells for cells in self._below if len(cells) > 1 or usual <= 2]
        counts = Counter(place for cells in body for place in cells)
        return {
            place: [cells[place] for cells in body if place in cells]
            for place, count in sorted(counts.items())
            if count >= _FEW * len(body)
        }

    @cached_property
    def is_wide(self) -> bool:
        """Not a line of a report title: fills at least half as many cells as the rows below do."""
        usual = median(map(len, self._below)) if self._below else len(self.filled)
        return len(self.filled) >= (1 if usual <= 1 else max(2, usual / 2))

    @cached_property
    def coverage(self) -> float:
        """The share of the columns below for which the row has a cell."""
        return sum(place in self.filled for place in self._columns) / len(self._columns) if self._columns else 1.0

    @cached_property
    def _evidence(self) -> list[float]:
        return [self._speaks(place, text) for place, text in self.filled.items()]

    @property
    def strong(self) -> int:
        """Cells that are words where numbers, dates and the like stand below."""
        return sum(weight >= 1 for weight in self._evidence)

    @property
    def against(self) -> int:
        """Cells that look like what stands below."""
        return sum(weight < 0 for weight in self._evidence)

    @cached_property
    def score(self) -> float:
        """Above 0 for titles, below for data."""
        return sum(self._evidence) / len(self._evidence) * self.coverage if self._evidence else 0.0

    @property
    def is_data(self) -> bool:
        """A row of the table below which there are no titles."""
        return self.score <= 0 and self.coverage >= 0.5 and not self.strong and not self._announces

    @property
    def _announces(self) -> bool:
        """Some cells, not all, announce a value: "Date:"."""
        return len({text.endswith(":") for text in self.filled.values()}) > 1

    @property
    def has_repeats(self) -> bool:
        return len(set(self.filled.values())) < len(self.filled)

    @property
    def looks_like_titles(self) -> bool:
        """Words only, none of them long or announcing a value ("Date:")."""
        return bool(self.filled) and all(map(self._is_title, self.filled.values()))

    def _is_title(self, text: str) -> bool:
        word = look_of(text) in ("text", "code", "") or self._is_year(text)
        return word and len(text) <= LONGEST_TITLE and not text.endswith(":")

    def is_clearer_than(self, other: HeadRow) -> bool:
        """A row further down is more likely to hold the titles only where it says more about the columns."""
        return self.strong > other.strong or self.coverage >= other.coverage + _CLEARER

    def _speaks(self, place: int, text: str) -> float:
        """What one cell says for (above 0) and against the row being titles."""
        if self._announces and text.endswith(":"):
            return -0.5
        below, look = self._columns.get(place, []), look_of(text)
        usual = usual_look(below)
        word = 0.5 if look in ("text", "code") and says(text) else 0.0
        if look == usual == "code":
            return -1.0 if mask(text) in set(map(mask, below)) else 0.1
        if look in ("text", "code"):
            known = usual not in ("text", "")
            plain = -0.5 if text in below else -0.25 if len(text) > LONGEST_TITLE else 0.25
            return (1.0 if known and text not in below else plain) + word
        if look == "":
            return 0.0
        if (usual == "number" and look == "date") or (usual in ("number", "") and self._is_year(text)):
            return 0.5
        return -1.0 if look == usual else -0.5

    def _is_year(self, text: str) -> bool:
        """One of several years in a row: titles of columns with figures."""
        return text in self._years

    @cached_property
    def _years(self) -> set[str]:
        years = {text for text in self.filled.values() if text.isdecimal() and 1950 <= int(text[:5]) <= 2100}
        return {year for year in years if {str(int(year) - 1), str(int(year) + 1)} & years}


def rows_of(head: Sequence[Sequence[str]]) -> list[HeadRow]:
    """The rows of a sheet's head, each a list of texts."""
    fills = [{place: text.strip() for place, text in enumerate(cells[:COLUMNS]) if text.strip()} for cells in head]
    return [HeadRow(number, head, fills) for number in range(1, len(head) + 1)]
