"""No step makes text without bound: what would become too long stays as it was and is listed."""

import pyarrow as pa
import pytest

from engine.clean import text_limits
from engine.clean.column_runner import trace
from engine.steps import build
from engine.steps.step import Context


def made(steps, cells, **context):
    """What a chain of steps makes of a column."""
    built = [(build(slug, params), Context(**context)) for slug, params in steps]
    return trace(built, pa.array(cells, pa.string()))


@pytest.mark.parametrize(
    "params",
    [
        {"find": "a", "replace": "a" * 20},
        {"find": "a", "replace": "a" * 20, "case": False},
        {"find": "(a)", "replace": r"\1" * 20, "regex": True},
        {"find": "", "replace": "a" * 20, "regex": True} | {"find": "x*"},
    ],
)
def test_nine_replacements_in_a_row_stay_small(params):
    found = made([("replace", params)] * 9, ["a" * 200] * 200)
    assert found.values.nbytes < 64 * 2**20
    assert found.could_not.all()
    assert set(found.reasons.values()) == {text_limits.CELL_TOO_LONG}


def test_a_cell_that_a_step_would_make_too_long_keeps_its_text():
    found = made([("replace", {"find": "a", "replace": "b" * 1000})], ["a" * 300, "ac", "c"])
    assert found.values.to_pylist() == ["a" * 300, "b" * 1000 + "c", "c"]
    assert found.could_not.tolist() == [True, False, False]


def test_a_long_cell_may_stay_long():
    long = "x" * 300_000
    assert made([("trim", {})], [f" {long} "]).values.to_pylist() == [long]
    assert made([("trim", {})], [f" {long} "]).could_not is None


@pytest.mark.parametrize(
    ("slug", "name"), [("add_prefix", "text"), ("add_suffix", "text"), ("default_if_empty", "value")]
)
def test_a_long_text_for_many_cells_is_made_up_to_a_limit(monkeypatch, slug, name):
    monkeypatch.setattr(text_limits, "MOST_AT_ONCE", 2**20)
    monkeypatch.setattr(text_limits, "MOST_COLUMN", 4 * 2**20)
    cells = ["" if slug == "default_if_empty" else "x"] * 5000
    found = made([(slug, {name: "y" * 10_000})], cells)
    assert found.values.nbytes < 8 * 2**20
    filled = [len(cell) > 1 for cell in found.values.to_pylist()]
    assert filled[0]
    assert not filled[-1]


def test_joined_columns_are_limited_too():
    half = "x" * 60_000
    others = {"B": pa.array([half, "b"])}
    found = made([("combine_columns", {"columns": ["B"], "into": "C"})], [half, "a"], others=others)
    assert [len(cell) for cell in found.added["C"].to_pylist()] == [0, 3]
    assert found.could_not.tolist() == [True, False]
