"""Sentences about files and sheets, for pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from profiling.models import Sheet, SourceFile


def header_text(sheet: Sheet) -> tuple[str, str]:
    """Where the titles are, and why that deserves a look ("" where it does not)."""
    rows = sheet.header_rows
    if not rows:
        return "No row with titles", "The columns are numbered; choose the row with the titles if there is one."
    text = f"On row {rows[0]}" if len(rows) == 1 else f"On rows {rows[0]} to {rows[-1]}"
    if sheet.header_override:
        return text, "chosen by hand"
    above = sheet.shape.get("title_rows") or []
    if above:
        return text, f"{_rows(above)} above looked like a report title"
    return text, ""


def _rows(rows: Sequence[int]) -> str:
    return "the row" if len(rows) == 1 else f"{len(rows)} rows"


def correction_sentence(source: SourceFile) -> list[str]:
    """What a file with corrected rows did."""
    if source.corrects is None:
        return []
    count = source.corrected_rows
    return [f"{count:,} row{'s' * (count != 1)} of {source.corrects.name} stand as corrected here."]


def change_sentences(changes: Mapping[str, Any]) -> list[str]:
    """What a new version of a file changed, a sentence each."""
    return [sentence for sheet, change in changes.items() for sentence in _sheet_sentences(sheet, change)]


def _sheet_sentences(sheet: str, change: Mapping[str, Any]) -> list[str]:
    if change.get("new"):
        return [f"{sheet} is a new sheet."]
    if change.get("gone"):
        return [f"{sheet} is no longer in the file."]
    before, after = change["rows"]
    sentences = [] if before == after else [f"{sheet}: {after:,} rows, {before:,} before."]
    if change["titles_added"]:
        sentences.append(f"{sheet}: new columns {_list(change['titles_added'])}.")
    if change["titles_gone"]:
        sentences.append(f"{sheet}: the columns {_list(change['titles_gone'])} are gone.")
    for title, values in change["values"].items():
        sentences.extend(_value_sentences(title, values))
    return sentences or [f"{sheet}: the same titles and values as before."]


def _value_sentences(title: str, values: Mapping[str, Sequence[str]]) -> list[str]:
    sentences = []
    if values["added"]:
        sentences.append(f"{title}: new values {_list(values['added'])}.")
    if values["gone"]:
        sentences.append(f"{title}: no longer {_list(values['gone'])}.")
    return sentences


def _list(texts: Sequence[str], most: int = 6) -> str:
    shown = ", ".join(f"'{text}'" for text in texts[:most])
    return shown if len(texts) <= most else f"{shown} and {len(texts) - most} more"
