"""Rows that are no data: blank rows, totals, notes below the table."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.sheets.row_kinds import row_kinds
from engine.sheets.working_file import LAST_ROW, ROW

FILLED = [
    ["C1", "Acme", "info@acme.com", "Boston", "10.00"],
    ["C2", "Beta", "x@beta.com", "York", "20.00"],
]


def batch(rows: list[list[str]]) -> pa.RecordBatch:
    width = max(map(len, rows))
    columns = [[row[place] if place < len(row) else "" for row in rows] for place in range(width)]
    numbers = pa.array(range(2, len(rows) + 2), pa.int32())
    names = [ROW, *(f"T{place}" for place in range(width))]
    return pa.RecordBatch.from_arrays([numbers, *(pa.array(column, pa.string()) for column in columns)], names)


def kinds_of(*rows: list[str]):
    return row_kinds(batch([*FILLED, *rows]))


@pytest.mark.parametrize("blank", ["", " ", "\t\n", "\u00a0", "\u3000 ", "\ufeff", "\u200b"])
def test_blank_rows(blank):
    rows = batch([*FILLED, [blank] * 5, ["", "", blank, "", ""], ["", "", "-", "", ""]])
    assert row_kinds(rows).blank.tolist() == [False, False, True, True, False]


TOTALS = [
    ["Total", "", "", "", "30.00"],
    ["TOTAL:", "", "", "", "30"],
    ["", "Total", "", "", "30,00 €"],
    ["*** Total ***", "", "", "", "30"],
    ["Total (EUR)", "", "", "", "EUR 30.00"],
    ["Grand total", "", "", "", "$30.00"],
    ["Subtotal Acme", "", "", "", "-10.00"],
    ["Sub-total", "2", "", "", "(10.00)"],
    ["Total for Acme", "", "", "", "10"],
    ["Summe", "", "", "", "30,00"],
    ["Gesamtsumme", "", "", "", "1.030,00"],
    ["Zwischensumme Kunde 10000", "", "", "", "30,00-"],
    ["Summe für Acme", "", "", "", "30"],
    ["Saldo", "", "", "", "30"],
    ["Saldo per 31.12.2025", "", "", "", "30"],
    ["Sous-total", "", "", "", "30"],
    ["Total général", "", "", "", "30"],
    ["Subtotaal", "", "", "", "30"],
    ["Totale", "", "", "", "30"],
    ["Suma", "", "", "", "30"],
    ["Total geral", "", "", "", "30"],
    ["Acme Total", "", "", "", "10"],
    ["Total Acme", "", "", "", "10"],
    ["Total", "", "", "", ""],
]


@pytest.mark.parametrize("row", TOTALS, ids=lambda row: next(filter(None, row)))
def test_totals(row):
    assert kinds_of(row).total.tolist() == [False, False, True]


CUSTOMERS = [
    ["C3", "Total Wine & More", "info@totalwine.com", "Bethesda", "30.00"],
    ["Total Wine & More", "", "info@totalwine.com", "", "30.00"],
    ["Total Wine & More", "", "", "", "30.00"],  # no group of this name above
    ["Total", "Gas station", "", "Paris", "30.00"],
    ["C-9", "Total", "", "", ""],
    ["Totally Fine Ltd", "", "", "", "5"],
    ["Sumatra Coffee", "", "", "", "5"],
    ["Saldo Rossi", "", "", "", "5"],
    ["Acme", "", "", "", "10"],
    ["", "", "", "", "30.00"],
    ["Gesamtschule Bonn", "", "", "", "5"],
    ["Total", "(415) 555-2671", "", "", "5"],
]


@pytest.mark.parametrize("row", CUSTOMERS, ids=lambda row: "-".join(filter(None, row)))
def test_customers_are_no_totals(row):
    assert not kinds_of(row).total.any()


def test_grand_totals_are_told_from_subtotals():
    kinds = kinds_of(
        ["Subtotal Acme", "", "", "", "10"], ["Total Acme", "", "", "", "5"], ["Grand total", "", "", "", "9"]
    )
    assert kinds.total.tolist() == [False, False, True, True, True]
    assert kinds.grand.tolist() == [False, False, False, False, True]


def test_a_table_of_two_columns():
    rows = batch([["Acme", "10"], ["Total Wine & More", "20"], ["Total", "30"]])
    assert row_kinds(rows).total.tolist() == [False, False, True]


def test_one_column_has_no_totals():
    assert not row_kinds(batch([["Acme"], ["Total"]])).total.any()


NOTES = [
    "Printed by accounting, page 1 of 1",
    "Sunday, November 22, 2026 04:31 PM GMT-06:00",
    "Seite 3 von 3",
    "22.11.2026 16:31",
    "Generated on 2026-11-22",
    "Gedruckt am 22.11.2026",
    "90 records",
    "Anzahl Kunden: 90",
    "Accrual basis",
    "© Acme Inc.",
    "*** End of report ***",
]


@pytest.mark.parametrize("text", NOTES)
def test_notes_below_the_table(text):
    kinds = kinds_of(["", "", "", "", ""], [text, "", "", "", ""])
    assert kinds.footer.tolist() == [False, False, False, True]
    assert kinds_of([text]).footer.tolist() == [False, False, True]


def test_single_cells_set_off_by_a_blank_row_are_notes():
    assert kinds_of([""], ["Ask Mary before you send this"], ["Thanks"]).footer.tolist() == [False] * 3 + [True] * 2
    assert not kinds_of(["Delta Company"]).footer.any()


def test_notes_stand_at_the_end_only():
    assert not kinds_of(["Seite 1 von 3"], FILLED[0]).footer.any()


def test_a_batch_that_does_not_end_the_sheet_has_no_notes():
    rows = batch([*FILLED, ["Seite 1 von 3"]])
    for last, found in ((4, True), (5, False)):
        schema = rows.schema.with_metadata({LAST_ROW: str(last)})
        assert row_kinds(rows.cast(schema)).footer.any() == found


def test_a_table_that_mostly_has_single_cells_has_no_notes():
    assert not row_kinds(batch([["Acme", "", ""], ["Beta", "", ""], ["", "", ""], ["Gamma", "", ""]])).footer.any()


def test_slices_are_looked_at_where_they_begin():
    rows = batch([*FILLED, ["Total", "", "", "", "30"], [""], ["Page 1"]])
    whole, part = row_kinds(rows), row_kinds(rows.slice(2))
    for name in ("blank", "total", "footer", "grand", "data"):
        assert getattr(part, name).tolist() == getattr(whole, name).tolist()[2:]


@given(st.lists(st.lists(st.text(max_size=6) | st.just("Total"), min_size=3, max_size=3), min_size=1, max_size=6))
def test_every_row_has_one_kind(rows):
    kinds = row_kinds(batch(rows))
    assert (kinds.blank.astype(int) + kinds.total + kinds.footer + kinds.data == 1).all()
    assert row_kinds(batch(rows)).blank.tolist() == [all(is_space(text) for text in row) for row in rows]


def is_space(text: str) -> bool:
    return all(letter.isspace() or letter in "\ufeff\u200b\u200c\u200d\u2060\u00ad" for letter in text)
