"""The HTML of a cell: spaces that matter drawn, old and new text with what differs, whole rows of the grid.

A page holds thousands of cells, so this builds text and not templates; every text of the user is escaped here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from html import escape
from itertools import accumulate, pairwise
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from migrator.icons import icon

COMPARED_CHARS = 100  # a longer cell is compared as a whole: the differences inside it would take too long to find
Piece = tuple[str, bool]  # a part of a text, and whether it changed
Span = tuple[bool, int, int, int, int]  # unchanged?, from and to in the old text, from and to in the new

# Spaces at the ends, several in a row, other white space than " ", and characters without a width.
_EASILY_MISSED = re.compile(r"^ +| +$| {2,}|[^\S ]|[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_ARROW = '<span class="diff-arrow" role="img" aria-label="becomes">→</span>'
_DRAWN = {"\t": ("⇥", "tab"), "\n": ("↵", "new line"), "\r": ("↵", "new line"), "\u00a0": ("·", "no-break space")}


# --- What the templates call ----------------------------------------------------------------------------------
def visible_spaces(value: Any) -> SafeString:
    """Return a text with the spaces that matter drawn: around it, doubled, tabs, line ends, invisible characters."""
    return mark_safe(_visible("" if value is None else str(value)))  # noqa: S308 - every character is escaped


def diff_cell(before: str, after: str, reason: str = "") -> SafeString:
    """Return a cell before and after: the old text struck, an arrow, the new text, with what differs marked in both.

    An unchanged cell is its text. With a `reason` the cell could not be converted and says so.
    """
    return mark_safe(_diff(before, after, reason))  # noqa: S308 - every text in it is escaped


def grid_cells(cells: Sequence[Any], columns: Sequence[Any], view: str = "both") -> SafeString:
    """Return the <td>s of one row of the sheet's grid.

    Args:
        cells: each with before, after, reason (why it could not be converted, or "") and note (what a finding says
            of it, or "").
        columns: each with title, is_number, is_current and is_first, in the order of the cells.
        view: which texts to show: before, both or after.
    """
    row = [_grid_cell(cell, column, view) for cell, column in zip(cells, columns, strict=True)]
    return mark_safe("".join(row))  # noqa: S308 - every text in it is escaped


# --- Cells ----------------------------------------------------------------------------------------------------
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
    note = f' title="{escape(cell.note)}"' if cell.note else ""
    return f'<td class="{classes}" data-title="{escape(column.title)}"{note}>{inside}</td>'


def _diff(before: str, after: str, reason: str) -> str:
    if reason:
        return _could_not(before, reason)
    return _visible(after) if before == after else _changed(before, after)


def _could_not(text: str, reason: str) -> str:
    sign = icon("triangle-alert", f"Could not: {reason}")
    return f'<span class="could-not" title="{escape(reason)}">{sign}{_visible(text)}</span>'


@lru_cache(maxsize=4096)
def _changed(before: str, after: str) -> str:
    old, new = pieces(before, after)
    return f'<span class="diff">{_side("del", before, old)}{_ARROW}{_side("ins", after, new)}</span>'


def _side(tag: str, text: str, parts: Sequence[Piece]) -> str:
    """Return the old (`del`) or the new (`ins`) text with its changed parts marked."""
    if not text:
        return f'<{tag} class="diff-empty">empty</{tag}>'
    drawn = _EASILY_MISSED.search(text) is not None
    shown = _cut(_glyphs(text), parts) if drawn else _escaped(parts)
    html = ""
    for part, (_, changed) in zip(shown, parts, strict=True):
        html += f"<mark>{part}</mark>" if changed else part
    return f"<{tag}>{html.replace('</mark><mark>', '')}</{tag}>"


def _escaped(parts: Iterable[Piece]) -> list[str]:
    return [escape(part) for part, _ in parts]


def _cut(glyphs: list[str], parts: Iterable[Piece]) -> list[str]:
    """Return the drawn characters joined part by part."""
    ends = accumulate((len(part) for part, _ in parts), initial=0)
    return [_joined(glyphs[start:end]) for start, end in pairwise(ends)]


# --- Spaces that one would otherwise miss ---------------------------------------------------------------------
def _visible(text: str) -> str:
    if not _EASILY_MISSED.search(text):
        return escape(text)
    return _joined(_glyphs(text))


def _glyphs(text: str) -> list[str]:
    """Return the HTML of each character."""
    html = [escape(char) for char in text]
    for match in _EASILY_MISSED.finditer(text):
        for at in range(*match.span()):
            html[at] = _drawn(text[at])
    return html


def _drawn(char: str) -> str:
    if char == " ":
        return '<span class="sp">·</span>'
    otherwise = ("·", "unusual space") if char.isspace() else ("¦", "invisible character")
    sign, name = _DRAWN.get(char, otherwise)
    return f'<span class="sp" title="{name}">{sign}</span>'


def _joined(glyphs: Iterable[str]) -> str:
    """Return the glyphs in a row; neighbouring spaces share one element, which keeps a page of thousands small."""
    return "".join(glyphs).replace('</span><span class="sp">', "")


# --- What changed inside a cell -------------------------------------------------------------------------------
@lru_cache(maxsize=4096)
def pieces(before: str, after: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Return both texts cut into pieces, each marked as changed or not.

    Where little is left of the old text nothing is marked: single common letters would only be noise.
    """
    whole = (((before, False),), ((after, False),))
    if max(len(before), len(after)) > COMPARED_CHARS or not before or not after:
        return whole
    spans = _same_letters(before, after) or _common_parts(before, after)
    kept = sum(old_end - old for unchanged, old, old_end, _, _ in spans if unchanged)
    if kept * 2 < min(len(before), len(after)):
        return whole
    old = tuple((before[a:b], not unchanged) for unchanged, a, b, _, _ in spans if b > a)
    new = tuple((after[a:b], not unchanged) for unchanged, _, _, a, b in spans if b > a)
    return old, new


def _same_letters(before: str, after: str) -> list[Span]:
    """Compare position by position where only upper and lower case differ; [] where more does.

    That reads better than the parts that the two texts have in common.
    """
    if len(before) != len(after) or before.casefold() != after.casefold():
        return []
    return [(old == new, at, at + 1, at, at + 1) for at, (old, new) in enumerate(zip(before, after, strict=True))]


def _common_parts(before: str, after: str) -> list[Span]:
    """Compare the middles of two texts; what both begin and end with is most of them, as a rule, and costs nothing."""
    start = _shared(before, after)
    rest = min(len(before), len(after)) - start
    end = _shared(before[::-1][:rest], after[::-1][:rest])
    old, new = before[start : len(before) - end], after[start : len(after) - end]
    middle = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    inner = [(tag == "equal", start + a, start + b, start + c, start + d) for tag, a, b, c, d in middle]
    first, last = (True, 0, start, 0, start), (True, len(before) - end, len(before), len(after) - end, len(after))
    return [first, *inner, last]


def _shared(one: str, other: str) -> int:
    """Return how many characters both begin with."""
    shortest = min(len(one), len(other))
    for at in range(shortest):
        if one[at] != other[at]:
            return at
    return shortest
