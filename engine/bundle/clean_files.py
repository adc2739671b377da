"""The whole way in one go and without a database: files and a recipe in, an unpacked odoo-migrate project out."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from engine.bundle import BundleReport, BundleSheet, build
from engine.clean import effective_header
from engine.readers import Limits, RawSheet, open_source
from engine.recipe import Recipe, SheetRecipe
from engine.sheets.table_finder import find_table
from engine.sheets.working_file import require_rows, write_working_file
from odoo_migrate.project.project_reader import file_sha256


def clean(files: Sequence[Path], recipe: Recipe, output: Path, limits: Limits | None = None) -> BundleReport:
    """Read `files`, clean them and write the project into directory `output`.

    Raises Unreadable for a file that cannot be read, and what `build` raises; then `output` is as it was.
    """
    with read_sheets(files, recipe, limits) as sheets:
        return build(sheets, recipe, output, unpacked=True)


@contextmanager
def read_sheets(files: Sequence[Path], recipe: Recipe, limits: Limits | None = None) -> Iterator[list[BundleSheet]]:
    """All sheets of `files`, with their titles where the recipe says or else where they are found. Their working
    files are there while the block runs. Raises Unreadable, RecipeError.
    """
    with tempfile.TemporaryDirectory(prefix="data-migrator-") as directory:
        sheets: list[BundleSheet] = []
        for path in files:
            digest, before = file_sha256(path), len(sheets)
            with open_source(path, path.name, limits) as source:
                for raw in source.sheets:
                    target = Path(directory, f"{len(sheets)}.arrow")
                    sheets.append(_sheet(raw, path.name, digest, recipe, target))
            require_rows((sheet.working for sheet in sheets[before:]), path.name)
        yield sheets


def _sheet(raw: RawSheet, upload: str, digest: str, recipe: Recipe, path: Path) -> BundleSheet:
    part = next(_parts(raw, recipe), None)
    header = effective_header(part) if part is not None else ()
    working = write_working_file(raw, find_table(raw, header or None), path)
    return BundleSheet(raw.file, digest, raw.name, working, raw.hidden, upload)


def _parts(raw: RawSheet, recipe: Recipe) -> Iterator[SheetRecipe]:
    """The parts of the recipe that are meant for the sheet."""
    return (part for part in recipe.sheets if part.name == raw.name and part.source in ("", raw.file))
