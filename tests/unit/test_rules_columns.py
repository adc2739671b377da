"""Rules on whole columns say what the scalar rules say of every cell."""

from __future__ import annotations

import sys

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.bundle.column_rules import SPACES, blank, refused_by
from odoo_migrate.catalog import OdooField
from odoo_migrate.project.external_ids import is_empty
from odoo_migrate.rules.value_rules import value_cautions, value_rules

ALPHABET = "0123456789-+.:eETZ ,\n\x1f\u0663"
DAYS = st.from_regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", fullmatch=True) | st.sampled_from(
    ["0000-01-01", "0001-01-01", "9999-12-31", "2024-02-29", "2023-02-29", "2026-01-31 24:00", "2026-01-31 23:59:59"]
)
NUMBERS = st.from_regex(r"-?[0-9]{0,12}(\.[0-9]{0,6})?([eE]-?[0-9]{0,3})?", fullmatch=True) | st.sampled_from(
    ["2147483647", "2147483648", "-2147483648", "-2147483649", "0" * 30 + "7", "9" * 40, "-0", "1.2300", "1.2301"]
)
CELLS = st.text(ALPHABET, max_size=24) | DAYS | NUMBERS | st.text(max_size=8)
FIELDS = [
    OdooField("x", type_, "X", digits=(16, 2))
    for type_ in ("boolean", "date", "datetime", "integer", "float", "monetary", "binary")
] + [OdooField("code", "char", "Code", size=5), OdooField("tz", "selection", "Zone")]


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.type)
@given(st.lists(CELLS, max_size=12))
def test_columns_are_judged_as_cells_are(field: OdooField, cells: list[str]) -> None:
    column = pl.Series(cells, dtype=pl.String)
    for rule in (*value_rules(field, "18.0"), *value_cautions(field, "UTC")):
        expected = [bool(cell) and not rule.accepts(cell) for cell in cells]
        assert refused_by(rule, field)(column).to_list() == expected, rule.kind


@given(st.lists(st.text(SPACES + "x", max_size=4) | st.text(max_size=4), max_size=12))
def test_what_is_blank_is_so_on_both_sides(cells: list[str]) -> None:
    assert blank(pl.Series(cells, dtype=pl.String)).to_list() == [is_empty(cell) for cell in cells]


def test_every_space_of_python_is_known() -> None:
    assert set(SPACES) == {char for char in map(chr, range(sys.maxunicode + 1)) if char.isspace()}
