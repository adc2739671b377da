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

from engine.values.countries import UnknownCountry, checked_code

ParamType = Literal[
    "text", "integer", "boolean", "choice", "column", "columns", "new_column", "new_columns", "country", "words",
    "pairs",
]  # fmt: skip


class StepError(ValueError):
    """A step or its parameters make no sense; the text is one sentence for the user."""


class CouldNot(Exception):
    """Raised by a scalar function for a cell that it could not convert; the text says why, in plain words."""


@dataclass(frozen=True)
class Param:
    """One parameter: shown as a form field, stored as JSON, written to a recipe as YAML.

    Types: text, integer, boolean, choice (one of `choices`), column (a title), columns (list of titles),
    new_column, new_columns (titles of columns that the step adds), country (ISO code), words (list of texts),
    pairs (mapping text -> text).
    """

    name: str
    type: ParamType
    label: str
    default: Any = None
    choices: tuple[tuple[str, str], ...] = ()
    help: str = ""
    required: bool = False


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


class Configured:
    """Something with parameters: given by name, checked, then attributes of that name."""

    slug: ClassVar[str]
    params: ClassVar[tuple[Param, ...]] = ()

    def __init__(self, **given: Any) -> None:
        """Check `given` against `params`. Raises StepError with one sentence that names step and parameter."""
        known = [param.name for param in self.params]
        unknown = sorted(set(given) - set(known))
        if unknown:
            knows = f"; it knows {', '.join(known)}" if known else ""
            raise StepError(f"The step {self.slug} has no parameter '{unknown[0]}'{knows}.")
        self.given: dict[str, Any] = dict(given)
        for param in self.params:
            setattr(self, param.name, checked(self.slug, param, given.get(param.name, param.default)))
        self.validate()

    def validate(self) -> None:
        """Raise StepError where the parameters do not fit each other."""


class Step(Configured, ABC):
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


def _titles(step: Step, type_: ParamType) -> tuple[str, ...]:
    given = (getattr(step, param.name) for param in step.params if param.type in (type_, f"{type_}s"))
    return tuple(title for one in given if one for title in ((one,) if isinstance(one, str) else one))


class ValueStep(Step):
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


class RowStep(Configured, ABC):
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


def checked(slug: str, param: Param, value: Any) -> Any:
    """`value` as the parameter's Python type. Raises StepError with one sentence. A missing value is the default;
    so is an empty one, but for a text that has a default to be emptied (no separator, no signs to keep).
    """
    if value == "" and param.type == "text" and isinstance(param.default, str):
        return ""
    if value is None or value == "":
        if param.required:
            raise StepError(f"The step {slug} needs the parameter '{param.name}' ({param.label.lower()}).")
        return param.default
    try:
        return _CASTS[param.type](value, param)
    except (TypeError, ValueError) as problem:
        raise StepError(f"The step {slug}: '{param.name}' cannot be {value!r}; {problem}.") from problem


def _text(value: Any, _: Param) -> str:
    if isinstance(value, (list, dict)):
        raise ValueError("it is one text")
    return str(value)


def _integer(value: Any, _: Param) -> int:
    try:
        return int(str(value))
    except ValueError:
        raise ValueError("it is a whole number") from None


def _boolean(value: Any, _: Param) -> bool:
    if isinstance(value, bool):
        return value
    if str(value).lower() in {"1", "true", "yes", "on"}:
        return True
    if str(value).lower() in {"0", "false", "no", "off"}:
        return False
    raise ValueError("it is yes or no")


def _choice(value: Any, param: Param) -> str:
    names = [name for name, _ in param.choices]
    if str(value) not in names:
        raise ValueError(f"it is one of {', '.join(names)}")
    return str(value)


def _words(value: Any, _: Param) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    if isinstance(value, Mapping) or not isinstance(value, Sequence):
        raise ValueError("it is a list of texts")
    return tuple(str(word) for word in value)


def _pairs(value: Any, _: Param) -> dict[str, str]:
    if not isinstance(value, Mapping):
        raise ValueError("it is a list of pairs, old: new")
    return {str(old): "" if new is None else str(new) for old, new in value.items()}


def _country(value: Any, _: Param) -> str:
    try:
        return checked_code(str(value))
    except UnknownCountry:
        raise ValueError("it is a country code of two letters, such as US") from None


_CASTS: dict[str, Callable[[Any, Param], Any]] = {
    "text": _text, "integer": _integer, "boolean": _boolean, "choice": _choice, "column": _text,
    "columns": _words, "new_column": _text, "new_columns": _words, "country": _country, "words": _words,
    "pairs": _pairs,
}  # fmt: skip


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
