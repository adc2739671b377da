"""What rows are is known of cleaned rows too, of which steps have dropped some."""

import json
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from engine.clean import SheetRun
from engine.clean.measured_again import measure_again
from engine.detectors import DETECTORS
from engine.profile.sheet_profiler import profile_sheet
from engine.readers import open_source
from engine.recipe import Recipe, SheetRecipe, StepSpec
from engine.sheets.table_shape import find_table
from engine.sheets.working_file import FACTS, WorkingFile, write_working_file

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


def test_a_row_is_found_by_its_number_where_others_are_missing(tmp_path):
    (tmp_path / "list.csv").write_text("No,Name\n1,Ann\n,\n2,Bob\n,\n3,Cy\n", encoding="utf-8")
    with open_source(tmp_path / "list.csv", "list.csv") as source:
        sheet = source.sheets[0]
        working = write_working_file(sheet, find_table(sheet), tmp_path / "rows.arrow")
    batches = [batch.filter(pc.not_equal(batch.column("Name"), "")) for batch in working.batches()]
    facts = {**working.shape_notes, "rows": 3}
    schema = working.schema.with_metadata({**working.schema.metadata, FACTS: json.dumps(facts)})
    with pa.OSFile(str(tmp_path / "fewer.arrow"), "wb") as stream, pa.ipc.new_file(stream, schema) as writer:
        for batch in batches:
            writer.write_batch(pa.RecordBatch.from_arrays(batch.columns, schema=schema))
    fewer = WorkingFile(tmp_path / "fewer.arrow")
    assert fewer.find([6, 3, 4, 9]).column("Name").to_pylist() == ["Cy", "Bob"]
