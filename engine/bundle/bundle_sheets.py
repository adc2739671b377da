"""The sheets that go into a bundle: read from files, each with its part of the recipe, and under what file names."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from engine.bundle.export_problems import ExportProblem, ProblemLocation, listed, rows_word
from engine.clean import effective_header
from engine.readers import Limits, RawSheet, open_source
from engine.recipe import Recipe, RecipeError, SheetRecipe
from engine.sheets.table_shape import find_table
from engine.sheets.working_file import WorkingFile, require_rows, write_working_file
from odoo_migrate.project.file_names import sheet_stem, workbook_stem
from odoo_migrate.project.project_reader import file_sha256


@dataclass(frozen=True)
class BundleSheet:
    """Hold a sheet as it was read.

    Attributes:
        source_name: The file it is in, as the user knows it.
        source_sha256: Of the uploaded file.
        sheet: Name of the sheet.
        working: Its rows.
        hidden: Whether its workbook hides it.
        upload: Name of the uploaded file, where that is another one than the file it is in (an archive).
        unmapped: Why it was not said what its rows become, a sentence; "" where it was, or nobody knows.
    """

    source_name: str
    source_sha256: str
    sheet: str
    working: WorkingFile
    hidden: bool = False
    upload: str = ""
    unmapped: str = ""

    @property
    def location(self) -> ProblemLocation:
        """Return where problems of this sheet are."""
        return ProblemLocation(self.sheet, self.source_name)


Pair = tuple[BundleSheet, SheetRecipe]


# --- sheets of files


@contextmanager
def read_sheets(files: Sequence[Path], recipe: Recipe, limits: Limits | None = None) -> Iterator[list[BundleSheet]]:
    """Read all sheets of `files`, with their titles where the recipe says or else where they are found.

    Their working files are there while the block runs.

    Raises:
        Unreadable: A file cannot be read or has no rows.
        RecipeError: The recipe names the rows of the titles in two ways that disagree.
    """
    with tempfile.TemporaryDirectory(prefix="data-migrator-") as directory:
        sheets: list[BundleSheet] = []
        for path in files:
            digest, before = file_sha256(path), len(sheets)
            with open_source(path, path.name, limits) as source:
                for raw in source.sheets:
                    target = Path(directory, f"{len(sheets)}.arrow")
                    sheets.append(_read_sheet(raw, path.name, digest, recipe, target))
            require_rows((sheet.working for sheet in sheets[before:]), path.name)
        yield sheets


def _read_sheet(raw: RawSheet, upload: str, digest: str, recipe: Recipe, path: Path) -> BundleSheet:
    working = write_working_file(raw, find_table(raw, _header(raw, recipe)), path)
    return BundleSheet(raw.file, digest, raw.name, working, raw.hidden, upload)


def _header(raw: RawSheet, recipe: Recipe) -> tuple[int, ...] | None:
    """Return the rows of the titles where the recipe names them; None where they are to be found."""
    for part in recipe.sheets:
        if part.name == raw.name and part.source in ("", raw.file):
            return effective_header(part) or None
    return None


# --- sheets and the recipe


def match(sources: Sequence[BundleSheet], recipe: Recipe) -> list[Pair]:
    """Return every part of the recipe with its sheet, in the order of the recipe.

    Raises:
        RecipeError: A sheet is not there, or several could be meant.
    """
    return [(_find(sources, part), part) for part in recipe.sheets if not part.skip]


def _find(sources: Sequence[BundleSheet], part: SheetRecipe) -> BundleSheet:
    fitting = [one for one in sources if one.sheet == part.name and part.source in ("", one.source_name)]
    if not fitting:
        raise RecipeError(_lacking(sources, part))
    if len(fitting) > 1:
        files = ", ".join(one.source_name for one in fitting)
        raise RecipeError(f"Several files have a sheet '{part.name}' ({files}); say which with 'source'.")
    return fitting[0]


def _lacking(sources: Sequence[BundleSheet], part: SheetRecipe) -> str:
    there = ", ".join(dict.fromkeys(one.sheet for one in sources)) or "none"
    named = f"the sheet '{part.name}'"
    if part.source:
        named = f"{named} of {part.source}"
    return f"The recipe names {named}, which the files lack; they have: {there}."


def left_out(sources: Sequence[BundleSheet], recipe: Recipe) -> Iterator[ExportProblem]:
    """Yield a note about every sheet with rows that the recipe does not name."""
    # A sheet that the recipe names in order to skip it was looked at, and needs no word.
    named = {(part.name, part.source) for part in recipe.sheets}
    for one in sources:
        if one.working.num_rows and not {(one.sheet, ""), (one.sheet, one.source_name)} & named:
            kind = "sheet"
            if one.hidden:
                kind = "hidden sheet"
            rows = rows_word(one.working.num_rows)
            message = f"The {kind} '{one.sheet}' has {rows}, but the recipe does not name it: it is left out."
            yield one.location.warning("sheet_left_out", message, station="files")


# --- file names


def file_stems(pairs: Sequence[Pair], sources: Sequence[BundleSheet]) -> tuple[list[str], list[ExportProblem]]:
    """Return the file name (without .csv) of every sheet, and a problem for each that two sheets have.

    It is the recipe's, else after the workbook where that has one sheet, else after the sheet, with the workbook where
    two sheets have one name.
    """
    # By the hash as well: two uploads may have one name.
    sheets_of = Counter((one.source_name, one.source_sha256) for one in sources)
    stems = []
    for one, part in pairs:
        alone = sheets_of[one.source_name, one.source_sha256] == 1
        stems.append(sheet_stem(part.file, one.source_name, one.sheet, alone=alone))
    taken = Counter(stems)
    for number, (one, part) in enumerate(pairs):
        # A name that the user chose stays as it is, and two such names are reported.
        if taken[stems[number]] > 1 and not part.file:
            stems[number] = f"{workbook_stem(one.source_name)}_{stems[number]}"
    return stems, list(_shared(stems, pairs))


def _shared(stems: Sequence[str], pairs: Sequence[Pair]) -> Iterator[ExportProblem]:
    """Yield the names that several sheets have; names that differ only in case are one on many a disk."""
    sheets: dict[str, list[BundleSheet]] = {}
    for stem, (one, _) in zip(stems, pairs, strict=True):
        sheets.setdefault(stem.lower(), []).append(one)
    for stem, same in sheets.items():
        if len(same) > 1:
            names = listed([one.sheet for one in same])
            message = f"The sheets {names} would be written to one file, {stem}.csv; give each a name of its own."
            yield same[-1].location.blocking("file_name_twice", message, count=len(same))
