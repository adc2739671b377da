"""Stage the raw CSV files for `source prepare`, checked against their manifest and their mappings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from json.encoder import encode_basestring
from pathlib import Path

from odoo_migrate.project import project_definition
from odoo_migrate.project.nearest_names import did_you_mean
from odoo_migrate.project.problems import Level, Problem, Problems
from odoo_migrate.project.project_definition import ManifestFile, ModelMapping
from odoo_migrate.project.project_reader import Project, read_manifest, read_project, unchanged
from odoo_migrate.project.safe_files import inside, replacing
from odoo_migrate.project.yaml_text import FormatError
from odoo_migrate.stages import staged_rows
from odoo_migrate.stages.project_mappings import columns
from odoo_migrate.stages.raw_files import MAX_BYTES, RawCsvRows, examined
from odoo_migrate.stages.stage_progress import EVERY, StageProgress, silent


@dataclass(frozen=True)
class Prepared:
    """Hold a staged raw file (`customers.csv`) and its number of rows."""

    file: str
    rows: int


def prepare(
    root: Path, problems: Problems, progress: StageProgress = silent, *, accept_changes: bool = False
) -> list[Prepared]:
    """Stage the project's raw files; all that is wrong with them goes to `problems`.

    A file with an error is not staged, and what was staged of it goes. With `accept_changes`, a file that differs from
    MANIFEST.json is only warned of. Raises FormatError where the project itself cannot be read.
    """
    found = read_project(root)
    known = _manifest(root, problems, accept_changes)
    _warn_of_changed_settings(root, known, problems)
    _remove_unused(found, problems)
    done = []
    for file in sorted(found.settings.sources):
        prepared = _prepare(_Source(found, file, known), problems, progress, accept_changes)
        if prepared is not None:
            done.append(prepared)
    return done


def _changed(accept_changes: bool) -> Level:
    if accept_changes:
        return "warning"
    return "error"


def _manifest(root: Path, problems: Problems, accept_changes: bool) -> Mapping[str, ManifestFile]:
    try:
        files = read_manifest(inside(root, project_definition.MANIFEST_FILE)).files
    except FormatError as problem:
        problems.add(Problem.of(problem, _changed(accept_changes)))
        return {}
    return {one.path: one for one in files}


def _warn_of_changed_settings(root: Path, known: Mapping[str, ManifestFile], problems: Problems) -> None:
    """Warn of settings that were changed by hand: that is allowed, but should surprise nobody."""
    for path, file in sorted(known.items()):
        if path.startswith("config/") and not unchanged(root, file):
            message = "it is no longer as it was exported; what it says now is used."
            problems.add(Problem(path, message, level="warning"))


def _remove_unused(found: Project, problems: Problems) -> None:
    """Remove staged files of sources that the project no longer has, and warn of raw files that nothing reads."""
    for path in sorted((found.root / staged_rows.DIRECTORY).glob("*.jsonl")):
        if f"{path.stem}.csv" not in found.settings.sources:
            staged_rows.remove(found.root, f"{path.stem}.csv")
    for path in sorted((found.root / project_definition.RAW).glob("*.csv")):
        if path.name not in found.settings.sources:
            problems.add(
                Problem(f"{project_definition.RAW}/{path.name}", "no mapping reads this file.", level="warning")
            )


class _Source:
    """Hold one raw file, and what the project expects of it."""

    def __init__(self, found: Project, file: str, known: Mapping[str, ManifestFile]) -> None:
        self.root, self.file, self.shown = found.root, file, f"{project_definition.RAW}/{file}"
        self.listed, self.manifest = known.get(self.shown), bool(known)
        self.mappings = [found.mappings[name] for name in found.settings.sources[file]]

    def check_listed(self, sha256: str, problems: Problems, accept_changes: bool) -> None:
        if self.listed is None and self.manifest:
            message = f"{project_definition.MANIFEST_FILE} does not list this file."
            problems.add(Problem(self.shown, message, level=_changed(accept_changes)))
        if self.listed is not None and self.listed.sha256 != sha256:
            message = "it is no longer as it was exported. If that is what you want, prepare with --accept-changes."
            if accept_changes:
                message = "it changed after the export and is taken as it is now."
            problems.add(Problem(self.shown, message, level=_changed(accept_changes)))

    def check_rows(self, rows: int, problems: Problems, accept_changes: bool) -> None:
        expected = self.listed.rows if self.listed else None
        if expected is not None and rows != expected:
            message = f"it has {rows:,} rows; {project_definition.MANIFEST_FILE} says {expected:,}."
            problems.add(Problem(self.shown, message, level=_changed(accept_changes)))

    def check_titles(self, titles: tuple[str, ...], problems: Problems) -> None:
        for mapping in self.mappings:
            for title, purpose in columns(mapping):
                if title not in titles:
                    problems.add(Problem(self.shown, _missing(mapping, title, purpose, titles), row=1, column=title))


def _missing(mapping: ModelMapping, title: str, purpose: str, titles: tuple[str, ...]) -> str:
    message = f"there is no such column, and {project_definition.MAPPINGS}/{mapping.name}.yml needs it for {purpose}"
    if len(titles) == 1 and ";" in titles[0]:
        return f"{message}; the columns seem to be separated by semicolons, save the file with commas."
    return message + did_you_mean(title, titles)


def _prepare(source: _Source, problems: Problems, progress: StageProgress, accept_changes: bool) -> Prepared | None:
    before = problems.errors
    try:
        path = inside(source.root, source.shown)
        # First of all, so that no failure leaves an older staged file that could be taken for this one.
        staged_rows.remove(source.root, source.file)
        content = examined(path)
    except FormatError as problem:
        problems.add(Problem.of(problem))
        return None
    except OSError as problem:
        reason = f"it cannot be read ({problem.strerror})"
        if isinstance(problem, FileNotFoundError):
            reason = "it is missing"
        problems.add(Problem(source.shown, f"{reason}."))
        return None
    if not content.bounded:
        problems.add(Problem(source.shown, f"it is larger than {MAX_BYTES >> 30} GB, or holds a line without end."))
        return None
    source.check_listed(content.sha256, problems, accept_changes)
    rows = RawCsvRows(path, source.shown, problems, sound=content.sound)
    _stage(source, rows, progress)
    if rows.whole:
        source.check_rows(rows.count, problems, accept_changes)
    if problems.errors > before:
        staged_rows.remove(source.root, source.file)
        return None
    staged_rows.stamp(source.root, source.file, content.sha256, rows.count)
    return Prepared(source.file, rows.count)


def _stage(source: _Source, raw: RawCsvRows, progress: StageProgress) -> None:
    """Write the sound rows."""
    total = 0
    if source.listed is not None:
        total = source.listed.rows or 0
    template = ""
    with replacing(source.root, staged_rows.staging_file(source.file)) as stream:
        for row, cells in raw:
            # Only now, since the titles are known with the first sound row.
            if not template:
                template = staged_rows.line_template(raw.titles)
            stream.write((template % (row, *map(encode_basestring, cells))).encode("utf-8", "replace"))
            if not row % EVERY:
                progress(source.file, row, total)
    if raw.titles:
        source.check_titles(raw.titles, raw.problems)
    progress(source.file, raw.count, total)
