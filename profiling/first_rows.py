"""The first rows of a sheet as the file has them, to choose the title rows by eye."""

from __future__ import annotations

from typing import Any

from engine.readers import Unreadable, open_source
from profiling.importing import limits
from profiling.models import Sheet
from profiling.stored_files import local_copy

SHOWN = 15
COLUMNS = 30


def head_of(sheet: Sheet) -> list[dict[str, Any]]:
    """The first 15 rows: `number`, `cells`, `is_title`, `is_header`."""
    titles, headers = set(sheet.shape.get("title_rows") or ()), set(sheet.header_rows)
    return [
        {"number": number, "cells": cells[:COLUMNS], "is_title": number in titles, "is_header": number in headers}
        for number, cells in enumerate(_first_rows(sheet), start=1)
    ]


def _first_rows(sheet: Sheet) -> list[list[str]]:
    try:
        with local_copy(sheet.source.file) as path, open_source(path, sheet.source.name, limits()) as opened:
            for raw in opened.sheets:
                if raw.name == sheet.name and raw.file in (sheet.member, sheet.source.name):
                    return raw.head(SHOWN)
    except Unreadable:
        return []
    return []
