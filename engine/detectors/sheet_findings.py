"""Find what is odd about a sheet as a whole: its titles, rows that are no data, groups to be filled down."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pyarrow as pa

from engine.detectors.counted_words import counted, either, listed
from engine.profile.column_batch import Flags
from engine.profile.detector import CellTally, SheetBatch, SheetContext, SheetDetector
from engine.profile.profile_results import MAX_EXAMPLES, ColumnFacts, FindingFacts, Fix, Severity
from engine.sheets.working_file import ROW
from engine.values.characters import ENCODING_NAMES


class TitleRows(SheetDetector):
    """Find titles below the first row, on several rows, merged, repeated or missing."""

    def findings(self, columns: Sequence[ColumnFacts]) -> Iterable[FindingFacts]:
        """Return what was noted when the table was found; the titles themselves are long corrected."""
        shape = self.sheet.notes["shape"]
        yield from self._below_a_report_title(list(shape["header_rows"]), list(shape["title_rows"]))
        rows = len(shape["header_rows"])
        if rows > 1:
            message = f"Titles are spread over {rows} rows"
            yield _noted("titles_on_rows", message, list(shape["header_rows"]), rows)
        merged = shape["merged_titles"]
        if merged:
            message = f"{counted(merged, 'title cell is', 'title cells are')} merged"
            yield _noted("merged_titles", message, list(shape["header_rows"]), merged)
        for title in shape["repeated_titles"]:
            times = shape["raw_titles"].count(title)
            message = f"'{title}' is the title of {times} columns"
            yield _noted("repeated_title", message, list(shape["header_rows"]), times)
        for place in shape["untitled"]:
            yield _noted("untitled_column", f"Column {place + 1} has data but no title", [], 1)
        # A working file that was written by a former version does not say it.
        other = list(shape.get("other_header", ()))
        if other:
            yield _in_doubt(list(shape["header_rows"]), other)

    def _below_a_report_title(self, headers: list[int], titles: list[int]) -> Iterable[FindingFacts]:
        if not headers or not titles:
            return
        rows = listed([str(row) for row in headers])
        where = f"{either(len(headers), 'row', 'rows')} {rows}"
        above = f"rows 1–{headers[0] - 1} look"
        if headers[0] == 2:
            above = "row 1 looks"
        message = f"Your column titles are on {where}; {above} like a report title"
        fix = Fix("promote_header", {"rows": [str(row) for row in headers]})
        yield FindingFacts("titles_below", None, len(titles), message, [], titles, fix, severity="info")


def _in_doubt(headers: list[int], other: list[int]) -> FindingFacts:
    """Return the finding that asks for the other reading of rows that may be titles or data."""
    row = max(other)
    if not headers:
        message = f"Row {row} is taken as data; it may hold the column titles"
    elif row:
        message = f"Row {row} is taken as data; it may be a second row of titles, such as units"
    else:
        row = max(headers)
        message = f"Row {row} is taken as column titles; nothing but its place says so, it may be data"
    fix = Fix("promote_header", {"rows": list(map(str, other))})
    return FindingFacts("titles_in_doubt", None, 1, message, [], [row], fix)


def _noted(slug: str, message: str, rows: list[int], count: int) -> FindingFacts:
    return FindingFacts(slug, None, count, message, [], rows, severity="info")


# What the readers note about a sheet: one, several, how bad. Failed formulas are findings of their columns.
_NOTES: Mapping[str, tuple[str, str, Severity]] = {
    "ragged_rows": ("row has", "rows have", "problem"),
    "formula_without_result": ("formula has no stored result", "formulas have no stored result", "problem"),
    "hidden_digits": ("number has", "numbers have", "info"),
    "added_digits": (
        "number shows digits that only its format adds; it was read as shown",
        "numbers show digits that only their formats add; they were read as shown",
        "info",
    ),
    "nul_characters": (
        "character that means nothing was left out",
        "characters that mean nothing were left out",
        "info",
    ),
    "stray_bytes": ("character could not be read for certain", "characters could not be read for certain", "problem"),
    "unclosed_quotes": (
        "row has a quotation mark that is never closed; it was read up to the end of its line",
        "rows have a quotation mark that is never closed; each was read up to the end of its line",
        "problem",
    ),
    "rows_ran_together": (
        "row holds lines that look like rows of their own; a quotation mark may be missing",
        "rows hold lines that look like rows of their own; quotation marks may be missing",
        "problem",
    ),
    "loose_quotes": (
        "row has quotation marks inside a quoted cell; they were read as part of the text",
        "rows have quotation marks inside a quoted cell; they were read as part of the text",
        "info",
    ),
    "formula_guards": (
        "cell was written as a formula to keep it as it is; the text in it was read",
        "cells were written as formulas to keep them as they are; the texts in them were read",
        "info",
    ),
    "other_members": ("file of the archive is no table", "files of the archive are no tables", "info"),
}
_ENDINGS = {
    "ragged_rows": " more or fewer values than there are titles",
    "hidden_digits": " more decimals than the sheet shows",
}


class ReadingNotes(SheetDetector):
    """Find what was noted while the file was read: a hidden sheet, uneven rows, formulas without a result."""

    def findings(self, columns: Sequence[ColumnFacts]) -> Iterable[FindingFacts]:
        if self.sheet.notes["hidden"] and self.sheet.working.num_rows:
            yield FindingFacts("hidden_sheet", None, 1, "A hidden sheet has data", severity="info")
        for note in self.sheet.notes["notes"]:
            if note["slug"] == "letters_in_doubt":
                yield _two_readings(*note["examples"])
            if note["slug"] == "named_otherwise":
                yield _named_otherwise(*note["examples"])
            if note["slug"] in _NOTES:
                yield _worded(note["slug"], note["count"], note["examples"], note["rows"])


def _two_readings(word: str, other_word: str, encoding: str) -> FindingFacts:
    """Return the finding that offers another encoding, which makes other letters of the same file."""
    name = ENCODING_NAMES[encoding]
    message = f"The letters of this file can be read in two ways: '{word}', as now, or '{other_word}' as {name}"
    return FindingFacts(
        "letters_in_doubt", None, 1, message, [word, other_word], [], Fix("read_as", {"encoding": encoding})
    )


def _named_otherwise(promised: str, found: str) -> FindingFacts:
    message = f"The file is named like {promised}, but it is {found}; it was read as that"
    return _noted("named_otherwise", message, [], 1)


def _worded(slug: str, count: int, examples: list[str], rows: list[int]) -> FindingFacts:
    one, many, severity = _NOTES[slug]
    message = counted(count, one, many) + _ENDINGS.get(slug, "")
    if slug == "other_members":
        message += f" and left out: {listed(examples)}"
        if count > len(examples):
            message += ", …"
    if slug == "unclosed_quotes" and count == 1 and rows:
        message = f"Row {rows[0]} has a quotation mark that is never closed; it was read up to the end of its line"
    if slug == "ragged_rows" and count == 1 and examples:
        message = examples[0]  # "Row 18 has 8 values, expected 9"
    return FindingFacts(slug, None, count, message, examples, rows, severity=severity)


class OtherRows(SheetDetector):
    """Find rows that are no data: blank ones, titles printed again, totals, notes below the table."""

    def __init__(self, sheet: SheetContext) -> None:
        super().__init__(sheet)
        self.blank, self.total, self.footer, self.grand = CellTally(), CellTally(), CellTally(), 0
        self.titles = CellTally()

    def look(self, seen: SheetBatch) -> None:
        """Count the rows by what they are instead of data, with the first filled cell of each as an example."""
        self.grand += int(seen.kinds.grand.sum())
        for tally, flags in (
            (self.blank, seen.kinds.blank), (self.total, seen.kinds.total), (self.footer, seen.kinds.footer),
            (self.titles, seen.kinds.titles),
        ):  # fmt: skip
            if flags.any():
                tally.add_rows(seen.batch.column(ROW).to_numpy()[flags], _labels(seen.batch, flags))

    def findings(self, columns: Sequence[ColumnFacts]) -> Iterable[FindingFacts]:
        count = self.blank.count
        if count:
            message = f"{counted(count, 'row is', 'rows are')} empty"
            yield _rows("empty_rows", self.blank, message, Fix("drop_blank_rows"), safe=True)
        count = self.titles.count
        if count:
            message = f"The titles come again on {either(count, 'row', 'rows')} {listed(_first_numbers(self.titles))}"
            yield _rows("titles_again", self.titles, message, Fix("drop_repeated_titles"), safe=True)
        count = self.total.count
        if count:
            message = counted(count, "row looks like a total", "rows look like totals")
            if 0 < self.grand < count:
                subtotals = counted(count - self.grand, "subtotal", "subtotals")
                message += f": {subtotals} and {counted(self.grand, 'grand total', 'grand totals')}"
            safe = self.sheet.outline is not None and self.sheet.outline.totals_are_certain
            yield _rows("total_rows", self.total, message, Fix("drop_total_rows"), safe=safe)
        count = self.footer.count
        if count:
            message = f"{counted(count, 'row', 'rows')} below the table {either(count, 'looks', 'look')} like a note"
            safe = self.sheet.outline is not None and self.sheet.outline.notes_are_certain
            yield _rows("footer_rows", self.footer, message, Fix("drop_total_rows"), safe=safe)


def _first_numbers(tally: CellTally) -> list[str]:
    """Return the first row numbers of a tally, and dots for the others."""
    numbers = list(map(str, tally.rows[:MAX_EXAMPLES]))
    if tally.count > len(numbers):
        numbers.append("…")
    return numbers


def _labels(batch: pa.RecordBatch, flags: Flags) -> list[str]:
    """Return the first filled cell of the first flagged rows."""
    rows = batch.filter(pa.array(flags)).slice(0, MAX_EXAMPLES).to_pylist()
    labels = []
    for row in rows:
        filled = [text for title, text in row.items() if title != ROW and text.strip()]
        labels += filled[:1]
    return labels


def _rows(slug: str, tally: CellTally, message: str, fix: Fix, *, safe: bool = False) -> FindingFacts:
    return FindingFacts(slug, None, tally.count, message, tally.examples, tally.rows, fix, safe)
