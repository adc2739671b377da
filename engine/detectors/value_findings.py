"""Find odd ones in columns that hold a few values again and again: yes and no, lists."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from engine.detectors.counted_words import counted, either, quoted
from engine.profile.column_batch import ColumnBatch
from engine.profile.column_kinds import says_something
from engine.profile.detector import CellTally, ColumnContext, ColumnDetector, PendingFinding, RangeFacts, Vocabulary
from engine.profile.profile_results import FindingFacts, Fix
from engine.values.yes_no_words import yes_or_no

MOST_MEMBERS = 20  # different parts of lists shown


class YesNo(ColumnDetector):
    """Find yes and no in several words, and words that say neither."""

    kinds = frozenset(["boolean"])

    def __init__(self, column: ColumnContext) -> None:
        super().__init__(column)
        self.vocabulary = Vocabulary()

    def look(self, cells: ColumnBatch) -> None:
        self.vocabulary.add(cells)

    def findings(self) -> Iterable[PendingFinding]:
        """Return the words that a step turns into 1 and 0, then those that it cannot read."""
        odd: set[str] = set()
        unknown: set[str] = set()
        ways = 0
        for text in filter(says_something, self.vocabulary.stripped()):
            if yes_or_no(text) is None:
                unknown.add(text)
                continue
            ways += 1
            if text not in ("1", "0"):  # what Odoo reads as it is
                odd.add(text)
        if odd:
            message = f"Yes and no are written in {ways} ways"
            if ways == 1:
                message = f"Yes or no is written as {quoted(sorted(odd))}"
            finding = self.found("yes_no_words", CellTally(), message, Fix("to_boolean"), certain=not unknown)
            yield self.vocabulary.pending(finding, odd)
        if unknown:
            message = f"{quoted(sorted(unknown))} {either(len(unknown), 'says', 'say')} neither yes nor no"
            finding = self.found("neither_yes_nor_no", CellTally(), message, severity="problem")
            yield self.vocabulary.pending(finding, unknown)


class Lists(ColumnDetector):
    """Find cells with several values that are not separated by `;` alone."""

    kinds = frozenset(["list"])
    other_signs = r"[,|\n]|;\s|\s;|;;|^;|;$"

    def __init__(self, column: ColumnContext) -> None:
        super().__init__(column)
        self.odd, self.vocabulary = CellTally(), Vocabulary()

    def look(self, cells: ColumnBatch) -> None:
        self.odd.add(cells, cells.shaped(self.other_signs) & cells.filled)
        self.vocabulary.add(cells)

    def findings(self) -> Iterable[FindingFacts]:
        count = self.odd.count
        if count:
            message = f"{counted(count, 'list is', 'lists are')} not written with ; alone between the values"
            yield self.found("list_separators", self.odd, message, Fix("split", {"separators": self._separators()}))

    def _separators(self) -> list[str]:
        """Return the signs between values, out of all texts or, where those are too many, out of the examples."""
        texts = "".join(self.vocabulary.stripped()) or "".join(self.odd.examples)
        return [sign for sign in (";", ",", "|", "\n") if sign in texts]

    def facts(self) -> RangeFacts:
        """Return the most frequent values of the lists, each counted once a cell."""
        members: Counter[str] = Counter()
        for text, times in self.vocabulary.stripped().items():
            parts = map(str.strip, re.split(r"[;,|\n]", text))
            for part in dict.fromkeys(parts):
                members[part] += times
        del members[""]
        if not members:
            return RangeFacts()
        return RangeFacts(extra={"members": members.most_common(MOST_MEMBERS)})
