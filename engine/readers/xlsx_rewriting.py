"""Blocks of worksheets and shared strings that are written in an unusual way, written the usual way.

Namespace prefixes, attributes in another order, comments, text in several runs, cells without a reference: an XML
parser understands them all, only more slowly.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

from defusedxml.ElementTree import fromstring

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_KEPT = {"\r": "&#13;", "\n": "&#10;", "\t": "&#9;"}


def rewritten_rows(block: bytes, root: bytes, last_row: int) -> bytes:
    """A block of rows, which follow row `last_row`. `root` is the start tag of the worksheet."""
    written = []
    for row in _items(block, root, "row"):
        last_row = int(row.get("r") or last_row + 1)
        cells = "".join(_cells(row, last_row))
        written.append(f'<row r="{last_row}">{cells}</row>')
    return "".join(written).encode()


def rewritten_strings(block: bytes, root: bytes) -> bytes:
    """A block of shared strings. `root` is the start tag of their part."""
    texts = (_text(item) for item in _items(block, root, "si"))
    return "".join(f"<si><t>{escape(text, _KEPT)}</t></si>" for text in texts).encode()


def _items(block: bytes, root: bytes, name: str) -> Iterator[Element]:
    end = b"</" + root[1:].split(None, 1)[0].rstrip(b"/>") + b">"
    return fromstring(root + block + end, forbid_dtd=True).iterfind(f"{{*}}{name}")


def _cells(row: Element, number: int) -> Iterator[str]:
    column = 0
    for cell in row.iterfind("{*}c"):
        letters = (cell.get("r") or "").rstrip("0123456789").upper()
        column = column_number(letters) if letters else column + 1
        kind = cell.get("t", "n")
        value = cell.find("{*}v")
        text = _text(cell.find("{*}is")) if kind == "inlineStr" else "" if value is None else "".join(value.itertext())
        shown = f"<v>{escape(text, _KEPT)}</v>" if value is not None or kind == "inlineStr" else ""
        formula = "<f/>" if cell.find("{*}f") is not None else ""
        style = int(cell.get("s", "0"))
        yield f'<c r="{_name(column)}{number}" s="{style}" t="{_kind(kind)}">{formula}{shown}</c>'


def _kind(kind: str) -> str:
    return "str" if kind not in ("s", "n", "b", "e", "d") else kind


def _text(item: Element | None) -> str:
    """The text of all runs, without reading aids (phonetic runs)."""
    if item is None:
        return ""
    runs = [item, *item.iterfind("{*}r")]
    return "".join(part.text or "" for run in runs for part in run.iterfind("{*}t"))


def column_number(letters: str) -> int:
    """AB -> 28. Raises ValueError for what is no column."""
    number = 0
    for letter in letters:
        number = number * 26 + _LETTERS.index(letter) + 1
    return number


def _name(column: int) -> str:
    name = ""
    while column:
        column, place = divmod(column - 1, 26)
        name = _LETTERS[place] + name
    return name
