"""Find what printed reports have besides data: groups, totals, cells that are filled on the first line only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import takewhile
from operator import itemgetter

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from engine.detectors.counted_words import counted, either, listed
from engine.profile.column_batch import Flags
from engine.profile.detector import CellTally, SheetBatch, SheetContext, SheetDetector
from engine.profile.profile_results import MAX_EXAMPLES, MAX_ROWS, ColumnFacts, FindingFacts, Fix
from engine.sheets.first_lines import LineGroups
from engine.sheets.group_names import common_prefix
from engine.sheets.printed_totals import TotalDifference
from engine.sheets.sheet_outline import SheetOutline
from engine.sheets.working_file import ROW


class PrintedTotals(SheetDetector):
    """Find printed totals that differ from the sums of their rows, and say how many agree."""

    def findings(self, columns: Sequence[ColumnFacts]) -> Iterable[FindingFacts]:
        outline = self.sheet.outline
        if outline is None:
            return
        differing = outline.totals.differing
        if differing:
            rows = sorted({int(outline.rows[one.row]) for one in differing})
            message = self._difference(differing[0], int(outline.rows[differing[0].row]), len(rows))
            yield FindingFacts("totals_differ", None, len(rows), message, [], rows[:MAX_ROWS], severity="problem")
        agreeing = outline.rows[outline.totals.agreeing].tolist()
        if len(agreeing) > 1:
            message = (
                f"{counted(len(agreeing), 'printed total agrees', 'printed totals agree')} with the sums of their rows"
            )
            yield FindingFacts("totals_agree", None, len(agreeing), message, [], agreeing[:MAX_ROWS], severity="info")

    def _difference(self, one: TotalDifference, row: int, count: int) -> str:
        """Return a sentence about the first amount, on the source row `row`, that is not the sum of its rows."""
        title = self.sheet.working.source_titles[one.column]
        message = (
            f"The total on row {row} shows {one.printed:,.2f} in {title}, but its rows add up to {one.summed:,.2f}"
        )
        if count > 1:
            message += f"; {counted(count - 1, 'other total differs', 'other totals differ')} too"
        return message


class GroupRows(SheetDetector):
    """Find rows that hold the name of a group alone, with the rows of the group below them."""

    def findings(self, columns: Sequence[ColumnFacts]) -> Iterable[FindingFacts]:
        outline = self.sheet.outline
        if outline is None or outline.nesting is None:
            return
        names = [group.name for group in outline.nesting.groups]
        rows = outline.rows[[name.row for name in names]].tolist()[:MAX_ROWS]
        examples = [name.text for name in names[:MAX_EXAMPLES]]
        fix = Fix("groups_to_column", {"columns": titles_of_groups(outline, self.sheet.working.source_titles)})
        records = sum(stretch.stop - stretch.start for stretch in outline.nesting.stretches if stretch.group)
        held = f"{counted(len(names), 'row holds', 'rows hold')} a name alone"
        if outline.certain:
            message = f"{held}: the {counted(records, 'row', 'rows')} below belong to these groups"
        else:
            message = (
                f"{held}; {either(len(names), 'it may be the name of a group', 'they may be the names of groups')}"
            )
        yield FindingFacts("group_rows", None, len(names), message, examples, rows, fix, outline.certain)


def titles_of_groups(outline: SheetOutline, taken: Sequence[str]) -> list[str]:
    """Return titles for the columns of groups, the outermost first: the word before all names, or "Group"."""
    nesting = outline.nesting
    assert nesting is not None
    titles: list[str] = []
    for level in range(nesting.levels):
        here = [group.name.text for group in nesting.groups if group.level == level]
        title = common_prefix(here) or ("Group" if level == nesting.levels - 1 else "Section")
        name, number = title, 2
        while name in titles or name in taken:
            name, number = f"{title} {number}", number + 1
        titles.append(name)
    return titles


class Groups(SheetDetector):
    """Find columns that are filled only in the first row of each group, as reports print them."""

    MOST = 6  # columns looked at
    MANY = 1000  # rows without a single group among them

    def __init__(self, sheet: SheetContext) -> None:
        super().__init__(sheet)
        self.titles = [column.title for column in sheet.columns[: self.MOST]]
        self.alike = [True] * len(self.titles)
        self.starts_filled: bool | None = None
        self.bare = CellTally()

    def look(self, seen: SheetBatch) -> None:
        """Compare which rows the first columns are filled in, until it is clear that there are no groups."""
        if not self.titles or not len(seen.data) or self.starts_filled is False:
            return
        first = ~_blank(seen.data.column(self.titles[0]))
        if self.starts_filled is None:
            # A first batch without a gap is no list of groups; the rows to come need no look.
            self.starts_filled = bool(first[0]) and not (first.all() and len(first) >= self.MANY)
        filled = [first, *(~_blank(seen.data.column(title)) for title in self.titles[1:])]
        for number, flags in enumerate(filled):
            self.alike[number] = self.alike[number] and bool((flags == first).all())
        self.bare.add_rows(seen.data.column(ROW).to_numpy()[~filled[0]])

    def findings(self, columns: Sequence[ColumnFacts]) -> Iterable[FindingFacts]:
        if self.sheet.outline is not None:
            yield from _first_lines(self.sheet.lines)
            return
        count = self.bare.count
        if not count or not self.starts_filled or not self._grouped(columns):
            return
        # The columns of a group are neighbours, from the first column on.
        titles = [title for title, _ in takewhile(itemgetter(1), zip(self.titles, self.alike, strict=True))]
        verb = either(len(titles), "is", "are")
        message = f"{listed(titles)} {verb} filled only in the first row of each group"
        fix = Fix("fill_down", {"columns": titles})
        yield FindingFacts("sparse_groups", None, count, message, titles, self.bare.rows, fix)

    def _grouped(self, columns: Sequence[ColumnFacts]) -> bool:
        """Return whether the first column has each value once, and a column to its right is filled in every row."""
        first, rows = columns[0], columns[0].filled + self.bare.count
        # Nearly all rows will do: a cell of a report may be empty for a reason of its own.
        complete = max((column.filled for column in columns[1:]), default=0) >= 0.95 * rows
        return first.filled == first.distinct > 1 and complete


def _first_lines(lines: LineGroups | None) -> Iterable[FindingFacts]:
    """Yield the finding about cells that are filled on the first line of each record only."""
    if lines is None or not lines.columns:
        return
    titles = lines.columns
    verb = either(len(titles), "is", "are")
    params: dict[str, list[str]] = {"columns": titles}
    if lines.on_every_line:
        message = f"{_some(titles)} {verb} filled only on the first line of each {lines.key}"
    else:
        message = f"{_some(titles)} {verb} filled only in the first row of each group"
    if lines.on_every_line or not lines.alike:
        params["within"] = [lines.key]
    fix = Fix("fill_down", params)
    rows = lines.further[:MAX_ROWS]
    yield FindingFacts(
        "sparse_groups", None, len(lines.further), message, titles[:MAX_EXAMPLES], rows, fix, lines.certain
    )


def _some(titles: Sequence[str]) -> str:
    """Return the titles as a list, of many the first and how many more."""
    if len(titles) <= MAX_EXAMPLES:
        return listed(titles)
    return f"{', '.join(titles[:3])} and {len(titles) - 3} more"


def _blank(texts: pa.StringArray) -> Flags:
    return np.asarray(pc.equal(pc.utf8_trim_whitespace(texts), "").to_numpy(zero_copy_only=False), np.bool_)
