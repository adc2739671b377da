"""Find what Odoo would trip over: keys that repeat, references that lead nowhere, check digits that fail."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from stdnum import ean

from engine.detectors.counted_words import counted, counted_times, either
from engine.detectors.place_findings import sheet_country
from engine.profile.column_batch import ColumnBatch
from engine.profile.column_kinds import SHORTEST_VAT, says_something
from engine.profile.detector import CellTally, ColumnContext, ColumnDetector, PendingFinding
from engine.profile.distinct_values import Distinct, Hashes, hashes
from engine.profile.masked_digits import digits
from engine.profile.profile_results import MAX_EXAMPLES, FindingFacts, Fix
from engine.sheets.working_file import ROW, WorkingFile
from engine.values import NotRead, vat_numbers
from engine.values.folding import fold
from engine.values.languages import folded_words

BARCODE_LENGTHS = frozenset([8, 12, 13, 14])
MOST_CHECKED = 50_000  # VAT numbers, which take their time
MOST_MISSING = 0.2  # of the rows; a column with more gaps is one that not every record needs
MOST_REPEATED = 0.05  # of the cells; where more repeat, the codes name something else than the row


class Barcodes(ColumnDetector):
    """Find EAN, UPC and GTIN numbers whose check digit is wrong, or that have the wrong length."""

    kinds = frozenset(["code", "number"])

    def __init__(self, column: ColumnContext) -> None:
        super().__init__(column)
        self.wrong = CellTally()

    @classmethod
    def wanted(cls, column: ColumnContext) -> bool:
        """Return whether the title says barcode, or the sample's check digits do."""
        if column.kind not in cls.kinds or "barcode" in column.hints:
            return column.kind in cls.kinds
        long = [text.strip() for text, _ in column.sample if len(text.strip()) in (12, 13)]
        # One number in ten has a right check digit by chance; nine in ten are no chance, unless there are only a few.
        return len(long) > 0.9 * len(column.sample) and sum(map(ean.is_valid, long)) > 0.9 * len(long) > 3

    def look(self, cells: ColumnBatch) -> None:
        """Check the digits of whole columns; other lengths than those of GS1 are wrong in any case."""
        for shape, indices in cells.groups(cells.shaped("^[0-9]+$")):
            if len(shape) in BARCODE_LENGTHS:
                indices = indices[~_right_check_digit(cells.base, indices, len(shape))]
            self.wrong.add_at(cells, indices)

    def findings(self) -> Iterable[FindingFacts]:
        count = self.wrong.count
        if count:
            message = f"{counted(count, 'barcode has', 'barcodes have')} a wrong check digit or length"
            yield self.found("barcode_check_digits", self.wrong, message, severity="problem")


def _right_check_digit(texts: pa.StringArray, indices: npt.NDArray[np.intp], length: int) -> npt.NDArray[np.bool_]:
    """Return which barcodes of one length have the check digit that GS1 asks for.

    From the right, digits count three times and once in turn; with the check digit the sum ends in 0.
    """
    weights = np.array([1, 3] * 7)[:length][::-1]
    return np.asarray((digits(texts, indices, list(range(length))) @ weights) % 10 == 0)


class VatNumbers(ColumnDetector):
    """Find VAT numbers whose check digits fail, and right ones that are not written as Odoo wants them."""

    kinds = frozenset(["code", "text"])

    def __init__(self, column: ColumnContext) -> None:
        super().__init__(column)
        self.where = sheet_country(column)
        self.tallies = {verdict: CellTally() for verdict in ("odd", "wrong")}
        self._asked = 0

    @classmethod
    def wanted(cls, column: ColumnContext) -> bool:
        """Return whether the title says VAT, and values are as long as such numbers: 19 under MwSt is a rate."""
        if column.kind not in cls.kinds or "vat" not in column.hints:
            return False
        texts = [text for text, _ in column.sample if says_something(text)]
        long = [text for text in texts if sum(map(str.isalnum, text)) >= SHORTEST_VAT]
        return len(long) * 2 >= len(texts)

    def look(self, cells: ColumnBatch) -> None:
        """Judge each different number, until MOST_CHECKED texts were asked."""
        if self._asked >= MOST_CHECKED:
            return
        self._asked += len(cells.base)
        for verdict, indices in cells.sorted_out(np.flatnonzero(cells.filled), self._judged):
            if verdict in self.tallies:
                self.tallies[verdict].add_at(cells, indices)

    def _judged(self, text: str) -> str:
        """Return a verdict on a number: `unknown` where neither it nor the sheet names the country that it is of."""
        country = self.where.country
        if self.where.column:
            country = ""  # every row has its own
        try:
            cleaned = vat_numbers.clean(text, country)
        except NotRead:
            lettered = text.strip()[:2].isalpha()
            if says_something(text) and (country or lettered):
                return "wrong"
            return "unknown"
        if cleaned == text:
            return "fine"
        return "odd"

    def findings(self) -> Iterable[FindingFacts]:
        """Return the forms and the wrong check digits; `at least` where not all numbers were judged."""
        odd, wrong = self.tallies.values()
        least = "at least " if self._asked >= MOST_CHECKED else ""
        count = odd.count
        if count:
            message = f"{counted(count, 'VAT number has', 'VAT numbers have')} spaces, small letters or no country"
            # Where some fail, those without letters in front may be another country's, or another kind of number.
            safe = not wrong.count or all(text.strip()[:2].isalpha() for text in odd.examples)
            yield self.found("vat_forms", odd, message, Fix("vat_clean", self.where.params()), safe=safe)
        count = wrong.count
        if count:
            message = f"VAT check digits fail in {least}{counted(count, 'cell', 'cells')}"
            yield self.found("vat_check_digits", wrong, message, severity="problem")


class MissingNames(ColumnDetector):
    """Find rows without a name or number, in a column of names or numbers that nearly all rows have."""

    def __init__(self, column: ColumnContext) -> None:
        super().__init__(column)
        self.rows = 0

    @classmethod
    def wanted(cls, column: ColumnContext) -> bool:
        """Return whether the column names its rows: by a whole name, or by a code in one of the first two columns."""
        words = fold(column.title).split()
        names_rows = words[-1:] and words[-1] in folded_words("name_columns")
        whole_name = names_rows and folded_words("name_parts").isdisjoint(words)
        return bool(column.kind == "text" and whole_name) or (column.kind == "code" and column.position < 2)

    def look(self, cells: ColumnBatch) -> None:
        self.rows += len(cells.values)
        self.tally.add(cells, ~cells.filled)

    def findings(self) -> Iterable[FindingFacts]:
        """Return the rows without one, where they are few."""
        count = self.tally.count
        if 0 < count <= MOST_MISSING * self.rows:
            what = self.column.title
            if self.column.kind == "text":
                what = "name"
            message = f"{counted(count, 'row has', 'rows have')} no {what}"
            # Empty cells make no examples.
            yield replace(self.found("missing", self.tally, message, severity="problem"), examples=[])


class RepeatedCodes(ColumnDetector):
    """Find codes that repeat, in a column of which nearly all differ."""

    kinds = frozenset(["code"])

    def look(self, cells: ColumnBatch) -> None:
        """Leave the batch alone: the different texts of every column are counted in any case."""

    def findings(self) -> Iterable[FindingFacts]:
        """Return nothing: what repeats is clear once the different texts are counted."""
        return ()

    def distinct_findings(self, distinct: Distinct, filled: int) -> Iterable[PendingFinding]:
        """Return a finding such as `Customer Code repeats 3 times`; its rows are still to be looked up."""
        again = filled - distinct.count
        if distinct.estimated or not 0 < again <= MOST_REPEATED * filled:
            return
        message = f"{self.column.title} repeats {counted_times(again)}"
        finding = FindingFacts("repeats", self.column.title, again, message, severity="problem")
        yield PendingFinding(finding, distinct.repeated)


def key_hashes(working: WorkingFile, title: str) -> Hashes:
    """Return the hashes of a column's different texts without spaces around them, in ascending order.

    Empty cells have none.
    """
    nothing = hashes(pa.array([""], pa.string()))
    known = [np.unique(hashes(_trimmed(batch.column(title)))) for batch in working.batches([title])]
    return np.setdiff1d(np.concatenate(known), nothing) if known else np.zeros(0, np.uint64)


def find_orphans(
    child: WorkingFile, column: str, parent: WorkingFile, key: str, *, children: tuple[str, str] = ("row", "rows"),
    parents: str = "records",
) -> FindingFacts | None:  # fmt: skip
    """Return a finding such as `14 orders refer to customers that are nowhere`, or None.

    It counts the cells of `column` that are not among those of `key`. Texts are compared without spaces around them;
    empty cells refer to nothing. `children` names one and several rows of the child sheet, `parents` the records of
    the other.
    """
    keys, tally = key_hashes(parent, key), CellTally()
    for batch in child.batches([column]):
        texts = _trimmed(batch.column(column))
        lost = ~np.isin(hashes(texts), keys) & pc.not_equal(texts, "").to_numpy(zero_copy_only=False)
        examples = texts.filter(pa.array(lost)).unique()[:MAX_EXAMPLES].to_pylist()
        tally.add_rows(batch.column(ROW).to_numpy()[lost], examples)
    if not tally.count:
        return None
    message = (
        f"{counted(tally.count, *children)} {either(tally.count, 'refers', 'refer')} to {parents} that are nowhere"
    )
    return FindingFacts("orphans", column, tally.count, message, tally.examples, tally.rows, severity="problem")


def _trimmed(texts: pa.StringArray) -> pa.StringArray:
    return pc.utf8_trim_whitespace(texts)
