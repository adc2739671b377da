"""Small working files for tests, made by the real reader and writer."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from engine.readers import open_source
from engine.sheets.table_shape import TableShape, find_table
from engine.sheets.working_file import WorkingFile, write_working_file

SAMPLES = Path(__file__).parent / "samples"


def working_file(folder: Path, titles: Sequence[str], rows: Sequence[Sequence[str]]) -> WorkingFile:
    """A working file with these titles (on row 1 of its source) and rows."""
    source_file = folder / "table.csv"
    with source_file.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, quoting=csv.QUOTE_ALL).writerows([titles, *rows])
    shape = TableShape((), (1,), 2, tuple(titles), tuple(titles), tuple(range(len(titles))))
    with open_source(source_file, source_file.name) as source:
        return write_working_file(source.sheets[0], shape, folder / "table.arrow")


def sample_file(folder: Path, name: str, sheet: str, header: Sequence[int] = (1,)) -> WorkingFile:
    """A sheet of one of the sample files, its titles on the source rows `header`."""
    with open_source(SAMPLES / name, name) as source:
        raw = next(one for one in source.sheets if one.name == sheet)
        return write_working_file(raw, find_table(raw, header), folder / "sample.arrow")
