"""What a cleaning step is.

A column step sees one whole column of text and answers, for every cell, with the new text and with
whether it could not convert the cell. A cell that could not be converted keeps its text: nothing is
guessed, blanked or set to 0. Blanks are empty strings, never missing values.

Steps are values: they hold their parameters and nothing of the data. What a step has to know about the
whole column before it can convert one cell (day or month first, decimal point or comma) it *learns* in a
first pass over the column's distinct values; what it learnt is handed back to it with every batch.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, get_args

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from engine.steps.step_parameters import Configured, ParamType

# What a step works on, in the order in which steps that mend findings are put: each needs what those before it leave.
# Characters that were read wrong come before spaces, words for empty before whatever cannot read them, cells that hold
# several values before what reads one, digits that were lost before the form of the whole.
Phase = Literal[
    "encoding", "markup", "tags", "characters", "spaces", "empty", "parts", "digits", "length", "words", "form"
]  # fmt: skip
PHASES: tuple[Phase, ...] = get_args(Phase)


HARDLY = 2**20  # bytes by which a column may grow without being looked at


class CouldNot(Exception):
    """Raise this for a cell that a function of one value could not convert; the text says why, in plain words."""


@dataclass(frozen=True)
class Example:
    """Document a case, run by the registry test and shown on the step's help page.

    `before` is a whole column, `after` what comes out; `could_not` holds the positions that stay as they are.
    """

    before: tuple[str, ...]
    after: tuple[str, ...]
    params: Mapping[str, Any] = field(default_factory=dict)
    could_not: tuple[int, ...] = ()
    others: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # columns that the step reads
    added: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # columns that the step adds


@dataclass(frozen=True)
class Context:
    """Hold what a step may know besides its own column.

    Attributes:
        country: The dataset's default country (ISO 3166 alpha-2) or "".
        timezone: The dataset's time zone (IANA).
        others: Cleaned values of the columns that the step reads, same length as the batch, by title.
        learnt: What `learn` returned for this column, None if the step learns nothing.
        excel_1904: Serial dates count from 1904 (old Mac workbooks) instead of 1900.
    """

    country: str = ""
    timezone: str = "UTC"
    others: Mapping[str, pa.Array] = field(default_factory=dict)
    learnt: Any = None
    excel_1904: bool = False


@dataclass(frozen=True)
class Outcome:
    """Hold a converted column.

    Attributes:
        values: The new cells (string, no nulls).
        could_not: Which cells could not be converted (bool), None where every cell could.
        reasons: Why, by distinct input text.
        added: New columns by title (string, same length).
    """

    values: pa.Array
    could_not: pa.Array | None = None
    reasons: Mapping[str, str] = field(default_factory=dict)
    added: Mapping[str, pa.Array] = field(default_factory=dict)


class ColumnStep(Configured, ABC):
    """Convert one column; subclasses set the class attributes and `apply` (or derive from ValueStep).

    Attributes:
        label: The text on buttons; `slug` is the name in recipes.
        help: One sentence for the user.
        group: One of engine.steps.GROUPS.
        safe: On values of its own kind it loses nothing and guesses nothing; whether a column holds such values, a
            finding has to say before its fix is safe.
        phase: Before which other steps it is put where it mends a finding.
        writes: The kind of values that it writes, where a field of another kind could not take them; "" for text.
        idempotent: Its own output is accepted unchanged.
        learns: `learn` must run over the whole column first.
        further: It makes a column for further records of a row, which says nothing new of the row itself.
        kernel: `apply` costs less on a whole column than finding the column's distinct values does.
        splits: The columns that it adds hold together what a cell says, so that the column itself needs no field.
    """

    label: ClassVar[str]
    help: ClassVar[str]
    group: ClassVar[str]
    examples: ClassVar[tuple[Example, ...]] = ()
    safe: ClassVar[bool] = False
    phase: ClassVar[Phase] = "form"
    writes: ClassVar[str] = ""
    idempotent: bool = True  # an instance may say otherwise, where its parameters decide
    learns: ClassVar[bool] = False
    further: ClassVar[bool] = False
    kernel: ClassVar[bool] = False
    splits: ClassVar[bool] = False

    # What a step reads and adds follows from the types of its parameters, so that steps need not say it.
    def reads(self) -> tuple[str, ...]:
        """Return the titles of the other columns that the step reads; it sees them cleaned."""
        return _titles(self, "column")

    def adds(self, title: str) -> tuple[str, ...]:
        """Return the titles of the columns that the step adds beside column `title`."""
        return _titles(self, "new_column")

    def replaces(self, title: str) -> tuple[str, ...]:
        """Return the titles of the columns all of whose texts are in the columns that the step adds to `title`."""
        return (title,) if self.splits else ()

    def learn(self, distinct: Iterable[str], context: Context) -> Any:
        """Decide for the whole column from its distinct non-blank values (in order of appearance; see `alike`).

        What is returned is kept as JSON: texts, numbers, lists and dicts with texts as keys.
        """
        return None

    def alike(self, values: pa.Array) -> pa.Array:
        """Return a text for each of `values`: of those with the same text, `learn` needs to see only the first.

        By default it sees every distinct value, which takes long where nearly all values differ.
        """
        return values

    def most_bytes(self, values: pa.Array) -> npt.NDArray[np.int64] | None:
        """Return how long each of `values` may become at most, None where it hardly grows.

        By default that is the cell and the longest text among the parameters. A step that puts several letters for one
        has to say it: whoever runs the step keeps cells from growing without bound.
        """
        longest = max(map(_longest_text, self.given.values()), default=0)
        if longest * len(values) < HARDLY:
            return None
        return np.asarray(pc.binary_length(values)).astype(np.int64) + longest

    @abstractmethod
    def apply(self, values: pa.Array, context: Context) -> Outcome:
        """Convert one batch of the column. Never raises on any text."""


def _longest_text(given: Any) -> int:
    """Return the length in bytes of the longest text among a parameter's value."""
    if isinstance(given, str):
        return len(given.encode("utf-8", "replace"))
    if isinstance(given, Mapping):
        return max(map(_longest_text, given.values()), default=0)
    if isinstance(given, Sequence):
        return max(map(_longest_text, given), default=0)
    return 0


def _titles(step: ColumnStep, type_: ParamType) -> tuple[str, ...]:
    """Return the titles that are given for the step's parameters of a type, or of its plural."""
    found: list[str] = []
    for param in step.params:
        given = getattr(step, param.name)
        if param.type == type_ and given:
            found.append(given)
        elif param.type == f"{type_}s":
            found.extend(given or ())
    return tuple(found)


class ValueStep(ColumnStep):
    """Convert a column by a function of one value: `convert` runs once per distinct value of a batch."""

    def apply(self, values: pa.Array, context: Context) -> Outcome:
        """Convert each distinct value once."""

        def convert(text: str) -> str:
            return self.convert(text, context)

        return by_value(values, convert)

    @abstractmethod
    def convert(self, text: str, context: Context) -> str:
        """Return the new text of a non-blank cell. Raises CouldNot, with the reason, where there is none."""


def by_value(values: pa.Array, convert: Callable[[str], str]) -> Outcome:
    """Apply `convert` once to each distinct non-blank value and spread the answers over the column."""
    # Of a million cells, a few thousand are usually different: only those are given to Python.
    encoded = pc.dictionary_encode(values)
    words: list[str] = encoded.dictionary.to_pylist()
    after, failed, reasons = list(words), [False] * len(words), {}
    for place, word in enumerate(words):
        if word == "":
            continue
        try:
            after[place] = convert(word)
        except CouldNot as why:
            failed[place], reasons[word] = True, str(why)
    converted = pa.array(after, pa.string()).take(encoded.indices)
    if not reasons:
        return Outcome(converted)
    return Outcome(converted, pa.array(failed, pa.bool_()).take(encoded.indices), reasons)


@dataclass(frozen=True)
class RowExample:
    """Document a case of a step on whole rows: a table before and after, under the same titles."""

    titles: tuple[str, ...]
    before: tuple[tuple[str, ...], ...]
    after: tuple[tuple[str, ...], ...]
    params: Mapping[str, Any] = field(default_factory=dict)


class WholeRowStep(Configured, ABC):
    """Work on whole rows, in source order; subclasses derive from RowDrop, CleanedRowStep or HeaderStep.

    Attributes:
        stage: When it runs: "header" before the table is read, "raw" on raw text before the columns are cleaned,
            "cleaned" after.
    """

    label: ClassVar[str]
    help: ClassVar[str]
    group: ClassVar[str] = "rows"
    examples: ClassVar[tuple[RowExample, ...]] = ()
    safe: ClassVar[bool] = False
    stage: ClassVar[Literal["raw", "cleaned", "header"]]

    def reads(self, titles: Sequence[str]) -> tuple[str, ...]:
        """Return the titles of the columns that the step looks at; they may be missing among the sheet's `titles`."""
        return tuple(titles)
