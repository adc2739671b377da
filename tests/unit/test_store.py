"""Working files: what is written is found again, by page, by position and by source row."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.ipc as ipc
import pytest

from engine.sheets.table_shape import find_table
from engine.sheets.working_file import ROW, WorkingFile, write_working_file
from tests.source_files import csv_text, opened

ROWS = 150_000


@pytest.fixture(scope="module")
def long(tmp_path_factory) -> WorkingFile:
    """150,000 rows below a report title and titles on row 3; every thousandth cell of Name is empty."""
    lines = ["Report;;", ";;", "Code;Name;Amount"]
    lines += [f"C{n};{'' if n % 1000 == 0 else f'Name {n}'};{n}.50" for n in range(ROWS)]
    with opened("\n".join(lines).encode(), "long.csv") as source:
        [sheet] = source.sheets
        return write_working_file(sheet, find_table(sheet), tmp_path_factory.mktemp("store") / "long.arrow")


def small(folder: Path, rows: list[list[str]]) -> WorkingFile:
    with opened(csv_text(rows), "table.csv") as source:
        [sheet] = source.sheets
        return write_working_file(sheet, find_table(sheet), folder / "small.arrow")


def test_titles_rows_and_batches(long):
    assert long.titles == ("Code", "Name", "Amount")
    assert long.num_rows == ROWS
    batches = list(long.batches())
    assert all(batch.num_rows <= 65_536 for batch in batches)
    assert len(batches) <= 6
    assert batches[0].schema.names == [ROW, "Code", "Name", "Amount"]
    assert batches[0].schema.types == [pa.int32(), pa.string(), pa.string(), pa.string()]
    rows = pa.concat_arrays([batch.column(ROW) for batch in batches])
    assert rows.to_pylist() == list(range(4, ROWS + 4))
    assert all(column.null_count == 0 for batch in batches for column in batch.columns)


def test_batches_of_some_columns_come_in_the_order_asked_for(long):
    batch = next(long.batches(["Amount", "Code"]))
    assert batch.schema.names == [ROW, "Amount", "Code"]
    assert batch.slice(0, 1).to_pylist() == [{ROW: 4, "Amount": "0.50", "Code": "C0"}]
    assert next(long.batches([])).schema.names == [ROW]
    with pytest.raises(KeyError):
        next(long.batches(["Nothing"]))


@pytest.mark.parametrize("start", [0, 1, 65_500, 65_533, 131_000, ROWS - 10, ROWS, ROWS + 5, "border"])
def test_pages(long, start):
    start = next(long.batches()).num_rows - 20 if start == "border" else start
    page = long.page(start, 50)
    expected = range(start, min(start + 50, ROWS))
    assert page[ROW].to_pylist() == [n + 4 for n in expected]
    assert page["Code"].to_pylist() == [f"C{n}" for n in expected]
    assert page["Code"].num_chunks <= 1
    assert long.page(start, 50, ["Name"]).column_names == [ROW, "Name"]


def test_rows_by_position_in_any_order(long):
    positions = [149_999, 0, 70_000, 70_000, 65_533, 65_532]
    assert long.take(positions)["Code"].to_pylist() == [f"C{n}" for n in positions]
    assert long.take([]).num_rows == 0
    with pytest.raises(IndexError):
        long.take([ROWS])


def test_rows_by_source_row(long):
    found = long.find([4, 150_003, 70_004, 3, 150_004])
    assert found[ROW].to_pylist() == [4, 150_003, 70_004]
    assert found["Code"].to_pylist() == ["C0", "C149999", "C70000"]


def test_it_is_one_arrow_file_that_says_what_it_holds(long):
    with ipc.open_file(pa.memory_map(str(long.path))) as reader:
        assert reader.schema.names == [ROW, "Code", "Name", "Amount"]
    notes = long.shape_notes
    assert json.dumps(notes)
    assert (notes["file"], notes["sheet"], notes["hidden"], notes["date1904"]) == ("long.csv", "long", False, False)
    assert (notes["encoding"], notes["delimiter"], notes["rows"]) == ("utf-8", ";", ROWS)
    assert notes["shape"]["title_rows"] == [1]
    assert notes["shape"]["header_rows"] == [3]


def test_all_rows_are_kept_blank_ones_and_totals_too(tmp_path):
    rows = [["Name", "Amount"], ["Acme", "1"], ["", ""], ["Total", "1"], ["", ""], ["Page 1", ""]]
    assert small(tmp_path, rows).page(0, 10)["Name"].to_pylist() == ["Acme", "", "Total", "", "Page 1"]


def test_titles_alone_make_an_empty_table(tmp_path):
    found = small(tmp_path, [["Name", "City", "Zip"]])
    assert (found.num_rows, found.titles) == (0, ("Name", "City", "Zip"))
    assert list(found.batches()) == []
    assert found.page(0, 50).column_names == [ROW, "Name", "City", "Zip"]
    assert found.find([1, 2]).num_rows == 0


def test_dropped_columns_are_not_there(tmp_path):
    found = small(tmp_path, [["", "Name", "", "City"], ["", "Acme", "", "Bonn"], ["", "Beta", "", "Rome"]])
    assert found.page(0, 1).to_pylist() == [{ROW: 2, "Name": "Acme", "City": "Bonn"}]


def test_uneven_rows_above_the_table_are_not_noted(tmp_path):
    content = b"Report\nNo,Name,City\n1,a,b\n2,a\n3,a,b\n4,a,b\n5,a,b\n6,a,b\n"
    with opened(content, "table.csv") as source:
        working = write_working_file(source.sheets[0], find_table(source.sheets[0]), tmp_path / "t.arrow")
    [note] = working.shape_notes["notes"]
    assert (note["slug"], note["count"], note["rows"]) == ("ragged_rows", 1, [4])
    assert note["examples"] == ["Row 4 has 2 values, expected 3"]


def test_progress_and_a_cancel_that_leaves_nothing(tmp_path):
    told: list[tuple[int, int]] = []
    with opened(csv_text([["Name", "No"], *([f"n{n}", str(n)] for n in range(70_000))]), "table.csv") as source:
        [sheet] = source.sheets
        shape = find_table(sheet)
        write_working_file(sheet, shape, tmp_path / "whole.arrow", lambda done, total: told.append((done, total)))
        assert told == [(65_535, 70_000), (70_000, 70_000)]

        def cancel(done: int, total: int) -> None:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            write_working_file(sheet, shape, tmp_path / "cancelled.arrow", cancel)
    assert [path.name for path in tmp_path.iterdir()] == ["whole.arrow"]


def test_the_same_rows_give_the_same_bytes(tmp_path):
    rows = [["Name", "No"], ["Acme", "1"], ["Beta", "2"]]
    first = small(tmp_path, rows).path.read_bytes()
    assert small(tmp_path, rows).path.read_bytes() == first
