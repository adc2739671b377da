"""Find what is wrong with phone numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

import numpy as np
import numpy.typing as npt
import phonenumbers
import pyarrow as pa
from phonenumbers import NumberParseException

from engine.detectors.wording import cells_of, counted, either
from engine.profile.column_batch import ColumnBatch, Flags, Indices
from engine.profile.detector import CellTally, ColumnContext, ColumnDetector, RangeFacts
from engine.profile.digit_positions import digit_positions, numbers_at
from engine.profile.sheet_profile import FindingFacts, Fix
from engine.profile.value_kinds import Sample, says_something
from engine.values import NotRead, countries, phones
from engine.values.languages import pattern

EACH = 4096  # numbers read one by one; beyond, those of one shape that start alike are taken to be alike
START = 4  # digits
UNKNOWN = -1
_E164 = re.compile(r"\+9{7,15}")
_SEVERAL = re.compile(r"(?:9[\s().\-/]*){7,}[^9+(]*(?:[A-Za-z:,;|\n]|\s/\s)[^9+(]*[+(]?(?:[\s().\-/]*9){7,}")


@cache
def _extension() -> re.Pattern[str]:
    """Return the pattern of an extension at the end of a phone number's shape."""
    words = pattern("extension_words")
    return re.compile(rf"(?<=9)[\s,;]*(?:x|{words}|#)\.?\s*:?\s*9{{1,7}}\s*$", re.IGNORECASE)


class Phones(ColumnDetector):
    """Find phone numbers in several formats, with extensions, several in a cell, and some that cannot be dialled."""

    kinds = frozenset(["phone"])

    def __init__(self, column: ColumnContext) -> None:
        super().__init__(column)
        self.country = likely_country(column)
        self.formats: dict[str, CellTally] = {}
        self.extended, self.several, self.wrong = CellTally(), CellTally(), CellTally()
        self._each = 0
        self._by_start: dict[str, npt.NDArray[np.int8]] = {}

    def look(self, cells: ColumnBatch) -> None:
        for shape, indices in cells.groups(cells.filled):
            if not says_something(shape):
                continue
            if _SEVERAL.search(shape):
                self.several.add_at(cells, indices)
                continue
            readable = self._readable(cells, shape, indices)
            self.wrong.add_at(cells, indices[~readable])
            self._sort(cells, shape.strip(), indices[readable])

    def _sort(self, cells: ColumnBatch, shape: str, indices: Indices) -> None:
        if not len(indices):
            return
        if _extension().search(shape):
            self.extended.add_at(cells, indices)
        form = "E.164" if _E164.fullmatch(shape) else phones.shape(_extension().sub("", shape))
        self.formats.setdefault(form, CellTally()).add_at(cells, indices)

    def _readable(self, cells: ColumnBatch, shape: str, indices: Indices) -> Flags:
        """Return which of these texts, all of one shape, can be dialled."""
        columns = digit_positions(shape)[: START if "+" in shape else START - 1]
        if len(columns) < START - 1 or (self._each + len(indices) <= EACH and not _E164.fullmatch(shape)):
            return self._one_by_one(cells, indices)
        starts = numbers_at(cells.base, indices, columns)
        verdicts = self._by_start.setdefault(shape, np.full(10**START, UNKNOWN, np.int8))
        open_ones = np.flatnonzero(verdicts[starts] == UNKNOWN)
        new, first = np.unique(starts[open_ones], return_index=True)
        examples = cells.base.take(pa.array(indices[open_ones[first]])).to_pylist()
        verdicts[new] = [_can_be_dialled(text, self.country) for text in examples]
        return np.asarray(verdicts[starts] == 1)

    def _one_by_one(self, cells: ColumnBatch, indices: Indices) -> Flags:
        texts = cells.base.take(pa.array(indices)).to_pylist()
        self._each += len(texts)
        return np.array([_can_be_dialled(text, self.country) for text in texts], np.bool_)

    def findings(self) -> Iterable[FindingFacts]:
        yield from self._formats()
        count = self.extended.count
        if count:
            message = f"{counted(count, 'phone includes', 'phones include')} an extension"
            yield self.found("phone_extensions", self.extended, message, self._fix(), safe=self._is_safe())
        count = self.several.count
        if count:
            message = f"{counted(count, 'cell holds', 'cells hold')} more than one phone number"
            yield self.found(
                "several_phones", self.several, message, Fix("phone_split", {"rest_to": f"Other {self.column.title}"})
            )
        count = self.wrong.count
        if count:
            message = f"{cells_of('phone', count)} cannot be dialled as {either(count, 'it is', 'they are')}"
            yield self.found("invalid_phones", self.wrong, message, severity="problem")

    def _formats(self) -> Iterable[FindingFacts]:
        others = {form: tally for form, tally in self.formats.items() if form != "E.164"}
        tally = CellTally.merged(others.values())
        if not tally.count:
            return
        numbers = cells_of("phone", tally.count)
        message = f"{numbers} {either(tally.count, 'is', 'are')} in {len(others)} formats"
        if len(others) == 1:
            message = f"{numbers} {either(tally.count, 'is', 'are')} not in the international format"
        yield self.found("phone_formats", tally, message, self._fix(), safe=self._is_safe())

    def _is_safe(self) -> bool:
        """Return whether nothing has to be guessed: the country is set, and every number can be read."""
        return bool(self.country) and not self.several.count and not self.wrong.count

    def _fix(self) -> Fix:
        params = {"country": self.country} if self.country else {}
        if self.extended.count:
            params["extension_to"] = f"{self.column.title} extension"
        return Fix("phone_normalize", params)

    def facts(self) -> RangeFacts:
        formats = {form: tally.count for form, tally in self.formats.items()}
        return RangeFacts(extra={"country": self.country, "formats": formats})


def _can_be_dialled(text: str, country: str) -> bool:
    try:
        number = phones.e164(text.strip(), country).number
    except NotRead:
        return not country and sum(map(str.isdigit, text)) >= 7
    return number.startswith("+1") or not phones.spelled(text)


def likely_country(column: ColumnContext) -> str:
    """Return the country of a column's national numbers (ISO alpha-2, "" if unclear).

    The dataset's, unless hardly any number is in use there while most are in a country that the sheet names, or
    that other numbers of the column start with.
    """
    texts = [text for text, _ in column.sample if says_something(text)]
    national = [text for text in texts if not text.strip().startswith("+")][:60]
    if column.country and _share_valid(national, column.country) >= 0.25:
        return column.country
    named = [country for sample in column.neighbours_of("country") for country in _countries(sample)]
    candidates = list(dict.fromkeys([*named[:5], *_countries_dialled(texts[:60])]))
    best = max(candidates, key=lambda country: _share_valid(national, country), default="")
    return best if best and _share_valid(national, best) >= 0.5 else column.country


def _share_valid(texts: list[str], country: str) -> float:
    """Return the share of numbers that are in use in a country; 1 where there is none to judge."""
    if not texts:
        return 1.0
    return sum(_is_valid(text, country) for text in texts) / len(texts)


def _countries(sample: Sample) -> list[str]:
    codes = [countries.iso_code(text) for text, _ in sample]
    return [code for code in codes if code]


def _countries_dialled(texts: list[str]) -> list[str]:
    dialled = (_parsed(text, "") for text in texts if text.strip().startswith("+"))
    regions = (phonenumbers.region_code_for_number(number) for number in dialled if number)
    return [region for region in regions if region]


def _is_valid(text: str, country: str) -> bool:
    number = _parsed(text, country)
    return number is not None and phonenumbers.is_valid_number(number)


def _parsed(text: str, country: str) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(text, country or None)
    except NumberParseException:
        return None
