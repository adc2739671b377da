"""Find what is wrong with countries, states and postal codes."""

from __future__ import annotations

from abc import abstractmethod
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from babel import Locale

from engine.detectors.counted_words import cells_of, counted, either, quoted
from engine.profile.column_batch import ColumnBatch
from engine.profile.column_kinds import Sample, says_something
from engine.profile.detector import CellTally, ColumnContext, ColumnDetector, PendingFinding, Vocabulary
from engine.profile.profile_results import FindingFacts, Fix
from engine.values import NotRead, countries, postcodes, states
from engine.values.folding import fold

# Which part of the United Kingdom it is would be lost in a code.
_PARTS = frozenset(["england", "scotland", "wales", "northern ireland"])


SMALLEST_ADDRESS = 3  # columns whose titles begin alike
MOSTLY = 0.9  # share of cells that are read, from which on a column is what its title says


class SheetCountry(NamedTuple):
    """Hold the country of a sheet's addresses (ISO alpha-2, "" if unclear).

    Where they are in several countries, `all` holds them and `column` is the title that says which.
    """

    country: str
    all: tuple[str, ...]
    column: str

    def params(self) -> dict[str, str]:
        """Return the parameters of a step that needs the country."""
        if self.column:
            return {"country_column": self.column}
        if self.country:
            return {"country": self.country}
        return {}


def sheet_country(column: ColumnContext) -> SheetCountry:
    """Return what the country column of the same address says, else the dataset's country."""
    named = [title for title, (kind, _) in column.others.items() if kind == "country"]
    title = _of_one_address(column.title, named, list(column.others))
    if title:
        return _country_of(column, title, column.others[title][1])
    if column.country:
        return SheetCountry(column.country, (column.country,), "")
    return SheetCountry("", (), "")


def _of_one_address(title: str, named: Sequence[str], titles: Sequence[str]) -> str:
    """Return which of the country columns belongs to a column, "" for none.

    Sheets with two addresses tell their columns apart by what the titles begin with: POCity, POCountry, SACity,
    SACountry. A column of neither, such as a phone number, belongs to the first address.
    """
    groups = {country: _group(country, titles) for country in named}
    for country, group in groups.items():
        if group and title.startswith(group):
            return country
    plain = [country for country, group in groups.items() if not group]
    first = min(groups, key=lambda country: titles.index(_first_of(groups[country], titles)), default="")
    if plain or not first:
        return next(iter(plain), "")
    # The country of a second address says nothing of the first, which may have none.
    others = [other for other in titles if _is_twin(other, groups[first], titles)]
    if others and titles.index(others[0]) < titles.index(_first_of(groups[first], titles)):
        return ""
    return first


def _group(country: str, titles: Sequence[str]) -> str:
    """Return what the titles of a country's address begin with, "" where no other title begins so."""
    for length in range(len(country) - 1, 1, -1):
        start = country[:length]
        if sum(title.startswith(start) for title in titles) >= SMALLEST_ADDRESS:
            return start
    return ""


def _first_of(group: str, titles: Sequence[str]) -> str:
    return next(title for title in titles if title.startswith(group))


def _is_twin(title: str, group: str, titles: Sequence[str]) -> bool:
    """Return whether a title of another address ends as one of this address does: POCity beside SACity."""
    ends = [other.removeprefix(group) for other in titles if other.startswith(group)]
    return not title.startswith(group) and any(len(end) > 2 and title.endswith(end) for end in ends)


def _country_of(column: ColumnContext, title: str, sample: Sample) -> SheetCountry:
    """Return what a column of countries says about the addresses of its sheet."""
    codes: dict[str, None] = {}  # the most frequent first
    for text, _ in sample:
        code = countries.address_code(text)
        if code:
            codes[code] = None
    if len(codes) == 1:
        [country] = codes
        return SheetCountry(country, (country,), "")
    return SheetCountry(column.country, tuple(codes), title)


class _Names(ColumnDetector):
    """Find odd ones among a few names that have codes; subclasses say what they are called and how they are read."""

    one, many = "", ""

    def __init__(self, column: ColumnContext) -> None:
        super().__init__(column)
        self.vocabulary = Vocabulary()

    def look(self, cells: ColumnBatch) -> None:
        self.vocabulary.add(cells)

    @abstractmethod
    def code(self, text: str) -> str | None:
        """Return the code of a name, None if it has none."""

    @abstractmethod
    def fix(self) -> Fix:
        """Return the step that writes codes."""

    def loses(self, text: str) -> bool:
        """Return whether a code says less than the name."""
        return False

    def is_clear(self) -> bool:
        """Return whether it is clear in which country a name is to be read."""
        return True

    def findings(self) -> Iterable[PendingFinding]:
        """Return the spellings that a step turns into codes, then the names without a code."""
        texts = [text for text in self.vocabulary.stripped() if says_something(text)]
        known: dict[str, str] = {}
        unknown: list[str] = []
        for text in texts:
            code = self.code(text)
            if code:
                known[text] = code
            else:
                unknown.append(text)
        # A field of countries holds no more than the code; a title alone does not say that the rest may go.
        by_field = not self._mostly(known, unknown) or any(map(self.loses, known))
        yield from self._spelled(known, by_field=by_field)
        # Where not one name is recognised, the column's kind was guessed wrong.
        if unknown and known:
            what = either(len(unknown), f"is no {self.one}", f"are no {self.many}")
            message = f"{quoted(unknown)} {what} that we know"
            finding = self.found(f"unknown_{self.column.kind}", CellTally(), message, severity="problem")
            yield self.vocabulary.pending(finding, set(unknown))

    def _mostly(self, known: Iterable[str], unknown: Iterable[str]) -> bool:
        """Return whether so many cells have a code that the others are slips; those stay as they are."""
        times = self.vocabulary.stripped()
        read = sum(map(times.__getitem__, known))
        return read >= MOSTLY * (read + sum(map(times.__getitem__, unknown)))

    def _spelled(self, known: dict[str, str], *, by_field: bool) -> Iterable[PendingFinding]:
        """Yield the names that are not written as codes; `by_field`: whether the title alone makes no fix safe."""
        odd = {text for text, code in known.items() if text != code}
        if odd:
            slug, message = f"{self.column.kind}_spellings", self._message(known, odd)
            finding = self.found(slug, CellTally(), message, self.fix(), certain=self.is_clear(), by_field=by_field)
            yield self.vocabulary.pending(finding, odd)

    def _message(self, known: dict[str, str], odd: set[str]) -> str:
        several = [ways for ways in Counter(known.values()).values() if ways > 1]
        if several:
            return f"{counted(len(several), f'{self.one} is', f'{self.many} are')} spelled {sum(several)} ways"
        count = sum(map(self.vocabulary.stripped().__getitem__, odd))
        if all(text.upper() == known[text].rpartition("-")[2] and "-" in known[text] for text in odd):
            # The code of a state alone may be one of several countries.
            written = counted(count, f"{self.one} is", f"{self.many} are")
            return f"{written} written without {either(count, 'its', 'their')} country, such as {min(odd)}"
        names = counted(count, f"{self.one} is", f"{self.many} are")
        return f"{names} written out, not as {either(count, 'a code', 'codes')}"


class Countries(_Names):
    """Find countries that are spelled in several ways or written out, and names that are none."""

    kinds = frozenset(["country"])
    one, many = "country", "countries"

    def code(self, text: str) -> str | None:
        return countries.address_code(text)

    def fix(self) -> Fix:
        return Fix("country_to_iso")

    def loses(self, text: str) -> bool:
        """Return whether a name is only a part of the country whose code it gets: Scotland, GB."""
        return fold(text) in _PARTS


class States(_Names):
    """Find states that are spelled in several ways or written out, and names that are none."""

    kinds = frozenset(["state"])
    one, many = "state", "states"

    def __init__(self, column: ColumnContext) -> None:
        super().__init__(column)
        self.where = sheet_country(column)

    def code(self, text: str) -> str | None:
        """Return the code of a state in the first of the sheet's countries that has one."""
        # Without any country, `CA` and `Texas` are taken for what they are in the United States.
        for country in self.where.all or ("US",):
            code = states.code(text, country)
            if code:
                return code
        return None

    def fix(self) -> Fix:
        return Fix("state_to_code", self.where.params())

    def is_clear(self) -> bool:
        return bool(self.where.all)


class PostalCodes(ColumnDetector):
    """Find postal codes that are not written as their country does, where all rows are of one country."""

    kinds = frozenset(["postal_code"])

    def __init__(self, column: ColumnContext) -> None:
        super().__init__(column)
        self.where = sheet_country(column)
        self.odd, self.wrong, self.short, self.right = CellTally(), CellTally(), CellTally(), 0

    def look(self, cells: ColumnBatch) -> None:
        """Judge the codes, shape by shape; where rows are of several countries, none is judged."""
        if not self.where.country or self.where.column:
            return
        for shape, indices in cells.groups(cells.filled):
            # A shape that is right with 9 for every digit is right for all its codes.
            if self._written(shape) == shape or not says_something(shape):
                self.right += len(indices)
                continue
            for verdict, here in cells.sorted_out(indices, self._judged):
                tally = {"odd": self.odd, "wrong": self.wrong, "short": self.short}.get(verdict)
                if tally:
                    tally.add_at(cells, here)

    def _judged(self, text: str) -> str:
        """Return whether a code is `wrong`, `odd` or lacks zeros (`short`); "" where nothing is to be said."""
        written = self._written(text)
        if not written:
            if says_something(text):
                return "wrong"
            return ""
        if written == text:
            return ""
        if text.strip().isdigit() and written.endswith(text.strip()):  # a finding of its own
            return "short"
        return "odd"

    def _written(self, text: str) -> str:
        """Return how the country writes a code, "" for what is none."""
        try:
            return postcodes.clean(text, self.where.country)
        except NotRead:
            return ""

    def findings(self) -> Iterable[FindingFacts]:
        """Return the codes that can be rewritten, then those that the country does not have."""
        count = self.odd.count
        if count:
            message = f"{cells_of('postal_code', count)} {either(count, 'is', 'are')} not written as usual"
            # The step would add zeros too, and a short code may be one of another country. So may digits that are
            # only parted otherwise, where some codes are another country's for certain.
            # A dataset's country is set by default: where hardly a code is written as there, they may all be foreign.
            lettered = any(map(str.isalpha, "".join(self.odd.examples)))
            foreign = self.wrong.count and not lettered
            certain = not self.short.count and not foreign and (lettered or self.right >= self.odd.count)
            fix = Fix("zip_clean", self.where.params())
            yield self.found("postal_code_forms", self.odd, message, fix, certain=certain)
        count = self.wrong.count
        if count:
            where = Locale("en").territories.get(self.where.country, self.where.country)
            message = f"{cells_of('postal_code', count)} {either(count, 'is', 'are')} not valid in {where}"
            yield self.found("unknown_postal_codes", self.wrong, message, severity="problem")
