"""One column of one batch, seen the cheapest way that its values allow.

Three ways, chosen by how many different values and shapes a column has:

- few values: they are dictionary-encoded, and everything is asked of the distinct values;
- many values, few shapes: the shapes are encoded, and what the shape decides is asked of them;
- free text, where shapes are nearly as many as rows: the values are asked directly.

Detectors do not see the difference: they get `base`, the texts to ask, and turn answers over `base` into rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import Enum
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from engine.values.characters import BOM, LINE_ENDS, SPACES, character_class
from engine.values.text_masks import digit_masks, masks

Flags = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int64]
Places = npt.NDArray[np.intp]

SMALL = 4096  # up to so many rows, encoding costs nothing worth saving
SPACE = character_class(SPACES + LINE_ENDS + BOM)  # what the step trim removes
BLANK = f"^{SPACE}*$"
# What nearly no text has: spaces around it or in a row, characters that are none to read, signs of other programs.
ODD = rf"^{SPACE}|{SPACE}$|{SPACE}{{2}}|[\x00-\x1f\x7f<&#]|[^\x00-\x{{7e}}]"


class Way(Enum):
    """How a column is looked at."""

    VALUES = "few values"
    SHAPES = "few shapes"
    PLAIN = "free text"


class Cells:
    """The cells of a column in one batch.

    `values` (string, n, no nulls) and `rows` (int32, n, source row numbers) are the batch itself. `base` holds
    the texts to ask (distinct values, or all values), `weights` how many rows each stands for (None: one each),
    `spread` the place in `base` of every row (None: the same place). `keep_letters`: shapes keep the letters, as
    numbers and dates need it, whose words (EUR, Nov) are few.
    """

    def __init__(
        self, values: pa.StringArray, rows: npt.NDArray[np.int32], way: Way, *, keep_letters: bool = False
    ) -> None:
        self.values, self.rows, self.way = values, rows, way
        self._masks = digit_masks if keep_letters else masks
        self.base = values
        self.spread: npt.NDArray[np.int32] | None = None
        self.weights: Numbers | None = None
        self._cached: dict[str, Flags] = {}
        self._within: dict[str, Numbers] = {}
        if way is Way.VALUES:
            self._encode_values()
        self._encode_shapes()

    def _encode_values(self) -> None:
        encoded = pc.dictionary_encode(self.values)
        self.base = encoded.dictionary
        self.spread = encoded.indices.to_numpy(zero_copy_only=False)
        self.weights = np.bincount(encoded.indices, minlength=len(self.base)).astype(np.int64)

    def _encode_shapes(self) -> None:
        """`shapes`: the distinct masks of `base`; `shape_of`: for each text in `base` the place of its mask."""
        self.shapes = self.base
        self.shape_of: npt.NDArray[np.int32] | None = None
        if self.way is not Way.PLAIN:
            encoded = pc.dictionary_encode(self._masks(self.base))
            self.shapes = encoded.dictionary
            self.shape_of = encoded.indices.to_numpy(zero_copy_only=False)

    def next_way(self) -> Way:
        """The way to look at the next batch of the column, given how many values and shapes this one had."""
        count = len(self.values)
        if count <= SMALL or self.way is Way.PLAIN:
            return self.way
        if self.way is Way.VALUES:
            return Way.SHAPES if len(self.base) > count / 8 else Way.VALUES
        return Way.PLAIN if len(self.shapes) > count / 2 else Way.SHAPES

    def shaped(self, pattern: str, *, within: str = "", longest: int = 0) -> Flags:
        """Which texts of `base` match an RE2 pattern that does not tell one letter or digit from another.

        `pattern` must give the same answer for a text and for its mask: only `A-Za-z`, `0-9` as whole classes.
        Where there are many shapes, only those that match `within` are asked (which `pattern` must imply), or
        those of at most `longest` bytes.
        """
        if pattern not in self._cached:
            if (within or longest) and len(self.shapes) > SMALL:
                self._cached[pattern] = self._shaped_among(pattern, self._asked(within, longest))
            else:
                self._cached[pattern] = self.spread_shapes(pc.match_substring_regex(self.shapes, pattern))
        return self._cached[pattern]

    def _asked(self, within: str, longest: int) -> Numbers:
        """The places in `shapes` that a test is worth asking."""
        if longest:
            return np.flatnonzero(pc.less_equal(pc.binary_length(self.shapes), longest).to_numpy(zero_copy_only=False))
        if within not in self._within:
            answers = pc.match_substring_regex(self.shapes, within)
            self._within[within] = np.flatnonzero(answers.to_numpy(zero_copy_only=False))
        return self._within[within]

    def _shaped_among(self, pattern: str, places: Numbers) -> Flags:
        answers = np.zeros(len(self.shapes), np.bool_)
        if len(places):
            asked = self.shapes.take(pa.array(places))
            answers[places] = pc.match_substring_regex(asked, pattern).to_numpy(zero_copy_only=False)
        return self.spread_shapes(pa.array(answers))

    def among(self, forms: pa.StringArray, longest: int) -> Flags:
        """Which texts of `base` with at most `longest` bytes have one of these masks, capitals and spaces around
        them aside.
        """
        places = self._asked("", longest)
        bare = pc.ascii_lower(masks(pc.utf8_trim_whitespace(self.shapes.take(pa.array(places)))))
        answers = np.zeros(len(self.shapes), np.bool_)
        answers[places] = pc.is_in(bare, forms).to_numpy(zero_copy_only=False)
        return self.spread_shapes(pa.array(answers))

    def spread_shapes(self, answers: pa.BooleanArray) -> Flags:
        """Answers over `shapes` as flags over `base`."""
        flags: Flags = answers.to_numpy(zero_copy_only=False)
        if self.shape_of is None:
            return flags
        if not flags.any():
            return np.zeros(len(self.base), np.bool_)
        return np.asarray(flags[self.shape_of], np.bool_)

    def groups(self, flags: Flags) -> Iterator[tuple[str, Places]]:
        """The flagged texts by shape: each shape with the places in `base` of its texts."""
        places = np.flatnonzero(flags)
        shapes, shape_of = self._shapes_of(places)
        small = shape_of.astype(np.int16) if len(shapes) < 2**15 else shape_of  # sorted by its digits, in no time
        order = np.argsort(small, kind="stable")
        bounds = np.searchsorted(shape_of[order], np.arange(len(shapes) + 1))
        for number, (first, last) in enumerate(pairwise(bounds.tolist())):
            if first < last:
                yield shapes[number].as_py(), places[order[first:last]]

    def _shapes_of(self, places: Places) -> tuple[pa.StringArray, npt.NDArray[np.int32]]:
        if self.shape_of is not None:
            return self.shapes, self.shape_of[places]
        encoded = pc.dictionary_encode(self._masks(self.base.take(pa.array(places))))
        return encoded.dictionary, encoded.indices.to_numpy(zero_copy_only=False)

    def sorted_out(self, places: Places, judge: Callable[[str], str]) -> Iterator[tuple[str, Places]]:
        """The texts at these places of `base` by the verdict of `judge`, which is asked once per distinct text."""
        if not len(places):
            return
        encoded = pc.dictionary_encode(self.base.take(pa.array(places)))
        verdicts = [judge(text) for text in encoded.dictionary.to_pylist()]
        of = encoded.indices.to_numpy(zero_copy_only=False)
        for verdict in dict.fromkeys(verdicts):
            yield verdict, places[np.array([one == verdict for one in verdicts])[of]]

    def judged(self, flags: Flags, judge: Callable[[str], bool]) -> Flags:
        """`flags` without the texts that `judge` denies; it is asked once per distinct flagged text."""
        if not flags.any():
            return flags
        places = np.flatnonzero(flags)
        encoded = pc.dictionary_encode(self.base.take(pa.array(places)))
        verdicts = np.fromiter((judge(text) for text in encoded.dictionary.to_pylist()), np.bool_)
        kept = np.zeros(len(flags), np.bool_)
        kept[places] = verdicts[encoded.indices.to_numpy(zero_copy_only=False)]
        return kept

    def frequencies(self, flags: Flags) -> list[tuple[str, int]]:
        """The different flagged texts and how many rows hold each, in order of appearance."""
        if not flags.any():
            return []
        places = np.flatnonzero(flags)
        texts = self.base.take(pa.array(places))
        if self.weights is not None:
            return list(zip(texts.to_pylist(), self.weights[places].tolist(), strict=True))
        counted = pc.value_counts(texts)
        return list(zip(counted.field(0).to_pylist(), counted.field(1).to_pylist(), strict=True))

    def count(self, flags: Flags) -> int:
        """How many rows the flagged texts of `base` stand for."""
        return int(flags.sum() if self.weights is None else self.weights[flags].sum())

    def positions(self, flags: Flags) -> Places:
        """The places in the batch whose text is flagged, in ascending order."""
        return np.flatnonzero(flags if self.spread is None else flags[self.spread])

    @property
    def filled(self) -> Flags:
        """Texts of `base` that hold more than spaces."""
        if "" not in self._cached:
            empty = self.spread_shapes(pc.equal(pc.binary_length(self.shapes), 0))
            self._cached[""] = ~(empty | self.shaped(BLANK, within=ODD))
        return self._cached[""]
