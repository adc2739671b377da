"""The recipe file: every form of it, text that stays text, and complaints that help."""

from __future__ import annotations

import pytest
from hypothesis import given

from engine.recipe import (
    ColumnRecipe,
    FieldSpec,
    Lookup,
    Recipe,
    RecipeError,
    SheetRecipe,
    StepSpec,
    TargetRecipe,
    dump,
    load,
)
from tests.drawn_recipes import recipes

DESIGN = """
recipe: 1
odoo_version: "18.0"
namespace: migr
country: US
on_problem: reject             # rows that stay wrong: reject (data/rejected, the default) or stop
sheets:
  Customers:
    source: messy_customers.xlsx   # only where two files have a sheet of this name
    header: [1]                    # only to override what was detected; source row numbers
    file: customers                # data/raw/customers.csv
    rows: [drop_blank_rows]
    targets:
      res.partner: { id: "migr.partner.{Customer Code}", values: { is_company: "1" } }
    columns:
      Email Address: { field: email, steps: [trim, lowercase] }
      Phone: { field: phone, steps: [{ phone_normalize: { country: US } }] }
      Tags: { field: category_id/id, steps: [trim], lookup: tag, separator: ";" }
      Customer Since: { steps: [parse_date] }          # cleaned and kept in data/raw, mapped to nothing
  Orders:
    targets:                       # several targets: fields stand under each
      sale.order: { id: "migr.order.{Order No}", fields: { partner_id/id: { source: Client, ref: res.partner }, date_order: { source: Order Date } } }
      sale.order.line: { id: "migr.order_line.{Order No}.{Order No #}", fields: { order_id/id: { source: Order No, ref: sale.order }, product_id/id: { source: SKU, ref: product.product }, product_uom_qty: { source: Qty } } }
    columns:
      Order Date: { steps: [parse_date] }
  Lists: { skip: true }
lookups:
  tag: { model: res.partner.category, create: true }
  terms: { model: account.payment.term, create: false, entries: { "Net 30": account.account_payment_term_30days } }
"""  # noqa: E501  (the design's own text, to the letter)


def customers() -> SheetRecipe:
    return SheetRecipe(
        name="Customers",
        source="messy_customers.xlsx",
        header=(1,),
        file="customers",
        rows=(StepSpec("drop_blank_rows"),),
        targets=(
            TargetRecipe(
                "res.partner",
                id="migr.partner.{Customer Code}",
                fields={
                    "email": FieldSpec("Email Address"),
                    "phone": FieldSpec("Phone"),
                    "category_id/id": FieldSpec("Tags", lookup="tag", separator=";"),
                },
                values={"is_company": "1"},
            ),
        ),
        columns={
            "Email Address": ColumnRecipe((StepSpec("trim"), StepSpec("lowercase"))),
            "Phone": ColumnRecipe((StepSpec("phone_normalize", {"country": "US"}),)),
            "Tags": ColumnRecipe((StepSpec("trim"),)),
            "Customer Since": ColumnRecipe((StepSpec("parse_date"),)),
        },
    )


def test_the_designs_own_recipe() -> None:
    recipe = load(DESIGN)
    assert (recipe.odoo_version, recipe.namespace, recipe.country) == ("18.0", "migr", "US")
    sold, orders, lists = recipe.sheets
    assert sold == customers()
    assert list(sold.targets[0].fields) == ["email", "phone", "category_id/id"]
    assert orders.targets[0].fields["partner_id/id"] == FieldSpec("Client", ref="res.partner")
    assert orders.targets[1].id == "migr.order_line.{Order No}.{Order No #}"
    assert orders.columns == {"Order Date": ColumnRecipe((StepSpec("parse_date"),))}
    assert lists == SheetRecipe("Lists", skip=True)
    assert recipe.lookups["tag"] == Lookup("tag", "res.partner.category", create=True)
    assert recipe.lookups["terms"].entries == {"Net 30": "account.account_payment_term_30days"}
    assert load(dump(recipe)) == recipe


def test_one_target_is_written_in_the_short_form() -> None:
    text = dump(Recipe(country="US", sheets=(customers(),)))
    assert "      Email Address: {field: email, steps: [trim, lowercase]}\n" in text
    assert "      Tags: {field: category_id/id, steps: [trim], lookup: tag, separator: ;}\n" in text
    assert "fields" not in text


def test_a_column_that_fills_two_fields_keeps_both() -> None:
    fields = {"name": FieldSpec("Company"), "display": FieldSpec("Company")}
    sheet = SheetRecipe("A", targets=(TargetRecipe("res.partner", fields=fields),))
    assert load(dump(Recipe(sheets=(sheet,)))).sheets == (sheet,)


def test_two_files_with_a_sheet_of_one_name() -> None:
    sheets = (SheetRecipe("Sheet1", source="a.xlsx", skip=True), SheetRecipe("Sheet1", source="b.xlsx"))
    assert load(dump(Recipe(sheets=sheets))).sheets == sheets


@given(recipes)
def test_written_and_read_a_recipe_is_the_same(recipe: Recipe) -> None:
    text = dump(recipe)
    assert load(text) == recipe
    assert dump(load(text)) == text


def test_text_stays_the_text_the_user_wrote() -> None:
    recipe = load("""
country: NO
sheets:
  1:
    targets: { res.partner: { values: { active: true, color: 007, date: 2020-01-01 }, key: [NO, 12] } }
    columns:
      on: { field: name, steps: [{ map_values: { pairs: { NO: Norway, 1: 1.0, ~: yes } } }, { pad_left: { width: 5, char: 0 } }] }
      2020-01-01: { steps: [{ default_if_empty: { value: 0 } }, { replace: { find: 1, regex: yes } }] }
""")  # noqa: E501
    sheet = recipe.sheets[0]
    assert (recipe.country, sheet.name) == ("NO", "1")
    assert sheet.targets[0].values == {"active": "true", "color": "007", "date": "2020-01-01"}
    assert sheet.targets[0].key == ("NO", "12")
    assert sheet.targets[0].fields == {"name": FieldSpec("on")}
    mapped, padded = sheet.columns["on"].steps
    assert mapped.params == {"pairs": {"NO": "Norway", "1": "1.0", "~": "yes"}}
    assert padded.params == {"width": 5, "char": "0"}
    filled, replaced = sheet.columns["2020-01-01"].steps
    assert filled.params == {"value": "0"}
    assert replaced.params == {"find": "1", "regex": True}


def test_a_step_is_switched_off_and_an_unknown_one_is_kept() -> None:
    recipe = load("sheets: { A: { rows: [{ drop_total_rows: { enabled: false } }, { older: { n: 3, s: '3' } }] } }")
    assert recipe.sheets[0].rows == (
        StepSpec("drop_total_rows", {}, enabled=False),
        StepSpec("older", {"n": 3, "s": "3"}),
    )


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("recipe: 1\nsheets:\n  A:\n    colums: {}\n", "line 4: unknown key 'colums'; did you mean 'columns'?"),
        (
            "sheets:\n  A:\n    columns:\n      X:\n        step: [trim]\n",
            "line 5: unknown key 'step'; did you mean",
        ),
        ("sheets:\n  A: {}\n  A: {}\n", "line 3: 'A' stands here a second time"),
        ("recipe: 2\n", "format 2"),
        ("", "empty"),
        ("just text", "line 1"),
        ("sheets: [", "line 1: this is not valid YAML"),
        ("sheets:\n\tA: {}\n", "line 2: this is not valid YAML"),
        ("a: &x [1]\nb: *x\n", "anchors"),
        ("a: !!python/object:os.system x\n", "tags"),
        ("[" * 100, "nested too deeply"),
        ("a: \x00", "not valid YAML"),
        ("x" * 3_000_000, "longer than"),
        ("country: Germany\n", "code of two letters"),
        ("timezone: Mars/Base\n", "no time zone"),
        ("timezone: ../../etc/passwd\n", "no time zone"),
        ("odoo_version: latest\n", "no version of Odoo"),
        ("on_problem: ignore\n", "reject or stop"),
        ("namespace: a b\n", "'a b' cannot be the namespace; use lower-case letters"),
        ("namespace: Migr\n", "'Migr' cannot be the namespace"),
        ("namespace: _migr\n", "namespace"),
        ("namespace: 1migr\n", "namespace"),
        (f"namespace: {'m' * 41}\n", "namespace"),
        ("sheets: { A: { file: ../../x } }\n", "file"),
        ("sheets: { A: { skip: perhaps } }\n", "true or false"),
        ("sheets: { A: { header: [first] } }\n", "row numbers"),
        ("sheets: { A: { rows: trim } }\n", "list"),
        ("sheets: { A: { rows: [{ a: {}, b: {} }] } }\n", "a step is a name"),
        ("sheets: { A: { targets: { ../x: {} } } }\n", "no model"),
        ("sheets: { A: { columns: { X: { field: name } } } }\n", "exactly one target"),
        ("sheets: { A: { columns: { X: { lookup: tag } } } }\n", "name the field too"),
        ("sheets: { A: { targets: { m: { fields: { name: { ref: x } } } } } }\n", "which column"),
        ("sheets: { A: { targets: { m: { fields: { a: { source: X, ref: x, lookup: y } } } } } }\n", "not both"),
        (
            "sheets: { A: { targets: { m: {} }, columns: { X: { field: a }, Y: { field: a } } } }\n",
            "filled by two columns",
        ),
        ("lookups: { a/b: { model: res.partner } }\n", "file name"),
        ("lookups: { tag: { create: true } }\n", "needs the model"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(text: str, complaint: str) -> None:
    with pytest.raises(RecipeError) as raised:
        load(text)
    assert complaint in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_model_twice_in_a_sheet_cannot_be_written() -> None:
    with pytest.raises(RecipeError, match="twice"):
        dump(Recipe(sheets=(SheetRecipe("A", targets=(TargetRecipe("m"), TargetRecipe("m"))),)))
