"""Column titles out of the cells of one to three title rows: joined, and made unique."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from engine.readers.reader import Range

ROW = "__row__"  # the column of source row numbers; no title may be called so


def joined_titles(rows: Mapping[int, Sequence[str]], merged: Sequence[Range]) -> list[str]:
    """One title per column from the title rows (source row number -> cells): "Customer" over "No." is "Customer No.".

    A cell of an upper row stands for all columns that it is merged over; where a row has no merged cells, for the
    empty ones to its right that have a title below.
    """
    numbers = sorted(rows)
    spread = []
    for place, number in enumerate(numbers):
        cells = [" ".join(cell.replace("\ufeff", "").split()) for cell in rows[number]]
        own = [area for area in merged if area.top <= number <= area.bottom and area.right > area.left]
        below = [rows[lower] for lower in numbers[place + 1 :]]
        spread.append(_merged(cells, own, number) if own else _carried(cells, below))
    return [_joined(parts) for parts in zip(*spread, strict=True)]


def _merged(cells: list[str], areas: Sequence[Range], number: int) -> list[str]:
    for area in areas:
        if number == area.top:
            stop = min(area.right + 1, len(cells))
            cells[area.left : stop] = [cells[area.left]] * len(cells[area.left : stop])
    return cells


def _carried(cells: list[str], below: Sequence[Sequence[str]]) -> list[str]:
    last = ""
    for place, cell in enumerate(cells):
        last = cell or last
        if not cell and any(row[place].strip() for row in below):
            cells[place] = last
    return cells


def _joined(parts: Iterable[str]) -> str:
    kept: list[str] = []
    for part in parts:
        if part and part not in kept[-1:]:
            kept.append(part)
    return " ".join(kept)


LONGEST = 200


def unique_titles(titles: Sequence[str], positions: Sequence[int]) -> tuple[str, ...]:
    """Titles that are neither empty nor repeated: "Name", "Name (2)"; "Column 6" for the sixth column. A text of more
    than LONGEST characters is cut: it names a column, and nobody could tell it from another by its end.
    """
    titles = [title if len(title) <= LONGEST else f"{title[: LONGEST - 1]}…" for title in titles]
    used = {ROW, *titles}
    met = {"", ROW}
    found = []
    for title, position in zip(titles, positions, strict=True):
        name = title if title not in met else _free(title or f"Column {position + 1}", used, bool(title))
        met.add(title)
        used.add(name)
        found.append(name)
    return tuple(found)


def _free(title: str, used: set[str], repeated: bool) -> str:
    """The title, or the first one with a number behind it that is not used."""
    if not repeated and title not in used:
        return title
    number = 2
    while f"{title} ({number})" in used:
        number += 1
    return f"{title} ({number})"
