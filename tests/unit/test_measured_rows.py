"""What rows are is known of cleaned rows too, of which steps have dropped some."""

from datetime import date

import pytest

from engine.clean import SheetRun
from engine.clean.measured_again import measure_again
from engine.detectors import DETECTORS
from engine.profile.sheet_profiler import profile_sheet
from engine.readers import open_source
from engine.recipe import Recipe, SheetRecipe, StepSpec
from engine.sheets.table_shape import find_table
from engine.sheets.working_file import write_working_file

LISTS = {
    "titles again": ("drop_repeated_titles", ["No,Name,City"] * 2 + [f"{n},Firm {n},Leeds" for n in range(9)]),
    "blank rows": (
        "drop_blank_rows", ["No,Name,City", *[line for n in range(9) for line in (f"{n},Firm {n},Hull", ",,")]]
    ),
    "totals": (
        "drop_total_rows", ["No,Name,Amount", *[f"{n},Firm {n},{n}.00" for n in range(9)], ",Total,36.00"]
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", LISTS)
def test_what_is_left_is_measured_where_rows_were_dropped(kind, tmp_path):
    step, lines = LISTS[kind]
    (tmp_path / "list.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    with open_source(tmp_path / "list.csv", "list.csv") as source:
        sheet = source.sheets[0]
        working = write_working_file(sheet, find_table(sheet), tmp_path / "rows.arrow")
    found = profile_sheet(working, DETECTORS, today=date(2026, 6, 1)).findings
    run = SheetRun(working, SheetRecipe(sheet.name, rows=(StepSpec(step),)), Recipe())
    measured = measure_again(run, found, DETECTORS, today=date(2026, 6, 1))
    assert measured.profile.rows == 9
    assert {column.filled for column in measured.profile.columns} == {9}
