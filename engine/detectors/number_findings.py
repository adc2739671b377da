"""Find signs and words around numbers, decimal signs that are mixed, digits and zeros that were lost."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache

import numpy as np

from engine.detectors.counted_words import cells_of, counted, either, listed
from engine.detectors.place_findings import sheet_country
from engine.profile.column_batch import ColumnBatch, Indices, Numbers
from engine.profile.column_kinds import says_something
from engine.profile.detector import CellTally, ColumnContext, ColumnDetector, RangeFacts
from engine.profile.masked_digits import MOST_DIGITS, digit_positions, digits, numbers_at
from engine.profile.profile_results import FindingFacts, Fix
from engine.values import NotRead, currencies, numbers

HALF = 10**9  # half of the 18 digits that fit 64 bits
PLAIN = re.compile(r"-?9+(?:\.9+)?")
SHORTEST_CODE = 4  # digits: the postal codes of many countries; shorter numbers are often just small
OTHER = ""  # the shape of everything that is no number
# Anything in a number that is neither digit nor separator nor sign: currencies, units.
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
        # A column may hold a million numbers in a handful of shapes: their digits are read as whole columns.
        values = numbers_at(cells.base, indices, positions)
        lowest = int(values.min())
        self.lowest = min(self.lowest, lowest)
        self.highest = max(self.highest, int(values.max()))
        if cells.weights is None:
            self.total += _sum(values, None)
        else:
            self.total += _sum(values, cells.weights[indices])
        self.zero_in_front |= len(positions) > 1 and lowest < 10 ** (len(positions) - 1)

    def texts(self) -> list[str]:
        """Return texts that represent the shape when the column's decimal sign is sought."""
        if self.zero_in_front:
            # `0.999` has decimals for certain, `9.999` may be a thousand.
            return [self.shape, self.shape.replace("9", "0", 1)]
        return [self.shape]

    def scaled(self, text: str) -> tuple[Decimal, Decimal, Decimal] | None:
        """Return lowest, highest and total, given how the shape itself is read; None where its digits are too many."""
        if self.highest < 0:
            return None
        power = -len(text.partition(".")[2])
        low, high = Decimal(self.lowest).scaleb(power), Decimal(self.highest).scaleb(power)
        total = Decimal(self.total).scaleb(power)
        if text.startswith("-"):
            # The sign is part of the shape, so the largest digits make the smallest number.
            return -high, -low, -total
        return low, high, total


def _sum(values: Numbers, times: Numbers | None) -> int:
    """Return the sum of all values, each so many times; the halves of 18 digits are summed up apart, to fit 64 bits."""
    total = 0
    for half, factor in zip(np.divmod(values, HALF), (HALF, 1), strict=True):
        if times is not None:
            half = half * times
        total += factor * int(half.sum())
    return total


def _tally_of(shapes: Iterable[NumberShape]) -> CellTally:
    return CellTally.merged([written.tally for written in shapes])


class NumberShapes:
    """Group the numbers of a column by the shape they are written in."""

    def __init__(self) -> None:
        self.written: dict[str, NumberShape] = {}

    def add(self, cells: ColumnBatch) -> None:
        """Take in a batch; what is no number in any column is taken together."""
        for shape, indices in cells.groups(cells.filled):
            if not says_something(shape):
                continue
            if not is_read(shape):
                shape = OTHER
            self.written.setdefault(shape, NumberShape(shape)).add(cells, indices)

    def evidence(self, kind: numbers.Kind) -> numbers.SignEvidence:
        """Return what the shapes say about the decimal sign."""
        texts: list[str] = []
        for written in self.written.values():
            texts += written.texts()
        return numbers.decimal_sign(texts, kind)

    def sorted_by_sign(self, sign: str) -> tuple[list[NumberShape], list[NumberShape]]:
        """Return the shapes that can be read with a decimal sign ("": without any), and the others."""
        read: list[NumberShape] = []
        unread: list[NumberShape] = []
        for written in self.written.values():
            if _read(written.shape, sign):
                read.append(written)
            else:
                unread.append(written)
        return read, unread


class Amounts(ColumnDetector):
    """Find numbers that are not plain: currencies, separators, brackets, signs behind; and texts that are none."""

    kinds = frozenset(["number", "money"])

    def __init__(self, column: ColumnContext) -> None:
        super().__init__(column)
        self.shapes = NumberShapes()

    def look(self, cells: ColumnBatch) -> None:
        self.shapes.add(cells)

    def findings(self) -> Iterable[FindingFacts]:
        """Return the problems under the column's decimal sign, or that its numbers do not agree on one."""
        evidence = self.shapes.evidence("amount")
        read, unread = self.shapes.sorted_by_sign(evidence.sign)
        unclear, unreadable = _parted(unread, _is_open)
        if evidence.both:
            yield self._both()
        else:
            yield from self._unclear(_tally_of(unclear))
        yield from self._unreadable(_tally_of(unreadable))
        _, odd = _parted(read, PLAIN.fullmatch)
        # Where both signs are used, numbers have to be looked at one by one before any step can read them.
        if odd and not evidence.both:
            yield self._odd(odd, certain=not unclear)

    def _both(self) -> FindingFacts:
        mixed, _ = _parted(self.shapes.written.values(), re.compile("[.,]").search)
        message = "Commas and points are both used as decimals"
        return self.found("mixed_decimals", _tally_of(mixed), message, self._fix(), severity="problem")

    def _unclear(self, tally: CellTally) -> Iterable[FindingFacts]:
        if tally.count:
            example = tally.examples[0].strip()
            message = f"{cells_of(self.column.kind, tally.count)} could be thousands or decimals, such as {example}"
            yield self.found("unclear_decimals", tally, message, self._fix(), severity="problem")

    def _unreadable(self, tally: CellTally) -> Iterable[FindingFacts]:
        if tally.count:
            message = f"{counted(tally.count, 'cell is', 'cells are')} not {either(tally.count, 'a number', 'numbers')}"
            yield self.found("not_numbers", tally, message, severity="problem")

    def _odd(self, odd: list[NumberShape], *, certain: bool) -> FindingFacts:
        """Return the finding of numbers that are not plain; `certain`: no number is left that has two readings."""
        tally = _tally_of(odd)
        shapes = [written.shape for written in odd]
        message = f"{counted(tally.count, 'number is', 'numbers are')} stored as text, with {listed(_features(shapes))}"
        fix = self._fix()
        words = {word for shape in shapes for word in _WORDS.findall(shape)}
        if words:
            fix = Fix("parse_currency")
        # Amounts of several currencies would look alike without their signs, which get a column of their own.
        meant = {currencies.possible(word) for word in words}
        if len(meant) > 1 and not any(one <= other for one in meant for other in meant if one != other):
            fix = Fix("parse_currency", {"currency_to": f"{self.column.title} currency"})
        return self.found("numbers_as_text", tally, message, fix, certain=certain and len(words) < 2)

    def _fix(self) -> Fix:
        if self.column.kind == "money":
            return Fix("parse_currency")
        return Fix("parse_number")

    def facts(self) -> RangeFacts:
        """Return range and sum, where every number of the column can be read in one way only."""
        evidence = self.shapes.evidence("amount")
        read, unread = self.shapes.sorted_by_sign(evidence.sign)
        known = []
        for written in read:
            scaled = written.scaled(_read(written.shape, evidence.sign))
            if scaled:
                known.append(scaled)
        extra: dict[str, object] = {
            "decimal": evidence.sign,
            "currencies": _currencies([written.shape for written in read]),
        }
        unclear, _ = _parted(unread, _is_open)
        # A sum that leaves out some of the numbers would look right and be wrong.
        if not known or len(known) < len(read) or unclear:
            return RangeFacts(extra=extra)
        lows, highs, totals = zip(*known, strict=True)
        extra["sum"] = plain(sum(totals, Decimal(0)))
        return RangeFacts(plain(min(lows)), plain(max(highs)), extra)


def _parted(
    shapes: Iterable[NumberShape], test: Callable[[str], object]
) -> tuple[list[NumberShape], list[NumberShape]]:
    """Return those whose shape passes a test, and the others."""
    passed: list[NumberShape] = []
    others: list[NumberShape] = []
    for written in shapes:
        if test(written.shape):
            passed.append(written)
        else:
            others.append(written)
    return passed, others


def plain(number: Decimal) -> str:
    """Return a number as plain text: `Decimal("1000000.00")` -> "1000000", `Decimal("0.50")` -> "0.5"."""
    text = f"{number:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    if text == "-0":
        return "0"
    return text


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
            # `$` or `kr` may be one of several currencies and is not guessed.
            if len(meant) == 1:
                found.update(meant)
    return sorted(found)


def _features(shapes: list[str]) -> list[str]:
    """Return what makes numbers unlike plain ones, in words."""
    words: list[str] = []
    for shape in shapes:
        words += _WORDS.findall(shape)
    tests = (
        (",", "commas"), (r"9[ \u00a0\u202f]9", "spaces"), ("['’]", "apostrophes"), (r"\(", "brackets"),
        (r"9\s?[-−–]", "minus signs behind"), (r"\.9{3}(?!9).*,|\.9{3}\.9", "points"),
    )  # fmt: skip
    features = list(dict.fromkeys(words))[:3]  # more words than three make no sentence
    for pattern, name in tests:
        if any(map(re.compile(pattern).search, shapes)):
            features.append(name)
    # What is left are spaces around the number.
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
        """Return the percentages that are not plain numbers; where there is one way alone, none can be lost."""
        sign = self.shapes.evidence("percent").sign
        written = [one for one in self.shapes.written.values() if _percent(one.shape, sign)]
        _, with_signs = _parted(written, PLAIN.fullmatch)
        signed = _tally_of(with_signs)
        # `7,5%` and `12%` are one way to write percentages, `12 %` is another.
        ways = {re.sub("9+(?:[.,]9+)?", "5", one.shape.strip()) for one in written}
        if signed.count:
            message = f"{cells_of('percent', signed.count)} {either(signed.count, 'has', 'have')} a percent sign"
            if len(ways) > 1:
                message = f"Percentages are written in {len(ways)} ways, such as {listed(sorted(ways))}"
            # `19%` may be the name of a tax: only the title can say that it is a number.
            # 0.19 beside 19 % may be a fraction of one or of a hundred.
            certain = len(with_signs) == len(written) or not any(_is_fraction(one, sign) for one in written)
            yield self.found("percent_signs", signed, message, Fix("parse_percent"), certain=certain)
        yield from self._fractions(sign)

    def _fractions(self, sign: str) -> Iterable[FindingFacts]:
        """Yield the numbers that are hundredths of what the others are: 0.19 beside 19%."""
        plain_ones = [one for one in self.shapes.written.values() if PLAIN.fullmatch(one.shape.replace(",", "."))]
        small = [one for one in plain_ones if _is_fraction(one, sign)]
        if small and len(small) < len(self.shapes.written):
            tally = _tally_of(small)
            count = tally.count
            looks = f"{counted(count, 'number looks', 'numbers look')} like {either(count, 'a fraction', 'fractions')}"
            message = f"{looks} beside percentages, such as {tally.examples[0].strip()}"
            yield self.found("fractions", tally, message, severity="problem")

    def facts(self) -> RangeFacts:
        """Return the range of those percentages that can be read; they have no sum."""
        sign = self.shapes.evidence("percent").sign
        known = []
        for one in self.shapes.written.values():
            text = _percent(one.shape, sign)
            if not text:
                continue
            scaled = one.scaled(text)
            if scaled:
                known.append(scaled)
        if not known:
            return RangeFacts()
        lows, highs, _ = zip(*known, strict=True)
        return RangeFacts(plain(min(lows)), plain(max(highs)))


def _is_fraction(written: NumberShape, sign: str) -> bool:
    """Return whether all numbers of a shape lie between 0 and 1, and have decimals."""
    text = _percent(written.shape, sign)
    scaled = written.scaled(text) if "." in text else None
    return scaled is not None and scaled[0] > 0 and scaled[1] < 1


def _percent(shape: str, sign: str) -> str:
    try:
        return numbers.read_percent(shape, sign)
    except NotRead:
        return ""


class LostDigits(ColumnDetector):
    """Find long codes that a spreadsheet turned into powers of ten: `4.00638E+12`."""

    kinds = frozenset(["number", "code", "phone"])
    # Shapes do not tell E from other capitals, so the few cells that pass are asked again.
    gate = r"^\s*[0-9][.,][0-9]+[A-Z]\+[0-9]{2}\s*$"

    def look(self, cells: ColumnBatch) -> None:
        """Count the cells that are a power of ten."""
        self.tally.add(cells, cells.judged(cells.shaped(self.gate), _has_exponent))

    def findings(self) -> Iterable[FindingFacts]:
        """Return a finding that shows the first such code as it is."""
        if self.tally.count:
            message = f"Codes show as {self.tally.examples[0].strip()}; digits may be lost"
            yield self.found("lost_digits", self.tally, message, Fix("undo_scientific"), severity="problem")


def _has_exponent(text: str) -> bool:
    return "E+" in text


class DecimalZero(ColumnDetector):
    """Find codes and phone numbers that went through a number column: `4155552671.0`."""

    kinds = frozenset(["code", "phone", "postal_code"])
    gate = r"^\s*[0-9]{3,}\.[0-9]\s*$"

    def look(self, cells: ColumnBatch) -> None:
        """Count whole numbers of at least three digits with `.0` behind."""
        self.tally.add(cells, cells.judged(cells.shaped(self.gate), _ends_in_zero))

    def findings(self) -> Iterable[FindingFacts]:
        count = self.tally.count
        if count:
            message = f"{cells_of(self.column.kind, count)} {either(count, 'ends', 'end')} in .0"
            yield self.found("decimal_zero", self.tally, message, Fix("strip_decimal_zero"))


def _ends_in_zero(text: str) -> bool:
    return text.strip().endswith(".0")


class LostZeros(ColumnDetector):
    """Find postal codes and article numbers that have lost a leading 0."""

    kinds = frozenset(["code", "postal_code"])

    def __init__(self, column: ColumnContext) -> None:
        super().__init__(column)
        self.by_length: dict[int, CellTally] = {}
        self.zero_lengths: set[int] = set()

    def look(self, cells: ColumnBatch) -> None:
        """Count the codes of digits alone by their length, and note which lengths have zeros in front."""
        for shape, indices in cells.groups(cells.shaped("^[0-9]+$")):
            self.by_length.setdefault(len(shape), CellTally()).add_at(cells, indices)
            if (digits(cells.base, indices, [0]) == 0).any():
                self.zero_lengths.add(len(shape))

    def findings(self) -> Iterable[FindingFacts]:
        """Return the codes that are one or two digits shorter than most, where full codes have zeros in front."""
        width = self._width()
        # Where each row has its own country, a short code may be right as it is.
        if self.column.kind == "postal_code" and sheet_country(self.column).column:
            return
        # More than two zeros in front are rare; what is shorter still is another kind of number.
        short = CellTally.merged([self.by_length.get(length, CellTally()) for length in (width - 2, width - 1)])
        if width and short.count:
            noun = cells_of(self.column.kind, short.count)
            message = f"{noun} {either(short.count, 'seems', 'seem')} to have lost a leading 0"
            yield self.found("lost_zeros", short, message, Fix("pad_left", {"width": width}))

    def _width(self) -> int:
        """Return how many digits a full code has, 0 where that is not clear."""
        if not self.by_length:
            return 0
        counts = {length: tally.count for length, tally in self.by_length.items()}
        width = max(counts, key=counts.__getitem__)
        most = counts[width] * 2 > sum(counts.values())
        if self.column.kind == "code":  # numbers that are counted up get longer, and have no zeros in front
            proven = self.zero_lengths == {width} and width == max(counts)
        else:
            proven = min(self.zero_lengths, default=width) >= width
        if most and proven and width >= SHORTEST_CODE:
            return width
        return 0
