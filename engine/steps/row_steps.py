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
from engine.values.characters import ENCODING_NAMES

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


class DropRepeatedTitles(RowDrop):
    """Drop rows that print the titles, or the title of the report, again."""

    slug = "drop_repeated_titles"
    label = "Drop repeated titles"
    help = "Leaves out rows in which a printed list shows its titles again, as on every new page."
    safe = True
    examples = (
        RowExample(
            ("No", "Name"), (("1", "Acme"), ("No", "Name"), ("2", "Beta")), (("1", "Acme"), ("2", "Beta")),
        ),
    )  # fmt: skip

    def dropped(self, kinds: RowKinds) -> Mask:
        return kinds.titles


class GroupsToColumn(RowDrop):
    """Put the name of each group into a column of its rows, and drop the rows with names, and totals.

    `columns` are the titles of the new columns, for groups within groups the outermost first.
    """

    slug = "groups_to_column"
    label = "Groups to a column"
    help = (
        "For reports that print the name of a group alone on a row above its rows: the name becomes a column, and "
        "the rows of names and totals are left out."
    )
    params = (Param("columns", "words", "Titles of the new columns", default=("Group",)),)
    examples = (
        RowExample(
            ("Date", "No", "Amount"),
            (
                ("Acme", "", ""), ("2025-01-02", "R1", "5.00"), ("2025-01-03", "R2", "6.00"),
                ("Total Acme", "", "11.00"),
                ("Beta", "", ""), ("2025-01-04", "R3", "7.00"), ("2025-01-05", "R4", "8.00"),
                ("Total Beta", "", "15.00"),
            ),
            (
                ("2025-01-02", "R1", "5.00"), ("2025-01-03", "R2", "6.00"), ("2025-01-04", "R3", "7.00"),
                ("2025-01-05", "R4", "8.00"),
            ),
        ),
    )  # fmt: skip
    columns: tuple[str, ...]

    def validate(self) -> None:
        """Check that the new titles are there and differ."""
        if not all(map(str.strip, self.columns)) or len(set(self.columns)) < len(self.columns) or not self.columns:
            raise StepError("The step groups_to_column needs a title for each new column, each of them once.")

    def dropped(self, kinds: RowKinds) -> Mask:
        return kinds.names_of_groups | kinds.total


class FillDown(WholeRowStep):
    """Put the value above into empty cells of `columns`, never past a total or into an empty row.

    With `within`, a value goes no further than the rows that have the same value there; a row without one belongs to
    the row above. Among a column's own steps it may come without `columns` and fills that column.
    """

    slug = "fill_down"
    label = "Fill down"
    help = (
        "Fills empty cells with the value above, as in a report that prints a customer only once; stops at totals, and "
        "at the next order where you name the column that numbers the orders."
    )
    group = "empty"
    stage = "raw"
    params = (
        Param("columns", "columns", "Columns to fill", required=True),
        Param(
            "within", "columns", "Only among rows of one", default=(),
            help="Such as the order number: cells of one order are never filled from another.",
        ),
    )  # fmt: skip
    examples = (
        RowExample(
            ("Order", "Mail", "Paid", "Item"),
            (
                ("1", "a@x.com", "May 4", "Mug"),
                ("1", "", "", "Bowl"),
                ("2", "b@x.com", "", "Lamp"),
                ("2", "", "", "Cup"),
            ),
            (
                ("1", "a@x.com", "May 4", "Mug"),
                ("1", "a@x.com", "May 4", "Bowl"),
                ("2", "b@x.com", "", "Lamp"),
                ("2", "b@x.com", "", "Cup"),
            ),
            {"columns": ["Mail", "Paid"], "within": ["Order"]},
        ),
        RowExample(
            ("Customer", "No", "Amount"),
            (("C1", "1", "5"), ("", "2", "6"), ("Total C1", "", "11"), ("", "3", "7"), ("C2", "4", "8")),
            (("C1", "1", "5"), ("C1", "2", "6"), ("Total C1", "", "11"), ("", "3", "7"), ("C2", "4", "8")),
            {"columns": ["Customer"]},
        ),
    )
    columns: tuple[str, ...]
    within: tuple[str, ...]

    def reads(self, titles: Sequence[str]) -> tuple[str, ...]:
        """Return the columns to fill, and those that say where to end; blank rows and totals are marked already."""
        return (*self.columns, *self.within)


def filled_down(values: pa.Array, blank: Mask, stops: Mask, above: str, begins: Mask) -> tuple[pa.Array, pa.Array]:
    """Fill the empty cells of a batch of a column with the value above them.

    Args:
        values: The batch.
        blank: Rows that are left as they are and passed over: blank ones, and titles that are printed again.
        stops: Rows past which nothing is handed down: totals.
        above: What the row before the batch handed down.
        begins: Rows with which something new begins: they get nothing from above, and hand on what they have.

    Returns:
        The filled batch, and what each of its rows hands down to the next, "" for nothing.
    """
    empty = is_blank(values).to_numpy(zero_copy_only=False)
    rows = np.arange(len(values))
    # For each row the last one above it, or itself, that has a value or stops; the running maximum finds it in one go.
    source = np.maximum.accumulate(np.where((~empty & ~blank) | stops | begins, rows, -1))
    # What the last batch handed down is put behind this one, for rows with nothing above them.
    carried = pa.concat_arrays([pc.if_else(pa.array(stops), "", values), pa.array([above], pa.string())])
    handed = carried.take(pa.array(np.where(source < 0, len(values), source)))
    fill = empty & ~stops & ~blank & (pc.not_equal(handed, "")).to_numpy(zero_copy_only=False)
    return pc.if_else(pa.array(fill), handed, values), handed


def begins_anew(keys: pa.Array, blank: Mask, above: str) -> tuple[Mask, str]:
    """Return the rows of a batch whose key differs from the last one above, and the last key of the batch.

    Args:
        keys: The batch of the column of keys. A row without a key belongs to the row above.
        blank: Rows that are passed over.
        above: The last key before the batch, "" for none.
    """
    filled = ~is_blank(keys).to_numpy(zero_copy_only=False) & ~blank
    places = np.flatnonzero(filled)
    begins = np.zeros(len(keys), np.bool_)
    if not len(places):
        return begins, above
    own = pc.utf8_trim_whitespace(keys.take(pa.array(places)))
    codes = own.dictionary_encode().indices.to_numpy()
    begins[places[1:]] = codes[1:] != codes[:-1]
    begins[places[0]] = own[0].as_py() != above
    return begins, own[-1].as_py()


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


class ReadAs(HeaderStep):
    """Read the text file anew in another encoding, which makes other letters of the same bytes."""

    slug = "read_as"
    label = "Read the other way"
    help = "Reads a text file again in another encoding, so that its letters come out right; chosen beside the file."
    params = (Param("encoding", "choice", "Letters", choices=tuple(ENCODING_NAMES.items()), required=True),)
    encoding: str


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


STEPS = (
    DropDuplicates, FilterRows, DropBlankRows, DropTotalRows, GroupsToColumn, DropRepeatedTitles, FillDown,
    PromoteHeader, ReadAs,
)  # fmt: skip
