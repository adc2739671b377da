"""Find numbers with a unit of measure in several ways: `12.0 oz.` beside `12.0 ounce` and `12.0`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from statistics import median
from typing import NamedTuple

import numpy as np
import pyarrow.compute as pc

from engine.detectors.counted_words import counted, quoted
from engine.profile.column_batch import ColumnBatch, Flags
from engine.profile.column_kinds import Sample, says_something
from engine.profile.detector import ColumnContext, ColumnDetector
from engine.profile.profile_results import FindingFacts, Fix
from engine.values import NotRead, numbers, units

MOSTLY = 0.7  # share of the sample's cells that are numbers, with or without a unit
WITH_UNIT = 0.02  # share of them that have one
UNKNOWN = 0.1  # share of them whose unit is no known one; where more are, the words may mean anything
LEAST_PERCENT = 0.05  # share of numbers with a % behind
FRACTIONS = 20  # times as large as numbers without % those with % are, where the others are parts of 1
_OTHER_HINTS = frozenset(["choice", "code", "date", "name"])  # of titles under which words behind numbers are no units
ALIKE = 3  # times as large at most, where both are written alike


class Units(ColumnDetector):
    """Find numbers with and without their unit, or with several: `12.0 oz.`, `12.0 ounce` and `12.0`; kg and g."""

    kinds = frozenset(["text", "code", "number", "percent"])

    def __init__(self, column: ColumnContext) -> None:
        super().__init__(column)
        self.units: Counter[str] = Counter()
        self.bare = 0

    @classmethod
    def wanted(cls, column: ColumnContext) -> bool:
        """Return whether most cells of the sample are numbers, some with a unit."""
        if column.kind not in cls.kinds or not column.hints.isdisjoint(_OTHER_HINTS):
            return False
        seen = _Seen.of(column.sample)
        return seen.read >= MOSTLY * seen.total and seen.known >= WITH_UNIT * seen.total

    def look(self, cells: ColumnBatch) -> None:
        """Count each unit as it is written, and the numbers without one."""
        found = pc.extract_regex(cells.base, units.QUANTITY)
        unit = pc.fill_null(pc.struct_field(found, "unit"), "")
        with_unit: Flags = pc.not_equal(unit, "").to_numpy(zero_copy_only=False)
        numeric: Flags = pc.is_valid(found).to_numpy(zero_copy_only=False)
        self.tally.add(cells, with_unit)
        self.bare += cells.count(numeric & ~with_unit)
        encoded = unit.dictionary_encode()
        codes = encoded.indices.to_numpy(zero_copy_only=False)
        times = np.bincount(codes, cells.weights, minlength=len(encoded.dictionary))
        for word, count in zip(encoded.dictionary.to_pylist(), times.tolist(), strict=True):
            if word:
                self.units[word] += int(count)

    def findings(self) -> Iterable[FindingFacts]:
        """Return the numbers with a unit, unless all have one and the same."""
        signs: Counter[str] = Counter()
        for word, times in self.units.items():
            signs[units.sign_of(word)] += times
        unknown = signs.pop("", 0)
        known = [word for word in self.units if units.sign_of(word)]
        alike = len(known) == 1 and not self.bare
        if alike or not signs or unknown > UNKNOWN * self.tally.count:
            return
        fix = self._fix(signs)
        if fix:
            yield self.found("units", self.tally, self._message(), fix)

    def _fix(self, signs: Counter[str]) -> Fix | None:
        """Return the step that makes the numbers alike, None where a % may or may not count."""
        [(sign, _)] = signs.most_common(1)
        if len({units.sort_of(one) for one in signs}) > 1:
            return Fix("one_unit", {"unit_to": f"{self.column.title} unit"})
        if sign != "%":
            return Fix("one_unit", {"unit": sign})
        # A single percentage among amounts is a row of another kind.
        if self.tally.count < LEAST_PERCENT * (self.bare + self.tally.count):
            return None
        larger = _larger(self.column.sample)
        if larger >= FRACTIONS:
            return Fix("one_unit", {"unit": "%", "fractions": True})
        # The sign alone is read away by the step for percentages.
        if larger <= ALIKE and self.column.kind != "percent":
            return Fix("one_unit", {"unit": "%"})
        return None

    def _message(self) -> str:
        ways = [word for word, _ in self.units.most_common()]
        message = f"{counted(self.tally.count, 'number has', 'numbers have')} a unit behind: {quoted(ways)}"
        if self.bare:
            message += f"; {counted(self.bare, 'has', 'have')} none"
        return message


class _Seen(NamedTuple):
    """Count cells of a sample: all that say something, numbers among them, and those with a known unit."""

    total: int
    read: int
    known: int

    @classmethod
    def of(cls, sample: Sample) -> _Seen:
        total = read = known = 0
        for text, times in sample:
            if not says_something(text):
                continue
            total += times
            try:
                unit = units.read(text).unit
            except NotRead:
                continue
            read += times
            if units.sign_of(unit):
                known += times
        return cls(total, read, known)


def _larger(sample: Sample) -> float:
    """Return how many times as large as the numbers without % those with % are; 1 where either are missing."""
    signed: list[float] = []
    bare: list[float] = []
    for text, _ in sample:
        try:
            number, unit = units.read(text)
            amount = abs(float(numbers.read(number)))
        except NotRead:
            continue
        (signed if unit else bare).append(amount)
    if not signed or not bare:
        return 1.0
    return median(signed) / max(median(bare), 1e-9)
