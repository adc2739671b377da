"""Names of files and mappings inside a project."""

from __future__ import annotations

import re
from collections.abc import Collection
from itertools import chain, count

from odoo_migrate.project.external_ids import rendered

_NAME = re.compile(r"[A-Za-z0-9_-]+")
_OTHER = re.compile(r"[^a-z0-9]+")


def file_stem(text: str) -> str:
    """`text` as a file name without its ending: lower case, ASCII, `_`; "" where nothing is left."""
    return _OTHER.sub("_", rendered(text).lower()).strip("_")


def given_name(text: str) -> str:
    """A name that the user gave, as it stands where it can be a file name."""
    return text if _NAME.fullmatch(text) else file_stem(text)


def workbook_stem(file_name: str) -> str:
    """A file name for what comes from the upload `file_name`, whose folder and ending do not count."""
    return file_stem(file_name.rsplit("/", 1)[-1].rsplit(".", 1)[0] or file_name)


def sheet_stem(file: str, source_name: str, sheet: str, *, alone: bool) -> str:
    """The stem of a sheet's raw file: `file` where the user gave one, else after the workbook where the sheet is
    `alone` in it, else after the sheet.
    """
    return given_name(file) or (workbook_stem(source_name) if alone else file_stem(sheet)) or "sheet"


def mapping_name(model: str, file: str, taken: Collection[str]) -> str:
    """The name of a mapping of `model` that reads the raw file `file`, where the names `taken` are given already:
    the model for its first mapping, then with the file, then numbered.
    """
    choices = chain([model, f"{model}.{file}"], (f"{model}.{file}_{number}" for number in count(2)))
    return next(choice for choice in choices if choice not in taken)
