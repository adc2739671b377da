"""Find what is wrong with phone numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

import numpy as np
import numpy.typing as npt
import phonenumbers
import pyarrow as pa
import pyarrow.compute as pc
from phonenumbers import NumberParseException

from engine.detectors.counted_words import cells_of, counted, either
from engine.detectors.place_findings import sheet_country
from engine.profile.column_batch import ColumnBatch, Flags, Indices
from engine.profile.column_kinds import Sample, says_something
from engine.profile.detector import CellTally, ColumnContext, ColumnDetector, RangeFacts
from engine.profile.masked_digits import digit_positions, numbers_at
from engine.profile.profile_results import FindingFacts, Fix
from engine.values import NotRead, countries, phones
from engine.values.languages import pattern

EACH = 4096  # numbers read one by one; beyond, those of one shape that start alike are taken to be alike
INTERNATIONAL = "E.164"  # the one format that needs no country
START = 4  # digits
UNKNOWN = -1
SAMPLED = 60  # numbers of the sample that are tried in each country: phonenumbers takes its time
USED_AT_HOME = 0.25  # share of numbers in use there from which on the dataset's country is believed
MOST_COUNTRIES = 5  # by which a number is judged
BEGUN = 0.8  # share of national numbers that begin as numbers of their country do
USED_ABROAD = 0.5  # the same for any other country
# In shapes every digit is a 9.
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
        self.where = sheet_country(column)
        # In a sheet of several countries a national number is judged by any of them.
        self.countries: tuple[str, ...] = (self.country,)
        if self.where.column:
            self.countries = tuple(dict.fromkeys([self.country, *self.where.all]))[:MOST_COUNTRIES]
        self.formats: dict[str, CellTally] = {}
        self.extended, self.several, self.wrong = CellTally(), CellTally(), CellTally()
        # Countries in which 00 does not lead abroad.
        self.elsewhere = [country for country in self.countries if country and not phones.dials_zeros(country)]
        self.abroad, self.zeros = CellTally(), CellTally()
        self._each = 0
        self._by_start: dict[str, npt.NDArray[np.int8]] = {}

    def look(self, cells: ColumnBatch) -> None:
        """Sort the numbers shape by shape; what is in a cell besides them shows in the shape alone."""
        if self.elsewhere:
            zeros = pc.match_substring_regex(cells.base, phones.LEADS_ABROAD).to_numpy(zero_copy_only=False)
            self.zeros.add(cells, zeros)
            # A column where so many numbers begin with zeros is not mended by a look at each of them.
            if self.zeros.count <= EACH:
                self.abroad.add(cells, cells.judged(zeros, self._leads_abroad))
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
        form = phones.shape(_extension().sub("", shape))
        if _E164.fullmatch(shape):
            form = INTERNATIONAL
        self.formats.setdefault(form, CellTally()).add_at(cells, indices)

    def _readable(self, cells: ColumnBatch, shape: str, indices: Indices) -> Flags:
        """Return which of these texts, all of one shape, can be dialled."""
        # An international number begins with its country and needs a digit more to be judged by.
        length = START - 1
        if "+" in shape:
            length = START
        columns = digit_positions(shape)[:length]
        few = self._each + len(indices) <= EACH and not _E164.fullmatch(shape)
        if few or len(columns) < START - 1:
            return self._one_by_one(cells, indices)
        starts = numbers_at(cells.base, indices, columns)
        verdicts = self._by_start.setdefault(shape, np.full(10**START, UNKNOWN, np.int8))
        open_ones = np.flatnonzero(verdicts[starts] == UNKNOWN)
        new, first = np.unique(starts[open_ones], return_index=True)
        examples = cells.base.take(pa.array(indices[open_ones[first]])).to_pylist()
        verdicts[new] = [self._can_be_dialled(text) for text in examples]
        return np.asarray(verdicts[starts] == 1)

    def _one_by_one(self, cells: ColumnBatch, indices: Indices) -> Flags:
        texts = cells.base.take(pa.array(indices)).to_pylist()
        self._each += len(texts)
        return np.array([self._can_be_dialled(text) for text in texts], np.bool_)

    def _can_be_dialled(self, text: str) -> bool:
        return any(_can_be_dialled(text, country) for country in self.countries)

    def _leads_abroad(self, text: str) -> bool:
        """Return whether 00 can only lead abroad, though one of the sheet's countries dials otherwise."""
        return any(phones.international(text, country) != text for country in self.elsewhere)

    def findings(self) -> Iterable[FindingFacts]:
        """Return what to do about all numbers first, then the cells that need a person."""
        count = self.abroad.count
        if count:
            numbers = cells_of("phone", count)
            message = f"{numbers} {either(count, 'begins', 'begin')} with 00 in place of + and the country"
            fix = Fix("replace", {"find": phones.LEADS_ABROAD, "replace": "+", "regex": True})
            yield self.found("leads_abroad", self.abroad, message, fix, certain=count == self.zeros.count)
        yield from self._formats()
        count = self.extended.count
        if count:
            message = f"{counted(count, 'phone includes', 'phones include')} an extension"
            yield self.found("phone_extensions", self.extended, message, self._fix(), certain=self._is_certain())
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
        others = [tally for form, tally in self.formats.items() if form != INTERNATIONAL]
        tally = CellTally.merged(others)
        if not tally.count:
            return
        numbers = cells_of("phone", tally.count)
        message = f"{numbers} {either(tally.count, 'is', 'are')} in {len(others)} formats"
        if len(others) == 1:
            message = f"{numbers} {either(tally.count, 'is', 'are')} not in the international format"
        yield self.found("phone_formats", tally, message, self._fix(), certain=self._is_certain())

    def _is_certain(self) -> bool:
        """Return whether nothing has to be guessed.

        The country is known, most national numbers are in use there, and every number can be read.
        """
        # Where a number that begins with 00 is read at home, it comes out wrong.
        if self.abroad.count != self.zeros.count and self.abroad.count:
            return False
        if not self.where.column and self._is_elsewhere():
            return False
        if not self.country or self.several.count or self.wrong.count:
            return False
        texts = [text for text, _ in self.column.sample if says_something(text)]
        national = [text for text in texts if not text.strip().startswith("+")][:SAMPLED]
        in_use = [text for text in national if any(_is_valid(text, country) for country in self.countries)]
        return len(in_use) >= USED_ABROAD * len(national)

    def _is_elsewhere(self) -> bool:
        """Return whether the numbers look like those of another country than the one that is set.

        The numbers with a country are all of one other country, or many without one lack the 0 that national numbers
        begin with there.
        """
        texts = [text.strip() for text, _ in self.column.sample if says_something(text)][:SAMPLED]
        national = [text for text in texts if not text.startswith("+")]
        dialled = _countries_dialled(texts)
        if len(set(dialled)) == 1 and self.country not in dialled and len(dialled) * 3 >= len(national):
            return True
        begun = [text for text in national if text.lstrip("( ").startswith(phones.trunk_prefix(self.country))]
        return len(begun) < BEGUN * len(national)

    def _fix(self) -> Fix:
        params = {}
        if self.country:
            params["country"] = self.country
        if self.where.column:
            params["country_column"] = self.where.column
        if self.extended.count:
            params["extension_to"] = f"{self.column.title} extension"
        return Fix("phone_normalize", params)

    def facts(self) -> RangeFacts:
        """Return the country of national numbers, and how many numbers are in each format."""
        formats = {form: tally.count for form, tally in self.formats.items()}
        return RangeFacts(extra={"country": self.country, "formats": formats})


def _can_be_dialled(text: str, country: str) -> bool:
    """Return whether a number is possible; without a country, seven digits of a national one have to do."""
    try:
        number = phones.e164(text.strip(), country).number
    except NotRead:
        return not country and sum(map(str.isdigit, text)) >= 7
    # Letters for digits (1-800-FLOWERS) are dialled in North America alone.
    return number.startswith("+1") or not phones.spelled(text)


def likely_country(column: ColumnContext) -> str:
    """Return the country of a column's national numbers (ISO alpha-2, "" if unclear).

    The dataset's, unless hardly any number is in use there while most are in a country that the sheet names, or
    that other numbers of the column start with.
    """
    texts = [text for text, _ in column.sample if says_something(text)]
    national = [text for text in texts if not text.strip().startswith("+")][:SAMPLED]
    if column.country and _share_valid(national, column.country) >= USED_AT_HOME:
        return column.country
    named: list[str] = []
    for sample in column.neighbours_of("country"):
        named += _countries(sample)
    # The countries named most often come first; five of them are enough, or the tries would add up.
    shares = {
        country: _share_valid(national, country) for country in [*named[:5], *_countries_dialled(texts[:SAMPLED])]
    }
    best = max(shares, key=shares.__getitem__, default="")
    if best and shares[best] >= USED_ABROAD:
        return best
    return column.country


def _share_valid(texts: list[str], country: str) -> float:
    """Return the share of numbers that are in use in a country; 1 where there is none to judge."""
    if not texts:
        return 1.0
    valid = [text for text in texts if _is_valid(text, country)]
    return len(valid) / len(texts)


def _countries(sample: Sample) -> list[str]:
    """Return the codes of the countries that a sample names."""
    codes = []
    for text, _ in sample:
        code = countries.iso_code(text)
        if code:
            codes.append(code)
    return codes


def _countries_dialled(texts: list[str]) -> list[str]:
    """Return the codes of the countries that international numbers start with."""
    regions = []
    for text in texts:
        if not text.strip().startswith("+"):
            continue
        number = _parsed(text, "")
        region = number and phonenumbers.region_code_for_number(number)
        if region:
            regions.append(region)
    return regions


def _is_valid(text: str, country: str) -> bool:
    number = _parsed(text, country)
    return number is not None and phonenumbers.is_valid_number(number)


def _parsed(text: str, country: str) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(text, country or None)
    except NumberParseException:
        return None
