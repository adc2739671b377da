"""Name files and mappings inside a project."""

from __future__ import annotations

import re
from collections.abc import Collection

from odoo_migrate.project.external_ids import rendered

_NAME = re.compile(r"[A-Za-z0-9_-]+")
_OTHER = re.compile(r"[^a-z0-9]+")


def file_stem(text: str) -> str:
    """Return a text as a file name without its ending: lower case, ASCII, `_`; "" where nothing is left."""
    return _OTHER.sub("_", rendered(text).lower()).strip("_")


def given_name(text: str) -> str:
    """Return a name that the user gave: unchanged where it can be a file name, else as `file_stem`."""
    if _NAME.fullmatch(text):
        return text
    return file_stem(text)


def workbook_stem(file_name: str) -> str:
    """Return a file name for what comes from an upload, whose folder and ending do not count."""
    return file_stem(file_name.rsplit("/", 1)[-1].rsplit(".", 1)[0] or file_name)


def sheet_stem(file: str, source_name: str, sheet: str, *, alone: bool) -> str:
    """Return the stem of a sheet's raw file.

    The user's own name `file` comes first, then that of the workbook where the sheet is `alone` in it, then the
    sheet's.
    """
    stem = given_name(file)
    if stem:
        return stem
    # Of a workbook with one sheet, people know the file; the sheet is often just "Sheet1".
    stem = workbook_stem(source_name) if alone else file_stem(sheet)
    return stem or "sheet"  # a name in a script of which nothing is left in ASCII


def mapping_name(model: str, file: str, taken: Collection[str], role: str = "") -> str:
    """Return the name of a mapping of `model` that reads the raw file `file`; it is none of the names `taken`.

    The first mapping of a model has the model's name; further ones add the file, then a number. One with a role, which
    makes further records of a row, adds that: res.partner.contact.
    """
    first = f"{model}.{role}" if role else model
    if first not in taken:
        return first
    name = f"{model}.{file}_{role}" if role else f"{model}.{file}"
    file = name.removeprefix(f"{model}.")
    number = 1
    while name in taken:
        number += 1
        name = f"{model}.{file}_{number}"
    return name
