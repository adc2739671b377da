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
from typing import Any, ClassVar, Literal

import pyarrow as pa
import pyarrow.compute as pc

from engine.steps.step_parameters import Configured, ParamType


class CouldNot(Exception):
    """Raised by a scalar function for a cell that it could not convert; the text says why, in plain words."""


@dataclass(frozen=True)
class Example:
    """A documented case, run by the registry test and shown on the step's help page.

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
    """What a step may know besides its own column.

    `country`: the dataset's default country (ISO 3166 alpha-2) or "". `timezone`: the dataset's zone (IANA).
    `others`: cleaned values of the columns that the step reads, same length as the batch, by title.
    `learnt`: what `learn` returned for this column, None if the step learns nothing.
    `excel_1904`: serial dates count from 1904 (old Mac workbooks) instead of 1900.
    """

    country: str = ""
    timezone: str = "UTC"
    others: Mapping[str, pa.Array] = field(default_factory=dict)
    learnt: Any = None
    excel_1904: bool = False


@dataclass(frozen=True)
class Outcome:
    """A converted column: `values` (string, no nulls), `could_not` (bool, or None where every cell could),
    `reasons` (distinct input text -> why it could not), `added` (new columns by title, string, same length).
    """

    values: pa.Array
    could_not: pa.Array | None = None
    reasons: Mapping[str, str] = field(default_factory=dict)
    added: Mapping[str, pa.Array] = field(default_factory=dict)


class ColumnStep(Configured, ABC):
    """A column step. Subclasses set the class attributes and `apply` (or derive from ValueStep).

    `slug` names it in recipes, `label` on buttons, `help` is one sentence for the user. `safe` says that it
    cannot lose anything ("Fix the safe ones" adds only such steps). `idempotent` says that its own output is
    accepted unchanged. `learns` says that `learn` must run over the whole column first. `kernel` says that `apply`
    costs less on a whole column than finding the column's distinct values does.
    """

    label: ClassVar[str]
    help: ClassVar[str]
    group: ClassVar[str]  # text, empty, number, date, contact, address, value, rows
    examples: ClassVar[tuple[Example, ...]] = ()
    safe: ClassVar[bool] = False
    idempotent: bool = True  # an instance may say otherwise, where its parameters decide
    learns: ClassVar[bool] = False
    kernel: ClassVar[bool] = False

    def reads(self) -> tuple[str, ...]:
        """Titles of the other columns that the step reads; it sees them cleaned."""
        return _titles(self, "column")

    def adds(self, title: str) -> tuple[str, ...]:
        """Titles of the columns that the step adds beside column `title`."""
        return _titles(self, "new_column")

    def learn(self, distinct: Iterable[str], context: Context) -> Any:
        """Decide for the whole column from its distinct non-blank values (in order of appearance; see `alike`). What
        it returns is kept as JSON: texts, numbers, lists and dicts with texts as keys.
        """
        return None

    def alike(self, values: pa.Array) -> pa.Array:
        """A text for each of `values`: of those with the same one `learn` needs to see only the first. By default it
        sees every distinct value, which takes long where nearly all values differ.
        """
        return values

    @abstractmethod
    def apply(self, values: pa.Array, context: Context) -> Outcome:
        """Convert one batch of the column. Never raises on any text."""


def _titles(step: ColumnStep, type_: ParamType) -> tuple[str, ...]:
    given = (getattr(step, param.name) for param in step.params if param.type in (type_, f"{type_}s"))
    return tuple(title for one in given if one for title in ((one,) if isinstance(one, str) else one))


class ValueStep(ColumnStep):
    """A step that is a function of one value: `convert` runs once per distinct value of a batch."""

    def apply(self, values: pa.Array, context: Context) -> Outcome:
        return by_value(values, lambda text: self.convert(text, context))

    @abstractmethod
    def convert(self, text: str, context: Context) -> str:
        """The new text of a non-blank cell. Raises CouldNot, with the reason, where it cannot be converted."""


@dataclass(frozen=True)
class RowExample:
    """A documented case of a row step: a table before and after, under the same titles."""

    titles: tuple[str, ...]
    before: tuple[tuple[str, ...], ...]
    after: tuple[tuple[str, ...], ...]
    params: Mapping[str, Any] = field(default_factory=dict)


class WholeRowStep(Configured, ABC):
    """A step on whole rows, in source order. Subclasses derive from RawRowStep, CleanedRowStep or HeaderStep.

    `stage` says when it runs: "header" before the table is read, "raw" on raw text before the columns are
    cleaned, "cleaned" after.
    """

    label: ClassVar[str]
    help: ClassVar[str]
    group: ClassVar[str] = "rows"
    examples: ClassVar[tuple[RowExample, ...]] = ()
    safe: ClassVar[bool] = False
    stage: ClassVar[Literal["raw", "cleaned", "header"]]

    def reads(self, titles: Sequence[str]) -> tuple[str, ...]:
        """Which of the sheet's `titles` the step looks at; may name others, which are then missing."""
        return tuple(titles)


def by_value(values: pa.Array, convert: Callable[[str], str]) -> Outcome:
    """Apply `convert` once to each distinct non-blank value and spread the answers over the column."""
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
