"""The HTML of a cell: spaces that matter drawn, old and new text with what differs, whole rows of the grid.

A page holds thousands of cells, so this builds text and not templates; every text of the user is escaped here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from html import escape
from itertools import accumulate
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from migrator import cell_difference
from migrator.icons import icon

_MATTERS = re.compile(r"^ +| +$| {2,}|[^\S ]|[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_ARROW = '<span class="diff-arrow" role="img" aria-label="becomes">→</span>'
_SHOWN = {"\t": ("⇥", "tab"), "\n": ("↵", "new line"), "\r": ("↵", "new line"), "\u00a0": ("·", "no-break space")}


def _glyphs(text: str) -> list[str]:
    """The HTML of each character; spaces that one would otherwise miss are drawn."""
    html = [escape(char) for char in text]
    for match in _MATTERS.finditer(text):
        for at in range(*match.span()):
            html[at] = _drawn(text[at])
    return html


def _drawn(char: str) -> str:
    if char == " ":
        return '<span class="sp">·</span>'
    sign, name = _SHOWN.get(char, ("·", "unusual space") if char.isspace() else ("¦", "invisible character"))
    return f'<span class="sp" title="{name}">{sign}</span>'


def _visible(text: str) -> str:
    if not _MATTERS.search(text):
        return escape(text)
    return _joined(_glyphs(text))


def _joined(glyphs: Iterable[str]) -> str:
    return "".join(glyphs).replace('</span><span class="sp">', "")


def visible_spaces(value: Any) -> SafeString:
    """Text with the spaces that matter drawn: around it, doubled, tabs, line ends, invisible characters."""
    return mark_safe(_visible("" if value is None else str(value)))  # noqa: S308 - every character is escaped


@lru_cache(maxsize=4096)
def _changed(before: str, after: str) -> str:
    old, new = cell_difference.pieces(before, after)
    return f'<span class="diff">{_side("del", before, old)}{_ARROW}{_side("ins", after, new)}</span>'


def _side(tag: str, text: str, parts: Iterable[cell_difference.Piece]) -> str:
    if not text:
        return f'<{tag} class="diff-empty">empty</{tag}>'
    html = [escape(part) for part, _ in parts] if not _MATTERS.search(text) else _cut(_glyphs(text), parts)
    marked = (f"<mark>{shown}</mark>" if changed else shown for shown, (_, changed) in zip(html, parts, strict=True))
    return f"<{tag}>{''.join(marked).replace('</mark><mark>', '')}</{tag}>"


def _cut(glyphs: list[str], parts: Iterable[cell_difference.Piece]) -> list[str]:
    ends = list(accumulate(len(part) for part, _ in parts))
    return [_joined(glyphs[start:end]) for start, end in zip([0, *ends], ends, strict=False)]


def _could_not(text: str, reason: str) -> str:
    sign = icon("triangle-alert", f"Could not: {reason}")
    return f'<span class="could-not" title="{escape(reason)}">{sign}{_visible(text)}</span>'


def diff_cell(before: str, after: str, reason: str = "") -> SafeString:
    """A cell before and after: the old text struck, an arrow, the new text, with what differs marked in both.

    An unchanged cell is its text. With a `reason` the cell could not be converted and says so.
    """
    return mark_safe(_diff(before, after, reason))  # noqa: S308 - every text in it is escaped


def _diff(before: str, after: str, reason: str) -> str:
    if reason:
        return _could_not(before, reason)
    return _visible(after) if before == after else _changed(before, after)


def grid_cells(cells: Sequence[Any], columns: Sequence[Any], view: str = "both") -> SafeString:
    """The <td>s of one row of the sheet's grid, built here because a page holds thousands of them.

    A cell: before, after, reason (why it could not be converted, or ""), note (what a finding says of it, or "").
    A column: title, is_number, is_current, is_first. `view`: before, both or after.
    """
    html = "".join(_grid_cell(cell, column, view) for cell, column in zip(cells, columns, strict=True))
    return mark_safe(html)  # noqa: S308 - every text in it is escaped


def _grid_cell(cell: Any, column: Any, view: str) -> str:
    inside = _diff(cell.before, cell.after, cell.reason) if view == "both" else _visible(getattr(cell, view))
    marks = (
        (column.is_first, "is-first"),
        (column.is_number, "is-number"),
        (column.is_current, "is-current"),
        (cell.before != cell.after, "is-changed"),
        (cell.note, "is-marked"),
        (cell.reason, "is-could-not"),
    )
    classes = " ".join([name for on, name in marks if on])
    said = f' title="{escape(cell.note)}"' if cell.note else ""
    return f'<td class="{classes}" data-title="{escape(column.title)}"{said}>{inside}</td>'
