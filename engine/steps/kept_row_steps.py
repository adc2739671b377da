"""Steps that keep rows by their cleaned values: one of those that agree, those that pass a condition."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from hashlib import blake2b
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from engine.sheets.row_kinds import Mask
from engine.steps.column_kernels import JOINT, ascii_or, joined
from engine.steps.empty_steps import is_blank
from engine.steps.step import Param, RowExample, RowStep, StepError


class CleanedRowStep(RowStep):
    """A step that drops rows by their cleaned values: it notes facts batch by batch, then decides once."""

    stage = "cleaned"

    @abstractmethod
    def facts(self, batch: pa.RecordBatch) -> npt.NDArray[Any]:
        """What the decision needs to know of each row: an array with one entry a row."""

    @abstractmethod
    def dropped(self, facts: npt.NDArray[Any], alive: Mask) -> Mask:
        """The rows to drop among those that are still alive, from the facts of the whole sheet."""


class DropDuplicates(CleanedRowStep):
    """Keeps one of the rows whose cleaned `keys` are equal (all columns without keys); rows whose keys are all
    empty are kept. `keep`: the first, the last, or the fullest (most filled cells, the first of equals).
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
        return tuple(titles) if self.keep == "fullest" else self.keys or tuple(titles)

    def facts(self, batch: pa.RecordBatch) -> npt.NDArray[np.uint64]:
        """Shape (rows, 3): a 128-bit digest of the keys, 0 for empty ones, and the number of filled cells."""
        keys = [batch[title] for title in self.keys or batch.schema.names]
        nothing = JOINT * (len(keys) - 1)
        digests = b"".join(
            bytes(16) if key == nothing else blake2b(key.encode(), digest_size=16).digest()
            for key in joined(keys).to_pylist()
        )
        filled = sum(
            (pc.not_equal(column, "").to_numpy(zero_copy_only=False).astype(np.uint64) for column in batch.columns),
            start=np.zeros(len(batch), np.uint64),
        )
        return np.column_stack([np.frombuffer(digests, np.uint64).reshape(-1, 2), filled])

    def dropped(self, facts: npt.NDArray[np.uint64], alive: Mask) -> Mask:
        chosen = np.flatnonzero(alive & facts[:, :2].any(axis=1))
        one, two, filled = facts[chosen].T
        rank: Mapping[str, npt.NDArray[Any]] = {"last": -chosen, "fullest": -filled.astype(np.int64)}
        order = np.lexsort((chosen, rank.get(self.keep, chosen), two, one))
        again = (one[order][1:] == one[order][:-1]) & (two[order][1:] == two[order][:-1])
        mask = np.zeros(len(alive), np.bool_)
        mask[chosen[order[1:][again]]] = True
        return mask


Test = Callable[[pa.Array, tuple[str, ...]], pa.Array]


def _is(values: pa.Array, words: tuple[str, ...]) -> pa.Array:
    return pc.is_in(values, pa.array(words, pa.string()))


def _contains(values: pa.Array, words: tuple[str, ...]) -> pa.Array:
    found = pa.array(np.zeros(len(values), np.bool_))
    for word in words:
        found = pc.or_(found, pc.match_substring(values, word))
    return found


class FilterRows(CleanedRowStep):
    """Keeps the rows whose cleaned value in `column` passes; capitals and small letters are the same."""

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

    _TESTS: ClassVar[Mapping[str, Test]] = {
        "filled": lambda values, _: pc.invert(is_blank(values)),
        "empty": lambda values, _: is_blank(values),
        "is": _is,
        "is_not": lambda values, words: pc.invert(_is(values, words)),
        "contains": _contains,
        "contains_not": lambda values, words: pc.invert(_contains(values, words)),
    }

    def validate(self) -> None:
        if self.condition not in ("filled", "empty") and not any(self.values):
            raise StepError("The step filter_rows needs the values to look for.")
        self._words = tuple(word.casefold() for word in self.values if word)

    def reads(self, titles: Sequence[str]) -> tuple[str, ...]:
        return (self.column,)

    def facts(self, batch: pa.RecordBatch) -> Mask:
        folded = ascii_or(batch[self.column], pc.ascii_lower, str.casefold)
        kept = self._TESTS[self.condition](folded, self._words)
        return np.asarray(pc.invert(kept).to_numpy(zero_copy_only=False), np.bool_)

    def dropped(self, facts: npt.NDArray[Any], alive: Mask) -> Mask:
        return np.asarray(facts & alive, np.bool_)


STEPS = (DropDuplicates, FilterRows)
