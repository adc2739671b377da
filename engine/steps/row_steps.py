"""Steps on whole rows: blank, total and repeated rows dropped, cells filled from above, the title rows chosen."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from engine.steps.column_kernels import JOINT, ascii_or, joined
from engine.steps.empty_steps import is_blank
from engine.steps.step import RowExample, WholeRowStep
from engine.steps.step_parameters import Param, StepError

if TYPE_CHECKING:
    from engine.sheets.row_kinds import Mask, RowKinds


class RowDrop(WholeRowStep):
    """Drop rows by their kind: blank, total, note below the table."""

    stage = "raw"

    @abstractmethod
    def dropped(self, kinds: RowKinds) -> Mask:
        """Return the rows of a batch to drop."""


class DropBlankRows(RowDrop):
    """Drop rows in which every cell is empty or holds spaces only."""

    slug = "drop_blank_rows"
    label = "Drop empty rows"
    help = "Leaves out rows in which every cell is empty."
    safe = True
    examples = (RowExample(("A", "B"), (("1", ""), ("", " "), ("", "2")), (("1", ""), ("", "2"))),)

    def dropped(self, kinds: RowKinds) -> Mask:
        return kinds.blank


class DropTotalRows(RowDrop):
    """Drop rows of totals and subtotals and, unless `footers` is off, notes below the table."""

    slug = "drop_total_rows"
    label = "Drop total rows"
    help = "Leaves out rows of totals and subtotals, and notes below the table."
    params = (Param("footers", "boolean", "Notes below the table too", default=True),)
    examples = (
        RowExample(
            ("Customer", "Amount"),
            (("Acme", "10"), ("Beta", "20"), ("Total", "30")),
            (("Acme", "10"), ("Beta", "20")),
        ),
    )
    footers: bool

    def dropped(self, kinds: RowKinds) -> Mask:
        if not self.footers:
            return kinds.total
        return kinds.total | kinds.footer


class FillDown(WholeRowStep):
    """Put the value above into empty cells of `columns`, never past a total or into an empty row.

    Among a column's own steps it may come without `columns` and fills that column.
    """

    slug = "fill_down"
    label = "Fill down"
    help = "Fills empty cells with the value above, as in a report that prints a customer only once; stops at totals."
    group = "empty"
    stage = "raw"
    params = (Param("columns", "columns", "Columns to fill", required=True),)
    examples = (
        RowExample(
            ("Customer", "No", "Amount"),
            (("C1", "1", "5"), ("", "2", "6"), ("Total C1", "", "11"), ("", "3", "7"), ("C2", "4", "8")),
            (("C1", "1", "5"), ("C1", "2", "6"), ("Total C1", "", "11"), ("", "3", "7"), ("C2", "4", "8")),
            {"columns": ["Customer"]},
        ),
    )
    columns: tuple[str, ...]

    def reads(self, titles: Sequence[str]) -> tuple[str, ...]:
        """Return the columns to fill; blank rows and totals are marked already."""
        return self.columns


def filled_down(values: pa.Array, blank: Mask, stops: Mask, above: str) -> tuple[pa.Array, pa.Array]:
    """Fill the empty cells of a batch of a column with the value above them.

    Args:
        values: The batch.
        blank: Rows that are wholly blank and stay so.
        stops: Rows past which nothing is handed down: totals.
        above: What the row before the batch handed down.

    Returns:
        The filled batch, and what each of its rows hands down to the next, "" for nothing.
    """
    empty = is_blank(values).to_numpy(zero_copy_only=False)
    rows = np.arange(len(values))
    # For each row the last one above it, or itself, that has a value or stops; the running maximum finds it in one go.
    source = np.maximum.accumulate(np.where(~empty | stops, rows, -1))
    # What the last batch handed down is put behind this one, for rows with nothing above them.
    carried = pa.concat_arrays([pc.if_else(pa.array(stops), "", values), pa.array([above], pa.string())])
    handed = carried.take(pa.array(np.where(source < 0, len(values), source)))
    fill = empty & ~stops & ~blank & (pc.not_equal(handed, "")).to_numpy(zero_copy_only=False)
    return pc.if_else(pa.array(fill), handed, values), handed


class HeaderStep(WholeRowStep):
    """Say where the table's titles are; this is in force before any row is read."""

    stage = "header"


class PromoteHeader(HeaderStep):
    """Take the source rows `rows` for the titles; the same as `header` in a recipe."""

    slug = "promote_header"
    label = "Choose the title rows"
    help = (
        "Says on which rows of the sheet the column titles stand; the rows above are left out. For recipes; on the "
        "pages, choose them beside the file."
    )
    params = (Param("rows", "words", "Rows of the sheet that hold the titles, 0 for none", required=True),)
    rows: tuple[str, ...]

    def validate(self) -> None:
        """Check that all are row numbers, or that the one 0 says that there are no titles."""
        if self.rows != ("0",) and not all(map(_is_row_number, self.rows)):
            raise StepError("The step promote_header needs the numbers of the title rows, such as 4 or 4, 5.")

    @property
    def numbers(self) -> tuple[int, ...]:
        """Return source row numbers, in order."""
        return tuple(sorted(set(map(int, self.rows))))


def _is_row_number(text: str) -> bool:
    """Tell whether a text is a number from 1 on, in plain digits and of a size that a sheet may have."""
    return text.isascii() and text.isdigit() and 0 < int(text) < 10**7


class CleanedRowStep(WholeRowStep):
    """Drop rows by their cleaned values: facts are noted batch by batch, then the step decides once."""

    stage = "cleaned"

    @abstractmethod
    def facts(self, batch: pa.RecordBatch) -> npt.NDArray[Any]:
        """Return what the decision needs to know of each row: an array with one entry a row."""

    @abstractmethod
    def dropped(self, facts: npt.NDArray[Any], alive: Mask) -> Mask:
        """Return the rows to drop among those that are not dropped yet (`alive`), from the facts of the whole sheet."""


class DropDuplicates(CleanedRowStep):
    """Keep one of the rows whose cleaned `keys` are equal (all columns without keys).

    Rows whose keys are all empty are kept. `keep`: the first, the last, or the fullest (most filled cells, the first
    of equals).
    """

    slug = "drop_duplicates"
    label = "Drop repeated rows"
    help = "Keeps one row of those that agree after cleaning; you choose the columns that must agree."
    params = (
        Param("keys", "columns", "Columns that must agree", default=(), help="All of them, if you choose none."),
        Param(
            "keep",
            "choice",
            "Keep",
            default="first",
            choices=(
                ("first", "the first row"),
                ("last", "the last row"),
                ("fullest", "the row with most filled cells"),
            ),
        ),
    )
    examples = (
        RowExample(("A", "B"), (("1", "x"), ("1", "x"), ("1", "y")), (("1", "x"), ("1", "y"))),
        RowExample(
            ("A", "B"),
            (("1", ""), ("", "z"), ("1", "y"), ("", "z")),
            (("", "z"), ("1", "y"), ("", "z")),
            {"keys": ["A"], "keep": "fullest"},
        ),
    )
    keys: tuple[str, ...]
    keep: str

    def reads(self, titles: Sequence[str]) -> tuple[str, ...]:
        """Return the key columns; all columns where none is given or the fullest row is kept."""
        if self.keep == "fullest":
            return tuple(titles)
        return self.keys or tuple(titles)

    def facts(self, batch: pa.RecordBatch) -> npt.NDArray[np.uint64]:
        """Return shape (rows, 3): a digest of the keys as two numbers, 0 for empty keys, and the filled cells."""
        keys = [batch[title] for title in self.keys or batch.schema.names]
        nothing = JOINT * (len(keys) - 1)
        digests = [_digest(key, nothing) for key in joined(keys).to_pylist()]
        filled = np.zeros(len(batch), np.uint64)
        for column in batch.columns:
            filled += pc.not_equal(column, "").to_numpy(zero_copy_only=False).astype(np.uint64)
        return np.column_stack([np.frombuffer(b"".join(digests), np.uint64).reshape(-1, 2), filled])

    def dropped(self, facts: npt.NDArray[np.uint64], alive: Mask) -> Mask:
        """Sort equal keys side by side, the row to keep first, and drop those that follow."""
        chosen = np.flatnonzero(alive & facts[:, :2].any(axis=1))
        one, two, filled = facts[chosen].T
        rank: Mapping[str, npt.NDArray[Any]] = {"last": -chosen, "fullest": -filled.astype(np.int64)}
        # The last key given sorts first: by digest, then by what is kept, then in source order.
        order = np.lexsort((chosen, rank.get(self.keep, chosen), two, one))
        again = (one[order][1:] == one[order][:-1]) & (two[order][1:] == two[order][:-1])
        mask = np.zeros(len(alive), np.bool_)
        mask[chosen[order[1:][again]]] = True
        return mask


def _digest(key: str, nothing: str) -> bytes:
    """Return 128 bits that only equal keys share in practice, all zero for the key `nothing`.

    A sheet may have more keys than memory should hold.
    """
    if key == nothing:
        return bytes(16)
    return blake2b(key.encode(), digest_size=16).digest()


_Test = Callable[[pa.Array, tuple[str, ...]], pa.Array]


def _is_blank(values: pa.Array, _: tuple[str, ...]) -> pa.Array:
    return is_blank(values)


def _is(values: pa.Array, words: tuple[str, ...]) -> pa.Array:
    return pc.is_in(values, pa.array(words, pa.string()))


def _contains(values: pa.Array, words: tuple[str, ...]) -> pa.Array:
    # One plain search for each word: the words are no patterns, and there are few.
    found = pa.array(np.zeros(len(values), np.bool_))
    for word in words:
        found = pc.or_(found, pc.match_substring(values, word))
    return found


class FilterRows(CleanedRowStep):
    """Keep the rows whose cleaned value in `column` passes; capitals and small letters are the same."""

    slug = "filter_rows"
    label = "Keep only some rows"
    help = "Keeps the rows in which a column is filled, or has one of the values you name; the others are left out."
    params = (
        Param("column", "column", "Column", required=True),
        Param(
            "condition",
            "choice",
            "Keep the row if it",
            default="filled",
            choices=(
                ("filled", "is filled"),
                ("empty", "is empty"),
                ("is", "is one of"),
                ("is_not", "is none of"),
                ("contains", "contains one of"),
                ("contains_not", "contains none of"),
            ),
        ),
        Param("values", "words", "Values", default=()),
    )
    examples = (
        RowExample(("A",), (("x",), ("",), ("y",)), (("x",), ("y",)), {"column": "A"}),
        RowExample(
            ("A",),
            (("Open",), ("closed",), ("",)),
            (("Open",), ("",)),
            {"column": "A", "condition": "is_not", "values": ["Closed"]},
        ),
    )
    column: str
    condition: str
    values: tuple[str, ...]

    _TESTS: ClassVar[Mapping[str, _Test]] = {
        "filled": _is_blank,
        "empty": _is_blank,
        "is": _is,
        "is_not": _is,
        "contains": _contains,
        "contains_not": _contains,
    }
    # Here what the test finds is dropped, elsewhere it is kept.
    _INVERTED = frozenset(["filled", "is_not", "contains_not"])

    def validate(self) -> None:
        """Check that there are values where the condition needs some, and fold them."""
        if self.condition not in ("filled", "empty") and not any(self.values):
            raise StepError("The step filter_rows needs the values to look for.")
        self._words = tuple(map(str.casefold, filter(None, self.values)))

    def reads(self, titles: Sequence[str]) -> tuple[str, ...]:
        return (self.column,)

    def facts(self, batch: pa.RecordBatch) -> Mask:
        """Return the rows that do not pass."""
        folded = ascii_or(batch[self.column], pc.ascii_lower, str.casefold)
        found = self._TESTS[self.condition](folded, self._words)
        if self.condition not in self._INVERTED:
            found = pc.invert(found)
        return np.asarray(found.to_numpy(zero_copy_only=False), np.bool_)

    def dropped(self, facts: npt.NDArray[Any], alive: Mask) -> Mask:
        """Return the rows that do not pass: each row was judged by itself."""
        return np.asarray(facts & alive, np.bool_)


STEPS = (DropDuplicates, FilterRows, DropBlankRows, DropTotalRows, FillDown, PromoteHeader)
