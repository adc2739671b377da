"""Find cells that are not written like the others of their column: `10:39aDec 1` among `7:10 a.m.`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

import pyarrow.compute as pc

from engine.detectors.counted_words import cells_of, either
from engine.profile.column_batch import SPACE, ColumnBatch
from engine.profile.column_kinds import Sample, says_something
from engine.profile.detector import ColumnContext, ColumnDetector
from engine.profile.profile_results import FindingFacts

# Set so that they name nothing in clean lists of customers, items and orders.
USUAL = 0.05  # share of the cells that have a form which is one of the column's
MOST_USUAL = 6  # such forms; a column with more has none
COVERED = 0.9  # share of the cells that the usual forms have
LEAST_CELLS = 20  # that say something
MOST_ODD = 0.1  # share of the cells that have another form; where more have, it is another usual one
_LETTER = r"(?:[A-Za-z]|[^\x00-\x7f])"


def usual_forms(sample: Sample) -> list[str]:
    """Return the forms that nearly all cells have, the most frequent first; none where texts differ in words.

    A form is the text with every number as 0 and letters small: `0:0 a.m.`, `0 patients`, `k-0`.
    """
    forms: Counter[str] = Counter()
    for text, times in sample:
        if says_something(text):
            forms[_form(text)] += times
    total = forms.total()
    usual = [form for form, times in forms.most_common(MOST_USUAL + 1) if times >= USUAL * total]
    covered = sum(forms[form] for form in usual)
    if total < LEAST_CELLS or covered < COVERED * total or len(usual) > MOST_USUAL or "0" not in usual[0]:
        return []
    return usual


def _form(text: str) -> str:
    return re.sub("[0-9]+", "0", text.strip().casefold())


def _pattern(forms: Sequence[str]) -> str:
    """Return a pattern of the texts that have one of these forms."""
    written = [re.escape(form).replace("0", "[0-9]+") for form in forms]
    return rf"(?i)^{SPACE}*(?:{'|'.join(written)}){SPACE}*$"


class OtherForms(ColumnDetector):
    """Find cells that are not written like the others: `10:39aDec 1` among `7:10 a.m.`, `1x032` among `10032`."""

    kinds = frozenset(["text", "code", "postal_code"])

    def __init__(self, column: ColumnContext) -> None:
        super().__init__(column)
        self.forms = usual_forms(column.sample)
        self._filled = 0

    @classmethod
    def wanted(cls, column: ColumnContext) -> bool:
        """Return whether nearly all cells have one of a few forms."""
        return column.kind in cls.kinds and "name" not in column.hints and bool(usual_forms(column.sample))

    def look(self, cells: ColumnBatch) -> None:
        """Flag what has none of the usual forms; in a code, only letters at the place of digits are odd."""
        self._filled += cells.count(cells.filled)
        if self.column.kind == "text":
            usual = pc.match_substring_regex(cells.base, _pattern(self.forms)).to_numpy(zero_copy_only=False)
            self.tally.add(cells, cells.judged(cells.filled & ~usual, self._is_odd))
        elif self.forms == ["0"]:
            mixed = cells.shaped(f"^{SPACE}*[0-9A-Za-z]*[0-9][0-9A-Za-z]*{SPACE}*$") & cells.shaped("[A-Za-z]")
            self.tally.add(cells, mixed)

    def _is_odd(self, text: str) -> bool:
        # Words among references are remarks, while words among times or quantities say that there is none.
        return says_something(text) and ("code" not in self.column.hints or any(map(str.isdigit, text)))

    def findings(self) -> Iterable[FindingFacts]:
        """Return the cells of other forms, where they are few; nobody knows here what is meant by them."""
        count = self.tally.count
        if 0 < count <= MOST_ODD * self._filled:
            usual = next(text.strip() for text, _ in self.column.sample if _form(text) == self.forms[0])
            message = (
                f"{cells_of(self.column.kind, count)} {either(count, 'is', 'are')} not written like the others, "
                f"such as '{usual}'"
            )
            yield self.found("other_form", self.tally, message, severity="info")
