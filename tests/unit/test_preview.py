"""A column before and after: which rows are shown, and counts over all of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.clean import SheetRun
from engine.clean.column_preview import preview_column
from engine.recipe import ColumnRecipe, Recipe, RecipeError, SheetRecipe, StepSpec
from tests.small_working_files import sample_file, working_file


def run_of(folder: Path, column: list[str], *steps: StepSpec, rows: tuple[StepSpec, ...] = ()) -> SheetRun:
    recipe = SheetRecipe("S", columns={"A": ColumnRecipe(steps)}, rows=rows)
    return SheetRun(working_file(folder, ["A", "B"], [(text, "x") for text in column]), recipe, Recipe(country="US"))


def test_what_fails_comes_first_then_what_changes_then_the_rest(tmp_path: Path) -> None:
    column = ["1", "Yes", "maybe", "", "no", "perhaps", "0"]
    preview = preview_column(run_of(tmp_path, column, StepSpec("to_boolean")), "A", limit=10)
    assert [(row.number, row.before, row.after, row.status) for row in preview.rows] == [
        (4, "maybe", "maybe", "could_not"),
        (7, "perhaps", "perhaps", "could_not"),
        (3, "Yes", "1", "changed"),
        (6, "no", "0", "changed"),
        (2, "1", "1", "unchanged"),
    ]
    assert [row.reason for row in preview.rows] == ["it says neither yes nor no"] * 2 + [""] * 3
    assert (preview.changed, preview.unchanged, preview.could_not) == (2, 3, 2)
    assert preview.steps == [("to_boolean", 2, 2)]


def test_different_values_go_before_repeated_ones(tmp_path: Path) -> None:
    column = [" a"] * 50 + [" b", "c"] + [" d"]
    preview = preview_column(run_of(tmp_path, column, StepSpec("trim")), "A", limit=6)
    changed = [row.before for row in preview.rows if row.status == "changed"]
    assert set(changed) == {" a", " b", " d"}
    assert len(preview.rows) == 6
    assert (preview.changed, preview.unchanged) == (52, 1)


def test_every_status_that_occurs_is_shown(tmp_path: Path) -> None:
    column = [f"maybe {number}" for number in range(40)] + ["Yes"] * 5 + ["1"] * 5
    preview = preview_column(run_of(tmp_path, column, StepSpec("to_boolean")), "A", limit=8)
    assert {row.status for row in preview.rows} == {"could_not", "changed", "unchanged"}
    assert len(preview.rows) == 8


def test_up_to_a_step(tmp_path: Path) -> None:
    off, cut = StepSpec("lowercase", {}, enabled=False), StepSpec("truncate", {"length": 1})
    run = run_of(tmp_path, [" ab "], StepSpec("trim"), off, StepSpec("uppercase"), cut)
    shown = {upto: preview_column(run, "A", upto_step=upto) for upto in (None, 0, 1, 2, 3)}
    assert {upto: preview.rows[0].after for upto, preview in shown.items()} == {
        None: "A", 0: "ab", 1: "ab", 2: "AB", 3: "A",
    }  # fmt: skip
    assert shown[1].steps == [("trim", 1, 0)]


def test_a_column_without_steps_and_one_that_a_step_adds(tmp_path: Path) -> None:
    split = StepSpec("split_column", {"separator": "-", "into": ["Left", "Right"]})
    recipe = SheetRecipe("S", columns={"A": ColumnRecipe((split,)), "Right": ColumnRecipe((StepSpec("uppercase"),))})
    run = SheetRun(working_file(tmp_path, ["A"], [("a-b",), ("c",)]), recipe, Recipe())
    plain, added = preview_column(run, "Left"), preview_column(run, "Right")
    assert (plain.changed, plain.unchanged, plain.steps) == (0, 2, [])
    assert [(row.before, row.after) for row in added.rows] == [("b", "B"), ("", "")]


def test_a_broken_step_elsewhere_does_not_matter(tmp_path: Path) -> None:
    columns = {"A": ColumnRecipe((StepSpec("trim"),)), "B": ColumnRecipe((StepSpec("gone_step"),))}
    recipe = SheetRecipe("S", columns=columns, rows=(StepSpec("gone_too"),))
    run = SheetRun(working_file(tmp_path, ["A", "B"], [(" a", "b")]), recipe, Recipe())
    assert preview_column(run, "A").changed == 1
    assert isinstance(run.learnt, dict)
    with pytest.raises(RecipeError, match=r"column 'B'.*gone_step"):
        preview_column(run, "B")
    with pytest.raises(RecipeError, match="no column 'C'"):
        preview_column(run, "C")


def test_what_a_preview_learns_is_kept(tmp_path: Path) -> None:
    run = run_of(tmp_path, ["01/03/2012", "25/12/2012"], StepSpec("parse_date"))
    before = preview_column(run, "A")
    again = SheetRun(run.working, run.sheet, run.recipe, run.learnt)
    read: list[int] = []
    again.prepare(lambda done, total: read.append(done))
    assert read == []
    assert preview_column(again, "A") == before


def test_filled_cells_count_as_changes(tmp_path: Path) -> None:
    run = run_of(tmp_path, ["a", "", "b"], StepSpec("fill_down"), StepSpec("uppercase"))
    preview = preview_column(run, "A")
    assert preview.steps == [("fill_down", 1, 0), ("uppercase", 3, 0)]
    assert [(row.before, row.after) for row in preview.rows] == [("a", "A"), ("", "A"), ("b", "B")]


cells = st.sampled_from(["", " ", "yes", " yes", "1", "0", "maybe", "Maybe ", "no"])


@given(column=st.lists(cells, max_size=30), limit=st.integers(1, 12))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_counts_add_up_and_agree_with_the_export(tmp_path: Path, column: list[str], limit: int) -> None:
    run = run_of(tmp_path, column, StepSpec("trim"), StepSpec("to_boolean"))
    preview = preview_column(run, "A", limit=limit)
    for _ in run.batches():
        pass
    report = run.report.columns["A"]
    assert preview.changed + preview.unchanged + preview.could_not == len(column)
    assert preview.could_not == report.could_not
    assert preview.steps == report.steps
    assert len(preview.rows) == min(limit, len(preview.rows))
    assert sorted({row.number for row in preview.rows}) == sorted(row.number for row in preview.rows)
    for row in preview.rows:
        assert row.before == column[row.number - 2]
        assert (row.before != row.after) <= (row.status != "unchanged")
        assert bool(row.reason) == (row.status == "could_not")


def test_the_sample_with_spaces_in_its_emails(tmp_path: Path) -> None:
    steps = ColumnRecipe((StepSpec("trim"), StepSpec("lowercase")))
    recipe = SheetRecipe("Customers", columns={"Email Address": steps})
    run = SheetRun(sample_file(tmp_path, "messy_customers.xlsx", "Customers"), recipe, Recipe(country="US"))
    preview = preview_column(run, "Email Address", limit=20)
    assert preview.steps == [("trim", 47, 0), ("lowercase", 52, 0)]
    assert (preview.changed, preview.unchanged, preview.could_not) == (83, 37, 0)
    first = preview.rows[0]
    assert (first.number, first.before, first.after) == (2, "Info@Acme.Com", "info@acme.com")
