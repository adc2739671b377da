"""Steps that find and replace.

Patterns come from users: each cell has a time limit, and a column that exceeds it repeatedly is given up on, cell by
cell and with a reason, instead of keeping a worker busy for hours.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import regex

from engine.steps.step import ColumnStep, Context, CouldNot, Example, Outcome, by_value
from engine.steps.step_parameters import Param, StepError

CELL_SECONDS = 0.5  # a sensible pattern takes microseconds for a cell
SLOW_CELLS = 4  # per batch
TOO_SLOW = "the pattern takes too long on this text"


def compiled(slug: str, pattern: str, flags: int = 0) -> regex.Pattern[str]:
    """Return the user's pattern, compiled.

    Raises:
        StepError: it is no pattern; the message says why, in plain words.
    """
    try:
        return regex.compile(pattern, flags)
    except (regex.error, OverflowError, RecursionError, MemoryError) as problem:
        raise StepError(f"The step {slug} cannot use the pattern '{pattern}': {problem}.") from problem


def patiently(values: pa.Array, convert: Callable[[str], str]) -> Outcome:
    """Apply a `convert` that may raise TimeoutError to each value; after SLOW_CELLS of them the rest is left alone."""
    slow = 0

    # After SLOW_CELLS this answers without trying, so that a batch costs two seconds at most.
    def limited(text: str) -> str:
        nonlocal slow
        try:
            if slow < SLOW_CELLS:
                return convert(text)
        except TimeoutError:
            slow += 1
        raise CouldNot(TOO_SLOW)

    return by_value(values, limited)


class Replace(ColumnStep):
    r"""Replace a text wherever it occurs, or only where it is the whole cell.

    `regex` takes `find` for a pattern (syntax of the library `regex`; \1 in `replace` is the first group). Without
    `case`, A and a are the same.
    """

    slug = "replace"
    phase = "words"
    label = "Find and replace"
    help = "Replaces a text by another one; leave the second empty to remove the first."
    group = "text"
    idempotent = False
    params = (
        Param("find", "text", "Find", required=True),
        Param("replace", "text", "Replace with", default=""),
        Param("regex", "boolean", "Find is a pattern", default=False, help="For those who know patterns: \\d+, ^A."),
        Param("whole_cell", "boolean", "Only where it is the whole cell", default=False),
        Param("case", "boolean", "Capitals and small letters differ", default=True),
    )
    examples = (
        Example(("Main Str.", "Str. 5", ""), ("Main Street", "Street 5", ""), {"find": "Str.", "replace": "Street"}),
        Example(("n/a", "n/a x"), ("", "n/a x"), {"find": "N/A", "whole_cell": True, "case": False}),
        Example(("ab12", "12"), ("ab<12>", "<12>"), {"find": "([0-9]+)", "replace": r"<\1>", "regex": True}),
    )
    find: str
    replace: str
    regex: bool
    whole_cell: bool
    case: bool

    def validate(self) -> None:
        """Compile the pattern, and try the replacement: a group that does not exist shows only when it is used."""
        flags = 0 if self.case else regex.IGNORECASE
        # Text that is meant literally is escaped, so that one way of replacing serves both.
        find, self._new = regex.escape(self.find), self.replace.replace("\\", r"\\")
        if self.regex:
            find, self._new = self.find, self.replace
        self._pattern = compiled(self.slug, find, flags)
        try:  # an alternative that matches the empty text makes the library read the replacement
            compiled(self.slug, f"(?:{self._pattern.pattern})|", flags).sub(self._new, "", timeout=CELL_SECONDS)
        except (regex.error, IndexError) as problem:
            raise StepError(f"The step replace cannot use '{self.replace}' as replacement: {problem}.") from problem
        except TimeoutError:
            raise StepError(f"The step replace: the pattern '{self.find}' takes too long.") from None

    def most_bytes(self, values: pa.Array) -> npt.NDArray[np.int64]:
        """Count where literal text occurs; a pattern may fit between any two letters, and repeat what it found."""
        lengths = np.asarray(pc.binary_length(values)).astype(np.int64)
        new = len(self.replace.encode("utf-8", "replace"))
        if self.whole_cell or not (self.case and not self.regex):
            times = lengths + 1 if self.regex and not self.whole_cell else lengths // max(1, len(self.find)) + 1
            return lengths * (1 + self._new.count("\\")) + times * new
        return lengths + np.asarray(pc.count_substring(values, self.find)).astype(np.int64) * new

    def apply(self, values: pa.Array, context: Context) -> Outcome:
        """Replace literal text in Arrow, whole columns at once; patterns and other cases value by value."""
        if self.case and not self.regex:
            return Outcome(self._literally(values))
        return patiently(values, self._replaced)

    def _literally(self, values: pa.Array) -> pa.Array:
        if self.whole_cell:
            return pc.if_else(pc.equal(values, self.find), self.replace, values)
        return pc.replace_substring(values, self.find, self.replace)

    def _replaced(self, text: str) -> str:
        if not self.whole_cell:
            return self._pattern.sub(self._new, text, timeout=CELL_SECONDS)
        whole = self._pattern.fullmatch(text, timeout=CELL_SECONDS)
        if not whole:
            return text
        return whole.expand(self._new)


class Extract(ColumnStep):
    """Keep what a pattern finds: its first group, or all of it where it has none."""

    slug = "extract"
    label = "Keep only a part"
    help = "Keeps the part of the text that a pattern finds; where it finds nothing, the text stays and is listed."
    group = "text"
    idempotent = False
    params = (Param("regex", "text", "Pattern", required=True, help="What stands in ( ) is kept: No\\. (\\d+)"),)
    examples = (Example(("No. 123 x", "none", ""), ("123", "none", ""), {"regex": r"No\. (\d+)"}, could_not=(1,)),)
    regex: str

    def validate(self) -> None:
        """Compile the pattern."""
        self._pattern = compiled(self.slug, self.regex)

    def apply(self, values: pa.Array, context: Context) -> Outcome:
        """Search each distinct value, within the limits of time."""
        return patiently(values, self._part)

    def _part(self, text: str) -> str:
        wanted = min(self._pattern.groups, 1)  # group 0 is all that was found
        found = self._pattern.search(text, timeout=CELL_SECONDS)
        part = found and found[wanted]
        if not part:  # a group may take part in a match with nothing, and an empty cell is no part of a text
            raise CouldNot("the pattern finds nothing here")
        return str(part)


STEPS = (Replace, Extract)
