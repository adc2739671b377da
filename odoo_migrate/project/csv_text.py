"""Write and read CSV as the project files use it: commas, LF line ends, quotes only where needed."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence

from odoo_migrate.project.yaml_text import FormatError

_NEEDS_QUOTES = re.compile('[",\r\n]')
MAX_CELL = 2**27  # characters: longer than Python's cautious default, and still an end to a quote that never closes
csv.field_size_limit(MAX_CELL)


def line(cells: Sequence[str]) -> str:
    """Return one record with its line end.

    A single empty cell is quoted, since an empty line is no record.
    """
    if len(cells) == 1 and not cells[0]:
        return '""\n'
    # One search for a whole record: most records need no quotes at all.
    if _NEEDS_QUOTES.search("".join(cells)):
        cells = [_cell(cell) for cell in cells]
    return ",".join(cells) + "\n"


def _cell(cell: str) -> str:
    if '"' in cell:
        doubled = cell.replace('"', '""')
        return f'"{doubled}"'
    if "," in cell or "\n" in cell or "\r" in cell:
        return f'"{cell}"'
    return cell


def cells(record: str) -> list[str]:
    """Return the cells of one record as `line` wrote it."""
    record = record.removesuffix("\n")
    # Faster than Python's reader, and the same where nothing is quoted.
    if '"' not in record:
        return record.split(",")
    return next(csv.reader([record], strict=True))


def text(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a whole file with its titles."""
    return line(titles) + "".join(line(row) for row in rows)


def records(content: str, shown: str, titles: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """Yield (line, cells) of every record after the titles; raise FormatError where these are not `titles`."""
    reader = csv.reader(io.StringIO(content, newline=""), strict=True)
    try:
        if next(reader, []) != list(titles):
            raise FormatError(f"the first line must be {','.join(titles)}.", shown, 1)
        for cells in reader:
            if len(cells) != len(titles):
                raise FormatError(f"{len(titles)} cells are expected, not {len(cells)}.", shown, reader.line_num)
            yield reader.line_num, cells
    except csv.Error as problem:
        raise FormatError("a quote or a cell is not closed as it should be.", shown, reader.line_num) from problem
