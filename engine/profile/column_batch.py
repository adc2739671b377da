"""Show one column of one batch to the detectors in the cheapest way that its values allow.

There are three ways, chosen by how many different values and shapes a column has:

- few values: they are dictionary-encoded, and everything is asked of the distinct values;
- many values, few shapes: the shapes are encoded, and what the shape decides is asked of them;
- free text, where shapes are nearly as many as rows: the values are asked directly.

Detectors do not see the difference: they get `base`, the texts to ask, and turn answers over `base` into rows.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from enum import Enum
from itertools import pairwise
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from engine.values.characters import BOM, LINE_ENDS, SPACES, character_class
from engine.values.text_masks import digit_masks, masks

Flags = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int64]
Indices = npt.NDArray[np.intp]
# Answers a question for every text of an array.
Question: TypeAlias = Callable[[pa.StringArray], Flags]

SMALL = 4096  # up to so many rows, encoding costs nothing worth saving
MOST_REMEMBERED = 4 * SMALL  # shapes whose answers are kept from batch to batch
SPACE = character_class(SPACES + LINE_ENDS + BOM)  # what the step trim removes
BLANK = f"^{SPACE}*$"
# What nearly no text has: spaces around it or in a row, characters that are none to read, signs of other programs.
ODD = rf"^{SPACE}|{SPACE}$|{SPACE}{{2}}|[\x00-\x1f\x7f<&#]|[^\x00-\x{{7e}}]"


class Way(Enum):
    """Name the ways to examine a column."""

    VALUES = "few values"
    SHAPES = "few shapes"
    PLAIN = "free text"


class ShapeAnswers:
    """Remember what was answered about the shapes of a column, from batch to batch.

    The batches of a column mostly have the same shapes, and a pattern costs more to compile than to ask of a few.
    """

    def __init__(self) -> None:
        """Begin without any shape."""
        self._shapes = pa.array([], pa.string())
        self._answers: dict[Hashable, Flags] = {}

    def numbers_of(self, shapes: pa.StringArray) -> npt.NDArray[np.int32]:
        """Return the number under which each of these distinct shapes is remembered from now on."""
        if len(self._shapes) + len(shapes) > MOST_REMEMBERED:
            self._shapes, self._answers = self._shapes[:0], {}
        found = pc.index_in(shapes, value_set=self._shapes)
        if not found.null_count:
            return np.asarray(found)
        numbers = found.fill_null(-1).to_numpy(zero_copy_only=False).copy()
        new = np.flatnonzero(numbers < 0)
        numbers[new] = np.arange(len(self._shapes), len(self._shapes) + len(new))
        self._shapes = pa.concat_arrays([self._shapes, shapes.take(pa.array(new))])
        return numbers

    def answers(self, name: Hashable, question: Question) -> Flags:
        """Return the answers for all remembered shapes; only those that are new are asked. `name` is the question's."""
        before = self._answers.get(name, np.zeros(0, np.bool_))
        if len(before) < len(self._shapes):
            before = np.concatenate([before, question(self._shapes.slice(len(before)))])
            self._answers[name] = before
        return before


class ColumnBatch:
    """Hold the cells of a column in one batch.

    `values` (string, n, no nulls) and `rows` (int32, n, source row numbers) are the batch itself. `base` holds
    the texts to ask (distinct values, or all values), `weights` how many rows each represents (None: one each),
    `spread` the index in `base` of every row (None: its own index).
    """

    def __init__(
        self,
        values: pa.StringArray,
        rows: npt.NDArray[np.int32],
        way: Way,
        *,
        keep_letters: bool = False,
        remembered: ShapeAnswers | None = None,
    ) -> None:
        """Encode the cells.

        Args:
            values: The texts, without nulls.
            rows: Their source row numbers, ascending.
            way: How to look at them.
            keep_letters: Whether shapes keep the letters, as numbers and dates need it, whose words (EUR, Nov) are few.
            remembered: Answers of the column's batches before this one, made with the same `keep_letters`.
        """
        self.values, self.rows, self.way = values, rows, way
        self._masks = digit_masks if keep_letters else masks
        self.base = values
        self.spread: npt.NDArray[np.int32] | None = None
        self.weights: Numbers | None = None
        self._cached: dict[Hashable, Flags] = {}
        self._candidates: dict[str, Indices] = {}
        if way is Way.VALUES:
            self._encode_values()
        self._encode_shapes()
        self._remember(remembered)

    def _encode_values(self) -> None:
        encoded = pc.dictionary_encode(self.values)
        self.base = encoded.dictionary
        self.spread = encoded.indices.to_numpy(zero_copy_only=False)
        self.weights = np.bincount(encoded.indices, minlength=len(self.base)).astype(np.int64)

    def _encode_shapes(self) -> None:
        """Set `shapes`, the distinct masks of `base`, and `shape_of`, for each text in `base` the index of its mask."""
        self.shapes = self.base
        self.shape_of: npt.NDArray[np.int32] | None = None
        if self.way is not Way.PLAIN:
            encoded = pc.dictionary_encode(self._masks(self.base))
            self.shapes = encoded.dictionary
            self.shape_of = encoded.indices.to_numpy(zero_copy_only=False)

    def _remember(self, remembered: ShapeAnswers | None) -> None:
        """Use answers of other batches, where the shapes are few and each is there once."""
        self._remembered = None
        if remembered and self.shape_of is not None and len(self.shapes) <= SMALL:
            self._remembered = remembered
            self._numbers = remembered.numbers_of(self.shapes)

    def next_way(self) -> Way:
        """Return the way to look at the next batch of the column, given how many values and shapes this one had."""
        count = len(self.values)
        if count <= SMALL or self.way is Way.PLAIN:
            return self.way
        if self.way is Way.VALUES:
            # A value that occurs less than eight times on average is hardly worth encoding.
            if len(self.base) > count / 8:
                return Way.SHAPES
            return Way.VALUES
        if len(self.shapes) > count / 2:
            return Way.PLAIN
        return Way.SHAPES

    def shaped(self, pattern: str, *, within: str = "", longest: int = 0) -> Flags:
        """Return which texts of `base` match an RE2 pattern that does not tell one letter or digit from another.

        Args:
            pattern: It must give the same answer for a text and for its mask: only `A-Za-z`, `0-9` as whole classes.
            within: A pattern implied by `pattern`; where there are many shapes, only those that match it are asked.
            longest: Where there are many shapes, only those of at most so many bytes are asked.
        """
        if (within or longest) and len(self.shapes) > SMALL:
            return self._asked(pattern, lambda _: self._among_candidates(pattern, self._few(within, longest)))
        return self._asked(pattern, lambda shapes: _matching(shapes, pattern))

    def among(self, forms: frozenset[str], longest: int) -> Flags:
        """Return which texts of `base` with at most `longest` bytes have one of these masks.

        Capitals and spaces around them make no difference.
        """
        return self._asked(("among", forms, longest), lambda shapes: _short_and_among(shapes, forms, longest))

    @property
    def filled(self) -> Flags:
        """Return which texts of `base` hold more than spaces."""
        if len(self.shapes) > SMALL:
            return self._asked("filled", lambda shapes: ~(_shorter(shapes, 0) | self._blank_among_odd()))
        return self._asked("filled", lambda shapes: ~_matching(shapes, BLANK))

    def _blank_among_odd(self) -> Flags:
        return self._among_candidates(BLANK, self._few(ODD, 0))

    def _asked(self, name: Hashable, question: Question) -> Flags:
        """Ask a question of all shapes, once a batch, and return the answers over `base`."""
        if name not in self._cached:
            if self._remembered:
                answers = self._remembered.answers(name, question)[self._numbers]
            else:
                answers = question(self.shapes)
            self._cached[name] = self._over_base(answers)
        return self._cached[name]

    def _over_base(self, answers: Flags) -> Flags:
        if self.shape_of is None:
            return answers
        if not answers.any():
            return np.zeros(len(self.base), np.bool_)
        return answers[self.shape_of]

    def _few(self, within: str, longest: int) -> Indices:
        """Return the indices of those among many shapes that are worth a test."""
        if longest:
            return np.flatnonzero(_shorter(self.shapes, longest))
        if within not in self._candidates:
            self._candidates[within] = np.flatnonzero(_matching(self.shapes, within))
        return self._candidates[within]

    def _among_candidates(self, pattern: str, candidates: Indices) -> Flags:
        """Return which shapes match, where only the candidates can."""
        answers = np.zeros(len(self.shapes), np.bool_)
        if len(candidates):
            answers[candidates] = _matching(self.shapes.take(pa.array(candidates)), pattern)
        return answers

    def groups(self, flags: Flags) -> Iterator[tuple[str, Indices]]:
        """Yield each shape of the flagged texts, with the indices in `base` of its texts."""
        indices = np.flatnonzero(flags)
        shapes, shape_of = self._shapes_of(indices)
        # Numpy sorts 16-bit numbers by their digits, in a fraction of the time.
        sorted_by = shape_of
        if len(shapes) < 2**15:
            sorted_by = shape_of.astype(np.int16)
        order = np.argsort(sorted_by, kind="stable")
        bounds = np.searchsorted(shape_of[order], np.arange(len(shapes) + 1))
        for number, (first, last) in enumerate(pairwise(bounds.tolist())):
            if first < last:
                yield shapes[number].as_py(), indices[order[first:last]]

    def _shapes_of(self, indices: Indices) -> tuple[pa.StringArray, npt.NDArray[np.int32]]:
        if self.shape_of is not None:
            return self.shapes, self.shape_of[indices]
        encoded = pc.dictionary_encode(self._masks(self.base.take(pa.array(indices))))
        return encoded.dictionary, encoded.indices.to_numpy(zero_copy_only=False)

    def sorted_out(self, indices: Indices, judge: Callable[[str], str]) -> Iterator[tuple[str, Indices]]:
        """Yield each verdict of `judge` with the indices of its texts, out of the texts at these indices of `base`.

        `judge` is asked once for each distinct text.
        """
        if not len(indices):
            return
        encoded = pc.dictionary_encode(self.base.take(pa.array(indices)))
        verdicts = [judge(text) for text in encoded.dictionary.to_pylist()]
        text_of = encoded.indices.to_numpy(zero_copy_only=False)
        for verdict in dict.fromkeys(verdicts):
            same = np.array([one == verdict for one in verdicts])
            yield verdict, indices[same[text_of]]

    def judged(self, flags: Flags, judge: Callable[[str], bool]) -> Flags:
        """Return `flags` without the texts that `judge` denies; it is asked once for each distinct flagged text."""
        if not flags.any():
            return flags
        indices = np.flatnonzero(flags)
        encoded = pc.dictionary_encode(self.base.take(pa.array(indices)))
        verdicts = np.fromiter(map(judge, encoded.dictionary.to_pylist()), np.bool_)
        kept = np.zeros(len(flags), np.bool_)
        kept[indices] = verdicts[encoded.indices.to_numpy(zero_copy_only=False)]
        return kept

    def frequencies(self, flags: Flags) -> list[tuple[str, int]]:
        """Return the different flagged texts and how many rows hold each, in order of appearance."""
        if not flags.any():
            return []
        indices = np.flatnonzero(flags)
        texts = self.base.take(pa.array(indices))
        if self.weights is not None:
            return list(zip(texts.to_pylist(), self.weights[indices].tolist(), strict=True))
        counted = pc.value_counts(texts)
        return list(zip(counted.field(0).to_pylist(), counted.field(1).to_pylist(), strict=True))

    def count(self, flags: Flags) -> int:
        """Return how many rows hold one of the flagged texts of `base`."""
        if self.weights is None:
            return int(np.count_nonzero(flags))
        return int(self.weights[flags].sum())

    def positions(self, flags: Flags) -> Indices:
        """Return the positions in the batch whose text is flagged, in ascending order."""
        if self.spread is not None:
            flags = flags[self.spread]
        return np.flatnonzero(flags)


def _matching(texts: pa.StringArray, pattern: str) -> Flags:
    flags: Flags = pc.match_substring_regex(texts, pattern).to_numpy(zero_copy_only=False)
    return flags


def _shorter(texts: pa.StringArray, longest: int) -> Flags:
    """Return which texts have at most so many bytes."""
    flags: Flags = pc.less_equal(pc.binary_length(texts), longest).to_numpy(zero_copy_only=False)
    return flags


def _short_and_among(shapes: pa.StringArray, forms: frozenset[str], longest: int) -> Flags:
    answers = _shorter(shapes, longest)
    short = shapes.filter(pa.array(answers))
    # Shapes that keep their letters are made alike here.
    bare = pc.ascii_lower(masks(pc.utf8_trim_whitespace(short)))
    found = np.zeros(len(shapes), np.bool_)
    found[answers] = pc.is_in(bare, pa.array(forms, pa.string())).to_numpy(zero_copy_only=False)
    return found
