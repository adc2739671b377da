"""The three ways to look at a column give the same answers; masks, figures and distinct values are exact."""

import random
from collections import Counter

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.detectors import COLUMN_DETECTORS
from engine.detectors.text_findings import LinesInside, SpacesAround, SpacesInside, WordsForEmpty
from engine.profile.column_batch import BLANK, ODD, ColumnBatch, Way
from engine.profile.column_profiler import Lengths, Patterns, filled_by_shape
from engine.profile.distinct_values import SKETCH, DistinctCounter, hashes, relieve
from engine.profile.masked_digits import digit_positions, digits, numbers_at
from engine.values.characters import INVISIBLE
from engine.values.text_masks import as_patterns, digit_masks, mask, masks

PIECES = [
    "Acme", "müller", " ", "  ", "\u00a0", "\ufeff", "\u200b", "12", "9", "\n", "N/A", "-", "&amp;", "<br>",
    "#REF!", "é", "漢", "Ã¼", "@", ".", ",", "\x00", "\t", "\U000e0061", "\u200d",
]  # fmt: skip
TEXTS = st.lists(st.one_of(st.text(max_size=8), st.lists(st.sampled_from(PIECES), max_size=4).map("".join)), min_size=1)


def seen(texts: list[str], way: Way, **more: bool) -> ColumnBatch:
    return ColumnBatch(pa.array(texts, pa.string()), np.arange(2, len(texts) + 2, dtype=np.int32), way, **more)


def test_masks_keep_length_and_everything_but_letters_and_digits():
    texts = ["Ab-12", "", "Müller & Co.", "漢字 5", "+1 (415)"]
    assert masks(pa.array(texts)).to_pylist() == ["Aa-99", "", "Aüaaaa & Aa.", "漢字 9", "+9 (999)"]
    assert [mask(text) for text in texts] == masks(pa.array(texts)).to_pylist()
    assert digit_masks(pa.array(["13-Nov-2022"])).to_pylist() == ["99-Nov-9999"]


def test_masks_of_a_slice():
    assert masks(pa.array(["a", "B1", "Cc"])[1:]).to_pylist() == ["A9", "Aa"]


def test_patterns_know_letters_of_every_script():
    assert as_patterns(masks(pa.array(["Ünal-7", "É", "漢٣"]))).to_pylist() == ["Aaaa-9", "A", "a9"]


@given(TEXTS)
def test_what_depends_on_the_shape_is_the_same_for_a_text_and_its_mask(texts):
    patterns = [BLANK, ODD, SpacesAround.pattern, SpacesInside.pattern, INVISIBLE, LinesInside.pattern]
    for way in Way:
        for more in (False, True):
            cells = seen(texts, way, keep_letters=more)
            plain = seen(texts, Way.PLAIN)
            for pattern in patterns:
                assert (
                    cells.positions(cells.shaped(pattern)).tolist() == plain.positions(plain.shaped(pattern)).tolist()
                )


@given(TEXTS)
def test_only_odd_texts_are_asked_for_oddities(texts):
    for pattern in (BLANK, SpacesAround.pattern, SpacesInside.pattern, INVISIBLE, LinesInside.pattern):
        cells = seen([text for text in texts if text] or ["x"], Way.PLAIN)
        assert not (cells.shaped(pattern) & ~cells.shaped(ODD)).any()


def test_many_shapes_are_asked_the_same_as_few():
    texts = [f"{'x' * (n % 90)}{'y ' * (n % 7)}{n}" for n in range(20_000)] + [" a", "b  c", "N/A", " ", ""]
    few, many = seen(texts, Way.SHAPES), seen(texts, Way.PLAIN)
    for cells in (few, many):
        assert cells.positions(cells.shaped(SpacesAround.pattern, within=ODD)).tolist() == [20_000, 20_003]
        assert cells.count(~cells.filled) == 2
        assert len(texts) - 3 in cells.positions(cells.among(frozenset(["a/a"]), 10))


@given(TEXTS, st.sampled_from(Way))
def test_figures_are_those_of_a_plain_loop(texts, way):
    cells = seen(texts, way)
    filled = [text for text, flag in zip(texts, seen(texts, Way.PLAIN).filled, strict=True) if flag]
    counts = filled_by_shape(cells)
    lengths, patterns = Lengths(), Patterns()
    lengths.add(cells, counts)
    patterns.add(cells, counts)
    assert (lengths.filled, lengths.longest) == (len(filled), max(map(len, filled), default=0))
    assert lengths.shortest == min(map(len, filled), default=0)
    assert lengths.mean == pytest.approx(sum(map(len, filled)) / len(filled) if filled else 0, abs=0.006)
    shown = Counter(as_patterns(masks(pa.array(filled, pa.string()))).to_pylist())
    if way is not Way.PLAIN:
        assert patterns.top(1000) == sorted(shown.items(), key=lambda pair: (-pair[1], pair[0].encode()))


@settings(max_examples=50)
@given(st.lists(TEXTS, min_size=1, max_size=4), st.sampled_from(Way))
def test_distinct_values_are_counted_exactly(batches, way):
    counter, plain = DistinctCounter(), Counter[str]()
    for texts in batches:
        cells = seen(texts, way)
        counter.add(cells, hashes(cells.base))
        plain.update(text for text, flag in zip(texts, seen(texts, Way.PLAIN).filled, strict=True) if flag)
    distinct = counter.result()
    assert distinct.count == len(plain)
    assert not distinct.estimated
    assert distinct.times_of(hashes(pa.array(list(plain), pa.string()))).tolist() == list(plain.values())
    assert distinct.times_of(hashes(pa.array(["never met, not even once"]))).tolist() == [0]
    assert len(distinct.repeated) == sum(times > 1 for times in plain.values())


def test_merging_now_and_then_changes_nothing():
    numbers = [random.Random(5).randrange(30_000) for _ in range(100_000)]
    counter = DistinctCounter(waiting=1000)
    for start in range(0, len(numbers), 5000):
        cells = seen([str(number) for number in numbers[start : start + 5000]], Way.SHAPES)
        counter.add(cells, hashes(cells.base))
    distinct, plain = counter.result(), Counter(map(str, numbers))
    assert distinct.count == len(plain)
    assert sorted(distinct.times.tolist()) == sorted(plain.values())
    assert counter.size == len(plain)


def test_beyond_the_pool_the_count_is_an_estimate_and_says_so():
    counter, small = DistinctCounter(waiting=1000), DistinctCounter()
    small.add_hashes(hashes(pa.array(["a", "b"])))
    for start in range(0, 1_000_000, 50_000):
        texts = [f"C{number}" for number in range(start, start + 50_000)] + ["often"] * 5000
        counter.add_hashes(hashes(pa.array(texts)))
        relieve([small, counter], most=200_000)
    distinct = counter.result()
    assert (distinct.estimated, small.result().estimated, small.result().count) == (True, False, 2)
    assert distinct.count == pytest.approx(1_000_000, rel=0.02)
    assert len(distinct.hashes) < 3 * SKETCH
    assert distinct.times_of(hashes(pa.array(["often"]))).tolist() == [100_000]


def test_digits_of_one_shape_at_once():
    texts = pa.array(["x", "1.234,50", "9.876,00", "y"])
    columns = digit_positions("9.999,99")
    assert numbers_at(texts, np.array([1, 2]), columns).tolist() == [123450, 987600]
    assert numbers_at(texts[1:], np.array([1]), columns).tolist() == [987600]
    assert numbers_at(texts[1:3], np.array([0, 1]), columns).tolist() == [123450, 987600]
    assert digits(texts, np.array([2]), columns).tolist() == [[9, 8, 7, 6, 0, 0]]
    assert numbers_at(pa.array(["9" * 18, "x"]), np.array([0]), range(18)).tolist() == [10**18 - 1]


def test_ways_change_when_values_or_shapes_become_many():
    few = seen(["a", "b"] * 5000, Way.VALUES)
    assert few.next_way() is Way.VALUES
    assert seen([str(n) for n in range(10_000)], Way.VALUES).next_way() is Way.SHAPES
    assert seen([str(n) for n in range(10_000)], Way.SHAPES).next_way() is Way.SHAPES
    assert seen([f"{'a' * (n % 97)} {'b' * (n % 101)}" for n in range(9000)], Way.SHAPES).next_way() is Way.PLAIN


def test_every_detector_has_its_place():
    names = [detector.__name__ for detector in COLUMN_DETECTORS]
    assert len(names) == len(set(names))
    assert WordsForEmpty in COLUMN_DETECTORS
