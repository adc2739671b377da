"""What a cell of an OpenDocument spreadsheet shows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from xml.etree.ElementTree import Element

from engine.readers.reader import Notes
from engine.readers.workbook_numbers import iso, plain_number

_NAMES = "{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}"
TABLE, OFFICE, STYLE, WORDS = (_NAMES % part for part in ("table", "office", "style", "text"))
CELL, COVERED = f"{TABLE}table-cell", f"{TABLE}covered-table-cell"
_PARAGRAPH = f"{WORDS}p"
_CALC_TYPE = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}value-type"
_DURATION = re.compile(r"(-?)P(?:(\d+)D)?T?(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:[.,]\d+)?S)?")
_ERROR = re.compile(r"#[A-Z/0]+[!?]?|Err:[0-9]{3}")
_DIGITS = re.compile(r"\D")


def shown(cell: Element, row: int, notes: Notes) -> str:
    """The text that a cell shows, by the rules that hold for all workbooks; "" for an empty cell."""
    kind = cell.get(f"{OFFICE}value-type", "")
    text = "\n".join([_paragraph(part) for part in cell if part.tag == _PARAGRAPH])
    if cell.get(f"{TABLE}formula") is not None:
        if not kind and not text:
            notes["formula_without_result"].add(row)
        elif cell.get(_CALC_TYPE) == "error" or _ERROR.fullmatch(text):
            notes["formula_errors"].add(row, text)
    if kind in ("float", "percentage", "currency"):
        return _number(cell.get(f"{OFFICE}value", ""), text, kind, row, notes)
    if kind == "date":
        return iso(cell.get(f"{OFFICE}date-value", "")) or text
    if kind == "time":
        return _clock(cell.get(f"{OFFICE}time-value", ""), text)
    if kind == "boolean":
        return "TRUE" if cell.get(f"{OFFICE}boolean-value") == "true" else "FALSE"
    return text or cell.get(f"{OFFICE}string-value", "")


def _paragraph(part: Element) -> str:
    return "".join(_pieces(part)) if len(part) else part.text or ""


def _pieces(part: Element) -> Iterator[str]:
    """Text with its spaces, tabs and line breaks, which are elements of their own; without notes about it."""
    yield part.text or ""
    for child in part:
        if child.tag == f"{WORDS}s":
            yield " " * min(int(child.get(f"{WORDS}c") or 1), 1000)
        elif child.tag == f"{WORDS}tab":
            yield "\t"
        elif child.tag == f"{WORDS}line-break":
            yield "\n"
        elif child.tag not in (f"{OFFICE}annotation", f"{WORDS}note"):
            yield from _pieces(child)
        yield child.tail or ""


def _number(value: str, text: str, kind: str, row: int, notes: Notes) -> str:
    """The shown text where it has all digits of the value, else the value."""
    plain = plain_number(value)
    if not text or not value:
        return text or _percent(plain, kind)
    if _significant(text) == _significant(plain) and (plain.startswith("-") <= bool(set(text) & set("-−–("))):
        return text
    if re.search(r"[0-9][.,]?[0-9]*\D*$", text) and "E" not in text and "/" not in text:
        notes["hidden_digits"].add(row, _percent(plain, kind))
    return _percent(plain, kind)


def _significant(text: str) -> str:
    return _DIGITS.sub("", text).strip("0")


def _percent(plain: str, kind: str) -> str:
    if kind != "percentage":
        return plain
    try:
        return f"{plain_number(str(Decimal(plain) * 100))}%"
    except InvalidOperation:
        return plain


def _clock(value: str, text: str) -> str:
    """PT12H30M00S -> 12:30:00; hours may be more than 24."""
    found = _DURATION.fullmatch(value)
    if not found:
        return text
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups()[1:])
    return f"{found[1]}{days * 24 + hours:02}:{minutes:02}:{seconds:02}"
