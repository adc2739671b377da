"""From an upload to sheets: read, find the table, write the working file, profile, keep.

Everything is computed first, into temporary files; the records change in one transaction at the end. A job
that fails or is cancelled leaves the dataset as it was.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from operator import attrgetter
from pathlib import Path
from typing import Any

from django.core.files import File
from django.db import transaction
from django.db.models.fields.files import FieldFile
from django.utils import timezone

from engine.detectors import DETECTORS
from engine.profile.profile_results import ColumnFacts, FindingFacts, SheetProfile
from engine.profile.sheet_profiler import profile_sheet
from engine.readers import RawSheet, Source, Unreadable
from engine.sheets.corrected_rows import correct, corrected_titles, is_correction, read_correction
from engine.sheets.file_comparison import differences
from engine.sheets.table_shape import TableShape, find_table, report_lines
from engine.sheets.working_file import WorkingFile, require_rows, write_working_file
from migrator.jobs import Cancelled
from profiling import services
from profiling.models import ColumnProfile, Dataset, Finding, Sheet, SourceFile
from profiling.opened_uploads import member_of, opened_upload, raw_sheet
from profiling.selectors import current_sheets
from profiling.signals import sheets_read
from profiling.stored_files import discard, local_copy, removed_on_error

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ReadSheet:
    """Hold a sheet as read, before it is kept."""

    raw: RawSheet
    position: int
    shape: TableShape
    working: WorkingFile
    path: Path
    profile: SheetProfile


def read(source: SourceFile, progress: Any) -> str:
    """Read all sheets of an upload, make it the current version of its name, and return a sentence for the user.

    Raises:
        Unreadable: the upload is no file that can be read; nothing has changed then.
    """
    with opened_upload(source) as (opened, directory):
        corrected = _corrected_sheet(source, opened)
        if corrected is not None:
            return _correct(source, opened, corrected, directory, progress)
        sheets = []
        for position, raw in enumerate(opened.sheets):
            override = _override(source, raw)  # title rows that a person chose hold for every later version
            sheets.append(_read_sheet(raw, position, source.dataset, override, directory, progress))
        require_rows((sheet.working for sheet in sheets), source.name)
        kept = _keep(source, opened, sheets)
    _tell(source.dataset, kept)
    return _summary(sheets)


def read_by_id(progress: Any, source_id: int) -> str:
    """Read the upload with this id, for a job in this process. Raises Unreadable."""
    return read(SourceFile.objects.select_related("dataset").get(pk=source_id), progress)


def reread(sheet: Sheet, progress: Any) -> str:
    """Read one sheet of the current file again, with its header override. Raises Unreadable."""
    source = sheet.source
    with opened_upload(source) as (opened, directory):
        found = _read_sheet(
            raw_sheet(sheet, opened), sheet.position, sheet.dataset, sheet.header_override, directory, progress
        )
        found = _corrected_again(sheet, found)
        # All that takes long is done by now: a transaction keeps others from writing.
        with removed_on_error() as stored, transaction.atomic():
            require_there(source)
            _keep_sheet(source, found, stored)
            services.touch(source.dataset)
    _tell(source.dataset, [sheet])
    return _summary([found])


def _tell(dataset: Dataset, kept: Sequence[Sheet]) -> None:
    """Let the layers above know, once all is kept: what they make of it takes time, in which others want to write."""
    if kept:
        sheets_read.send(Sheet, dataset=dataset, sheets=kept)


def require_there(record: SourceFile | Sheet) -> None:
    """Raise Cancelled where somebody has deleted the record meanwhile: saving it would bring half of it back."""
    if not type(record).objects.select_for_update().filter(pk=record.pk).exists():
        raise Cancelled


def profile_again(sheet: Sheet, progress: Any = None) -> SheetProfile:
    """Profile a sheet's working file, keep the result and return it."""
    with local_copy(sheet.working) as path:
        profile = profile_sheet(
            WorkingFile(path), DETECTORS, country=sheet.dataset.country, today=timezone.localdate(), progress=progress
        )
    with transaction.atomic():
        _keep_profile(sheet, profile)
    return profile


def refuse(source: SourceFile, sentence: str) -> None:
    """Note why an upload could not be read, and remove its bytes; the version before it stays current."""
    # The bytes go, since nothing can be made of them; the record stays and carries the sentence to the page.
    log.warning("%s of dataset %s was refused: %s", source.name, source.dataset_id, sentence)
    source.file.delete(save=False)
    source.problem = sentence
    source.save(update_fields=["file", "problem"])


def _override(source: SourceFile, raw: RawSheet) -> list[int]:
    known = Sheet.objects.filter(
        dataset=source.dataset_id, source__name=source.name, member=member_of(source, raw), name=raw.name
    ).first()
    return list(known.header_override) if known else []


def _read_sheet(
    raw: RawSheet, position: int, dataset: Dataset, override: Sequence[int], directory: Path, progress: Any
) -> ReadSheet:
    _stage(progress, f"Reading {raw.name}")
    shape = find_table(raw, override or None)
    path = directory / f"{position}.arrow"
    working = write_working_file(raw, shape, path, progress)
    _stage(progress, f"Looking at {raw.name}")
    profile = profile_sheet(working, DETECTORS, country=dataset.country, today=timezone.localdate(), progress=progress)
    return ReadSheet(raw, position, shape, working, path, profile)


def _corrected_sheet(source: SourceFile, opened: Source) -> Sheet | None:
    """Return the sheet whose rows the upload corrects: the one named like it, else the first with its columns."""
    # The rows that an export holds back come in a file of one sheet.
    if len(opened.sheets) != 1:
        return None
    titles = find_table(opened.sheets[0]).titles
    if not is_correction(titles):
        return None
    fitting = []
    for sheet in current_sheets(source.dataset):
        if sheet.working and corrected_titles(titles, sheet.titles):
            fitting.append(sheet)
    if not fitting:
        raise Unreadable(
            f"{source.name} looks like corrected rows, but no sheet here has its columns; upload it where the rows "
            "came from."
        )
    # Downloads are named after their sheet, blanks as underscores.
    file_name = source.name.lower().replace("_", " ")
    for sheet in sorted(fitting, key=attrgetter("pk")):
        if sheet.name.lower() in file_name:
            return sheet
    return min(fitting, key=attrgetter("pk"))


def _correct(source: SourceFile, opened: Source, sheet: Sheet, directory: Path, progress: Any) -> str:
    raw = opened.sheets[0]
    upload = write_working_file(raw, find_table(raw), directory / "correction.arrow")
    rows = read_correction(upload, corrected_titles(upload.titles, sheet.titles))
    with local_copy(sheet.working) as path:
        correct(WorkingFile(path), rows, directory / "corrected.arrow")
    _keep_correction(source, sheet, directory / "corrected.arrow", len(rows))
    profile_again(sheet, progress)
    return f"{len(rows):,} row{'s' * (len(rows) != 1)} of {sheet.name} corrected."


def _keep_correction(source: SourceFile, sheet: Sheet, path: Path, rows: int) -> None:
    with removed_on_error() as stored, transaction.atomic(), path.open("rb") as stream:
        require_there(source)
        require_there(sheet)
        discard(sheet.working)
        sheet.working.save("working.arrow", File(stream), save=False)
        stored.append(sheet.working)
        sheet.save()
        SourceFile.objects.filter(dataset=source.dataset_id, name=source.name).update(current=False)
        source.current, source.corrects, source.corrected_rows = True, sheet, rows
        source.save()
        services.touch(source.dataset)


def _corrected_again(sheet: Sheet, found: ReadSheet) -> ReadSheet:
    """Return the sheet, read anew from the same upload, with the corrections that were made to it."""
    for number, source in enumerate(sheet.corrections.order_by("uploaded_at", "pk")):
        path = found.path.with_name(f"corrected-{number}.arrow")
        found = replace(found, working=correct(found.working, _rows_of(source, sheet), path), path=path)
    return found


def _rows_of(source: SourceFile, sheet: Sheet) -> dict[int, dict[str, str]]:
    with opened_upload(source) as (opened, directory):
        raw = opened.sheets[0]
        upload = write_working_file(raw, find_table(raw), directory / "correction.arrow")
        return read_correction(upload, corrected_titles(upload.titles, sheet.titles))


def _stage(progress: Any, name: str) -> None:
    # Commands pass no progress at all.
    if hasattr(progress, "stage"):
        progress.stage(name)


def _keep(source: SourceFile, opened: Source, sheets: Sequence[ReadSheet]) -> list[Sheet]:
    """Keep what was read, and return the sheets; none where a newer version of the file is there. Raises Cancelled."""
    with removed_on_error() as stored, transaction.atomic():
        require_there(source)
        former = SourceFile.objects.filter(dataset=source.dataset_id, name=source.name, current=True).first()
        if former is not None and former.version > source.version:
            return []  # a newer file was read faster
        SourceFile.objects.filter(dataset=source.dataset_id, name=source.name).update(current=False)
        if former is not None:
            _hand_over(former, source)
        kept = []
        for sheet in sheets:
            # Keeping a sheet replaces its working file, so both are compared before.
            if former is not None:
                source.changes[sheet.raw.name] = _before(source, sheet)
            kept.append(_keep_sheet(source, sheet, stored))
        if former is not None:
            for gone in Sheet.objects.filter(source=source, missing=True):
                source.changes[gone.name] = {"gone": True}
        source.current, source.problem = True, ""
        source.encoding, source.delimiter = opened.encoding or "", opened.delimiter or ""
        source.save()
        # Refused uploads of this name have had their say once one could be read.
        SourceFile.objects.filter(dataset=source.dataset_id, name=source.name).exclude(problem="").delete()
        services.touch(source.dataset)
    return kept


def _hand_over(former: SourceFile, source: SourceFile) -> None:
    """Give the sheets to the new version; corrections of the former one went by its row numbers and go with it."""
    sheets = Sheet.objects.filter(source=former)
    SourceFile.objects.filter(corrects__in=sheets).delete()
    sheets.update(source=source, missing=True)


def _before(source: SourceFile, found: ReadSheet) -> dict[str, Any]:
    """Return what the new version of a sheet changes."""
    known = _known(source, found)
    if known is None or not known.working:
        return {"new": True}
    with local_copy(known.working) as path:
        return differences(WorkingFile(path), found.working)


def _known(source: SourceFile, found: ReadSheet) -> Sheet | None:
    return Sheet.objects.filter(source=source, member=member_of(source, found.raw), name=found.raw.name).first()


def _keep_sheet(source: SourceFile, found: ReadSheet, stored: list[FieldFile]) -> Sheet:
    sheet = _known(source, found) or Sheet(
        dataset=source.dataset, source=source, member=member_of(source, found.raw), name=found.raw.name,
        skip=found.raw.hidden or not found.working.num_rows,
    )  # fmt: skip
    discard(sheet.working)
    sheet.position, sheet.hidden, sheet.missing = found.position, found.raw.hidden, False
    sheet.header_rows, sheet.titles = list(found.shape.header_rows), list(found.working.titles)
    sheet.shape, sheet.rows = shape_as_json(found), found.working.num_rows
    with found.path.open("rb") as stream:
        sheet.working.save("working.arrow", File(stream), save=False)
    stored.append(sheet.working)
    sheet.profiled_at = timezone.now()
    sheet.save()
    _keep_profile(sheet, found.profile)
    return sheet


def shape_as_json(found: ReadSheet) -> dict[str, Any]:
    """Return the detected shape and the notes of reading, for pages and commands."""
    notes = []
    for note in found.raw.notes:
        notes.append(asdict(note) | {"rows": list(note.rows), "examples": list(note.examples)})
    return {
        "title_rows": list(found.shape.title_rows),
        "lines": report_lines(found.raw, found.shape.title_rows),
        "header_rows": list(found.shape.header_rows),
        "first_data_row": found.shape.first_data_row,
        "notes": notes,
    }


def _keep_profile(sheet: Sheet, profile: SheetProfile) -> None:
    ColumnProfile.objects.filter(sheet=sheet).delete()
    ColumnProfile.objects.bulk_create([_column_profile(sheet, column) for column in profile.columns])
    # What a person has set aside stays aside: findings are made anew, and known again by rule and column.
    aside = {}
    for old in Finding.objects.filter(sheet=sheet, dismissed_at__isnull=False):
        aside[old.slug, old.column] = old.dismissed_by_id, old.dismissed_at
    Finding.objects.filter(sheet=sheet).delete()
    Finding.objects.bulk_create(stored_findings(sheet, profile.findings, aside))
    Sheet.objects.filter(pk=sheet.pk).update(profiled_at=timezone.now())


def _column_profile(sheet: Sheet, column: ColumnFacts) -> ColumnProfile:
    values = asdict(column)
    # Columns of texts have no smallest and largest value.
    values |= {"minimum": column.minimum or "", "maximum": column.maximum or ""}
    return ColumnProfile(sheet=sheet, **values)


def stored_findings(
    sheet: Sheet, found: Iterable[FindingFacts], aside: dict[tuple[str, str], tuple[Any, Any]]
) -> Iterator[Finding]:
    """Yield the records of findings, unsaved; `aside`: who dismissed one, and when, by slug and title."""
    for position, facts in enumerate(found):
        by, at = aside.get((facts.slug, facts.column or ""), (None, None))
        step, params = "", {}
        if facts.fix is not None:
            step, params = facts.fix.step, dict(facts.fix.params)
        yield Finding(
            sheet=sheet, position=position, slug=facts.slug, column=facts.column or "", count=facts.count,
            message=facts.message, examples=list(facts.examples), rows=list(facts.rows),
            fix_step=step, fix_params=params,
            safe=facts.safe, means=facts.means, severity=facts.severity, dismissed_by_id=by, dismissed_at=at,
        )  # fmt: skip


def _summary(sheets: Sequence[ReadSheet]) -> str:
    rows = sum(sheet.working.num_rows for sheet in sheets)
    things = sum(len(sheet.profile.findings) for sheet in sheets)
    return f"{rows:,} rows read, {things} things to look at."
