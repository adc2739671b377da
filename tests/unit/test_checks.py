"""The check before export: each kind of problem, where it is, how often, and what mends it."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.bundle import ExportProblem
from engine.bundle.bundle_plan import ordered
from engine.bundle.lookup_tables import shipped_ids
from engine.recipe import RecipeError
from odoo_migrate import catalog
from odoo_migrate.rules.mapping_order import MappingReference
from odoo_migrate.rules.required_fields import must_be_mapped
from odoo_migrate.rules.shipped_records import is_missing
from tests.small_bundles import Migration, sums_up


def partners(columns: str, target: str = "", top: str = "", lookups: str = "") -> str:
    """A recipe for people.csv with Code and Name, and `columns` more."""
    return f"""\
recipe: 1
{top}
sheets:
  people:
    targets: {{ res.partner: {{ id: "migr.partner.{{Code}}" {target} }} }}
    columns:
      Code: {{ field: ref }}
      Name: {{ field: name }}
{columns}
lookups: {{ {lookups} }}
"""


def people(*cells: str, title: str = "X") -> dict[str, str]:
    """people.csv with one more column that holds `cells`."""
    rows = "".join(f"C{number},N{number},{cell}\n" for number, cell in enumerate(cells, 1))
    return {"people.csv": f"Code,Name,{title}\n{rows}"}


def found(tmp_path: Path, kind: str, recipe: str, files: dict[str, str]) -> ExportProblem:
    (problem,) = Migration(tmp_path, recipe, files).problems(kind)
    return problem


@pytest.mark.parametrize(
    ("field", "kind", "good", "bad"),
    [
        ("active", "not_yes_no", ["1", "0", "TRUE", "no", "Yes", ""], ["y", "x", "2", " yes", "t"]),
        ("date_deadline", "not_a_date", ["2026-01-31", ""], ["31.01.2026", "2026-02-30", "2026-1-3", "1990"]),
        ("color", "not_an_integer", ["3", "-1", ""], ["3.0", '"3,000"', "1e3", "x"]),
        ("color", "too_large", ["2147483647", "-2147483648", "x"], ["2147483648", "99999999999", "9" * 30]),
        (
            "credit_limit",
            "not_a_number",
            ["1234.56", "1e3", "-5", ".5", ""],
            ['"1,5"', "$5", "(12)", "5%", "nan", "-"],
        ),
        ("type", "not_a_choice", ["contact", "Delivery Address", "OTHER", ""], ["Rechnung", " contact"]),
        ("lang", "not_a_choice", ["en_US", "de_de", ""], ["German", "de"]),
    ],
)
def test_values_that_odoo_refuses_are_found(
    tmp_path: Path, field: str, kind: str, good: list[str], bad: list[str]
) -> None:
    recipe = partners(f"      X: {{ field: {field} }}")
    if field not in catalog.load("18.0").model("res.partner").fields:
        recipe = recipe.replace("res.partner", "crm.lead").replace("field: ref", "steps: []")
    problem = found(tmp_path, kind, recipe, people(*good, *bad))
    first = len(good) + 2
    assert problem.rows == tuple(range(first, first + len(bad)))
    assert (problem.severity, problem.column, problem.station) == ("row", "X", "cleaning")
    assert problem.count == len(bad)


def test_dates_with_times_are_read_as_odoo_does(tmp_path: Path) -> None:
    recipe = """\
recipe: 1
sheets:
  orders:
    targets: { sale.order: { id: "migr.o.{No}", fields: { partner_id/id: { source: P, ref: sale.partner } } } }
    columns: {}
"""
    recipe = recipe.replace("ref: sale.partner", "lookup: p") + "lookups: { p: { model: res.partner, create: true } }\n"
    recipe = recipe.replace("fields: {", "fields: { date_order: { source: D },")
    cells = [
        "2026-01-31",
        "2026-01-31 14:30",
        "2026-01-31 14:30:59",
        "2026-01-31T14:30",
        "2026-01-31 25:00",
        "2026-01-31Z",
    ]
    orders = "No,P,D\n" + "".join(f"{number},Ann,{cell}\n" for number, cell in enumerate(cells))
    assert found(tmp_path, "not_a_datetime", recipe, {"orders.csv": orders}).rows == (5, 6, 7)


def of_products(column: str) -> str:
    """A recipe for people.csv that makes products, with `column` more."""
    recipe = partners(f"      X: {column}").replace("res.partner", "product.template")
    return recipe.replace("field: ref", "field: default_code")


def test_empty_cells_that_would_switch_records_off_are_told(tmp_path: Path) -> None:
    recipe = partners("      X: { field: active }")
    problem = found(tmp_path / "1", "switched_off", recipe, people("1", "", " ", "0"))
    assert problem.message == "2 rows have an empty 'X': Odoo would archive these records."
    assert (problem.severity, problem.rows, problem.station) == ("warning", (3, 4), "cleaning")
    mended = recipe.replace("field: active", "field: active, steps: [trim, { default_if_empty: { value: '1' } }]")
    assert not Migration(tmp_path / "2", mended, people("1", "", " ", "0")).problems("switched_off")
    sold = found(tmp_path / "3", "switched_off", of_products("{ field: sale_ok }"), people("", "1"))
    assert sold.message == "1 row has an empty 'X': Odoo would stop selling this product."
    assert not Migration(tmp_path / "4", partners("      X: { field: is_company }"), people("")).problems(
        "switched_off"
    )


def test_numbers_that_odoo_would_round_are_told(tmp_path: Path) -> None:
    recipe = of_products("{ field: list_price }")
    files = people("1.25", "1.2500", "3", "0.125", "-7.0001", "")
    problem = found(tmp_path / "1", "rounded", recipe, files)
    assert problem.message == "2 rows: 'X' has more decimals than Odoo keeps (2); it would be rounded."
    assert (problem.rows, problem.examples) == ((5, 6), ("0.125", "-7.0001"))
    assert (problem.severity, problem.station) == ("warning", "cleaning")
    mended = recipe.replace("list_price", "list_price, steps: [{ round: { digits: 2 } }]")
    assert not Migration(tmp_path / "2", mended, files).problems("rounded")


@pytest.mark.parametrize(
    ("target", "kinds", "rows"),
    [
        ("", "", (3,)),
        (', values: { type: "contact" }', "", (3,)),
        (', values: { type: "delivery" }', "", ()),
        ("", "      Kind: { field: type }\n", (3,)),
    ],
)
def test_an_address_that_odoo_replaces_by_the_parents_is_told(
    tmp_path: Path, target: str, kinds: str, rows: tuple[int, ...]
) -> None:
    parent = "      Of: { field: parent_id/id, ref: res.partner }\n      Town: { field: city }\n"
    files = {"people.csv": "Code,Name,Of,Town,Kind\nA,a,,Ghent,\nB,b,A,Paris,Contact\nC,c,A,,contact\n"}
    if kinds:
        files["people.csv"] += "D,d,A,Rome,delivery\n"
    recipe = partners(parent + kinds, target, top='odoo_version: "19.0"')
    problems = Migration(tmp_path, recipe, files).problems("parents_address")
    assert [problem.rows for problem in problems] == ([rows] if rows else [])
    told = "1 row: the record has a parent and an address of its own: Odoo gives a contact its parent's address."
    assert all(problem.message == told for problem in problems)
    # Up to 18, the loader gives the contact its own address back.
    assert Migration(tmp_path, partners(parent + kinds, target), files).problems("parents_address") == []


def test_tax_numbers_whose_check_digits_fail_are_told(tmp_path: Path) -> None:
    recipe = partners("      Vat: { field: vat }\n      Ctry: { field: country_id/id }")
    cells = [
        ("BE0477472701", "BE"), ("BE0477472702", "Belgium"), ("0477472702", "BE"), ("GB123456789", "GB"), ("", "BE"),
        ("/", "BE"), ("12-3456789", "US"), ("12345", ""), ("BE0477472702", ""),
    ]  # fmt: skip
    lines = "".join(f"C{place},n,{number},{country}\n" for place, (number, country) in enumerate(cells))
    problem = found(tmp_path, "vat_refused", recipe, {"people.csv": f"Code,Name,Vat,Ctry\n{lines}"})
    assert problem.rows == (3, 4, 5, 10)
    assert problem.message == "4 rows: Odoo refuses these tax numbers where it checks them (VAT module)."
    assert (problem.severity, problem.column, problem.field) == ("warning", "Vat", "vat")


def test_days_without_a_time_need_a_time_zone(tmp_path: Path) -> None:
    recipe = partners("      X: { field: date_deadline }").replace("res.partner", "project.task")
    recipe = recipe.replace("field: ref", "steps: []")
    files = people("2026-01-31", "2026-01-31 14:30:00", "")
    problem = found(tmp_path / "1", "day_before", recipe, files)
    assert (problem.severity, problem.rows) == ("warning", (2,))
    assert "west of Greenwich" in problem.message
    local = recipe.replace("recipe: 1", "recipe: 1\ntimezone: America/Chicago")
    assert not Migration(tmp_path / "2", local, files).problems("day_before")


def test_barcodes_of_different_records_are_held_back(tmp_path: Path) -> None:
    rows = "A,a,111\nB,b,111\nC,c,222\nC,c,222\nD,d,\nE,e,\nF,f,333\n"
    files = {"people.csv": f"Code,Name,X\n{rows}", "more.csv": "No,N,Bar\nG,g,333\nH,h,444\nB,x,444\n"}
    more = """\
  more:
    targets: { product.product: { id: "migr.variant.{No}" } }
    columns: { No: { field: default_code }, N: { field: name }, Bar: { field: barcode } }
lookups:"""
    recipe = of_products("{ field: barcode }").replace("lookups:", more)
    migration = Migration(tmp_path, recipe, files)
    first, second = migration.problems("value_repeats")
    assert (first.rows, first.examples, first.severity, first.station) == ((2, 3, 8), ("111", "333"), "row", "cleaning")
    assert (second.sheet, second.rows, second.column) == ("more", (2, 3, 4), "Bar")
    assert first.message == "3 rows: 'X': another record has the same Barcode, and Odoo takes each only once."
    migration.clean()
    reasons = {row["Code"]: row["Reason"] for row in migration.rows("data/rejected/people.csv")}
    assert reasons["A"] == "'X' ('111'): another record has the same Barcode, and Odoo takes each only once"
    assert [row["Code"] for row in migration.rows("data/raw/people.csv")] == ["C", "C", "D", "E"]


def test_sheets_about_the_same_records_may_repeat_their_barcodes(tmp_path: Path) -> None:
    again = """\
  more:
    targets: { res.partner: { id: "migr.partner.{No}" } }
    columns: { No: { field: ref }, N: { field: name }, Bar: { field: barcode } }
lookups:"""
    recipe = partners("      X: { field: barcode }").replace("lookups:", again)
    migration = Migration(tmp_path, recipe, {**people("111", "222"), "more.csv": "No,N,Bar\nC1,N1,111\nC3,N3,222\n"})
    assert [problem.rows for problem in migration.problems("value_repeats")] == [(3,), (3,)]


def test_required_fields_must_be_mapped_and_filled(tmp_path: Path) -> None:
    recipe = partners("      X: { field: email }")
    unmapped = found(tmp_path / "1", "required_not_mapped", recipe.replace("field: name", "field: street"), people("a"))
    assert (unmapped.severity, unmapped.field, unmapped.station) == ("left_out", "name", "mapping")
    empty = found(tmp_path / "2", "required_empty", recipe, {"people.csv": "Code,Name,X\nA,,x\nB, ,x\nC,c,x\n"})
    assert (empty.severity, empty.column, empty.rows) == ("row", "Name", (2, 3))
    typed = recipe.replace("field: email", "field: type")
    assert not Migration(tmp_path / "3", typed, {"people.csv": "Code,Name,X\nA,,delivery\n"}).problems("required_empty")


def test_what_odoo_fills_itself_is_not_asked_for() -> None:
    for version in catalog.VERSIONS:
        order, line = (catalog.load(version).model(name) for name in ("sale.order", "sale.order.line"))
        assert [field.name for field in must_be_mapped(order, {"partner_id"})] == []
        assert [field.name for field in must_be_mapped(line, {"order_id", "product_id"})] == []
        for name in ("product.template", "product.product", "res.partner", "crm.lead"):
            needed = [field.name for field in must_be_mapped(catalog.load(version).model(name), set())]
            assert needed == ["name"], (version, name)


@pytest.mark.parametrize(
    ("column", "kind", "says"),
    [
        ("{ field: no_such_field }", "unknown_field", "Odoo 18 has no field 'no_such_field' on Contact"),
        ("{ field: emial }", "unknown_field", "Did you mean 'email'?"),
        ("{ field: email/id }", "unknown_field", "'email/id'"),
        ("{ field: country_id }", "by_name", "map it as 'country_id/id', not by name"),
        ("{ field: child_ids/id }", "other_side", "filled from the other side"),
        ("{ field: user_id/id }", "no_lookup", "say which with a lookup or a reference"),
        (
            "{ field: category_id/id, lookup: tagg }",
            "no_lookup",
            "the lookup 'tagg', which the recipe does not describe",
        ),
        (
            "{ field: country_id/id, lookup: tag }",
            "wrong_model",
            "needs records of Country, but the lookup 'tag' has those of Partner Tags",
        ),
        ("{ field: country_id/id, ref: res.partner }", "wrong_model", "needs records of Country, but refers to those"),
        (
            "{ field: parent_id/id, ref: res.users }",
            "unknown_ref",
            "refers to User, which this migration lacks; it has 'Contact'.",
        ),
        ('{ field: parent_id/id, ref: res.partner, separator: ";" }', "one_record", "holds one record"),
        ("{ field: email, lookup: tag }", "plain_field", "holds plain values"),
    ],
)
def test_fields_that_cannot_be_filled_are_named(tmp_path: Path, column: str, kind: str, says: str) -> None:
    recipe = partners(f"      X: {column}", lookups="tag: { model: res.partner.category, create: true }")
    problem = found(tmp_path, kind, recipe, people("a"))
    assert says in problem.message
    assert (problem.severity, problem.column, problem.station) == ("left_out", "X", "mapping")


def test_a_model_that_this_version_lacks_is_named(tmp_path: Path) -> None:
    recipe = partners("", top='odoo_version: "19.0"').replace("res.partner:", "res.partner.title:")
    assert "Odoo 19 has no model" in found(tmp_path, "unknown_model", recipe, people("a")).message


def test_a_column_and_a_constant_cannot_fill_one_field(tmp_path: Path) -> None:
    recipe = partners("      X: { field: email }", target=', values: { email: "a@x.org" }')
    problem = found(tmp_path, "filled_twice", recipe, people("a"))
    assert (problem.severity, problem.column, problem.count) == ("left_out", "X", 2)


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ('is_company: "y"', "neither yes nor no"),
        ('country_id/id: "no"', "silently empty"),
        ('country_id/id: "US"', "is no external ID"),
        ('country_id/id: "base.zz"', "Odoo 18 does not have (base.zz)"),
        ('country_id: "base.us"', "must be given as 'country_id/id'"),
        ('nothing: "1"', "fits no field"),
    ],
)
def test_constants_are_tried_too(tmp_path: Path, values: str, says: str) -> None:
    problem = found(tmp_path, "bad_constant", partners("", target=f", values: {{ {values} }}"), people("a"))
    assert says in problem.message


def test_keys_are_there_and_unique(tmp_path: Path) -> None:
    files = {"people.csv": "Code,Name\nA,Ann\n,Bob\nB,Cid\nB,Dan\nC,Eve\nC,Eve\n"}
    migration = Migration(tmp_path, partners(""), files)
    (empty,), (disputed,), (agreed,) = (
        migration.problems(kind) for kind in ("key_empty", "key_disputed", "key_repeats")
    )
    assert (empty.rows, empty.severity) == ((3,), "row")
    assert (disputed.rows, disputed.examples, disputed.severity) == ((4, 5), ("B",), "row")
    assert (agreed.rows, agreed.severity) == ((6, 7), "warning")


@pytest.mark.parametrize(
    ("pattern", "kind", "says"),
    [
        ("migr.partner.{Kode}", "pattern_column", "did you mean 'Code'"),
        ("migr.partner", "bad_pattern", "names no column"),
        ("{Code}", "bad_pattern", "must begin with a namespace"),
        ("base.{Code}", "bad_pattern", "Odoo's own records"),
    ],
)
def test_id_patterns_are_tried(tmp_path: Path, pattern: str, kind: str, says: str) -> None:
    recipe = partners("").replace("migr.partner.{Code}", pattern)
    problem = found(tmp_path, kind, recipe, people("a"))
    assert says in problem.message
    assert problem.severity == "left_out"


def test_a_target_without_a_key_is_named(tmp_path: Path) -> None:
    recipe = partners("").replace('id: "migr.partner.{Code}"', "")
    assert found(tmp_path, "no_key", recipe, people("a")).severity == "left_out"


def test_ids_that_would_be_alike_are_shown_as_they_will_be(tmp_path: Path) -> None:
    long = "x" * 130
    files = {"people.csv": f"Code,Name\nR&D,a\nR D,b\n{long},c\n東京,d\nplain,e\n"}
    migration = Migration(tmp_path, partners(""), files)
    (alike,), (coded,) = migration.problems("ids_alike"), migration.problems("ids_coded")
    assert (alike.rows, alike.severity) == ((2, 3), "warning")
    assert "'migr.partner.R_D_" in alike.message
    assert coded.rows == (4, 5)


def test_references_lead_somewhere(tmp_path: Path) -> None:
    recipe = partners("      X: { field: parent_id/id, ref: res.partner }")
    files = {"people.csv": "Code,Name,X\nA,a,\nB,b,A\nC,c,Z\nD,d,D\nE,e,F\nF,f,E\nG,g,no\nH,h,E\n"}
    migration = Migration(tmp_path, recipe, files)
    report = migration.check()
    rows = {problem.kind: problem.rows for problem in report.problems if problem.severity == "row"}
    assert rows == {
        "reference_nowhere": (4, 8),
        "own_parent": (5,),
        "circle_of_rows": (6, 7),
        "reference_held_back": (9,),
    }
    assert [(one.rows_out, one.rejected) for one in report.sheets] == [(2, 6)]
    migration.clean()
    reasons = {row["Code"]: row["Reason"] for row in migration.rows("data/rejected/people.csv")}
    assert reasons["C"] == "'X' ('Z') leads nowhere: there is no such Contact"
    assert reasons["G"] == "'X' ('no') would silently empty 'Related Company' in Odoo"


def test_a_long_chain_of_parents_falls_with_its_first(tmp_path: Path) -> None:
    rows = "".join(f"C{number},n,C{number - 1}\n" for number in range(1, 3000))
    recipe = partners("      X: { field: parent_id/id, ref: res.partner }")
    report = Migration(tmp_path, recipe, {"people.csv": f"Code,Name,X\n{rows}"}).check()
    assert [(one.rows_out, one.rejected) for one in report.sheets] == [(0, 2999)]
    good = Migration(tmp_path / "good", recipe, {"people.csv": f"Code,Name,X\nC0,n,\n{rows}"}).check()
    assert [(one.rows_out, one.rejected) for one in good.sheets] == [(3000, 0)]


def test_a_reference_needs_a_key_of_one_column(tmp_path: Path) -> None:
    recipe = partners("      X: { field: parent_id/id, ref: res.partner }").replace("{Code}", "{Code}.{Name}")
    assert "takes several columns" in found(tmp_path, "wide_key", recipe, people("a")).message


def test_lookup_values_without_a_target_are_named(tmp_path: Path) -> None:
    recipe = partners("      X: { field: state_id/id }", top="country: US")
    problem = found(tmp_path, "lookup_nowhere", recipe, people("US-CA", "CA", "California", "", "us-ny"))
    assert (problem.lookup, problem.rows, problem.examples) == ("states", (3, 4), ("CA", "California"))
    assert "such as US-CA" in problem.message


def test_terms_are_found_by_their_whole_name_or_an_entry_and_never_guessed(tmp_path: Path) -> None:
    recipe = partners(
        "      X: { field: property_payment_term_id/id, lookup: terms }",
        lookups="terms: { model: account.payment.term, entries: { Net 30: account.account_payment_term_30days } }",
    )
    migration = Migration(tmp_path, recipe, people("Net 30", "30 days", "15 Days", "30", "30d"))
    (problem,) = migration.problems("lookup_nowhere")
    assert problem.examples == ("30", "30d")
    migration.clean()
    assert migration.text("config/lookups/terms.csv") == (
        "source_key,external_id\n"
        "15 Days,account.account_payment_term_15days\n"
        "30 days,account.account_payment_term_30days\n"
        "Net 30,account.account_payment_term_30days\n"
    )


@pytest.mark.parametrize(
    ("entry", "kind", "severity"),
    [
        ("account.no_such_term", "entry_unknown", "warning"),
        ("thirty days", "bad_entry", "left_out"),
        ("migr.term.x", "entry_nowhere", "left_out"),
    ],
)
def test_lookup_entries_are_tried(tmp_path: Path, entry: str, kind: str, severity: str) -> None:
    recipe = partners(
        "      X: { field: property_payment_term_id/id, lookup: terms }",
        lookups=f'terms: {{ model: account.payment.term, entries: {{ "30": "{entry}" }} }}',
    )
    assert found(tmp_path, kind, recipe, people("30")).severity == severity


def test_a_lookup_cannot_create_what_needs_more_than_a_name(tmp_path: Path) -> None:
    recipe = partners(
        "      X: { field: bank_ids/id }\n      Y: { field: user_id/id, lookup: users }",
        lookups="users: { model: res.users, create: true }",
    )
    problem = found(tmp_path, "required_not_mapped", recipe, {"people.csv": "Code,Name,X,Y\nA,a,,Bob\n"})
    assert "Odoo also needs" in problem.message
    assert problem.lookup == "users"


def test_terms_made_from_a_name_are_told(tmp_path: Path) -> None:
    recipe = partners(
        "      X: { field: property_payment_term_id/id, lookup: terms }",
        lookups="terms: { model: account.payment.term, create: true, "
        "entries: { Net 30: account.account_payment_term_30days } }",
    )
    problem = found(tmp_path / "1", "name_alone", recipe, people("Net 30", "60 days", "60 days"))
    assert (problem.severity, problem.lookup, problem.count, problem.examples) == ("warning", "terms", 1, ("60 days",))
    assert "due at once" in problem.message
    assert not Migration(tmp_path / "2", recipe, people("Net 30", "")).problems("name_alone")


LINES = """\
recipe: 1
sheets:
  orders:
    targets:
      sale.order: { id: "migr.o.{No}", fields: { partner_id/id: { source: P, lookup: p } } }
      sale.order.line:
        id: "migr.l.{No}.{Line}"
        fields: { order_id/id: { source: No, ref: sale.order }, MORE }
    columns: {}
lookups: { p: { model: res.partner, create: true }, product: { model: product.product, create: true } }
"""
ITEM, TEXT, ADVANCE = (
    "product_id/id: { source: I, lookup: product }",
    "name: { source: T }",
    "is_downpayment: { source: D }",
)


def test_order_lines_without_a_product_are_held_back(tmp_path: Path) -> None:
    files = {"orders.csv": "No,P,Line,I,T,D\n1,Ann,1,bolt,,\n1,Ann,2,,Delivery,\n1,Ann,3,,Paid,yes\n1,Ann,4,,,1\n"}
    for number, (fields, rows) in enumerate({ITEM: (3, 4, 5), f"{ITEM}, {TEXT}, {ADVANCE}": (3, 5)}.items()):
        problem = found(tmp_path / str(number), "no_product", LINES.replace("MORE", fields), files)
        assert (problem.severity, problem.rows, problem.column) == ("row", rows, "I")
    assert problem.message == "2 rows: 'I' is empty, and Odoo takes no order line without a product."
    unmapped = found(tmp_path / "no", "required_not_mapped", LINES.replace("MORE", TEXT), files)
    assert (unmapped.severity, unmapped.field) == ("left_out", "product_id/id")


def test_cells_that_a_step_could_not_convert_hold_their_row_back(tmp_path: Path) -> None:
    recipe = partners("      X: { field: credit_limit, steps: [parse_number] }")
    problem = found(tmp_path / "1", "could_not", recipe, people("1.5", "many", "2.5"))
    assert (problem.severity, problem.rows, problem.examples) == ("row", (3,), ("many",))
    unmapped = partners("      X: { steps: [parse_number] }")
    kept = found(tmp_path / "2", "could_not", unmapped, people("1.5", "many", "2.5"))
    assert (kept.severity, kept.count) == ("warning", 1)


def test_columns_and_sheets_that_nobody_named_are_told(tmp_path: Path) -> None:
    files = {**people("a", title="Notes"), "more.csv": "A\n1\n"}
    migration = Migration(tmp_path, partners(""), files)
    (columns,), (sheet,) = migration.problems("columns_not_named"), migration.problems("sheet_left_out")
    assert columns.examples == ("Notes",)
    told = "This column goes to no field in Odoo: 'Notes'. It stays in the bundle's data, for reference."
    assert columns.message == told
    assert (sheet.sheet, sheet.station) == ("more", "files")


def test_every_column_that_goes_to_no_field_is_told(tmp_path: Path) -> None:
    titles = [f"T{number}" for number in range(15)]
    files = {"people.csv": f"Code,Name,First,Paid,{','.join(titles)}\nA,a,b,5 EUR,{','.join('1' * 15)}\n"}
    steps = "      First: { steps: [trim] }\n      Paid: { steps: [{ parse_currency: { currency_to: Money } }] }"
    (columns,) = Migration(tmp_path, partners(steps), files).problems("columns_not_named")
    unsent = ["First", "Paid", "Money", *titles]
    assert columns.count == len(unsent)
    named = ", ".join(f"'{title}'" for title in unsent)
    told = f"These columns go to no field in Odoo: {named}. They stay in the bundle's data, for reference."
    assert columns.message == told


def test_a_column_that_steps_take_apart_for_odoo_is_not_called_left_out(tmp_path: Path) -> None:
    recipe = """\
recipe: 1
sheets:
  people:
    targets:
      res.partner: { id: "migr.p.{No}", fields: { name: { source: Whole }, zip: { source: Area } } }
    columns:
      Last: { steps: [{ name_join: { first_column: First, into: Whole } }] }
      Town: { steps: [{ split_column: { separator: " ", into: [Area, Place] } }] }
"""
    files = {"people.csv": "No,First,Last,Town,Shoe\n1,Ann,Lee,1000 Bern,38\n2,Bob,May,4000 Basel,44\n"}
    (columns,) = Migration(tmp_path, recipe, files).problems("columns_not_named")
    assert "'Place', 'Shoe'" in columns.message or "'Shoe', 'Place'" in columns.message
    assert "First" not in columns.message
    assert "Town" not in columns.message


def test_a_recipe_for_other_columns_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="E-Mail"):
        Migration(tmp_path, partners("      E-Mail: { field: email }"), people("a", title="Email")).check()


def test_the_check_changes_nothing_and_agrees_with_the_export(tmp_path: Path) -> None:
    recipe = partners("      X: { field: category_id/id, lookup: tag, separator: \";\" }",
                      lookups="tag: { model: res.partner.category, create: true }")  # fmt: skip
    migration = Migration(tmp_path, recipe, people("VIP;Retail", "VIP", "", "Retail ;VIP"))
    report = migration.check()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["files"]
    exported = migration.clean()
    assert (report.problems, report.sheets) == (exported.problems, exported.sheets)
    assert sums_up(report)
    (tags,) = report.lookups
    assert [(one.key, one.external_id, one.rows) for one in tags.keys] == [
        ("VIP", "migr.tag.VIP", 3),
        ("Retail", "migr.tag.Retail", 2),
    ]
    assert report.as_json()["lookups"][0]["unmatched"] == 0


def test_states_go_by_country_and_code_only() -> None:
    for version in catalog.VERSIONS:
        states = shipped_ids("res.country.state", version)
        assert states["us-ca"] == "base.state_us_5"
        assert "california" not in states
        assert "punjab" not in states
    assert not is_missing("base.us", "res.country", "18.0")
    assert is_missing("base.zz", "res.country", "18.0")
    assert not is_missing("studio.mine", "res.country", "18.0")


def test_parents_are_loaded_before_children() -> None:
    order, problems = ordered(
        {"c": "C", "b": "B", "a": "A"},
        [
            MappingReference("c", "b", "f", True),
            MappingReference("b", "a", "f", False),
            MappingReference("a", "a", "f", True),
        ],
    )
    assert order == ("a", "b", "c")
    assert problems == []


def test_a_circle_of_optional_references_gives_way_and_is_told() -> None:
    edges = [
        MappingReference("a", "b", "b_id", False),
        MappingReference("b", "a", "a_id", True),
        MappingReference("x", "a", "a_id", False),
    ]
    labels = {"x": "Lead", "a": "Contact", "b": "Contact (us)"}
    order, (problem,) = ordered(labels, edges)
    assert order == ("a", "x", "b")
    assert problem.message == (
        "'Contact', 'Contact (us)' refer to each other; 'b_id' of Contact can be filled only after both are loaded."
    )
    assert (problem.kind, problem.severity) == ("circle", "warning")
    _, (hard,) = ordered(labels, [*edges, MappingReference("a", "b", "c_id", True)])
    assert hard.severity == "blocking"
