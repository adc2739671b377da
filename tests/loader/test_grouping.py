"""Which columns go along with a record, and how many records go in one call."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from odoo_migrate.loading.record_calls import LARGEST, SMALLEST, BatchSize
from odoo_migrate.loading.sent_columns import columns_of_new, filled_by_odoo, grouped
from odoo_migrate.odoo.server_records import ServerField

FIELDS = {
    "name": ServerField("name", "char"),
    "lang": ServerField("lang", "selection", depends=("parent_id",)),
    "active": ServerField("active", "boolean"),
    "credit_limit": ServerField("credit_limit", "float", company_dependent=True),
    "country_id": ServerField("country_id", "many2one"),
}
COLUMNS = ("name", "lang", "active", "credit_limit", "country_id/id")


def test_only_what_odoo_would_fill_itself_is_minded():
    assert filled_by_odoo(COLUMNS, FIELDS, {"active": True, "name": False}) == {1, 2, 3}


def test_a_new_record_is_not_given_empty_cells_where_odoo_has_a_default():
    care = filled_by_odoo(COLUMNS, FIELDS, {"active": True})
    assert columns_of_new(["A", "", "", "", ""], care, clear_empty=False) == (0, 4)
    assert columns_of_new(["A", "en_US", "0", "", ""], care, clear_empty=False) == (0, 1, 2, 4)
    assert columns_of_new(["A", "", "", "", ""], care, clear_empty=True) == (0, 1, 2, 3, 4)


@given(st.lists(st.tuples(st.tuples(st.booleans()).map(tuple), st.integers())))
def test_grouping_loses_nothing_and_keeps_the_order(items):
    groups = grouped(items)
    assert sorted(one for group in groups.values() for one in group) == sorted(one for _, one in items)
    for columns, group in groups.items():
        assert group == [one for key, one in items if key == columns]


def test_batches_grow_while_the_server_is_quick_and_shrink_when_it_is_slow():
    size = BatchSize()
    sizes = []
    for _ in range(6):
        size.took(size.records, size.records / 1000)
        sizes.append(size.records)
    assert sizes == [200, 400, 800, 1000, 1000, 1000]
    size.took(1000, 60)
    assert size.records == 500
    for _ in range(20):
        size.took(size.records, size.records)
    assert size.records == SMALLEST


def test_a_small_batch_makes_nothing_grow():
    size = BatchSize()
    size.took(3, 0.01)
    assert size.records == 100


@given(st.lists(st.tuples(st.integers(0, 2000), st.floats(0, 1000))))
def test_the_size_stays_in_its_bounds(answers):
    size, fixed = BatchSize(), BatchSize(37)
    for records, seconds in answers:
        size.took(records, seconds)
        fixed.took(records, seconds)
        assert SMALLEST <= size.records <= LARGEST
        assert fixed.records == 37
