"""Cleaning a sheet: order of steps, what they learn, rows dropped, counts, and what a recipe may not say."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.clean import SheetRun, effective_header
from engine.clean.sheet_knowledge import rounds
from engine.recipe import ColumnRecipe, FieldSpec, Recipe, RecipeError, SheetRecipe, StepSpec, TargetRecipe, load
from engine.sheets.working_file import ROW
from engine.steps import ROW_STEPS
from engine.steps.step import RowExample, WholeRowStep
from tests.small_working_files import SAMPLES, sample_file, working_file

Spec = str | tuple[str, dict[str, Any]]


def spec(one: Spec) -> StepSpec:
    return StepSpec(one) if isinstance(one, str) else StepSpec(*one)


def sheet(columns: dict[str, list[Spec]], rows: Sequence[Spec] = (), **more: Any) -> SheetRecipe:
    recipes = {title: ColumnRecipe(tuple(map(spec, steps))) for title, steps in columns.items()}
    return SheetRecipe("S", columns=recipes, rows=tuple(map(spec, rows)), **more)


Table = dict[str, list[str]]


def run_of(folder: Path, table: Table, recipe: SheetRecipe, **settings: Any) -> SheetRun:
    rows = list(zip(*table.values(), strict=True))
    return SheetRun(working_file(folder, list(table), rows), recipe, Recipe(**settings))


def cleaned(run: SheetRun) -> Table:
    """All rows that remain, by title; the sum of rows is checked on the way."""
    batches = list(run.batches())
    out: Table = {title: [] for title in (ROW, *run.titles)}
    for batch in batches:
        assert batch.before[ROW].equals(batch.after[ROW])
        for title, texts in batch.after.to_pydict().items():
            out[title] += texts
    assert run.report.rows_in == run.working.num_rows == len(out[ROW]) + sum(run.report.dropped.values())
    assert run.report.rows_out == len(out[ROW])
    return out


# --- columns


def test_steps_run_in_their_order_and_are_counted(tmp_path: Path) -> None:
    table = {"Email": [" Info@Acme.com", "x@y.z", "", "  "], "Other": ["1", "2", "3", "4"]}
    run = run_of(tmp_path, table, sheet({"Email": ["trim", "lowercase"]}))
    assert cleaned(run)["Email"] == ["info@acme.com", "x@y.z", "", ""]
    report = run.report.columns["Email"]
    assert report.steps == [("trim", 2, 0), ("lowercase", 1, 0)]
    assert (report.changed, report.could_not) == (2, 0)
    assert run.report.columns["Other"].steps == []


def test_a_switched_off_step_does_nothing(tmp_path: Path) -> None:
    recipe = SheetRecipe("S", columns={"A": ColumnRecipe((StepSpec("uppercase", {}, enabled=False), StepSpec("trim")))})
    run = run_of(tmp_path, {"A": [" a"]}, recipe)
    assert cleaned(run)["A"] == ["a"]
    assert run.report.columns["A"].steps == [("trim", 1, 0)]


def test_cells_that_could_not_be_converted_keep_their_text_and_say_why(tmp_path: Path) -> None:
    table = {"Active": [" yes ", " maybe ", "no", ""]}
    run = run_of(tmp_path, table, sheet({"Active": ["trim", "to_boolean", "uppercase"]}))
    (batch,) = run.batches()
    assert batch.after["Active"].to_pylist() == ["1", "MAYBE", "0", ""]
    assert batch.could_not["Active"].to_pylist() == [False, True, False, False]
    assert batch.reasons == {"Active": {"MAYBE": "it says neither yes nor no"}}
    assert batch.before["Active"].to_pylist() == table["Active"]
    assert run.report.columns["Active"].could_not == 1


def test_a_step_that_reads_another_column_sees_it_cleaned(tmp_path: Path) -> None:
    table = {"Full": ["", "z"], "First": [" ann ", "x"]}
    coalesce: Spec = ("coalesce", {"columns": ["First"]})
    run = run_of(tmp_path, table, sheet({"Full": [coalesce], "First": ["trim", "title_case"]}))
    assert cleaned(run)["Full"] == ["Ann", "z"]


def test_columns_that_wait_for_each_other_are_named(tmp_path: Path) -> None:
    circle: dict[str, list[Spec]] = {
        "A": [("coalesce", {"columns": ["B"]})], "B": [("coalesce", {"columns": ["C"]})],
        "C": [("coalesce", {"columns": ["A"]})],
    }  # fmt: skip
    with pytest.raises(RecipeError, match="wait for each other: 'A' → 'B' → 'C' → 'A'"):
        run_of(tmp_path, {"A": ["1"], "B": ["2"], "C": ["3"]}, sheet(circle)).prepare()


def test_a_column_that_reads_itself_is_a_circle(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="'A' → 'A'"):
        run_of(tmp_path, {"A": ["1"]}, sheet({"A": [("coalesce", {"columns": ["A"]})]})).prepare()


def test_a_long_chain_of_columns(tmp_path: Path) -> None:
    titles = [f"C{number}" for number in range(1500)]
    steps: dict[str, list[Spec]] = {title: [("coalesce", {"columns": [after]})] for title, after in pairwise(titles)}
    table = {title: ["x" if title == titles[-1] else ""] for title in titles}
    assert cleaned(run_of(tmp_path, table, sheet(steps)))["C0"] == ["x"]


def test_added_columns_stand_beside_their_source_and_have_steps_of_their_own(tmp_path: Path) -> None:
    split: Spec = ("split_column", {"separator": ",", "into": ["City", "State"]})
    join: Spec = ("combine_columns", {"columns": ["City"], "into": "Both"})
    table = {"Place": ["boston, MA", "rome"], "Z": ["1", "2"]}
    run = run_of(tmp_path, table, sheet({"Place": [split], "City": ["title_case", "truncate"][:1], "State": [join]}))
    assert run.titles == ("Place", "City", "State", "Both", "Z")
    out = cleaned(run)
    assert out["City"] == ["Boston", "Rome"]
    assert out["Both"] == ["MA Boston", "Rome"]
    assert out["Place"] == table["Place"]
    assert run.report.columns["City"].changed == 2
    (batch,) = run.batches()
    assert batch.before.schema.names == [ROW, "Place", "Z"]


def test_a_new_column_needs_a_name_of_its_own(tmp_path: Path) -> None:
    split: Spec = ("split_column", {"into": ["Z"]})
    with pytest.raises(RecipeError, match="column 'A': there is a column 'Z' already"):
        run_of(tmp_path, {"A": ["1"], "Z": ["2"]}, sheet({"A": [split]})).prepare()


# --- what the whole column teaches


def test_the_whole_column_decides_how_its_dates_are_read(tmp_path: Path) -> None:
    dates = ["01/03/2012"] * 70_000 + ["25/12/2012"]  # the telling one in the second batch
    run = run_of(tmp_path, {"Date": dates}, sheet({"Date": ["parse_date"]}))
    batches = list(run.batches())
    assert len(batches) > 1
    assert batches[0].after["Date"][0].as_py() == "2012-03-01"
    assert run.report.columns["Date"].steps == [("parse_date", 70_001, 0)]


def test_steps_learn_from_the_column_as_it_stands_before_them(tmp_path: Path) -> None:
    """Rows that are dropped before do not count, nor what an earlier step takes away."""
    table = {"Date": ["01/03/2012", "N/A 12/25/2012", "25/12/2012"]}
    recipe = sheet({"Date": [("replace", {"find": "N/A 12/25/2012", "replace": ""}), "parse_date"]})
    assert cleaned(run_of(tmp_path, table, recipe))["Date"] == ["2012-03-01", "", "2012-12-25"]


def test_one_pass_teaches_all_that_do_not_depend_on_each_other(tmp_path: Path) -> None:
    table = {title: ["1"] for title in "ABCD"}
    recipe = sheet({"A": ["parse_date"], "B": ["parse_number"], "C": [("coalesce", {"columns": ["A"]}), "parse_date"]})
    run = run_of(tmp_path, table, recipe)
    assert rounds(run.plan, run.titles) == [[("A", 0), ("B", 0)], [("C", 1)]]
    assert rounds(run.plan, ["B"]) == [[("B", 0)]]


def test_what_was_learnt_is_plain_json_and_saves_the_passes(tmp_path: Path) -> None:
    table = {"Date": ["01/03/2012", "25/12/2012"], "Key": ["a", "a"]}
    recipe = sheet({"Date": ["parse_date"]}, rows=[("drop_duplicates", {"keys": ["Key"]})])
    first = run_of(tmp_path, table, recipe)
    expected = cleaned(first)
    learnt = json.loads(json.dumps(first.learnt))
    again = SheetRun(first.working, recipe, Recipe(), learnt)
    read: list[int] = []
    again.prepare(lambda done, total: read.append(done))
    assert read == []
    assert cleaned(again) == expected
    assert again.learnt == learnt


def test_what_no_longer_fits_is_learnt_anew(tmp_path: Path) -> None:
    table = {"Date": ["01/03/2012", "25/12/2012", "x"], "Key": ["a", "b", "a"]}
    first = run_of(tmp_path, table, sheet({"Date": ["parse_date"]}))
    first.prepare()
    other = sheet({"Date": [("replace", {"find": "25/12/2012", "replace": "12/25/2012"}), "parse_date"]})
    assert cleaned(SheetRun(first.working, other, Recipe(), first.learnt))["Date"][0] == "2012-01-03"


def test_progress_is_told_and_may_cancel(tmp_path: Path) -> None:
    run = run_of(tmp_path, {"Date": ["01/03/2012"] * 3}, sheet({"Date": ["parse_date"]}, rows=["drop_blank_rows"]))
    told: list[tuple[int, int]] = []
    run.prepare(lambda done, total: told.append((done, total)))
    assert told == [(3, 6), (6, 6)]

    def cancel(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_of(tmp_path, {"Date": ["01/03/2012"]}, sheet({"Date": ["parse_date"]})).prepare(cancel)


# --- rows


def test_blank_and_total_rows_are_dropped_by_name(tmp_path: Path) -> None:
    table = {"Customer": ["Acme", "", "Beta", "Total"], "Amount": ["10", " ", "20", "30"]}
    run = run_of(tmp_path, table, sheet({"Customer": ["uppercase"]}, rows=["drop_blank_rows", "drop_total_rows"]))
    out = cleaned(run)
    assert (out["Customer"], out[ROW]) == (["ACME", "BETA"], [2, 4])
    assert run.report.dropped == {"drop_blank_rows": 1, "drop_total_rows": 1}
    assert run.report.columns["Customer"].steps == [("uppercase", 2, 0)]


def test_without_a_step_every_row_stays(tmp_path: Path) -> None:
    table = {"Customer": ["Acme", "", "Total"], "Amount": ["10", "", "10"]}
    assert cleaned(run_of(tmp_path, table, sheet({})))[ROW] == [2, 3, 4]


@pytest.mark.parametrize("where", ["rows", "column"])
def test_fill_down_stops_at_totals(tmp_path: Path, where: str) -> None:
    table = {
        "Customer": ["C1", "", "Total C1", "", "C2", " ", ""],
        "Invoice": ["1", "2", "", "3", "4", "5", ""],
        "Amount": ["10", "20", "30", "5", "1", "2", ""],
    }
    rows: list[Spec] = [("fill_down", {"columns": ["Customer"]})] if where == "rows" else []
    columns: dict[str, list[Spec]] = {"Customer": ["lowercase", *(["fill_down"] if where == "column" else [])]}
    run = run_of(tmp_path, table, sheet(columns, rows=[*rows, "drop_total_rows", "drop_blank_rows"]))
    out = cleaned(run)
    assert out["Customer"] == ["c1", "c1", "", "c2", "c2"]
    assert out["Invoice"] == ["1", "2", "3", "4", "5"]
    assert run.report.columns["Customer"].steps == [("fill_down", 2, 0), ("lowercase", 4, 0)]
    assert run.report.columns["Customer"].changed == 4
    assert next(run.batches()).before["Customer"].to_pylist() == ["C1", "", "", "C2", " "]


def test_fill_down_goes_on_across_batches_and_pages(tmp_path: Path) -> None:
    count = 150_000
    table = {"A": ["first"] + [""] * (count - 1), "B": [str(number) for number in range(count)]}
    run = run_of(tmp_path, table, sheet({"A": ["fill_down"]}))
    assert set(cleaned(run)["A"]) == {"first"}
    for start in (0, 4_095, 4_096, 70_000, count - 2):
        page = run.page(start, 5)
        assert set(page.cleaned.after["A"].to_pylist()) == {"first"}
        assert page.raw["B"].to_pylist()[0] == str(start)
    assert run.page(10 * count, 5).dropped_by == []
    assert run.page(-5, 5).raw["B"].to_pylist()[0] == "0"


@pytest.mark.parametrize(
    ("keep", "rows"), [("first", [2, 3, 5, 6, 7]), ("last", [3, 4, 5, 6, 7]), ("fullest", [3, 4, 5, 6, 7])]
)
def test_duplicates_are_found_by_cleaned_values(tmp_path: Path, keep: str, rows: list[int]) -> None:
    table = {
        "Email": ["A@x.com ", "b@x.com", "a@x.com", "", "", "c@x.com"],
        "Name": ["", "B", "Ann", "N", "N", "C"],
    }
    steps: Spec = ("drop_duplicates", {"keys": ["Email"], "keep": keep})
    run = run_of(tmp_path, table, sheet({"Email": ["trim", "lowercase"]}, rows=[steps]))
    assert cleaned(run)[ROW] == rows
    assert run.report.dropped == {"drop_duplicates": 1}


def test_without_keys_all_columns_are_compared_cleaned(tmp_path: Path) -> None:
    table = {"A": ["x ", "x", "x"], "B": ["1", "1", "2"]}
    assert cleaned(run_of(tmp_path, table, sheet({"A": ["trim"]}, rows=["drop_duplicates"])))[ROW] == [2, 4]


def test_row_steps_on_cleaned_values_run_in_their_order(tmp_path: Path) -> None:
    table = {"Key": ["a", "a", "b"], "State": ["closed", "Open ", "open"]}
    kept: Spec = ("filter_rows", {"column": "State", "condition": "is", "values": ["OPEN"]})
    once: Spec = ("drop_duplicates", {"keys": ["Key"]})
    run = run_of(tmp_path, table, sheet({"State": ["trim"]}, rows=[kept, once]))
    assert cleaned(run)[ROW] == [3, 4]
    assert run.report.dropped == {"filter_rows": 1, "drop_duplicates": 0}
    other = run_of(tmp_path, table, sheet({"State": ["trim"]}, rows=[once, kept]))
    assert cleaned(other)[ROW] == [4]
    assert other.report.dropped == {"filter_rows": 1, "drop_duplicates": 1}


def test_separators_in_cells_do_not_make_rows_equal(tmp_path: Path) -> None:
    table = {"A": ["a\\|", "a", "a\\", "x"], "B": ["b", "|b", "|\\|b", ""]}
    assert cleaned(run_of(tmp_path, table, sheet({}, rows=["drop_duplicates"])))[ROW] == [2, 3, 4, 5]


cells = st.sampled_from(["", " ", "a", "A", "b", "Total", "1", "x,y"])


@given(
    table=st.lists(st.tuples(cells, cells), max_size=12),
    rows=st.lists(
        st.sampled_from([
            "drop_blank_rows", "drop_total_rows", ("drop_duplicates", {"keys": ["A"], "keep": "last"}),
            ("filter_rows", {"column": "B"}), ("fill_down", {"columns": ["A", "B"]}), "drop_duplicates",
        ]),
        max_size=4,
    ),
    start=st.integers(0, 12),
)  # fmt: skip
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_rows_add_up_and_a_page_shows_what_is_exported(tmp_path: Path, table: Any, rows: Any, start: int) -> None:
    recipe = sheet({"A": ["trim", "uppercase"], "B": ["split"]}, rows=rows)
    run = SheetRun(working_file(tmp_path, ["A", "B"], table), recipe, Recipe())
    out = cleaned(run)
    page = run.page(start, 4)
    by_row = {number: (a, b) for number, a, b in zip(out[ROW], out["A"], out["B"], strict=True)}
    shown = page.cleaned.after.to_pydict()
    numbers = page.raw[ROW].to_pylist()
    assert numbers == [number + 2 for number in range(len(table))][start : start + 4]
    assert shown[ROW] == [n for n, slug in zip(numbers, page.dropped_by, strict=True) if not slug]
    assert shown[ROW] == [number for number in numbers if number in by_row]
    assert list(zip(shown["A"], shown["B"], strict=True)) == [by_row[number] for number in shown[ROW]]


def test_an_empty_sheet_and_one_without_rows_left(tmp_path: Path) -> None:
    run = run_of(tmp_path, {"A": []}, sheet({"A": ["trim", "parse_date"]}, rows=["drop_duplicates", "drop_blank_rows"]))
    assert cleaned(run) == {ROW: [], "A": []}
    assert run.page(0, 50).dropped_by == []
    gone = run_of(tmp_path, {"A": ["", ""]}, sheet({"A": ["trim"]}, rows=["drop_blank_rows"]))
    assert cleaned(gone) == {ROW: [], "A": []}
    assert gone.page(0, 50).dropped_by == ["drop_blank_rows"] * 2


ROW_EXAMPLES = [(step, case) for step in ROW_STEPS.values() for case in step.examples]


@pytest.mark.parametrize(("step", "case"), ROW_EXAMPLES, ids=lambda value: getattr(value, "slug", ""))
def test_row_step_examples(tmp_path: Path, step: type[WholeRowStep], case: RowExample) -> None:
    recipe = sheet({}, rows=[(step.slug, dict(case.params))])
    out = cleaned(SheetRun(working_file(tmp_path, case.titles, case.before), recipe, Recipe()))
    assert tuple(zip(*(out[title] for title in case.titles), strict=True)) == case.after


# --- whatever route the values take, the outcome is the same


@pytest.mark.parametrize("distinct", [3, 900, 40_000, 140_000])
def test_remembered_and_fresh_answers_are_the_same(tmp_path: Path, distinct: int) -> None:
    count = 150_000
    words = [f" Yes{number % distinct}" if number % 7 else "maybe " for number in range(count)]
    beside = ["", "x"] * (count // 2)
    recipe = sheet({"A": ["trim", ("map_values", {"pairs": {"Yes1": "1"}, "others": "could_not"})], "B": ["uppercase"]})
    run = run_of(tmp_path, {"A": words, "B": beside}, recipe)
    out = cleaned(run)["A"]
    assert out == ["1" if word == " Yes1" else word.strip() for word in words]
    ones = sum(word == " Yes1" for word in words)
    assert run.report.columns["A"].steps == [("trim", count, 0), ("map_values", ones, count - ones)]
    assert run.report.columns["A"].could_not == count - ones


# --- what a recipe may not say


def test_missing_columns_are_listed_with_their_likeliest_new_titles(tmp_path: Path) -> None:
    recipe = sheet(
        {"Email Address": ["trim"], "Nowhere": [], "Phone": ["trim"]},
        targets=(TargetRecipe("res.partner", fields={"name": FieldSpec("Company")}), TargetRecipe("x", when="Gone")),
        rows=[("drop_duplicates", {"keys": ["Customer Code"]})],
    )
    table = {"E-mail address": ["x"], "Phone": ["1"], "Company Name": ["Acme"], "Code": ["1"]}
    with pytest.raises(RecipeError) as raised:
        run_of(tmp_path, table, recipe).prepare()
    text = str(raised.value)
    assert text.startswith("Sheet 'S': the recipe names 5 columns that the file lacks: ")
    assert "'Email Address' (now perhaps 'E-mail address')" in text
    assert "'Company' (now perhaps 'Company Name')" in text
    assert "'Customer Code' (now perhaps 'Code')" in text
    assert "'Nowhere'" in text
    assert "'Gone'" in text


def test_columns_that_the_export_adds_may_be_named(tmp_path: Path) -> None:
    fields = {"a": FieldSpec("Order #"), "b": FieldSpec("Migration Key"), "c": FieldSpec("Order")}
    run = run_of(tmp_path, {"Order": ["1"]}, sheet({}, targets=(TargetRecipe("m", fields=fields, key=("Order",)),)))
    assert cleaned(run)["Order"] == ["1"]


@pytest.mark.parametrize(
    ("columns", "rows", "complaint"),
    [
        ({"A": ["trimm"]}, [], "Sheet 'S', column 'A': There is no step called 'trimm'; did you mean 'trim'"),
        (
            {"A": [("pad_left", {"width": "x"})]},
            [],
            "Sheet 'S', column 'A': The step pad_left: 'width' cannot be 'x'",
        ),
        ({"A": [("trim", {"old": 1})]}, [], "Sheet 'S', column 'A': The step trim has no parameter 'old'"),
        ({"A": ["drop_blank_rows"]}, [], "the step drop_blank_rows works on rows"),
        ({}, ["trim"], "the step trim works on a column"),
        ({}, ["drop_rows"], "Sheet 'S': There is no step called 'drop_rows'"),
        ({}, [("fill_down", {"columns": ["Z"]})], "names a column that the file lacks: 'Z'"),
        ({"A": [("coalesce", {"columns": ["Z"]})]}, [], "names a column that the file lacks: 'Z'"),
        ({}, ["drop_blank_rows"] * 32, "more than 31 steps"),
    ],
)
def test_what_is_wrong_names_sheet_column_and_step(
    tmp_path: Path, columns: dict[str, list[Spec]], rows: list[Spec], complaint: str
) -> None:
    with pytest.raises(RecipeError) as raised:
        run_of(tmp_path, {"A": ["1"]}, sheet(columns, rows=rows)).prepare()
    assert complaint in str(raised.value)


def test_the_header_a_recipe_says() -> None:
    promote: Spec = ("promote_header", {"rows": [5, 4]})
    assert effective_header(sheet({})) == ()
    assert effective_header(sheet({}, header=(3,))) == (3,)
    assert effective_header(sheet({}, rows=[promote])) == (4, 5)
    assert effective_header(sheet({}, rows=[promote], header=(4, 5))) == (4, 5)
    off = SheetRecipe("S", rows=(StepSpec("promote_header", {"rows": ["4"]}, enabled=False),))
    assert effective_header(off) == ()
    with pytest.raises(RecipeError, match="cannot stand on row 1 and 4, 5 at once"):
        effective_header(sheet({}, rows=[promote], header=(1,)))


# --- the samples


def the_only_sheet(text: str) -> tuple[SheetRecipe, Recipe]:
    recipe = load(text)
    return recipe.sheets[0], recipe


def test_the_messy_customers_come_out_as_expected_cell_by_cell(tmp_path: Path) -> None:
    part, recipe = the_only_sheet("""
country: US
sheets:
  Customers:
    rows: [drop_blank_rows]
    columns:
      Company Name: { steps: [trim, collapse_spaces] }
      Email Address: { steps: [trim, lowercase] }
      Phone: { steps: [phone_normalize] }
      State: { steps: [{ state_to_code: { country_column: Country } }] }
      Zip Code: { steps: [{ zip_clean: { country_column: Country } }] }
      Country: { steps: [country_to_iso] }
      Tags: { steps: [split] }
      Customer Since: { steps: [parse_date] }
      Credit Limit: { steps: [parse_currency] }
      Active: { steps: [to_boolean] }
""")
    run = SheetRun(sample_file(tmp_path, "messy_customers.xlsx", "Customers"), part, recipe)
    out = cleaned(run)
    with (SAMPLES / "messy_customers.expected.csv").open(encoding="utf-8", newline="") as stream:
        expected = list(csv.DictReader(stream))
    assert len(out[ROW]) == len(expected) == 120
    for title in expected[0]:
        column = out["Country" if title == "Country code" else title]
        given = [text.removeprefix("US-") for text in column] if title == "State" else column
        assert given == [row[title] for row in expected], title
    assert run.report.columns["Email Address"].steps[0] == ("trim", 47, 0)
    assert run.report.columns["Phone"].steps == [("phone_normalize", 12, 0)]
    assert sum(column.could_not for column in run.report.columns.values()) == 0


def test_the_open_items_add_up_below_their_customers(tmp_path: Path) -> None:
    part, recipe = the_only_sheet("""
country: DE
sheets:
  Open Items:
    header: [4, 5]
    rows: [drop_total_rows, drop_blank_rows, { fill_down: { columns: [Customer No., Customer Name] } }]
    columns:
      Invoice Date: { steps: [parse_date] }
      Invoice Due: { steps: [parse_date] }
      Amount Net: { steps: [parse_number] }
      Amount Open: { steps: [parse_number] }
""")
    working = sample_file(tmp_path, "accounting_open_items.xlsx", "Open Items", effective_header(part))
    run = SheetRun(working, part, recipe)
    out = cleaned(run)
    assert len(out[ROW]) == 30
    assert all(out["Customer No."])
    assert all(out["Customer Name"])
    assert round(sum(map(float, out["Amount Net"])), 2) == 27336.13
    assert round(sum(map(float, out["Amount Open"])), 2) == 27336.13
    assert all(re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) for text in (*out["Invoice Date"], *out["Invoice Due"]))
    customers = dict(zip(out["Customer No."], out["Customer Name"], strict=True))
    assert len(customers) == len(set(customers.values()))


def test_the_products_keep_their_codes_and_add_up(tmp_path: Path) -> None:
    part, recipe = the_only_sheet("""
country: DE
sheets:
  legacy_products:
    columns:
      Bezeichnung: { steps: [trim] }
      VK-Preis: { steps: [parse_currency] }
      Aktiv: { steps: [to_boolean] }
      Bezeichnung (2): { steps: [empty_words] }
    rows: [{ drop_duplicates: { keys: [Art.-Nr.] } }]
""")
    run = SheetRun(sample_file(tmp_path, "legacy_products.csv", "legacy_products"), part, recipe)
    prices = cleaned(SheetRun(run.working, replace(part, rows=()), recipe))["VK-Preis"]
    assert round(sum(map(float, filter(None, prices))), 2) == 374717.09
    out = cleaned(run)
    assert run.report.dropped == {"drop_duplicates": 3}
    assert all(re.fullmatch(r"\d{6}", code) for code in out["Art.-Nr."])
    assert not {"N/A", "-", "n.a.", "k.A."} & set(out["Bezeichnung (2)"])
