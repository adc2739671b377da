"""Where in a sheet the table is: report titles above it, one to three rows of column titles, then data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.readers.reader import Range, RawSheet, Unreadable
from engine.sheets.column_titles import joined_titles, unique_titles
from engine.sheets.title_rows import HeadRow, rows_of

HEAD = 200  # rows that are looked at
SEARCHED = 50  # rows among which the titles are
DEEPEST = 3  # rows of titles


@dataclass(frozen=True)
class TableShape:
    """What was found. Rows are source row numbers (from 1), positions are columns of the sheet (from 0).

    `titles` are unique and none is empty, `raw_titles` is what the sheet says; both have one entry for each of
    `columns`, the positions that are kept. `title_rows` are the rows above the table that hold text, `header_rows`
    is empty where the first row is data already. `merged_titles` counts merged cells among the titles,
    `repeated_titles` names each title that stands over several columns, `untitled` holds the positions of columns
    that have data but no title, `dropped` those of columns that have neither.
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


def find_table(sheet: RawSheet, header: Sequence[int] | None = None) -> TableShape:
    """The table of a sheet, its titles on the source rows `header` where these are given ([] or [0] for a table
    without titles). Raises Unreadable for rows that the sheet does not have."""
    head = sheet.head(HEAD)
    if header is None:
        found, first = _search(head, sheet.merged)
        return _shape(sheet, head, found, first)
    chosen = sorted({row for row in header if row > 0})
    if chosen and chosen[-1] > sheet.num_rows:
        raise Unreadable(
            f"The column titles should be on row {chosen[-1]:,}, but the sheet '{sheet.name}' has only "
            f"{sheet.num_rows:,} rows."
        )
    return _shape(sheet, head, chosen, chosen[-1] + 1 if chosen else 1)


def _shape(sheet: RawSheet, head: list[list[str]], header: list[int], first: int) -> TableShape:
    rows = {row: head[row - 1] if row <= len(head) else sheet.rows(row, 1)[0] for row in header}
    titles = joined_titles(rows, sheet.merged) if rows else [""] * sheet.columns
    with_data = [last >= first for last in sheet.last_filled]
    kept = [place for place in range(sheet.columns) if titles[place] or with_data[place]]
    raw = tuple(titles[place] for place in kept)
    above = [row for row in range(1, min(first, len(head) + 1)) if row not in rows]
    return TableShape(
        title_rows=tuple(row for row in above if any(map(str.strip, head[row - 1]))),
        header_rows=tuple(header),
        first_data_row=first,
        titles=unique_titles(raw, kept),
        raw_titles=raw,
        columns=tuple(kept),
        merged_titles=sum(any(area.top <= row <= area.bottom for row in header) for area in sheet.merged),
        repeated_titles=tuple(title for title in dict.fromkeys(raw) if title and raw.count(title) > 1),
        untitled=tuple(place for place in kept if not titles[place]) if header else (),
        dropped=tuple(place for place in range(sheet.columns) if place not in set(kept)),
    )


def _search(head: list[list[str]], merged: Sequence[Range]) -> tuple[list[int], int]:
    """The title rows and the first row of data."""
    rows = rows_of(head)
    wide = [row for row in rows[:SEARCHED] if row.is_wide] or [row for row in rows if row.filled][:1]
    if not wide:
        return [], 1
    best = wide[0]
    for row in wide:
        if row.score > best.score and row.is_clearer_than(best):
            best = row
        if row.is_data:
            break
    if best.score <= 0:
        return [], wide[0].number
    header = _downwards(_upwards([best.number], rows, merged), rows, merged)
    return header, header[-1] + 1


def _upwards(header: list[int], rows: list[HeadRow], merged: Sequence[Range]) -> list[int]:
    """Rows of group titles above: "Customer" over "No." and "Name"."""
    while len(header) < DEEPEST and header[0] > 1:
        above, below = rows[header[0] - 2], rows[header[0] - 1]
        areas = [area for area in merged if area.top <= above.number <= area.bottom]
        if not above.looks_like_titles or not _groups(above, below, areas):
            break
        header = [above.number, *header]
    return header


def _groups(above: HeadRow, below: HeadRow, areas: Sequence[Range]) -> bool:
    """The cells of `above` are titles of groups, or stand over gaps: not a report title over everything."""
    partial = [area for area in areas if area.right - area.left + 1 < len(below.filled)]
    if any(area.right > area.left or area.bottom > above.number for area in partial):
        return True
    over_gaps = sum(place not in below.filled for place in above.filled)
    return not areas and len(above.filled) > 1 and (len(above.filled) > 2 or over_gaps > 0 or below.has_repeats)


def _downwards(header: list[int], rows: list[HeadRow], merged: Sequence[Range]) -> list[int]:
    """Rows of units and second halves of titles below."""
    while len(header) < DEEPEST and header[-1] < len(rows):
        above, below = rows[header[-1] - 1], rows[header[-1]]
        if not below.looks_like_titles or not _continues(above, below, merged):
            break
        header = [*header, below.number]
    return header


def _continues(above: HeadRow, below: HeadRow, merged: Sequence[Range]) -> bool:
    """`below` holds titles too: a title is merged over both rows, or it fills gaps between titles and leaves others
    empty, or it has words over numbers and dates, like the titles themselves."""
    if any(area.top == above.number < area.bottom for area in merged):
        return True
    fills, leaves = below.filled.keys() - above.filled.keys(), above.filled.keys() - below.filled.keys()
    if fills and min(above.filled) in leaves and not below.against:
        return True
    return not below.against and below.strong >= min(2, len(below.filled))
