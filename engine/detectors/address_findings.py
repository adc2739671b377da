"""Find addresses whose parts share a cell: a postal code with its town, or all of an address."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from engine.detectors.counted_words import counted, either, listed
from engine.profile.column_batch import Flags
from engine.profile.column_kinds import Sample, says_something
from engine.profile.detector import LOOK_AT, CellTally, ColumnContext, SheetBatch, SheetContext, SheetDetector
from engine.profile.profile_results import ColumnFacts, FindingFacts, Fix
from engine.sheets.free_titles import free_title
from engine.sheets.working_file import ROW
from engine.values import NotRead, countries
from engine.values.addresses.address_pieces import looks_like_street
from engine.values.addresses.address_titles import AddressTitle, read_title
from engine.values.addresses.postal_addresses import PARTS, PostalAddress, holds_town, read
from engine.values.addresses.town_lines import ZIPS

# Share of a column's addresses that have to be read before it is taken for one of addresses; the mess of real sheets
# and made ones of seventeen countries lie above, columns of streets alone below .1.
MOST_READ = 0.7
# Share from which the step may be added without asking: the others stay whole.
SAFELY_READ = 0.9
# Share of texts that look like streets below which a column of lines holds names.
FEW_STREETS = 0.3
# Share of whole addresses among streets from which the step is offered.
SOME_READ = 0.1
LONGEST_SAMPLE = 100  # different texts that are read
# What the made columns are called.
_TITLES = {
    "street_to": "Street", "street2_to": "Street 2", "zip_to": "ZIP", "city_to": "City", "state_to": "State",
    "country_to": "Country",
}  # fmt: skip
_LETTERED = r"[0-9].*[^\W\d_]{2}|[^\W\d_]{2}.*[0-9]"


@dataclass
class _Group:
    """Hold the columns of one address: those with lines, and those with a part each."""

    of: str
    lines: list[ColumnContext] = field(default_factory=list)
    towns: list[ColumnContext] = field(default_factory=list)
    parts: dict[str, ColumnContext] = field(default_factory=dict)

    def add(self, title: AddressTitle, column: ColumnContext) -> None:
        """Take in a column of the address."""
        if title.holds_lines:
            self.lines.append(column)
        elif title.holds_town:
            self.towns.append(column)
        elif len(title.parts) == 1:
            [part] = title.parts
            self.parts.setdefault(part, column)

    @property
    def has_town(self) -> bool:
        """Return whether a town or its code has a column in which there is something."""
        filled = [part for part in ("zip", "city") if part in self.parts and self.parts[part].sample]
        return bool(filled or self.towns)


def _groups(columns: Sequence[ColumnContext]) -> list[_Group]:
    """Return the addresses whose columns a sheet has, by what their titles say of them."""
    found: dict[str, _Group] = {}
    for column in columns:
        title = read_title(column.title)
        if title.parts:
            found.setdefault(title.of.casefold(), _Group(title.of)).add(title, column)
    return list(found.values())


@dataclass(frozen=True)
class _Reading:
    """Hold what reading a column's sample gave: the share that was read, weighed by rows, and all parts found."""

    share: float
    parts: frozenset[str]


def _reading(sample: Sample, codes: Sequence[str], *, town_only: bool) -> _Reading:
    """Read the texts of a sample as addresses in the first of some countries whose rules they follow."""
    total = read_cells = 0
    parts: set[str] = set()
    for text, times in sample[:LONGEST_SAMPLE]:
        if not says_something(text):
            continue
        total += times
        found = _first_read(text, codes, town_only=town_only)
        # Half an address proves nothing: a town alone is no reason to split a column.
        if (found is not None and found.zip and found.city) or (found is not None and found.city and found.state):
            read_cells += times
        if found is not None:
            parts.update(part for part in PARTS if getattr(found, part))
    return _Reading(read_cells / max(total, 1), frozenset(parts))


def _first_read(text: str, codes: Sequence[str], *, town_only: bool) -> PostalAddress | None:
    for code in codes or ("",):
        try:
            return read(text, code, town_only=town_only)
        except NotRead:
            continue
    return None


class SharedAddressCells(SheetDetector):
    """Find cells that hold a postal code and its town, whole addresses, and towns in the lines of a street."""

    def __init__(self, sheet: SheetContext) -> None:
        super().__init__(sheet)
        self._finders: list[_Finder] = []
        self._taken = {column.title for column in sheet.columns}
        for group in _groups(sheet.columns):
            self._finders += _finders(group, sheet.columns)

    def look(self, seen: SheetBatch) -> None:
        for finder in self._finders:
            finder.look(seen.data)

    def findings(self, columns: Sequence[ColumnFacts]) -> Iterable[FindingFacts]:
        taken = set(self._taken)
        for finder in self._finders:
            found = finder.finding(taken)
            if found is not None and found.fix is not None:
                taken.update(found.fix.params[name] for name in _TITLES if name in found.fix.params)
                yield found


def _finders(group: _Group, columns: Sequence[ColumnContext]) -> list[_Finder]:
    """Return what looks at the columns of one address."""
    codes = _codes(group, columns)
    if group.towns:
        return [_TownCells(group, column, codes) for column in group.towns]
    found: list[_Finder] = []
    for part in ("zip", "city"):
        if part in group.parts:
            found.append(_TownCells(group, group.parts[part], codes))
    _leave_out_names(group)
    if group.lines and (group.has_town or len(group.lines) > 1):
        found.append(_TownInLines(group, group.lines[0], codes))
    elif group.lines:
        found.append(_WholeAddresses(group, group.lines[0], codes))
    return found


def _leave_out_names(group: _Group) -> None:
    """Leave out the first line where it holds whom a letter goes to and no street: Bill to 1, Bill to 2."""
    if len(group.lines) < 2:
        return
    texts = [text for text, _ in group.lines[0].sample]
    streets = [text for text in texts if looks_like_street(text)]
    if texts and len(streets) < FEW_STREETS * len(texts):
        group.lines.pop(0)


def _codes(group: _Group, columns: Sequence[ColumnContext]) -> list[str]:
    """Return the countries that the addresses may be in, the likeliest first; none where nothing says so."""
    named: dict[str, None] = {}
    if "country" in group.parts:
        for text, _ in group.parts["country"].sample:
            code = countries.iso_code(text) or ""
            if code in ZIPS:
                named[code] = None
    default = columns[0].country
    return list(dict.fromkeys([*([default] if default else []), *named]))


class _Finder(ABC):
    """Look at the cells of one column of an address, with those beside it."""

    slug = ""
    town_only = False

    def __init__(self, group: _Group, column: ColumnContext, codes: Sequence[str]) -> None:
        self.group, self.column, self.codes = group, column, codes
        self.tally = CellTally()
        self.reading = _reading(column.sample, codes, town_only=self.town_only)
        self.wanted = self.reading.share >= MOST_READ

    def look(self, data: pa.RecordBatch) -> None:
        """Count the cells of a batch that hold several parts."""
        if self.wanted:
            self._count(data, _matches(data.column(self.column.title), _LETTERED))

    def _count(self, data: pa.RecordBatch, flags: Flags) -> None:
        places = np.flatnonzero(flags)
        if len(places):
            texts = data.column(self.column.title).take(pa.array(places[:LOOK_AT])).to_pylist()
            self.tally.add_rows(data.column(ROW).to_numpy()[places], texts)

    def finding(self, taken: set[str]) -> FindingFacts | None:
        """Return what was found; the titles in `taken` are no names for new columns."""
        if not self.tally.count:
            return None
        fix = Fix("address_split", self.params(taken))
        return FindingFacts(
            self.slug, self.column.title, self.tally.count, self.message(), self.tally.examples, self.tally.rows, fix,
            self.is_safe(),
        )  # fmt: skip

    @abstractmethod
    def message(self) -> str:
        """Return what is said."""

    def is_safe(self) -> bool:
        """Return whether the step may be added without asking."""
        return self.reading.share >= SAFELY_READ

    def params(self, taken: set[str]) -> dict[str, Any]:
        """Return the step's parameters: a new column for every part that there is."""
        parts = {"zip", "city", *self.reading.parts}
        # An address without a country is in the dataset's, unless a column of its own says where it is.
        if "country" not in self.group.parts and self.column.country:
            parts.add("country")
        made = [name for name in _TITLES if name.removesuffix("_to") in parts]
        params: dict[str, Any] = {}
        for name in made:
            params[name] = free_title(self._title(_TITLES[name], taken), taken)
        if "country" in self.group.parts:
            params["country_column"] = self.group.parts["country"].title
        return params

    def _title(self, part: str, taken: set[str]) -> str:
        title = f"{self.group.of} {part}".strip()
        if title in taken:
            return f"Address {part}"
        return title


class _TownCells(_Finder):
    """Look at a column of postal codes and towns, or of one of both."""

    slug = "zip_and_town"
    town_only = True

    def __init__(self, group: _Group, column: ColumnContext, codes: Sequence[str]) -> None:
        super().__init__(group, column, codes)
        # The town may have a column of its own as well: then a person says which one is right.
        self.is_alone = not any(self._is_other(part) for part in ("zip", "city"))

    def _is_other(self, part: str) -> bool:
        other = self.group.parts.get(part)
        return other is not None and other is not self.column and bool(other.sample)

    def message(self) -> str:
        count = self.tally.count
        return f"{counted(count, 'cell holds', 'cells hold')} a postal code and a town"

    def is_safe(self) -> bool:
        return super().is_safe() and self.is_alone

    def params(self, taken: set[str]) -> dict[str, Any]:
        params = super().params(taken)
        for part in ("zip", "city"):
            if self._is_other(part):
                params[f"{part}_column"] = self.group.parts[part].title
        return params


class _WholeAddresses(_Finder):
    """Look at a column whose cells hold all of an address, or its street line after line."""

    slug = "whole_addresses"

    def __init__(self, group: _Group, column: ColumnContext, codes: Sequence[str]) -> None:
        super().__init__(group, column, codes)
        # Among streets alone, those with a town are named; a person says whether the column is to be split.
        self.wanted = self.reading.share >= SOME_READ

    def look(self, data: pa.RecordBatch) -> None:
        """Count the cells that end with a town, or that hold several parts where nearly all do."""
        pattern = _LETTERED
        if self.reading.share < MOST_READ:
            pattern = _ending(self.codes)
        if self.wanted:
            self._count(data, _matches(data.column(self.column.title), pattern))

    def message(self) -> str:
        count = self.tally.count
        return f"{counted(count, 'cell holds', 'cells hold')} a whole address: street, postal code and town"

    def params(self, taken: set[str]) -> dict[str, Any]:
        params = super().params(taken)
        further = [column.title for column in self.group.lines[1:]]
        if further:
            params["lines"] = further
        return params


class _TownInLines(_Finder):
    """Look at rows whose town and postal code are in the lines of the street, though they have columns."""

    slug = "town_in_address_lines"

    def __init__(self, group: _Group, column: ColumnContext, codes: Sequence[str]) -> None:
        super().__init__(group, column, codes)
        self.lines = [one for one in group.lines if one.sample]
        self.wanted = bool(codes and self.lines) and any(map(self._may_end, self.lines))
        self.looked_at = self.read = 0
        self.parts: set[str] = {"street", "zip", "city"}
        self.where: dict[str, None] = {}

    def _may_end(self, column: ColumnContext) -> bool:
        """Return whether a line may hold a town and its code, going by the sample."""
        texts = [text for text, _ in column.sample]
        return any(holds_town(text, code) for code in self.codes for text in texts)

    def look(self, data: pa.RecordBatch) -> None:
        """Count the rows without a town of their own in which a line ends with a postal code."""
        if not self.wanted:
            return
        without = np.ones(len(data), np.bool_)
        for part in ("zip", "city"):
            if part in self.group.parts:
                without &= _blank(data.column(self.group.parts[part].title))
        if not without.any():
            return
        ending = [_matches(data.column(line.title), _ending(self.codes)) for line in self.lines]
        flags = without & reduce(np.logical_or, ending)
        self._note(data.filter(pa.array(flags)))
        self._count(data, flags)

    def _note(self, rows: pa.RecordBatch) -> None:
        """Read the addresses of some of the rows, to see how well that goes and which parts there are."""
        columns = [rows.column(line.title).to_pylist() for line in self.lines]
        for cells in zip(*columns, strict=True):
            if self.looked_at >= LONGEST_SAMPLE:
                return
            self.looked_at += 1
            found = _first_read("\n".join(cells), self.codes, town_only=False)
            if found is None:
                continue
            self.read += 1
            self.parts.update(part for part in PARTS if getattr(found, part))
            for line, text in zip(self.lines, cells, strict=True):
                if found.zip in text or found.city in text:
                    self.where[line.title] = None

    def message(self) -> str:
        count = self.tally.count
        lines = [line.title for line in self.lines if line.title in self.where] or [self.column.title]
        return (
            f"In {counted(count, 'row', 'rows')} the town and the postal code {either(count, 'is', 'are')} in "
            f"{listed(lines)}"
        )

    def is_safe(self) -> bool:
        return self.read >= SAFELY_READ * max(self.looked_at, 1)

    def params(self, taken: set[str]) -> dict[str, Any]:
        if len(self.lines) > 1 or "street2" in self.parts:
            self.parts.add("street2")
        self.parts.update(part for part in ("state", "country") if part in self.group.parts)
        self.reading = _Reading(1.0, frozenset(self.parts))
        params = super().params(taken)
        further = [line.title for line in self.group.lines if line is not self.column]
        if further:
            params["lines"] = further
        for part in ("zip", "city", "state"):
            if part in self.group.parts:
                params[f"{part}_column"] = self.group.parts[part].title
        return params


def _ending(codes: Sequence[str]) -> str:
    """Return the pattern of a line with a postal code of one of the countries, of any where none is known."""
    zips = [ZIPS[code] for code in codes if code in ZIPS] or ["[0-9]{4,5}", ZIPS["GB"], ZIPS["CA"], ZIPS["NL"]]
    return rf"(?:^|[\s,-])(?:{'|'.join(zips)})(?:$|[\s,])"


def _matches(texts: pa.Array, pattern: str) -> Flags:
    """Return which texts a pattern is found in; Arrow knows no look-around."""
    return np.asarray(pc.match_substring_regex(texts, pattern).to_numpy(zero_copy_only=False), np.bool_)


def _blank(texts: pa.Array) -> Flags:
    return np.asarray(pc.equal(pc.utf8_trim_whitespace(texts), "").to_numpy(zero_copy_only=False), np.bool_)
