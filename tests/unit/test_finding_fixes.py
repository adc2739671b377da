"""Where the step of a finding goes among the steps that a recipe has already."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from engine.clean.column_runner import trace
from engine.profile.profile_results import FindingFacts, Fix
from engine.recipe import ColumnRecipe, SheetRecipe, StepSpec
from engine.recipe.finding_fixes import is_safe, safe_findings, with_fixes
from engine.steps import build
from engine.steps.step import Context
from odoo_migrate import catalog


def found(step: str, column: str | None = "A", *, safe: bool = True, **params: object) -> FindingFacts:
    return FindingFacts("some", column, 1, "Something", fix=Fix(step, params), safe=safe)


@pytest.mark.parametrize(
    ("order", "right"),
    [
        (["parse_number", "empty_words", "trim"], ["trim", "empty_words", "parse_number"]),
        (["strip_tags", "unescape_html", "fix_mojibake"], ["fix_mojibake", "unescape_html", "strip_tags"]),
        (["zip_clean", "pad_left", "strip_decimal_zero"], ["strip_decimal_zero", "pad_left", "zip_clean"]),
        (["lowercase", "email_split", "email_clean"], ["email_split", "lowercase", "email_clean"]),
        (["title_case", "map_values", "collapse_spaces"], ["collapse_spaces", "map_values", "title_case"]),
    ],
)
def test_each_step_finds_the_work_done_that_it_needs(order, right):
    sheet = with_fixes(SheetRecipe("S"), [found(slug) for slug in order])
    assert [spec.slug for spec in sheet.columns["A"].steps] == right


def test_a_step_is_added_once_and_a_step_on_rows_once_for_each_choice():
    several = [found("trim"), found("trim"), found("drop_duplicates", None), found("drop_duplicates", None, keys=["A"])]
    sheet = with_fixes(SheetRecipe("S"), [*several, found("drop_duplicates", None)])
    assert sheet.columns["A"].steps == (StepSpec("trim"),)
    assert [dict(spec.params) for spec in sheet.rows] == [{}, {"keys": ["A"]}]


def test_a_step_that_is_switched_off_is_added_anew():
    sheet = SheetRecipe("S", columns={"A": ColumnRecipe((StepSpec("trim", enabled=False),))})
    assert [spec.enabled for spec in with_fixes(sheet, [found("trim")]).columns["A"].steps] == [False, True]


def test_safe_findings_have_a_step_to_add():
    titles = FindingFacts("titles_below", None, 1, "Titles", fix=Fix("promote_header", {"rows": ["2"]}), safe=True)
    plain = FindingFacts("seen", "A", 1, "Something", safe=True)
    assert [one.fix.step for one in safe_findings([titles, plain, found("trim"), found("split", safe=False)])] == [
        "trim"
    ]


@pytest.mark.parametrize(
    ("later", "left"),
    [
        (("empty_words", {"words": ["k.A."]}), ["5 kg", "soon"]),
        (("map_values", {"pairs": {"soon": "7"}}), ["5 kg", "k.A."]),
        (("replace", {"find": " kg", "replace": ""}), ["k.A.", "soon"]),
    ],
)
def test_a_cell_that_a_later_step_mends_is_no_could_not(later, left):
    cells = ["1,5", "2,25", "k.A.", "soon", "5 kg"]
    steps = [build("parse_number", {}), build(*later)]
    learnt = steps[0].learn(cells, Context())
    traced = trace([(steps[0], Context(learnt=learnt)), (steps[1], Context())], pa.array(cells))
    assert sorted(traced.reasons) == left
    assert np.flatnonzero(traced.could_not).tolist() == [cells.index(text) for text in sorted(left, key=cells.index)]


def test_a_later_step_that_leaves_a_cell_unreadable_mends_nothing():
    cells = ["1.234,50", "2,25", "1.000,00 soon"]
    steps = [build("parse_number", {}), build("replace", {"find": " soon", "replace": ""})]
    learnt = steps[0].learn(cells, Context())
    traced = trace([(steps[0], Context(learnt=learnt)), (steps[1], Context())], pa.array(cells))
    assert traced.values.to_pylist() == ["1234.50", "2.25", "1.000,00"]
    assert traced.could_not.tolist() == [False, False, True]


FIELDS = catalog.load("18.0")


def field(model: str, name: str):
    return FIELDS.model(model).field(name)


@pytest.mark.parametrize(
    ("step", "means", "model", "name", "safe"),
    [
        ("parse_number", "money", "product.template", "list_price", True),
        ("parse_currency", "money", "product.template", "default_code", False),
        ("parse_date", "date", "sale.order", "date_order", True),
        ("parse_date", "date", "product.template", "name", False),
        ("parse_datetime", "datetime", "sale.order", "date_order", True),
        ("parse_datetime", "datetime", "account.move", "invoice_date", False),
        ("country_to_iso", "country", "res.partner", "country_id", True),
        ("state_to_code", "state", "res.partner", "city", False),
        ("parse_percent", "percent", "sale.order.line", "tax_id", False),
        ("to_boolean", "boolean", "product.template", "sale_ok", True),
        ("to_boolean", "boolean", "res.partner", "lang", False),
        ("lowercase", "email", "res.partner", "email", True),
    ],
)
def test_a_field_says_what_a_column_holds_and_what_not(step, means, model, name, safe):
    """Where the title says nothing, values that are of the field's kind for certain may be mended."""
    finding = FindingFacts("some", "A", 1, "Something", fix=Fix(step), means=means)
    assert is_safe(finding, [field(model, name)]) is safe
    assert not is_safe(replace(finding, means=""), [field(model, name)])
    assert not is_safe(finding)


def test_a_field_of_another_kind_has_the_last_word():
    finding = FindingFacts("some", "A", 1, "Something", fix=Fix("state_to_code"), safe=True, means="state")
    assert is_safe(finding, [field("res.partner", "state_id")])
    assert not is_safe(finding, [field("res.partner", "state_id"), field("res.partner", "city")])
    assert is_safe(replace(finding, fix=Fix("trim")), [field("res.partner", "city")])
