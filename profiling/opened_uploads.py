"""Uploads opened for reading: their sheets as the file has them, before anything is kept."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings

from engine.readers import Limits, RawSheet, Source, Unreadable, open_source
from engine.sheets.table_shape import find_table
from profiling.models import Sheet, SourceFile
from profiling.stored_files import local_copy

# What a person is shown to choose the title rows by eye.
FIRST_ROWS = 15
FIRST_COLUMNS = 30


def limits() -> Limits:
    """Return the reading limits of the settings."""
    return Limits(**settings.READING_LIMITS)


@contextmanager
def opened_upload(source: SourceFile) -> Iterator[tuple[Source, Path]]:
    """Open an upload, beside a directory for what is made of it; both are gone after the block. Raises Unreadable."""
    with (
        tempfile.TemporaryDirectory(prefix="data-migrator-") as directory,
        local_copy(source.file) as path,
        open_source(path, source.name, limits(), encoding=source.chosen_encoding) as opened,
    ):
        yield opened, Path(directory)


def member_of(source: SourceFile, raw: RawSheet) -> str:
    """Return the file inside an uploaded zip that holds the sheet, "" where the upload itself does."""
    return "" if raw.file == source.name else raw.file


def raw_sheet(sheet: Sheet, opened: Source) -> RawSheet:
    """Return the sheet in its file, open. Raises Unreadable where it is no longer there."""
    for raw in opened.sheets:
        if raw.name == sheet.name and member_of(sheet.source, raw) == sheet.member:
            return raw
    raise Unreadable(f"The sheet {sheet.name} is no longer in {sheet.source.name}.")


def titles_with(sheet: Sheet, header: Sequence[int]) -> Sequence[str]:
    """Return the titles that the columns would have, taken from these rows ([]: as detected). Raises Unreadable."""
    with opened_upload(sheet.source) as (opened, _):
        return find_table(raw_sheet(sheet, opened), header or None).titles


def first_rows(sheet: Sheet) -> list[dict[str, Any]]:
    """Return the first rows of a sheet as the file has them, each with number, cells, is_title and is_header."""
    titles, headers = set(sheet.shape.get("title_rows") or ()), set(sheet.header_rows)
    return [
        {
            "number": number,
            "cells": cells[:FIRST_COLUMNS],
            "is_title": number in titles,
            "is_header": number in headers,
        }
        for number, cells in enumerate(_first_cells(sheet), start=1)
    ]


def _first_cells(sheet: Sheet) -> list[list[str]]:
    try:
        with opened_upload(sheet.source) as (opened, _):
            return raw_sheet(sheet, opened).head(FIRST_ROWS)
    except Unreadable:
        return []
