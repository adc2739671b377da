"""The sheets that go into a bundle: which part of the recipe is meant for which, and under what file names."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
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
    """A sheet. `source_name`: the file it is in, as the user knows it; `source_sha256`: of the uploaded file,
    whose name is `upload` where that is another one (an archive). `hidden`: in its workbook.
    """

    source_name: str
    source_sha256: str
    sheet: str
    working: WorkingFile
    hidden: bool = False
    upload: str = ""

    @property
    def place(self) -> ProblemLocation:
        return ProblemLocation(self.sheet, self.source_name)


Pair = tuple[BundleSheet, SheetRecipe]


def match(sources: Sequence[BundleSheet], recipe: Recipe) -> list[Pair]:
    """Every part of the recipe with its sheet, in the order of the recipe. Raises RecipeError where a sheet is not
    there or where several are meant.
    """
    return [(_find(sources, part), part) for part in recipe.sheets if not part.skip]


def _find(sources: Sequence[BundleSheet], part: SheetRecipe) -> BundleSheet:
    fitting = [one for one in sources if one.sheet == part.name and part.source in ("", one.source_name)]
    if not fitting:
        there = ", ".join(dict.fromkeys(one.sheet for one in sources)) or "none"
        where = f" of {part.source}" if part.source else ""
        raise RecipeError(f"The recipe names the sheet '{part.name}'{where}, which the files lack; they have: {there}.")
    if len(fitting) > 1:
        files = ", ".join(one.source_name for one in fitting)
        raise RecipeError(f"Several files have a sheet '{part.name}' ({files}); say which with 'source'.")
    return fitting[0]


def left_out(sources: Sequence[BundleSheet], recipe: Recipe) -> list[ExportProblem]:
    """A word about every sheet with rows that the recipe does not name."""
    named = {(part.name, part.source) for part in recipe.sheets}
    forgotten = [
        one for one in sources if one.working.num_rows and not {(one.sheet, ""), (one.sheet, one.source_name)} & named
    ]
    return [one.place.warning("sheet_left_out", _left_out(one), station="files") for one in forgotten]


def _left_out(one: BundleSheet) -> str:
    kind = "hidden sheet" if one.hidden else "sheet"
    rows = rows_word(one.working.num_rows)
    return f"The {kind} '{one.sheet}' has {rows}, but the recipe does not name it: it is left out."


def file_stems(pairs: Sequence[Pair], sources: Sequence[BundleSheet]) -> tuple[list[str], list[ExportProblem]]:
    """The file name (without .csv) of every sheet: the recipe's, else after the workbook where that has one sheet,
    else after the sheet, with the workbook where two sheets have one name.
    """
    alone = Counter((one.source_name, one.source_sha256) for one in sources)
    stems = [
        sheet_stem(part.file, one.source_name, one.sheet, alone=alone[one.source_name, one.source_sha256] == 1)
        for one, part in pairs
    ]
    taken = Counter(stems)
    stems = [
        stem if taken[stem] == 1 or part.file else f"{workbook_stem(one.source_name)}_{stem}"
        for stem, (one, part) in zip(stems, pairs, strict=True)
    ]
    return stems, list(_shared(stems, pairs))


def _shared(stems: Sequence[str], pairs: Sequence[Pair]) -> Iterable[ExportProblem]:
    """Names that differ only in case are one on many a disk."""
    folded = [stem.lower() for stem in stems]
    for stem, count in Counter(folded).items():
        if count > 1:
            sheets = [one for own, (one, _) in zip(folded, pairs, strict=True) if own == stem]
            names = listed([one.sheet for one in sheets])
            message = f"The sheets {names} would be written to one file, {stem}.csv; give each a name of its own."
            yield sheets[-1].place.blocking("file_name_twice", message, count=count)


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
