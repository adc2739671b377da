"""Find what is wrong with email and web addresses."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import numpy as np
import pyarrow.compute as pc

from engine.detectors.counted_words import cells_of, counted, either, listed
from engine.profile.column_batch import SPACE, ColumnBatch, Flags
from engine.profile.column_kinds import says_something
from engine.profile.detector import CellTally, ColumnContext, ColumnDetector
from engine.profile.profile_results import FindingFacts, Fix
from engine.values import NotRead, emails


class Emails(ColumnDetector):
    """Find emails that are not valid, several in a cell, with something around them, or with capitals."""

    kinds = frozenset(["email"])
    # Nearly all emails are like this and need no closer look.
    plain = (
        rf"^{SPACE}*[A-Za-z0-9_+\-]{{1,64}}(?:\.[A-Za-z0-9_+\-]+){{0,3}}@"
        rf"(?:[A-Za-z0-9](?:[A-Za-z0-9\-]{{0,60}}[A-Za-z0-9])?\.){{1,3}}[A-Za-z]{{2,9}}{SPACE}*$"
    )

    def __init__(self, column: ColumnContext) -> None:
        super().__init__(column)
        self.capitals, self.cells = CellTally(), 0
        # A text is judged to be one of these; what is fine has no tally.
        self.odd = {verdict: CellTally() for verdict in ("dressed", "several", "invalid")}

    def look(self, cells: ColumnBatch) -> None:
        """Judge the emails that are not plain; capitals count beside any other verdict."""
        self.cells += cells.count(cells.filled)
        self.capitals.add(cells, cells.shaped("[A-Z].*@|@.*[A-Z]"))
        odd = np.flatnonzero(cells.filled & ~cells.shaped(self.plain))
        for verdict, indices in cells.sorted_out(odd, _judged):
            if verdict in self.odd:
                self.odd[verdict].add_at(cells, indices)

    def findings(self) -> Iterable[FindingFacts]:
        """Return what a step can mend first, then the texts that are no emails."""
        dressed, several, invalid = self.odd.values()
        count = self.capitals.count
        if count:
            message = f"{cells_of('email', count)} {either(count, 'has', 'have')} capital letters"
            # A name beside the address would lose its capitals too.
            bare = not dressed.count and not invalid.count
            fix = Fix("lowercase")
            yield self.found("email_capitals", self.capitals, message, fix, certain=bare, by_field=True)
        count = dressed.count
        if count:
            message = f"{cells_of('email', count)} {either(count, 'has', 'have')} something around the address"
            yield self.found("dressed_emails", dressed, message, Fix("email_clean"))
        count = several.count
        if count:
            message = f"{counted(count, 'cell holds', 'cells hold')} more than one email"
            fix = Fix("email_split", {"rest_to": f"Other {self.column.title}"})
            # Where all cells hold several, the column is a list of them.
            yield self.found("several_emails", several, message, fix, certain=count < self.cells)
        count = invalid.count
        if count:
            message = f"{cells_of('email', count)} {either(count, 'is', 'are')} not valid"
            yield self.found("invalid_emails", invalid, message, severity="problem")


# The same wrong emails come back in every batch.
@lru_cache(maxsize=65536)
def _judged(text: str) -> str:
    """Return whether a text is `fine`, has something around it, holds several emails, or none."""
    if emails.is_valid(text.strip()) or not says_something(text):
        return "fine"
    try:
        found = emails.split(text)
    except NotRead:
        return "invalid"
    if len(found) == 1:
        return "dressed"
    return "several"


class WebAddresses(ColumnDetector):
    """Find web addresses without https:// or with capitals, and texts that are none."""

    kinds = frozenset(["url"])
    # Capitals matter in paths, and nobody types them on purpose before the first slash.
    right = r"^https?://[^A-Z\s/?#]+\.[^A-Z\s/?#]+(?:[/?#]\S*)?$"
    any_form = r"^\s*(?:[A-Za-z]+://)?[^\s/?#:]+\.[^\s/?#]{2,}(?:[/?#]\S*)?\s*$"

    def __init__(self, column: ColumnContext) -> None:
        super().__init__(column)
        self.odd, self.wrong, self.mailed = CellTally(), CellTally(), CellTally()

    def look(self, cells: ColumnBatch) -> None:
        """Sort out the addresses that are not written as they should be, and texts that have no point."""
        # Shapes do not tell https from other letters, so the texts themselves are asked.
        right = _matches(cells, self.right)
        formed = cells.shaped(self.any_form)
        self.odd.add(cells, formed & ~right)
        self.mailed.add(cells, _matches(cells, emails.MAIL_SERVICES))
        self.wrong.add(cells, cells.judged(cells.filled & ~formed, says_something))

    def findings(self) -> Iterable[FindingFacts]:
        count = self.odd.count
        if count:
            message = f"{cells_of('url', count)} {either(count, 'has', 'have')} no https:// in front, or capitals"
            certain = "email" not in self.column.hints and not self.mailed.count
            yield self.found("web_addresses", self.odd, message, Fix("url_clean"), certain=certain)
        count = self.mailed.count
        if count:
            found = sorted({text.strip() for text in self.mailed.examples})
            message = f"{counted(count, 'web address is', 'web addresses are')} that of a mail service: {listed(found)}"
            yield self.found("mail_services", self.mailed, message, Fix("empty_words", {"words": found}))
        count = self.wrong.count
        if count:
            message = f"{counted(count, 'cell is no web address', 'cells are no web addresses')}"
            yield self.found("not_web_addresses", self.wrong, message, severity="problem")


def _matches(cells: ColumnBatch, pattern: str) -> Flags:
    """Return which of `cells.base` hold what a pattern describes."""
    found = pc.match_substring_regex(cells.base, pattern).to_numpy(zero_copy_only=False)
    return np.asarray(found, np.bool_)
