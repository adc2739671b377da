"""The parameters of a step: what they are called, how a form shows them, and how given values are checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from engine.values.countries import UnknownCountry, checked_code

ParamType = Literal[
    "text", "integer", "boolean", "choice", "column", "columns", "new_column", "new_columns", "country", "words",
    "pairs",
]  # fmt: skip


class StepError(ValueError):
    """Raise this where a step or its parameters make no sense; the message is one sentence for the user."""


@dataclass(frozen=True)
class Param:
    """Describe one parameter: shown as a form field, stored as JSON, written to a recipe as YAML.

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


class Configured:
    """Hold parameters: given by name and checked, each is then an attribute of that name."""

    slug: ClassVar[str]
    params: ClassVar[tuple[Param, ...]] = ()

    def __init__(self, **given: Any) -> None:
        """Check `given` against `params`.

        Raises:
            StepError: a parameter is unknown, missing or has no sense; the message names it and the step.
        """
        known = [param.name for param in self.params]
        unknown = sorted(set(given) - set(known))
        if unknown:
            raise StepError(f"The step {self.slug} has no parameter '{unknown[0]}'{_knows(known)}.")
        self.given: dict[str, Any] = dict(given)
        for param in self.params:
            setattr(self, param.name, checked(self.slug, param, given.get(param.name, param.default)))
        self.validate()

    def validate(self) -> None:
        """Raise StepError where the parameters do not fit each other."""


def _knows(known: Sequence[str]) -> str:
    """Return the end of a sentence that names the parameters of a step, "" for a step that has none."""
    if not known:
        return ""
    return f"; it knows {', '.join(known)}"


def checked(slug: str, param: Param, value: Any) -> Any:
    """Return a value as the parameter's Python type, its default where the value is missing or empty.

    A text that has a default may be emptied all the same: no separator, no signs to keep.

    Raises:
        StepError: the parameter is required and missing, or the value is not of its type.
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
    # YAML makes numbers and dates of texts that look so; those are taken, but no collections.
    if isinstance(value, (list, dict)):
        raise ValueError("it is one text")
    return str(value)


def _integer(value: Any, _: Param) -> int:
    try:
        return int(str(value))  # through text, so that 2.5 is refused instead of cut
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
    if isinstance(value, str):  # a recipe may give one word without a list
        return (value,)
    if isinstance(value, Mapping) or not isinstance(value, Sequence):
        raise ValueError("it is a list of texts")
    return tuple(map(str, value))


def _pairs(value: Any, _: Param) -> dict[str, str]:
    if not isinstance(value, Mapping):
        raise ValueError("it is a list of pairs, old: new")
    pairs = {}
    for old, new in value.items():
        # In YAML, a key with nothing behind it has no value; here it means that the old value is emptied.
        pairs[str(old)] = "" if new is None else str(new)
    return pairs


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
