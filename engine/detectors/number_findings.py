"""Find signs and words around numbers, decimal signs that are mixed, digits and zeros that were lost."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache

import numpy as np

from engine.detectors.wording import cells_of, counted, either, listed
from engine.profile.column_batch import ColumnBatch, Indices, Numbers
from engine.profile.detector import CellTally, ColumnContext, ColumnDetector, RangeFacts
from engine.profile.digit_positions import MOST_DIGITS, digit_positions, digits, numbers_at
from engine.profile.sheet_profile import FindingFacts, Fix
from engine.profile.value_kinds import says_something
from engine.values import NotRead, currencies, numbers

HALF = 10**9
PLAIN = re.compile(r"-?9+(?:\.9+)?")
OTHER = ""  # stands for all shapes that are no numbers
_WORDS = re.compile(r"[^\s0-9.,'’()+\-−–]+")


@dataclass
class NumberShape:
    """Sum up the numbers of one column that are written in one shape, all digits taken as 9.

    `lowest`, `highest` and `total` are of the digits as whole numbers, without sign and decimals.
    """

    shape: str
    tally: CellTally = field(default_factory=CellTally)
    lowest: int = 10**MOST_DIGITS
    highest: int = -1
    total: int = 0
    zero_in_front: bool = False

    def add(self, cells: ColumnBatch, indices: Indices) -> None:
        """Take in the texts at these indices of `cells.base`."""
        self.tally.add_at(cells, indices)
        positions = digit_positions(self.shape)
        if not 0 < len(positions) <= MOST_DIGITS:
            return
        values = numbers_at(cells.base, indices, positions)
        lowest = int(values.min())
        self.lowest = min(self.lowest, lowest)
        self.highest = max(self.highest, int(values.max()))
        self.total += _sum(values, None if cells.weights is None else cells.weights[indices])
        self.zero_in_front |= len(positions) > 1 and lowest < 10 ** (len(positions) - 1)

    def texts(self) -> list[str]:
        """Return texts that represent the shape when the column's decimal sign is sought."""
        return [self.shape, self.shape.replace("9", "0", 1)] if self.zero_in_front else [self.shape]

    def scaled(self, text: str) -> tuple[Decimal, Decimal, Decimal] | None:
        """Return lowest, highest and total, given how the shape itself is read; None where its digits are too many."""
        if self.highest < 0:
            return None
        power = -len(text.partition(".")[2])
        low, high, total = (Decimal(number).scaleb(power) for number in (self.lowest, self.highest, self.total))
        return (-high, -low, -total) if text.startswith("-") else (low, high, total)


def _sum(values: Numbers, times: Numbers | None) -> int:
    """Return the sum of all values, each so many times; the halves of 18 digits are summed up apart, to fit 64 bits."""
    total = 0
    for half, factor in zip(np.divmod(values, HALF), (HALF, 1), strict=True):
        total += factor * int((half if times is None else half * times).sum())
    return total


class NumberShapes:
    """Group the numbers of a column by the shape they are written in."""

    def __init__(self) -> None:
        self.written: dict[str, NumberShape] = {}

    def add(self, cells: ColumnBatch) -> None:
        """Take in a batch; what is no number in any column is taken together."""
        for shape, indices in cells.groups(cells.filled):
            if says_something(shape):
                shape = shape if is_read(shape) else OTHER
                self.written.setdefault(shape, NumberShape(shape)).add(cells, indices)

    def evidence(self, kind: numbers.Kind) -> numbers.SignEvidence:
        """Return what the shapes say about the decimal sign."""
        texts = (text for written in self.written.values() for text in written.texts())
        return numbers.decimal_sign(texts, kind)


class Amounts(ColumnDetector):
    """Find numbers that are not plain: currencies, separators, brackets, signs behind; and texts that are none."""

    kinds = frozenset(["number", "money"])

    def __init__(self, column: ColumnContext) -> None:
        super().__init__(column)
        self.shapes = NumberShapes()

    def look(self, cells: ColumnBatch) -> None:
        self.shapes.add(cells)

    def findings(self) -> Iterable[FindingFacts]:
        evidence = self.shapes.evidence("amount")
        read, unread = self._sorted(evidence.sign)
        if evidence.both:
            yield self._both(evidence)
        else:
            yield from self._unclear(CellTally.merged(written.tally for written in unread if _is_open(written.shape)))
        yield from self._unreadable([written for written in unread if not _is_open(written.shape)])
        odd = [written for written in read if not PLAIN.fullmatch(written.shape)]
        if odd and not evidence.both:
            yield self._odd(odd)

    def _sorted(self, sign: str) -> tuple[list[NumberShape], list[NumberShape]]:
        read: list[NumberShape] = []
        unread: list[NumberShape] = []
        for written in self.shapes.written.values():
            (read if _read(written.shape, sign) else unread).append(written)
        return read, unread

    def _both(self, evidence: numbers.SignEvidence) -> FindingFacts:
        mixed = CellTally.merged(w.tally for w in self.shapes.written.values() if re.search("[.,]", w.shape))
        return self.found(
            "mixed_decimals", mixed, "Commas and points are both used as decimals", self._fix(), severity="problem"
        )

    def _unclear(self, tally: CellTally) -> Iterable[FindingFacts]:
        if tally.count:
            example = tally.examples[0].strip()
            message = f"{cells_of(self.column.kind, tally.count)} could be thousands or decimals, such as {example}"
            yield self.found("unclear_decimals", tally, message, self._fix(), severity="problem")

    def _unreadable(self, unread: list[NumberShape]) -> Iterable[FindingFacts]:
        tally = CellTally.merged(written.tally for written in unread)
        if tally.count:
            message = f"{counted(tally.count, 'cell is', 'cells are')} not {either(tally.count, 'a number', 'numbers')}"
            yield self.found("not_numbers", tally, message, severity="problem")

    def _odd(self, odd: list[NumberShape]) -> FindingFacts:
        tally = CellTally.merged(written.tally for written in odd)
        message = (
            f"{counted(tally.count, 'number is', 'numbers are')} stored as text, "
            f"with {listed(_features([written.shape for written in odd]))}"
        )
        currency = any(_WORDS.search(written.shape) for written in odd)
        return self.found("numbers_as_text", tally, message, Fix("parse_currency") if currency else self._fix())

    def _fix(self) -> Fix:
        return Fix("parse_currency" if self.column.kind == "money" else "parse_number")

    def facts(self) -> RangeFacts:
        evidence = self.shapes.evidence("amount")
        read, unread = self._sorted(evidence.sign)
        scaled = [written.scaled(_read(written.shape, evidence.sign)) for written in read]
        known = [three for three in scaled if three]
        extra: dict[str, object] = {
            "decimal": evidence.sign,
            "currencies": _currencies(written.shape for written in read),
        }
        if not known or len(known) < len(scaled) or any(_is_open(written.shape) for written in unread):
            return RangeFacts(extra=extra)
        lows, highs, totals = zip(*known, strict=True)
        extra["sum"] = plain(sum(totals, Decimal(0)))
        return RangeFacts(plain(min(lows)), plain(max(highs)), extra)


def plain(number: Decimal) -> str:
    """Return a number as plain text: `Decimal("1000000.00")` -> "1000000", `Decimal("0.50")` -> "0.5"."""
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def _read(shape: str, sign: str) -> str:
    """Return how a shape is read, all digits taken as 9; "" where it cannot be."""
    try:
        return numbers.read_amount(shape, sign).number
    except NotRead:
        return ""


@lru_cache(maxsize=4096)
def is_read(shape: str) -> bool:
    """Return whether a shape is a number, an amount or a percentage under some decimal sign."""
    return any(_read(shape, sign) or _percent(shape, sign) for sign in (".", ","))


def _is_open(shape: str) -> bool:
    """Return whether a shape can be read, but in two ways."""
    return not _read(shape, "") and bool(_read(shape, ".")) and bool(_read(shape, ","))


def _currencies(shapes: Iterable[str]) -> list[str]:
    found: set[str] = set()
    for shape in shapes:
        for word in _WORDS.findall(shape):
            meant = currencies.possible(word)
            if len(meant) == 1:
                found.update(meant)
    return sorted(found)


def _features(shapes: list[str]) -> list[str]:
    """Return what makes numbers unlike plain ones, in words."""
    words = dict.fromkeys(word for shape in shapes for word in _WORDS.findall(shape))
    tests = (
        (",", "commas"), (r"9[ \u00a0\u202f]9", "spaces"), ("['’]", "apostrophes"), (r"\(", "brackets"),
        (r"9\s?[-−–]", "minus signs behind"), (r"\.9{3}(?!9).*,|\.9{3}\.9", "points"),
    )  # fmt: skip
    features = list(words)[:3]
    for pattern, name in tests:
        if any(re.search(pattern, shape) for shape in shapes):
            features.append(name)
    return features or ["spaces"]


class Percentages(ColumnDetector):
    """Find percentages that are written in several ways: `5`, `5%`, `10 %`."""

    kinds = frozenset(["percent"])

    def __init__(self, column: ColumnContext) -> None:
        super().__init__(column)
        self.shapes = NumberShapes()

    def look(self, cells: ColumnBatch) -> None:
        self.shapes.add(cells)

    def findings(self) -> Iterable[FindingFacts]:
        sign = self.shapes.evidence("percent").sign
        written = [one for one in self.shapes.written.values() if _percent(one.shape, sign)]
        signed = CellTally.merged(one.tally for one in written if not PLAIN.fullmatch(one.shape))
        ways = {re.sub("9+(?:[.,]9+)?", "5", one.shape.strip()) for one in written}
        if signed.count:
            message = f"{cells_of('percent', signed.count)} {either(signed.count, 'has', 'have')} a percent sign"
            if len(ways) > 1:
                message = f"Percentages are written in {len(ways)} ways, such as {listed(sorted(ways))}"
            yield self.found("percent_signs", signed, message, Fix("parse_percent"), safe=len(ways) == 1)

    def facts(self) -> RangeFacts:
        sign = self.shapes.evidence("percent").sign
        known = []
        for one in self.shapes.written.values():
            text = _percent(one.shape, sign)
            scaled = one.scaled(text) if text else None
            if scaled:
                known.append(scaled)
        if not known:
            return RangeFacts()
        lows, highs, _ = zip(*known, strict=True)
        return RangeFacts(plain(min(lows)), plain(max(highs)))


def _percent(shape: str, sign: str) -> str:
    try:
        return numbers.read_percent(shape, sign)
    except NotRead:
        return ""


class LostDigits(ColumnDetector):
    """Find long codes that a spreadsheet turned into powers of ten: `4.00638E+12`."""

    kinds = frozenset(["number", "code", "phone"])
    gate = r"^\s*[0-9][.,][0-9]+[A-Z]\+[0-9]{2}\s*$"

    def look(self, cells: ColumnBatch) -> None:
        self.tally.add(cells, cells.judged(cells.shaped(self.gate), lambda text: "E+" in text))

    def findings(self) -> Iterable[FindingFacts]:
        if self.tally.count:
            message = f"Codes show as {self.tally.examples[0].strip()}; digits may be lost"
            yield self.found("lost_digits", self.tally, message, Fix("undo_scientific"), severity="problem")


class DecimalZero(ColumnDetector):
    """Find codes and phone numbers that went through a number column: `4155552671.0`."""

    kinds = frozenset(["code", "phone", "postal_code"])
    gate = r"^\s*[0-9]{3,}\.[0-9]\s*$"

    def look(self, cells: ColumnBatch) -> None:
        self.tally.add(cells, cells.judged(cells.shaped(self.gate), lambda text: text.strip().endswith(".0")))

    def findings(self) -> Iterable[FindingFacts]:
        count = self.tally.count
        if count:
            message = f"{cells_of(self.column.kind, count)} {either(count, 'ends', 'end')} in .0"
            yield self.found("decimal_zero", self.tally, message, Fix("strip_decimal_zero"))


class LostZeros(ColumnDetector):
    """Find postal codes and article numbers that have lost a leading 0."""

    kinds = frozenset(["code", "postal_code"])

    def __init__(self, column: ColumnContext) -> None:
        super().__init__(column)
        self.by_length: dict[int, CellTally] = {}
        self.zero_lengths: set[int] = set()

    def look(self, cells: ColumnBatch) -> None:
        for shape, indices in cells.groups(cells.shaped("^[0-9]+$")):
            self.by_length.setdefault(len(shape), CellTally()).add_at(cells, indices)
            if (digits(cells.base, indices, [0]) == 0).any():
                self.zero_lengths.add(len(shape))

    def findings(self) -> Iterable[FindingFacts]:
        width = self._width()
        short = CellTally.merged(tally for length, tally in self.by_length.items() if width - 2 <= length < width)
        if width and short.count:
            noun = cells_of(self.column.kind, short.count)
            message = f"{noun} {either(short.count, 'seems', 'seem')} to have lost a leading 0"
            yield self.found("lost_zeros", short, message, Fix("pad_left", {"width": width}))

    def _width(self) -> int:
        """Return how many digits a full code has, 0 where that is not clear."""
        if not self.by_length:
            return 0
        width = max(self.by_length, key=lambda length: self.by_length[length].count)
        most = self.by_length[width].count * 2 > sum(tally.count for tally in self.by_length.values())
        if self.column.kind == "code":  # numbers that are counted up get longer, and have no zeros in front
            proven = self.zero_lengths == {width} and width == max(self.by_length)
        else:
            proven = all(length >= width for length in self.zero_lengths)
        return width if most and proven and width >= 4 else 0
