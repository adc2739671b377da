"""The files of a project, hashed while they are written, from what the check of every sheet kept."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa

from engine.bundle import held_back_rows
from engine.bundle.bundle_plan import BundlePlan, MappedSheet
from engine.bundle.check_results import SheetRows
from engine.bundle.checked_sheets import CheckedSheet, LookupColumn, keys_of, occurrences
from engine.bundle.cleaned_lines import HashedFile, csv_lines, text_of
from engine.bundle.deflated_files import DeflatedFile
from engine.bundle.export_problems import ExportProblem
from engine.bundle.mapped_targets import MappedTarget
from engine.bundle.row_verdicts import RowIssue
from engine.clean import ColumnReport
from odoo_migrate.project import csv_text, project_definition
from odoo_migrate.project.project_definition import (
    MANIFEST_FILE,
    FieldEntry,
    IdPatterns,
    Manifest,
    ManifestFile,
    ModelMapping,
    Settings,
    SourceEntry,
)

# --- files on their way to disk


class ProjectFiles:
    """Write the files of a project under a directory; `written` describes those that are complete.

    Attributes:
        packed: By path, the files of rows that were deflated while they were written.
    """

    def __init__(self, root: Path, packing: Path | None = None) -> None:
        """Take the directory, which may not be there yet.

        Args:
            root: The directory.
            packing: A directory that is there, for packed bytes; None where no ZIP will be made.
        """
        self.root, self.packing = root, packing
        self.written: list[ManifestFile] = []
        self.packed: dict[str, DeflatedFile] = {}

    def text(self, path: str, content: str, rows: int | None = None) -> None:
        """Write a whole file, UTF-8, line ends as they are; `rows` is None where it is no table."""
        with self.opened(path) as file:
            file.write(content.encode(), rows or 0)
        if rows is None:
            # The manifest says rows of tables alone.
            self.written[-1] = ManifestFile(path, self.written[-1].sha256, None)

    @contextmanager
    def opened(self, path: str) -> Iterator[HashedFile]:
        """Open a file to write to; it is noted when the block ends well."""
        with self._place(path).open("wb") as stream:
            file = HashedFile(stream)
            yield file
        self.written.append(ManifestFile(path, file.digest.hexdigest(), file.rows))

    @contextmanager
    def opened_for_rows(self, path: str) -> Iterator[HashedFile]:
        """Open a file that may be large; where a ZIP will be made, it is packed while it is written."""
        if self.packing is None:
            with self.opened(path) as file:
                yield file
            return
        packed = DeflatedFile(self.packing / f"{len(self.packed)}.deflate")
        with self.opened(path) as file, packed:
            file.packed = packed
            yield file
        self.packed[path] = packed

    def adopt(self, path: str, made: Path, file: HashedFile) -> None:
        """Take a finished file, written through `file` elsewhere on this disk, as one of the project's."""
        made.rename(self._place(path))
        self.written.append(ManifestFile(path, file.digest.hexdigest(), file.rows))

    def _place(self, path: str) -> Path:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        return target


# --- the project


def write_project(
    files: ProjectFiles,
    plan: BundlePlan,
    checked: Sequence[CheckedSheet],
    issues: Sequence[Sequence[RowIssue]],
    problems: Sequence[ExportProblem],
    advance: Callable[[int], None],
) -> None:
    """Write every file of the project.

    Args:
        files: Where they are written.
        plan: Of the bundle.
        checked: The sheets, with their cleaned rows.
        issues: Per sheet, what other rows make wrong of its rows.
        problems: All that was found.
        advance: Called with the number of rows at every batch.
    """
    keys: dict[str, set[str]] = defaultdict(set)
    for sheet, found in zip(checked, issues, strict=True):
        going = _write_rows(files, sheet, found, advance)
        for column in going:
            # The plus leaves out counts of 0, of keys whose rows are all held back: they would create a record.
            keys[column.table].update(+keys_of(going, column.table))
    _write_lookups(files, plan, keys)
    _write_config(files, plan)
    files.text(project_definition.CLEANING_FILE, _cleaning_text(plan, checked, problems))
    _write_manifest(files, plan)


def _write_rows(
    files: ProjectFiles, checked: CheckedSheet, issues: Sequence[RowIssue], advance: Callable[[int], None]
) -> Mapping[LookupColumn, Counter[str]]:
    """Write data/raw and, if any row is held back, data/rejected; return the lookup cells of the rows that go."""
    path = f"{checked.mapped.file}.csv"
    if not checked.bad.any():
        # The check has written the very file already; nothing is copied.
        files.adopt(f"{project_definition.RAW}/{path}", checked.lines.path, checked.lines.file)
        advance(len(checked.bad))
        return checked.cells
    with (
        files.opened_for_rows(f"{project_definition.RAW}/{path}") as raw,
        files.opened(f"{project_definition.REJECTED}/{path}") as rejected,
    ):
        raw.write(csv_text.line(checked.lines.titles).encode(), 0)
        rejected.write(csv_text.line(held_back_rows.titles(checked.mapped)).encode(), 0)
        return _part_rows(checked, issues, raw, rejected, advance)


def _part_rows(
    checked: CheckedSheet,
    issues: Sequence[RowIssue],
    raw: HashedFile,
    rejected: HashedFile,
    advance: Callable[[int], None],
) -> Mapping[LookupColumn, Counter[str]]:
    """Copy the lines of rows that go, and write the others with their reasons."""
    cells = {column: Counter(counts) for column, counts in checked.cells.items()}
    for (start, lines), notes in zip(checked.lines.chunks(), checked.notes.batches(), strict=True):
        bad = checked.bad[start : start + len(lines)]
        advance(len(lines))
        if not bad.any():
            raw.write(text_of(lines), len(lines))
            continue
        good = lines.filter(pa.array(~bad))
        raw.write(text_of(good), len(good))
        cleaned = checked.lines.columns(lines.filter(pa.array(bad)))
        # Counting what is held back is cheaper than counting all that goes once more.
        for column, counts in cells.items():
            counts.subtract(occurrences(cleaned[column.title]))
        positions = (np.flatnonzero(bad) + start).astype(np.int32)
        for part in csv_lines(held_back_rows.held_back_columns(checked, issues, positions, cleaned, notes)):
            rejected.write(text_of(part), len(part))
    return cells


def _write_lookups(files: ProjectFiles, plan: BundlePlan, keys: Mapping[str, set[str]]) -> None:
    """Write the tables that fields use, with the keys that occur, and the raw files of the records they create."""
    for name in sorted(plan.used_tables):
        ids = plan.tables[name].ids(sorted(keys.get(name, ())))
        files.text(f"{project_definition.LOOKUPS}/{name}.csv", project_definition.lookup_text(ids), rows=len(ids))
    for created in plan.created:
        rows = created.rows(keys.get(created.table.name, ()))
        content = csv_text.text(created.titles, rows)
        files.text(f"{project_definition.RAW}/{created.table.name}.csv", content, rows=len(rows))


def _write_config(files: ProjectFiles, plan: BundlePlan) -> None:
    mappings = [_mapping(sheet, target) for sheet, target in plan.targets]
    mappings += [created.mapping for created in plan.created]
    patterns = {}
    for mapping in mappings:
        files.text(f"{project_definition.MAPPINGS}/{mapping.name}.yml", mapping.text())
        patterns[mapping.name] = mapping.id
    files.text(project_definition.IDS_FILE, IdPatterns(plan.recipe.namespace, patterns).text())
    files.text(project_definition.SETTINGS_FILE, _settings(plan).text())


def _mapping(sheet: MappedSheet, target: MappedTarget) -> ModelMapping:
    entries: dict[str, FieldEntry] = {}
    for field in target.fields:
        comment = _column_comment(sheet, field.source)
        entries[field.name] = FieldEntry(field.source, None, field.lookup, field.ref, field.separator, comment)
    for name, value in target.values.items():
        entries[name] = FieldEntry(value=value)
    # A plan without a pattern has a blocking problem, so that nothing of it is written.
    assert target.pattern is not None
    return ModelMapping(target.name, target.model.name, target.pattern.text, entries, target.when)


def _settings(plan: BundlePlan) -> Settings:
    recipe = plan.recipe
    mappings_of: dict[str, list[str]] = {}
    for sheet in plan.sheets:
        mappings_of[f"{sheet.file}.csv"] = [target.name for target in sheet.targets]
    for created in plan.created:
        mappings_of[f"{created.table.name}.csv"] = [created.name]
    return Settings(
        recipe.namespace, plan.catalog.version, recipe.timezone, recipe.company, mappings_of, plan.load_order
    )


def _write_manifest(files: ProjectFiles, plan: BundlePlan) -> None:
    """Write MANIFEST.json: every file written before with its hash, and the uploads behind them."""
    uploads: set[tuple[str, str]] = set()
    for mapped in plan.sheets:
        # Several sheets may come from one workbook, which is named once.
        uploads.add((mapped.sheet.upload or mapped.sheet.source_name, mapped.sheet.source_sha256))
    manifest = Manifest([SourceEntry(name, sha256) for name, sha256 in uploads], files.written)
    (files.root / MANIFEST_FILE).write_text(manifest.text(), encoding="utf-8", newline="")


# --- what was cleaned, in words: the comments in mapping files and CLEANING.md


def _column_comment(sheet: MappedSheet, title: str) -> str:
    """Return `trim, lowercase: 2 of 2 changed`; "" for a column without steps."""
    report = sheet.run.report
    column = report.columns.get(title)
    if column is None or not column.steps:
        return ""
    steps = ", ".join(slug for slug, _, _ in column.steps)
    comment = f"{steps}: {column.changed} of {report.rows_out} changed"
    if column.could_not:
        comment += f", {column.could_not:,} could not be"
    return comment


def _cleaning_text(plan: BundlePlan, checked: Sequence[CheckedSheet], problems: Sequence[ExportProblem]) -> str:
    """Return CLEANING.md."""
    about = f"For Odoo {plan.catalog.version}. The uploads were not changed; `data/raw` holds the cleaned rows."
    lines = ["# What was cleaned", "", about, ""]
    for sheet in checked:
        lines += [*_sheet_notes(sheet, problems), ""]
    # Problems of the bundle as a whole, such as mappings in a circle, belong to no sheet.
    general = [problem for problem in problems if not problem.sheet]
    if general:
        lines += ["## Good to know", "", *_list(general), ""]
    return "\n".join(lines)


def _sheet_notes(checked: CheckedSheet, problems: Sequence[ExportProblem]) -> Iterator[str]:
    sheet, rows = checked.mapped, checked.sum()
    yield f"## {_cell(sheet.sheet.sheet)}"
    yield ""
    yield f"From `{sheet.sheet.source_name}` to `data/raw/{sheet.file}.csv`."
    yield ""
    yield from _rows(sheet, rows)
    yield ""
    yield from _columns(sheet)
    held_back, left_out, notes = [], [], []
    for problem in problems:
        if (problem.sheet, problem.source) != (sheet.sheet.sheet, sheet.sheet.source_name):
            continue
        if problem.severity == "row":
            held_back.append(problem)
        elif problem.severity == "left_out":
            left_out.append(problem)
        elif problem.severity == "warning":  # with a blocking problem this file is not written
            notes.append(problem)
    if held_back:
        where = f"Held back in `data/rejected/{sheet.file}.csv`, each row with its reason:"
        yield from ["", where, "", *_list(held_back)]
    if left_out:
        yield from ["", "Not ready, and left out:", "", *_list(left_out)]
    if notes:
        yield from ["", "Good to know:", "", *_list(notes)]


def _rows(sheet: MappedSheet, rows: SheetRows) -> Iterator[str]:
    yield "| rows | |"
    yield "|---|---:|"
    yield f"| in the sheet | {rows.rows_in:,} |"
    for slug, count in sheet.run.report.dropped.items():
        if count:
            yield f"| removed by {slug} | −{count:,} |"
    yield f"| held back | −{rows.rejected:,} |"
    yield f"| **exported** | **{rows.rows_out:,}** |"


def _columns(sheet: MappedSheet) -> Iterator[str]:
    rows = []
    for title, column in sheet.run.report.columns.items():
        if column.steps:
            rows.append(f"| {_cell(title)} | {_each_step(column)} | {column.changed:,} | {column.could_not:,} |")
    if not rows:
        yield "No column has cleaning steps."
        return
    yield "| column | steps | cells changed | cells that could not be |"
    yield "|---|---|---:|---:|"
    yield from rows


def _each_step(column: ColumnReport) -> str:
    """Return `trim (47), lowercase (12)`."""
    return ", ".join(f"{slug} ({changed:,})" for slug, changed, _ in column.steps)


def _list(problems: Sequence[ExportProblem]) -> list[str]:
    # One line each: a title of the file may hold a line break, which would end the entry.
    return [f"- {' '.join(problem.message.split())}" for problem in problems]


def _cell(text: str) -> str:
    """Return a text as it may be in a cell of a Markdown table."""
    return " ".join(text.split()).replace("|", "\\|")
