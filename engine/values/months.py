"""Names of months and weekdays in the languages that countries.LANGUAGES lists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from babel import Locale

from engine.values.countries import LANGUAGES
from engine.values.folding import fold

# What people write besides CLDR's names: month by month.
_IN_USE = (
    "jän janv gen ene", "febr fév fevr", "mrz mär mrt", "avr abr", "mag mei", "giu", "juil lug", "ago aout",
    "sept set", "okt out ott", "", "dez dic déc",
)  # fmt: skip


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
    for number, names in enumerate(_IN_USE, start=1):
        yield from ((name, number) for name in names.split())


def _named(kind: str) -> Iterator[tuple[str, int]]:
    for language in LANGUAGES:
        forms = getattr(Locale(language), kind)
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated", "short"):
                yield from ((name, number) for number, name in forms[context].get(width, {}).items())
