"""Find rows that break what the other rows show: a customer number with another name, a zip with another city.

Sheets of more than MOST_ROWS rows are not looked at for this. What is found is asked, never decided: most rows may be
wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import OSA

from engine.detectors.counted_words import counted
from engine.detectors.spelling_findings import is_right
from engine.profile.column_batch import Flags, Indices
from engine.profile.column_kinds import says_something
from engine.profile.dependencies import CodedColumn, Codes, Dependency, coded, dependency, majority
from engine.profile.detector import CellTally, ColumnContext, SheetBatch, SheetContext, SheetDetector, Vocabulary
from engine.profile.distinct_values import Hashes
from engine.profile.profile_results import MAX_EXAMPLES, ColumnFacts, FindingFacts, Fix
from engine.sheets.working_file import ROW
from engine.values.misspellings import misspelt

# Set so that they name nothing in clean lists of customers, items and orders, and by `python -m bench.error_sets`.
MOST_ROWS = 100_000  # of a sheet that is looked at
MOST_DECIDING = 12  # columns that others may hang on
LEAST_GROUP = 3  # rows with one deciding text, so that most of them can have something else than one
LEAST_GROUPS = 5  # such groups
CLEAR = 2 / 3  # share of a group's rows that have the same
GAIN = 0.7  # how much less than by chance the rows must differ
LOOSE = 0.1  # error up to which slips and gaps are named
MOST_GAPS = 0.1  # share of empty cells; where more are empty, some rows need no text there
ALIKE = 0.6  # of the letters of a slip are those of what is meant
MOST_ALIKE = 0.01  # share of the rows that may have a slip's text
EXACT = 0.02  # error up to which a text is named that is no slip
MOST_CLEAR = 0.8  # share of a group's rows that have the same, beside such a text
RICH = 0.3  # texts for each group; a column with fewer says something of the row rather than of the group
LEAST_APART = 3  # rows with one text in a third column,
APART = 0.5  # and the share of them that break a dependency, that show that there are two sorts of rows
# A sheet may tell the same things several times: each flight as several sites have it. There any row may be wrong.
TELLINGS = 4  # rows for each thing, on average
TOLD = 0.7  # error up to which a column of such a sheet hangs on the thing
TOLD_CLEAR = 0.4  # share of a group's rows that have the same
WELL_TOLD = 0.25  # error of at least two of its columns
TOLD_GAIN = 0.3
MOST_PAIRS = 2000  # that a step is offered with

# The first may decide most. Names of places and people decide nothing: there are two Portlands and two Peter Schmidts.
_DECIDING = ("code", "number", "text", "postal_code", "phone", "email")
_NEVER_DECIDING = frozenset(["city", "person", "state", "country", "money", "date"])
# What each row has of its own, even where rows belong together.
_OWN_KINDS = frozenset(["money", "percent", "number"])
_OWN_TIMES = frozenset(["date", "datetime"])


@dataclass(frozen=True)
class Table:
    """Hold a sheet's columns as numbers, and what is needed to get back to its texts."""

    columns: list[CodedColumn]
    contexts: Sequence[ColumnContext]
    rows: npt.NDArray[np.int32]
    sheet: SheetContext

    def texts(self, position: int, codes: Codes) -> dict[int, str]:
        """Return the texts, without spaces around them, that some numbers of a column are for."""
        wanted = np.unique(codes)
        first = self.rows[self.columns[position].first[wanted]]
        order = np.argsort(first)  # rows are read as the file has them
        title = self.contexts[position].title
        found = self.sheet.working.find(first[order].tolist(), [title]).column(title).to_pylist()
        return dict(zip(wanted[order].tolist(), map(str.strip, found), strict=True))


@dataclass
class Breaks:
    """Hold the rows that break one dependency.

    Attributes:
        hangs: The dependency.
        right: The number of the text that belongs to each row of the sheet, by most rows of its group.
        slips: Rows whose text looks like a slip of it.
        others: Rows with any other text.
        gaps: Rows without a text.
        supported: Rows that have what most have.
    """

    hangs: Dependency
    right: Codes
    slips: Indices
    others: Indices
    gaps: Indices
    supported: Flags


class BrokenDependencies(SheetDetector):
    """Find rows that break what hangs together: one customer number with two names, one zip with two cities."""

    def __init__(self, sheet: SheetContext) -> None:
        super().__init__(sheet)
        self._hashes: list[Sequence[Hashes]] = []
        self._rows: list[npt.NDArray[np.int32]] = []
        self._wanted = sheet.working.num_rows <= MOST_ROWS and len(sheet.columns) > 1
        self._found: list[FindingFacts] = []

    def look(self, seen: SheetBatch) -> None:
        """Keep the hashes of a sheet that is not too large."""
        if self._wanted:
            self._hashes.append(seen.hashes)
            self._rows.append(seen.data.column(ROW).to_numpy())

    def second_look(self) -> None:
        """Compare the columns, two by two."""
        if self._hashes:
            columns = [coded(np.concatenate(parts)) for parts in zip(*self._hashes, strict=True)]
            table = Table(columns, self.sheet.columns, np.concatenate(self._rows), self.sheet)
            self._hashes.clear()
            self._found = list(_findings(table))

    def findings(self, columns: Sequence[ColumnFacts]) -> Iterable[FindingFacts]:
        return self._found


def _findings(table: Table) -> Iterable[FindingFacts]:
    hanging = _dependencies(table)
    retold = _retold(table, hanging)
    broken = [_breaks(table, one, retold=one.decides in retold) for one in hanging if _is_clear(one, retold)]
    _without_wrong_groups(broken, retold)
    reads: dict[int, set[int]] = {}  # which columns the steps offered for a column read
    broken.sort(key=lambda one: one.hangs.other)
    for other, about in groupby(broken, key=lambda one: one.hangs.other):
        yield from _about_column(table, other, list(about), reads)


def _deciding(table: Table) -> list[int]:
    """Return the columns that others may hang on, the likeliest first."""
    found = []
    for column in table.contexts:
        known = table.columns[column.position]
        groups = np.count_nonzero(known.times >= LEAST_GROUP)
        if groups >= LEAST_GROUPS and _may_decide(column):
            found.append((_DECIDING.index(column.kind), column.position))
    return [position for _, position in sorted(found)[:MOST_DECIDING]]


def _may_decide(column: ColumnContext) -> bool:
    if column.kind not in _DECIDING or not _NEVER_DECIDING.isdisjoint(column.hints):
        return False
    named = not column.hints.isdisjoint({"code", "name"})
    return named or column.kind not in ("number", "text")


def _dependencies(table: Table) -> list[Dependency]:
    found = []
    for decides in _deciding(table):
        for column in table.contexts:
            own = column.kind in _OWN_KINDS and "code" not in column.hints
            if column.position == decides or own or table.columns[column.position].distinct < 2:
                continue
            hangs = dependency(table.columns, decides, column.position, most_error=TOLD, least_gain=TOLD_GAIN)
            if hangs and hangs.most.groups >= LEAST_GROUPS:
                found.append(hangs)
    return found


def _retold(table: Table, hanging: Sequence[Dependency]) -> set[int]:
    """Return the columns that name things of which the sheet tells several times.

    All other columns hang on such a one, but for numbers of the rows and one column that says who tells it: each
    teller has every thing once.
    """
    about: dict[int, list[Dependency]] = {}
    for one in hanging:
        about.setdefault(one.decides, []).append(one)
    return {decides for decides, hangs in about.items() if _is_retold(table, decides, hangs)}


def _is_retold(table: Table, decides: int, hangs: Sequence[Dependency]) -> bool:
    """Return whether a column names things that the sheet tells of several times; `hangs`: what depends on it."""
    known = table.columns[decides]
    well_told = sum(one.error <= WELL_TOLD for one in hangs)
    if np.count_nonzero(known.filled) < TELLINGS * known.distinct or len(hangs) < 3 or well_told < 2:
        return False
    repeating = {column.position for column in table.contexts if table.columns[column.position].repeats}
    free = repeating - {decides} - {one.other for one in hangs}
    return len(free) <= 1 and all(_tells(table, one, decides) for one in free)


def _tells(table: Table, teller: int, decides: int) -> bool:
    """Return whether a column says who tells of each thing: hardly any pair of both comes twice."""
    if table.contexts[teller].kind not in ("text", "code", "url"):
        return False
    pairs = table.columns[teller].codes * len(table.columns[decides].first) + table.columns[decides].codes
    return len(np.unique(pairs)) >= 0.95 * len(pairs)


def _is_clear(hangs: Dependency, retold: set[int]) -> bool:
    """Return whether a dependency is firm enough that rows which break it are worth a question."""
    return hangs.decides in retold or (hangs.error <= LOOSE and hangs.gain >= GAIN)


def _breaks(table: Table, hangs: Dependency, *, retold: bool) -> Breaks:
    left, right = table.columns[hangs.decides], table.columns[hangs.other]
    meant = hangs.most.value[left.codes]
    top, size = hangs.most.top[left.codes], hangs.most.size[left.codes]
    clear = left.filled & (size >= LEAST_GROUP) & (top >= size * (TOLD_CLEAR if retold else CLEAR))
    clear &= _says_something(table, hangs, meant, clear)
    if table.contexts[hangs.decides].kind == "postal_code":
        clear &= _in_one_country(table, left)
    differ = np.flatnonzero(clear & right.filled & (right.codes != meant))
    slip = np.zeros(len(differ), np.bool_)
    if not retold:
        slip = _slips(table, hangs, differ, meant)
    others = differ[~slip]
    if not retold:
        firm = (top[others] >= size[others] * MOST_CLEAR) & (size[others] > LEAST_GROUP)
        others = others[firm & _names_another(table, hangs)]
    gaps = np.flatnonzero(clear & ~right.filled)
    if not retold and _needs_no_text(table, hangs, len(gaps), int(np.count_nonzero(clear))):
        gaps = gaps[:0]
    explained = np.zeros(len(clear), np.bool_)
    if not retold:
        explained = _explained(table, hangs, clear, np.concatenate([differ, gaps]))
    slips = differ[slip]
    supported = clear & (right.codes == meant)
    return Breaks(hangs, meant, slips[~explained[slips]], others[~explained[others]], gaps[~explained[gaps]], supported)


def _explained(table: Table, hangs: Dependency, clear: Flags, breaking: Indices) -> Flags:
    """Return the rows that a third column sets apart: all orders to the second address have its zip and its city."""
    flags = np.zeros(len(clear), np.bool_)
    for position, column in enumerate(table.columns):
        if position in (hangs.decides, hangs.other):
            continue
        times = np.bincount(column.codes[clear], minlength=len(column.first))
        broken = np.bincount(column.codes[breaking], minlength=len(column.first))
        apart = (broken >= LEAST_APART) & (broken >= APART * times)
        if column.blank >= 0:
            apart[column.blank] = False
        flags |= apart[column.codes]
    return flags


def _in_one_country(table: Table, left: CodedColumn) -> Flags:
    """Return the rows of groups that lie in one country, as far as a column says so: 3000 is Melbourne and Leuven."""
    flags = np.ones(len(left.codes), np.bool_)
    for column in table.contexts:
        if column.kind == "country":
            countries = table.columns[column.position]
            places = majority(left.codes, countries.codes, len(left.first), len(countries.first))
            flags &= (places.top == places.size)[left.codes]
    return flags


def _says_something(table: Table, hangs: Dependency, meant: Codes, clear: Flags) -> Flags:
    """Return the rows of groups in which most have a text that says something, unlike N/A."""
    texts = table.texts(hangs.other, meant[clear])
    nothing = [code for code, text in texts.items() if not says_something(text)]
    return ~np.isin(meant, nothing)


def _slips(table: Table, hangs: Dependency, differ: Indices, meant: Codes) -> Flags:
    """Return which of the rows that differ have a rare text that is nearly what is meant."""
    column = table.columns[hangs.other]
    codes = column.codes[differ]
    right = np.unique(hangs.most.value[hangs.most.size >= LEAST_GROUP])
    rare = column.times[codes] <= max(LEAST_GROUP, MOST_ALIKE * len(table.rows))
    rare &= ~np.isin(codes, right)
    texts = table.texts(hangs.other, np.concatenate([codes, meant[differ]]))
    flags = np.zeros(len(differ), np.bool_)
    for place in np.flatnonzero(rare):
        text, right_text = texts[int(codes[place])], texts[int(meant[differ[place]])]
        flags[place] = _is_slip(text, right_text)
    return flags


def _is_slip(text: str, right: str) -> bool:
    """Return whether a text is nearly what is meant, and not only another number."""
    if _without_digits(text) == _without_digits(right):
        return False
    return OSA.normalized_similarity(text, right) >= ALIKE and not is_right(text)


def _without_digits(text: str) -> str:
    return re.sub("[0-9]", "", text)


def _names_another(table: Table, hangs: Dependency) -> bool:
    """Return whether a text that is no slip can only be another thing's: of a code that decides, all but exactly."""
    decides, other = table.contexts[hangs.decides], table.contexts[hangs.other]
    rich = table.columns[hangs.other].distinct >= RICH * hangs.most.groups
    return hangs.error <= EXACT and rich and decides.kind in ("code", "number") and other.kind not in _OWN_TIMES


def _needs_no_text(table: Table, hangs: Dependency, gaps: int, rows: int) -> bool:
    return gaps > MOST_GAPS * rows or table.contexts[hangs.other].kind in _OWN_TIMES


def _without_wrong_groups(broken: Sequence[Breaks], retold: set[int]) -> None:
    """Leave out the rows that differ in most of what hangs on one column: there that column is wrong.

    A sheet that tells things several times is full of such rows.
    """
    for decides in {one.hangs.decides for one in broken} - retold:
        about = [one for one in broken if one.hangs.decides == decides]
        rows, times = np.unique(np.concatenate([one.others for one in about]), return_counts=True)
        wrong = rows[(times >= 2) & (2 * times >= len(about))]
        for one in about:
            one.others = np.setdiff1d(one.others, wrong)


def _about_column(
    table: Table, other: int, about: Sequence[Breaks], reads: dict[int, set[int]]
) -> Iterable[FindingFacts]:
    """Return the findings about one column, each of rows that no other one has."""
    supported = np.any([one.supported for one in about], axis=0)
    done = np.zeros(len(table.rows), np.bool_)
    for one in about:
        # Rows that another dependency shows to be right, or for which it shows something else, are left alone.
        one.slips = one.slips[~supported[one.slips] & ~_disputed(one, about)[one.slips]]
        one.others = one.others[~supported[one.others] & ~_disputed(one, about)[one.others]]
        one.gaps = one.gaps[~_disputed(one, about)[one.gaps]]
    _leave_to_rare_spellings(table, other, about)
    most_first = sorted(about, key=lambda one: -(len(one.slips) + len(one.others) + len(one.gaps)))
    for one in most_first:
        slips, others, gaps = (part[~done[part]] for part in (one.slips, one.others, one.gaps))
        for part in (slips, others, gaps):
            done[part] = True
        yield from _Offered(table, one, reads).findings(slips, others, gaps)


def _disputed(one: Breaks, about: Sequence[Breaks]) -> Flags:
    """Return the rows for which another dependency shows something else."""
    flags = np.zeros(len(one.right), np.bool_)
    for another in about:
        rows = np.concatenate([another.slips, another.others, another.gaps])
        flags[rows] |= another.right[rows] != one.right[rows]
    return flags


def _leave_to_rare_spellings(table: Table, other: int, about: Sequence[Breaks]) -> None:
    """Leave out the slips that the column alone shows: they are a finding of their own."""
    column = table.columns[other]
    if column.distinct > Vocabulary.LIMIT or not any(len(one.slips) for one in about):
        return
    codes = np.arange(len(column.first))
    texts = table.texts(other, codes)
    counts = {texts[code]: times for code, times in enumerate(column.times.tolist()) if texts[code]}
    found = misspelt(counts, is_right)
    for one in about:
        known = [found.get(texts[int(column.codes[row])]) == texts[int(one.right[row])] for row in one.slips]
        one.slips = one.slips[~np.array(known, np.bool_)] if known else one.slips


class _Offered:
    """Make the findings of one dependency, each with the step that mends it."""

    def __init__(self, table: Table, breaks: Breaks, reads: dict[int, set[int]]) -> None:
        self.table, self.breaks, self.reads = table, breaks, reads
        self.other, self.decides = breaks.hangs.other, breaks.hangs.decides
        self.codes = table.columns[self.other].codes
        self.title, self.key = table.contexts[self.other].title, table.contexts[self.decides].title

    def findings(self, slips: Indices, others: Indices, gaps: Indices) -> Iterable[FindingFacts]:
        """Return up to three findings: slips, other texts, gaps."""
        if len(slips):
            yield self._slips(slips)
        if len(others):
            shown = self._shown(others[0])
            message = (
                f"{counted(len(others), 'row has', 'rows have')} another {self.title} than most rows with the same "
                f"{self.key}: {shown}"
            )
            yield self._found("dependent_value", message, others, self._fix(others, fill=False))
        if len(gaps):
            message = (
                f"{counted(len(gaps), 'row has', 'rows have')} no {self.title}, "
                f"and most rows with the same {self.key} have one"
            )
            yield self._found("dependent_gap", message, gaps, self._fix(gaps, fill=True))

    def _slips(self, rows: Indices) -> FindingFacts:
        message = (
            f"{counted(len(rows), 'cell is', 'cells are')} nearly what most rows with the same {self.key} have: "
            f"{self._shown(rows[0])}"
        )
        return self._found("dependent_slip", message, rows, self._pairs(rows) or self._fix(rows, fill=False))

    def _shown(self, row: int) -> str:
        wrong, right = self.codes[row], self.breaks.right[row]
        texts = self.table.texts(self.other, np.array([wrong, right]))
        return f"'{texts[int(wrong)]}' where they have '{texts[int(right)]}'"

    def _pairs(self, rows: Indices) -> Fix | None:
        """Return the step that replaces slips wherever they are, None where one may be meant for several texts."""
        texts = self.table.texts(self.other, np.concatenate([self.codes[rows], self.breaks.right[rows]]))
        pairs: dict[str, str] = {}
        for row in rows:
            wrong, right = texts[int(self.codes[row])], texts[int(self.breaks.right[row])]
            if pairs.setdefault(wrong, right) != right:
                return None
        return Fix("map_values", {"pairs": pairs})

    def _fix(self, rows: Indices, *, fill: bool) -> Fix | None:
        """Return the step that sets the column by the deciding one; None where that one is set by this one already."""
        if self._reads_back(self.decides):
            return None
        decides = self.table.columns[self.decides].codes
        groups = np.setdiff1d(decides[rows], self._groups_changed_besides(rows))
        if not 0 < len(groups) <= MOST_PAIRS:
            return None
        self.reads.setdefault(self.other, set()).add(self.decides)
        keys = self.table.texts(self.decides, groups)
        meant = self.breaks.hangs.most.value[groups]
        values = self.table.texts(self.other, meant)
        pairs = {keys[int(group)]: values[int(code)] for group, code in zip(groups, meant, strict=True)}
        wrong = sorted(self.table.texts(self.other, self.codes[rows]).values())
        params = {"column": self.key, "pairs": pairs, "wrong": wrong, "fill": False}
        if fill:
            params = {"column": self.key, "pairs": pairs}
        return Fix("set_by_column", params)

    def _groups_changed_besides(self, rows: Indices) -> Codes:
        """Return the groups in which the step would change further rows than these."""
        decides = self.table.columns[self.decides].codes
        wrong = np.isin(self.codes, np.unique(self.codes[rows])) & np.isin(decides, np.unique(decides[rows]))
        wrong &= self.codes != self.breaks.right
        wrong[rows] = False
        return np.unique(decides[wrong])

    def _reads_back(self, position: int) -> bool:
        """Return whether what a column is set by is set, in turn, by the column of this finding."""
        seen, waiting = set[int](), {position}
        while waiting:
            seen |= waiting
            waiting = set().union(*(self.reads.get(one, set()) for one in waiting)) - seen
        return self.other in seen

    def _found(self, slug: str, message: str, rows: Indices, fix: Fix | None) -> FindingFacts:
        source = self.table.rows[rows]
        texts = self.table.texts(self.other, self.codes[rows])
        codes = dict.fromkeys(self.codes[rows].tolist())
        examples = [texts[code] for code in codes if texts[code]][:MAX_EXAMPLES]
        tally = CellTally()
        tally.add_rows(np.sort(source), examples)
        return FindingFacts(slug, self.title, tally.count, message, tally.examples, tally.rows, fix)
