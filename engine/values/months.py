"""Names of months and weekdays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from babel import Locale

from engine.values.folding import fold
from engine.values.languages import languages, words_by_key


def month(word: str) -> int | None:
    """Return the number of a month: `November`, `nov.`, `März`, `janv` -> 11, 11, 3, 1; None for any other word."""
    return _months().get(fold(word))


def is_weekday(word: str) -> bool:
    """Tell whether a word is a weekday: `Monday`, `Mo.`, `lundi`.

    Some are months too (`mar` is March and mardi): ask for the month first.
    """
    return fold(word) in _weekdays()


@cache
def _months() -> Mapping[str, int]:
    found: dict[str, set[int]] = {}
    for name, number in (*_named("months"), *_in_use()):
        found.setdefault(fold(name), set()).add(number)
    return {name: numbers.pop() for name, numbers in found.items() if len(numbers) == 1}


@cache
def _weekdays() -> frozenset[str]:
    return frozenset(fold(name).split()[0] for name, _ in _named("days"))  # quarta, of quarta-feira


def _in_use() -> Iterator[tuple[str, int]]:
    for number, names in words_by_key("months").items():
        for name in names:
            yield name, int(number)


def _named(kind: str) -> Iterator[tuple[str, int]]:
    for language in languages():
        forms = getattr(Locale(language), kind)
        # Many languages write a month otherwise within a date: `1 marca`, but `marzec` alone.
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated", "short"):
                for number, name in forms[context].get(width, {}).items():
                    yield name, number
