"""The shape of a sheet's table: which rows hold its titles, where its data begins, and what its columns are called.

Titles come out of the cells of one to three title rows: joined, and made unique.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from engine.readers import Range, RawSheet, Unreadable
from engine.sheets.title_rows import other_reading, search_titles

ROW = "__row__"  # the column of source row numbers; no title may be called so
HEAD = 200  # rows that are looked at
LONGEST = 200  # characters of a title, and of a line above the table
MOST_LINES = 20  # above the table


@dataclass(frozen=True)
class TableShape:
    """Say where in a sheet its table is. Rows are source row numbers (from 1), positions are columns (from 0).

    Attributes:
        title_rows: the rows above the table that hold text, such as the title of a report.
        header_rows: the rows of column titles; empty where the first row is data already.
        first_data_row: the row that follows them.
        titles: unique titles, none of them empty; one for each of `columns`.
        raw_titles: what the sheet says in their place.
        columns: the positions that are kept.
        merged_titles: how many merged cells are among the titles.
        repeated_titles: each title that several columns have.
        untitled: the positions of columns that have data but no title.
        dropped: those of columns that have neither.
        other_header: the rows of titles by the other reading, where it is in doubt; (0,) for a table without titles.
        above: the cells of title and header rows under the table's columns, by row number; lists print them again.
    """

    title_rows: tuple[int, ...]
    header_rows: tuple[int, ...]
    first_data_row: int
    titles: tuple[str, ...]
    raw_titles: tuple[str, ...]
    columns: tuple[int, ...]
    merged_titles: int = 0
    repeated_titles: tuple[str, ...] = ()
    untitled: tuple[int, ...] = ()
    dropped: tuple[int, ...] = ()
    other_header: tuple[int, ...] = ()
    above: tuple[tuple[int, tuple[str, ...]], ...] = ()


def find_table(sheet: RawSheet, header: Sequence[int] | None = None) -> TableShape:
    """Return the shape of a sheet's table.

    Args:
        sheet: the sheet, as it was read.
        header: the source rows of the titles where somebody has chosen them, [] or [0] for a table without titles.

    Raises:
        Unreadable: the sheet does not have these rows.
    """
    head = sheet.head(HEAD)
    if header is None:
        found, first = search_titles(head, sheet.merged)
        shape = _table_shape(sheet, head, found, first)
        return replace(shape, other_header=other_reading(head, found, first))
    chosen = sorted({row for row in header if row > 0})
    last = max(chosen, default=0)
    if last > sheet.num_rows:
        raise Unreadable(
            f"The column titles should be on row {last:,}, but the sheet '{sheet.name}' has only "
            f"{sheet.num_rows:,} rows."
        )
    return _table_shape(sheet, head, chosen, last + 1)


def report_lines(sheet: RawSheet, rows: Sequence[int]) -> list[str]:
    """Return the texts of the rows above a table, such as the head of a report, one for each row."""
    head = sheet.head(max(rows, default=0))
    lines = []
    for row in rows[:MOST_LINES]:
        cells = filter(None, map(str.strip, head[row - 1]))
        lines.append(" ".join(cells)[:LONGEST])
    return lines


def _table_shape(sheet: RawSheet, head: list[list[str]], header: list[int], first: int) -> TableShape:
    """Return the shape of a table whose titles are on the rows `header`, and whose data begins on row `first`."""
    titles = _titles_of(sheet, head, header)
    kept, dropped = list[int](), list[int]()
    for position, last in enumerate(sheet.last_filled):
        has_data = last >= first
        if titles[position] or has_data:
            kept.append(position)
        else:
            dropped.append(position)
    raw = list(map(titles.__getitem__, kept))
    # In a table without titles, columns have no names that could be missing.
    untitled = [position for position in kept if header and not titles[position]]
    return TableShape(
        title_rows=tuple(_filled_rows_above(head, header, first)),
        header_rows=tuple(header),
        first_data_row=first,
        titles=unique_titles(raw, kept),
        raw_titles=tuple(raw),
        columns=tuple(kept),
        merged_titles=_merged_among(sheet.merged, header, kept),
        repeated_titles=tuple(_repeated(raw)),
        untitled=tuple(untitled),
        dropped=tuple(dropped),
        above=tuple(_cells_above(sheet, head, header, first, kept)),
    )


def _cells_above(
    sheet: RawSheet, head: list[list[str]], header: list[int], first: int, columns: Sequence[int]
) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield number and cells of each filled row above the data, as far as the columns of the table go."""
    for number in [*_filled_rows_above(head, header, first), *header]:
        cells = head[number - 1] if number <= len(head) else sheet.rows(number, 1)[0]
        texts = tuple(cells[position].strip()[:LONGEST] for position in columns)
        if any(texts):
            yield number, texts


def _titles_of(sheet: RawSheet, head: list[list[str]], header: list[int]) -> list[str]:
    """Return one title for each column of the sheet, "" for none."""
    if not header:
        return [""] * sheet.columns
    rows = {}
    for row in header:
        # A person may have chosen a row far below the head.
        rows[row] = head[row - 1] if row <= len(head) else sheet.rows(row, 1)[0]
    return joined_titles(rows, sheet.merged)


def _filled_rows_above(head: list[list[str]], header: list[int], first: int) -> list[int]:
    """Return the rows before the data that hold text but no column titles."""
    above = range(1, min(first, len(head) + 1))
    return [row for row in above if row not in header and any(map(str.strip, head[row - 1]))]


def _merged_among(merged: Sequence[Range], header: list[int], columns: Sequence[int]) -> int:
    """Return how many merged cells are on the rows of titles, over columns of the table."""
    last, count = max(columns, default=-1), 0
    for area in merged:
        if area.left <= last and any(map(area.covers_row, header)):
            count += 1
    return count


def _repeated(titles: Sequence[str]) -> list[str]:
    """Return each title that comes more than once, in order."""
    return [title for title in dict.fromkeys(titles) if title and titles.count(title) > 1]


def joined_titles(rows: Mapping[int, Sequence[str]], merged: Sequence[Range]) -> list[str]:
    """Return one title per column out of the title rows: "Customer" over "No." is "Customer No.".

    A cell of an upper row holds for all columns that it is merged over; where a row has no merged cells, for the
    empty ones to its right that have a title below.

    Args:
        rows: the cells by source row number.
        merged: the merged ranges of the sheet.
    """
    spread, below = list[list[str]](), list[Sequence[str]]()
    for number in sorted(rows, reverse=True):
        cells = list(map(_one_line, rows[number]))
        areas = [area for area in merged if area.covers_row(number) and area.right > area.left]
        if areas:
            spread.append(_spread_over_areas(cells, areas, number))
        else:
            spread.append(_spread_over_gaps(cells, below))
        below.append(rows[number])
    return list(map(_joined, zip(*reversed(spread), strict=True)))


def _one_line(cell: str) -> str:
    # A byte order mark may have come into the first title.
    return " ".join(cell.replace("\ufeff", "").split())


def _spread_over_areas(cells: list[str], areas: Sequence[Range], number: int) -> list[str]:
    """Repeat the text of each merged cell in all columns that it covers."""
    for area in areas:
        # A merged cell beside the table, where no cell holds anything, says nothing.
        if number == area.top and area.left < len(cells):
            stop = min(area.right + 1, len(cells))
            cells[area.left : stop] = [cells[area.left]] * len(cells[area.left : stop])
    return cells


def _spread_over_gaps(cells: list[str], below: Sequence[Sequence[str]]) -> list[str]:
    """Repeat each text in the empty cells to its right that have a title below."""
    last = ""
    for position, cell in enumerate(cells):
        last = cell or last
        if not cell and any(row[position].strip() for row in below):
            cells[position] = last
    return cells


def _joined(parts: Iterable[str]) -> str:
    kept: list[str] = []
    for part in parts:
        # A title merged over two rows is there twice.
        if part and part not in kept[-1:]:
            kept.append(part)
    return " ".join(kept)


def unique_titles(titles: Sequence[str], positions: Sequence[int]) -> tuple[str, ...]:
    """Return titles that are neither empty nor repeated: "Name", "Name (2)"; "Column 6" for the sixth column.

    A text of more than LONGEST characters is cut: it names a column, and nobody could distinguish it from another by
    its end.
    """
    short = list(map(_shortened, titles))
    # The numbers must not make a title that another column has already.
    used = {ROW, *short}
    seen = {"", ROW}
    found = []
    for title, position in zip(short, positions, strict=True):
        name = title
        if title in seen:
            name = _free_title(title or f"Column {position + 1}", used, bool(title))
        seen.add(title)
        used.add(name)
        found.append(name)
    return tuple(found)


def _shortened(title: str) -> str:
    if len(title) <= LONGEST:
        return title
    return f"{title[: LONGEST - 1]}…"


def _free_title(title: str, used: set[str], repeated: bool) -> str:
    """Return the title, or the first one with a number behind it that is not used."""
    if not repeated and title not in used:
        return title
    number = 2
    while f"{title} ({number})" in used:
        number += 1
    return f"{title} ({number})"
